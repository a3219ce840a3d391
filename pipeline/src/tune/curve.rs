//! The learning curve: the score on validation records against the number of training records.

use std::path::PathBuf;
use std::time::Instant;

use serde::Serialize;

use super::development::{Development, EIGHTHS};
use super::gain::Gain;
use super::ledger::{Ledger, SCORED_ON};
use super::score::Candidate;
use super::{Request, Scored, Study};
use crate::console::Console;
use cistron_data::error::Error;
use cistron_data::interrupt;
use cistron_split::Part;

/// Eighths of the training records that are learnt from.
const SIZES: [usize; 4] = [1, 2, 4, EIGHTHS];

/// Seeds of the choice of records and of training.
const SEEDS: u64 = 3;

const COLUMNS: [&str; 8] = [
    "eighths",
    "seed",
    "records",
    "clusters",
    "validation_loss",
    "validation_balanced_accuracy",
    "seconds",
    "scored_on",
];

/// Scores of one number of training records.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Size {
    /// Eighths of the training records.
    pub eighths: usize,
    /// Training records, the mean over seeds and folds.
    pub records: f64,
    /// Validation balanced accuracy of each seed; absent where a class had no training record.
    pub balanced_accuracy: Vec<Option<f64>>,
}

impl Size {
    /// Mean, least and greatest balanced accuracy; `None` where no seed has one.
    #[must_use]
    pub fn spread(&self) -> Option<[f64; 3]> {
        let values: Vec<f64> = self.balanced_accuracy.iter().flatten().copied().collect();
        let least = values.iter().copied().min_by(f64::total_cmp)?;
        let greatest = values.iter().copied().max_by(f64::total_cmp)?;
        Some([values.iter().sum::<f64>() / values.len() as f64, least, greatest])
    }
}

/// A learning curve.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Curve {
    /// Name of the model.
    pub model: String,
    /// From the fewest training records to all of them.
    pub sizes: Vec<Size>,
    /// What doubling the data gave; absent where half of the records lacked a class for every seed.
    pub gain: Option<Gain>,
    /// What the models were scored on.
    pub scored: Scored,
    /// Models trained by this call; the others were there.
    pub trained: usize,
    /// The table of all models.
    pub table: PathBuf,
}

/// Trains the model on an eighth, a quarter, half and all of its training records.
pub fn curve(request: &Request, console: &Console) -> Result<Curve, Error> {
    let study = Study::new(request)?;
    let columns = COLUMNS.map(str::to_string).to_vec();
    let subject = study.subject(study.key.clone());
    let ledger = Ledger::open(&study.out, "learning-curve", columns, &subject)?;
    let mut points = Points { study: &study, console, ledger, trained: 0 };
    let mut sizes = Vec::new();
    for eighths in SIZES {
        let mut size = Size { eighths, records: 0.0, balanced_accuracy: Vec::new() };
        for seed in 0..SEEDS {
            let (records, score) = points.point(eighths, seed)?;
            size.records += records / SEEDS as f64;
            size.balanced_accuracy.push(score);
        }
        sizes.push(size);
    }
    Ok(Curve {
        model: study.model.clone(),
        gain: gain(&sizes),
        sizes,
        scored: study.scored(),
        trained: points.trained,
        table: points.ledger.path().to_path_buf(),
    })
}

/// The gain from half of the records to all, of the seeds that have both.
fn gain(sizes: &[Size]) -> Option<Gain> {
    let [.., half, all] = sizes else { return None };
    let pairs = half.balanced_accuracy.iter().zip(&all.balanced_accuracy);
    Gain::of(&pairs.filter_map(|(half, all)| Some(((*half)?, (*all)?))).collect::<Vec<_>>())
}

struct Points<'a> {
    study: &'a Study,
    console: &'a Console,
    ledger: Ledger,
    trained: usize,
}

impl Points<'_> {
    /// Training records (mean over folds) and balanced accuracy of one size and seed: as the table
    /// has them, or trained now.
    fn point(&mut self, eighths: usize, seed: u64) -> Result<(f64, Option<f64>), Error> {
        let start = [eighths.to_string(), seed.to_string()];
        if let Some(row) = self.ledger.find(&start) {
            return read(row).ok_or_else(|| {
                let path = self.ledger.path().display();
                let found = row.join(" ");
                let help = "remove the row to train that model again";
                Error::stage("tune", format!("{path}: found the row {found}\n  help: {help}"))
            });
        }
        interrupt::check()?;
        let study = self.study;
        let workflow = &study.loaded.workflow;
        let fewer: Vec<Development> = study
            .folds
            .iter()
            .map(|fold| fold.with_fewer(eighths, study.seed.wrapping_add(seed)))
            .collect();
        let of = |count: fn(&Development) -> usize| {
            fewer.iter().map(|fold| count(fold) as f64).sum::<f64>() / fewer.len() as f64
        };
        let records = of(|fold| fold.records(Part::Train).len());
        let clusters = of(Development::clusters);
        let name = format!("{eighths}/{EIGHTHS} of the records, seed {seed}");
        let start_time = Instant::now();
        let untaught = missing(&fewer, &study.folds);
        let score = if untaught.is_empty() {
            let seed = workflow.seed.wrapping_add(seed);
            let candidate = Candidate::of(workflow, &study.model, seed)?;
            Some(study.score(&candidate, &fewer, &name, self.console)?)
        } else {
            self.console.warn(&format!(
                "{name}: not trained: whole clusters leave no training record of {}",
                untaught.join(", ")
            ));
            None
        };
        let seconds = start_time.elapsed().as_secs_f64();
        let number = |value: Option<f64>| value.map_or_else(String::new, |v| v.to_string());
        let balanced = score.map(|score| score.balanced_accuracy);
        let mut row = start.to_vec();
        row.extend([records.to_string(), clusters.to_string()]);
        row.extend([number(score.map(|score| score.loss)), number(balanced)]);
        row.extend([format!("{seconds:.1}"), SCORED_ON.to_string()]);
        self.ledger.push(row)?;
        if let Some(balanced) = balanced {
            self.trained += 1;
            let what = format!("{records:.0} records, balanced accuracy {balanced:.3}");
            self.console.stage(&name, &what, seconds);
        }
        Ok((records, balanced))
    }
}

/// Classes that lost their last training record in some fold.
fn missing(fewer: &[Development], all: &[Development]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (fewer, all) in fewer.iter().zip(all) {
        let never = all.untaught();
        let lost = fewer.untaught().into_iter().filter(|class| !never.contains(class));
        names.extend(lost.map(str::to_string));
    }
    names.sort();
    names.dedup();
    names
}

/// Training records and balanced accuracy of a row.
fn read(row: &[String]) -> Option<(f64, Option<f64>)> {
    let [_, _, records, _, _, balanced, ..] = row else { return None };
    let balanced = if balanced.is_empty() { None } else { Some(balanced.parse().ok()?) };
    Some((records.parse().ok()?, balanced))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gain_is_of_the_seeds_that_have_both() {
        let size = |eighths, scores: [Option<f64>; 3]| Size {
            eighths,
            records: 10.0,
            balanced_accuracy: scores.to_vec(),
        };
        let sizes = [
            size(2, [None; 3]),
            size(4, [None, Some(0.5), Some(0.75)]),
            size(8, [Some(0.9), Some(0.75), Some(1.0)]),
        ];
        let found = gain(&sizes).unwrap();
        assert_eq!((found.value, found.seeds), (0.25, 2));
        assert_eq!(sizes[0].spread(), None);
        assert_eq!(sizes[1].spread(), Some([0.625, 0.5, 0.75]));
        assert_eq!(gain(&sizes[..1]), None);
    }

    #[test]
    fn a_row_is_read_back() {
        let row = ["4", "1", "210.5", "9", "", "", "0.1", SCORED_ON].map(str::to_string);
        assert_eq!(read(&row), Some((210.5, None)));
        let row = ["4", "1", "210", "9", "0.5", "0.75", "0.1", SCORED_ON].map(str::to_string);
        assert_eq!(read(&row), Some((210.0, Some(0.75))));
        assert_eq!(read(&row[..3]), None);
    }
}
