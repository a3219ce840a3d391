//! Tables: comma or tab separated text with a header line, plain or compressed.

use std::path::{Path, PathBuf};

use csv::StringRecord;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::open::{Source, read_error};
use crate::error::InputError;

/// A table that is read row by row.
pub struct Table {
    path: PathBuf,
    rows: csv::Reader<Source>,
    head: StringRecord,
}

/// What stands between the cells of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Separator {
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// Tab.
    Tab,
}

impl Separator {
    fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
        }
    }
}

/// A row with its place in the file.
#[derive(Debug, Clone)]
pub struct Row {
    /// Cells.
    pub cells: StringRecord,
    /// Line that the row starts on, from 1.
    pub line: u64,
    /// Number of the data row, from 1.
    pub number: u64,
}

impl Table {
    /// Opens a table whose first line names its columns.
    pub fn open(path: &Path) -> Result<Self, InputError> {
        Self::with(path, None, None)
    }

    /// Opens a table; without `columns` its first line names them, without a separator it is the
    /// tab where the first line has one, else the comma.
    pub fn with(
        path: &Path,
        columns: Option<&[String]>,
        separator: Option<Separator>,
    ) -> Result<Self, InputError> {
        Self::new(path, Source::open(path)?, columns, separator)
    }

    /// A table from an open source; `path` is what errors call it.
    pub fn from_source(path: &Path, source: Source) -> Result<Self, InputError> {
        Self::new(path, source, None, None)
    }

    fn new(
        path: &Path,
        mut source: Source,
        columns: Option<&[String]>,
        separator: Option<Separator>,
    ) -> Result<Self, InputError> {
        let delimiter = match separator {
            Some(separator) => separator.byte(),
            None => delimiter(&mut source).map_err(|e| read_error(path, &e))?,
        };
        let mut rows = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .quoting(delimiter != b'\t')
            .has_headers(columns.is_none())
            // With CRLF as one terminator the positions of rows would be a line too low.
            .terminator(csv::Terminator::Any(b'\n'))
            .trim(csv::Trim::All)
            .from_reader(source);
        let head = match columns {
            Some(columns) => StringRecord::from(columns),
            None => rows.headers().map_err(|e| row_error(path, &e))?.clone(),
        };
        if head.is_empty() {
            let help = "give a table whose first line names the columns";
            return Err(InputError::new(path, "an empty file", "a header line", help));
        }
        Ok(Self { path: path.to_path_buf(), rows, head })
    }

    /// Names of the columns.
    #[must_use]
    pub fn columns(&self) -> Vec<&str> {
        self.head.iter().map(str::trim).collect()
    }

    /// Index of a column.
    pub fn column(&self, name: &str) -> Result<usize, InputError> {
        self.head.iter().position(|head| head.trim() == name).ok_or_else(|| {
            let heads: Vec<&str> = self.head.iter().map(str::trim).collect();
            let help = crate::spelling::closest(name, &heads).map_or_else(
                || "name one of these columns in the workflow".to_string(),
                |close| format!("did you mean `{close}`?"),
            );
            let found = format!("columns {}", quoted(&heads));
            InputError::new(&self.path, found, format!("a column `{name}`"), help).at_line(1)
        })
    }

    /// The error of a row of another length than the columns that the workflow names.
    fn short_row(&self, cells: &StringRecord) -> InputError {
        let expected = format!("{}, as the workflow names", self.head.len());
        let help = "name every column, in order; is it another separator?";
        let error = InputError::new(&self.path, format!("{} columns", cells.len()), expected, help);
        let place = cells.position().cloned().unwrap_or_else(csv::Position::new);
        error.at_line(place.line()).at_record(place.record() + 1)
    }

    /// File that the table is read from.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Iterator for Table {
    type Item = Result<Row, InputError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut cells = StringRecord::new();
        match self.rows.read_record(&mut cells) {
            Ok(false) => None,
            Ok(true) => {
                if cells.len() != self.head.len() {
                    return Some(Err(self.short_row(&cells)));
                }
                let place = cells.position().cloned().unwrap_or_else(csv::Position::new);
                let number = place.record() + u64::from(!self.rows.has_headers());
                Some(Ok(Row { cells, line: place.line(), number }))
            }
            Err(error) => Some(Err(row_error(&self.path, &error))),
        }
    }
}

/// Reads the header line ahead without consuming it.
fn delimiter(source: &mut Source) -> std::io::Result<u8> {
    use std::io::BufRead;
    let ahead = source.fill_buf()?;
    let line = ahead.split(|b| *b == b'\n').next().unwrap_or_default();
    Ok(if line.contains(&b'\t') { b'\t' } else { b',' })
}

fn row_error(path: &Path, error: &csv::Error) -> InputError {
    let place = error.position();
    let mut out = match error.kind() {
        csv::ErrorKind::Io(error) => read_error(path, error),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => InputError::new(
            path,
            format!("{len} columns"),
            format!("{expected_len}, as in the header line"),
            "was the file cut off, or is a separator missing?",
        ),
        csv::ErrorKind::Utf8 { .. } => InputError::new(
            path,
            "text that is not UTF-8",
            "UTF-8",
            "convert the file: iconv -f latin1 -t utf-8",
        ),
        _ => InputError::new(path, error.to_string(), "a table", ""),
    };
    if let Some(place) = place {
        out = out.at_line(place.line()).at_record(place.record());
    }
    out
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Table {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        Table::open(file.path()).unwrap()
    }

    #[test]
    fn tabs_and_commas_and_crlf_are_told_apart_by_the_header() {
        for text in ["sequence\tclass\r\nACGT\t1\r\n", "sequence,class\nACGT,1\n"] {
            let mut table = table(text);
            assert_eq!(table.column("class").unwrap(), 1);
            let row = table.next().unwrap().unwrap();
            assert_eq!((&row.cells[0], &row.cells[1], row.line, row.number), ("ACGT", "1", 2, 1));
            assert!(table.next().is_none());
        }
    }

    #[test]
    fn a_table_without_a_header_line_takes_the_names_of_the_workflow() {
        // The layout of UCI's promoters: commas, then tabs before the sequence.
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "+,S10,\t\ttact\n-,868,\t\tatat\n-,x\n").unwrap();
        let names = ["class", "id", "sequence"].map(str::to_string);
        let table = Table::with(file.path(), Some(&names), Some(Separator::Comma)).unwrap();
        let rows: Vec<_> = table.collect();
        let first = rows[0].as_ref().unwrap();
        assert_eq!((&first.cells[0], &first.cells[2], first.number), ("+", "tact", 1));
        assert_eq!(rows[1].as_ref().unwrap().line, 2);
        let error = rows[2].as_ref().unwrap_err();
        assert_eq!((error.line, error.found.as_str()), (Some(3), "2 columns"));
    }

    #[test]
    fn a_short_row_names_its_line_and_a_missing_column_the_nearest_name() {
        let mut table = table("sequence\tclass\nACGT\t1\nAC\n");
        assert!(table.column("clas").unwrap_err().help.contains("`class`"));
        assert!(table.next().unwrap().is_ok());
        let error = table.next().unwrap().unwrap_err();
        assert_eq!((error.line, error.found.as_str()), (Some(3), "1 columns"));
    }
}
