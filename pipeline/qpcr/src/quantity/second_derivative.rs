//! Cq as the maximum of the second derivative of the curve.

use crate::Curve;

/// Rise of the plateau over the baseline, in standard deviations of the baseline, from which a
/// curve counts as amplified.
const RISE: f64 = 10.0;
/// Cycles at either end that tell baseline and plateau.
const ENDS: usize = 8;

/// The cycle of the highest second derivative, in fractions; `None` of a curve that does not rise
/// out of its baseline's noise, and of one whose second derivative is highest at either end of the
/// cycles: it has no maximum there, only a border.
///
/// The derivative is a quadratic Savitzky–Golay filter of five cycles (doi:10.1021/ac60214a047); a
/// parabola through its three highest points gives the fraction of a cycle.
#[must_use]
pub fn second_derivative_maximum(curve: &Curve) -> Option<f64> {
    let (x, y) = (&curve.cycles, &curve.fluorescence);
    if y.len() < 2 * ENDS || !rises(y) {
        return None;
    }
    let second: Vec<f64> =
        y.windows(5).map(|w| (2.0 * w[0] - w[1] - 2.0 * w[2] - w[3] + 2.0 * w[4]) / 7.0).collect();
    // The first cycles bend for reasons of chemistry: evaporation, mixing, lamp.
    let settled = 3.min(second.len());
    let best = (settled..second.len()).max_by(|a, b| second[*a].total_cmp(&second[*b]))?;
    let cycle = x[best + 2];
    let (before, after) = (*second.get(best.checked_sub(1)?)?, *second.get(best + 1)?);
    if before > second[best] {
        return None;
    }
    let bend = before - 2.0 * second[best] + after;
    (bend < 0.0).then(|| cycle + 0.5 * (before - after) / bend)
}

/// Whether the end of a curve is out of the noise of its first cycles.
fn rises(y: &[f64]) -> bool {
    let lowest = 2.min(y.len());
    let start = &y[lowest..(lowest + ENDS).min(y.len())];
    let Some(baseline) = super::regression::mean(start.iter().copied()) else { return false };
    let line: Vec<(f64, f64)> = start.iter().enumerate().map(|(i, v)| (i as f64, *v)).collect();
    // Noise is measured about the baseline's own slope: drift is no noise.
    let Some(fit) = super::regression::Line::fit(&line) else { return false };
    let residual: Vec<f64> = line.iter().map(|(x, v)| v - fit.intercept - fit.slope * x).collect();
    let noise = super::regression::variance(&residual).unwrap_or(0.0).sqrt();
    let end = super::regression::mean(y.iter().rev().take(3).copied()).unwrap_or(baseline);
    let drift = fit.slope.max(0.0) * (y.len() - lowest) as f64;
    let rise = end - baseline - drift;
    rise > 0.0 && rise > RISE * noise
}

#[cfg(test)]
mod tests {
    use super::super::sigmoid::tests::CURVE;
    use super::*;

    fn curve(y: &[f64]) -> Curve {
        let cycles = (1..=y.len()).map(|i| i as f64).collect();
        Curve { cycles, fluorescence: y.to_vec() }
    }

    #[test]
    fn the_maximum_is_the_one_of_scipy() {
        // scipy 1.17.1: d = savgol_filter(y, 5, 2, deriv=2); i = 2 + argmax(d[2:-2]);
        // x[i] + (d[i-1] - d[i+1]) / (2 * (d[i-1] - 2 * d[i] + d[i+1]))
        let cycle = second_derivative_maximum(&curve(&CURVE)).unwrap();
        assert!((cycle - 21.804_347_826_086_953).abs() < 1e-9, "{cycle}");
    }

    #[test]
    fn noise_and_drift_do_not_amplify() {
        let noise: Vec<f64> = (0..40).map(|i| 1.0 + 0.01 * f64::from((i * 7919) % 13)).collect();
        assert_eq!(second_derivative_maximum(&curve(&noise)), None);
        let drift: Vec<f64> = noise.iter().enumerate().map(|(i, v)| v + 0.05 * i as f64).collect();
        assert_eq!(second_derivative_maximum(&curve(&drift)), None);
        assert_eq!(second_derivative_maximum(&curve(&CURVE[..10])), None);
        assert_eq!(second_derivative_maximum(&Curve::default()), None);
    }

    #[test]
    fn a_maximum_at_the_border_is_none() {
        // Still bending upwards at the last cycle: an exponential without a plateau.
        let still: Vec<f64> = (0..40).map(|i| 1.0 + 2.0_f64.powi(i - 35)).collect();
        assert!(rises(&still));
        assert_eq!(second_derivative_maximum(&curve(&still)), None);
        // Bends less and less: the highest is where the search begins.
        let settling: Vec<f64> =
            (0..40).map(f64::from).map(|i| 5.0 * (-i / 3.0).exp() + 0.5 * i).collect();
        assert!(rises(&settling));
        assert_eq!(second_derivative_maximum(&curve(&settling)), None);
    }

    #[test]
    fn a_later_curve_has_a_later_cycle() {
        let rise = |middle: f64| {
            let y = (1..=45).map(|x| 10.0 / (1.0 + (-(f64::from(x) - middle) / 1.5).exp()));
            second_derivative_maximum(&curve(&y.collect::<Vec<_>>())).unwrap()
        };
        // The logistic's own maximum is at middle - scale * ln(2 + sqrt 3).
        let shift = 1.5 * (2.0 + 3.0_f64.sqrt()).ln();
        for middle in [20.0, 25.3, 31.7] {
            assert!((rise(middle) - (middle - shift)).abs() < 0.5);
        }
        assert!((rise(26.0) - rise(24.0) - 2.0).abs() < 1e-9);
    }
}
