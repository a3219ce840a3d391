//! One record a sample of a plate: ΔCq of each target, (1, C).

// ΔCq is a word, not code.
#![allow(clippy::doc_markdown)]

use indexmap::IndexMap;

use super::{Row, name, place};
use crate::{Measurements, Reaction, Role};

/// The samples of a file: mean Cq of each of `targets` less the mean of the references' mean Cq.
///
/// Technical replicates are averaged; standards, controls and omitted reactions are left out. A
/// sample without a Cq of one of them is no record: a Cq that was not measured is not made up.
pub(super) fn rows(
    measurements: Measurements,
    targets: &[String],
    references: &[String],
) -> Vec<Row> {
    let used = |r: &Reaction| !r.omitted && r.role == Role::Unknown && !r.sample.is_empty();
    let mut samples: IndexMap<String, Vec<Reaction>> = IndexMap::new();
    for reaction in measurements.reactions.into_iter().filter(used) {
        let mut parts = place(&reaction);
        parts.push(&reaction.sample);
        samples.entry(name(&parts)).or_default().push(reaction);
    }
    let mut rows = Vec::new();
    for (id, mut reactions) in samples {
        let values = deltas(&reactions, targets, references);
        let reaction = reactions.swap_remove(0);
        let (number, line) = (rows.len() as u64 + 1, reaction.line);
        rows.push(Row { id, number, line, values, reaction });
    }
    rows
}

/// ΔCq of each target.
fn deltas(
    reactions: &[Reaction],
    targets: &[String],
    references: &[String],
) -> Result<Vec<f32>, [String; 3]> {
    let cq = |target: &String| {
        let of = reactions.iter().filter(|r| r.target == *target);
        let cycles: Vec<f64> = of.filter_map(|r| r.cq.value()).collect();
        if cycles.is_empty() {
            let help = "measure it, or set `read: {on-error: skip}` to leave the sample out";
            let expected = format!("a Cq of {}", [targets, references].concat().join(", "));
            return Err([format!("no Cq of {target}"), expected, help.to_string()]);
        }
        Ok(cycles.iter().sum::<f64>() / cycles.len() as f64)
    };
    let references = references.iter().map(cq).collect::<Result<Vec<f64>, _>>()?;
    let reference = references.iter().sum::<f64>() / references.len() as f64;
    targets.iter().map(|target| Ok((cq(target)? - reference) as f32)).collect()
}
