//! The penalised log-loss with its gradient.

use ndarray::{Array2, ArrayView2, Axis, s};
use rayon::prelude::*;

use super::preconditioner::Preconditioner;

/// Records a block: sums are taken block by block in order, so that they are the same on any number
/// of threads.
pub(super) const BLOCK: usize = 512;

/// Weighted mean log-loss plus the penalty, a function of weights (F + 1, columns).
pub(super) struct Objective<'a> {
    /// (N, F + 1), the last column ones.
    design: ArrayView2<'a, f64>,
    /// The column of each record's class; for two classes, one column and the classes 0 and 1.
    targets: &'a [usize],
    /// Weights of the records, of sum one.
    shares: Vec<f64>,
    columns: usize,
    penalty: f64,
}

impl<'a> Objective<'a> {
    pub(super) fn new(
        design: &'a Array2<f64>,
        targets: &'a [usize],
        item_weights: &[f64],
        n_classes: usize,
        c: f64,
    ) -> Self {
        let total: f64 = item_weights.iter().sum();
        let shares = item_weights.iter().map(|weight| weight / total).collect();
        let columns = if n_classes == 2 { 1 } else { n_classes };
        Self { design: design.view(), targets, shares, columns, penalty: 1.0 / (c * total) }
    }

    /// (F + 1, columns).
    pub(super) fn shape(&self) -> (usize, usize) {
        (self.design.ncols(), self.columns)
    }

    /// The value and the gradient, (F + 1, columns), at `weights`.
    pub(super) fn evaluate(&self, weights: &Array2<f64>) -> (f64, Array2<f64>) {
        let n = self.design.nrows();
        let blocks: Vec<(f64, Array2<f64>)> = (0..n.div_ceil(BLOCK))
            .into_par_iter()
            .map(|block| self.block(weights, block * BLOCK, n.min((block + 1) * BLOCK)))
            .collect();
        let last = weights.nrows() - 1;
        let features = weights.slice(s![..last, ..]);
        let mut value = 0.5 * self.penalty * features.iter().map(|w| w * w).sum::<f64>();
        let mut gradient = weights * self.penalty;
        gradient.row_mut(last).fill(0.0);
        for (loss, slope) in blocks {
            value += loss;
            gradient += &slope;
        }
        (value, gradient)
    }

    fn block(&self, weights: &Array2<f64>, start: usize, end: usize) -> (f64, Array2<f64>) {
        let design = self.design.slice(s![start..end, ..]);
        let mut scores = design.dot(weights); // (n, columns), turned into residuals in place
        let mut loss = 0.0;
        let items = self.targets[start..end].iter().zip(&self.shares[start..end]);
        for (mut row, (target, share)) in scores.axis_iter_mut(Axis(0)).zip(items) {
            if self.columns == 1 {
                let score = row[0];
                let target = *target as f64;
                loss += share * (softplus(score) - target * score);
                row[0] = share * (1.0 / (1.0 + (-score).exp()) - target);
            } else {
                let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let own = row[*target] - largest;
                row.mapv_inplace(|score| (score - largest).exp());
                let sum: f64 = row.sum();
                loss += share * (sum.ln() - own);
                row *= share / sum;
                row[*target] -= share;
            }
        }
        (loss, design.t().dot(&scores)) // (F + 1, n) x (n, columns)
    }

    /// The second derivative at weights of zero, where it is the same for every column.
    pub(super) fn preconditioner(&self) -> Preconditioner {
        let n = self.design.nrows();
        let blocks: Vec<Array2<f64>> = (0..n.div_ceil(BLOCK))
            .into_par_iter()
            .map(|block| {
                let (start, end) = (block * BLOCK, n.min((block + 1) * BLOCK));
                let design = self.design.slice(s![start..end, ..]);
                let mut weighted = design.to_owned();
                for (mut row, share) in weighted.rows_mut().into_iter().zip(&self.shares[start..]) {
                    row *= *share;
                }
                design.t().dot(&weighted) // (F + 1, F + 1)
            })
            .collect();
        let width = self.design.ncols();
        let mut curvature = Array2::<f64>::zeros((width, width));
        for block in &blocks {
            curvature += block;
        }
        // p (1 - p) of two classes, 1 / K on the subspace of sum zero of more.
        curvature *= if self.columns == 1 { 0.25 } else { 1.0 / self.columns as f64 };
        curvature.diag_mut().slice_mut(s![..width - 1]).mapv_inplace(|c| c + self.penalty);
        Preconditioner::new(&curvature)
    }
}

/// ln(1 + e^x) without overflow.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The gradient against central differences.
    fn assert_gradient(n_classes: usize) {
        let design = Array2::from_shape_fn((7, 3), |(i, j)| {
            if j == 2 { 1.0 } else { ((i * 5 + j * 3) % 7) as f64 / 3.0 - 1.0 }
        });
        let targets: Vec<usize> = (0..7).map(|i| i * i % n_classes).collect();
        let item_weights: Vec<f64> = (0..7).map(|i| 1.0 + f64::from(i) / 4.0).collect();
        let objective = Objective::new(&design, &targets, &item_weights, n_classes, 0.3);
        let weights =
            Array2::from_shape_fn(objective.shape(), |(i, j)| (i as f64 - j as f64) / 2.0 + 0.1);
        let (_, gradient) = objective.evaluate(&weights);
        for index in ndarray::indices(weights.dim()) {
            let mut moved = weights.clone();
            moved[index] += 1e-5;
            let above = objective.evaluate(&moved).0;
            moved[index] -= 2e-5;
            let below = objective.evaluate(&moved).0;
            let difference = (above - below) / 2e-5;
            assert!((gradient[index] - difference).abs() < 1e-9, "{index:?}: {difference}");
        }
    }

    #[test]
    fn gradients_are_those_of_finite_differences() {
        assert_gradient(2);
        assert_gradient(4);
    }

    #[test]
    fn softplus_does_not_overflow() {
        for (x, expected) in [(1000.0, 1000.0), (-1000.0, 0.0), (0.0, 2.0_f64.ln())] {
            assert!((softplus(x) - expected).abs() < 1e-12, "{x}");
        }
    }
}
