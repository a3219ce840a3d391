//! Every structural mistake of a workflow at once: the tree is walked against the JSON schema.

use cistron_data::spelling::closest;
use serde_json::Value;
use serde_saphyr::{Location, Spanned};

use super::tree::Node;

/// One mistake in a workflow file.
#[derive(Debug, Clone)]
pub struct Mistake {
    /// Where it stands.
    pub location: Location,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
}

/// All mistakes of `root` against `schema` (as [`super::schema`] makes it), in the order of the file.
#[must_use]
pub fn validate(root: &Spanned<Node>, schema: &Value) -> Vec<Mistake> {
    let mut walk = Walk { definitions: schema.get("$defs"), mistakes: Vec::new() };
    walk.node(root, schema, "the workflow");
    walk.mistakes
}

struct Walk<'a> {
    definitions: Option<&'a Value>,
    mistakes: Vec<Mistake>,
}

impl<'a> Walk<'a> {
    fn node(&mut self, node: &Spanned<Node>, schema: &'a Value, name: &str) {
        let schema = self.resolve(schema);
        if let Some(choices) = schema.get("anyOf").and_then(Value::as_array) {
            return self.optional(node, choices, name);
        }
        if let Some(choices) = schema.get("oneOf").and_then(Value::as_array) {
            return self.choice(node, choices, name);
        }
        match &node.value {
            Node::Map(entries) if accepts(schema, "object") => {
                self.object(node, entries, schema, name);
            }
            Node::List(items) if accepts(schema, "array") => {
                if let Some(inner) = schema.get("items") {
                    for item in items {
                        self.node(item, inner, &format!("an item of `{name}`"));
                    }
                }
            }
            Node::Scalar(value) => self.scalar(node, value, schema, name),
            Node::Map(_) => self.wrong_type(node, "a mapping", schema, name),
            Node::List(_) => self.wrong_type(node, "a list", schema, name),
        }
    }

    /// `Option<T>`: null, or the one other choice.
    fn optional(&mut self, node: &Spanned<Node>, choices: &'a [Value], name: &str) {
        if matches!(node.value, Node::Scalar(Value::Null)) {
            return;
        }
        if let Some(inner) = choices.iter().find(|c| c.get("type") != Some(&"null".into())) {
            self.node(node, inner, name);
        }
    }

    /// An externally tagged enum: a word, or a mapping with one key; maybe a number beside the words.
    fn choice(&mut self, node: &Spanned<Node>, choices: &'a [Value], name: &str) {
        let tags: Vec<(String, Option<&Value>)> = choices.iter().flat_map(tags).collect();
        let names: Vec<&str> = tags.iter().map(|(tag, _)| tag.as_str()).collect();
        let number = choices.iter().find(|choice| accepts(choice, "number"));
        let expected = match number {
            Some(_) => format!("a number or {}", list(&names)),
            None => format!("one of {}", list(&names)),
        };
        match &node.value {
            Node::Scalar(Value::Number(_)) if number.is_some() => {}
            Node::Scalar(Value::String(word)) => match tags.iter().find(|(tag, _)| tag == word) {
                Some((_, None)) => {}
                Some((tag, Some(_))) => self.push(
                    node.referenced,
                    format!("`{tag}` needs its settings"),
                    Some(format!("write `{name}: {{{tag}: {{…}}}}`")),
                ),
                None => self.unknown_word(node.referenced, word, name, &names, &expected),
            },
            Node::Map(entries) if entries.len() == 1 => {
                let (key, value) = &entries[0];
                match tags.iter().find(|(tag, _)| *tag == key.value) {
                    Some((tag, Some(inner))) => self.node(value, inner, tag),
                    Some((tag, None)) => {
                        self.push(key.referenced, format!("`{tag}` takes no settings"), None);
                    }
                    None => self.unknown_word(key.referenced, &key.value, name, &names, &expected),
                }
            }
            _ => self.push(node.referenced, format!("`{name}` must be {expected}"), None),
        }
    }

    fn object(
        &mut self,
        node: &Spanned<Node>,
        entries: &[(Spanned<String>, Spanned<Node>)],
        schema: &'a Value,
        name: &str,
    ) {
        let properties = schema.get("properties").and_then(Value::as_object);
        let others = schema.get("additionalProperties");
        for (key, value) in entries {
            if let Some(inner) = properties.and_then(|p| p.get(&key.value)) {
                self.node(value, inner, &key.value);
            } else if let Some(inner) = others.filter(|o| o.is_object()) {
                self.node(value, inner, &key.value);
            } else {
                let known: Vec<&str> =
                    properties.map(|p| p.keys().map(String::as_str).collect()).unwrap_or_default();
                let help = closest(&key.value, &known)
                    .map(|close| format!("did you mean `{close}`?"))
                    .or_else(|| Some(format!("known keys: {}", list(&known))));
                let message = format!("unknown key `{}` in {}", key.value, quoted(name));
                self.push(key.referenced, message, help);
            }
        }
        for required in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
            let Some(required) = required.as_str() else { continue };
            if !entries.iter().any(|(key, _)| key.value == required) {
                let message = format!("`{required}` is missing in {}", quoted(name));
                self.push(node.referenced, message, None);
            }
        }
    }

    fn scalar(&mut self, node: &Spanned<Node>, value: &Value, schema: &'a Value, name: &str) {
        if let Some(words) = schema.get("enum").and_then(Value::as_array) {
            let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
            if !value.as_str().is_some_and(|w| words.contains(&w)) {
                let expected = format!("one of {}", list(&words));
                self.unknown_word(node.referenced, &plain(value), name, &words, &expected);
            }
            return;
        }
        let right = match value {
            Value::Null => accepts(schema, "null"),
            Value::Bool(_) => accepts(schema, "boolean"),
            Value::String(_) => accepts(schema, "string"),
            Value::Number(n) if n.is_f64() => accepts(schema, "number"),
            Value::Number(_) => accepts(schema, "integer") || accepts(schema, "number"),
            Value::Array(_) | Value::Object(_) => false,
        };
        if !right {
            let found = match value {
                Value::Null => "nothing".to_string(),
                value => format!("`{}`", plain(value)),
            };
            return self.wrong_type(node, &found, schema, name);
        }
        let minimum = schema.get("minimum").and_then(Value::as_f64);
        if let (Some(minimum), Some(number)) = (minimum, value.as_f64())
            && number < minimum
        {
            let message = format!("`{name}` must be at least {minimum}, not {}", plain(value));
            self.push(node.referenced, message, None);
        }
    }

    fn wrong_type(&mut self, node: &Spanned<Node>, found: &str, schema: &Value, name: &str) {
        let expected = match schema.get("type") {
            Some(Value::String(one)) => words(one),
            Some(Value::Array(several)) => {
                let several = several.iter().filter_map(Value::as_str).filter(|t| *t != "null");
                several.map(words).collect::<Vec<_>>().join(" or ")
            }
            _ => "another kind of value".to_string(),
        };
        let help = (expected == "text").then(|| "put it in quotes".to_string());
        self.push(node.referenced, format!("`{name}` must be {expected}, not {found}"), help);
    }

    /// `expected` is said where no known word is close.
    fn unknown_word(
        &mut self,
        at: Location,
        word: &str,
        name: &str,
        known: &[&str],
        expected: &str,
    ) {
        let help = closest(word, known)
            .map(|close| format!("did you mean `{close}`?"))
            .or_else(|| Some(expected.to_string()));
        self.push(at, format!("unknown {name} `{word}`"), help);
    }

    fn push(&mut self, location: Location, message: String, help: Option<String>) {
        self.mistakes.push(Mistake { location, message, help });
    }

    /// Follows `$ref`; only references within the schema occur.
    fn resolve(&self, schema: &'a Value) -> &'a Value {
        let mut schema = schema;
        while let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let name = reference.rsplit('/').next().unwrap_or(reference);
            match self.definitions.and_then(|d| d.get(name)) {
                Some(target) => schema = target,
                None => break,
            }
        }
        schema
    }
}

/// Tags of one branch of a `oneOf`, with the schema of their content.
fn tags(choice: &Value) -> Vec<(String, Option<&Value>)> {
    if let Some(word) = choice.get("const").and_then(Value::as_str) {
        return vec![(word.to_string(), None)];
    }
    if let Some(words) = choice.get("enum").and_then(Value::as_array) {
        return words.iter().filter_map(|w| Some((w.as_str()?.to_string(), None))).collect();
    }
    let properties = choice.get("properties").and_then(Value::as_object);
    properties.into_iter().flatten().map(|(tag, inner)| (tag.clone(), Some(inner))).collect()
}

fn accepts(schema: &Value, kind: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(one)) => one == kind,
        Some(Value::Array(several)) => several.iter().any(|t| t == kind),
        _ => false,
    }
}

fn words(kind: &str) -> String {
    match kind {
        "object" => "a mapping",
        "array" => "a list",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        "string" => "text",
        other => other,
    }
    .to_string()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_string)
}

fn quoted(name: &str) -> String {
    if name.contains(' ') { name.to_string() } else { format!("`{name}`") }
}

fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(text: &str) -> Vec<(u64, u64, String, Option<String>)> {
        let root = Node::parse(text).unwrap();
        let found = validate(&root, &crate::workflow::schema());
        let row = |m: Mistake| (m.location.line(), m.location.column(), m.message, m.help);
        found.into_iter().map(row).collect()
    }

    #[test]
    fn every_mistake_is_found_at_once_with_its_place() {
        let text = "schema: 1\nname: x\nread: {fastaa: a.fa}\nmodles: {}\nseed: often\n";
        let found = mistakes(text);
        assert_eq!(found.len(), 3, "{found:?}");
        assert_eq!(found[0].0, 3);
        assert_eq!(found[0].3.as_deref(), Some("did you mean `fasta`?"));
        assert_eq!((found[1].0, found[1].1), (4, 1));
        assert_eq!(found[1].3.as_deref(), Some("did you mean `models`?"));
        assert_eq!(found[2].2, "`seed` must be a whole number, not `often`");
    }

    #[test]
    fn words_choices_and_missing_keys_are_checked() {
        let text = "schema: 1\nread: {fasta: a.fa, alphabet: dnaa, groups: {sex: nuisence}}\n\
                    encode: {one-hott: {}}\nmodels: {m: {conv: {filters: 3}}}\n";
        let found = mistakes(text);
        let messages: Vec<&str> = found.iter().map(|m| m.2.as_str()).collect();
        assert!(messages.contains(&"unknown alphabet `dnaa`"), "{messages:?}");
        assert!(messages.contains(&"unknown sex `nuisence`"), "{messages:?}");
        assert!(messages.contains(&"unknown encode `one-hott`"), "{messages:?}");
        assert!(messages.contains(&"`filters` must be a list, not `3`"), "{messages:?}");
        assert!(messages.contains(&"`name` is missing in the workflow"), "{messages:?}");
    }

    #[test]
    fn a_number_may_stand_beside_words() {
        let of = |rate: &str| {
            let train = format!("{{logistic: {{}}, train: {{learning-rate: {rate}}}}}");
            let text =
                format!("schema: 1\nname: x\nread: {{fasta: a.fa}}\nmodels: {{m: {train}}}\n");
            mistakes(&text).into_iter().map(|m| (m.2, m.3)).collect::<Vec<_>>()
        };
        for right in ["auto", "0.1", "3e-4", "1"] {
            assert!(of(right).is_empty(), "{right}: {:?}", of(right));
        }
        let expected = [
            ("often", "unknown learning-rate `often`", Some("a number or `auto`")),
            ("aut", "unknown learning-rate `aut`", Some("did you mean `auto`?")),
            ("[1]", "`learning-rate` must be a number or `auto`", None),
            ("true", "`learning-rate` must be a number or `auto`", None),
        ];
        for (wrong, message, help) in expected {
            assert_eq!(of(wrong), [(message.to_string(), help.map(str::to_string))]);
        }
    }

    #[test]
    fn a_right_workflow_has_no_mistake() {
        let text = "schema: 1\nname: x\nread: {fasta: a.fa}\nsplit: {homology: {}, folds: 5}\n\
                    encode: {kmer-counts: {k: 6}}\nmodels: {m: {logistic: {}}}\n";
        assert!(mistakes(text).is_empty(), "{:?}", mistakes(text));
    }
}
