//! A row a cycle of a well.

use indexmap::IndexMap;

use super::block::Block;
use super::column::{Column, is_filter};
use super::file::{Context, well};
use super::layout::index;
use super::long_cq::{omitted, role};
use super::number::Decimal;
use crate::{Curve, Reaction};
use cistron_data::error::InputError;

/// Reads a block; the cycles of a well and target become one curve.
pub(super) fn parse(block: &Block<'_>, context: &Context<'_>) -> Result<Vec<Reaction>, InputError> {
    let decimal = Decimal::of(block.rows);
    let column = |column| index(&block.columns, column);
    // LightCycler 480 exports every programme; the amplification is the one with most cycles.
    let programme = block.heads.iter().position(|head| head == "Prog#");
    let segment = block.heads.iter().position(|head| head == "Seg#");
    let filter = column(Column::Fluorescence).and_then(|i| block.heads.get(i));
    let filter = filter.filter(|head| is_filter(head)).cloned().unwrap_or_default();
    let mut found: IndexMap<(String, String, String), Reaction> = IndexMap::new();
    // Without targets, the dye tells the curves of a well apart.
    let apart = if column(Column::Target).is_some() { Column::Target } else { Column::Dye };
    for row in block.rows.iter().filter(|row| !row.is_blank()) {
        let cell = |c| column(c).map_or("", |i| row.cell(i));
        if cell(Column::Well).is_empty() || cell(Column::Cycle).is_empty() {
            continue;
        }
        let number = |c, what: &str| {
            decimal
                .parse(cell(c))
                .ok_or_else(|| context.error(row, &format!("{what} `{}`", cell(c)), "a number"))
        };
        let cycle = number(Column::Cycle, "cycle")?;
        if cell(Column::Fluorescence).is_empty() {
            continue;
        }
        let fluorescence = number(Column::Fluorescence, "fluorescence")?;
        let part = |i: Option<usize>| i.map_or("", |i| row.cell(i));
        let part = format!("{} {}", part(programme), part(segment));
        let key = (cell(Column::Well).to_string(), cell(apart).to_string(), part);
        let reaction = found.entry(key).or_insert_with(|| {
            let mut reaction = context.reaction(row.line);
            reaction.well = well(cell(Column::Well));
            reaction.sample = cell(Column::Sample).to_string();
            reaction.target = cell(Column::Target).to_string();
            reaction.dye =
                if filter.is_empty() { cell(Column::Dye).to_string() } else { filter.clone() };
            reaction.role = role(cell(Column::Task), cell(Column::Sample)).0;
            reaction.omitted = omitted(cell(Column::Omit), cell(Column::Include));
            reaction.curve = Some(Curve::default());
            reaction
        });
        let curve = reaction.curve.get_or_insert_default();
        curve.cycles.push(cycle);
        curve.fluorescence.push(fluorescence);
    }
    let once = |reaction: &Reaction| {
        let cycles = reaction.curve.as_ref().map_or(&[][..], |curve| &curve.cycles);
        cycles.len() > 5 && cycles.windows(2).all(|pair| pair[0].total_cmp(&pair[1]).is_eq())
    };
    if !found.is_empty() && found.values().all(once) {
        let help = "export the amplification or the Cq of the same run as well";
        let found = "melting curves only: many readings of one cycle";
        return Err(InputError::new(context.path, found, "fluorescence by cycle", help));
    }
    let out = amplification(found);
    for reaction in &out {
        let mut pairs = reaction.curve.iter().flat_map(|curve| curve.cycles.windows(2));
        if let Some(&[before, after]) = pairs.find(|pair| pair[1] <= pair[0]) {
            let found = format!("cycle {after} after cycle {before}");
            let help = "give each cycle of a well and target once, in order";
            let error = InputError::new(context.path, found, "rising cycles", help);
            return Err(error.at_line(reaction.line).with_id(format!("well {}", reaction.well)));
        }
    }
    Ok(out)
}

/// Of the programmes of a run, the first in which a well has the most different cycles: melting
/// has one cycle of many readings.
fn amplification(found: IndexMap<(String, String, String), Reaction>) -> Vec<Reaction> {
    let mut most: IndexMap<&str, usize> = IndexMap::new();
    for ((_, _, part), reaction) in &found {
        let mut cycles = reaction.curve.as_ref().map_or(Vec::new(), |curve| curve.cycles.clone());
        cycles.dedup();
        let most = most.entry(part).or_default();
        *most = cycles.len().max(*most);
    }
    // Of equals, the first.
    let kept = most.iter().rev().max_by_key(|part| *part.1).map(|part| (*part.0).to_string());
    found.into_iter().filter(|(key, _)| Some(&key.2) == kept.as_ref()).map(|f| f.1).collect()
}
