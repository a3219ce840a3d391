//! Efficiency from a dilution series.

use std::collections::BTreeMap;

use super::regression::Line;
use crate::{Measurements, Role};
use cistron_statistics::interval::Interval;

/// The standard curve of a target.
#[derive(Debug, Clone, PartialEq)]
pub struct StandardCurve {
    /// The target.
    pub target: String,
    /// Cq over the decadic logarithm of the quantity.
    pub line: Line,
    /// Different quantities.
    pub levels: usize,
}

impl StandardCurve {
    /// Fits a target's standards, as (quantity, Cq); `None` of fewer than two quantities or of a
    /// line that does not fall.
    #[must_use]
    pub fn fit(target: &str, standards: &[(f64, f64)]) -> Option<Self> {
        let points: Vec<(f64, f64)> = standards.iter().map(|(q, cq)| (q.log10(), *cq)).collect();
        let line = Line::fit(&points).filter(|line| line.slope < 0.0)?;
        let mut levels: Vec<f64> = standards.iter().map(|s| s.0).collect();
        levels.sort_by(f64::total_cmp);
        levels.dedup();
        Some(Self { target: target.to_string(), line, levels: levels.len() })
    }

    /// Efficiency as a share: 10^(−1/slope) − 1; 1 is doubling in each cycle.
    #[must_use]
    pub fn efficiency(&self) -> f64 {
        efficiency(self.line.slope)
    }

    /// 95 % interval of the efficiency, from the slope's.
    #[must_use]
    pub fn interval(&self) -> Option<Interval> {
        let slope = self.line.slope_interval().filter(|slope| slope.high < 0.0)?;
        Some(Interval { low: efficiency(slope.low), high: efficiency(slope.high) })
    }

    /// Standard error of log2(1 + efficiency), to first order.
    #[must_use]
    pub fn log2_error(&self) -> f64 {
        if !self.line.slope_error.is_finite() {
            return 0.0;
        }
        self.line.slope_error / self.line.slope.powi(2) * 10.0_f64.log2()
    }
}

fn efficiency(slope: f64) -> f64 {
    10.0_f64.powf(-1.0 / slope) - 1.0
}

/// The standard curve of every target with standards of known quantity.
#[must_use]
pub fn standard_curves(measurements: &Measurements) -> Vec<StandardCurve> {
    let mut standards: BTreeMap<&str, Vec<(f64, f64)>> = BTreeMap::new();
    for reaction in &measurements.reactions {
        let told = (reaction.quantity, reaction.cq.value());
        if let (Role::Standard, false, (Some(quantity), Some(cq))) =
            (reaction.role, reaction.omitted, told)
        {
            standards.entry(&reaction.target).or_default().push((quantity, cq));
        }
    }
    let fit = |(target, points): (&str, Vec<_>)| StandardCurve::fit(target, &points);
    standards.into_iter().filter_map(fit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_perfect_series_doubles() {
        let series: Vec<(f64, f64)> =
            (0..5).map(|i| (10.0_f64.powi(5 - i), 15.0 + f64::from(i) / 2.0_f64.log10())).collect();
        let curve = StandardCurve::fit("a", &series).unwrap();
        assert!((curve.efficiency() - 1.0).abs() < 1e-12);
        assert!((curve.line.r_squared - 1.0).abs() < 1e-12);
        assert_eq!(curve.levels, 5);
        assert_eq!(StandardCurve::fit("a", &series[..1]), None);
    }
}
