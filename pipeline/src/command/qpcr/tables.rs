//! The tables that `cistron qpcr --out` writes.

use std::path::Path;

use cistron_data::artefact::Tsv;
use cistron_data::error::Error;
use cistron_qpcr::quantity::{Comparison, Sigmoid, sliding_window};
use cistron_qpcr::{Cq, Measurements};

/// Writes a row a reaction.
pub(super) fn write_cq(
    path: &Path,
    measurements: &Measurements,
    calibrated: &Measurements,
) -> Result<(), Error> {
    let mut table = Tsv::new([
        "run",
        "plate",
        "well",
        "sample",
        "target",
        "dye",
        "role",
        "quantity",
        "cq",
        "state",
        "omitted",
        "cycles",
        "sigmoid_cq",
        "curve_efficiency",
        "calibrated_cq",
    ])?;
    let number = |value: Option<f64>| value.map_or_else(String::new, |v| format!("{v}"));
    for (r, calibrated) in measurements.reactions.iter().zip(&calibrated.reactions) {
        let state = match r.cq {
            Cq::Measured(_) => "measured",
            Cq::Undetermined => "undetermined",
            Cq::Absent => "absent",
        };
        let amplified = r.curve.as_ref().filter(|_| r.cq.value().is_some());
        table.row([
            r.run.as_str(),
            &r.plate,
            &r.well,
            &r.sample,
            &r.target,
            &r.dye,
            r.role.name(),
            &number(r.quantity),
            &number(r.cq.value()),
            state,
            if r.omitted { "true" } else { "false" },
            &r.curve.as_ref().map_or_else(String::new, |c| c.cycles.len().to_string()),
            &number(amplified.and_then(Sigmoid::fit).map(|fit| fit.cq())),
            &number(amplified.and_then(sliding_window)),
            &number(calibrated.cq.value()),
        ])?;
    }
    table.write(path)
}

/// Writes a row a comparison.
pub(super) fn write_quantities(path: &Path, comparisons: &[Comparison]) -> Result<(), Error> {
    let mut table = Tsv::new([
        "target",
        "condition",
        "n",
        "n_calibrator",
        "delta_cq",
        "delta_cq_calibrator",
        "delta_delta_cq",
        "ratio",
        "low",
        "high",
        "prediction_low",
        "prediction_high",
        "efficiency",
        "measured_efficiency",
    ])?;
    for c in comparisons {
        let limits = [&c.interval, &c.prediction].map(|interval| {
            interval.as_ref().map(|i| (i.low.to_string(), i.high.to_string())).unwrap_or_default()
        });
        let [(low, high), (prediction_low, prediction_high)] = limits;
        table.row([
            c.target.clone(),
            c.condition.clone(),
            c.n.to_string(),
            c.n_calibrator.to_string(),
            c.delta_cq.to_string(),
            c.delta_cq_calibrator.to_string(),
            c.delta_delta_cq.to_string(),
            c.ratio.to_string(),
            low,
            high,
            prediction_low,
            prediction_high,
            c.efficiency.to_string(),
            c.measured_efficiency.to_string(),
        ])?;
    }
    table.write(path)
}
