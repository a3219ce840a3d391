//! Temperature scaling.

use serde::{Deserialize, Serialize};

use crate::metrics::{MetricError, check_classes, rows};

/// The inverse temperatures looked at: beyond them the data set no finite temperature.
const INVERSE: (f64, f64) = (1.0 / 20.0, 20.0);

/// Logits that cannot be calibrated.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CalibrationError {
    /// There is no item to calibrate on.
    #[error("no validation item to calibrate on: give the split a validation part")]
    NoItems,
    /// The logits are not one row an item.
    #[error("{found} logits for {items} items of {n_classes} classes")]
    Shape {
        /// Number of logits.
        found: usize,
        /// Number of labels.
        items: usize,
        /// Number of classes K.
        n_classes: usize,
    },
    /// A logit is infinite or not a number.
    #[error("item {item} has logit {value} for class {class}, expected a finite number")]
    Logit {
        /// 0-based item.
        item: usize,
        /// 0-based class.
        class: usize,
        /// The value found.
        value: f32,
    },
    /// Models that are to be weighed were asked about different numbers of records.
    #[error("model {model} has {found} probabilities, expected {records} as model 0")]
    Pool {
        /// 0-based model.
        model: usize,
        /// Its number of probabilities.
        found: usize,
        /// That of the first model.
        records: usize,
    },
    /// A probability that is to be weighed is none.
    #[error("model {model}, item {item} has probability {value}, expected 0 to 1")]
    Probability {
        /// 0-based model.
        model: usize,
        /// 0-based item.
        item: usize,
        /// The value found.
        value: f32,
    },
    /// A label is not one of the classes.
    #[error(transparent)]
    Label(#[from] MetricError),
}

/// The number by which logits are divided before softmax (Guo et al. 2017, arXiv:1706.04599).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Temperature(f64);

impl Default for Temperature {
    /// One: the logits as they are.
    fn default() -> Self {
        Self(1.0)
    }
}

impl Temperature {
    /// Finds the temperature of least log-loss on validation logits, (N, 1, K) row by row, from .05
    /// to 20.
    ///
    /// # Errors
    ///
    /// Without items, where sizes disagree, a label is not below `n_classes` or a logit is not
    /// finite.
    pub fn fit(
        logits: &[f32],
        labels: &[usize],
        n_classes: usize,
    ) -> Result<Self, CalibrationError> {
        check(logits, labels, n_classes)?;
        let derivatives = |inverse: f64| derivatives(logits, labels, n_classes, inverse);
        Ok(Self(1.0 / root(derivatives, INVERSE.0, INVERSE.1)))
    }

    /// The temperature: above one where the model was too sure.
    #[must_use]
    pub fn value(self) -> f64 {
        self.0
    }

    /// Whether the fit stopped at an end of its range: every item right, or logits without any
    /// information.
    #[must_use]
    pub fn is_at_bound(self) -> bool {
        let inverse = 1.0 / self.0;
        inverse <= INVERSE.0 * (1.0 + 1e-9) || inverse >= INVERSE.1 * (1.0 - 1e-9)
    }

    /// Softmax of the divided logits, (N, 1, K) row by row.
    #[must_use]
    pub fn probabilities(self, logits: &[f32], n_classes: usize) -> Vec<f32> {
        let mut probabilities = Vec::with_capacity(logits.len());
        let mut row_of = Vec::with_capacity(n_classes);
        for row in rows(logits, n_classes) {
            softmax(row, 1.0 / self.0, &mut row_of);
            probabilities.extend(row_of.iter().map(|p| *p as f32));
        }
        probabilities
    }
}

fn check(logits: &[f32], labels: &[usize], n_classes: usize) -> Result<(), CalibrationError> {
    if labels.is_empty() {
        return Err(CalibrationError::NoItems);
    }
    if labels.len().checked_mul(n_classes) != Some(logits.len()) {
        return Err(CalibrationError::Shape {
            found: logits.len(),
            items: labels.len(),
            n_classes,
        });
    }
    check_classes(labels, n_classes)?;
    match logits.iter().position(|logit| !logit.is_finite()) {
        None => Ok(()),
        Some(at) => Err(CalibrationError::Logit {
            item: at / n_classes,
            class: at % n_classes,
            value: logits[at],
        }),
    }
}

/// Softmax of `row` times `inverse` into `probabilities`.
fn softmax(row: &[f32], inverse: f64, probabilities: &mut Vec<f64>) {
    let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    probabilities.clear();
    probabilities
        .extend(row.iter().map(|z| (inverse * (f64::from(*z) - f64::from(largest))).exp()));
    let sum: f64 = probabilities.iter().sum();
    for p in probabilities.iter_mut() {
        *p /= sum;
    }
}

/// First and second derivative of the summed log-loss by the inverse temperature, in which it is
/// convex: the sums of E[z] - `z_label` and of Var[z] under the model.
fn derivatives(logits: &[f32], labels: &[usize], n_classes: usize, inverse: f64) -> (f64, f64) {
    let mut probabilities = Vec::with_capacity(n_classes);
    let (mut first, mut second) = (0.0, 0.0);
    for (row, label) in rows(logits, n_classes).zip(labels) {
        softmax(row, inverse, &mut probabilities);
        let origin = f64::from(row[*label]);
        let (mut mean, mut square) = (0.0, 0.0);
        for (p, z) in probabilities.iter().zip(row) {
            let distance = f64::from(*z) - origin;
            mean += p * distance;
            square += p * distance * distance;
        }
        first += mean;
        second += square - mean * mean;
    }
    (first, second)
}

/// The root of an increasing function with its slope: Newton's method, halving where a step leaves
/// the bracket; the nearer end where there is no root between the ends.
fn root(function: impl Fn(f64) -> (f64, f64), mut low: f64, mut high: f64) -> f64 {
    if function(low).0 >= 0.0 {
        return low;
    }
    if function(high).0 <= 0.0 {
        return high;
    }
    let mut x = 1.0_f64.clamp(low, high);
    for _ in 0..100 {
        let (value, slope) = function(x);
        if value < 0.0 {
            low = x;
        } else {
            high = x;
        }
        let newton = x - value / slope;
        let next = if newton > low && newton < high { newton } else { f64::midpoint(low, high) };
        if (next - x).abs() <= 1e-12 * x {
            return next;
        }
        x = next;
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_named() {
        let perfect = Temperature::fit(&[2.0, 0.0, 0.0, 3.0], &[0, 1], 2).unwrap();
        assert!((perfect.value() - 0.05).abs() < 1e-12 && perfect.is_at_bound());
        let wrong = Temperature::fit(&[2.0, 0.0, 0.0, 3.0], &[1, 0], 2).unwrap();
        assert!((wrong.value() - 20.0).abs() < 1e-9 && wrong.is_at_bound());
        assert!(!Temperature::default().is_at_bound());
    }

    #[test]
    fn a_known_odds_ratio_gives_the_temperature_by_hand() {
        // Three of four right at logit 2: softmax(2 / T) = 3/4, so T = 2 / ln 3.
        let logits = [[2.0_f32, 0.0]; 4].concat();
        let temperature = Temperature::fit(&logits, &[0, 0, 0, 1], 2).unwrap();
        assert!((temperature.value() - 2.0 / 3.0_f64.ln()).abs() < 1e-12);
        let probabilities = temperature.probabilities(&logits, 2);
        assert!(probabilities.chunks(2).all(|row| (row[0] - 0.75).abs() < 1e-6));
    }

    #[test]
    fn bad_input_is_refused() {
        assert_eq!(Temperature::fit(&[], &[], 2), Err(CalibrationError::NoItems));
        assert!(matches!(
            Temperature::fit(&[0.0; 3], &[0, 1], 2),
            Err(CalibrationError::Shape { found: 3, .. })
        ));
        assert!(matches!(
            Temperature::fit(&[0.0, 1.0, f32::INFINITY, 0.0], &[0, 1], 2),
            Err(CalibrationError::Logit { item: 1, class: 0, .. })
        ));
        assert!(matches!(Temperature::fit(&[0.0; 2], &[2], 2), Err(CalibrationError::Label(_))));
    }
}
