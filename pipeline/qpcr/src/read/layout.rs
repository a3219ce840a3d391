//! How a block of rows holds its numbers.

use serde::{Deserialize, Serialize};

use super::column::{self, Column};
use super::number::Decimal;
use super::sheet::Row;
use crate::{Role, Well};

/// How a block of rows holds its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// A row a reaction, with its Cq.
    LongCq,
    /// The same in the columns of SDS, the header line lost.
    LongCqWithoutHeader,
    /// A row a sample, a column a target.
    WideCq,
    /// A row a cycle of a well.
    LongCurve,
    /// A row a cycle, a column a well.
    CyclesInRows,
    /// A row a well, a column a cycle.
    CyclesInColumns,
    /// What is in the wells; no measurement.
    Annotation,
    /// Fluorescence by temperature: melting, which is passed over.
    Melting,
    /// Fluorescence of each filter or dye before it is normalised, which is passed over.
    RawSignal,
    /// The tree of an RDML file.
    Rdml,
}

/// Columns of a block: index by meaning.
pub(super) type Columns = Vec<(Column, usize)>;

/// The index of a column.
pub(super) fn index(columns: &Columns, column: Column) -> Option<usize> {
    columns.iter().find(|c| c.0 == column).map(|c| c.1)
}

/// Columns that the cells of a header line name.
pub(super) fn columns<'a>(heads: impl Iterator<Item = &'a str>) -> Columns {
    let mut found: Vec<(Column, usize, u8)> = Vec::new();
    let mut number = None;
    for (i, head) in heads.enumerate() {
        if let Some((column, sure)) = column::recognise(head) {
            match found.iter_mut().find(|f| f.0 == column) {
                Some(old) if old.2 < sure => {
                    // `Well` beside `Well Position` is the well's number.
                    number = number.or((column == Column::Well).then_some(old.1));
                    *old = (column, i, sure);
                }
                Some(_) => number = number.or((column == Column::Well).then_some(i)),
                None => found.push((column, i, sure)),
            }
        }
    }
    found.extend(number.map(|i| (Column::WellNumber, i, 0)));
    found.into_iter().map(|(column, i, _)| (column, i)).collect()
}

/// Index of the first of at least five columns that are numbered 1, 2, 3 … or F1, F2, F3 …
pub(super) fn numbered(row: &Row) -> Option<usize> {
    let number = |i: usize| {
        let cell = row.cell(i);
        cell.strip_prefix('F').unwrap_or(cell).parse::<u32>().ok()
    };
    (0..row.cells.len()).find(|i| (0..5).all(|k| number(i + k) == Some(k as u32 + 1)))
}

/// The layout that starts with `row` as its header line, `next` being the line below.
pub(super) fn of_header(row: &Row, next: Option<&Row>) -> Option<(Layout, Columns)> {
    let found = columns(row.bare());
    let has = |column| index(&found, column).is_some();
    let named = has(Column::Well) || has(Column::Sample) || has(Column::Target);
    if has(Column::Cq) && named {
        return Some((Layout::LongCq, found));
    }
    if let Some(cycle) = index(&found, Column::Cycle) {
        let below =
            next.and_then(|next| Decimal::of(std::slice::from_ref(next)).parse(next.cell(cycle)));
        let others = row.bare().filter(|cell| !cell.is_empty()).count() > 1;
        if below.is_some() && others {
            let layout = match (has(Column::Well), has(Column::Fluorescence)) {
                (true, true) => Layout::LongCurve,
                (false, _) => Layout::CyclesInRows,
                // Filters (x1-m1) or dyes in columns, as in sections Raw Data and Multicomponent.
                (true, false) => Layout::RawSignal,
            };
            return Some((layout, found));
        }
    }
    if let Some(at) = index(&found, Column::Temperature).filter(|_| !has(Column::Cycle)) {
        let below =
            next.is_some_and(|n| Decimal::of(std::slice::from_ref(n)).parse(n.cell(at)).is_some());
        if below && row.bare().filter(|cell| !cell.is_empty()).count() > 1 {
            return Some((Layout::Melting, found));
        }
    }
    if numbered(row).is_some() && named {
        return Some((Layout::CyclesInColumns, found));
    }
    let annotates = has(Column::Sample) || has(Column::Target) || has(Column::Task);
    (has(Column::Well) && annotates && found.len() >= 2).then_some((Layout::Annotation, found))
}

/// The columns of SDS 2.3 where rows have its form: number, plate, well, flag, sample, detector,
/// task, Ct.
pub(super) fn without_header(row: &Row) -> Option<Columns> {
    let number = row.cell(0).parse::<u32>().is_ok();
    let well = Well::parse(row.cell(2)).is_some();
    let task = Role::of_task(row.cell(6)).is_some();
    let cq = crate::Cq::word(row.cell(7)).is_some() || row.cell(7).parse::<f64>().is_ok();
    (number && well && task && cq).then(|| {
        vec![
            (Column::Plate, 1),
            (Column::Well, 2),
            (Column::Sample, 4),
            (Column::Target, 5),
            (Column::Task, 6),
            (Column::Cq, 7),
            (Column::Omit, 15),
        ]
    })
}
