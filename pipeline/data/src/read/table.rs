//! Tables: text separated by commas, tabs or semicolons, plain or compressed.

mod dialect;

use std::io::BufRead;
use std::path::{Path, PathBuf};

use csv::StringRecord;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::open::{Source, read_error};
use crate::error::InputError;
use dialect::dialect;

/// A table that is read row by row.
pub struct Table {
    path: PathBuf,
    rows: csv::Reader<Source>,
    head: StringRecord,
    /// Whether the first line is the first row.
    headless: bool,
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

    /// Opens a table. Without `columns` its first line names them, or they are `column-1`,
    /// `column-2` and so on where that line holds a sequence; without a separator it is the one that
    /// gives the first lines the same number of cells.
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
        let ahead = source.fill_buf().map_err(|e| read_error(path, &e))?;
        let told = dialect(ahead, false, separator);
        let headless = columns.is_some() || !told.header;
        let mut rows = csv::ReaderBuilder::new()
            .delimiter(told.separator.byte())
            .quoting(told.quotes)
            .has_headers(!headless)
            // Cells behind the last column may be empty, as spreadsheets leave them.
            .flexible(true)
            // With CRLF as one terminator the positions of rows would be a line too low.
            .terminator(csv::Terminator::Any(b'\n'))
            .trim(csv::Trim::All)
            .from_reader(source);
        let head = match columns {
            Some(columns) => StringRecord::from(columns),
            None if headless => {
                // The first row is read as a header and given out as a row all the same.
                let width = rows.headers().map_err(|e| row_error(path, &e))?.len();
                (1..=width).map(|column| format!("column-{column}")).collect()
            }
            None => {
                let mut head = rows.headers().map_err(|e| row_error(path, &e))?.clone();
                head.truncate(filled(&head));
                head
            }
        };
        if head.is_empty() {
            let help = "give a table whose first line names the columns";
            return Err(InputError::new(path, "an empty file", "a header line", help));
        }
        Ok(Self { path: path.to_path_buf(), rows, head, headless })
    }

    /// Names of the columns.
    #[must_use]
    pub fn columns(&self) -> Vec<&str> {
        self.head.iter().map(str::trim).collect()
    }

    /// Index of a column.
    pub fn column(&self, name: &str) -> Result<usize, InputError> {
        let named = || self.head.iter().enumerate().filter(|(_, head)| head.trim() == name);
        if let (Some((first, _)), Some((second, _))) = (named().next(), named().nth(1)) {
            let found = format!("two columns `{name}`: {} and {}", first + 1, second + 1);
            let help = "rename one of them: which is meant cannot be told";
            return Err(InputError::new(&self.path, found, "one", help).at_line(1));
        }
        named().next().map(|(at, _)| at).ok_or_else(|| {
            let heads: Vec<&str> = self.head.iter().map(str::trim).collect();
            let help = crate::spelling::closest(name, &heads).map_or_else(
                || "name one of these columns in the workflow".to_string(),
                |close| format!("did you mean `{close}`?"),
            );
            let found = format!("columns {}", quoted(&heads));
            InputError::new(&self.path, found, format!("a column `{name}`"), help).at_line(1)
        })
    }

    /// The error of a row of another length than the columns.
    fn odd_row(&self, cells: &StringRecord) -> InputError {
        let (found, expected) = (cells.len(), self.head.len());
        let (expected, help) = if self.headless {
            (
                format!("{expected}, as the workflow names"),
                "name every column, in order; is it another separator?",
            )
        } else {
            let help = "was the file cut off, or is a separator missing?";
            (format!("{expected}, as in the header line"), help)
        };
        let error = InputError::new(&self.path, format!("{found} columns"), expected, help);
        let place = cells.position().cloned().unwrap_or_else(csv::Position::new);
        error.at_line(place.line()).at_record(place.record() + u64::from(self.headless))
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
        loop {
            match self.rows.read_record(&mut cells) {
                Ok(false) => return None,
                // Spreadsheets leave rows of empty cells behind the last.
                Ok(true) if filled(&cells) == 0 => {}
                Ok(true) => break,
                Err(error) => return Some(Err(row_error(&self.path, &error))),
            }
        }
        if cells.len() > self.head.len() && filled(&cells) <= self.head.len() {
            cells.truncate(self.head.len());
        }
        if cells.len() != self.head.len() {
            return Some(Err(self.odd_row(&cells)));
        }
        let place = cells.position().cloned().unwrap_or_else(csv::Position::new);
        let number = place.record() + u64::from(self.headless);
        Some(Ok(Row { cells, line: place.line(), number }))
    }
}

/// Cells of a row up to the last that is not empty.
fn filled(cells: &StringRecord) -> usize {
    let filled = |cell: &usize| cells.get(*cell).is_some_and(|cell| !cell.trim().is_empty());
    (0..cells.len()).rev().find(filled).map_or(0, |at| at + 1)
}

fn row_error(path: &Path, error: &csv::Error) -> InputError {
    let place = error.position();
    let mut out = match error.kind() {
        csv::ErrorKind::Io(error) => read_error(path, error),
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
    fn what_spreadsheets_leave_behind_is_no_column_and_no_row() {
        let mut table = table("\u{feff}sample\tpop\t\t\nS0\tGBR\nS1\tFIN\t\t\n\t\t\n");
        assert_eq!(table.columns(), ["sample", "pop"]);
        let rows: Vec<Row> = table.by_ref().map(Result::unwrap).collect();
        assert_eq!(rows.iter().map(|row| &row.cells[1]).collect::<Vec<_>>(), ["GBR", "FIN"]);
        let mut table = super::tests::table("a,b\n1,2\n1,2,3\n");
        assert!(table.next().unwrap().is_ok());
        assert_eq!(table.next().unwrap().unwrap_err().found, "3 columns");
    }

    #[test]
    fn quotes_are_taken_off_and_a_name_given_twice_is_refused() {
        let mut table = table("\"id\"\t\"label\"\n\"g0\"\ta\n");
        assert_eq!(table.column("label").unwrap(), 1);
        assert_eq!(&table.next().unwrap().unwrap().cells[0], "g0");
        let error = super::tests::table("id,label,label\ng0,a,b\n").column("label").unwrap_err();
        assert_eq!(error.found, "two columns `label`: 2 and 3");
    }

    #[test]
    fn a_first_line_with_a_sequence_is_a_row() {
        let text = "+,S0,\t\tacgtacgtacgtacgtacgtac\n-,S1,\t\tacgtacgtacgtacgtacgtag\n";
        let table = table(text);
        assert_eq!(table.columns(), ["column-1", "column-2", "column-3"]);
        let rows: Vec<Row> = table.map(Result::unwrap).collect();
        assert_eq!((rows.len(), &rows[0].cells[0], rows[0].number, rows[1].line), (2, "+", 1, 2));
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
