//! The three counts a class from which the threshold metrics follow.

/// Hits, labels and predictions of each class: the diagonal and the margins of a confusion matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassCounts {
    hits: Vec<u64>,
    support: Vec<u64>,
    predicted: Vec<u64>,
}

impl ClassCounts {
    /// No item yet, of K classes.
    #[must_use]
    pub fn new(n_classes: usize) -> Self {
        Self {
            hits: vec![0; n_classes],
            support: vec![0; n_classes],
            predicted: vec![0; n_classes],
        }
    }

    /// Counts an item `weight` times; `label` and `predicted` must be below K, else the item is
    /// ignored.
    pub fn add(&mut self, label: usize, predicted: usize, weight: u64) {
        if label.max(predicted) >= self.hits.len() {
            return;
        }
        self.support[label] += weight;
        self.predicted[predicted] += weight;
        if label == predicted {
            self.hits[label] += weight;
        }
    }

    /// The number of items.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.support.iter().sum()
    }

    /// Share of items whose predicted class is their label; `None` without items.
    #[must_use]
    pub fn accuracy(&self) -> Option<f64> {
        ratio(self.hits.iter().sum(), self.total())
    }

    /// Mean recall over the classes that have labels; `None` without items.
    #[must_use]
    pub fn balanced_accuracy(&self) -> Option<f64> {
        mean((0..self.hits.len()).filter_map(|class| self.recall(class)))
    }

    /// Mean F1 over the classes that are a label or a prediction of some item; `None` without
    /// items.
    #[must_use]
    pub fn macro_f1(&self) -> Option<f64> {
        mean((0..self.hits.len()).filter_map(|class| self.f1(class)))
    }

    /// Matthews' correlation for K classes, `R_K` (Gorodkin 2004,
    /// doi:10.1016/j.compbiolchem.2004.09.006).
    ///
    /// `None` where all labels or all predictions are of one class.
    #[must_use]
    pub fn mcc(&self) -> Option<f64> {
        let dot = |a: &[u64], b: &[u64]| -> f64 {
            a.iter().zip(b).map(|(x, y)| *x as f64 * *y as f64).sum()
        };
        let total = self.total() as f64;
        let hits = self.hits.iter().sum::<u64>() as f64;
        let covariance = hits * total - dot(&self.support, &self.predicted);
        let label_variance = total * total - dot(&self.support, &self.support);
        let predicted_variance = total * total - dot(&self.predicted, &self.predicted);
        (label_variance > 0.0 && predicted_variance > 0.0)
            .then(|| covariance / (label_variance.sqrt() * predicted_variance.sqrt()))
    }

    /// Hits of `class` over its predictions; `None` where it is never predicted.
    #[must_use]
    pub fn precision(&self, class: usize) -> Option<f64> {
        ratio(*self.hits.get(class)?, self.predicted[class])
    }

    /// Hits of `class` over its labels; `None` where it has no label.
    #[must_use]
    pub fn recall(&self, class: usize) -> Option<f64> {
        ratio(*self.hits.get(class)?, self.support[class])
    }

    /// Harmonic mean of precision and recall of `class`; `None` where it is neither label nor
    /// prediction.
    #[must_use]
    pub fn f1(&self, class: usize) -> Option<f64> {
        ratio(2 * *self.hits.get(class)?, self.support[class] + self.predicted[class])
    }

    /// The number of labels of each class.
    #[must_use]
    pub fn support(&self) -> &[u64] {
        &self.support
    }

    /// The number of predictions of each class.
    #[must_use]
    pub fn predicted(&self) -> &[u64] {
        &self.predicted
    }

    /// The number of items of each class predicted as such.
    #[must_use]
    pub fn hits(&self) -> &[u64] {
        &self.hits
    }
}

fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// The mean of the values; `None` without values.
pub(super) fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, n) = values.fold((0.0, 0_u64), |(sum, n), value| (sum + value, n + 1));
    (n > 0).then(|| sum / n as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cohen's kappa example of three classes, margins by hand.
    fn counts() -> ClassCounts {
        let mut counts = ClassCounts::new(4);
        for (label, predicted) in [(0, 0), (0, 1), (1, 1), (1, 1), (2, 0), (2, 2), (2, 2)] {
            counts.add(label, predicted, 1);
        }
        counts
    }

    #[test]
    fn agrees_with_hand_counts() {
        let counts = counts();
        assert_eq!(counts.accuracy(), Some(5.0 / 7.0));
        assert_eq!(counts.balanced_accuracy(), Some((0.5 + 1.0 + 2.0 / 3.0) / 3.0));
        assert_eq!(counts.macro_f1(), Some((0.5 + 0.8 + 0.8) / 3.0));
        assert_eq!(counts.precision(0), Some(0.5));
        // cov = 5*7 - (2*2+2*3+3*2) = 19; s^2 - sum t^2 = 49-17 = 32; 49-(4+9+4) = 32.
        assert!((counts.mcc().unwrap() - 19.0 / 32.0).abs() < 1e-15);
    }

    #[test]
    fn undefined_is_none() {
        let counts = counts();
        assert_eq!((counts.precision(3), counts.recall(3), counts.f1(3)), (None, None, None));
        assert_eq!(counts.recall(9), None);
        let empty = ClassCounts::new(2);
        assert_eq!((empty.accuracy(), empty.macro_f1(), empty.mcc()), (None, None, None));
        let mut one_class = ClassCounts::new(2);
        one_class.add(0, 1, 5);
        assert_eq!(one_class.mcc(), None);
        assert_eq!(one_class.balanced_accuracy(), Some(0.0));
    }
}
