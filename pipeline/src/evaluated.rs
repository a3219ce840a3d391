//! What trained models answer for the held-out records.

use std::path::Path;

use cistron_data::dataset::Dataset;
use cistron_data::error::Error;
use cistron_evaluate::sets::Sets;
use cistron_evaluate::{Role, Run, Scores};
use cistron_models::executor::Executor;
use cistron_split::{Part, Splits};

use crate::encode::Records;
use crate::model::Model;

/// Lets the trained models of one name predict the held-out records of their folds.
pub fn model(
    folder: &Path,
    name: &str,
    seeds: usize,
    dataset: &Dataset,
    splits: &Splits,
    executor: &Executor,
) -> Result<Run, Error> {
    let mut scores = Scores {
        name: name.to_string(),
        role: Role::Model,
        records: Vec::new(),
        folds: Vec::new(),
        probabilities: Vec::new(),
    };
    let mut parts = Vec::new();
    let mut fitted = Vec::new();
    for fold in 0..splits.folds.len() {
        let test = splits.records(fold, Part::Test);
        let mut mean = vec![0.0_f32; test.len() * dataset.classes.len()];
        let mut conformal = Vec::with_capacity(seeds);
        for seed in 0..seeds {
            let model = Model::load(&folder.join(format!("fold-{fold}/seed-{seed}")), executor)?;
            let probabilities = model.probabilities(executor, Records::of(dataset, &test))?;
            for (sum, p) in mean.iter_mut().zip(&probabilities) {
                *sum += p / seeds as f32;
            }
            parts.push((fold, seed, probabilities));
            conformal.push(model.card.conformal);
        }
        fitted.push(conformal);
        scores.folds.extend(test.iter().map(|_| fold as u32));
        scores.records.extend(test);
        scores.probabilities.extend(mean);
    }
    Ok(Run { scores, parts, sets: Sets::of(&fitted), weights: None })
}
