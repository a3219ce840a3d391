//! What `cistron qpcr` prints.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use cistron_audit as audit;
use cistron_audit::Audit;
use cistron_qpcr::Measurements;
use cistron_qpcr::quantity::regression::{mean, variance};
use cistron_qpcr::quantity::{Comparison, Correction};
use cistron_qpcr::read::Decision;

/// Rows of a table that are printed; the files have all of them.
const ROWS: usize = 40;

/// How the files were read, their cycles, the comparisons and the audit.
pub(super) fn text(
    measurements: &Measurements,
    (found, none): (usize, usize),
    corrections: &[Correction],
    comparisons: &[Comparison],
    audit: &Audit,
) -> String {
    let mut out = String::new();
    for decision in &measurements.decisions {
        file(&mut out, decision);
    }
    if found + none > 0 {
        let _ = writeln!(
            out,
            "Cq of {found} curves by the second-derivative maximum; {none} have none\n"
        );
    }
    let largest = corrections.iter().map(|c| c.cycles.abs()).reduce(f64::max);
    if let Some(largest) = largest {
        let targets: BTreeSet<&str> = corrections.iter().map(|c| c.target.as_str()).collect();
        let _ = writeln!(
            out,
            "inter-run calibrators put the plates of {} targets on one scale for the ratios; the \
             largest correction is {largest:.2} cycles\n",
            targets.len()
        );
    }
    cycles(&mut out, measurements);
    ratios(&mut out, comparisons);
    out + &audit::text(audit)
}

fn file(out: &mut String, decision: &Decision) {
    let c = &decision.counts;
    let _ = writeln!(out, "{}", decision.path.display());
    let layouts: Vec<String> = decision.layouts.iter().map(|l| format!("{l:?}")).collect();
    let layouts = layouts.join(", ");
    let instrument = decision.instrument.name();
    let _ = writeln!(out, "  read as   {}, instrument {instrument}, {layouts}", decision.container);
    for evidence in &decision.evidence {
        let _ = writeln!(out, "  because   {evidence}");
    }
    for note in &decision.notes {
        let _ = writeln!(out, "  note      {note}");
    }
    let _ = writeln!(
        out,
        "  holds     {} reactions, {} wells, {} targets, {} samples, {} plates; {} Cq, {} undetermined",
        c.reactions, c.wells, c.targets, c.samples, c.plates, c.measured, c.undetermined
    );
    if c.curves > 0 {
        let _ = writeln!(
            out,
            "  curves    {} of {} to {} cycles",
            c.curves, c.fewest_cycles, c.most_cycles
        );
    }
    out.push('\n');
}

fn cycles(out: &mut String, measurements: &Measurements) {
    let mut groups: BTreeMap<(&str, &str), Vec<f64>> = BTreeMap::new();
    let named = |sample: &str, target: &str| !sample.is_empty() || !target.is_empty();
    let of = |r: &&cistron_qpcr::Reaction| !r.omitted && named(&r.sample, &r.target);
    for r in measurements.reactions.iter().filter(of) {
        groups.entry((&r.target, &r.sample)).or_default().extend(r.cq.value());
    }
    if groups.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "{:<16} {:<24} {:>5} {:>8} {:>6}",
        "target", "sample", "wells", "mean Cq", "SD"
    );
    for ((target, sample), cqs) in groups.iter().take(ROWS) {
        let mean = mean(cqs.iter().copied()).map_or("none".into(), |m| format!("{m:.2}"));
        let spread = variance(cqs).map_or(String::new(), |v| format!("{:.2}", v.sqrt()));
        let _ = writeln!(out, "{target:<16} {sample:<24} {:>5} {mean:>8} {spread:>6}", cqs.len());
    }
    if groups.len() > ROWS {
        let _ = writeln!(out, "… and {} more: --out writes all", groups.len() - ROWS);
    }
    out.push('\n');
}

fn ratios(out: &mut String, comparisons: &[Comparison]) {
    for c in comparisons.iter().take(ROWS) {
        let interval = |i: &Option<cistron_statistics::interval::Interval>| {
            i.as_ref().map_or("none: it takes two samples each".into(), |i| {
                format!("{:.3} to {:.3}", i.low, i.high)
            })
        };
        let source = if c.measured_efficiency { "measured" } else { "taken to be 100 %" };
        let _ = writeln!(
            out,
            "{} in {}: ratio {:.3}, 95 % interval {}, prediction interval {}\n  ΔCq {:.3} ({} samples), calibrator {:.3} ({}), ΔΔCq {:.3}; efficiencies {source}",
            c.target,
            c.condition,
            c.ratio,
            interval(&c.interval),
            interval(&c.prediction),
            c.delta_cq,
            c.n,
            c.delta_cq_calibrator,
            c.n_calibrator,
            c.delta_delta_cq
        );
    }
    if !comparisons.is_empty() {
        out.push('\n');
    }
}
