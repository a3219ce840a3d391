//! Dropout with masks from a key.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};

use super::host;
use crate::dropout::{DropoutKey, dropout_mask};

/// Multiplies values (N, L, C) by their mask; `first` is the index in the batch of the first record.
pub(super) fn dropout(
    values: &Tensor,
    key: DropoutKey,
    layer: usize,
    first: usize,
    rate: f32,
    kernels: bool,
) -> Result<Tensor> {
    let (n, length, channels) = values.dims3()?;
    let row = length * channels;
    let mut mask = vec![0.0; n * row];
    for (record, mask) in mask.chunks_exact_mut(row).enumerate() {
        dropout_mask(key, layer, first + record, rate, mask);
    }
    if kernels {
        return values.contiguous()?.apply_op1(DropoutOp { mask });
    }
    values * Tensor::from_vec(mask, values.shape(), values.device())?.to_dtype(values.dtype())?
}

/// Dropout on the CPU: without the gradient of the mask.
struct DropoutOp {
    mask: Vec<f32>,
}

impl CustomOp1 for DropoutOp {
    fn name(&self) -> &'static str {
        "dropout"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let values = host::slice(storage, layout)?;
        let out = values.iter().zip(&self.mask).map(|(value, mask)| value * mask).collect();
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }

    fn bwd(&self, values: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let gradient = gradient.contiguous()?;
        let slopes = host::values(&gradient)?;
        let out: Vec<f32> =
            slopes.iter().zip(&self.mask).map(|(slope, mask)| slope * mask).collect();
        Ok(Some(Tensor::from_vec(out, values.shape(), values.device())?))
    }
}
