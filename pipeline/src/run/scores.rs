//! The table of scores that a run prints.

use std::fmt::Write;
use std::path::Path;

use cistron_data::artefact;
use cistron_data::error::Error;
use cistron_evaluate::weighted::WEIGHTED;
use cistron_evaluate::{Entry, Evaluation, METRIC, Role};

/// Models beside floors and baselines, as aligned text.
pub(super) fn table(out: &Path) -> Result<String, Error> {
    let evaluation: Evaluation = artefact::read_json(&out.join("metrics.json"))?;
    let mut text = format!(
        "{:<18} {:<9} {:>9} {:>18} {:>17}\n",
        "", "", "accuracy", "balanced accuracy", "95 % interval"
    );
    for entry in &evaluation.entries {
        let role = match entry.role {
            Role::Model => "model",
            Role::Ensemble => "ensemble",
            Role::Floor => "floor",
            Role::Baseline => "baseline",
        };
        let main = entry.scores.iter().find(|score| score.metric == METRIC.name());
        let interval = main.and_then(|score| score.interval.as_ref());
        let interval =
            interval.map_or("-".to_string(), |i| format!("{:.3} to {:.3}", i.low, i.high));
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{:<18} {role:<9} {:>9} {:>18} {interval:>17}",
            entry.name,
            number(entry, "accuracy"),
            number(entry, METRIC.name()),
        );
    }
    let gain = evaluation.weighted.as_ref().and_then(|w| Some((w, w.gain.as_ref()?)));
    if let Some((weighted, gain)) = gain {
        let spread = gain.interval.as_ref();
        let spread = spread.map(|i| format!(" ({:+.3} to {:+.3})", i.low, i.high));
        let _ = writeln!(
            text,
            "{WEIGHTED} less {}: balanced accuracy {:+.3}{}: {}",
            gain.over,
            gain.value,
            spread.unwrap_or_default(),
            weighted.verdict()
        );
    }
    Ok(text)
}

fn number(entry: &Entry, metric: &str) -> String {
    let score = entry.scores.iter().find(|score| score.metric == metric);
    score.and_then(|s| s.value).map_or("-".to_string(), |value| format!("{value:.3}"))
}
