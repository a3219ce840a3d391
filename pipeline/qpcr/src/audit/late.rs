//! Cycles that rest on few molecules, or on none.

use std::collections::BTreeMap;

use super::Subject;
use super::finding::{SHOWN, open};
use crate::{Reaction, Role};
use cistron_audit::Finding;
use cistron_statistics::interval::wilson;

fn samples<'a>(subject: &'a Subject<'_>) -> impl Iterator<Item = &'a Reaction> {
    let of_samples = |r: &&Reaction| matches!(r.role, Role::Unknown | Role::Calibrator);
    subject.measurements.reactions.iter().filter(|r| !r.omitted).filter(of_samples)
}

/// Do the results rest on enough molecules?
pub(super) fn late(subject: &Subject<'_>) -> Finding {
    let out = open("late", "Do the results rest on enough molecules?");
    let cqs: Vec<f64> = samples(subject).filter_map(|r| r.cq.value()).collect();
    let limit = subject.cutoffs.late_cq;
    let late = cqs.iter().filter(|cq| **cq > limit).count();
    if cqs.is_empty() {
        return out.does_not_apply("no sample has a Cq");
    }
    Finding {
        statistic: format!("share of samples' Cq above {limit}"),
        interval: wilson(late, cqs.len()),
        n: cqs.len(),
        message: format!("{late} of {} Cq are above {limit}", cqs.len()),
        remedy: "use more template, or report these as below the limit of quantification".into(),
        ..out
    }
    .judge(late as f64 / cqs.len() as f64, Some(subject.cutoffs.late_share), None)
}

/// `MYC: 3 wells`; without the target where the file names none.
fn wells(target: &str, n: usize) -> String {
    let noun = if n == 1 { "well" } else { "wells" };
    if target.is_empty() { format!("{n} {noun}") } else { format!("{target}: {n} {noun}") }
}

/// Does a number stand for "not detected"?
///
/// A cycle that is a whole number, the highest of all and shared by several wells was written, not
/// measured: instruments give fractions.
pub(super) fn imputed(subject: &Subject<'_>) -> Finding {
    let out = open("imputed", "Does a number stand for \"not detected\"?");
    let cqs: Vec<(f64, &Reaction)> =
        samples(subject).filter_map(|r| Some((r.cq.value()?, r))).collect();
    if cqs.is_empty() {
        return out.does_not_apply("no sample has a Cq");
    }
    let highest = cqs.iter().map(|c| c.0).fold(0.0, f64::max);
    let whole = highest.fract() == 0.0 && highest >= 30.0;
    let same: Vec<&Reaction> =
        cqs.iter().filter(|c| whole && c.0 >= highest).map(|c| c.1).collect();
    let found = if same.len() > 1 { same.len() } else { 0 };
    let mut targets: BTreeMap<&str, usize> = BTreeMap::new();
    for r in same.iter().filter(|_| found > 0) {
        *targets.entry(&r.target).or_default() += 1;
    }
    Finding {
        statistic: "share of samples' Cq that were filled in".into(),
        interval: wilson(found, cqs.len()),
        n: cqs.len(),
        message: if found > 0 {
            format!("{found} of {} Cq are exactly {highest}", cqs.len())
        } else {
            "no Cq looks filled in".into()
        },
        evidence: targets.iter().take(SHOWN).map(|(target, n)| wells(target, *n)).collect(),
        remedy:
            "export these wells as Undetermined: a mean over filled-in numbers measures nothing"
                .into(),
        ..out
    }
    .judge(found as f64 / cqs.len() as f64, None, Some(f64::MIN_POSITIVE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wells_are_named_by_their_target_where_there_is_one() {
        assert_eq!(wells("MYC", 3), "MYC: 3 wells");
        assert_eq!(wells("", 1), "1 well");
    }
}
