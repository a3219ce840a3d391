//! `cistron tune`.

use std::path::PathBuf;

use cistron_models::device::DeviceChoice;
use clap::{Args, ValueEnum};
use serde_json::json;

use super::overwrite::Overwrite;
use crate::console::Console;
use crate::tune::Request;
use crate::tune::curve::{Curve, curve};
use crate::tune::search::{Found, search};
use crate::tune::space::Parameter;
use cistron_data::error::Error;

/// Search settings of a workflow on its validation records, or learn whether more data would help
///
/// The test split is not touched: its records are left out before anything is trained. Trials are
/// drawn by a tree-structured Parzen estimator and halved: each is trained for a quarter of its
/// epochs, the better half for half of them, the better half of those for all. Writes DIR/tune.tsv,
/// a row a trial and rung, and DIR/best.yaml. The same command goes on where it was stopped.
///
/// Examples:
///   cistron tune w.yaml --search 'models.conv.train.learning-rate=0.0001..0.01 log'
///   cistron tune w.yaml --search 'models.conv.conv.filters=[32,32]|[64,64]' --trials 30
///   cistron tune w.yaml --model conv --learning-curve
#[allow(clippy::doc_markdown)]
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Tune {
    /// The workflow file.
    workflow: PathBuf,
    /// A key and its values: LOW..HIGH (integers where both are), LOW..HIGH log, or A|B|C; may be
    /// repeated.
    #[arg(long, value_name = "KEY=VALUES", required_unless_present = "learning_curve")]
    search: Vec<Parameter>,
    /// Instead of a search: train on 1/8, 1/4, 1/2 and all training records, from three seeds.
    #[arg(long, conflicts_with = "search")]
    learning_curve: bool,
    /// Trials to begin, those of earlier calls among them.
    #[arg(long, default_value_t = 20)]
    trials: usize,
    /// Model to tune, where neither the workflow nor the keys name one alone.
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// Change a key of the workflow for every trial; may be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Folds whose validation records score, where the split has several.
    #[arg(long, value_enum, default_value_t)]
    folds: Folds,
    /// Seed of what is tried [default: the workflow's].
    #[arg(long)]
    seed: Option<u64>,
    /// Folder that everything is written to [default: out/NAME-tune].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    overwrite: Overwrite,
    /// auto, cpu, cuda:N or metal.
    #[arg(long, default_value = "auto")]
    device: DeviceChoice,
}

/// Folds whose validation records score.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Folds {
    /// The first fold.
    #[default]
    First,
    /// Every fold, and the mean of them.
    All,
}

impl Tune {
    /// Searches, or draws the learning curve.
    pub(super) fn run(self, console: &Console) -> Result<(), Error> {
        self.overwrite.check([&self.workflow], &[])?;
        let request = Request {
            workflow: self.workflow,
            set: self.set,
            search: self.search,
            trials: self.trials,
            model: self.model,
            out: self.out,
            seed: self.seed,
            all_folds: self.folds == Folds::All,
            device: self.device,
        };
        if self.learning_curve {
            let curve = curve(&request, console)?;
            console.result(&curve_text(&curve), json!(curve));
        } else {
            let found = search(&request, console)?;
            console.result(&search_text(&found), json!(found));
        }
        Ok(())
    }
}

/// What a search found, for a person.
fn search_text(found: &Found) -> String {
    let best = &found.best;
    let number = |value: Option<f64>, digits: usize| {
        value.map_or_else(|| "undefined".to_string(), |value| format!("{value:.digits$}"))
    };
    let failed = match found.failed {
        0 => String::new(),
        failed => format!(", {failed} failed"),
    };
    let mut lines = vec![format!(
        "{}: best of {} trials ({} models trained now{failed}): trial {}, validation loss {}, \
         balanced accuracy {}",
        found.model,
        found.trials,
        found.trained,
        best.trial,
        number(best.validation_loss, 4),
        number(best.validation_balanced_accuracy, 3)
    )];
    let values = found.keys.iter().zip(&best.values);
    lines.extend(values.map(|(key, value)| format!("  {key}: {value}")));
    lines.push(found.scored.text());
    lines.push(format!("trials: {}", found.table.display()));
    lines.push(format!("best:   cistron run {}", found.workflow.display()));
    lines.join("\n")
}

/// A learning curve, for a person.
fn curve_text(curve: &Curve) -> String {
    let mut lines = vec![format!(
        "{}: validation balanced accuracy by training records ({} models trained now)",
        curve.model, curve.trained
    )];
    for size in &curve.sizes {
        let score = size.spread().map_or_else(
            || "a class has no record".to_string(),
            |[mean, least, greatest]| format!("{mean:.3} ({least:.3} to {greatest:.3})"),
        );
        lines.push(format!("  {}/8 {:>8.0}  {score}", size.eighths, size.records));
    }
    lines.push(curve.gain.as_ref().map_or_else(
        || {
            "half of the records are too few clusters: whether more data would help is not clear"
                .into()
        },
        crate::tune::gain::Gain::text,
    ));
    lines.push(curve.scored.text());
    lines.push(format!("models: {}", curve.table.display()));
    lines.join("\n")
}
