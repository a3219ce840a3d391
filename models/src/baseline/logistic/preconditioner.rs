//! A cheap inverse of the curvature.

use ndarray::{Array1, Array2};

/// The inverse of a symmetric positive definite matrix, (F + 1, F + 1).
pub(super) struct Preconditioner {
    inverse: Array2<f64>,
}

impl Preconditioner {
    /// Inverts `curvature`; of a matrix that is not positive definite to working precision, its
    /// diagonal.
    pub(super) fn new(curvature: &Array2<f64>) -> Self {
        let inverse = cholesky(curvature).map_or_else(
            || Array2::from_diag(&curvature.diag().mapv(|c| if c > 0.0 { 1.0 / c } else { 1.0 })),
            |lower| {
                let inverse_lower = invert_lower(&lower);
                inverse_lower.t().dot(&inverse_lower)
            },
        );
        Self { inverse }
    }

    /// The inverse times `gradient`, (F + 1, columns).
    pub(super) fn apply(&self, gradient: &Array2<f64>) -> Array2<f64> {
        self.inverse.dot(gradient)
    }
}

/// The lower triangular L with L Lᵀ = `matrix`; `None` where it is not positive definite.
fn cholesky(matrix: &Array2<f64>) -> Option<Array2<f64>> {
    let n = matrix.nrows();
    let mut lower = Array2::<f64>::zeros((n, n));
    for i in 0..n {
        for j in 0..=i {
            let dot: f64 = lower.row(i).iter().zip(lower.row(j)).take(j).map(|(a, b)| a * b).sum();
            let rest = matrix[[i, j]] - dot;
            lower[[i, j]] = if i == j {
                if rest <= 1e-14 * matrix[[i, i]] {
                    return None;
                }
                rest.sqrt()
            } else {
                rest / lower[[j, j]]
            };
        }
    }
    Some(lower)
}

/// The inverse of a lower triangular matrix, row by row.
fn invert_lower(lower: &Array2<f64>) -> Array2<f64> {
    let n = lower.nrows();
    let mut inverse = Array2::<f64>::zeros((n, n));
    for i in 0..n {
        let mut row = Array1::<f64>::zeros(n);
        row[i] = 1.0;
        for j in 0..i {
            row.scaled_add(-lower[[i, j]], &inverse.row(j));
        }
        row /= lower[[i, i]];
        inverse.row_mut(i).assign(&row);
    }
    inverse
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inverse_times_matrix_is_one() {
        let matrix = Array2::from_shape_fn((6, 6), |(i, j)| {
            1.0 / (1.0 + i as f64 + j as f64) + if i == j { 0.1 } else { 0.0 }
        });
        let product = Preconditioner::new(&matrix).apply(&matrix);
        for ((i, j), value) in product.indexed_iter() {
            let expected = if i == j { 1.0 } else { 0.0 };
            assert!((value - expected).abs() < 1e-10, "{i} {j} {value}");
        }
    }

    #[test]
    fn a_singular_matrix_falls_back_to_its_diagonal() {
        let applied =
            Preconditioner::new(&Array2::from_elem((2, 2), 4.0)).apply(&Array2::ones((2, 1)));
        assert_eq!(applied, Array2::from_elem((2, 1), 0.25));
    }
}
