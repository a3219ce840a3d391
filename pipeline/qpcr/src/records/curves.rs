//! One record a curve, or a well with one channel a dye.

use indexmap::IndexMap;

use super::{Row, name, place};
use crate::{Curve, Measurements, Reaction};
use cistron_data::dataset::FLUORESCENCE;

/// The curves of a file: `channels` are the dyes of a well's record, or none is told apart.
pub(super) fn rows(measurements: Measurements, channels: &[String]) -> Vec<Row> {
    let curves = measurements.reactions.into_iter().filter(|r| r.curve.is_some());
    let mut rows = Vec::new();
    if channels == [FLUORESCENCE] {
        for reaction in curves {
            let mut parts = place(&reaction);
            parts.extend([reaction.well.as_str(), &reaction.target, &reaction.dye]);
            let (id, line) = (name(&parts), reaction.line);
            let values = reaction.curve.as_ref().map_or(Ok(Vec::new()), values);
            rows.push(Row { id, number: rows.len() as u64 + 1, line, values, reaction });
        }
        return rows;
    }
    let mut wells: IndexMap<String, Vec<Reaction>> = IndexMap::new();
    for reaction in curves {
        let mut parts = place(&reaction);
        parts.push(&reaction.well);
        wells.entry(name(&parts)).or_default().push(reaction);
    }
    for (id, mut reactions) in wells {
        let values = several(&reactions, channels);
        let reaction = reactions.swap_remove(0);
        let (number, line) = (rows.len() as u64 + 1, reaction.line);
        rows.push(Row { id, number, line, values, reaction });
    }
    rows
}

/// Fluorescence (L, 1) of every cycle from the first on.
fn values(curve: &Curve) -> Result<Vec<f32>, [String; 3]> {
    let wrong = |found: String| {
        let help = "export all cycles, or set `read: {on-error: skip}` to leave the curve out";
        Err([found, "fluorescence of every cycle from 1 on".to_string(), help.to_string()])
    };
    let Some(first) = curve.cycles.first() else { return wrong("a curve of no cycle".into()) };
    if *first > 1.0 {
        return wrong(format!("cycle {first} as the first"));
    }
    if let Some(&[before, after]) =
        curve.cycles.windows(2).find(|pair| (pair[1] - pair[0] - 1.0).abs() > 1e-6)
    {
        return wrong(format!("cycle {after} after cycle {before}"));
    }
    let values: Vec<f32> = curve.fluorescence.iter().map(|value| *value as f32).collect();
    match values.iter().position(|value| !value.is_finite()) {
        Some(at) => wrong(format!("a fluorescence of {}", curve.fluorescence[at])),
        None => Ok(values),
    }
}

/// Fluorescence (L, C) of a well: a channel for each of these dyes.
fn several(reactions: &[Reaction], dyes: &[String]) -> Result<Vec<f32>, [String; 3]> {
    let mut channels = Vec::new();
    for dye in dyes {
        let mut of = reactions.iter().filter(|r| r.dye == *dye).filter_map(|r| r.curve.as_ref());
        let (Some(curve), None) = (of.next(), of.next()) else {
            let found = format!("not one curve of dye `{dye}`");
            let help = "name dyes that every well has once under `dyes`";
            return Err([found, "one curve of each dye".to_string(), help.to_string()]);
        };
        channels.push(values(curve)?);
    }
    let cycles = channels.first().map_or(0, Vec::len);
    if channels.iter().any(|channel| channel.len() != cycles) {
        let help = "export all cycles of all dyes";
        let found = "dyes of different numbers of cycles".to_string();
        return Err([found, "the same cycles of every dye".to_string(), help.to_string()]);
    }
    // (C, L) to (L, C)
    Ok((0..cycles).flat_map(|cycle| channels.iter().map(move |channel| channel[cycle])).collect())
}
