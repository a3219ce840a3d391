//! A logistic curve fitted to the fluorescence (Rutledge 2004, doi:10.1093/nar/gnh177).

use crate::Curve;

/// Fluorescence = baseline + amplitude / (1 + exp(−(cycle − middle) / scale)).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sigmoid {
    /// Fluorescence before amplification.
    pub baseline: f64,
    /// Plateau less baseline.
    pub amplitude: f64,
    /// Cycle of half the amplitude.
    pub middle: f64,
    /// Cycles in which the odds grow by e.
    pub scale: f64,
    /// Sum of squared residuals.
    pub residual: f64,
}

impl Sigmoid {
    /// Fits by Levenberg–Marquardt; `None` where nothing rises or the fit does not settle within
    /// the cycles that were run.
    #[must_use]
    pub fn fit(curve: &Curve) -> Option<Self> {
        const STEPS: usize = 500;
        let (x, y) = (&curve.cycles, &curve.fluorescence);
        let steepest = (1..y.len()).max_by(|a, b| {
            let rise = |i: usize| y[i] - y[i - 1];
            rise(*a).total_cmp(&rise(*b))
        })?;
        let low = y.iter().copied().fold(f64::INFINITY, f64::min);
        let high = y.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if y.len() < 8 || high <= low {
            return None;
        }
        let mut p = [low, high - low, x[steepest], 1.5];
        let mut cost = residual(x, y, p);
        let mut damping = 1e-3;
        for _ in 0..STEPS {
            let Some(step) = step(x, y, p, damping) else {
                damping *= 10.0;
                continue;
            };
            let tried: [f64; 4] = std::array::from_fn(|k| p[k] + step[k]);
            let there = residual(x, y, tried);
            if there < cost && tried[3] > 0.0 {
                let gain = (cost - there) / cost.max(f64::MIN_POSITIVE);
                (p, cost) = (tried, there);
                damping = (damping / 10.0).max(1e-12);
                if gain < 1e-14 {
                    break;
                }
            } else {
                damping *= 10.0;
                if damping > 1e12 {
                    break;
                }
            }
        }
        let [baseline, amplitude, middle, scale] = p;
        let inside = middle > x[0] && middle < x[x.len() - 1] + 2.0 * scale;
        (p.iter().all(|v| v.is_finite()) && amplitude > 0.0 && scale > 0.0 && inside)
            .then_some(Self { baseline, amplitude, middle, scale, residual: cost })
    }

    /// Fluorescence at a cycle.
    #[must_use]
    pub fn at(&self, cycle: f64) -> f64 {
        self.baseline + self.amplitude / (1.0 + (-(cycle - self.middle) / self.scale).exp())
    }

    /// Cycle of the highest second derivative: middle − scale · ln(2 + √3).
    #[must_use]
    pub fn cq(&self) -> f64 {
        self.middle - self.scale * (2.0 + 3.0_f64.sqrt()).ln()
    }
}

fn value(x: f64, [b, a, m, s]: [f64; 4]) -> f64 {
    b + a / (1.0 + (-(x - m) / s).exp())
}

fn residual(x: &[f64], y: &[f64], p: [f64; 4]) -> f64 {
    x.iter().zip(y).map(|(x, y)| (y - value(*x, p)).powi(2)).sum()
}

/// One damped Gauss–Newton step.
fn step(x: &[f64], y: &[f64], p: [f64; 4], damping: f64) -> Option<[f64; 4]> {
    let [_, a, m, s] = p;
    let mut normal = [[0.0; 5]; 4];
    for (x, y) in x.iter().zip(y) {
        let logistic = 1.0 / (1.0 + (-(x - m) / s).exp());
        let slope = a * logistic * (1.0 - logistic);
        let gradient = [1.0, logistic, -slope / s, -slope * (x - m) / (s * s)];
        let error = y - value(*x, p);
        for (i, row) in normal.iter_mut().enumerate() {
            for (cell, other) in row.iter_mut().zip(gradient) {
                *cell += gradient[i] * other;
            }
            row[4] += gradient[i] * error;
        }
    }
    for (i, row) in normal.iter_mut().enumerate() {
        row[i] += damping * row[i].max(1e-12);
    }
    solve(normal)
}

/// Gauss elimination with pivots of four equations.
fn solve(mut m: [[f64; 5]; 4]) -> Option<[f64; 4]> {
    for k in 0..4 {
        let pivot = (k..4).max_by(|a, b| m[*a][k].abs().total_cmp(&m[*b][k].abs()))?;
        m.swap(k, pivot);
        if m[k][k].abs() < f64::MIN_POSITIVE || !m[k][k].is_finite() {
            return None;
        }
        for i in 0..4 {
            if i != k {
                let factor = m[i][k] / m[k][k];
                let row = m[k];
                for (cell, other) in m[i].iter_mut().zip(row) {
                    *cell -= factor * other;
                }
            }
        }
    }
    Some(std::array::from_fn(|k| m[k][4] / m[k][k]))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// 0.5 + 10 / (1 + exp(-(x - 24.3) / 1.6)) and noise of SD .02 (numpy `default_rng(4)`).
    pub(in super::super) const CURVE: [f64; 40] = [
        0.487, 0.497, 0.533, 0.513, 0.467, 0.5, 0.488, 0.503, 0.469, 0.506, 0.507, 0.536, 0.515,
        0.526, 0.5, 0.601, 0.565, 0.713, 0.845, 1.12, 1.615, 2.406, 3.581, 5.03, 6.606, 7.895,
        8.939, 9.581, 10.012, 10.182, 10.344, 10.424, 10.427, 10.496, 10.491, 10.513, 10.516,
        10.478, 10.483, 10.495,
    ];

    #[test]
    fn the_fit_is_the_one_of_scipy() {
        let cycles = (1..=40).map(f64::from).collect();
        let fit = Sigmoid::fit(&Curve { cycles, fluorescence: CURVE.to_vec() }).unwrap();
        // scipy 1.17.1: curve_fit(f, x, y, p0=[y[0], y[-1] - y[0], 25, 1.5])
        let scipy = [0.499_114_34, 9.996_845_92, 24.300_910_7, 1.600_262_29];
        for (ours, theirs) in
            [fit.baseline, fit.amplitude, fit.middle, fit.scale].into_iter().zip(scipy)
        {
            assert!((ours - theirs).abs() < 1e-5, "{ours} {theirs}");
        }
        assert!((fit.cq() - 22.193_432_6).abs() < 1e-5);
        assert!((fit.residual - 0.017_485_355).abs() < 1e-8);
    }

    #[test]
    fn nothing_is_fitted_to_a_flat_line() {
        let flat = Curve { cycles: (1..=40).map(f64::from).collect(), fluorescence: vec![1.0; 40] };
        assert_eq!(Sigmoid::fit(&flat), None);
        assert_eq!(Sigmoid::fit(&Curve::default()), None);
    }
}
