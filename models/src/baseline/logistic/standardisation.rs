//! Features of mean zero and variance one on the training records.

use ndarray::Array2;

use crate::baseline::FeatureTable;

/// Means and standard deviations of the training records' features.
#[derive(Debug, Clone)]
pub(super) struct Standardisation {
    /// Mean and inverse standard deviation; 0 for a constant feature, which then says nothing.
    moments: Vec<(f64, f64)>,
}

impl Standardisation {
    pub(super) fn fit(features: &FeatureTable, rows: &[usize]) -> Self {
        let n = rows.len() as f64;
        let mut means = vec![0.0; features.names().len()];
        for row in rows {
            for (mean, value) in means.iter_mut().zip(features.row(*row)) {
                *mean += f64::from(*value) / n;
            }
        }
        let mut variances = vec![0.0; means.len()];
        for row in rows {
            for ((variance, mean), value) in
                variances.iter_mut().zip(&means).zip(features.row(*row))
            {
                *variance += (f64::from(*value) - mean).powi(2) / n;
            }
        }
        let moments = means.into_iter().zip(variances).map(|(mean, variance): (f64, f64)| {
            // Rounding gives a constant feature a variance that is not quite zero.
            let constant = variance.sqrt() <= 1e-12 * mean.abs();
            (mean, if constant { 0.0 } else { 1.0 / variance.sqrt() })
        });
        Self { moments: moments.collect() }
    }

    pub(super) fn n_features(&self) -> usize {
        self.moments.len()
    }

    /// The standardised features of `rows` with a column of ones, (n, F + 1).
    pub(super) fn design(&self, features: &FeatureTable, rows: &[usize]) -> Array2<f64> {
        let width = self.moments.len() + 1;
        let mut design = Array2::ones((rows.len(), width));
        for (mut line, row) in design.rows_mut().into_iter().zip(rows) {
            let standardised = features.row(*row).iter().zip(&self.moments);
            for (cell, (value, (mean, inverse))) in line.iter_mut().zip(standardised) {
                *cell = (f64::from(*value) - mean) * inverse;
            }
        }
        design
    }
}
