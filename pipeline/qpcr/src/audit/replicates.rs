//! Spread of technical replicates.

use std::collections::BTreeMap;

use super::Subject;
use super::finding::{SHOWN, open};
use crate::quantity::regression::variance;
use cistron_audit::Finding;

/// Do wells of the same sample and target agree?
pub(super) fn check(subject: &Subject<'_>) -> Finding {
    let out = open("replicates", "Do wells of the same sample and target agree?");
    let mut groups: BTreeMap<_, Vec<f64>> = BTreeMap::new();
    for r in &subject.measurements.reactions {
        let told = !r.sample.is_empty() && !r.omitted && !r.role.is_negative();
        // Single molecules make late cycles spread by chance; `qpcr.late` counts those.
        if let Some(cq) = r.cq.value().filter(|cq| told && *cq <= subject.cutoffs.late_cq) {
            let quantity = r.quantity.map(f64::to_bits);
            groups.entry((&r.plate, &r.sample, &r.target, quantity)).or_default().push(cq);
        }
    }
    let mut spread: Vec<(f64, String)> = groups
        .iter()
        .filter_map(|((plate, sample, target, _), cqs)| {
            let name = format!("{sample} {target} on {plate}");
            Some((variance(cqs)?.sqrt(), name))
        })
        .collect();
    if spread.is_empty() {
        let why = "no sample and target has two wells on a plate";
        return out.unknown(why, "run each sample in duplicate or triplicate");
    }
    spread.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (warn, fail) = (subject.cutoffs.replicate_warn, subject.cutoffs.replicate_fail);
    let above = spread.iter().filter(|s| s.0 >= warn);
    let shown = above.clone().take(SHOWN).map(|s| format!("{}: SD {:.2}", s.1, s.0)).collect();
    Finding {
        statistic: "highest standard deviation of technical replicates, in cycles".into(),
        n: spread.len(),
        message: format!(
            "{} of {} groups spread by {warn} cycles or more; the highest SD is {:.2}",
            above.count(),
            spread.len(),
            spread[0].0
        ),
        evidence: shown,
        remedy: "repeat these wells, or leave out the one that pipetting explains".into(),
        ..out
    }
    .judge(spread[0].0, Some(warn), Some(fail))
}
