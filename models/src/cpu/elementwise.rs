//! Steps that take each value by itself, and the mean of windows.

use super::path::{Path, on};
use crate::candle_executor::{gate, gelu_slope};

/// max(x, 0).
pub(super) fn relu(path: Path, values: &[f32], out: &mut [f32]) {
    on(path, || out.iter_mut().zip(values).for_each(|(out, value)| *out = value.max(0.0)));
}

/// Keeps the slopes where the result is positive.
pub(super) fn relu_back(path: Path, results: &[f32], slopes: &mut [f32]) {
    let pairs = slopes.iter_mut().zip(results);
    on(path, || pairs.for_each(|(s, &result)| *s = if result > 0.0 { *s } else { 0.0 }));
}

/// The tangent form of GELU.
pub(super) fn gelu(path: Path, values: &[f32], out: &mut [f32]) {
    on(path, || out.iter_mut().zip(values).for_each(|(out, &value)| *out = value * gate(value)));
}

/// Multiplies slopes by the derivative of GELU.
pub(super) fn gelu_back(path: Path, values: &[f32], slopes: &mut [f32]) {
    on(path, || slopes.iter_mut().zip(values).for_each(|(s, &value)| *s *= gelu_slope(value)));
}

/// Adds `other` to `sums`.
pub(super) fn add(path: Path, other: &[f32], sums: &mut [f32]) {
    on(path, || sums.iter_mut().zip(other).for_each(|(sum, value)| *sum += value));
}

/// The mean of each window of `window` rows of `width` floats, the last one maybe shorter.
pub(super) fn average(path: Path, values: &[f32], window: usize, width: usize, out: &mut [f32]) {
    on(path, || {
        for (rows, out) in values.chunks(window * width).zip(out.chunks_exact_mut(width)) {
            out.fill(0.0);
            for row in rows.chunks_exact(width) {
                out.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
            }
            let share = 1.0 / (rows.len() / width) as f32;
            out.iter_mut().for_each(|sum| *sum *= share);
        }
    });
}

/// Gives each row of a window its share of the window's slopes.
pub(super) fn average_back(
    path: Path,
    slopes: &[f32],
    window: usize,
    width: usize,
    back: &mut [f32],
) {
    on(path, || {
        for (rows, slopes) in back.chunks_mut(window * width).zip(slopes.chunks_exact(width)) {
            let share = 1.0 / (rows.len() / width) as f32;
            for row in rows.chunks_exact_mut(width) {
                row.iter_mut().zip(slopes).for_each(|(out, slope)| *out = share * slope);
            }
        }
    });
}

/// Multiplies rows of `width` floats by a mask of rows of `channels`.
pub(super) fn multiply(
    path: Path,
    values: &[f32],
    mask: &[f32],
    (channels, width): (usize, usize),
    out: &mut [f32],
) {
    let rows = values.chunks_exact(width).zip(out.chunks_exact_mut(width));
    on(path, || {
        for ((row, out), mask) in rows.zip(mask.chunks_exact(channels)) {
            for ((out, value), mask) in out.iter_mut().zip(row).zip(mask) {
                *out = value * mask;
            }
        }
    });
}

/// Multiplies slopes by the mask of [`multiply`].
pub(super) fn multiply_back(
    path: Path,
    mask: &[f32],
    (channels, width): (usize, usize),
    slopes: &mut [f32],
) {
    on(path, || {
        for (row, mask) in slopes.chunks_exact_mut(width).zip(mask.chunks_exact(channels)) {
            row.iter_mut().zip(mask).for_each(|(slope, mask)| *slope *= mask);
        }
    });
}

/// Gives the slopes of each window of `window` rows to the rows that won, 0 to the others.
pub(super) fn max_back(
    path: Path,
    slopes: &[f32],
    winners: &[f32],
    window: usize,
    width: usize,
    back: &mut [f32],
) {
    let behind = slopes.chunks_exact(width).zip(winners.chunks_exact(width));
    on(path, || {
        for (rows, (slopes, winners)) in back.chunks_mut(window * width).zip(behind) {
            for (number, row) in rows.chunks_exact_mut(width).enumerate() {
                let number = number as f32;
                for ((out, slope), winner) in row.iter_mut().zip(slopes).zip(winners) {
                    *out = if *winner == number { *slope } else { 0.0 };
                }
            }
        }
    });
}
