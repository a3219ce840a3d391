//! `metrics.tsv`: one row a metric, for any other tool.

use std::path::Path;

use super::{Entry, Evaluation, Score};
use cistron_data::artefact::Tsv;
use cistron_data::error::Error;

/// Writes every score: model · fold · seed · split · slice · metric · value · low · high · n.
pub fn write(path: &Path, evaluation: &Evaluation) -> Result<(), Error> {
    let columns =
        ["model", "fold", "seed", "split", "slice", "metric", "value", "low", "high", "n"];
    let mut table = Tsv::new(columns)?;
    for entry in &evaluation.entries {
        rows(&mut table, entry)?;
    }
    table.write(path)
}

fn rows(table: &mut Tsv, entry: &Entry) -> Result<(), Error> {
    let mut push = |fold: &str, seed: &str, slice: &str, scores: &[Score]| -> Result<(), Error> {
        for score in scores {
            let number = |value: Option<f64>| value.map_or(String::new(), |v| format!("{v:.6}"));
            let interval = score.interval.as_ref();
            let (low, high) = (interval.map(|i| i.low), interval.map(|i| i.high));
            table.row([
                entry.name.clone(),
                fold.to_string(),
                seed.to_string(),
                "test".to_string(),
                slice.to_string(),
                score.metric.clone(),
                number(score.value),
                number(low),
                number(high),
                score.n.to_string(),
            ])?;
        }
        Ok(())
    };
    push("all", "all", "all", &entry.scores)?;
    for (fold, seed, scores) in &entry.runs {
        push(&fold.to_string(), &seed.to_string(), "all", scores)?;
    }
    for slice in &entry.slices {
        push("all", "all", &format!("{} = {}", slice.by, slice.level), &slice.scores)?;
    }
    Ok(())
}
