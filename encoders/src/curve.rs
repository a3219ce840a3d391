//! Amplification curves and other numbers by position: (N, L, C), cycles by dyes.
//!
//! Every curve is first taken relative to itself (baseline, range), then standardised with the mean
//! and the standard deviation of the training records, which [`CurveConfig::fit`] finds and keeps.
//! A curve of fewer cycles has fewer valid positions: nothing is put in the place of the others.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::batch::Batch;
use crate::config::{ConfigError, check_length};
use crate::number::{NumberEncoder, NumberError, Standard};

/// How curves become tensors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CurveConfig {
    /// Cycles L; what is beyond is cut off and counted.
    pub length: usize,
    /// Numbers C at each cycle: 1 of a single dye.
    #[serde(default = "one")]
    pub channels: usize,
    /// What is subtracted from each curve.
    #[serde(default)]
    pub baseline: Baseline,
    /// What each curve is divided by.
    #[serde(default)]
    pub divide: Divisor,
    /// Whether values are standardised with the training records' mean and standard deviation.
    #[serde(default = "yes")]
    pub standardise: bool,
    /// What training found; a workflow leaves it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fitted: Option<Standard>,
}

fn one() -> usize {
    1
}

fn yes() -> bool {
    true
}

/// What is subtracted from each curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Baseline {
    /// Nothing.
    None,
    /// The median over these cycles, before anything amplifies.
    Cycles {
        /// First cycle, from 1.
        from: usize,
        /// Last cycle.
        to: usize,
    },
}

impl Default for Baseline {
    fn default() -> Self {
        Self::Cycles { from: 3, to: 10 }
    }
}

/// What each curve is divided by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Divisor {
    /// Nothing: instruments must share one unit.
    #[default]
    None,
    /// Its own greatest less its least value; a flat curve stays as it is.
    Range,
}

impl CurveConfig {
    /// Refuses settings that no curve fits.
    pub fn check(&self) -> Result<(), ConfigError> {
        check_length(self.length)?;
        if self.channels == 0
            || self.length.saturating_mul(self.channels) > crate::config::MAX_LENGTH
        {
            return Err(ConfigError::Channels { channels: self.channels });
        }
        match self.baseline {
            Baseline::Cycles { from, to } if from == 0 || from > to => {
                Err(ConfigError::Baseline { from, to })
            }
            _ => Ok(()),
        }
    }

    /// The same settings with the mean and the standard deviation of `curves`, the training records
    /// (rows (L, C) each).
    pub fn fit(&self, curves: &[&[f32]]) -> Result<Self, NumberError> {
        let channels = self.channels;
        let (mut n, mut mean, mut squares) =
            (0.0_f64, vec![0.0_f64; channels], vec![0.0; channels]);
        let mut row = Vec::new();
        for (record, curve) in curves.iter().enumerate() {
            self.relative(record, curve, &mut row)?;
            for values in row.chunks_exact(channels) {
                // Welford 1962, doi:10.1080/00401706.1962.10490022.
                n += 1.0;
                for (channel, value) in values.iter().enumerate() {
                    let before = f64::from(*value) - mean[channel];
                    mean[channel] += before / n;
                    squares[channel] += before * (f64::from(*value) - mean[channel]);
                }
            }
        }
        let deviation = |sum: &f64| {
            let deviation = (sum / n.max(1.0)).sqrt() as f32;
            if deviation > f32::MIN_POSITIVE { deviation } else { 1.0 }
        };
        let fitted = Standard {
            mean: mean.iter().map(|mean| *mean as f32).collect(),
            deviation: squares.iter().map(deviation).collect(),
        };
        Ok(Self { fitted: self.standardise.then_some(fitted), ..self.clone() })
    }

    /// The cycles of a curve that fit, relative to the curve itself: (L', C) with L' ≤ L.
    fn relative(
        &self,
        record: usize,
        curve: &[f32],
        out: &mut Vec<f32>,
    ) -> Result<(), NumberError> {
        let channels = self.channels;
        if curve.is_empty() || !curve.len().is_multiple_of(channels) {
            return Err(NumberError::Channels { record, found: curve.len(), channels });
        }
        if let Some(at) = curve.iter().position(|value| !value.is_finite()) {
            let cycle = at / channels + 1;
            return Err(NumberError::NotFinite { record, cycle, found: curve[at] });
        }
        let cycles = curve.len() / channels;
        out.clear();
        out.extend_from_slice(&curve[..cycles.min(self.length) * channels]);
        for channel in 0..channels {
            let all = || curve.iter().skip(channel).step_by(channels).copied();
            let base = match self.baseline {
                Baseline::None => 0.0,
                Baseline::Cycles { from, to } => {
                    let found = cycles;
                    let window = all().take(to).skip(from - 1).collect();
                    median(window).ok_or(NumberError::Short { record, found, from })?
                }
            };
            let (low, high) =
                all().fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
            // Of finite limits the difference may still overflow.
            let divisor = match self.divide {
                Divisor::Range if high > low && (high - low).is_finite() => high - low,
                _ => 1.0,
            };
            for value in out.iter_mut().skip(channel).step_by(channels) {
                *value = ((*value - base) / divisor).clamp(f32::MIN, f32::MAX);
            }
        }
        Ok(())
    }
}

impl NumberEncoder for CurveConfig {
    fn encode(&self, curves: &[&[f32]], batch: &mut Batch) -> Result<(), NumberError> {
        let standard = match (&self.fitted, self.standardise) {
            (Some(fitted), true)
                if fitted.mean.len() == self.channels
                    && fitted.deviation.len() == self.channels =>
            {
                Some(fitted)
            }
            (_, false) => None,
            _ => return Err(NumberError::Unfitted),
        };
        let available = curves.iter().map(|c| c.len().checked_div(self.channels).unwrap_or(0));
        let out = batch.begin_dense(self.length, self.channels, available); // (N, L, C)
        let mut row = Vec::new();
        for (record, (curve, out)) in
            curves.iter().zip(out.chunks_mut((self.length * self.channels).max(1))).enumerate()
        {
            self.relative(record, curve, &mut row)?;
            if let Some(Standard { mean, deviation }) = standard {
                for values in row.chunks_exact_mut(self.channels) {
                    for ((value, mean), deviation) in values.iter_mut().zip(mean).zip(deviation) {
                        *value = (*value - mean) / deviation;
                    }
                }
            }
            out[..row.len()].copy_from_slice(&row);
        }
        Ok(())
    }
}

/// The middle value, the mean of the middle two; `None` of none.
fn median(mut values: Vec<f32>) -> Option<f32> {
    values.sort_by(f32::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => Some(values[middle]),
        _ => Some(values[middle - 1] / 2.0 + values[middle] / 2.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Values;

    fn config(length: usize, channels: usize) -> CurveConfig {
        CurveConfig {
            length,
            channels,
            baseline: Baseline::Cycles { from: 1, to: 2 },
            divide: Divisor::None,
            standardise: false,
            fitted: None,
        }
    }

    fn values(config: &CurveConfig, curves: &[&[f32]]) -> (Vec<f32>, Vec<u32>, usize) {
        let mut batch = Batch::default();
        config.encode(curves, &mut batch).unwrap();
        let Values::Dense { values, .. } = batch.values else { panic!("not dense") };
        (values, batch.lengths, batch.truncated)
    }

    #[test]
    fn a_shorter_curve_has_fewer_valid_positions_and_zeros_after_them() {
        let (found, lengths, truncated) =
            values(&config(4, 1), &[&[1.0, 3.0, 6.0], &[5.0, 5.0, 5.0, 9.0, 11.0]]);
        // The medians of cycles 1 and 2 are 2 and 5.
        assert_eq!(found, [-1.0, 1.0, 4.0, 0.0, 0.0, 0.0, 0.0, 4.0]);
        assert_eq!((lengths, truncated), (vec![3, 4], 1));
    }

    #[test]
    fn channels_have_their_own_baseline_and_range() {
        let config = CurveConfig { divide: Divisor::Range, ..config(3, 2) };
        // Cycles by channels: channel 0 is 0, 2, 4; channel 1 is flat.
        let (found, ..) = values(&config, &[&[0.0, 7.0, 2.0, 7.0, 4.0, 7.0]]);
        assert_eq!(found, [-0.25, 0.0, 0.25, 0.0, 0.75, 0.0]);
    }

    #[test]
    fn the_training_records_alone_decide_how_values_are_standardised() {
        let config = CurveConfig { standardise: true, baseline: Baseline::None, ..config(3, 1) };
        assert_eq!(config.encode(&[&[1.0]], &mut Batch::default()), Err(NumberError::Unfitted));
        let fitted = config.fit(&[&[1.0, 3.0], &[5.0]]).unwrap();
        let standard = fitted.fitted.clone().unwrap();
        // numpy: mean 3, std 1.632993
        assert_eq!(standard.mean, [3.0]);
        assert!((standard.deviation[0] - 1.632_993).abs() < 1e-6);
        let (found, ..) = values(&fitted, &[&[3.0, 1_000.0]]);
        assert_eq!(found[..1], [0.0]);
        assert!((found[1] - 997.0 / 1.632_993).abs() < 1e-2 && found[2] == 0.0);
        let flat = config.fit(&[&[2.0, 2.0]]).unwrap();
        assert_eq!(flat.fitted.unwrap().deviation, [1.0]);
    }

    #[test]
    fn what_is_no_curve_is_an_error() {
        let mut batch = Batch::default();
        let error = |curve: &[f32], batch: &mut Batch| config(3, 2).encode(&[curve], batch);
        let expected = Err(NumberError::Channels { record: 0, found: 3, channels: 2 });
        assert_eq!(error(&[1.0, 2.0, 3.0], &mut batch), expected);
        assert!(matches!(error(&[], &mut batch), Err(NumberError::Channels { .. })));
        let found = error(&[1.0, f32::INFINITY], &mut batch);
        assert!(matches!(found, Err(NumberError::NotFinite { cycle: 1, .. })));
        let late = CurveConfig { baseline: Baseline::Cycles { from: 4, to: 9 }, ..config(9, 1) };
        let found = late.encode(&[&[1.0, 2.0]], &mut batch);
        assert_eq!(found, Err(NumberError::Short { record: 0, found: 2, from: 4 }));
        let (found, ..) = values(&config(2, 1), &[&[f32::MIN, f32::MAX]]);
        assert!(found.iter().all(|value| value.is_finite()));
    }

    #[test]
    fn settings_that_no_curve_fits_are_refused() {
        assert!(config(0, 1).check().is_err() && config(5, 0).check().is_err());
        let backwards = Baseline::Cycles { from: 5, to: 2 };
        assert!(CurveConfig { baseline: backwards, ..config(5, 1) }.check().is_err());
        assert!(config(5, 1).check().is_ok());
        // Nor do they panic where nobody checked them.
        assert!(config(5, 0).fit(&[&[1.0]]).is_err());
        assert_eq!(config(5, 0).encode(&[&[1.0]], &mut Batch::default()), Ok(()));
    }
}
