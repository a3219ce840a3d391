//! Whether probabilities mean what they say, and making them do so.

mod conformal;
mod pool;
mod reliability;
mod temperature;

pub use conformal::{Conformal, prediction_set};
pub use pool::Pool;
pub use reliability::{Reliability, ReliabilityBin};
pub use temperature::{CalibrationError, Temperature};

/// Turns a row of logits into probabilities.
pub fn softmax(row: &mut [f32], temperature: f64) {
    let scale = |logit: f32| f64::from(logit) / temperature;
    let highest = row.iter().map(|v| scale(*v)).fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = row.iter().map(|v| (scale(*v) - highest).exp()).sum();
    for value in row {
        *value = ((scale(*value) - highest).exp() / total) as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn softmax_by_hand_with_temperature() {
        let mut row = [0.0, (3.0_f32).ln() * 2.0];
        softmax(&mut row, 2.0);
        assert!((row[0] - 0.25).abs() < 1e-6 && (row[1] - 0.75).abs() < 1e-6);
        let mut row = [-1e30, 1e30];
        softmax(&mut row, 1.0);
        assert!(row[0] < 1e-6 && (row[1] - 1.0).abs() < 1e-6);
    }
}
