//! Plates that are off.

use std::collections::{BTreeMap, BTreeSet};

use super::Subject;
use super::finding::open;
use crate::Reaction;
use crate::quantity::regression::{mean, median, variance};
use cistron_audit::Finding;
use cistron_audit::finding::Table;

/// Mean Cq by sample and target, then by plate; of reactions that `of` wants.
pub(super) fn shared<'a>(
    subject: &'a Subject<'_>,
    of: impl Fn(&Reaction) -> bool,
) -> BTreeMap<(&'a str, &'a str), BTreeMap<&'a str, f64>> {
    let mut cells: BTreeMap<_, BTreeMap<&str, Vec<f64>>> = BTreeMap::new();
    for r in subject.measurements.reactions.iter().filter(|r| !r.omitted && of(r)) {
        if let Some(cq) = r.cq.value().filter(|_| !r.sample.is_empty()) {
            let key = (r.sample.as_str(), r.target.as_str());
            cells.entry(key).or_default().entry(r.plate.as_str()).or_default().push(cq);
        }
    }
    let mut out = BTreeMap::new();
    for (key, plates) in cells.into_iter().filter(|cell| cell.1.len() > 1) {
        let means = plates.into_iter().filter_map(|(p, cqs)| Some((p, mean(cqs.into_iter())?)));
        out.insert(key, means.collect());
    }
    out
}

/// The plates of the experiment.
pub(super) fn plates<'a>(subject: &'a Subject<'_>) -> BTreeSet<&'a str> {
    subject.measurements.reactions.iter().map(|r| r.plate.as_str()).collect()
}

/// Is every plate on the scale of the others?
pub(super) fn check(subject: &Subject<'_>) -> Finding {
    let out = open("plate", "Is every plate on the scale of the others?");
    if plates(subject).len() < 2 {
        return out.does_not_apply("one plate");
    }
    let cells = shared(subject, |r| !r.role.is_negative());
    let mut shifts: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for by_plate in cells.values() {
        // A plate is compared with the others, not with a mean that it is part of.
        for (plate, cq) in by_plate {
            let others = by_plate.iter().filter(|other| other.0 != plate).map(|other| *other.1);
            shifts
                .entry(plate)
                .or_default()
                .extend(median(&others.collect::<Vec<_>>()).map(|m| cq - m));
        }
    }
    let worst = shifts
        .iter()
        .filter_map(|(plate, shifts)| Some((*plate, median(shifts)?)))
        .max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
    let Some((plate, shift)) = worst else {
        let why = "no sample and target is on two plates";
        return out.unknown(why, "put an inter-run calibrator on every plate");
    };
    let row = |(plate, shifts): (&&str, &Vec<f64>)| {
        let median = median(shifts).unwrap_or(0.0);
        vec![(*plate).to_string(), format!("{median:+.2}"), shifts.len().to_string()]
    };
    let columns = ["plate", "cycles off", "samples and targets"];
    let table = Table {
        title: "plates".into(),
        columns: columns.map(str::to_string).to_vec(),
        rows: shifts.iter().map(row).collect(),
    };
    let agreement = correlation(&cells).map_or_else(String::new, |icc| format!("; ICC {icc:.3}"));
    let (warn, fail) = (subject.cutoffs.plate_warn, subject.cutoffs.plate_fail);
    Finding {
        statistic: "cycles that a plate is off the others, absolute median".into(),
        n: cells.len(),
        message: format!("the furthest is {plate}: {shift:+.2} cycles{agreement}"),
        evidence: vec![plate.to_string()],
        remedy: "repeat the plate, or calibrate it with samples that it shares with the others"
            .into(),
        tables: vec![table],
        ..out
    }
    .judge(shift.abs(), Some(warn), Some(fail))
}

/// Intraclass correlation ICC(1) of a sample's Cq on several plates (Shrout and Fleiss 1979,
/// doi:10.1037/0033-2909.86.2.420).
fn correlation(cells: &BTreeMap<(&str, &str), BTreeMap<&str, f64>>) -> Option<f64> {
    let groups: Vec<Vec<f64>> = cells.values().map(|c| c.values().copied().collect()).collect();
    let n = groups.len() as f64;
    let total: f64 = groups.iter().map(|g| g.len() as f64).sum();
    let all = mean(groups.iter().flatten().copied())?;
    let between: f64 = groups
        .iter()
        .filter_map(|g| Some(g.len() as f64 * (mean(g.iter().copied())? - all).powi(2)))
        .sum::<f64>()
        / (n - 1.0);
    let within: f64 =
        groups.iter().filter_map(|g| Some(variance(g)? * (g.len() - 1) as f64)).sum::<f64>()
            / (total - n);
    let squares: f64 = groups.iter().map(|g| (g.len() as f64).powi(2)).sum();
    let size = (total - squares / total) / (n - 1.0);
    let icc = (between - within) / (between + (size - 1.0) * within);
    icc.is_finite().then_some(icc)
}
