//! The table of metrics by class.

use serde::{Deserialize, Serialize};

use super::{ClassCounts, Outcomes, Ranking, rows};

/// How well one class is predicted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassRow {
    /// 0-based class.
    pub class: usize,
    /// Items labelled with the class.
    pub support: u64,
    /// Items predicted as the class.
    pub predicted: u64,
    /// Items of the class predicted as such.
    pub hits: u64,
    /// `hits / predicted`; `None` where it is never predicted.
    pub precision: Option<f64>,
    /// `hits / support`; `None` where it has no label.
    pub recall: Option<f64>,
    /// Harmonic mean of the two; `None` where it is neither label nor prediction.
    pub f1: Option<f64>,
    /// Area under the ROC curve of the class against the rest; `None` without probabilities or one
    /// of the sides.
    pub auroc: Option<f64>,
}

/// The metrics of each class, in order of class.
#[must_use]
pub fn per_class(outcomes: &Outcomes<'_>) -> Vec<ClassRow> {
    let mut counts = ClassCounts::new(outcomes.n_classes());
    for (label, predicted) in outcomes.labels().iter().zip(outcomes.predicted()) {
        counts.add(*label, *predicted, 1);
    }
    let ones = vec![1; outcomes.len()];
    let auroc = |class: usize| {
        if counts.support()[class] == 0 {
            return None;
        }
        let scores = rows(outcomes.probabilities()?, outcomes.n_classes()).map(|row| row[class]);
        let positive = outcomes.labels().iter().map(|label| *label == class);
        Ranking::new(scores.zip(positive)).auroc(&ones)
    };
    (0..outcomes.n_classes())
        .map(|class| ClassRow {
            class,
            support: counts.support()[class],
            predicted: counts.predicted()[class],
            hits: counts.hits()[class],
            precision: counts.precision(class),
            recall: counts.recall(class),
            f1: counts.f1(class),
            auroc: auroc(class),
        })
        .collect()
}
