//! Always the most frequent class.

use super::{BaselineError, Predictions, check_labels};

/// The class frequencies of the training records: the floor that knows no sequence at all.
#[derive(Debug, Clone, PartialEq)]
pub struct Majority {
    shares: Vec<f64>,
}

impl Majority {
    /// Counts the classes.
    ///
    /// # Errors
    ///
    /// Without labels, or where one is not below `n_classes`.
    pub fn fit(labels: &[usize], n_classes: usize) -> Result<Self, BaselineError> {
        check_labels(labels.len(), labels, n_classes)?;
        let mut counts = vec![0_u64; n_classes];
        for label in labels {
            counts[*label] += 1;
        }
        let shares = counts.iter().map(|n| *n as f64 / labels.len() as f64).collect();
        Ok(Self { shares })
    }

    /// The share of each class among the training records.
    #[must_use]
    pub fn shares(&self) -> &[f64] {
        &self.shares
    }

    /// The class frequencies for each of `n` items.
    #[must_use]
    pub fn predict(&self, n: usize) -> Predictions {
        let row = self.shares.iter().map(|share| *share as f32);
        let probabilities = std::iter::repeat_n(row, n).flatten().collect();
        Predictions::new(self.shares.len(), probabilities)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frequencies_and_the_largest_class() {
        let majority = Majority::fit(&[2, 1, 2, 2], 4).unwrap();
        let predictions = majority.predict(2);
        assert_eq!(predictions.probabilities(), [0.0, 0.25, 0.75, 0.0, 0.0, 0.25, 0.75, 0.0]);
        assert_eq!(predictions.classes(), [2, 2]);
    }

    #[test]
    fn bad_labels_are_refused() {
        assert_eq!(Majority::fit(&[], 2), Err(BaselineError::NoRecords));
        assert_eq!(
            Majority::fit(&[0, 3], 2),
            Err(BaselineError::Class { record: 1, class: 3, n_classes: 2 })
        );
    }
}
