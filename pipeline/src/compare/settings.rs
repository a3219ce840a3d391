//! Which keys of two workflows differ.

use serde::Serialize;
use serde_json::Value;

use crate::manifest::Manifest;
use cistron_data::error::Error;

/// A key of the workflow whose value differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The key, such as `models.conv.train.epochs`.
    pub key: String,
    /// Values in the first and the second run; absent where the key is not there.
    pub values: [Option<Value>; 2],
}

/// The keys that differ, in order.
pub(super) fn changes(manifests: &[Manifest; 2]) -> Result<Vec<Change>, Error> {
    let json = |manifest: &Manifest| {
        serde_json::to_value(&manifest.workflow).map_err(|error| Error::stage("compare", error))
    };
    let (first, second) = (json(&manifests[0])?, json(&manifests[1])?);
    let mut out = Vec::new();
    walk("", Some(&first), Some(&second), &mut out);
    Ok(out)
}

fn walk(key: &str, first: Option<&Value>, second: Option<&Value>, out: &mut Vec<Change>) {
    match (first, second) {
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            let new = b.keys().filter(|name| !a.contains_key(*name));
            for name in a.keys().chain(new) {
                let key = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
                walk(&key, a.get(name), b.get(name), out);
            }
        }
        (a, b) if a == b => {}
        (a, b) => out.push(Change { key: key.to_string(), values: [a.cloned(), b.cloned()] }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_that_differ_are_named_with_both_values() {
        let first = json!({"seed": 7, "models": {"conv": {"train": {"epochs": 3}}, "old": {}}});
        let second = json!({"seed": 7, "models": {"conv": {"train": {"epochs": 5}}, "new": 1}});
        let mut out = Vec::new();
        walk("", Some(&first), Some(&second), &mut out);
        let found: Vec<_> = out.into_iter().map(|c| (c.key, c.values)).collect();
        assert_eq!(
            found,
            [
                ("models.conv.train.epochs".to_string(), [Some(json!(3)), Some(json!(5))]),
                ("models.old".to_string(), [Some(json!({})), None]),
                ("models.new".to_string(), [None, Some(json!(1))]),
            ]
        );
    }
}
