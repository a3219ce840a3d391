//! A straight line by least squares.

use statrs::distribution::{ContinuousCDF, StudentsT};

use cistron_statistics::interval::{Interval, LEVEL};

/// A straight line y = intercept + slope x.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// Slope.
    pub slope: f64,
    /// Intercept.
    pub intercept: f64,
    /// Share of the variance of y that the line explains.
    pub r_squared: f64,
    /// Standard error of the slope.
    pub slope_error: f64,
    /// Points.
    pub n: usize,
}

impl Line {
    /// Fits a line; `None` of fewer than two different x.
    #[must_use]
    pub fn fit(points: &[(f64, f64)]) -> Option<Self> {
        let n = points.len() as f64;
        let (mx, my) = (mean(points.iter().map(|p| p.0))?, mean(points.iter().map(|p| p.1))?);
        let sum =
            |of: fn(f64, f64) -> f64| points.iter().map(|p| of(p.0 - mx, p.1 - my)).sum::<f64>();
        let (sxx, sxy, syy) = (sum(|x, _| x * x), sum(|x, y| x * y), sum(|_, y| y * y));
        if !(sxx > 0.0 && sxx.is_finite() && syy.is_finite()) {
            return None;
        }
        let slope = sxy / sxx;
        let residual = (syy - slope * sxy).max(0.0);
        let r_squared = if syy > 0.0 { 1.0 - residual / syy } else { 1.0 };
        let slope_error = if n > 2.0 { (residual / (n - 2.0) / sxx).sqrt() } else { f64::INFINITY };
        Some(Self { slope, intercept: my - slope * mx, r_squared, slope_error, n: points.len() })
    }

    /// 95 % interval of the slope; `None` of two points.
    #[must_use]
    pub fn slope_interval(&self) -> Option<Interval> {
        let half = quantile(self.n.checked_sub(2)? as f64)? * self.slope_error;
        Some(Interval { low: self.slope - half, high: self.slope + half })
    }
}

/// The two-sided 95 % quantile of Student's t.
#[must_use]
pub fn quantile(freedom: f64) -> Option<f64> {
    let student = StudentsT::new(0.0, 1.0, freedom).ok()?;
    Some(student.inverse_cdf(f64::midpoint(1.0, LEVEL)))
}

/// The arithmetic mean; `None` of nothing.
#[must_use]
pub fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, n) = values.fold((0.0, 0_usize), |(sum, n), value| (sum + value, n + 1));
    (n > 0).then(|| sum / n as f64)
}

/// The sample variance, of n − 1; `None` of fewer than two values.
#[must_use]
pub fn variance(values: &[f64]) -> Option<f64> {
    let mean = mean(values.iter().copied())?;
    let sum: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (values.len() > 1).then(|| sum / (values.len() - 1) as f64)
}

/// The middle value, or the mean of the two in the middle; `None` of nothing.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len().checked_sub(1)? / 2;
    Some(if sorted.len() % 2 == 1 {
        sorted[middle]
    } else {
        f64::midpoint(sorted[middle], sorted[middle + 1])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_through_its_points() {
        let line = Line::fit(&[(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)]).unwrap();
        assert_eq!((line.slope, line.intercept, line.r_squared), (2.0, 1.0, 1.0));
        assert_eq!(Line::fit(&[(1.0, 1.0), (1.0, 2.0)]), None);
        assert_eq!(Line::fit(&[]), None);
        assert_eq!(variance(&[1.0]), None);
        assert_eq!(variance(&[1.0, 3.0]), Some(2.0));
    }
}
