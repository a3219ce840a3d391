//! A row a well, a column a cycle.

use super::block::Block;
use super::column::Column;
use super::file::{Context, well};
use super::layout::index;
use super::long_cq::{omitted, role};
use super::number::Decimal;
use crate::{Curve, Reaction};
use cistron_data::error::InputError;

/// Reads a block; empty cells after the last cycle are cycles that were not run.
pub(super) fn parse(block: &Block<'_>, context: &Context<'_>) -> Result<Vec<Reaction>, InputError> {
    let decimal = Decimal::of(block.rows);
    let number = |i: usize| {
        let head = &block.heads[i];
        head.strip_prefix('F').unwrap_or(head).parse::<u32>().ok()
    };
    let start = (0..block.heads.len())
        .find(|i| (0..5).all(|k| i + k < block.heads.len() && number(i + k) == Some(k as u32 + 1)));
    let start = start.unwrap_or_default();
    let cycles: Vec<(usize, u32)> =
        (start..block.heads.len()).map_while(|i| number(i).map(|cycle| (i, cycle))).collect();
    let kept = context.kept(block);
    let mut out = Vec::new();
    for row in block.rows.iter().filter(|row| !row.is_blank()) {
        let cell = |c| index(&block.columns, c).map_or("", |i| row.cell(i));
        let mut curve = Curve::default();
        for (i, cycle) in &cycles {
            let cell = row.cell(*i);
            if matches!(cell, "" | "NA" | "NaN" | "nan") {
                continue;
            }
            let Some(fluorescence) = decimal.parse(cell) else {
                let found = format!("fluorescence `{cell}` in cycle {cycle}");
                return Err(context.error(row, &found, "a number"));
            };
            curve.cycles.push(f64::from(*cycle));
            curve.fluorescence.push(fluorescence);
        }
        let mut reaction = context.reaction(row.line);
        reaction.well = well(cell(Column::Well));
        reaction.sample = cell(Column::Sample).to_string();
        reaction.target = cell(Column::Target).to_string();
        reaction.dye = cell(Column::Dye).to_string();
        reaction.role = role(cell(Column::Task), cell(Column::Sample)).0;
        reaction.omitted = omitted(cell(Column::Omit), cell(Column::Include));
        let run = cell(Column::Run);
        if !run.is_empty() {
            (reaction.run, reaction.plate) = (run.to_string(), run.to_string());
        }
        reaction.curve = Some(curve);
        reaction.columns =
            kept.iter().map(|(name, i)| (name.clone(), row.cell(*i).to_string())).collect();
        out.push(reaction);
    }
    Ok(out)
}
