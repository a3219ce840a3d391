//! Reading the exports of instruments: told apart by content, never by name.

mod annotation;
mod block;
mod bytes;
mod column;
mod compound;
#[cfg(test)]
mod faults;
mod file;
mod instrument;
mod layout;
mod long_cq;
mod long_curve;
mod merge;
mod nothing;
mod number;
mod rdml;
mod row_curve;
mod sheet;
#[cfg(test)]
mod tests;
mod text;
mod well_number;
mod wide_cq;
mod wide_curve;
mod workbook;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use instrument::Instrument;
pub use layout::Layout;

use super::Measurements;
use super::measurements::Counts;
use cistron_data::error::InputError;

/// How a file was read, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The file.
    pub path: PathBuf,
    /// Container, encoding, line ends and separator.
    pub container: String,
    /// Instrument, or `unnamed` where the content names none.
    pub instrument: Instrument,
    /// Layouts found, in order.
    pub layouts: Vec<Layout>,
    /// Cells that decided it.
    pub evidence: Vec<String>,
    /// What was found and not used.
    pub notes: Vec<String>,
    /// What was read.
    pub counts: Counts,
}

/// Reads one file; `keep` names further columns to hold with each reaction.
///
/// # Errors
///
/// [`InputError`] where the file is no qPCR export, with the line where it goes wrong.
pub fn read(path: &Path, keep: &[String]) -> Result<Measurements, InputError> {
    let mut bytes = bytes::load(path)?;
    // An archive that was meant for several disks begins with a mark of that, which its offsets may
    // or may not count.
    let marked = bytes.starts_with(b"PK\x07\x08PK") || bytes.starts_with(b"PK00PK");
    if marked && !rdml::is_rdml(&bytes) {
        bytes.drain(..4);
    }
    let mut out = match bytes.as_slice() {
        [b'P', b'K', ..] if rdml::is_rdml(&bytes) => rdml::read_zip(path, &bytes)?,
        [b'P', b'K', 3, 4, ..] | [0xd0, 0xcf, 0x11, 0xe0, ..] => {
            let (sheets, container) = workbook::sheets(path, &bytes)?;
            file::read(path, sheets, container, keep)?
        }
        _ => {
            let (text, encoding) = text::decode(path, &bytes)?;
            if rdml::is_xml(&text) {
                rdml::read_xml(path, &text)?
            } else {
                let (sheet, form) = text::sheet(path, &text)?;
                file::read(path, vec![sheet], format!("{encoding} text, {form}"), keep)?
            }
        }
    };
    let counts = out.counts();
    for decision in &mut out.decisions {
        decision.counts = counts;
    }
    Ok(out)
}

/// Reads several files into one table; curves and cycles of the same well come together.
///
/// # Errors
///
/// The first file's that cannot be read.
pub fn read_all(paths: &[PathBuf], keep: &[String]) -> Result<Measurements, InputError> {
    let mut out = Measurements::default();
    for path in paths {
        out.extend(read(path, keep)?);
        if paths.len() > 1 {
            let (reactions, _) = merge::merge(path, std::mem::take(&mut out.reactions))?;
            out.reactions = reactions;
        }
    }
    Ok(out)
}
