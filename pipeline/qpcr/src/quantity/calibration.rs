//! Inter-run calibration: plates on one scale by a sample that is on all of them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::regression::mean;
use crate::{Cq, Measurements, Reaction, Role};

/// What was subtracted from the Cq of a target on a plate.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Correction {
    /// The target.
    pub target: String,
    /// Run of the plate.
    pub run: String,
    /// The plate.
    pub plate: String,
    /// Cycles that were subtracted.
    pub cycles: f64,
}

/// Run and plate.
type Plate = (String, String);

/// Subtracts from every Cq of a target on a plate how much later its calibrators are there than on
/// the mean plate (Hellemans et al. 2007, doi:10.1186/gb-2007-8-2-r19, on a scale of cycles).
///
/// Only calibrators that are on every plate of a target count; a target with a plate that has none
/// stays as it is, as its plates could not be brought to one scale.
pub fn calibrate(measurements: &mut Measurements) -> Vec<Correction> {
    let plate = |r: &Reaction| (r.run.clone(), r.plate.clone());
    let mut plates: BTreeMap<String, BTreeSet<Plate>> = BTreeMap::new();
    // Cq of each target and calibrator on each plate.
    let mut cycles: BTreeMap<(String, String), BTreeMap<Plate, Vec<f64>>> = BTreeMap::new();
    for r in measurements.reactions.iter().filter(|r| !r.omitted) {
        let Some(cq) = r.cq.value() else { continue };
        plates.entry(r.target.clone()).or_default().insert(plate(r));
        if r.role == Role::Calibrator {
            let of = cycles.entry((r.target.clone(), r.sample.clone())).or_default();
            of.entry(plate(r)).or_default().push(cq);
        }
    }
    let mut out = Vec::new();
    for (target, plates) in plates.into_iter().filter(|(_, plates)| plates.len() > 1) {
        let everywhere =
            |of: &&BTreeMap<Plate, Vec<f64>>| plates.iter().all(|p| of.contains_key(p));
        let calibrators: Vec<BTreeMap<Plate, f64>> = cycles
            .iter()
            .filter(|((of, _), _)| *of == target)
            .map(|(_, cycles)| cycles)
            .filter(everywhere)
            .map(|of| {
                let means =
                    of.iter().filter_map(|(p, c)| Some((p.clone(), mean(c.iter().copied())?)));
                means.collect()
            })
            .collect();
        for (run, name) in plates {
            let key = (run.clone(), name.clone());
            let late = |of: &BTreeMap<Plate, f64>| Some(of[&key] - mean(of.values().copied())?);
            if let Some(cycles) = mean(calibrators.iter().filter_map(late)) {
                out.push(Correction { target: target.clone(), run, plate: name, cycles });
            }
        }
    }
    let by: BTreeMap<(&str, &str, &str), f64> = out
        .iter()
        .map(|c| ((c.target.as_str(), c.run.as_str(), c.plate.as_str()), c.cycles))
        .collect();
    for r in &mut measurements.reactions {
        if let (Some(cq), Some(cycles)) =
            (r.cq.value(), by.get(&(r.target.as_str(), r.run.as_str(), r.plate.as_str())))
        {
            r.cq = Cq::Measured(cq - cycles);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two plates, the second `late` cycles later, with a calibrator on those of `marked`.
    fn plates(late: f64, marked: &[usize]) -> Measurements {
        let mut out = Measurements::default();
        for plate in 0..2 {
            for (sample, role, cq) in
                [("pool", Role::Calibrator, 20.0), ("a", Role::Unknown, 24.0 + plate as f64)]
            {
                if role == Role::Calibrator && !marked.contains(&plate) {
                    continue;
                }
                out.reactions.push(Reaction {
                    run: format!("run {plate}"),
                    plate: "plate".into(),
                    sample: sample.into(),
                    target: "MYC".into(),
                    role,
                    cq: Cq::Measured(cq + late * plate as f64),
                    ..Reaction::default()
                });
            }
        }
        out
    }

    #[test]
    fn a_plate_that_is_late_is_brought_to_the_others_scale() {
        let mut found = plates(0.6, &[0, 1]);
        let corrections = calibrate(&mut found);
        let cycles: Vec<f64> = corrections.iter().map(|c| c.cycles).collect();
        assert!((cycles[0] + 0.3).abs() < 1e-9 && (cycles[1] - 0.3).abs() < 1e-9, "{cycles:?}");
        let cq: Vec<f64> = found.reactions.iter().filter_map(|r| r.cq.value()).collect();
        // Both calibrators agree; the samples keep their own difference of one cycle.
        assert!((cq[0] - cq[2]).abs() < 1e-9 && (cq[3] - cq[1] - 1.0).abs() < 1e-9, "{cq:?}");
    }

    #[test]
    fn without_a_calibrator_on_each_plate_nothing_changes() {
        for marked in [&[][..], &[0]] {
            let mut found = plates(0.6, marked);
            let before = found.reactions.clone();
            assert!(calibrate(&mut found).is_empty());
            assert_eq!(found.reactions, before);
        }
    }
}
