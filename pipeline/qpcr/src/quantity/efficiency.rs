//! Efficiency from one curve.

use super::regression::Line;
use super::second_derivative::second_derivative_maximum;
use super::sigmoid::Sigmoid;
use crate::Curve;

/// Cycles of the window.
const WINDOW: usize = 5;

/// Efficiency as a share (1 is doubling) from the straightest stretch of the curve on a logarithmic
/// scale, of five cycles that end by the second-derivative maximum (after Ramakers et al. 2003,
/// doi:10.1016/S0304-3940(02)01423-4); the baseline is the fitted sigmoid's.
#[must_use]
pub fn sliding_window(curve: &Curve) -> Option<f64> {
    let end = second_derivative_maximum(curve)?;
    let baseline = Sigmoid::fit(curve)?.baseline;
    let points: Vec<(f64, f64)> = curve
        .cycles
        .iter()
        .zip(&curve.fluorescence)
        .filter(|(cycle, _)| **cycle <= end + 1.0)
        .map(|(cycle, fluorescence)| (*cycle, fluorescence - baseline))
        .collect();
    let windows = points.windows(WINDOW).rev().take(WINDOW);
    let logs = windows.filter(|window| window.iter().all(|point| point.1 > 0.0)).map(|window| {
        let logs: Vec<(f64, f64)> = window.iter().map(|(x, y)| (*x, y.log10())).collect();
        Line::fit(&logs)
    });
    let best = logs.flatten().max_by(|a, b| a.r_squared.total_cmp(&b.r_squared))?;
    Some(10.0_f64.powf(best.slope) - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_that_grows_by_a_known_factor_gives_it_back() {
        for share in [0.8, 0.9, 1.0] {
            let cycles: Vec<f64> = (1..=45).map(f64::from).collect();
            // Growth that is exponential until the plateau is near.
            let scale = 1.0 / f64::ln(1.0 + share);
            let y = cycles.iter().map(|x| 0.5 + 8.0 / (1.0 + (-(x - 25.0) / scale).exp()));
            let curve = Curve { fluorescence: y.collect(), cycles: cycles.clone() };
            let found = sliding_window(&curve).unwrap();
            assert!((found - share).abs() < 0.06, "{share} {found}");
        }
        assert_eq!(sliding_window(&Curve::default()), None);
    }
}
