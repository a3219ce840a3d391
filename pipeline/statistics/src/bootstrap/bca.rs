//! The bias-corrected and accelerated interval.

use statrs::distribution::{ContinuousCDF, Normal};

use super::Method;
use crate::interval::Interval;

/// The interval around `value` from sorted draws and the statistics with one set left out (Efron
/// 1987, doi:10.1080/01621459.1987.10478410); percentiles where bias or acceleration are undefined.
pub(super) fn interval(
    value: f64,
    drawn: &[f64],
    left_out: Option<&[f64]>,
    level: f64,
) -> (Interval, Method) {
    let tail = (1.0 - level) / 2.0;
    let shares = left_out.and_then(acceleration).and_then(|acceleration| {
        let bias = bias(value, drawn);
        Some((adjusted(tail, bias, acceleration)?, adjusted(1.0 - tail, bias, acceleration)?))
    });
    let (method, (low, high)) = match shares {
        Some(shares) => (Method::Bca, shares),
        None => (Method::Percentile, (tail, 1.0 - tail)),
    };
    (Interval { low: quantile(drawn, low), high: quantile(drawn, high) }, method)
}

/// The normal quantile of the share of draws below the value, ties counted half.
fn bias(value: f64, drawn: &[f64]) -> f64 {
    let below = drawn.partition_point(|draw| *draw < value);
    let not_above = drawn.partition_point(|draw| *draw <= value);
    let share = (below + not_above) as f64 / (2 * drawn.len()) as f64;
    Normal::standard().inverse_cdf(share)
}

/// A sixth of the skewness of the jackknife; `None` where leaving out anything changes nothing.
fn acceleration(left_out: &[f64]) -> Option<f64> {
    let mean = left_out.iter().sum::<f64>() / left_out.len() as f64;
    let moment = |power| left_out.iter().map(|value| (mean - value).powi(power)).sum::<f64>();
    let acceleration = moment(3) / (6.0 * moment(2).powf(1.5));
    acceleration.is_finite().then_some(acceleration)
}

/// The share of draws at which the limit stands that has nominal share `tail`.
fn adjusted(tail: f64, bias: f64, acceleration: f64) -> Option<f64> {
    let normal = Normal::standard();
    let shifted = bias + normal.inverse_cdf(tail);
    let stretch = 1.0 - acceleration * shifted;
    // Beyond the pole the limits would change sides.
    let share = normal.cdf(bias + shifted / stretch);
    (bias.is_finite() && stretch > 0.0 && share.is_finite()).then_some(share)
}

/// The quantile of sorted values, linear between them.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let position = share.clamp(0.0, 1.0) * (sorted.len() - 1) as f64;
    let (below, above) = (position.floor() as usize, position.ceil() as usize);
    sorted[below] + (sorted[above] - sorted[below]) * position.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The figures of one draw set, by SciPy 1.17.1:
    ///
    /// ```python
    /// from scipy.stats import norm
    /// import numpy as np
    /// d, v = np.sort(np.arange(200) ** 1.5 / 100), 10.0
    /// j = np.array([9.0, 9.5, 10.2, 10.1, 12.0])
    /// z = norm.ppf((np.sum(d < v) + np.sum(d <= v)) / 400)
    /// u = j.mean() - j
    /// a = np.sum(u**3) / (6 * np.sum(u**2) ** 1.5)
    /// for t in (.025, .975):
    ///     w = z + norm.ppf(t)
    ///     print(np.quantile(d, norm.cdf(z + w / (1 - a * w))))
    /// ```
    #[test]
    fn agrees_with_the_formula_in_scipy() {
        let drawn: Vec<f64> = (0..200).map(|i| f64::from(i).powf(1.5) / 100.0).collect();
        let left_out = [9.0, 9.5, 10.2, 10.1, 12.0];
        let (interval, method) = super::interval(10.0, &drawn, Some(&left_out), 0.95);
        assert_eq!(method, Method::Bca);
        assert!((interval.low - 0.043_638_382).abs() < 1e-6, "{interval:?}");
        assert!((interval.high - 26.433_040_694).abs() < 1e-6, "{interval:?}");
    }

    #[test]
    fn percentiles_where_acceleration_or_bias_is_undefined() {
        let drawn: Vec<f64> = (0..=100).map(f64::from).collect();
        for (value, left_out) in
            [(50.0, None), (50.0, Some(&[1.0, 1.0][..])), (-1.0, Some(&[1.0, 2.0, 4.0][..]))]
        {
            let (found, method) = interval(value, &drawn, left_out, 0.95);
            assert!((found.low - 2.5).abs() < 1e-9 && (found.high - 97.5).abs() < 1e-9);
            assert_eq!(method, Method::Percentile);
        }
    }
}
