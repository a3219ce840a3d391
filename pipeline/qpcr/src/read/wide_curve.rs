//! A row a cycle, a column a well.

use super::block::Block;
use super::column::Column;
use super::file::{Context, well};
use super::layout::index;
use super::number::Decimal;
use crate::{Curve, Reaction};
use cistron_data::error::InputError;

/// Reads a block; an empty cell is a cycle that was not measured.
pub(super) fn parse(block: &Block<'_>, context: &Context<'_>) -> Result<Vec<Reaction>, InputError> {
    let decimal = Decimal::of(block.rows);
    let cycle = index(&block.columns, Column::Cycle).unwrap_or_default();
    let heads = block.heads.iter().enumerate();
    let wells = heads.filter(|(i, head)| *i > cycle && !head.is_empty());
    let mut out: Vec<(usize, Reaction)> = wells
        .map(|(i, head)| {
            let mut reaction = context.reaction(block.line);
            reaction.well = well(head);
            reaction.curve = Some(Curve::default());
            (i, reaction)
        })
        .collect();
    let mut last = f64::NEG_INFINITY;
    for row in block.rows.iter().filter(|row| !row.is_blank()) {
        let Some(number) = decimal.parse(row.cell(cycle)).filter(|number| *number > last) else {
            let found = format!("cycle `{}`", row.cell(cycle));
            return Err(context.error(row, &found, "a cycle after the one above"));
        };
        last = number;
        for (i, reaction) in &mut out {
            let cell = row.cell(*i);
            if matches!(cell, "" | "NA" | "NaN" | "nan") {
                continue;
            }
            let Some(fluorescence) = decimal.parse(cell) else {
                let found = format!("fluorescence `{cell}` of `{}`", block.heads[*i]);
                return Err(context.error(row, &found, "a number"));
            };
            let curve = reaction.curve.get_or_insert_default();
            curve.cycles.push(number);
            curve.fluorescence.push(fluorescence);
        }
    }
    Ok(out.into_iter().map(|(_, reaction)| reaction).collect())
}
