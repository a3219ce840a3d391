//! The way back through a wide max-pool: only the winners of the pool have slopes.

use super::super::gathered::{Sum, Term, add_sums};
use super::super::lanes::LANES;
use super::super::path::Path;
use super::super::plan::{Map, WHOLE};
use super::super::workspace::Sparse;

/// What lies behind a pool: slopes, results and the row of its window that each result came from.
#[derive(Clone, Copy)]
pub(super) struct Pooled<'a> {
    pub(super) slopes: &'a [f32],
    pub(super) results: &'a [f32],
    pub(super) winners: &'a [f32],
}

/// Lists the winners by filter, counts those of each row, and adds their slopes to the bias's.
pub(super) fn list(
    map: &Map,
    rows: usize,
    pooled: &Pooled<'_>,
    sparse: &mut Sparse,
    bias: &mut [f32],
) {
    let Sparse { terms, sums, counts, .. } = sparse;
    let width = map.width();
    let (window, outputs) = match map.pool {
        WHOLE => (rows, 1),
        pool => (pool, rows.div_ceil(pool)),
    };
    let floor = if map.relu { 0.0 } else { f32::NEG_INFINITY };
    let step = map.convolution.stride * map.input_width();
    terms.clear();
    sums.clear();
    counts.clear();
    counts.resize(rows + 1, 0);
    for (filter, bias) in bias.iter_mut().enumerate().take(map.convolution.filters) {
        let first = terms.len() as u32;
        for number in 0..outputs {
            let at = number * width + filter;
            let factor = pooled.slopes[at];
            if factor == 0.0 || pooled.results[at] <= floor {
                continue;
            }
            let row = number * window + pooled.winners[at] as usize;
            counts[row + 1] += 1;
            terms.push(Term { factor, start: (row * step) as u32 });
            *bias += factor;
        }
        let out = (filter * map.window()) as u32;
        sums.push(Sum { out, first, last: terms.len() as u32 });
    }
}

/// Adds the windows that the winners came from, times their slopes, to those of their filter.
pub(super) fn to_weight(
    path: Path,
    map: &Map,
    sparse: &Sparse,
    values: &[f32],
    all_sums: &mut [f32],
) {
    let out = &mut all_sums[map.weight.sums..][..map.window() * map.width()];
    for (tap, run, row) in runs(map) {
        let (out, values) = (&mut out[tap * run..], &values[tap * row..]);
        add_sums(path, out, &sparse.sums, &sparse.terms, values, run / LANES);
    }
}

/// Adds the filters of the winners of each row, times their slopes, to the window of the row.
///
/// Leaves the lists in the order of the rows.
pub(super) fn to_input(
    path: Path,
    map: &Map,
    rows: usize,
    sparse: &mut Sparse,
    weight: &[f32],
    back: &mut [f32],
) {
    let Sparse { terms, sums, counts, sorted } = sparse;
    let step = map.convolution.stride * map.input_width();
    for row in 0..rows {
        counts[row + 1] += counts[row];
    }
    sorted.clear();
    sorted.resize(terms.len(), Term::default());
    for (filter, sum) in sums.iter().enumerate() {
        let start = (filter * map.window()) as u32;
        for term in &terms[sum.first as usize..sum.last as usize] {
            let row = term.start as usize / step;
            sorted[counts[row] as usize] = Term { factor: term.factor, start };
            counts[row] += 1;
        }
    }
    // Each count has moved to the end of its row.
    sums.clear();
    let mut first = 0;
    for (row, &last) in counts[..rows].iter().enumerate() {
        if last > first {
            sums.push(Sum { out: (row * step) as u32, first, last });
        }
        first = last;
    }
    for (tap, run, row) in runs(map) {
        let (back, weight) = (&mut back[tap * row..], &weight[tap * run..]);
        add_sums(path, back, sums, sorted, weight, run / LANES);
    }
}

/// The parts of a window that lie side by side: number, floats, and floats from one to the next.
fn runs(map: &Map) -> impl Iterator<Item = (usize, usize, usize)> {
    let width = map.input_width();
    let (count, run) = match map.convolution.dilation {
        1 => (1, map.window()),
        _ => (map.convolution.width, width),
    };
    let step = map.convolution.dilation * width;
    (0..count).map(move |number| (number, run, step))
}
