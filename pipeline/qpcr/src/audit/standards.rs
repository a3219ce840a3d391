//! Standard curves: efficiency, linearity, number of quantities.

use super::Subject;
use super::finding::{SHOWN, open};
use crate::quantity::StandardCurve;
use cistron_audit::Finding;
use cistron_audit::finding::Table;

const NONE: &str = "no standards of two known quantities of one target";
const REMEDY: &str = "run a dilution series of at least five quantities for each target";

/// Is the efficiency of every assay near doubling?
pub(super) fn efficiency(subject: &Subject<'_>) -> Finding {
    let out = open("efficiency", "Does each cycle about double the product?");
    let off = |curve: &StandardCurve| (curve.efficiency() - 1.0).abs();
    let Some(worst) = subject.curves.iter().max_by(|a, b| off(a).total_cmp(&off(b))) else {
        return out.unknown(NONE, REMEDY);
    };
    let percent = 100.0 * worst.efficiency();
    let row = |curve: &StandardCurve| {
        vec![
            curve.target.clone(),
            format!("{:.1} %", 100.0 * curve.efficiency()),
            curve.interval().map_or_else(String::new, |i| {
                format!("{:.1} to {:.1} %", 100.0 * i.low, 100.0 * i.high)
            }),
            format!("{:.3}", curve.line.slope),
            format!("{:.4}", curve.line.r_squared),
            curve.levels.to_string(),
            curve.line.n.to_string(),
        ]
    };
    let columns = ["target", "efficiency", "95 % interval", "slope", "R²", "quantities", "wells"];
    let table = Table {
        title: "standard curves".into(),
        columns: columns.map(str::to_string).to_vec(),
        rows: subject.curves.iter().map(row).collect(),
    };
    let (warn, fail) = (subject.cutoffs.efficiency_warn, subject.cutoffs.efficiency_fail);
    Finding {
        statistic: "distance of the efficiency from 1".into(),
        n: subject.curves.len(),
        message: format!("the furthest is {}: {percent:.1} %", worst.target),
        remedy:
            "look for inhibitors, dilution errors and primer dimers; use the measured efficiency"
                .into(),
        tables: vec![table],
        ..out
    }
    .judge(off(worst), Some(warn), Some(fail))
}

/// Are the standard curves straight?
pub(super) fn linearity(subject: &Subject<'_>) -> Finding {
    let out = open("linearity", "Are the standard curves straight?");
    let lost = |curve: &StandardCurve| 1.0 - curve.line.r_squared;
    let Some(worst) = subject.curves.iter().max_by(|a, b| lost(a).total_cmp(&lost(b))) else {
        return out.unknown(NONE, REMEDY);
    };
    Finding {
        statistic: "1 − R²".into(),
        n: subject.curves.len(),
        message: format!("the lowest R² is {:.4}, of {}", worst.line.r_squared, worst.target),
        remedy: "leave out quantities outside of the linear range, and repeat the dilution".into(),
        ..out
    }
    .judge(lost(worst), Some(1.0 - subject.cutoffs.linearity_warn), None)
}

/// Do enough quantities carry each standard curve?
pub(super) fn levels(subject: &Subject<'_>) -> Finding {
    let out = open("standard-levels", "Do enough quantities carry each standard curve?");
    let Some(fewest) = subject.curves.iter().min_by_key(|curve| curve.levels) else {
        return out.unknown(NONE, REMEDY);
    };
    let wanted = subject.cutoffs.standard_levels;
    let few = subject.curves.iter().filter(|curve| curve.levels < wanted);
    let evidence: Vec<String> = few.map(|curve| curve.target.clone()).take(SHOWN).collect();
    let missing = wanted.saturating_sub(fewest.levels) as f64;
    Finding {
        statistic: format!("quantities missing to {wanted}"),
        n: subject.curves.len(),
        message: format!("the fewest are {}, of {}", fewest.levels, fewest.target),
        remedy: "dilute further".into(),
        evidence,
        ..out
    }
    .judge(missing, Some(1.0), None)
}
