//! Why a file holds nothing to read, in the words of what it holds.

use std::path::Path;

use super::column::key;
use super::layout::Layout;
use super::sheet::{Row, Sheet};
use cistron_data::error::InputError;

/// The error of a file without Cq and without curves.
pub(super) fn error(
    path: &Path,
    sheets: &[Sheet],
    layouts: impl Iterator<Item = Layout>,
) -> InputError {
    let expected =
        "a column of Cq (Cq, Ct, Cp) beside well, sample or target, or fluorescence by cycle";
    let layouts: Vec<Layout> = layouts.collect();
    let only = |layout| layouts.contains(&layout);
    if let Some(row) = sheets.iter().flat_map(|s| &s.rows).find(|row| is_digital(row)) {
        let help = "digital PCR counts partitions and has no Cq: use software for digital PCR";
        return InputError::new(path, "a table of digital PCR", expected, help).at_line(row.line);
    }
    if only(Layout::Melting) {
        let help = "export the amplification or the Cq of the same run as well";
        return InputError::new(path, "melting curves only", expected, help);
    }
    if only(Layout::RawSignal) {
        let help = "export the results, or the amplification data, of the same run";
        return InputError::new(path, "raw signal by filter or dye only", expected, help);
    }
    let head = sheets.iter().flat_map(|s| &s.rows).find(|row| !row.is_blank());
    let cells: Vec<&str> =
        head.into_iter().flat_map(Row::bare).filter(|c| !c.is_empty()).take(8).collect();
    let found =
        if cells.is_empty() { "no cell".into() } else { format!("`{}`", cells.join("`, `")) };
    InputError::new(path, found, expected, "name the columns so, or export the results again")
}

/// Whether a row names columns of droplets or partitions.
fn is_digital(row: &Row) -> bool {
    let mut heads = row.bare().map(key);
    let counts = |head: &String| head.contains("droplet") || head.contains("partition");
    let several = row.bare().filter(|cell| !cell.is_empty()).count() > 2;
    let both = ["positives", "negatives"].iter().all(|w| row.bare().any(|cell| key(cell) == *w));
    several && (both || heads.any(|head| counts(&head)))
}
