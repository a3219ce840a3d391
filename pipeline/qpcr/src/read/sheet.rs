//! Rows of cells: what a text file and a worksheet have in common.

use csv::StringRecord;

/// Most rows of a sheet: 1536 wells of 100 cycles are 153 600.
pub(super) const MOST_ROWS: usize = 2_000_000;

/// A row with its place in the file.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) cells: StringRecord,
    /// Line or row of the sheet, from 1.
    pub(super) line: u64,
}

impl Row {
    /// A cell without blanks and quotes around it; empty where the row ends before it.
    pub(super) fn cell(&self, index: usize) -> &str {
        bare(self.cells.get(index).unwrap_or_default())
    }

    /// All cells, bare.
    pub(super) fn bare(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().map(bare)
    }

    /// Whether every cell is empty.
    pub(super) fn is_blank(&self) -> bool {
        self.bare().all(str::is_empty)
    }
}

/// A table of cells.
#[derive(Debug, Clone, Default)]
pub(super) struct Sheet {
    /// Name of the worksheet; empty for text.
    pub(super) name: String,
    pub(super) rows: Vec<Row>,
}

fn bare(cell: &str) -> &str {
    let cell = cell.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    match cell.strip_prefix('"').and_then(|c| c.strip_suffix('"')) {
        Some(inner) => inner.trim(),
        None => cell,
    }
}
