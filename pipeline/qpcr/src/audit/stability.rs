//! Are the reference targets what they should be: several, and steady?

use std::collections::BTreeMap;

use super::Subject;
use super::finding::open;
use super::genorm::genorm as compute;
use super::normfinder::normfinder as stability;
use crate::Role;
use crate::quantity::regression::mean;
use cistron_audit::Finding;
use cistron_audit::finding::Table;

/// Logarithms of quantities: a row a reference target, a column a sample.
struct Levels {
    log2: Vec<Vec<f64>>,
    /// Condition of each sample, numbered from 0.
    groups: Vec<usize>,
}

/// The references' quantities in all samples that have every one of them.
fn levels(subject: &Subject<'_>) -> Levels {
    let references = &subject.design.references;
    let mut samples: BTreeMap<&str, (Option<&str>, Vec<Vec<f64>>)> = BTreeMap::new();
    for r in &subject.measurements.reactions {
        let index = references.iter().position(|name| *name == r.target);
        let told = !r.omitted && matches!(r.role, Role::Unknown | Role::Calibrator);
        if let (true, Some(i), Some(cq)) = (told, index, r.cq.value()) {
            let named = subject.design.condition.is_some();
            let condition = subject.design.condition_of(r).filter(|_| named);
            if named && condition.is_none() {
                continue; // An inter-run calibrator, say.
            }
            let fresh = || (condition, vec![Vec::new(); references.len()]);
            samples.entry(&r.sample).or_insert_with(fresh).1[i].push(cq);
        }
    }
    let factor = |target: &str| {
        let curve = subject.curves.iter().find(|curve| curve.target == target);
        curve.map_or(1.0, |curve| (1.0 + curve.efficiency()).log2())
    };
    let whole = || samples.values().filter(|s| s.1.iter().all(|cqs| !cqs.is_empty()));
    let level = |i: usize, cqs: &[Vec<f64>]| {
        -factor(&references[i]) * mean(cqs[i].iter().copied()).unwrap_or(0.0)
    };
    let log2 = (0..references.len())
        .map(|i| whole().map(|sample| level(i, &sample.1)).collect())
        .collect();
    let mut names: Vec<Option<&str>> = whole().map(|sample| sample.0).collect();
    names.sort_unstable();
    names.dedup();
    let groups = whole().filter_map(|s| names.iter().position(|name| *name == s.0)).collect();
    Levels { log2, groups }
}

/// Are there enough reference targets?
pub(super) fn references(subject: &Subject<'_>) -> Finding {
    let out = open("references", "Are there enough reference targets?");
    let named = &subject.design.references;
    if named.is_empty() {
        return out.unknown("no reference target is named", "name them with --reference");
    }
    let wanted = subject.cutoffs.references;
    Finding {
        statistic: format!("reference targets missing to {wanted}"),
        n: named.len(),
        message: format!("{}: {}", named.len(), named.join(", ")),
        remedy: "normalise to two or more reference targets that geNorm finds steady".into(),
        ..out
    }
    .judge(wanted.saturating_sub(named.len()) as f64, None, Some(1.0))
}

const FEW: &str = "fewer reference targets or samples than it takes";
const REMEDY: &str = "name more reference targets with --reference";

/// Do the reference targets keep their ratios?
pub(super) fn genorm(subject: &Subject<'_>) -> Finding {
    let out = open("reference-stability", "Do the reference targets keep their ratios?");
    let levels = levels(subject);
    let Some(found) = compute(&levels.log2) else { return out.unknown(FEW, REMEDY) };
    let names = &subject.design.references;
    let worst = found.m.iter().copied().fold(0.0, f64::max);
    let rows =
        found.ranking.iter().rev().map(|i| vec![names[*i].clone(), format!("{:.3}", found.m[*i])]);
    let table = Table {
        title: "geNorm, the least steady first".into(),
        columns: vec!["target".into(), "M".into()],
        rows: rows.collect(),
    };
    let last = found.ranking.last().map_or("", |i| names[*i].as_str());
    Finding {
        statistic: "geNorm's highest M".into(),
        n: levels.log2[0].len(),
        message: format!("the least steady is {last}; the highest M is {worst:.2}"),
        evidence: vec![last.to_string()],
        remedy: format!("leave out {last} and test other reference targets"),
        tables: vec![table],
        ..out
    }
    .judge(worst, Some(subject.cutoffs.m_warn), Some(subject.cutoffs.m_fail))
}

/// Would one more reference target change the normalisation?
pub(super) fn pairwise(subject: &Subject<'_>) -> Finding {
    let out = open("pairwise-variation", "Would one more reference target change the result?");
    let found = compute(&levels(subject).log2);
    let Some(best) = found.and_then(|g| g.v.into_iter().reduce(f64::min)) else {
        return out.unknown("it takes three reference targets", REMEDY);
    };
    Finding {
        statistic: "geNorm's lowest V".into(),
        n: subject.design.references.len(),
        message: format!("the lowest V is {best:.3}"),
        remedy: "use all of these reference targets, or steadier ones".into(),
        ..out
    }
    .judge(best, Some(subject.cutoffs.v_warn), None)
}

/// Do the reference targets differ between conditions?
pub(super) fn normfinder(subject: &Subject<'_>) -> Finding {
    let out = open("normfinder", "Do reference targets vary within or between conditions?");
    let levels = levels(subject);
    let Some(found) = stability(&levels.log2, &levels.groups) else {
        return out.unknown("it takes three reference targets and two samples a condition", REMEDY);
    };
    let worst = (0..found.len()).max_by(|a, b| found[*a].total_cmp(&found[*b])).unwrap_or(0);
    let names = &subject.design.references;
    let rows = names.iter().zip(&found).map(|(name, s)| vec![name.clone(), format!("{s:.3}")]);
    let table = Table {
        title: "NormFinder".into(),
        columns: vec!["target".into(), "stability value".into()],
        rows: rows.collect(),
    };
    Finding {
        statistic: "NormFinder's highest stability value, in log2".into(),
        n: levels.groups.len(),
        message: format!("the least steady is {}: {:.2}", names[worst], found[worst]),
        evidence: vec![names[worst].clone()],
        remedy: format!("leave out {} and test other reference targets", names[worst]),
        tables: vec![table],
        ..out
    }
    .judge(found[worst], Some(subject.cutoffs.normfinder_warn), None)
}
