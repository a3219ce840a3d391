//! Layer norm with scale and shift, row by row.

use super::path::{Path, on};
use crate::layer::LAYER_NORM_EPSILON;
use crate::wide::{product_sum, sum};

/// Rows of `channels` values, `width` floats apart.
#[derive(Clone, Copy)]
pub(super) struct Rows {
    pub(super) channels: usize,
    pub(super) width: usize,
}

impl Rows {
    /// The normalised rows and the inverse deviations of the buffer that keeps both.
    fn split<'a>(&self, kept: &'a mut [f32]) -> (&'a mut [f32], &'a mut [f32]) {
        let rows = kept.len() / (self.width + 1);
        kept.split_at_mut(rows * self.width)
    }
}

/// Normalises rows, then applies scale and shift; `kept` keeps what the way back needs.
pub(super) fn forward(
    path: Path,
    [values, weight, bias]: [&[f32]; 3],
    rows: Rows,
    kept: &mut [f32],
    out: &mut [f32],
) {
    let Rows { channels, width } = rows;
    let count = channels as f32;
    let (normal, inverses) = rows.split(kept);
    let rows = values.chunks_exact(width).zip(out.chunks_exact_mut(width));
    let kept = normal.chunks_exact_mut(width).zip(inverses);
    on(path, || {
        for ((row, out), (normal, kept)) in rows.zip(kept) {
            let (row, out, normal) =
                (&row[..channels], &mut out[..channels], &mut normal[..channels]);
            let mean = sum(row) / count;
            normal.iter_mut().zip(row).for_each(|(normal, value)| *normal = value - mean);
            let variance = product_sum(normal, normal) / count;
            let inverse = 1.0 / (variance + LAYER_NORM_EPSILON as f32).sqrt();
            for (((out, normal), weight), bias) in out.iter_mut().zip(normal).zip(weight).zip(bias)
            {
                *normal *= inverse;
                *out = *normal * weight + bias;
            }
            *kept = inverse;
        }
    });
}

/// Adds the slopes of weight and bias to their sums and writes those of the values, where there is
/// room for them.
pub(super) fn backward(
    path: Path,
    [slopes, weight]: [&[f32]; 2],
    rows: Rows,
    kept: &mut [f32],
    [weight_sums, bias_sums]: [&mut [f32]; 2],
    mut back: Option<&mut [f32]>,
) {
    let Rows { channels, width } = rows;
    let count = channels as f32;
    let (normal, inverses) = rows.split(kept);
    let (weight_sums, bias_sums) = (&mut weight_sums[..channels], &mut bias_sums[..channels]);
    let weight = &weight[..channels];
    let rows = slopes.chunks_exact(width).zip(normal.chunks_exact(width)).zip(inverses);
    on(path, || {
        for (index, ((slopes, normal), inverse)) in rows.enumerate() {
            let (slopes, normal) = (&slopes[..channels], &normal[..channels]);
            for c in 0..channels {
                weight_sums[c] += slopes[c] * normal[c];
                bias_sums[c] += slopes[c];
            }
            let Some(back) = back.as_deref_mut() else { continue };
            let back = &mut back[index * width..][..channels];
            for c in 0..channels {
                back[c] = slopes[c] * weight[c];
            }
            let mean = sum(back) / count;
            let product = product_sum(back, normal) / count;
            for c in 0..channels {
                back[c] = *inverse * (back[c] - mean - normal[c] * product);
            }
        }
    });
}
