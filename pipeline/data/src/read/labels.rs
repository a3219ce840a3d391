//! Joining records with their labels and groups: from a table, or from the header by pattern.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use regex::Regex;

use super::record::Record;
use super::table::Table;
use crate::error::InputError;
use crate::inputs;
use crate::path::shown;

/// Label and group values of one record, empty cells as `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Annotation {
    /// Class name.
    pub label: Option<String>,
    /// Value of each group column, in the order of the workflow.
    pub groups: Vec<Option<String>>,
}

/// Where labels and groups of FASTA records come from.
pub enum Annotations {
    /// Nowhere: the records are unlabelled.
    None,
    /// The file: all its records are of one class.
    Class(String),
    /// One row a record.
    Table {
        /// File of the table.
        path: PathBuf,
        /// Annotation of each identifier.
        rows: HashMap<String, Annotation>,
    },
    /// Named groups of a regular expression on the header line.
    Header {
        /// The pattern; its group `label` is the class.
        pattern: Regex,
        /// Names of the group columns.
        groups: Vec<String>,
    },
}

impl Annotations {
    /// Reads a label table; an identifier that stands twice is an error.
    pub fn table(
        path: &Path,
        id: &str,
        label: Option<&str>,
        groups: &[String],
    ) -> Result<Self, InputError> {
        inputs::remember(path);
        let table = Table::open(path)?;
        let id = table.column(id)?;
        let columns = Columns::of(&table, label, groups)?;
        let mut rows: HashMap<String, Annotation> = HashMap::new();
        let mut first_lines: HashMap<String, u64> = HashMap::new();
        for row in table {
            let row = row?;
            let name = row.cells[id].trim().to_string();
            if let Some(first) = first_lines.insert(name.clone(), row.line) {
                return Err(InputError::new(
                    path,
                    format!("the identifier `{name}` a second time (first on line {first})"),
                    "one row a record",
                    "remove one of the two rows",
                )
                .at_record(row.number)
                .at_line(row.line)
                .with_id(name));
            }
            rows.insert(name, columns.annotation(&row.cells));
        }
        Ok(Self::Table { path: path.to_path_buf(), rows })
    }

    /// Label and groups of a record of the FASTA file `source`.
    pub fn of(&self, source: &Path, record: &Record) -> Result<Annotation, InputError> {
        let at = |found: String, expected: String, help: &str| {
            InputError::new(source, found, expected, help)
                .at_record(record.number)
                .at_line(record.line)
                .with_id(record.id.as_str())
        };
        let annotation = match self {
            Self::None => return Ok(Annotation::default()),
            Self::Class(class) => {
                return Ok(Annotation { label: Some(class.clone()), groups: Vec::new() });
            }
            Self::Table { path, rows } => rows.get(&record.id).cloned().ok_or_else(|| {
                at(
                    format!("no row for `{}` in {}", record.id, shown(path).display()),
                    "one row of the label table for each record".into(),
                    "add the row, or set `read: {on-error: skip}` to leave unlabelled records out",
                )
            })?,
            Self::Header { pattern, groups } => {
                let captures = pattern.captures(&record.header).ok_or_else(|| {
                    at(
                        format!("the header `{}`", record.header),
                        format!("a match of the pattern `{}`", pattern.as_str()),
                        "correct the pattern under `read: {labels: {header: …}}`",
                    )
                })?;
                let get = |name: &str| captures.name(name).and_then(|m| cell(m.as_str()));
                Annotation {
                    label: get("label"),
                    groups: groups.iter().map(|name| get(name)).collect(),
                }
            }
        };
        if annotation.label.is_none() {
            return Err(at(
                "an empty label".into(),
                "the record's class".into(),
                "fill it in, or set `read: {on-error: skip}` to leave unlabelled records out",
            ));
        }
        Ok(annotation)
    }
}

/// Positions of the label and group columns of a table.
pub struct Columns {
    label: Option<usize>,
    groups: Vec<usize>,
}

impl Columns {
    /// Finds the columns by name.
    pub fn of(table: &Table, label: Option<&str>, groups: &[String]) -> Result<Self, InputError> {
        Ok(Self {
            label: label.map(|name| table.column(name)).transpose()?,
            groups: groups.iter().map(|name| table.column(name)).collect::<Result<_, _>>()?,
        })
    }

    /// The annotation that a row holds.
    #[must_use]
    pub fn annotation(&self, cells: &csv::StringRecord) -> Annotation {
        Annotation {
            label: self.label.and_then(|at| cell(&cells[at])),
            groups: self.groups.iter().map(|at| cell(&cells[*at])).collect(),
        }
    }
}

/// A trimmed cell; `None` where it is empty or says that nothing is known.
pub(super) fn cell(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && !matches!(text, "NA" | "N/A" | "nan" | "NaN")).then(|| text.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn annotations(text: &str) -> Result<Annotations, InputError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        Annotations::table(file.path(), "id", Some("class"), &["sex".to_string()])
    }

    fn record(id: &str) -> Record {
        Record { id: id.into(), header: format!("{id} class=x"), ..Record::default() }
    }

    #[test]
    fn a_row_is_joined_and_an_empty_cell_is_missing() {
        let table = annotations("id\tclass\tsex\na\tkinase\t\n").unwrap();
        let annotation = table.of(Path::new("x.fa"), &record("a")).unwrap();
        assert_eq!(annotation.label.as_deref(), Some("kinase"));
        assert_eq!(annotation.groups, [None]);
    }

    #[test]
    fn a_missing_and_a_doubled_id_are_errors() {
        let table = annotations("id\tclass\tsex\na\tkinase\tf\n").unwrap();
        let error = table.of(Path::new("x.fa"), &record("b")).unwrap_err();
        assert!(error.found.contains("no row for `b`"));
        let error = annotations("id,class,sex\na,k,f\na,k,f\n").err().unwrap();
        assert_eq!(error.line, Some(3));
        assert!(error.found.contains("first on line 2"));
    }

    #[test]
    fn a_pattern_reads_the_header() {
        let pattern = Regex::new(r"class=(?<label>\w+)").unwrap();
        let header = Annotations::Header { pattern, groups: Vec::new() };
        let label = header.of(Path::new("x.fa"), &record("a")).unwrap().label;
        assert_eq!(label.as_deref(), Some("x"));
    }
}
