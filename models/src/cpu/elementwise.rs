//! Steps that take each value by itself, and the mean of windows.

use super::path::on_every_path;
use crate::candle_executor::{gate, gelu_slope};

on_every_path! {
    /// max(x, 0).
    pub(super) fn relu(values: &[f32], out: &mut [f32]) {
        out.iter_mut().zip(values).for_each(|(out, value)| *out = value.max(0.0));
    }

    /// max(x, 0), in place.
    pub(super) fn relu_in_place(values: &mut [f32]) {
        for value in values.iter_mut() {
            *value = value.max(0.0);
        }
    }

    /// Keeps the slopes where the result is positive.
    pub(super) fn relu_back(results: &[f32], slopes: &mut [f32]) {
        for (slope, &result) in slopes.iter_mut().zip(results) {
            *slope = if result > 0.0 { *slope } else { 0.0 };
        }
    }

    /// The tangent form of GELU.
    pub(super) fn gelu(values: &[f32], out: &mut [f32]) {
        out.iter_mut().zip(values).for_each(|(out, &value)| *out = value * gate(value));
    }

    /// Multiplies slopes by the derivative of GELU.
    pub(super) fn gelu_back(values: &[f32], slopes: &mut [f32]) {
        slopes.iter_mut().zip(values).for_each(|(slope, &value)| *slope *= gelu_slope(value));
    }

    /// The sums of two slices.
    pub(super) fn sum(left: &[f32], right: &[f32], out: &mut [f32]) {
        for ((out, left), right) in out.iter_mut().zip(left).zip(right) {
            *out = left + right;
        }
    }

    /// Adds a vector of `channels` floats to each row of `width`.
    pub(super) fn add_vectors(
        values: &[f32],
        vectors: &[f32],
        channels: usize,
        width: usize,
        out: &mut [f32],
    ) {
        let rows = out.chunks_exact_mut(width).zip(values.chunks_exact(width));
        for ((out, row), vector) in rows.zip(vectors.chunks_exact(channels)) {
            let (out, padding) = out.split_at_mut(channels);
            for ((out, value), other) in out.iter_mut().zip(row).zip(vector) {
                *out = value + other;
            }
            padding.fill(0.0);
        }
    }

    /// Adds `other` to `sums`.
    pub(super) fn add(other: &[f32], sums: &mut [f32]) {
        sums.iter_mut().zip(other).for_each(|(sum, value)| *sum += value);
    }

    /// Adds each of `rows` to `sums`.
    pub(super) fn add_rows(rows: &[f32], sums: &mut [f32]) {
        for row in rows.chunks_exact(sums.len()) {
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        }
    }

    /// The mean of each window of `window` rows of `width` floats, the last one maybe shorter.
    pub(super) fn average(values: &[f32], window: usize, width: usize, out: &mut [f32]) {
        for (rows, out) in values.chunks(window * width).zip(out.chunks_exact_mut(width)) {
            out.fill(0.0);
            for row in rows.chunks_exact(width) {
                out.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
            }
            let share = 1.0 / (rows.len() / width) as f32;
            for sum in out.iter_mut() {
                *sum *= share;
            }
        }
    }

    /// Gives each row of a window its share of the window's slopes.
    pub(super) fn average_back(slopes: &[f32], window: usize, width: usize, back: &mut [f32]) {
        for (rows, slopes) in back.chunks_mut(window * width).zip(slopes.chunks_exact(width)) {
            let share = 1.0 / (rows.len() / width) as f32;
            for row in rows.chunks_exact_mut(width) {
                row.iter_mut().zip(slopes).for_each(|(out, slope)| *out = share * slope);
            }
        }
    }

    /// Multiplies rows of `width` floats by a mask of rows of `channels`.
    pub(super) fn multiply(
        values: &[f32],
        mask: &[f32],
        channels: usize,
        width: usize,
        out: &mut [f32],
    ) {
        let rows = values.chunks_exact(width).zip(out.chunks_exact_mut(width));
        for ((row, out), mask) in rows.zip(mask.chunks_exact(channels)) {
            for ((out, value), mask) in out.iter_mut().zip(row).zip(mask) {
                *out = value * mask;
            }
        }
    }

    /// Multiplies slopes by the mask of [`multiply`].
    pub(super) fn multiply_back(mask: &[f32], channels: usize, width: usize, slopes: &mut [f32]) {
        for (row, mask) in slopes.chunks_exact_mut(width).zip(mask.chunks_exact(channels)) {
            row.iter_mut().zip(mask).for_each(|(slope, mask)| *slope *= mask);
        }
    }
}
