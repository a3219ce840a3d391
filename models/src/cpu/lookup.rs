//! The first convolution as a table look-up over symbols: the one-hot rows are never written.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
use super::lanes::{Avx2, Avx512};
use super::lanes::{LANES, Lanes, Portable};
use super::path::Path;

/// Tables, one a tap, whose rows are chosen by the symbols at the tap's positions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows<'a> {
    /// Where in each table the row of a position's symbol begins.
    pub(super) starts: &'a [u32],
    /// Positions between two rows of the output.
    pub(super) stride: usize,
    /// Number of tables.
    pub(super) taps: usize,
    /// Positions between two taps.
    pub(super) tap: usize,
    /// Floats of a table.
    pub(super) table: usize,
}

impl Rows<'_> {
    fn check(&self, rows: usize, vectors: usize, tables: usize) {
        let last = |count: usize, step: usize| count.saturating_sub(1) * step;
        let positions = last(rows, self.stride) + last(self.taps, self.tap) + 1;
        let farthest = self.starts.iter().fold(0, |most, &start| start.max(most)) as usize;
        assert!(
            positions <= self.starts.len()
                && farthest + vectors * LANES <= self.table
                && self.taps * self.table <= tables,
            "a row reaches beyond its table"
        );
    }
}

/// Writes bias + the sum over the taps of the rows chosen, for each of `out`'s rows.
///
/// # Panics
///
/// If a row reaches beyond its table: a defect of the caller.
pub(super) fn forward(
    path: Path,
    out: &mut [f32],
    rows: &Rows<'_>,
    tables: &[f32],
    bias: &[f32],
    relu: bool,
) {
    let vectors = bias.len() / LANES;
    if out.is_empty() || vectors == 0 {
        return;
    }
    let count = out.len() / (vectors * LANES);
    rows.check(count, vectors, tables.len());
    let floor = if relu { 0.0 } else { f32::NEG_INFINITY };
    let all = Forward { rows, tables, bias, count, vectors, floor };
    // SAFETY: rows were checked above, and `path` is one that this processor can take.
    unsafe {
        match path {
            Path::Portable => forward_all::<Portable>(&all, out),
            #[cfg(target_arch = "x86_64")]
            Path::Avx2 => forward_avx2(&all, out),
            #[cfg(target_arch = "x86_64")]
            Path::Avx512 => forward_avx512(&all, out),
        }
    }
}

struct Forward<'a> {
    rows: &'a Rows<'a>,
    tables: &'a [f32],
    bias: &'a [f32],
    count: usize,
    vectors: usize,
    floor: f32,
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn forward_avx2(all: &Forward<'_>, out: &mut [f32]) {
    // SAFETY: see `forward`.
    unsafe { forward_all::<Avx2>(all, out) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn forward_avx512(all: &Forward<'_>, out: &mut [f32]) {
    // SAFETY: see `forward`.
    unsafe { forward_all::<Avx512>(all, out) }
}

#[inline(always)]
#[allow(clippy::inline_always)]
unsafe fn forward_all<L: Lanes>(all: &Forward<'_>, out: &mut [f32]) {
    let mut vector = 0;
    while vector < all.vectors {
        // SAFETY: see `forward`.
        unsafe {
            if all.vectors - vector >= 4 {
                forward_some::<L, 4>(all, out, vector);
                vector += 4;
            } else {
                forward_some::<L, 1>(all, out, vector);
                vector += 1;
            }
        }
    }
}

#[inline(always)]
#[allow(clippy::inline_always)]
unsafe fn forward_some<L: Lanes, const N: usize>(
    all: &Forward<'_>,
    out: &mut [f32],
    vector: usize,
) {
    let Rows { starts, stride, taps, tap, table } = *all.rows;
    // SAFETY: see `forward`.
    unsafe {
        let floor = L::splat(all.floor);
        let mut bias = [floor; N];
        for (n, bias) in bias.iter_mut().enumerate() {
            *bias = L::load(all.bias.as_ptr().add((vector + n) * LANES));
        }
        let tables = all.tables.as_ptr().add(vector * LANES);
        let mut out = out.as_mut_ptr().add(vector * LANES);
        for row in 0..all.count {
            let mut start = starts.as_ptr().add(row * stride);
            let mut tables = tables;
            let mut sums = bias;
            for _ in 0..taps {
                let row = tables.add(*start as usize);
                for (n, sum) in sums.iter_mut().enumerate() {
                    *sum = sum.add(L::load(row.add(n * LANES)));
                }
                tables = tables.wrapping_add(table);
                start = start.wrapping_add(tap);
            }
            for (n, sum) in sums.iter().enumerate() {
                sum.max(floor).store(out.add(n * LANES));
            }
            out = out.wrapping_add(all.vectors * LANES);
        }
    }
}

/// Adds each row of the slopes, `vectors` × 16 floats, to the rows of the tables that it came from.
///
/// # Panics
///
/// If a row reaches beyond its table: a defect of the caller.
pub(super) fn backward(
    path: Path,
    slopes: &[f32],
    vectors: usize,
    rows: &Rows<'_>,
    tables: &mut [f32],
) {
    if slopes.is_empty() || vectors == 0 {
        return;
    }
    rows.check(slopes.len() / (vectors * LANES), vectors, tables.len());
    // SAFETY: rows were checked above, and `path` is one that this processor can take.
    unsafe {
        match path {
            Path::Portable => backward_all::<Portable>(slopes, vectors, rows, tables),
            #[cfg(target_arch = "x86_64")]
            Path::Avx2 => backward_avx2(slopes, vectors, rows, tables),
            #[cfg(target_arch = "x86_64")]
            Path::Avx512 => backward_avx512(slopes, vectors, rows, tables),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn backward_avx2(slopes: &[f32], vectors: usize, rows: &Rows<'_>, tables: &mut [f32]) {
    // SAFETY: see `backward`.
    unsafe { backward_all::<Avx2>(slopes, vectors, rows, tables) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn backward_avx512(slopes: &[f32], vectors: usize, rows: &Rows<'_>, tables: &mut [f32]) {
    // SAFETY: see `backward`.
    unsafe { backward_all::<Avx512>(slopes, vectors, rows, tables) }
}

#[inline(always)]
#[allow(clippy::inline_always)]
unsafe fn backward_all<L: Lanes>(
    slopes: &[f32],
    vectors: usize,
    rows: &Rows<'_>,
    tables: &mut [f32],
) {
    let mut vector = 0;
    while vector < vectors {
        // SAFETY: see `backward`.
        unsafe {
            if vectors - vector >= 4 {
                backward_some::<L, 4>(slopes, vectors, rows, tables, vector);
                vector += 4;
            } else {
                backward_some::<L, 1>(slopes, vectors, rows, tables, vector);
                vector += 1;
            }
        }
    }
}

#[inline(always)]
#[allow(clippy::inline_always)]
unsafe fn backward_some<L: Lanes, const N: usize>(
    slopes: &[f32],
    vectors: usize,
    rows: &Rows<'_>,
    tables: &mut [f32],
    vector: usize,
) {
    let Rows { starts, stride, taps, tap, table } = *rows;
    // SAFETY: see `backward`.
    unsafe {
        let tables = tables.as_mut_ptr().add(vector * LANES);
        for (row, slopes) in slopes.chunks_exact(vectors * LANES).enumerate() {
            let mut values = [L::splat(0.0); N];
            for (n, value) in values.iter_mut().enumerate() {
                *value = L::load(slopes.as_ptr().add((vector + n) * LANES));
            }
            let mut start = starts.as_ptr().add(row * stride);
            let mut tables = tables;
            for _ in 0..taps {
                let row = tables.add(*start as usize);
                for (n, value) in values.iter().enumerate() {
                    let sum = L::load(row.add(n * LANES)).add(*value);
                    sum.store(row.add(n * LANES));
                }
                tables = tables.wrapping_add(table);
                start = start.wrapping_add(tap);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_agrees_with_the_definition() {
        for (vectors, count, stride, taps, tap) in
            [(1, 1, 1, 1, 1), (3, 7, 2, 4, 3), (4, 9, 1, 5, 1), (6, 3, 3, 2, 2), (9, 5, 1, 3, 2)]
        {
            let width = vectors * LANES;
            let table = 3 * width;
            let starts: Vec<u32> = (0..60).map(|i| (i * 7 % 3) * width as u32).collect();
            let tables: Vec<f32> =
                (0..taps * table).map(|i| (i * 37 % 101) as f32 - 50.0).collect();
            let bias: Vec<f32> = (0..width).map(|i| i as f32).collect();
            let slopes: Vec<f32> = (0..count * width).map(|i| (i * 11 % 23) as f32).collect();
            let rows = Rows { starts: &starts, stride, taps, tap, table };
            let mut outputs: Vec<f32> = bias.repeat(count);
            let mut sums = vec![0.0; tables.len()];
            for row in 0..count {
                for t in 0..taps {
                    for lane in 0..width {
                        let from = t * table + starts[row * stride + t * tap] as usize + lane;
                        outputs[row * width + lane] += tables[from];
                        sums[from] += slopes[row * width + lane];
                    }
                }
            }
            for path in Path::possible() {
                let mut found = vec![0.0; count * width];
                forward(path, &mut found, &rows, &tables, &bias, false);
                assert_eq!(found, outputs, "{path:?}");
                forward(path, &mut found, &rows, &tables, &bias, true);
                assert!(found.iter().zip(&outputs).all(|(f, e)| *f == e.max(0.0)));
                let mut found = vec![0.0; tables.len()];
                backward(path, &slopes, vectors, &rows, &mut found);
                assert_eq!(found, sums, "{path:?}");
            }
        }
    }
}
