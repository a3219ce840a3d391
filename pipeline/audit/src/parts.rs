//! The parts of a split against each other: what is held out should be what was learnt from, but for
//! being other records.

mod classes;
mod drift;
mod groups;
mod levels;

use super::{Finding, Subject};
use cistron_split::Part;

const NO_SPLIT: &str = "no record is held out";

/// Classes that a part lacks, and how the held-out records differ from those learnt from.
pub(super) fn parts(subject: &Subject) -> Vec<Finding> {
    let mut findings = vec![classes::missing(subject), classes::prior(subject)];
    findings.push(drift::drift(subject));
    for group in &subject.dataset.groups {
        findings.push(levels::levels(subject, group));
        findings.push(groups::shares(subject, group));
    }
    findings
}

/// Records held out in a fold, and those that weights are fitted on or that choose the epoch.
struct Sides {
    held_out: Vec<usize>,
    learnt: Vec<usize>,
}

/// The two sides of each fold; none where nothing is held out.
fn sides(subject: &Subject) -> Vec<Sides> {
    let Some((splits, _)) = subject.held_out else { return Vec::new() };
    let of = |fold| Sides {
        held_out: splits.records(fold, Part::Test),
        learnt: splits.development(fold),
    };
    (0..splits.folds.len()).map(of).collect()
}

/// ` in fold 2`, or nothing of a single hold-out.
fn in_fold(fold: usize, folds: usize) -> String {
    if folds > 1 { format!(" in fold {fold}") } else { String::new() }
}

/// The finding of the worst fold: by status, then by value; the first of equals.
fn worst(findings: Vec<Finding>) -> Option<Finding> {
    use super::Status::{Fail, NotApplicable, Pass, Unknown, Warn};
    let rank = |finding: &Finding| match finding.status {
        Fail => 4,
        Warn => 3,
        Unknown(_) => 2,
        Pass => 1,
        NotApplicable(_) => 0,
    };
    let worse = |a: Finding, b: Finding| {
        let order = rank(&b).cmp(&rank(&a));
        let value = |f: &Finding| f.value.unwrap_or(f64::NEG_INFINITY);
        if order.then(value(&b).total_cmp(&value(&a))).is_gt() { b } else { a }
    };
    findings.into_iter().reduce(worse)
}
