//! Scores of class predictions against labels.
//!
//! Probabilities are (N, 1, K) flattened row by row, one row of K classes an item. A score that is
//! not defined for the items given (no example of a class, nothing predicted) is `None`, never 0.
//!
//! ```
//! use cistron_models::metrics::{Metric, Outcomes};
//!
//! let probabilities = [0.9, 0.1, 0.6, 0.4, 0.2, 0.8];
//! let outcomes = Outcomes::new(&probabilities, &[0, 1, 1], 2)?;
//! assert_eq!(Metric::Accuracy.compute(&outcomes), Some(2.0 / 3.0));
//! assert_eq!(Metric::Auroc.compute(&outcomes), Some(1.0));
//! # Ok::<(), cistron_models::metrics::MetricError>(())
//! ```

mod auroc;
mod class_counts;
mod confusion;
mod metric;
mod per_class;
mod scoring;
mod weighted;

use std::borrow::Cow;

pub use auroc::Ranking;
pub use class_counts::ClassCounts;
pub use confusion::Confusion;
pub use metric::Metric;
pub use per_class::{ClassRow, per_class};
pub use scoring::{brier_scores, log_losses};
pub use weighted::WeightedMetric;

/// The furthest a row of probabilities may sum from one.
const ROW_SUM_TOLERANCE: f64 = 1e-3;

/// The most classes that are counted: 24 MB of counts.
const MOST_CLASSES: usize = 1 << 20;

/// Predictions that cannot be scored.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MetricError {
    /// The predictions are not one row an item.
    #[error("{found} predicted values for {items} labels, expected {expected} ({columns} an item)")]
    Shape {
        /// Number of predicted values.
        found: usize,
        /// Number of labels.
        items: usize,
        /// Values an item.
        columns: usize,
        /// `items` times `columns`.
        expected: usize,
    },
    /// A label or predicted class is not one of the K classes.
    #[error("item {item} has class {class}, expected a class below {n_classes}")]
    Class {
        /// 0-based item.
        item: usize,
        /// The class found.
        class: usize,
        /// Number of classes K.
        n_classes: usize,
    },
    /// A probability is not a number from 0 to 1.
    #[error("item {item} has probability {value} for class {class}, expected 0 to 1")]
    Probability {
        /// 0-based item.
        item: usize,
        /// 0-based class.
        class: usize,
        /// The value found.
        value: f32,
    },
    /// The probabilities of an item do not sum to one.
    #[error("the probabilities of item {item} sum to {sum}, expected 1: apply softmax first")]
    RowSum {
        /// 0-based item.
        item: usize,
        /// The sum found.
        sum: f64,
    },
    /// More items or classes than can be counted in memory.
    #[error("{found} {what}, at most {most} can be scored together")]
    TooMany {
        /// Items or classes.
        what: &'static str,
        /// Their number.
        found: usize,
        /// The largest number.
        most: usize,
    },
}

/// Checked predictions with the labels they are scored against.
#[derive(Debug, Clone)]
pub struct Outcomes<'a> {
    probabilities: Option<&'a [f32]>,
    predicted: Cow<'a, [usize]>,
    labels: &'a [usize],
    n_classes: usize,
}

impl<'a> Outcomes<'a> {
    /// Takes probabilities, (N, 1, K) row by row; the class of the largest, the first of equals, is
    /// the predicted one.
    ///
    /// # Errors
    ///
    /// Where sizes disagree, a label is not below `n_classes`, or a row is no probability
    /// distribution.
    pub fn new(
        probabilities: &'a [f32],
        labels: &'a [usize],
        n_classes: usize,
    ) -> Result<Self, MetricError> {
        at_most("classes", n_classes, MOST_CLASSES)?;
        check_shape(probabilities.len(), labels.len(), n_classes)?;
        check_classes(labels, n_classes)?;
        let mut predicted = Vec::with_capacity(labels.len());
        for (item, row) in rows(probabilities, n_classes).enumerate() {
            check_row(item, row)?;
            predicted.push(argmax(row));
        }
        Ok(Self {
            probabilities: Some(probabilities),
            predicted: predicted.into(),
            labels,
            n_classes,
        })
    }

    /// Takes predicted classes without probabilities.
    ///
    /// # Errors
    ///
    /// Where sizes disagree or a class is not below `n_classes`.
    pub fn from_classes(
        predicted: &'a [usize],
        labels: &'a [usize],
        n_classes: usize,
    ) -> Result<Self, MetricError> {
        at_most("classes", n_classes, MOST_CLASSES)?;
        check_shape(predicted.len(), labels.len(), 1)?;
        check_classes(labels, n_classes)?;
        check_classes(predicted, n_classes)?;
        Ok(Self { probabilities: None, predicted: predicted.into(), labels, n_classes })
    }

    /// The number of items N.
    #[must_use]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no item.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The number of classes K.
    #[must_use]
    pub fn n_classes(&self) -> usize {
        self.n_classes
    }

    /// The true class of each item.
    #[must_use]
    pub fn labels(&self) -> &[usize] {
        self.labels
    }

    /// The predicted class of each item.
    #[must_use]
    pub fn predicted(&self) -> &[usize] {
        &self.predicted
    }

    /// The probabilities, (N, 1, K) row by row, where there are any.
    #[must_use]
    pub fn probabilities(&self) -> Option<&[f32]> {
        self.probabilities
    }
}

/// The rows of a matrix of `n_columns`; no row where there are no columns.
pub(crate) fn rows(values: &[f32], n_columns: usize) -> impl Iterator<Item = &[f32]> {
    values.chunks_exact(n_columns.max(1))
}

/// The index of the largest value, the first of equals; 0 for an empty row.
#[must_use]
pub fn argmax(row: &[f32]) -> usize {
    let mut best = 0;
    for (k, value) in row.iter().enumerate() {
        if *value > row[best] {
            best = k;
        }
    }
    best
}

fn at_most(what: &'static str, found: usize, most: usize) -> Result<(), MetricError> {
    if found > most { Err(MetricError::TooMany { what, found, most }) } else { Ok(()) }
}

fn check_shape(found: usize, items: usize, columns: usize) -> Result<(), MetricError> {
    at_most("items", items, u32::MAX as usize)?;
    let expected = items.saturating_mul(columns);
    if found == expected {
        Ok(())
    } else {
        Err(MetricError::Shape { found, items, columns, expected })
    }
}

pub(crate) fn check_classes(classes: &[usize], n_classes: usize) -> Result<(), MetricError> {
    match classes.iter().position(|class| *class >= n_classes) {
        None => Ok(()),
        Some(item) => Err(MetricError::Class { item, class: classes[item], n_classes }),
    }
}

fn check_row(item: usize, row: &[f32]) -> Result<(), MetricError> {
    // The last digits of a softmax may pass one; `contains` is false for NaN.
    let allowed = 0.0..=1.0 + 1e-5;
    if let Some(class) = row.iter().position(|p| !allowed.contains(p)) {
        return Err(MetricError::Probability { item, class, value: row[class] });
    }
    let sum: f64 = row.iter().map(|p| f64::from(*p)).sum();
    if (sum - 1.0).abs() > ROW_SUM_TOLERANCE {
        return Err(MetricError::RowSum { item, sum });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_of_equal_probabilities_is_predicted() {
        let outcomes = Outcomes::new(&[0.2, 0.4, 0.4, 0.5, 0.5, 0.0], &[2, 1], 3).unwrap();
        assert_eq!(outcomes.predicted(), [1, 0]);
    }

    #[test]
    fn bad_input_is_refused_with_what_was_found() {
        assert_eq!(
            Outcomes::new(&[0.5; 3], &[0, 1], 2).unwrap_err(),
            MetricError::Shape { found: 3, items: 2, columns: 2, expected: 4 }
        );
        assert_eq!(
            Outcomes::new(&[0.5; 4], &[0, 2], 2).unwrap_err(),
            MetricError::Class { item: 1, class: 2, n_classes: 2 }
        );
        assert!(matches!(
            Outcomes::new(&[0.5, f32::NAN], &[0], 2),
            Err(MetricError::Probability { item: 0, class: 1, .. })
        ));
        assert!(matches!(
            Outcomes::new(&[-0.1, 1.1], &[0], 2),
            Err(MetricError::Probability { item: 0, class: 0, .. })
        ));
        assert!(matches!(
            Outcomes::new(&[0.5, 0.2], &[0], 2),
            Err(MetricError::RowSum { item: 0, .. })
        ));
        assert!(matches!(
            Outcomes::from_classes(&[5], &[0], 2),
            Err(MetricError::Class { item: 0, class: 5, .. })
        ));
        assert!(matches!(Outcomes::new(&[], &[0], 0), Err(MetricError::Class { .. })));
        assert!(matches!(
            Outcomes::from_classes(&[], &[], 1 << 40),
            Err(MetricError::TooMany { what: "classes", .. })
        ));
    }
}
