//! Fields of headers and columns that could be labels or groups.

use std::collections::BTreeMap;

use serde::Serialize;

/// Distinct values from which a field is an identifier or a text, no label.
const LARGEST: usize = 200;
/// Values that are listed.
const LISTED: usize = 12;

/// A field with few values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Field {
    /// Its name: a column, `class` of `class=…` in headers, or `field 2` of `a|b|c`.
    pub name: String,
    /// Records that have it.
    pub records: u64,
    /// Number of distinct values.
    pub distinct: usize,
    /// The most frequent values with their numbers, at most 12.
    pub values: Vec<(String, u64)>,
}

/// Counts the values of fields.
#[derive(Default)]
pub(super) struct Fields {
    /// Values of each field with their numbers, in order of appearance; `None` once there are too
    /// many.
    fields: Vec<(String, Option<BTreeMap<String, u64>>)>,
}

impl Fields {
    /// Counts the fields of a header: `key=value`, and the parts between `|`.
    pub(super) fn push(&mut self, header: &str) {
        for word in header.split([' ', '\t', ';', '|']) {
            if let Some((key, value)) = word.split_once('=')
                && !key.is_empty()
                && key.len() <= 30
            {
                self.add(key, value);
            }
        }
        let id = header.split_whitespace().next().unwrap_or_default();
        if id.contains('|') {
            for (at, part) in id.split('|').enumerate().take(10) {
                self.add(&format!("field {}", at + 1), part);
            }
        }
    }

    /// Counts one value.
    pub(super) fn add(&mut self, name: &str, value: &str) {
        let at = self.fields.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            self.fields.push((name.to_string(), Some(BTreeMap::new())));
            self.fields.len() - 1
        });
        // Headers without a fixed form make ever new keys.
        if at >= LARGEST {
            self.fields.truncate(LARGEST);
            return;
        }
        let Some(values) = &mut self.fields[at].1 else { return };
        *values.entry(value.to_string()).or_default() += 1;
        if values.len() > LARGEST {
            self.fields[at].1 = None;
        }
    }

    /// Fields of at least two values that most of the `records` have.
    pub(super) fn finish(self, records: u64) -> Vec<Field> {
        let field = |(name, values): (String, Option<BTreeMap<String, u64>>)| {
            let mut values: Vec<(String, u64)> = values?.into_iter().collect();
            let count: u64 = values.iter().map(|(_, n)| n).sum();
            let distinct = values.len();
            if distinct < 2 || count * 2 < records || distinct as u64 * 2 > records + 1 {
                return None;
            }
            values.sort_by_key(|(value, n)| (u64::MAX - n, value.clone()));
            values.truncate(LISTED);
            Some(Field { name, records: count, distinct, values })
        };
        self.fields.into_iter().filter_map(field).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_bars_are_fields_and_identifiers_are_none() {
        let mut fields = Fields::default();
        for i in 0..10 {
            let sex = if i % 2 == 0 { "f" } else { "m" };
            fields.push(&format!("r{i}|AMP sex={sex} run={i} OS=x"));
        }
        let found = fields.finish(10);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].name.as_str(), found[0].records, found[0].distinct), ("sex", 10, 2));
    }
}
