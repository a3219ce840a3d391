//! Workbooks: xlsx, xlsb, xls and ods, every sheet as rows of text.

use std::cell::Cell;
use std::io::Cursor;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::Once;

use calamine::{Data, Reader, Sheets, open_workbook_auto_from_rs};
use csv::StringRecord;
use zip::ZipArchive;

use super::bytes::LIMIT;
use super::compound;
use super::sheet::{MOST_ROWS, Row, Sheet};
use cistron_data::error::InputError;

/// Most columns of a sheet that are looked at: a 1536-well plate has 1537.
const MOST_COLUMNS: u32 = 10_000;

/// All sheets of a workbook, and a word for the container.
pub(super) fn sheets(path: &Path, bytes: &[u8]) -> Result<(Vec<Sheet>, String), InputError> {
    let failed = |error: &dyn std::fmt::Display| unreadable(path, error);
    let zipped = bytes.starts_with(b"PK");
    if zipped {
        check_zip(path, bytes)?;
    }
    if bytes.starts_with(compound::MAGIC) {
        compound::check(bytes).map_err(|why| failed(&format!("xls: {why}")))?;
    }
    guarded(|| read(path, bytes)).unwrap_or_else(|| Err(failed(&"a workbook that cannot be read")))
}

/// What `work` gives; `None` where it panics, which the reader of workbooks does on some damaged files.
fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    thread_local!(static QUIET: Cell<bool> = const { Cell::new(false) });
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                usual(info);
            }
        }));
    });
    QUIET.set(true);
    let done = std::panic::catch_unwind(AssertUnwindSafe(work));
    QUIET.set(false);
    done.ok()
}

/// The sheets of bytes that were checked.
fn read(path: &Path, bytes: &[u8]) -> Result<(Vec<Sheet>, String), InputError> {
    let failed = |error: &dyn std::fmt::Display| unreadable(path, error);
    let mut book = open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|e| failed(&e))?;
    let kind = match &book {
        Sheets::Xlsx(_) => "xlsx",
        Sheets::Xlsb(_) => "xlsb",
        Sheets::Xls(_) => "xls",
        Sheets::Ods(_) => "ods",
    };
    let mut out = Vec::new();
    for name in book.sheet_names() {
        let rows = if let Sheets::Xlsx(book) = &mut book {
            let mut cells = Vec::new();
            let mut reader = book.worksheet_cells_reader(&name).map_err(|e| failed(&e))?;
            while let Some(cell) = reader.next_cell().map_err(|e| failed(&e))? {
                cells.push((cell.get_position(), Data::from(cell.get_value().clone())));
            }
            rows(path, cells.into_iter())?
        } else {
            let range = book.worksheet_range(&name).map_err(|e| failed(&e))?;
            let (row, column) = range.start().unwrap_or_default();
            let cells = range
                .used_cells()
                .map(|(r, c, data)| ((row + r as u32, column + c as u32), data.clone()));
            rows(path, cells)?
        };
        out.push(Sheet { name, rows });
    }
    Ok((out, format!("{kind} workbook")))
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> InputError {
    let expected = "a workbook (xlsx, xls), RDML, or text";
    InputError::new(path, error.to_string(), expected, "save the file again, or export as text")
}

/// Cells to rows; what lies far outside of a sheet's use is refused, not filled up with blanks.
fn rows(
    path: &Path,
    cells: impl Iterator<Item = ((u32, u32), Data)>,
) -> Result<Vec<Row>, InputError> {
    let mut rows: std::collections::BTreeMap<u32, Vec<String>> = std::collections::BTreeMap::new();
    let mut total = 0_usize;
    for ((row, column), data) in cells.filter(|cell| cell.1 != Data::Empty) {
        let line = rows.entry(row).or_default();
        let wide = column as usize + 1;
        total += wide.saturating_sub(line.len());
        if column >= MOST_COLUMNS || total > 16 * MOST_ROWS {
            let found = format!("a cell in column {wide} of row {}", row + 1);
            let expected = format!("at most {MOST_COLUMNS} columns");
            return Err(InputError::new(
                path,
                found,
                expected,
                "delete what lies beside the table",
            ));
        }
        if line.len() < wide {
            line.resize(wide, String::new());
        }
        line[column as usize] = data.to_string();
    }
    let row = |(row, cells): (u32, Vec<String>)| Row {
        cells: StringRecord::from(cells),
        line: u64::from(row) + 1,
    };
    Ok(rows.into_iter().map(row).collect())
}

/// Refuses archives that unpack to more than the limit, and those of an instrument's own format.
fn check_zip(path: &Path, bytes: &[u8]) -> Result<(), InputError> {
    let failed = |error: zip::result::ZipError| {
        InputError::new(path, error.to_string(), "a whole archive", "copy the file again")
    };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(failed)?;
    let mut total = 0_u64;
    for i in 0..archive.len() {
        let mut member = archive.by_index(i).map_err(failed)?;
        let name = member.name().map_err(failed)?.to_lowercase();
        if name.starts_with("apldbio/") {
            let help = "export the results from the instrument's software as text, xlsx or RDML";
            let found = "an experiment file (eds) of Applied Biosystems";
            return Err(InputError::new(path, found, "text, xlsx, xls or RDML", help));
        }
        // What the directory says may be wrong: the bytes are counted.
        let limit = std::io::Read::take(&mut member, LIMIT + 1 - total.min(LIMIT));
        total += std::io::copy(&mut { limit }, &mut std::io::sink())
            .map_err(|error| cistron_data::read::open::read_error(path, &error))?;
        if total > LIMIT {
            let expected = format!("at most {} MB unpacked", LIMIT >> 20);
            return Err(InputError::new(path, "a larger archive", expected, "split it by plate"));
        }
    }
    Ok(())
}
