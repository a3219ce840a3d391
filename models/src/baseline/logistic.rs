//! L2-regularised multinomial logistic regression on dense features.

mod cross_validation;
mod lbfgs;
mod objective;
mod preconditioner;
mod standardisation;

use ndarray::Array2;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BaselineError, FeatureTable, FoldError, Predictions, check_labels, softmax};
pub use cross_validation::cross_validated;
pub use lbfgs::Convergence;
use objective::Objective;
use standardisation::Standardisation;

/// How logistic regression is fitted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LogisticConfig {
    /// Inverse strength of the penalty: the summed log-loss counts `c` times against half the
    /// squared weights.
    pub c: f64,
    /// Whether each class weighs the same, whatever its number of records.
    pub class_balanced: bool,
    /// Largest slope of the mean loss, by any coefficient of a standardised feature, at which the
    /// fit stops.
    pub tolerance: f64,
    /// Iterations after which the fit stops without having converged.
    pub max_iterations: usize,
}

impl Default for LogisticConfig {
    fn default() -> Self {
        Self { c: 1.0, class_balanced: true, tolerance: 1e-6, max_iterations: 1000 }
    }
}

/// A logistic regression that cannot be fitted or applied.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LogisticError {
    /// The labels are not usable.
    #[error(transparent)]
    Labels(#[from] BaselineError),
    /// The records cannot be dealt into folds.
    #[error(transparent)]
    Folds(#[from] FoldError),
    /// The penalty is not a positive number.
    #[error("penalty c is {found}, expected a positive number")]
    Penalty {
        /// The value asked for.
        found: f64,
    },
    /// The features are not those of the training records.
    #[error("{found} features, but the model was fitted on {expected}")]
    Features {
        /// Number of features found.
        found: usize,
        /// Number of features fitted on.
        expected: usize,
    },
}

/// Multinomial logistic regression; the log-odds of one class where the training records have two.
#[derive(Debug, Clone)]
pub struct Logistic {
    n_classes: usize,
    /// The classes that training records have, in order.
    present: Vec<usize>,
    standardisation: Standardisation,
    /// (F + 1, columns): weights of standardised features, the intercepts last.
    weights: Array2<f64>,
    convergence: Convergence,
}

impl Logistic {
    /// Fits on every record of `features`.
    ///
    /// A class without training record gets probability 0.
    ///
    /// # Errors
    ///
    /// Without records, where labels do not fit, or `c` is not positive.
    pub fn fit(
        features: &FeatureTable,
        labels: &[usize],
        n_classes: usize,
        config: LogisticConfig,
    ) -> Result<Self, LogisticError> {
        let all: Vec<usize> = (0..features.n_rows()).collect();
        Self::fit_rows(features, &all, labels, n_classes, config)
    }

    /// Fits on the records `rows`; `labels` has one class for each of them.
    fn fit_rows(
        features: &FeatureTable,
        rows: &[usize],
        labels: &[usize],
        n_classes: usize,
        config: LogisticConfig,
    ) -> Result<Self, LogisticError> {
        check_labels(rows.len(), labels, n_classes)?;
        if !(config.c.is_finite() && config.c > 0.0) {
            return Err(LogisticError::Penalty { found: config.c });
        }
        let mut counts = vec![0_usize; n_classes];
        for label in labels {
            counts[*label] += 1;
        }
        let present: Vec<usize> = (0..n_classes).filter(|class| counts[*class] > 0).collect();
        let column: Vec<usize> =
            labels.iter().map(|label| present.binary_search(label).unwrap_or_default()).collect();
        let weight_of = |label: &usize| {
            let even = labels.len() as f64 / (present.len() * counts[*label]) as f64;
            if config.class_balanced { even } else { 1.0 }
        };
        let item_weights: Vec<f64> = labels.iter().map(weight_of).collect();

        let standardisation = Standardisation::fit(features, rows);
        let design = standardisation.design(features, rows);
        let objective = Objective::new(&design, &column, &item_weights, present.len(), config.c);
        let preconditioner = objective.preconditioner();
        let (weights, convergence) =
            lbfgs::minimise(&objective, &preconditioner, config.tolerance, config.max_iterations);
        Ok(Self { n_classes, present, standardisation, weights, convergence })
    }

    /// How the fit ended.
    #[must_use]
    pub fn convergence(&self) -> Convergence {
        self.convergence
    }

    /// Weights of the standardised features with the intercept last, one row a class that has
    /// training records; a single row, the log-odds of the second class, where there are two.
    pub fn coefficients(&self) -> impl Iterator<Item = Vec<f64>> {
        self.weights.columns().into_iter().map(|column| column.to_vec())
    }

    /// Class probabilities of records.
    ///
    /// # Errors
    ///
    /// Where the table has another number of features than the training records had.
    pub fn predict(&self, features: &FeatureTable) -> Result<Predictions, LogisticError> {
        let (found, expected) = (features.names().len(), self.standardisation.n_features());
        if found != expected {
            return Err(LogisticError::Features { found, expected });
        }
        let rows: Vec<usize> = (0..features.n_rows()).collect();
        Ok(self.predict_rows(features, &rows))
    }

    fn predict_rows(&self, features: &FeatureTable, rows: &[usize]) -> Predictions {
        let blocks: Vec<Vec<f32>> = rows
            .par_chunks(objective::BLOCK)
            .map(|rows| self.predict_block(&self.standardisation.design(features, rows)))
            .collect();
        Predictions::new(self.n_classes, blocks.concat())
    }

    /// Probabilities, (n, 1, K) row by row, of a design matrix (n, F + 1).
    fn predict_block(&self, design: &Array2<f64>) -> Vec<f32> {
        let scores = design.dot(&self.weights); // (n, columns)
        let mut probabilities = vec![0.0; design.nrows() * self.n_classes];
        for (row, scores) in probabilities.chunks_mut(self.n_classes).zip(scores.rows()) {
            let mut scores = match self.present.len() {
                2 => vec![0.0, scores[0]],
                _ => scores.to_vec(),
            };
            softmax(&mut scores);
            for (class, p) in self.present.iter().zip(scores) {
                row[*class] = p as f32;
            }
        }
        probabilities
    }
}
