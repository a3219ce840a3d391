//! The curve and the Cq of one well, exported apart, as one reaction.

use std::collections::HashMap;

use crate::{Cq, Reaction, Role};

/// Joins each reaction that has only a curve with the one of its well that has only a Cq.
///
/// Targets and dyes must not contradict each other, and the match must be the only one.
pub(super) fn merge(reactions: Vec<Reaction>) -> Vec<Reaction> {
    let mut wells: HashMap<(&str, &str, &str), Vec<usize>> = HashMap::new();
    for (i, reaction) in reactions.iter().enumerate().filter(|(_, r)| r.curve.is_none()) {
        wells.entry((&reaction.run, &reaction.plate, &reaction.well)).or_default().push(i);
    }
    let mut partner: HashMap<usize, usize> = HashMap::new();
    for (i, curve) in reactions.iter().enumerate() {
        if curve.curve.is_none() || curve.cq != Cq::Absent || curve.well.is_empty() {
            continue;
        }
        let there = wells.get(&(curve.run.as_str(), curve.plate.as_str(), curve.well.as_str()));
        let agree = |a: &str, b: &str| a.is_empty() || b.is_empty() || a == b;
        let fits = |other: &usize| {
            let other = &reactions[*other];
            agree(&curve.target, &other.target) && agree(&curve.dye, &other.dye)
        };
        let mut fitting = there.into_iter().flatten().copied().filter(fits);
        if let (Some(other), None) = (fitting.next(), fitting.next()) {
            partner.insert(other, i);
        }
    }
    let taken: std::collections::HashSet<usize> = partner.values().copied().collect();
    let mut curves: Vec<Option<Reaction>> = Vec::new();
    let mut rest: Vec<Option<Reaction>> = Vec::new();
    for (i, reaction) in reactions.into_iter().enumerate() {
        let is_curve = taken.contains(&i);
        curves.push(is_curve.then(|| reaction.clone()));
        rest.push((!is_curve).then_some(reaction));
    }
    let joined = rest.into_iter().enumerate().filter_map(|(i, reaction)| {
        let mut reaction = reaction?;
        let curve = partner.get(&i).and_then(|curve| curves[*curve].take());
        if let Some(curve) = curve {
            for (name, other) in [
                (&mut reaction.sample, curve.sample),
                (&mut reaction.target, curve.target),
                (&mut reaction.dye, curve.dye),
            ] {
                if name.is_empty() {
                    *name = other;
                }
            }
            if reaction.role == Role::Unknown {
                reaction.role = curve.role;
            }
            reaction.curve = curve.curve;
        }
        Some(reaction)
    });
    joined.collect()
}
