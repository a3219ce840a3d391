//! A row a reaction, with its Cq.

use super::block::{Block, fact};
use super::column::Column;
use super::file::{Context, well};
use super::instrument::Instrument;
use super::layout::index;
use super::number::Decimal;
use super::sheet::Row;
use crate::{Cq, Reaction, Role, Well};
use cistron_data::error::InputError;

/// Reactions, and the facts below them.
type Found = (Vec<Reaction>, Vec<(String, String)>);

/// Reads a block; also returns the facts of the rows below the data.
pub(super) fn parse(block: &Block<'_>, context: &Context<'_>) -> Result<Found, InputError> {
    let decimal = Decimal::of(block.rows);
    let column = |column| index(&block.columns, column);
    let kept = context.kept(block);
    let places = block.rows.iter().find(|row| !row.is_blank()).is_some_and(|row| place(block, row));
    let (mut out, mut facts) = (Vec::new(), Vec::new());
    let mut below: Option<&Row> = None;
    for row in block.rows.iter().filter(|row| !row.is_blank()) {
        if places && !place(block, row) {
            facts.extend(fact(row));
            below = below.or(Some(row));
            continue;
        }
        if let (true, Some(odd)) = (places, below) {
            let well = odd.cell(column(Column::Well).unwrap_or_default());
            return Err(context.error(odd, &format!("well `{well}`"), "a well such as A1"));
        }
        let cell = |c| column(c).map_or("", |i| row.cell(i));
        if let Some(i) = column(Column::Cq).filter(|i| *i >= row.cells.len()) {
            let found = format!("{} columns", row.cells.len());
            return Err(context.error(row, &found, &format!("a Cq in column {}", i + 1)));
        }
        let cq = cq(cell(Column::Cq), decimal, context, row)?;
        let mut reaction = context.reaction(row.line);
        reaction.sample = cell(Column::Sample).to_string();
        reaction.target = cell(Column::Target).to_string();
        reaction.dye = cell(Column::Dye).to_string();
        reaction.cq = cq;
        if reaction.dye.is_empty() {
            reaction.dye.clone_from(&context.dye);
        }
        reaction.well = well(cell(Column::Well));
        let named = [(Column::Run, &mut reaction.run), (Column::Plate, &mut reaction.plate)];
        for (column, name) in named {
            let cell = cell(column);
            if !cell.is_empty() {
                *name = cell.to_string();
            }
        }
        let (role, endogenous) = role(cell(Column::Task), &reaction.sample);
        reaction.role = role;
        let named = !reaction.sample.is_empty() || !reaction.target.is_empty();
        if !named && cq == Cq::Absent && role == Role::Unknown {
            continue; // An empty well.
        }
        if endogenous {
            context.references.borrow_mut().insert(reaction.target.clone());
        }
        let standard = decimal.parse(cell(Column::StandardQuantity)).filter(|q| *q > 0.0);
        if standard.is_some() {
            reaction.role = Role::Standard;
        }
        if reaction.role == Role::Standard {
            let quantity = decimal.parse(cell(Column::Quantity)).filter(|q| *q > 0.0);
            reaction.quantity = standard.or(quantity);
        }
        reaction.omitted = omitted(cell(Column::Omit), cell(Column::Include));
        reaction.columns =
            kept.iter().map(|(name, i)| (name.clone(), row.cell(*i).to_string())).collect();
        out.push(reaction);
    }
    Ok((out, facts))
}

/// Whether a file leaves a reaction out: a column such as `Omit` or `Excluded` says more than no, or
/// one such as `Use` or `Include` says no.
pub(super) fn omitted(omit: &str, include: &str) -> bool {
    let no = |word: &str| {
        const NO: [&str; 10] = ["false", "f", "0", "no", "n", "-", "na", "n/a", "none", "off"];
        NO.contains(&word.to_lowercase().as_str())
    };
    let out = |word: &str| matches!(word.to_lowercase().as_str(), "excluded" | "omitted" | "out");
    (!omit.is_empty() && !no(omit)) || no(include) || out(include)
}

/// Whether the well of a row is a place on a plate.
fn place(block: &Block<'_>, row: &Row) -> bool {
    index(&block.columns, Column::Well).is_some_and(|i| Well::parse(row.cell(i)).is_some())
}

/// Reads a cell that should hold a quantification cycle.
pub(super) fn cq(
    cell: &str,
    decimal: Decimal,
    context: &Context<'_>,
    row: &Row,
) -> Result<Cq, InputError> {
    if let Some(word) = Cq::word(cell) {
        // LightCycler 480 leaves the cell empty where it calls no crossing point.
        let silent = word == Cq::Absent && context.instrument == Instrument::LightCycler480;
        return Ok(if silent { Cq::Undetermined } else { word });
    }
    let number = decimal.parse(cell);
    // BioMark and others write 999 where nothing amplifies.
    if number.is_some_and(|n| (n - 999.0).abs() < 1e-9) {
        return Ok(Cq::Undetermined);
    }
    // Both are written for a reaction that never crosses the threshold.
    if number.is_some_and(|n| (-1.0..=0.0).contains(&n) && n.fract() == 0.0) {
        return Ok(Cq::Undetermined);
    }
    number.and_then(Cq::of).ok_or_else(|| {
        let expected = format!("a cycle up to {}, Undetermined or nothing", Cq::HIGHEST);
        context.error(row, &format!("Cq `{cell}`"), &expected)
    })
}

/// The role by task and sample name, and whether the task calls the target a reference.
pub(super) fn role(task: &str, sample: &str) -> (Role, bool) {
    let by_task = Role::of_task(task).unwrap_or_default();
    let role = match by_task {
        Role::Unknown => Role::of_sample(sample).unwrap_or_default(),
        told => told,
    };
    let task = task.trim().to_lowercase();
    (role, task.starts_with("endo"))
}
