//! Blocks of a sheet: a header line with the rows below it; instruments write several to a file.

use super::layout::{self, Columns, Layout};
use super::sheet::{Row, Sheet};

/// A header line with the rows below it.
#[derive(Debug)]
pub(super) struct Block<'a> {
    pub(super) layout: Layout,
    pub(super) columns: Columns,
    /// Column heads; empty where the header line is lost.
    pub(super) heads: Vec<String>,
    /// Line of the header, from 1.
    pub(super) line: u64,
    pub(super) rows: &'a [Row],
}

/// A sheet taken apart.
#[derive(Debug, Default)]
pub(super) struct Parts<'a> {
    pub(super) blocks: Vec<Block<'a>>,
    /// Rows outside of blocks: key and value, as in `Experiment Name`, `2019-09-10`.
    pub(super) facts: Vec<(String, String)>,
    /// Rows below a title that no header line follows.
    pub(super) unread: Vec<String>,
}

/// Finds every header line of a sheet.
pub(super) fn parts(sheet: &Sheet) -> Parts<'_> {
    let rows = &sheet.rows;
    let mut starts: Vec<(Layout, Columns, Vec<String>, usize, usize)> = Vec::new();
    let mut ends = Vec::new();
    let mut out = Parts::default();
    let mut i = 0;
    while i < rows.len() {
        let row = &rows[i];
        if row.cell(0).starts_with('[') {
            ends.push(i);
        }
        let heads: Vec<String> = row.bare().map(str::to_string).collect();
        let found = match rows.get(i + 1) {
            Some(below) if row.cell(0) == "Chamber" && below.cell(0) == "ID" => {
                let joined = joined(row, below);
                let columns = layout::columns(joined.iter().map(String::as_str));
                Some((Layout::LongCq, columns, joined, 2))
            }
            below => layout::of_header(row, below).map(|(l, columns)| (l, columns, heads, 1)),
        };
        if let Some((layout, columns, heads, lines)) = found {
            starts.push((layout, columns, heads, i, i + lines));
            ends.push(i);
            i += lines;
            continue;
        }
        let curves = starts.last().is_some_and(|s| s.0 == Layout::CyclesInRows);
        if starts.is_empty() {
            out.facts.extend(fact(row));
        } else if curves && is_title(row) {
            // A second table, of the passive reference, say, has a title of its own.
            ends.push(i);
            out.unread.push(format!("rows from line {} (`{}`)", row.line, row.cell(0)));
        }
        i += 1;
    }
    ends.push(rows.len());
    for (layout, columns, heads, at, from) in starts {
        let to = ends.iter().copied().find(|end| *end >= from).unwrap_or(rows.len());
        let line = rows[at].line;
        out.blocks.push(Block { layout, columns, heads, line, rows: &rows[from..to] });
    }
    out
}

/// Whether a row holds one cell of words.
fn is_title(row: &Row) -> bool {
    let words = row.cell(0).parse::<f64>().is_err() && !row.cell(0).is_empty();
    words && row.bare().filter(|cell| !cell.is_empty()).count() == 1
}

/// A row of a preamble as key and value.
pub(super) fn fact(row: &Row) -> Option<(String, String)> {
    let mut cells = row.bare().filter(|cell| !cell.is_empty()).map(str::to_string);
    let key = cells.next()?;
    Some((key, cells.next().unwrap_or_default()))
}

/// The two header lines of `BioMark` as one: `Chamber` over `ID`, `Ct` over `Value`.
fn joined(above: &Row, below: &Row) -> Vec<String> {
    let assay = |head: &str| !matches!(head, "Chamber" | "Sample" | "Ct");
    let join = |i: usize| match (above.cell(i), below.cell(i)) {
        (head, "Name") if assay(head) => "Target Name".to_string(),
        (head, "Type") if assay(head) => "Assay Kind".to_string(),
        (head, name) => format!("{head} {name}"),
    };
    (0..below.cells.len()).map(join).collect()
}
