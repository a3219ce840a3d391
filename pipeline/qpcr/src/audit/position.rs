//! Wells at the edge of a plate.

use std::collections::BTreeMap;

use statrs::distribution::{ContinuousCDF, Normal};

use super::Subject;
use super::finding::open;
use crate::quantity::regression::{mean, median};
use crate::{Reaction, Well};
use cistron_audit::Finding;

/// Do wells at the edge differ from the same sample and target inside?
pub(super) fn check(subject: &Subject<'_>) -> Finding {
    let out = open("edge", "Do wells at the edge of the plate differ from those inside?");
    let mut plates: BTreeMap<&str, Vec<(&Reaction, Well, f64)>> = BTreeMap::new();
    for r in subject.measurements.reactions.iter().filter(|r| !r.omitted) {
        if let (Some(place), Some(cq)) = (r.place(), r.cq.value()) {
            plates.entry(&r.plate).or_default().push((r, place, cq));
        }
    }
    let (mut edge, mut inside) = (Vec::new(), Vec::new());
    for wells in plates.values() {
        let size = Well::plate(wells.iter().map(|w| w.1));
        let mut groups: BTreeMap<_, Vec<(bool, f64)>> = BTreeMap::new();
        for (r, place, cq) in wells {
            let key = (&r.sample, &r.target, r.quantity.map(f64::to_bits));
            groups.entry(key).or_default().push((place.is_edge(size), *cq));
        }
        for group in groups.values() {
            let of = |at: bool| group.iter().filter(move |w| w.0 == at).map(|w| w.1);
            // Only replicates on both sides tell the edge from the sample.
            if let (Some(_), Some(level)) = (mean(of(true)), mean(of(false))) {
                edge.extend(of(true).map(|cq| cq - level));
                inside.extend(of(false).map(|cq| cq - level));
            }
        }
    }
    if edge.len() < 5 || inside.len() < 5 {
        let why = "fewer than five replicates lie at the edge with partners inside";
        return out.unknown(why, "spread the replicates of a sample over the plate");
    }
    let (Some(shift), Some(p)) =
        (median(&edge).zip(median(&inside)).map(|m| m.0 - m.1), mann_whitney(&edge, &inside))
    else {
        return out.unknown("the cycles are all the same", "");
    };
    let finding = Finding {
        statistic: "median cycles between edge and interior, absolute".into(),
        n: edge.len() + inside.len(),
        message: format!(
            "{} wells at the edge come {shift:+.2} cycles against {} inside (Mann–Whitney p = {p:.2e})",
            edge.len(),
            inside.len()
        ),
        remedy: "seal the plate better, leave the edge empty, or spread conditions over it".into(),
        ..out
    };
    let value = if p < 0.05 { shift.abs() } else { 0.0 };
    Finding {
        value: Some(shift.abs()),
        ..finding.judge(value, Some(subject.cutoffs.edge_warn), None)
    }
}

/// Two-sided p of the Mann–Whitney test, normal with correction for ties and continuity; `None`
/// where all values are the same.
fn mann_whitney(a: &[f64], b: &[f64]) -> Option<f64> {
    let mut all: Vec<(f64, bool)> =
        a.iter().map(|v| (*v, true)).chain(b.iter().map(|v| (*v, false))).collect();
    all.sort_by(|x, y| x.0.total_cmp(&y.0));
    let (mut ranks, mut ties, mut i) = (0.0, 0.0, 0);
    while i < all.len() {
        let same = all[i..].iter().take_while(|v| v.0 <= all[i].0).count();
        let rank = i as f64 + f64::midpoint(same as f64, 1.0);
        ranks += rank * all[i..i + same].iter().filter(|v| v.1).count() as f64;
        ties += (same as f64).powi(3) - same as f64;
        i += same;
    }
    let (m, n) = (a.len() as f64, b.len() as f64);
    let u = ranks - m * (m + 1.0) / 2.0;
    let total = m + n;
    let variance = m * n / 12.0 * (total + 1.0 - ties / (total * (total - 1.0)));
    let z = ((u - m * n / 2.0).abs() - 0.5).max(0.0) / variance.sqrt();
    (variance > 0.0).then(|| 2.0 * Normal::standard().sf(z))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_is_the_one_of_scipy() {
        let a = [24.1, 24.3, 23.9, 24.6, 24.8, 25.0];
        let b = [24.0, 23.8, 23.95, 24.05, 23.7, 23.6];
        // scipy 1.17.1: mannwhitneyu(a, b, method="asymptotic").pvalue
        assert!((mann_whitney(&a, &b).unwrap() - 0.020_240_570_577).abs() < 1e-9);
        assert_eq!(mann_whitney(&[1.0, 1.0], &[1.0]), None);
        assert_eq!((median(&a), median(&[])), (Some(24.450_000_000_000_003), None));
    }
}
