//! Weighted sums of rows that lie anywhere: what is left of a product with a matrix that is nearly
//! all zeros, as the gradient behind a max-pool is.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
use super::lanes::{Avx2, Avx512};
use super::lanes::{LANES, Lanes, Portable};
use super::path::Path;

/// `factor` times the row that begins at `start`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Term {
    /// The factor.
    pub(super) factor: f32,
    /// Where the row begins.
    pub(super) start: u32,
}

/// A sum: the terms `first..last` are added to the row at `out`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Sum {
    /// Where the row of the output begins.
    pub(super) out: u32,
    /// The first term.
    pub(super) first: u32,
    /// One after the last term.
    pub(super) last: u32,
}

/// Adds the sums to rows of `vectors` × 16 floats, one sum after the other.
///
/// # Panics
///
/// If a row reaches beyond its buffer: a defect of the caller.
pub(super) fn add_sums(
    path: Path,
    out: &mut [f32],
    sums: &[Sum],
    terms: &[Term],
    rows: &[f32],
    vectors: usize,
) {
    let greatest = |starts: &mut dyn Iterator<Item = u32>| starts.max().unwrap_or(0) as usize;
    if terms.is_empty() || sums.is_empty() || vectors == 0 {
        return;
    }
    let farthest = terms.iter().fold(0, |most, term| term.start.max(most)) as usize;
    assert!(
        greatest(&mut sums.iter().map(|sum| sum.out)) + vectors * LANES <= out.len()
            && farthest + vectors * LANES <= rows.len()
            && sums.iter().all(|sum| sum.first <= sum.last && sum.last as usize <= terms.len()),
        "a row reaches beyond its buffer"
    );
    let most = match path {
        Path::Portable => 2,
        #[cfg(target_arch = "x86_64")]
        Path::Avx2 => 4,
        #[cfg(target_arch = "x86_64")]
        Path::Avx512 => 8,
    };
    // A chunk of all rows stays in the nearest cache while every sum uses it.
    let chunks = vectors.div_ceil(most);
    for chunk in 0..chunks {
        let first = chunk * vectors / chunks;
        let count = (chunk + 1) * vectors / chunks - first;
        let work = Chunk { terms, sums, first: first * LANES };
        // SAFETY: the rows have been checked above, and `path` is one that this processor can take.
        unsafe {
            match path {
                Path::Portable => portable(&work, out.as_mut_ptr(), rows.as_ptr(), count),
                #[cfg(target_arch = "x86_64")]
                Path::Avx2 => avx2(&work, out.as_mut_ptr(), rows.as_ptr(), count),
                #[cfg(target_arch = "x86_64")]
                Path::Avx512 => avx512(&work, out.as_mut_ptr(), rows.as_ptr(), count),
            }
        }
    }
}

/// The floats from `first` on of every row.
struct Chunk<'a> {
    terms: &'a [Term],
    sums: &'a [Sum],
    first: usize,
}

unsafe fn portable(chunk: &Chunk<'_>, out: *mut f32, rows: *const f32, count: usize) {
    // SAFETY: see `add_sums`.
    unsafe {
        match count {
            1 => compute::<Portable, 1>(chunk, out, rows),
            _ => compute::<Portable, 2>(chunk, out, rows),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn avx2(chunk: &Chunk<'_>, out: *mut f32, rows: *const f32, count: usize) {
    // SAFETY: see `add_sums`.
    unsafe {
        match count {
            1 => compute::<Avx2, 1>(chunk, out, rows),
            2 => compute::<Avx2, 2>(chunk, out, rows),
            3 => compute::<Avx2, 3>(chunk, out, rows),
            _ => compute::<Avx2, 4>(chunk, out, rows),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn avx512(chunk: &Chunk<'_>, out: *mut f32, rows: *const f32, count: usize) {
    // SAFETY: see `add_sums`.
    unsafe {
        match count {
            1 => compute::<Avx512, 1>(chunk, out, rows),
            2 => compute::<Avx512, 2>(chunk, out, rows),
            3 => compute::<Avx512, 3>(chunk, out, rows),
            4 => compute::<Avx512, 4>(chunk, out, rows),
            5 => compute::<Avx512, 5>(chunk, out, rows),
            6 => compute::<Avx512, 6>(chunk, out, rows),
            7 => compute::<Avx512, 7>(chunk, out, rows),
            _ => compute::<Avx512, 8>(chunk, out, rows),
        }
    }
}

#[inline(always)]
#[allow(clippy::inline_always)]
unsafe fn compute<L: Lanes, const N: usize>(chunk: &Chunk<'_>, out: *mut f32, rows: *const f32) {
    // SAFETY: see `add_sums`.
    unsafe {
        for sum in chunk.sums {
            let out = out.add(sum.out as usize + chunk.first);
            let mut totals = [L::splat(0.0); N];
            for (n, total) in totals.iter_mut().enumerate() {
                *total = L::load(out.add(n * LANES));
            }
            for term in chunk.terms.get_unchecked(sum.first as usize..sum.last as usize) {
                let factor = L::splat(term.factor);
                let row = rows.add(term.start as usize + chunk.first);
                for (n, total) in totals.iter_mut().enumerate() {
                    *total = factor.multiply_add(L::load(row.add(n * LANES)), *total);
                }
            }
            for (n, total) in totals.iter().enumerate() {
                total.store(out.add(n * LANES));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_agrees_with_the_definition() {
        let rows: Vec<f32> = (0..2000).map(|i| ((i * 37 % 101) as f32 - 50.0) / 50.0).collect();
        let terms: Vec<Term> = (0..40)
            .map(|i| Term { factor: ((i * 11 % 23) as f32 - 9.0) / 3.0, start: i * 31 % 900 })
            .collect();
        let sums = [
            Sum { out: 3, first: 0, last: 7 },
            Sum { out: 40, first: 7, last: 7 },
            Sum { out: 20, first: 5, last: 40 },
        ];
        for path in Path::possible() {
            for vectors in [1, 2, 3, 7, 8, 9, 13, 28, 60] {
                let mut out = vec![0.5; 40 + vectors * LANES];
                let mut expected: Vec<f64> = vec![0.5; out.len()];
                for sum in &sums {
                    for term in &terms[sum.first as usize..sum.last as usize] {
                        for i in 0..vectors * LANES {
                            let value = f64::from(rows[term.start as usize + i]);
                            expected[sum.out as usize + i] += f64::from(term.factor) * value;
                        }
                    }
                }
                add_sums(path, &mut out, &sums, &terms, &rows, vectors);
                for (found, expected) in out.iter().zip(&expected) {
                    assert!((f64::from(*found) - expected).abs() < 1e-4, "{path:?} {vectors}");
                }
            }
        }
    }

    #[test]
    #[should_panic(expected = "beyond its buffer")]
    fn rows_beyond_their_buffer_are_caught() {
        let term = Term { factor: 1.0, start: 1 };
        let sum = Sum { out: 0, first: 0, last: 1 };
        add_sums(Path::Portable, &mut [0.0; 16], &[sum], &[term], &[0.0; 16], 1);
    }
}
