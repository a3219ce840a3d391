//! Products of matrices that are views of flat buffers, on one thread.
//!
//! A view's rows may overlap: the windows of a convolution over (L, C) are such a matrix, so that
//! they are multiplied without being copied.

/// A matrix inside a buffer: element (i, j) is at `i * strides.0 + j * strides.1`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Matrix<'a> {
    values: &'a [f32],
    rows: usize,
    columns: usize,
    strides: (usize, usize),
}

impl<'a> Matrix<'a> {
    /// `rows` rows of `columns` adjacent values, `stride` values apart.
    pub(super) fn new(values: &'a [f32], rows: usize, columns: usize, stride: usize) -> Self {
        Self { values, rows, columns, strides: (stride, 1) }
    }

    /// Number of rows.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Rows as columns.
    pub(super) fn transposed(self) -> Self {
        let Self { values, rows, columns, strides } = self;
        Self { values, rows: columns, columns: rows, strides: (strides.1, strides.0) }
    }

    fn fits(&self) -> bool {
        let last = |count: usize, stride: usize| count.saturating_sub(1) * stride;
        let last = last(self.rows, self.strides.0) + last(self.columns, self.strides.1);
        self.rows == 0 || self.columns == 0 || last < self.values.len()
    }
}

/// Adds `scale * left * right` to `out`, or replaces it; `out` has rows `stride` values apart.
///
/// # Panics
/// If the sizes do not agree or a view reaches beyond its buffer: a mistake in the caller.
pub(super) fn multiply(
    (out, stride): (&mut [f32], usize),
    left: Matrix<'_>,
    right: Matrix<'_>,
    scale: f32,
    add: bool,
) {
    let (m, n, k) = (left.rows, right.columns, left.columns);
    assert_eq!(k, right.rows, "inner sizes of a matrix product");
    if m == 0 || n == 0 {
        return;
    }
    assert!(left.fits() && right.fits(), "a factor reaches beyond its buffer");
    assert!(stride >= n && (m - 1) * stride + n <= out.len(), "a product beyond its buffer");
    let strides =
        |matrix: Matrix<'_>| (matrix.strides.1.cast_signed(), matrix.strides.0.cast_signed());
    let (left_columns, left_rows) = strides(left);
    let (right_columns, right_rows) = strides(right);
    // SAFETY: the assertions above keep every element that is read or written inside its slice;
    // `out` is borrowed mutably and its rows do not overlap, as `stride >= n`.
    #[allow(unsafe_code)]
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            out.as_mut_ptr(),
            1,
            stride.cast_signed(),
            add,
            left.values.as_ptr(),
            left_columns,
            left_rows,
            right.values.as_ptr(),
            right_columns,
            right_rows,
            1.0,
            scale,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition, in 64-bit floats.
    fn reference(left: Matrix<'_>, right: Matrix<'_>, row: usize, column: usize) -> f64 {
        let at = |matrix: Matrix<'_>, i: usize, j: usize| {
            f64::from(matrix.values[i * matrix.strides.0 + j * matrix.strides.1])
        };
        (0..left.columns).map(|k| at(left, row, k) * at(right, k, column)).sum()
    }

    #[test]
    fn products_agree_with_the_definition() {
        let buffer: Vec<f32> = (0..4000).map(|i| ((i * 37 % 101) as f32 - 50.0) / 50.0).collect();
        for (m, n, k, stride) in [(1, 1, 1, 1), (7, 5, 12, 4), (33, 17, 24, 6), (3, 64, 48, 48)] {
            let windows = Matrix::new(&buffer, m, k, stride);
            let right = Matrix::new(&buffer[5..], n, k, k).transposed();
            for (left, right, rows, columns) in
                [(windows, right, m, n), (right.transposed(), windows.transposed(), n, m)]
            {
                let mut out = vec![1.0; rows * (columns + 2)];
                multiply((&mut out, columns + 2), left, right, 0.5, true);
                for row in 0..rows {
                    for column in 0..columns {
                        let expected = 1.0 + 0.5 * reference(left, right, row, column);
                        let found = f64::from(out[row * (columns + 2) + column]);
                        assert!((found - expected).abs() < 1e-5, "{m} {n} {k} {row} {column}");
                    }
                }
                assert!(out.chunks(columns + 2).all(|row| row[columns..] == [1.0, 1.0]));
            }
        }
    }

    #[test]
    #[should_panic(expected = "beyond its buffer")]
    fn views_beyond_their_buffer_are_caught() {
        let mut out = [0.0; 4];
        let left = Matrix::new(&[1.0; 3], 2, 2, 2);
        multiply((&mut out, 2), left, Matrix::new(&[1.0; 4], 2, 2, 2), 1.0, false);
    }
}
