//! Products of matrices on one thread: C (M, N) = A (M, K) B (K, N), N in vectors of sixteen.
//!
//! A is read element by element and may overlap itself in memory, so that the windows of a
//! convolution over (L, C) are its rows without being copied. B is read in rows of sixteen floats.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
use super::lanes::{Avx2, Avx512};
use super::lanes::{LANES, Lanes, Portable};
use super::path::Path;

/// A (M, K), with K = `taps` × `depth`: element (m, t, d) is at
/// `m * row + t * tap + d * column`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Left<'a> {
    /// The buffer, from element (0, 0) on.
    pub(super) values: &'a [f32],
    /// Elements between two rows.
    pub(super) row: usize,
    /// Runs of columns.
    pub(super) taps: usize,
    /// Elements between two runs.
    pub(super) tap: usize,
    /// Columns of a run.
    pub(super) depth: usize,
    /// Elements between two columns of a run.
    pub(super) column: usize,
}

/// B (K, N): the sixteen floats of row k and vector n begin at `k * row + n * panel`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Right<'a> {
    /// The buffer, from element (0, 0) on.
    pub(super) values: &'a [f32],
    /// Elements between two rows.
    pub(super) row: usize,
    /// Elements between two vectors of a row.
    pub(super) panel: usize,
}

/// What a product is added to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Start<'a> {
    /// Nothing.
    Zero,
    /// The same row everywhere, (N).
    Bias(&'a [f32]),
    /// What the output holds.
    Add,
}

/// Where a product goes.
#[derive(Debug)]
pub(super) struct Out<'a> {
    /// The buffer, from element (0, 0) on.
    pub(super) values: &'a mut [f32],
    /// Elements between two rows.
    pub(super) row: usize,
    /// Rows, M.
    pub(super) rows: usize,
    /// Vectors of sixteen columns, N / 16.
    pub(super) vectors: usize,
    /// Whether negative results become zero.
    pub(super) relu: bool,
}

impl<'a> Left<'a> {
    /// Rows of `columns` adjacent elements, `row` elements apart.
    pub(super) fn rows(values: &'a [f32], columns: usize, row: usize) -> Self {
        Self { values, row, taps: 1, tap: 0, depth: columns, column: 1 }
    }

    /// The transposed of `columns` rows of adjacent elements, `row` elements apart.
    pub(super) fn transposed(values: &'a [f32], columns: usize, row: usize) -> Self {
        Self { values, row: 1, taps: 1, tap: 0, depth: columns, column: row }
    }

    fn reach(&self, rows: usize) -> usize {
        last(rows, self.row) + last(self.taps, self.tap) + last(self.depth, self.column) + 1
    }
}

impl<'a> Right<'a> {
    /// Panels of sixteen columns, each with its `rows` rows side by side.
    pub(super) fn packed(values: &'a [f32], rows: usize) -> Self {
        Self { values, row: LANES, panel: rows * LANES }
    }

    /// Rows of adjacent elements, `row` elements apart.
    pub(super) fn plain(values: &'a [f32], row: usize) -> Self {
        Self { values, row, panel: LANES }
    }
}

fn last(count: usize, step: usize) -> usize {
    count.saturating_sub(1) * step
}

/// One tile of the output, of at most as many rows and vectors as fit into the registers.
struct Tile {
    left: *const f32,
    row: usize,
    taps: usize,
    tap: usize,
    depth: usize,
    column: usize,
    right: *const f32,
    right_row: usize,
    panel: usize,
    out: *mut f32,
    out_row: usize,
    bias: *const f32,
    add: bool,
    relu: bool,
}

/// Computes the product.
///
/// # Panics
///
/// If a matrix reaches beyond its buffer: a defect of the caller.
pub(super) fn multiply(
    path: Path,
    out: Out<'_>,
    left: &Left<'_>,
    right: &Right<'_>,
    start: Start<'_>,
) {
    let depth = left.taps * left.depth;
    if out.rows == 0 || out.vectors == 0 {
        return;
    }
    let width = out.vectors * LANES;
    let right_reach = last(depth, right.row) + last(out.vectors, right.panel) + LANES;
    assert!(
        last(out.rows, out.row) + width <= out.values.len()
            && (depth == 0 || left.reach(out.rows) <= left.values.len())
            && (depth == 0 || right_reach <= right.values.len())
            && !matches!(start, Start::Bias(bias) if bias.len() < width),
        "a matrix reaches beyond its buffer"
    );
    let (most_rows, most_vectors) = match path {
        // One row: many vectors, so that one sum need not wait for another.
        #[cfg(target_arch = "x86_64")]
        Path::Avx2 if out.rows == 1 => (1, 4),
        #[cfg(target_arch = "x86_64")]
        Path::Avx512 if out.rows == 1 => (1, 8),
        // As many as the sixteen registers of old x86-64, or the thirty-two of aarch64, hold.
        Path::Portable => (if cfg!(target_arch = "aarch64") { 4 } else { 2 }, 1),
        #[cfg(target_arch = "x86_64")]
        Path::Avx2 => (6, 1),
        #[cfg(target_arch = "x86_64")]
        Path::Avx512 => (14, 2),
    };
    let blocks = out.rows.div_ceil(most_rows);
    let mut vector = 0;
    while vector < out.vectors {
        let left_over = out.vectors - vector;
        let vectors = most_vectors.min(1 << left_over.ilog2());
        for block in 0..blocks {
            let first = block * out.rows / blocks;
            let rows = (block + 1) * out.rows / blocks - first;
            // SAFETY: every element of the tile is one of the matrices checked above, and `path`
            // is one that this processor can take.
            unsafe {
                let bias = match start {
                    Start::Bias(bias) => bias.as_ptr().add(vector * LANES),
                    Start::Zero | Start::Add => std::ptr::null(),
                };
                let tile = Tile {
                    left: left.values.as_ptr().add(first * left.row),
                    row: left.row,
                    taps: left.taps,
                    tap: left.tap,
                    depth: left.depth,
                    column: left.column,
                    right: right.values.as_ptr().add(vector * right.panel),
                    right_row: right.row,
                    panel: right.panel,
                    out: out.values.as_mut_ptr().add(first * out.row + vector * LANES),
                    out_row: out.row,
                    bias,
                    add: matches!(start, Start::Add),
                    relu: out.relu,
                };
                match path {
                    Path::Portable => portable(&tile, rows),
                    #[cfg(target_arch = "x86_64")]
                    Path::Avx2 => avx2(&tile, rows, vectors),
                    #[cfg(target_arch = "x86_64")]
                    Path::Avx512 => avx512(&tile, rows, vectors),
                }
            }
        }
        vector += vectors;
    }
}

macro_rules! by_rows {
    ($lanes:ty, $vectors:literal, $tile:expr, $rows:expr, [$($m:literal)*]) => {
        match $rows {
            $($m => compute::<$lanes, $m, $vectors>($tile),)*
            _ => {}
        }
    };
}

unsafe fn portable(tile: &Tile, rows: usize) {
    // SAFETY: see `multiply`.
    unsafe { by_rows!(Portable, 1, tile, rows, [1 2 3 4]) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn avx2(tile: &Tile, rows: usize, vectors: usize) {
    // SAFETY: see `multiply`.
    unsafe {
        match vectors {
            4 => by_rows!(Avx2, 4, tile, rows, [1]),
            2 => by_rows!(Avx2, 2, tile, rows, [1]),
            _ => by_rows!(Avx2, 1, tile, rows, [1 2 3 4 5 6]),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn avx512(tile: &Tile, rows: usize, vectors: usize) {
    // SAFETY: see `multiply`.
    unsafe {
        match vectors {
            8 => by_rows!(Avx512, 8, tile, rows, [1]),
            4 => by_rows!(Avx512, 4, tile, rows, [1]),
            2 => by_rows!(Avx512, 2, tile, rows, [1 2 3 4 5 6 7 8 9 10 11 12 13 14]),
            _ => by_rows!(Avx512, 1, tile, rows, [1 2 3 4 5 6 7 8 9 10 11 12 13 14]),
        }
    }
}

/// A tile of M rows and N vectors, its sums in registers.
#[inline(always)]
#[allow(clippy::inline_always)]
unsafe fn compute<L: Lanes, const M: usize, const N: usize>(tile: &Tile) {
    // SAFETY: see `multiply`.
    unsafe {
        let mut sums = [[L::splat(0.0); N]; M];
        for (m, row) in sums.iter_mut().enumerate() {
            for (n, sum) in row.iter_mut().enumerate() {
                if tile.add {
                    *sum = L::load(tile.out.add(m * tile.out_row + n * LANES));
                } else if !tile.bias.is_null() {
                    *sum = L::load(tile.bias.add(n * LANES));
                }
            }
        }
        if tile.row == 1 {
            sums = accumulate::<L, M, N>(tile, 1, tile.column, sums);
        } else if tile.column == 1 {
            sums = accumulate::<L, M, N>(tile, tile.row, 1, sums);
        } else {
            sums = accumulate::<L, M, N>(tile, tile.row, tile.column, sums);
        }
        for (m, row) in sums.iter().enumerate() {
            for (n, &sum) in row.iter().enumerate() {
                let sum = if tile.relu { sum.max(L::splat(0.0)) } else { sum };
                sum.store(tile.out.add(m * tile.out_row + n * LANES));
            }
        }
    }
}

/// Adds the product to the sums; `row` and `column` are handed down as constants where they are 1.
#[inline(always)]
#[allow(clippy::inline_always)]
unsafe fn accumulate<L: Lanes, const M: usize, const N: usize>(
    tile: &Tile,
    row: usize,
    column: usize,
    mut sums: [[L; N]; M],
) -> [[L; N]; M] {
    // SAFETY: see `multiply`.
    unsafe {
        let (mut run, mut right) = (tile.left, tile.right);
        for _ in 0..tile.taps {
            let mut left = run;
            for _ in 0..tile.depth {
                let mut columns = [L::splat(0.0); N];
                for (n, column) in columns.iter_mut().enumerate() {
                    *column = L::load(right.add(n * tile.panel));
                }
                for (m, sums) in sums.iter_mut().enumerate() {
                    let value = L::splat(*left.add(m * row));
                    for (sum, column) in sums.iter_mut().zip(columns) {
                        *sum = value.multiply_add(column, *sum);
                    }
                }
                left = left.add(column);
                right = right.add(tile.right_row);
            }
            run = run.add(tile.tap);
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: Path, m: usize, vectors: usize, left: &Left<'_>, right: &Right<'_>) {
        let n = vectors * LANES;
        let bias: Vec<f32> = (0..n).map(|i| i as f32 / 8.0).collect();
        for (start, relu) in [(Start::Zero, false), (Start::Bias(&bias), true), (Start::Add, false)]
        {
            let row = n + 3;
            let mut found = vec![1.5; m * row];
            let out = Out { values: &mut found, row, rows: m, vectors, relu };
            multiply(path, out, left, right, start);
            for i in 0..m {
                for j in 0..n {
                    let mut sum = match start {
                        Start::Zero => 0.0,
                        Start::Bias(bias) => f64::from(bias[j]),
                        Start::Add => 1.5,
                    };
                    for k in 0..left.taps * left.depth {
                        let (t, d) = (k / left.depth, k % left.depth);
                        let a = left.values[i * left.row + t * left.tap + d * left.column];
                        let b = right.values[k * right.row + j / LANES * right.panel + j % LANES];
                        sum += f64::from(a) * f64::from(b);
                    }
                    let expected = if relu { sum.max(0.0) } else { sum };
                    let found = f64::from(found[i * row + j]);
                    assert!((found - expected).abs() < 1e-4, "{path:?} {m} {vectors} {i} {j}");
                }
            }
            assert!(found.chunks(row).all(|row| row[n..] == [1.5; 3]));
        }
    }

    #[test]
    fn every_path_agrees_with_the_definition() {
        let buffer: Vec<f32> = (0..40_000).map(|i| ((i * 37 % 101) as f32 - 50.0) / 50.0).collect();
        for path in Path::possible() {
            for (m, vectors, k) in [
                (1, 1, 1),
                (1, 15, 9),
                (3, 2, 7),
                (13, 3, 48),
                (14, 1, 5),
                (15, 2, 33),
                (29, 5, 16),
                (61, 4, 9),
            ] {
                let n = vectors * LANES;
                let packed = Right::packed(&buffer[5..], k);
                check(path, m, vectors, &Left::rows(&buffer, k, k + 2), &packed);
                // Windows that overlap.
                check(path, m, vectors, &Left::rows(&buffer, k, 3), &packed);
                let plain = Right::plain(&buffer[7..], n + 1);
                check(path, m, vectors, &Left::transposed(&buffer, k, m + 1), &plain);
                let taps = Left { values: &buffer, row: 32, taps: 3, tap: 80, depth: 4, column: 2 };
                check(path, m, vectors, &taps, &Right::packed(&buffer, 12));
            }
        }
    }

    #[test]
    #[should_panic(expected = "beyond its buffer")]
    fn views_beyond_their_buffer_are_caught() {
        let mut out = [0.0; 32];
        let out = Out { values: &mut out, row: 16, rows: 2, vectors: 1, relu: false };
        let left = Left::rows(&[1.0; 3], 2, 2);
        multiply(Path::Portable, out, &left, &Right::packed(&[1.0; 32], 2), Start::Zero);
    }
}
