//! The tables.

use std::fmt::Write;

use cistron_statistics::interval::wilson;

use super::bias::Bias;
use super::trial::{Alarms, Detection};

/// Head of the table of detections.
pub(super) const HEAD: &str = "| planted | strength | found | 95 % interval | failed | unknown | trials |\n|---|---|---|---|---|---|---|";

/// A row of it; the strength that must be found is set in bold.
pub(super) fn row(bias: Bias, strength: f64, found: &Detection) -> String {
    let bold = if bias.is_required(strength) { "**" } else { "" };
    format!(
        "| {} | {bold}{strength}{bold} | {} | {} | {} | {} | {} |",
        bias.name(),
        share(found.found, found.trials),
        limits(found.found, found.trials),
        share(found.failed, found.trials),
        share(found.unknown, found.trials),
        found.trials
    )
}

/// The false alarms of clean twins.
pub(super) fn clean(alarms: &Alarms) -> String {
    let of = |n| format!("{} ({})", share(n, alarms.trials), limits(n, alarms.trials));
    let mut text = format!(
        "Of {} clean twins, whole audit: any false fail {}, any false warning {}, any unknown {}",
        alarms.trials,
        of(alarms.failed),
        of(alarms.warned),
        of(alarms.unknown)
    );
    for (check, n) in &alarms.checks {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n- {check}: {n}");
    }
    text
}

fn share(n: u64, of: u64) -> String {
    format!("{:.1} %", 100.0 * n as f64 / of.max(1) as f64)
}

fn limits(n: u64, of: u64) -> String {
    wilson(n as usize, of as usize)
        .map_or_else(String::new, |i| format!("{:.1}–{:.1}", 100.0 * i.low, 100.0 * i.high))
}
