//! A JSON schema as a table: a row a key, with its path, type, default and meaning.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// A key.
pub(crate) struct Row {
    /// The keys that lead to it, joined by points.
    pub(crate) path: String,
    /// What it holds.
    pub(crate) kind: String,
    /// What it is where it is not given.
    pub(crate) default: String,
    /// What it does.
    pub(crate) meaning: String,
}

/// The rows of a schema's keys.
pub(crate) struct Keys<'s> {
    schema: &'s Value,
    /// Path below which the keys of a definition are listed.
    listed: BTreeMap<&'s str, String>,
    /// Keys that take one of the words of a definition.
    words: BTreeMap<&'s str, BTreeSet<String>>,
    rows: Vec<Row>,
}

impl<'s> Keys<'s> {
    pub(crate) fn new(schema: &'s Value) -> Self {
        Self { schema, listed: BTreeMap::new(), words: BTreeMap::new(), rows: Vec::new() }
    }

    /// The row of a key of the schema itself, and those of the keys below it.
    pub(crate) fn rows(&mut self, name: &str) -> Vec<Row> {
        let schema = self.schema;
        self.key(name, &schema["properties"][name], "", is_required(schema, name));
        std::mem::take(&mut self.rows)
    }

    /// Keys, and the words that they take, each with its meaning.
    pub(crate) fn words(&self) -> Vec<(String, Vec<(&'s str, String)>)> {
        let schema: &'s Value = self.schema;
        let mut out = Vec::new();
        for (name, paths) in &self.words {
            let paths: Vec<String> = paths.iter().map(|path| format!("`{path}`")).collect();
            out.push((paths.join(", "), words(&schema["$defs"][*name])));
        }
        out
    }

    /// `about` says what the key is where its schema does not.
    fn key(&mut self, path: &str, schema: &'s Value, about: &str, required: bool) {
        let definition = self.definition(schema);
        let found = definition.map_or(schema, |(_, found)| found);
        let told = [description(schema), about.to_string(), description(found)];
        let mut meaning = told.into_iter().find(|text| !text.is_empty()).unwrap_or_default();
        let kind = self.kind(path, schema);
        let default = default(schema, found, required);
        let listed = definition.and_then(|(name, _)| self.listed.get(name));
        if let Some(listed) = listed.filter(|_| has_keys(found)) {
            meaning = format!("{meaning} Keys as under `{listed}`.");
            self.rows.push(Row { path: path.to_string(), kind, default, meaning });
            return;
        }
        self.rows.push(Row { path: path.to_string(), kind, default, meaning });
        if let Some((name, _)) = definition {
            self.listed.insert(name, path.to_string());
        }
        self.below(path, found);
    }

    /// The keys of a struct, of the choices of an enum, and of the values of a map.
    fn below(&mut self, path: &str, schema: &'s Value) {
        for (name, property) in properties(schema) {
            // What training leaves in `model.json` is nothing for a workflow.
            if name != "fitted" {
                self.key(&format!("{path}.{name}"), property, "", is_required(schema, name));
            }
        }
        for choice in choices(schema) {
            for (name, inner) in properties(choice) {
                self.key(&format!("{path}.{name}"), inner, &description(choice), false);
            }
        }
        let Some(value) = values(schema) else { return };
        if self.definition(value).is_some_and(|(_, found)| has_keys(found)) {
            self.key(&format!("{path}.NAME"), value, "", false);
        }
    }

    fn kind(&mut self, path: &str, schema: &'s Value) -> String {
        if let Some((name, found)) = self.definition(schema) {
            let words = words(found);
            if !words.is_empty() {
                self.words.entry(name).or_default().insert(path.to_string());
            }
            let number = plain_number(found).map(|_| "number".to_string());
            let words = words.iter().map(|(word, _)| format!("`{word}`"));
            let mut kinds: Vec<String> = number.into_iter().chain(words).collect();
            match (choices(found).is_empty(), has_keys(found)) {
                (true, true) => kinds.push("keys".to_string()),
                (false, true) => kinds.push("one key".to_string()),
                (_, false) if kinds.is_empty() => kinds.push("`{}`".to_string()),
                _ => {}
            }
            return kinds.join(", ");
        }
        let kinds = match &schema["type"] {
            Value::String(kind) => vec![kind.as_str()],
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        match kinds.iter().find(|kind| **kind != "null").copied() {
            Some("string") => "text".to_string(),
            Some("integer") => "whole number".to_string(),
            Some("number") => "number".to_string(),
            Some("boolean") => "`true`, `false`".to_string(),
            Some("array") => format!("list: {}", self.kind(path, &schema["items"])),
            Some("object") if has_keys(schema) => "keys".to_string(),
            Some("object") => match values(schema) {
                Some(value) => format!("by name: {}", self.kind(path, value)),
                None => "`{}`".to_string(),
            },
            other => other.unwrap_or("any").to_string(),
        }
    }

    /// The definition that a schema is, or is where it is not null.
    fn definition(&self, schema: &'s Value) -> Option<(&'s str, &'s Value)> {
        let choices = schema["anyOf"].as_array().map_or(&[][..], Vec::as_slice);
        let mut names = std::iter::once(schema).chain(choices).filter_map(|s| s["$ref"].as_str());
        let name = names.next()?.strip_prefix("#/$defs/")?;
        let root: &'s Value = self.schema;
        Some((name, &root["$defs"][name]))
    }
}

/// The first paragraph of a description.
fn description(schema: &Value) -> String {
    let text = schema["description"].as_str().unwrap_or_default();
    text.split("\n\n").next().unwrap_or_default().replace('\n', " ")
}

fn default(schema: &Value, found: &Value, required: bool) -> String {
    if required {
        return "required".to_string();
    }
    match &schema["default"] {
        Value::Null => "–".to_string(),
        // The keys below have defaults of their own.
        Value::Object(map) if map.is_empty() || !properties(found).is_empty() => "–".to_string(),
        Value::Number(number)
            if schema["format"] == "float"
                || plain_number(found).is_some_and(|choice| choice["format"] == "float") =>
        {
            format!("`{}`", number.as_f64().unwrap_or_default() as f32)
        }
        Value::String(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    }
}

/// Keys of a struct, sorted.
fn properties(schema: &Value) -> Vec<(&str, &Value)> {
    let properties: Option<&Map<String, Value>> = schema["properties"].as_object();
    let mut sorted: Vec<(&str, &Value)> =
        properties.into_iter().flatten().map(|(name, value)| (name.as_str(), value)).collect();
    sorted.sort_unstable_by_key(|(name, _)| *name);
    sorted
}

fn is_required(schema: &Value, name: &str) -> bool {
    schema["required"].as_array().is_some_and(|names| names.iter().any(|n| n == name))
}

/// The choices of an enum that have keys of their own.
fn choices(schema: &Value) -> Vec<&Value> {
    let choices = schema["oneOf"].as_array().map_or(&[][..], Vec::as_slice);
    choices.iter().filter(|choice| !properties(choice).is_empty()).collect()
}

/// The choice of an enum that is a number.
fn plain_number(schema: &Value) -> Option<&Value> {
    schema["oneOf"].as_array()?.iter().find(|choice| choice["type"] == "number")
}

/// The choices of an enum that are words, with their meanings.
fn words(schema: &Value) -> Vec<(&str, String)> {
    let choices = schema["oneOf"].as_array().map_or(&[][..], Vec::as_slice);
    choices.iter().filter_map(|c| Some((c["const"].as_str()?, description(c)))).collect()
}

/// What a map holds by name.
fn values(schema: &Value) -> Option<&Value> {
    schema.get("additionalProperties").filter(|value| value.is_object())
}

fn has_keys(schema: &Value) -> bool {
    !properties(schema).is_empty() || !choices(schema).is_empty()
}

/// Text within a table: on one line, without a bar that would end the cell.
pub(crate) fn cell(text: &str) -> String {
    text.replace('\n', " ").replace('|', "\\|")
}
