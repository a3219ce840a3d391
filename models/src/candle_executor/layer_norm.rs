//! Layer norm with scale and shift.

use candle_core::{CpuStorage, CustomOp3, D, Layout, Result, Shape, Tensor};

use super::host;
use super::valid::Valid;
use crate::layer::LAYER_NORM_EPSILON;
use crate::wide::{product_sum, sum, wide};

/// Normalises each valid position of values (N, L, C), then applies weight (C) and bias (C).
pub(super) fn layer_norm(
    values: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    valid: &Valid,
    kernels: bool,
) -> Result<Tensor> {
    if kernels {
        let op = LayerNormOp { valid: valid.clone() };
        return values.contiguous()?.apply_op3(weight, bias, op);
    }
    let centred = values.broadcast_sub(&values.mean_keepdim(D::Minus1)?)?;
    let variance = centred.sqr()?.mean_keepdim(D::Minus1)?; // (N, L, 1)
    let normal = centred.broadcast_div(&(variance + LAYER_NORM_EPSILON)?.sqrt()?)?;
    valid.apply(&normal.broadcast_mul(weight)?.broadcast_add(bias)?)
}

/// Layer norm on the CPU.
struct LayerNormOp {
    valid: Valid,
}

impl LayerNormOp {
    /// Where the valid rows of values (N, L, C) lie.
    fn rows(&self, channels: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
        let length = self.valid.length();
        let records = self.valid.lengths().iter().enumerate();
        let positions = move |(record, &valid): (usize, &usize)| {
            (0..valid).map(move |position| record * length + position)
        };
        records.flat_map(positions).map(move |row| row * channels..(row + 1) * channels)
    }
}

/// The inverse standard deviation of a row; the row less its mean is written to `centred`.
#[inline(always)]
#[allow(clippy::inline_always)]
fn moments(row: &[f32], centred: &mut [f32]) -> f32 {
    let n = row.len() as f32;
    let mean = sum(row) / n;
    centred.iter_mut().zip(row).for_each(|(centred, value)| *centred = value - mean);
    let variance = product_sum(centred, centred) / n;
    1.0 / (variance + LAYER_NORM_EPSILON as f32).sqrt()
}

impl CustomOp3 for LayerNormOp {
    fn name(&self) -> &'static str {
        "layer-norm"
    }

    fn cpu_fwd(
        &self,
        values: &CpuStorage,
        layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let values = host::slice(values, layout)?;
        let weight = host::slice(weight, weight_layout)?;
        let bias = host::slice(bias, bias_layout)?;
        let mut out = vec![0.0; values.len()];
        let mut centred = vec![0.0; weight.len()];
        wide(|| {
            for range in self.rows(weight.len()) {
                let scale = moments(&values[range.clone()], &mut centred);
                let affine = weight.iter().zip(bias);
                let pairs = out[range].iter_mut().zip(&centred);
                for ((out, centred), (weight, bias)) in pairs.zip(affine) {
                    *out = centred * scale * weight + bias;
                }
            }
        });
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }

    fn bwd(
        &self,
        values: &Tensor,
        weight: &Tensor,
        bias: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let gradient = gradient.contiguous()?;
        let (value, scale, slope) =
            (host::values(values)?, host::values(weight)?, host::values(&gradient)?);
        let channels = scale.len();
        let mut to_values = vec![0.0; value.len()];
        let (mut to_weight, mut to_bias) = (vec![0.0; channels], vec![0.0; channels]);
        let (mut normal, mut scaled) = (vec![0.0; channels], vec![0.0; channels]);
        wide(|| {
            for range in self.rows(channels) {
                let slopes = &slope[range.clone()];
                let inverse = moments(&value[range.clone()], &mut normal);
                for value in &mut normal {
                    *value *= inverse;
                }
                for c in 0..channels {
                    to_weight[c] += slopes[c] * normal[c];
                    to_bias[c] += slopes[c];
                    scaled[c] = slopes[c] * scale[c];
                }
                let mean = sum(&scaled) / channels as f32;
                let product = product_sum(&scaled, &normal) / channels as f32;
                for ((out, scaled), normal) in to_values[range].iter_mut().zip(&scaled).zip(&normal)
                {
                    *out = inverse * (scaled - mean - normal * product);
                }
            }
        });
        let device = values.device();
        Ok((
            Some(Tensor::from_vec(to_values, values.shape(), device)?),
            Some(Tensor::from_vec(to_weight, weight.shape(), device)?),
            Some(Tensor::from_vec(to_bias, bias.shape(), device)?),
        ))
    }
}
