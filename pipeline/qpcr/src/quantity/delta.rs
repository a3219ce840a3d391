//! ΔCq and ΔΔCq, corrected for efficiency (Pfaffl 2001, doi:10.1093/nar/29.9.e45), on a scale of
//! log2 where efficiencies of 1 give Livak's 2^−ΔΔCq (doi:10.1006/meth.2001.1262).

// ΔCq and the names of instruments are words, not code.
#![allow(clippy::doc_markdown)]

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::regression::{mean, quantile, variance};
use super::standard_curve::StandardCurve;
use crate::{Measurements, Reaction, Role};
use cistron_statistics::interval::Interval;

/// What is compared with what.
#[derive(Debug, Clone, Default)]
pub struct Design {
    /// Reference targets; their logarithms are averaged.
    pub references: Vec<String>,
    /// Condition that the others are compared with.
    pub calibrator: String,
    /// Column that names a sample's condition; the sample itself where none is named.
    pub condition: Option<String>,
}

impl Design {
    /// The condition of a reaction.
    #[must_use]
    pub fn condition_of<'a>(&self, reaction: &'a Reaction) -> Option<&'a str> {
        match &self.condition {
            None => Some(reaction.sample.as_str()),
            Some(column) => reaction.columns.get(column).map(String::as_str),
        }
        .filter(|name| !name.is_empty())
    }
}

/// Expression of a target in one condition over the calibrator.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Comparison {
    /// The target.
    pub target: String,
    /// The condition.
    pub condition: String,
    /// Samples of the condition.
    pub n: usize,
    /// Samples of the calibrator.
    pub n_calibrator: usize,
    /// Mean ΔCq of the condition: target less references, in cycles.
    pub delta_cq: f64,
    /// Mean ΔCq of the calibrator.
    pub delta_cq_calibrator: f64,
    /// ΔΔCq, in cycles, not corrected for efficiency.
    pub delta_delta_cq: f64,
    /// Corrected ratio of the condition over the calibrator.
    pub ratio: f64,
    /// 95 % interval of the ratio (Welch), of samples.
    pub interval: Option<Interval>,
    /// 95 % prediction interval of the ratio of one further sample of the condition.
    pub prediction: Option<Interval>,
    /// Efficiency of the target that was used, as a share.
    pub efficiency: f64,
    /// Whether the efficiencies were measured, or taken to be 1.
    pub measured_efficiency: bool,
}

/// A sample's ΔCq, and its corrected quantity in log2.
struct Sample {
    delta: f64,
    log2: f64,
}

/// Compares every target that is no reference, condition by condition, with the calibrator.
///
/// Technical replicates are averaged: n counts samples. Standards, controls and omitted reactions
/// are left out; so are samples without a Cq of the target or of a reference.
#[must_use]
pub fn compare(
    measurements: &Measurements,
    design: &Design,
    curves: &[StandardCurve],
) -> Vec<Comparison> {
    let used = |r: &&Reaction| {
        !r.omitted && matches!(r.role, Role::Unknown | Role::Calibrator) && r.cq.value().is_some()
    };
    let reactions: Vec<&Reaction> = measurements.reactions.iter().filter(used).collect();
    let mut cycles: BTreeMap<(&str, &str), Vec<f64>> = BTreeMap::new();
    let mut conditions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for reaction in &reactions {
        let (Some(condition), Some(cq)) = (design.condition_of(reaction), reaction.cq.value())
        else {
            continue;
        };
        conditions.entry(condition).or_default().insert(&reaction.sample);
        cycles.entry((&reaction.sample, &reaction.target)).or_default().push(cq);
    }
    let cq = |sample: &str, target: &str| {
        cycles.get(&(sample, target)).and_then(|cycles| mean(cycles.iter().copied()))
    };
    let curve = |target: &str| curves.iter().find(|curve| curve.target == target);
    let log2 = |target: &str| curve(target).map_or(1.0, |c| (1.0 + c.efficiency()).log2());
    let sample = |sample: &&str, target: &str| {
        let own = cq(sample, target)?;
        let references: Option<Vec<(f64, f64)>> =
            design.references.iter().map(|r| Some((cq(sample, r)?, log2(r)))).collect();
        let references = references?;
        let reference = mean(references.iter().map(|r| r.0))?;
        let weighted = mean(references.iter().map(|r| r.0 * r.1))?;
        Some(Sample { delta: own - reference, log2: weighted - own * log2(target) })
    };
    let targets: BTreeSet<&str> = reactions.iter().map(|r| r.target.as_str()).collect();
    let is_reference = |target: &str| design.references.iter().any(|r| r == target);
    let mut out = Vec::new();
    for target in targets.into_iter().filter(|target| !is_reference(target)) {
        let of = |condition: &str| -> Vec<Sample> {
            let samples = conditions.get(condition).into_iter().flatten();
            samples.filter_map(|name| sample(name, target)).collect()
        };
        let calibrator = of(&design.calibrator);
        for condition in conditions.keys().filter(|name| **name != design.calibrator) {
            let samples = of(condition);
            let mut names = design.references.iter().map(String::as_str).chain([target]);
            let measured = names.all(|name| curve(name).is_some());
            let error = curve(target).map_or(0.0, StandardCurve::log2_error);
            if let Some(found) = ratio(&samples, &calibrator, error) {
                out.push(Comparison {
                    target: target.to_string(),
                    condition: (*condition).to_string(),
                    efficiency: 2.0_f64.powf(log2(target)) - 1.0,
                    measured_efficiency: measured,
                    ..found
                });
            }
        }
    }
    out
}

/// The ratio of two groups of samples; `error` is the standard error of log2(1 + efficiency).
fn ratio(samples: &[Sample], calibrator: &[Sample], error: f64) -> Option<Comparison> {
    let logs = |of: &[Sample]| of.iter().map(|s| s.log2).collect::<Vec<f64>>();
    let deltas = |of: &[Sample]| mean(of.iter().map(|s| s.delta));
    let (a, b) = (logs(samples), logs(calibrator));
    let log2 = mean(a.iter().copied())? - mean(b.iter().copied())?;
    let (delta_cq, delta_cq_calibrator) = (deltas(samples)?, deltas(calibrator)?);
    let delta_delta_cq = delta_cq - delta_cq_calibrator;
    // An efficiency that is wrong by this much moves the ratio by so much a cycle of difference.
    let efficiency = (error * delta_delta_cq).powi(2);
    let spread = |share: f64| {
        let (n, m) = (a.len() as f64, b.len() as f64);
        let (va, vb) = (variance(&a)? * share, variance(&b)? / m);
        let freedom = (va + vb).powi(2) / (va.powi(2) / (n - 1.0) + vb.powi(2) / (m - 1.0));
        let half = if va + vb > 0.0 { quantile(freedom)? } else { 1.96 };
        let half = half * (va + vb + efficiency).sqrt();
        Some(Interval { low: 2.0_f64.powf(log2 - half), high: 2.0_f64.powf(log2 + half) })
    };
    let n = a.len() as f64;
    Some(Comparison {
        target: String::new(),
        condition: String::new(),
        n: a.len(),
        n_calibrator: b.len(),
        delta_cq,
        delta_cq_calibrator,
        delta_delta_cq,
        ratio: 2.0_f64.powf(log2),
        interval: spread(1.0 / n),
        prediction: spread(1.0 + 1.0 / n),
        efficiency: 1.0,
        measured_efficiency: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Cq;

    /// The worked example of an Applied Biosystems guide (part number 4371095): brain and kidney.
    const MYC: [f64; 12] =
        [30.72, 30.34, 30.58, 30.34, 30.5, 30.43, 27.06, 27.03, 27.03, 27.1, 26.99, 26.94];
    const GAPDH: [f64; 12] =
        [23.7, 23.56, 23.47, 23.65, 23.69, 23.68, 22.76, 22.61, 22.62, 22.6, 22.61, 22.76];

    fn example() -> (Measurements, Design) {
        let mut out = Measurements::default();
        for i in 0..12 {
            for (target, cq) in [("c_myc", MYC[i]), ("GAPDH", GAPDH[i])] {
                let tissue = if i < 6 { "brain" } else { "kidney" };
                let columns = [("tissue".to_string(), tissue.to_string())].into_iter().collect();
                out.reactions.push(Reaction {
                    sample: i.to_string(),
                    target: target.to_string(),
                    cq: Cq::Measured(cq),
                    columns,
                    ..Reaction::default()
                });
            }
        }
        let design = Design {
            references: vec!["GAPDH".into()],
            calibrator: "brain".into(),
            condition: Some("tissue".into()),
        };
        (out, design)
    }

    fn near(interval: Option<&Interval>, low: f64, high: f64) {
        let found = interval.unwrap();
        assert!((found.low - low).abs() < 1e-6 && (found.high - high).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn kidney_over_brain() {
        let (measurements, design) = example();
        let found = compare(&measurements, &design, &[]);
        assert_eq!(found.len(), 1);
        let found = &found[0];
        assert_eq!((found.n, found.n_calibrator, found.condition.as_str()), (6, 6, "kidney"));
        assert!((found.delta_cq_calibrator - 6.86).abs() < 1e-9);
        assert!((found.delta_cq - 4.365).abs() < 1e-9);
        // numpy 2.4.6, scipy 1.17.1: Welch's interval of the log2 quantities, and the prediction
        // interval with the variance of the condition times 1 + 1/6.
        assert!((found.ratio - 5.637_283_020_6).abs() < 1e-9);
        near(found.interval.as_ref(), 4.956_992_73, 6.410_935_34);
        near(found.prediction.as_ref(), 4.518_684_83, 7.032_789_64);
    }

    #[test]
    fn efficiencies_change_the_ratio_as_pfaffl_says() {
        let (measurements, design) = example();
        let curve = |target: &str, factor: f64| {
            let cq = |i: i32| 15.0 + f64::from(i) / factor.log10();
            let series: Vec<(f64, f64)> = (0..5).map(|i| (10.0_f64.powi(5 - i), cq(i))).collect();
            StandardCurve::fit(target, &series).unwrap()
        };
        let curves = [curve("c_myc", 1.9), curve("GAPDH", 1.98)];
        let found = &compare(&measurements, &design, &curves)[0];
        // 1.9^(30.485 - 27.025) / 1.98^(23.625 - 22.66); scipy as above.
        assert!((found.ratio - 4.766_565_339_9).abs() < 1e-8, "{}", found.ratio);
        near(found.interval.as_ref(), 4.220_336_26, 5.383_491_68);
        near(found.prediction.as_ref(), 3.854_502_50, 5.894_442_96);
        assert!(found.measured_efficiency);
    }

    #[test]
    fn one_sample_has_no_interval_and_a_missing_reference_no_ratio() {
        let (mut measurements, design) = example();
        measurements.reactions.retain(|r| ["0", "1", "6"].contains(&r.sample.as_str()));
        let found = &compare(&measurements, &design, &[])[0];
        assert_eq!((found.interval.as_ref(), found.n), (None, 1));
        measurements.reactions.retain(|r| r.target != "GAPDH" || r.sample != "6");
        assert!(compare(&measurements, &design, &[]).is_empty());
    }
}
