//! Metrics of resampled items, at the cost of one pass over prepared numbers.

use super::class_counts::mean;
use super::{ClassCounts, Metric, Outcomes, Ranking, brier_scores, log_losses, rows};

/// A metric prepared for many weightings of the same items: bootstrap draws, slices, jackknife.
#[derive(Debug, Clone)]
pub struct WeightedMetric {
    n_items: usize,
    prepared: Prepared,
}

#[derive(Debug, Clone)]
enum Prepared {
    Counts { metric: CountMetric, pairs: Vec<(u32, u32)>, n_classes: usize },
    Rankings(Vec<Ranking>),
    Mean(Vec<f64>),
}

/// How a metric follows from the counts.
type CountMetric = fn(&ClassCounts) -> Option<f64>;

impl WeightedMetric {
    /// Prepares `metric`; `None` where it needs probabilities that are not there.
    #[must_use]
    pub fn new(metric: Metric, outcomes: &Outcomes<'_>) -> Option<Self> {
        let counts = |metric: CountMetric| Prepared::Counts {
            metric,
            pairs: outcomes
                .labels()
                .iter()
                .zip(outcomes.predicted())
                .map(|(label, predicted)| (*label as u32, *predicted as u32))
                .collect(),
            n_classes: outcomes.n_classes(),
        };
        let prepared = match metric {
            Metric::Accuracy => counts(ClassCounts::accuracy),
            Metric::BalancedAccuracy => counts(ClassCounts::balanced_accuracy),
            Metric::MacroF1 => counts(ClassCounts::macro_f1),
            Metric::Mcc => counts(ClassCounts::mcc),
            Metric::Auroc => Prepared::Rankings(rankings(outcomes)?),
            Metric::LogLoss => Prepared::Mean(log_losses(outcomes)?),
            Metric::Brier => Prepared::Mean(brier_scores(outcomes)?),
        };
        Some(Self { n_items: outcomes.len(), prepared })
    }

    /// The score with item i taken `weights[i]` times; `None` where undefined or not given N
    /// weights.
    #[must_use]
    pub fn evaluate(&self, weights: &[u32]) -> Option<f64> {
        if weights.len() != self.n_items {
            return None;
        }
        match &self.prepared {
            Prepared::Counts { metric, pairs, n_classes } => {
                let mut counts = ClassCounts::new(*n_classes);
                for ((label, predicted), weight) in pairs.iter().zip(weights) {
                    counts.add(*label as usize, *predicted as usize, u64::from(*weight));
                }
                metric(&counts)
            }
            Prepared::Rankings(rankings) => {
                mean(rankings.iter().filter_map(|ranking| ranking.auroc(weights)))
            }
            Prepared::Mean(values) => {
                let (mut sum, mut total) = (0.0, 0_u64);
                for (value, weight) in values.iter().zip(weights) {
                    sum += value * f64::from(*weight);
                    total += u64::from(*weight);
                }
                (total > 0).then(|| sum / total as f64)
            }
        }
    }
}

/// One ranking a class that has labels; class 1 alone where there are two classes.
fn rankings(outcomes: &Outcomes<'_>) -> Option<Vec<Ranking>> {
    let probabilities = outcomes.probabilities()?;
    let mut present = vec![outcomes.n_classes() == 2; outcomes.n_classes()];
    if present.len() == 2 {
        present[0] = false;
    } else {
        // A class without labels has no area under any weights.
        for label in outcomes.labels() {
            present[*label] = true;
        }
    }
    let ranking = |class: usize| {
        Ranking::new(
            rows(probabilities, outcomes.n_classes())
                .zip(outcomes.labels())
                .map(|(row, label)| (row[class], *label == class)),
        )
    };
    Some((0..outcomes.n_classes()).filter(|class| present[*class]).map(ranking).collect())
}
