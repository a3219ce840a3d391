//! The mean of all models with weights that are tuned on validation records.

use std::path::Path;

use cistron_models::calibration::Pool;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Lift, Role, Run, Scores};
use crate::validation;
use cistron_data::artefact::Tsv;
use cistron_data::dataset::Dataset;
use cistron_data::error::Error;
use cistron_split::Part;

/// Name of the weighted mean of all models.
pub const WEIGHTED: &str = "ensemble-weighted";

/// How much each model counts in the weighted mean, and what tuning gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Weighted {
    /// Models, in the order of the weights.
    pub models: Vec<String>,
    /// The weights of each fold.
    pub folds: Vec<FoldWeights>,
    /// Weighted mean minus plain mean on the held-out records.
    pub gain: Option<Lift>,
}

impl Weighted {
    /// Whether tuning helped, in words.
    #[must_use]
    pub fn verdict(&self) -> &'static str {
        match self.gain.as_ref().and_then(|gain| gain.interval.as_ref()) {
            Some(interval) if interval.low > 0.0 => "tuning helped",
            Some(interval) if interval.high < 0.0 => "tuning did harm",
            Some(_) => "tuning is not shown to help",
            None => "there is too little to tell whether tuning helped",
        }
    }
}

/// Weights that were tuned on the validation records of one fold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct FoldWeights {
    /// Fold whose held-out records they are for.
    pub fold: usize,
    /// Weight of each model, at least 0, with the sum 1.
    pub weights: Vec<f64>,
    /// Validation records that they were tuned on.
    pub records: usize,
    /// Log-loss on those with these weights, in nats.
    pub log_loss: f64,
    /// Log-loss on those of the plain mean, in nats.
    pub log_loss_of_mean: f64,
}

/// The weighted mean of the calibrated probabilities of all models, whose folders lie in `folder`;
/// `None` of fewer than two models, and where a fold (a part a record) has no labelled validation
/// record.
///
/// Fold i is weighed by its own validation records alone: those of another fold may be held out in i.
pub fn weighted(
    models: &[Run],
    seeds: impl Fn(&str) -> usize,
    folder: &Path,
    dataset: &Dataset,
    parts: &[Vec<Part>],
) -> Result<Option<Run>, Error> {
    let [first, _, ..] = models else { return Ok(None) };
    let mut folds = Vec::new();
    for (fold, parts) in parts.iter().enumerate() {
        let held: Vec<usize> = (0..parts.len()).filter(|i| parts[*i] == Part::Validation).collect();
        if held.iter().all(|i| dataset.labels[*i].is_none()) {
            return Ok(None);
        }
        let mut own = Vec::new();
        for model in models {
            let name = &model.scores.name;
            let of_fold = folder.join(format!("{name}/fold-{fold}"));
            own.push(of_their_class(&of_fold, seeds(name), &held, dataset)?);
        }
        let pool = Pool::fit(&own).map_err(|error| Error::stage("evaluate", error))?;
        folds.push(FoldWeights {
            fold,
            weights: pool.weights,
            records: pool.records,
            log_loss: pool.log_loss,
            log_loss_of_mean: pool.log_loss_of_mean,
        });
    }
    let scores = Scores {
        name: WEIGHTED.to_string(),
        role: Role::Ensemble,
        probabilities: mean(models, &folds, dataset.classes.len()),
        ..first.scores.clone()
    };
    let models = models.iter().map(|model| model.scores.name.clone()).collect();
    let weights = Some(Weighted { models, folds, gain: None });
    Ok(Some(Run { weights, ..Run::from(scores) }))
}

/// What a model gave to the class of each labelled record of `held`, the mean over its seeds.
fn of_their_class(
    fold: &Path,
    seeds: usize,
    held: &[usize],
    dataset: &Dataset,
) -> Result<Vec<f32>, Error> {
    let classes = dataset.classes.len();
    let mut mean = vec![0.0_f32; held.len() * classes];
    for seed in 0..seeds {
        let path = fold.join(format!("seed-{seed}")).join(validation::FILE);
        let probabilities = validation::read(&path, held.len(), classes)?;
        mean.iter_mut().zip(probabilities).for_each(|(sum, p)| *sum += p / seeds as f32);
    }
    let labels = held.iter().map(|record| dataset.labels[*record]);
    let rows = mean.chunks(classes.max(1)).zip(labels);
    // The sum of rounded shares may be a little more than 1.
    Ok(rows.filter_map(|(row, label)| Some(row[label? as usize].min(1.0))).collect())
}

/// Probabilities (n, K) of the held-out records, each with the weights of its fold.
fn mean(models: &[Run], folds: &[FoldWeights], classes: usize) -> Vec<f32> {
    let held_out = &models[0].scores;
    let mut out = Vec::with_capacity(held_out.probabilities.len());
    for (at, fold) in held_out.folds.iter().enumerate() {
        let mut sums = vec![0.0_f64; classes];
        for (model, weight) in models.iter().zip(&folds[*fold as usize].weights) {
            let row = &model.scores.probabilities[at * classes..(at + 1) * classes];
            sums.iter_mut().zip(row).for_each(|(sum, p)| *sum += weight * f64::from(*p));
        }
        out.extend(sums.into_iter().map(|p| p as f32));
    }
    out
}

/// Writes `ensemble-weights.tsv`: fold · model · weight · records.
pub fn write(path: &Path, weighted: &Weighted) -> Result<(), Error> {
    let mut table = Tsv::new(["fold", "model", "weight", "records"])?;
    for fold in &weighted.folds {
        for (model, weight) in weighted.models.iter().zip(&fold.weights) {
            let (number, records) = (fold.fold.to_string(), fold.records.to_string());
            table.row([number, model.clone(), format!("{weight:.6}"), records])?;
        }
    }
    table.write(path)
}

#[cfg(test)]
mod tests {
    use cistron_encoders::alphabet::Alphabet;

    use super::*;

    /// Five records of classes x and y, the last without a label; fold 0 holds out record 0 and
    /// validates on 1, 3 and 4, fold 1 holds out 1 and validates on 2.
    fn data() -> (Dataset, Vec<Vec<Part>>) {
        let mut dataset = Dataset::new(Alphabet::Dna);
        for id in ["a", "b", "c", "d", "e"] {
            dataset.push(id.into(), b"ACGT", 1);
        }
        let labels = [Some("x"), Some("x"), Some("y"), Some("y"), None];
        dataset.set_labels(&labels.map(|label| label.map(str::to_string)));
        let parts = |test: usize, validation: &[usize]| {
            let part = |i: usize| match i {
                i if i == test => Part::Test,
                i if validation.contains(&i) => Part::Validation,
                _ => Part::Train,
            };
            (0..5).map(part).collect::<Vec<_>>()
        };
        (dataset, vec![parts(0, &[1, 3, 4]), parts(1, &[2])])
    }

    fn run(name: &str, probabilities: Vec<f32>) -> Run {
        let (records, folds) = (vec![0, 1], vec![0, 1]);
        Scores { name: name.into(), role: Role::Model, records, folds, probabilities }.into()
    }

    fn table(folder: &Path, shard: &str, rows: &str) {
        let folder = folder.join(shard);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(validation::FILE), format!("id\tx\ty\n{rows}")).unwrap();
    }

    #[test]
    fn each_fold_is_weighed_by_its_own_validation_records() {
        let folder = tempfile::tempdir().unwrap();
        let (dataset, parts) = data();
        // In fold 0 the first model is right (the mean of two seeds), in fold 1 the second.
        table(folder.path(), "sure/fold-0/seed-0", "b\t1\t0\nd\t0\t1\ne\t0.5\t0.5\n");
        table(folder.path(), "sure/fold-0/seed-1", "b\t1\t0\nd\t0\t1\ne\t0.5\t0.5\n");
        table(folder.path(), "sure/fold-1/seed-0", "c\t1\t0\n");
        table(folder.path(), "sure/fold-1/seed-1", "c\t1\t0\n");
        table(folder.path(), "wrong/fold-0/seed-0", "b\t0\t1\nd\t1\t0\ne\t0\t1\n");
        table(folder.path(), "wrong/fold-1/seed-0", "c\t0\t1\n");
        let models =
            [run("sure", vec![1.0, 0.0, 1.0, 0.0]), run("wrong", vec![0.0, 1.0, 0.0, 1.0])];
        let seeds = |name: &str| if name == "sure" { 2 } else { 1 };
        let weighted = |models: &[Run]| {
            super::weighted(models, seeds, folder.path(), &dataset, &parts).unwrap()
        };
        assert_eq!(weighted(&models[..1]), None);
        let both = weighted(&models).unwrap();
        assert_eq!((both.scores.name.as_str(), both.scores.role), (WEIGHTED, Role::Ensemble));
        let weights = both.weights.unwrap();
        assert_eq!(weights.models, ["sure", "wrong"]);
        // By hand, of n records that only one model explains: (n + 1) / (n + 2).
        let (zero, one) = (&weights.folds[0], &weights.folds[1]);
        assert_eq!((zero.records, one.records), (2, 1));
        assert!((zero.weights[0] - 0.75).abs() < 1e-4, "{zero:?}");
        assert!((one.weights[1] - 2.0 / 3.0).abs() < 1e-4, "{one:?}");
        assert!((zero.log_loss - (4.0_f64 / 3.0).ln()).abs() < 1e-4, "{zero:?}");
        assert!((zero.log_loss_of_mean - 2.0_f64.ln()).abs() < 1e-6, "{zero:?}");
        let expected = [0.75, 0.25, 1.0 / 3.0, 2.0 / 3.0];
        for (found, expected) in both.scores.probabilities.iter().zip(expected) {
            assert!((f64::from(*found) - expected).abs() < 1e-4, "{:?}", both.scores);
        }
    }

    #[test]
    fn without_validation_records_nothing_is_tuned() {
        let (dataset, _) = data();
        let parts = [vec![Part::Test, Part::Train, Part::Train, Part::Train, Part::Validation]];
        let models = [run("one", vec![0.5; 4]), run("two", vec![0.5; 4])];
        // The only validation record has no label; no table is read.
        let found = super::weighted(&models, |_| 1, Path::new("missing"), &dataset, &parts);
        assert_eq!(found.unwrap(), None);
    }
}
