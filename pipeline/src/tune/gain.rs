//! What more data gave: the gain from half of the training records to all of them.

use serde::Serialize;

use cistron_qpcr::quantity::regression::{mean, quantile, variance};
use cistron_statistics::interval::Interval;

/// A gain in balanced accuracy that is worth collecting data for.
const WORTH: f64 = 0.01;

/// The gain of doubling the training records.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Gain {
    /// Balanced accuracy of all training records less that of half of them, mean over seeds.
    pub value: f64,
    /// 95 % interval of the mean (Student's t over seeds); absent of one seed.
    pub interval: Option<Interval>,
    /// Seeds that it rests on.
    pub seeds: usize,
}

impl Gain {
    /// The gain from the scores of half and of all records, a pair a seed; `None` without seeds.
    #[must_use]
    pub fn of(pairs: &[(f64, f64)]) -> Option<Self> {
        let gains: Vec<f64> = pairs.iter().map(|(half, all)| all - half).collect();
        let value = mean(gains.iter().copied())?;
        let seeds = gains.len();
        let half_width = variance(&gains).and_then(|variance| {
            Some(quantile(seeds.checked_sub(1)? as f64)? * (variance / seeds as f64).sqrt())
        });
        let interval = half_width.map(|half| Interval { low: value - half, high: value + half });
        Some(Self { value, interval, seeds })
    }

    /// Whether more data would help, in words.
    #[must_use]
    pub fn verdict(&self) -> &'static str {
        match &self.interval {
            Some(interval) if interval.low > 0.0 => "more data would help",
            Some(interval) if interval.high < WORTH => "more data of this kind would hardly help",
            _ => "whether more data would help is not clear",
        }
    }

    /// The gain with its interval and verdict.
    #[must_use]
    pub fn text(&self) -> String {
        let interval = self.interval.as_ref().map_or_else(
            || "too few seeds for an interval".to_string(),
            |interval| format!("{:+.3}, {:+.3}", interval.low, interval.high),
        );
        format!("doubling the data gave {:+.3} [{interval}]: {}", self.value, self.verdict())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gain_by_hand() {
        // Gains .02, .03, .04: mean .03, standard error .01/√3, t(2, .975) = 4.302653.
        let gain = Gain::of(&[(0.80, 0.82), (0.80, 0.83), (0.80, 0.84)]).unwrap();
        let interval = gain.interval.as_ref().unwrap();
        assert!((gain.value - 0.03).abs() < 1e-12);
        assert!((interval.low - (0.03 - 4.302_653 * 0.01 / 3.0_f64.sqrt())).abs() < 1e-5);
        let text = "doubling the data gave +0.030 [+0.005, +0.055]: more data would help";
        assert_eq!(gain.text(), text);
    }

    #[test]
    fn verdicts_by_hand() {
        let verdict = |pairs: &[(f64, f64)]| Gain::of(pairs).unwrap().verdict();
        let saturated = [(1.0, 1.0); 3];
        assert_eq!(verdict(&saturated), "more data of this kind would hardly help");
        let scattered = [(0.8, 0.7), (0.8, 0.9), (0.8, 0.85)];
        assert_eq!(verdict(&scattered), "whether more data would help is not clear");
        assert_eq!(verdict(&[(0.8, 0.9)]), "whether more data would help is not clear");
        assert_eq!(Gain::of(&[]), None);
    }
}
