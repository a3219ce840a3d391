//! The confusion matrix.

use super::{ClassCounts, MetricError, Outcomes, at_most};

/// The most classes a full matrix is kept for: 512 MB of counts.
const MOST_CLASSES: usize = 8192;

/// Counts of items by true and predicted class, (K, K): rows are labels, columns predictions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confusion {
    n_classes: usize,
    counts: Vec<u64>,
}

impl Confusion {
    /// Counts the items of `outcomes`.
    ///
    /// # Errors
    ///
    /// Beyond 8 192 classes, where nobody reads the matrix and it would not fit in memory.
    pub fn new(outcomes: &Outcomes<'_>) -> Result<Self, MetricError> {
        let n_classes = outcomes.n_classes();
        at_most("classes", n_classes, MOST_CLASSES)?;
        let mut counts = vec![0; n_classes * n_classes];
        for (label, predicted) in outcomes.labels().iter().zip(outcomes.predicted()) {
            counts[label * n_classes + predicted] += 1;
        }
        Ok(Self { n_classes, counts })
    }

    /// The number of classes K.
    #[must_use]
    pub fn n_classes(&self) -> usize {
        self.n_classes
    }

    /// The items of class `label` predicted as class `predicted`; 0 for a class not below K.
    #[must_use]
    pub fn get(&self, label: usize, predicted: usize) -> u64 {
        if predicted >= self.n_classes {
            return 0;
        }
        self.counts.get(label * self.n_classes + predicted).copied().unwrap_or(0)
    }

    /// The K rows, one a label.
    pub fn rows(&self) -> impl Iterator<Item = &[u64]> {
        self.counts.chunks_exact(self.n_classes.max(1))
    }

    /// The diagonal and the margins, from which the metrics follow.
    #[must_use]
    pub fn class_counts(&self) -> ClassCounts {
        let mut counts = ClassCounts::new(self.n_classes);
        for (label, row) in self.rows().enumerate() {
            for (predicted, n) in row.iter().enumerate() {
                counts.add(label, predicted, *n);
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_labels() {
        let confusion =
            Confusion::new(&Outcomes::from_classes(&[0, 1, 1, 2], &[0, 0, 1, 1], 3).unwrap())
                .unwrap();
        assert_eq!(confusion.rows().collect::<Vec<_>>(), [[1, 1, 0], [0, 1, 1], [0, 0, 0]]);
        assert_eq!((confusion.get(1, 2), confusion.get(2, 1), confusion.get(0, 7)), (1, 0, 0));
        assert_eq!(confusion.class_counts().accuracy(), Some(0.5));
        assert_eq!(confusion.class_counts().support(), [2, 2, 0]);
    }

    #[test]
    fn a_matrix_beyond_use_is_not_allocated() {
        let outcomes = Outcomes::from_classes(&[], &[], 10_000).unwrap();
        assert!(Confusion::new(&outcomes).is_err());
    }
}
