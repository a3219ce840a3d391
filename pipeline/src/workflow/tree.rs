//! The workflow file as a tree in which every key and value knows its place.

use serde::de::{self, Deserialize, DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::{Number, Value};
use serde_saphyr::{Location, Spanned};

/// A YAML value whose parts know where they stand.
#[derive(Debug, Clone)]
pub enum Node {
    /// A scalar, as JSON sees it.
    Scalar(Value),
    /// A sequence.
    List(Vec<Spanned<Node>>),
    /// A mapping, in the order of the file.
    Map(Vec<(Spanned<String>, Spanned<Node>)>),
}

impl Node {
    /// Parses YAML text; duplicate keys and malformed text are errors.
    pub fn parse(text: &str) -> Result<Spanned<Self>, serde_saphyr::Error> {
        let options = serde_saphyr::options! { strict_booleans: true, with_snippet: false };
        serde_saphyr::from_str_with_options(text, options)
    }

    /// The value as another type, in the order of the file.
    ///
    /// # Errors
    ///
    /// Where the value is not of that type, which validation against its schema has told before.
    pub fn to<T: DeserializeOwned>(&self) -> Result<T, String> {
        let text = serde_saphyr::to_string(self).map_err(|error| error.to_string())?;
        serde_saphyr::from_str(&text).map_err(|error| error.without_snippet().to_string())
    }

    /// Place of the value at `path`, or of the deepest ancestor that the file holds.
    #[must_use]
    pub fn locate(root: &Spanned<Self>, path: &[String]) -> Location {
        let mut node = root;
        let mut location = root.referenced;
        for step in path {
            let child = match &node.value {
                Self::Map(entries) => entries.iter().find(|(k, _)| k.value == *step).map(|e| &e.1),
                Self::List(items) => step.parse().ok().and_then(|i: usize| items.get(i)),
                Self::Scalar(_) => None,
            };
            let Some(child) = child else { break };
            location = child.referenced;
            node = child;
        }
        location
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Scalar(value) => value.serialize(serializer),
            Self::List(items) => serializer.collect_seq(items.iter().map(|item| &item.value)),
            Self::Map(entries) => serializer
                .collect_map(entries.iter().map(|(key, value)| (&key.value, &value.value))),
        }
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Scalar(Value::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Node, E> {
        let number = Number::from_f64(value).ok_or_else(|| {
            E::custom("numbers must be finite: .inf and .nan have no meaning here")
        })?;
        Ok(Node::Scalar(Value::Number(number)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Scalar(Value::String(value.to_string())))
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Scalar(Value::Null))
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Scalar(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        Node::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Node::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values_know_their_place() {
        let root = Node::parse("schema: 1\nread:\n  fasta: a.fa\nlist: [1, b]\n").unwrap();
        let Node::Map(entries) = &root.value else { panic!("not a map") };
        assert_eq!(entries[1].0.referenced.line(), 2);
        let place = Node::locate(&root, &["read".into(), "fasta".into()]);
        assert_eq!((place.line(), place.column()), (3, 10));
        let place = Node::locate(&root, &["list".into(), "1".into()]);
        assert_eq!((place.line(), place.column()), (4, 11));
    }

    #[test]
    fn values_keep_their_kind_and_order_on_the_way_to_a_type() {
        let text = "b: 'yes'\na: [1, 2.5, ~, '12', true]\n";
        let root = Node::parse(text).unwrap();
        let values: indexmap::IndexMap<String, Value> = root.value.to().unwrap();
        assert_eq!(values.keys().collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(values["b"], "yes");
        assert_eq!(values["a"], serde_json::json!([1, 2.5, null, "12", true]));
    }

    #[test]
    fn a_doubled_key_is_an_error() {
        assert!(Node::parse("a: 1\na: 2\n").is_err());
    }
}
