//! `cistron compare`.

use std::path::PathBuf;

use cistron_models::metrics::Metric;
use clap::{Args, ValueEnum};
use serde_json::json;

use crate::compare::{Change, Comparison, Pair, compare};
use crate::console::Console;
use cistron_data::error::Error;

/// Compare two runs, model by model, on the records that both held out
///
/// A difference is clear where its 95 % interval (paired bootstrap over homology clusters) leaves
/// out 0.
///
/// Examples:
///   cistron compare out/before out/after
///   cistron compare out/before out/after --metric mcc --format json
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Compare {
    /// Folder that the first run left.
    first: PathBuf,
    /// Folder that the second run left.
    second: PathBuf,
    /// What the models are compared by.
    #[arg(long, value_enum, default_value_t)]
    metric: By,
}

/// Metrics of which more is better.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum By {
    Accuracy,
    #[default]
    BalancedAccuracy,
    MacroF1,
    Mcc,
    Auroc,
}

impl From<By> for Metric {
    fn from(by: By) -> Self {
        match by {
            By::Accuracy => Self::Accuracy,
            By::BalancedAccuracy => Self::BalancedAccuracy,
            By::MacroF1 => Self::MacroF1,
            By::Mcc => Self::Mcc,
            By::Auroc => Self::Auroc,
        }
    }
}

impl Compare {
    /// Prints the comparison.
    pub(super) fn run(self, console: &Console) -> Result<(), Error> {
        let comparison = compare([&self.first, &self.second], self.metric.into())?;
        console.result(&text(&comparison), json!(comparison));
        Ok(())
    }
}

/// The comparison as lines for a person.
fn text(comparison: &Comparison) -> String {
    let mut lines = Vec::new();
    if !comparison.changes.is_empty() {
        lines.push("what differs in the workflows, first and second:".to_string());
        lines.extend(comparison.changes.iter().map(change));
    }
    if !comparison.same_split {
        lines
            .push("the runs split the records differently: their models learnt from others".into());
    }
    let rows: Vec<[String; 6]> = comparison.pairs.iter().map(row).collect();
    let head = ["model", "records", "first", "second", "difference", ""].map(str::to_string);
    let all: Vec<[String; 6]> = std::iter::once(head).chain(rows).collect();
    let width = |column: usize| all.iter().map(|row| row[column].chars().count()).max();
    let widths: [usize; 6] = std::array::from_fn(|column| width(column).unwrap_or(0));
    lines.push(format!("{} on the records that both held out:", comparison.metric));
    for row in &all {
        let [model, numbers @ ..] = row;
        let mut line = format!("  {model:<width$}", width = widths[0]);
        for (column, cell) in (1..).zip(numbers) {
            let width = widths[column];
            let cell = if column == 5 { cell.clone() } else { format!("{cell:>width$}") };
            line = format!("{line}  {cell}");
        }
        lines.push(line.trim_end().to_string());
    }
    lines.join("\n")
}

fn change(change: &Change) -> String {
    let show = |value: &Option<serde_json::Value>| {
        value.as_ref().map_or_else(|| "not there".to_string(), ToString::to_string)
    };
    let [first, second] = change.values.each_ref().map(show);
    format!("  {}: {first}, {second}", change.key)
}

/// Cells of a pair of models.
fn row(pair: &Pair) -> [String; 6] {
    let [one, other] = &pair.models;
    let model = if one == other { one.clone() } else { format!("{one}, {other}") };
    let number = |value: Option<f64>| value.map_or("undefined".to_string(), |v| format!("{v:.3}"));
    let difference = match (pair.difference, &pair.interval) {
        (Some(value), Some(interval)) => {
            format!("{value:+.3} [{:+.3}, {:+.3}]", interval.low, interval.high)
        }
        (Some(value), None) => format!("{value:+.3} [too few clusters to tell]"),
        (None, _) => "undefined".to_string(),
    };
    let verdict = match pair.better() {
        Some(0) => "the first is better",
        Some(_) => "the second is better",
        None => "no clear difference",
    };
    let [first, second] = pair.values.map(number);
    [model, pair.n.to_string(), first, second, difference, verdict.to_string()]
}
