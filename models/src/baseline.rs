//! Models that a network must beat: the floors of a report and the simple baselines.
//!
//! Each has a `fit` on training records and a `predict` that gives [`Predictions`]. None knows a
//! file format; sequences come as ASCII bytes, features as a [`FeatureTable`].

mod boosted_trees;
mod composition;
mod feature_table;
mod folds;
mod logistic;
mod majority;
mod naive_bayes;
mod nearest;
mod vocabulary;
mod words;

pub use boosted_trees::{BoostedTrees, BoostedTreesError};
pub use composition::{FeatureSet, Molecule, composition};
pub use feature_table::{FeatureError, FeatureTable};
pub use folds::{FoldError, deal_groups};
pub use logistic::{Convergence, Logistic, LogisticConfig, LogisticError, cross_validated};
pub use majority::Majority;
pub use naive_bayes::{NaiveBayes, NaiveBayesConfig};
pub use nearest::nearest;

use crate::metrics::{argmax, rows};

/// Training data that a baseline cannot take.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BaselineError {
    /// There is no training record.
    #[error("no training record: give the split a training part")]
    NoRecords,
    /// Records and labels differ in number.
    #[error("{records} training records but {labels} labels")]
    Lengths {
        /// Number of records.
        records: usize,
        /// Number of labels.
        labels: usize,
    },
    /// A label is not one of the K classes.
    #[error("training record {record} has class {class}, expected a class below {n_classes}")]
    Class {
        /// 0-based record.
        record: usize,
        /// The class found.
        class: usize,
        /// Number of classes K.
        n_classes: usize,
    },
    /// More classes than a baseline is made for.
    #[error("{found} classes, at most {most} are fitted")]
    TooManyClasses {
        /// The number of classes asked for.
        found: usize,
        /// The largest number.
        most: usize,
    },
    /// A word length that cannot be packed.
    #[error("words of {found} symbols, expected 1 to {most}")]
    WordLength {
        /// The length asked for.
        found: usize,
        /// The longest word.
        most: usize,
    },
    /// A smoothing constant that is not a positive number.
    #[error("smoothing constant alpha is {found}, expected a positive number")]
    Alpha {
        /// The value asked for.
        found: f64,
    },
    /// The training sequences hold more words than can be indexed.
    #[error("more than {most} pairs of word and class: use shorter words or fewer records")]
    TooManyWords {
        /// The largest number.
        most: usize,
    },
}

/// The most classes a baseline is fitted for.
const MOST_CLASSES: usize = 1 << 16;

/// Checks training labels against the records they belong to.
fn check_labels(records: usize, labels: &[usize], n_classes: usize) -> Result<(), BaselineError> {
    if records != labels.len() {
        return Err(BaselineError::Lengths { records, labels: labels.len() });
    }
    if records == 0 {
        return Err(BaselineError::NoRecords);
    }
    if n_classes > MOST_CLASSES {
        return Err(BaselineError::TooManyClasses { found: n_classes, most: MOST_CLASSES });
    }
    match labels.iter().position(|label| *label >= n_classes) {
        None => Ok(()),
        Some(record) => Err(BaselineError::Class { record, class: labels[record], n_classes }),
    }
}

/// Class probabilities, (N, 1, K) row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Predictions {
    n_classes: usize,
    probabilities: Vec<f32>,
}

impl Predictions {
    fn new(n_classes: usize, probabilities: Vec<f32>) -> Self {
        Self { n_classes, probabilities }
    }

    /// The number of classes K.
    #[must_use]
    pub fn n_classes(&self) -> usize {
        self.n_classes
    }

    /// The probabilities, row by row.
    #[must_use]
    pub fn probabilities(&self) -> &[f32] {
        &self.probabilities
    }

    /// Gives up the probabilities, row by row.
    #[must_use]
    pub fn into_probabilities(self) -> Vec<f32> {
        self.probabilities
    }

    /// The most probable class of each item, the first of equals.
    #[must_use]
    pub fn classes(&self) -> Vec<usize> {
        rows(&self.probabilities, self.n_classes).map(argmax).collect()
    }
}

/// Turns log-scores up to a constant into probabilities.
fn softmax(scores: &mut [f64]) {
    let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for score in scores.iter_mut() {
        *score = (*score - largest).exp();
        sum += *score;
    }
    for score in scores {
        *score /= sum;
    }
}
