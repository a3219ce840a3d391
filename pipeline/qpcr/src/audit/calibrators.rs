//! Inter-run calibrators.

use super::Subject;
use super::finding::open;
use super::plate::{plates, shared};
use crate::Role;
use crate::quantity::regression::variance;
use cistron_audit::{Finding, Status};

/// Do inter-run calibrators agree between plates, and are they on all of them?
pub(super) fn check(subject: &Subject<'_>) -> Finding {
    let out = open("inter-run-calibrator", "Do inter-run calibrators agree between plates?");
    let plates = plates(subject);
    if plates.len() < 2 {
        return out.does_not_apply("one plate");
    }
    let cells = shared(subject, |r| r.role == Role::Calibrator);
    let spread = cells.values().filter_map(|c| variance(&c.values().copied().collect::<Vec<_>>()));
    let Some(worst) = spread.reduce(f64::max).map(f64::sqrt) else {
        let remedy = "put the same calibrator sample on every plate and mark it so";
        return out.unknown("no calibrator is on two plates", remedy);
    };
    let absent: Vec<String> = plates
        .iter()
        .filter(|plate| !cells.values().any(|c| c.contains_key(*plate)))
        .map(|plate| (*plate).to_string())
        .collect();
    let finding = Finding {
        statistic: "standard deviation between plates, in cycles".into(),
        n: cells.len(),
        message: format!("the highest SD is {worst:.2}; {} plates have none", absent.len()),
        evidence: absent.clone(),
        remedy: "calibrate the plates, and put the calibrator on each of them".into(),
        ..out
    };
    let remedy = finding.remedy.clone();
    let judged = finding.judge(worst, Some(subject.cutoffs.calibrator_warn), None);
    if absent.is_empty() { judged } else { Finding { status: Status::Fail, remedy, ..judged } }
}
