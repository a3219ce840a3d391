//! The numbers of a figure as a table to save: tab-separated, within the page itself.

use std::fmt::Write;

use serde::Serialize;

/// What a figure draws, as a link that saves it: the page stays one file, loads nothing and needs no
/// script for it.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Numbers {
    /// Name of the file.
    name: String,
    /// A `data:` URL whose every other character is a percent code: nothing in it ends an attribute.
    href: String,
}

impl Numbers {
    /// A table named after its figure, with column heads and rows of cells.
    pub(in crate::report) fn new(
        id: &str,
        columns: &[&str],
        rows: impl IntoIterator<Item = Vec<String>>,
    ) -> Self {
        let mut text = line(columns.iter().copied());
        for row in rows {
            text.push_str(&line(row.iter().map(String::as_str)));
        }
        let mut href = String::from("data:text/tab-separated-values;charset=utf-8,");
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                href.push(char::from(byte));
            } else {
                let _ = write!(href, "%{byte:02X}");
            }
        }
        Self { name: format!("{id}.tsv"), href }
    }
}

/// A row; what would end a cell or the row is a space.
fn line<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let clean = |cell: &str| cell.replace(char::is_control, " ");
    let mut line = cells.map(clean).collect::<Vec<_>>().join("\t");
    line.push('\n');
    line
}

/// A number with all its digits; empty where there is none.
pub(in crate::report) fn cell(value: impl Into<Option<f64>>) -> String {
    value.into().filter(|value| value.is_finite()).map_or_else(String::new, |v| v.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_by_hand() {
        let rows = [vec!["a\tb\"<é".to_string(), cell(0.5)], vec![String::new(), cell(f64::NAN)]];
        let found = Numbers::new("loss-0", &["name", "x y"], rows);
        assert_eq!(found.name, "loss-0.tsv");
        // name TAB x y LF, a b"<é TAB 0.5 LF, TAB LF
        let expected = "name%09x%20y%0Aa%20b%22%3C%C3%A9%090.5%0A%09%0A";
        assert_eq!(found.href, format!("data:text/tab-separated-values;charset=utf-8,{expected}"));
    }

    #[test]
    fn cells_have_all_digits() {
        assert_eq!(cell(1.0 / 3.0), "0.3333333333333333");
        assert_eq!([cell(None::<f64>), cell(f64::INFINITY), cell(Some(2.0))], ["", "", "2"]);
    }
}
