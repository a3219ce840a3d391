//! Whether the levels of a metadata column are as common held out as learnt from.

use super::super::gate::not_applicable;
use super::super::{Finding, Subject};
use super::classes::compared;
use super::{NO_SPLIT, sides, worst};
use cistron_data::dataset::Group;

/// Levels of a column whose shares are compared, at most: of more, whole levels are held out, or each
/// holds a handful of records.
const LEVELS: usize = 20;

/// The shares of a column's levels on both sides; the worst fold.
pub(super) fn shares(subject: &Subject, group: &Group) -> Finding {
    let check = format!("parts.groups:{}", group.name);
    let title = format!("Are the levels of `{}` as common held out as learnt from?", group.name);
    if group.levels.len() < 2 {
        return not_applicable(&check, &title, "the column has a single level");
    }
    if group.levels.len() > LEVELS {
        let why = format!("the column has {} levels", group.levels.len());
        return not_applicable(&check, &title, &why);
    }
    let sides = sides(subject);
    let folds = sides.len();
    let mut findings = Vec::new();
    for (fold, sides) in sides.iter().enumerate() {
        let of = |records: &[usize], side: u32| -> Vec<(u32, u32, u32)> {
            let known = records.iter().filter_map(|i| Some((*i, group.values[*i]?)));
            known.map(|(i, level)| (side, level, subject.clusters[i])).collect()
        };
        let (held_out, learnt) = (of(&sides.held_out, 1), of(&sides.learnt, 0));
        let both = held_out.iter().any(|row| learnt.iter().any(|other| other.1 == row.1));
        if !both && !held_out.is_empty() {
            let why = "whole levels are held out";
            findings.push(not_applicable(&check, &title, why));
            continue;
        }
        let levels = &group.levels;
        findings.push(compared(
            &check,
            &title,
            &group.name,
            levels,
            &learnt,
            &held_out,
            fold,
            folds,
        ));
    }
    worst(findings).unwrap_or_else(|| not_applicable(&check, &title, NO_SPLIT))
}
