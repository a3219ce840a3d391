//! Proper scoring rules, one value an item.

use super::{Outcomes, rows};

/// Negative natural logarithm of the probability given to each label.
///
/// As in scikit-learn, probabilities are kept at least one `f32` epsilon from 0 and 1. `None`
/// without probabilities.
#[must_use]
pub fn log_losses(outcomes: &Outcomes<'_>) -> Option<Vec<f64>> {
    let least = f64::from(f32::EPSILON);
    let loss = |row: &[f32], label: usize| -f64::from(row[label]).clamp(least, 1.0 - least).ln();
    Some(by_item(outcomes, outcomes.probabilities()?, loss))
}

/// Squared distance of each row of probabilities from its label (Brier 1950): summed over the
/// classes, halved for two classes, where it is the usual score from 0 to 1.
///
/// `None` without probabilities.
#[must_use]
pub fn brier_scores(outcomes: &Outcomes<'_>) -> Option<Vec<f64>> {
    let scale = if outcomes.n_classes() == 2 { 0.5 } else { 1.0 };
    let score = |row: &[f32], label: usize| {
        let squares = row.iter().enumerate().map(|(class, p)| {
            let target = if class == label { 1.0 } else { 0.0 };
            (f64::from(*p) - target).powi(2)
        });
        scale * squares.sum::<f64>()
    };
    Some(by_item(outcomes, outcomes.probabilities()?, score))
}

fn by_item(
    outcomes: &Outcomes<'_>,
    probabilities: &[f32],
    score: impl Fn(&[f32], usize) -> f64,
) -> Vec<f64> {
    rows(probabilities, outcomes.n_classes())
        .zip(outcomes.labels())
        .map(|(row, label)| score(row, *label))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certain_mistake_costs_much_but_not_infinitely() {
        let outcomes = Outcomes::new(&[1.0, 0.0, 0.25, 0.75], &[1, 1], 2).unwrap();
        let losses = log_losses(&outcomes).unwrap();
        assert!((losses[0] - 15.942_385).abs() < 1e-5, "{losses:?}");
        assert!((losses[1] - (4.0_f64 / 3.0).ln()).abs() < 1e-12);
        assert_eq!(brier_scores(&outcomes).unwrap(), [1.0, 0.0625]);
    }

    #[test]
    fn three_classes_are_not_halved() {
        let outcomes = Outcomes::new(&[0.5, 0.25, 0.25], &[0], 3).unwrap();
        assert_eq!(brier_scores(&outcomes).unwrap(), [0.375]);
    }
}
