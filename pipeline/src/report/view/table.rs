//! A table as the template prints it.

use serde::Serialize;

use crate::report::number;
use cistron_statistics::interval::Interval;

/// A table with a caption; the first cell of a row is its head.
#[derive(Debug, Default, Serialize)]
pub(in crate::report) struct Table {
    /// What the table holds, in a sentence or less.
    pub(in crate::report) caption: String,
    /// Heads of the columns.
    pub(in crate::report) columns: Vec<Column>,
    /// Cells, as many a row as there are columns.
    pub(in crate::report) rows: Vec<Vec<Cell>>,
}

/// Head of a column.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Column {
    name: String,
    numeric: bool,
}

/// One cell.
#[derive(Debug, Default, Serialize)]
pub(in crate::report) struct Cell {
    text: String,
    /// A second, smaller line.
    note: Option<String>,
    /// What a numeric column is sorted by.
    sort: Option<f64>,
    /// Length of a bar behind the number, in percent.
    bar: Option<String>,
    /// Whether the row is told apart.
    strong: bool,
}

impl Table {
    /// A table without rows; names that start with `#` head numeric columns.
    pub(in crate::report) fn new(caption: impl Into<String>, columns: &[&str]) -> Self {
        let columns = columns.iter().map(|name| Column::of(name)).collect();
        Self { caption: caption.into(), columns, rows: Vec::new() }
    }

    /// Adds a column of words.
    pub(in crate::report) fn text(&mut self, name: impl Into<String>) {
        self.columns.push(Column { name: name.into(), numeric: false });
    }

    /// Adds a numeric column.
    pub(in crate::report) fn numeric(&mut self, name: impl Into<String>) {
        self.columns.push(Column { name: name.into(), numeric: true });
    }
}

impl Column {
    fn of(name: &str) -> Self {
        match name.strip_prefix('#') {
            Some(name) => Self { name: name.to_string(), numeric: true },
            None => Self { name: name.to_string(), numeric: false },
        }
    }
}

impl Cell {
    pub(in crate::report) fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    pub(in crate::report) fn count(value: impl TryInto<u64> + Copy) -> Self {
        let sort = value.try_into().ok().map(|v| v as f64);
        Self { text: number::count(value), sort, ..Self::default() }
    }

    /// A score with three decimals.
    pub(in crate::report) fn score(value: Option<f64>) -> Self {
        let sort = value.filter(|v| v.is_finite());
        Self { text: number::optional_score(value), sort, ..Self::default() }
    }

    /// Any number with three significant digits.
    pub(in crate::report) fn number(value: Option<f64>) -> Self {
        let sort = value.filter(|v| v.is_finite());
        let text = value.map_or_else(|| number::ABSENT.to_string(), number::number);
        Self { text, sort, ..Self::default() }
    }

    /// A quantity already worded, sorted by `value`.
    pub(in crate::report) fn quantity(text: impl Into<String>, value: f64) -> Self {
        let sort = Some(value).filter(|v| v.is_finite());
        Self { text: text.into(), sort, ..Self::default() }
    }

    /// Adds an interval as the second line.
    pub(in crate::report) fn with_limits(self, interval: Option<&Interval>) -> Self {
        Self { note: interval.map(number::limits), ..self }
    }

    /// Adds a second line.
    pub(in crate::report) fn with_note(self, note: impl Into<String>) -> Self {
        Self { note: Some(note.into()), ..self }
    }

    /// Adds a bar of a share of the cell.
    pub(in crate::report) fn with_bar(self, share: f64) -> Self {
        let percent = if share.is_finite() { share.clamp(0.0, 1.0) * 100.0 } else { 0.0 };
        Self { bar: Some(format!("{percent:.1}")), ..self }
    }

    /// Sets the cell in bold.
    pub(in crate::report) fn strong(self, strong: bool) -> Self {
        Self { strong, ..self }
    }
}
