//! Predictions by models that did not see the record.

use rayon::prelude::*;

use super::{Logistic, LogisticConfig, LogisticError};
use crate::baseline::{FeatureTable, FoldError, Predictions};

/// Out-of-fold probabilities: record i is predicted by the model fitted on the records of other
/// folds than `fold_of[i]` (see [`deal_groups`](crate::baseline::deal_groups)); standardisation is
/// fitted there too.
///
/// # Errors
///
/// Where lengths disagree, labels do not fit, or one fold holds all records.
pub fn cross_validated(
    features: &FeatureTable,
    labels: &[usize],
    n_classes: usize,
    fold_of: &[usize],
    config: LogisticConfig,
) -> Result<Predictions, LogisticError> {
    let n = features.n_rows();
    if fold_of.len() != n || labels.len() != n {
        let groups = if fold_of.len() == n { labels.len() } else { fold_of.len() };
        return Err(FoldError::Lengths { records: n, groups }.into());
    }
    let mut folds = fold_of.to_vec();
    folds.sort_unstable();
    folds.dedup();
    let predicted: Vec<(Vec<usize>, Predictions)> = folds
        .par_iter()
        .map(|fold| {
            let (held_out, rows): (Vec<usize>, Vec<usize>) =
                (0..n).partition(|row| fold_of[*row] == *fold);
            let own: Vec<usize> = rows.iter().map(|row| labels[*row]).collect();
            let model = Logistic::fit_rows(features, &rows, &own, n_classes, config)?;
            let predictions = model.predict_rows(features, &held_out);
            Ok((held_out, predictions))
        })
        .collect::<Result<_, LogisticError>>()?;
    let mut probabilities = vec![0.0; n * n_classes];
    for (held_out, predictions) in predicted {
        for (row, of_row) in held_out.iter().zip(predictions.probabilities().chunks(n_classes)) {
            probabilities[row * n_classes..(row + 1) * n_classes].copy_from_slice(of_row);
        }
    }
    Ok(Predictions::new(n_classes, probabilities))
}
