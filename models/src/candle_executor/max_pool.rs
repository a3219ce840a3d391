//! Max-pool over windows that do not overlap; among equal values the first wins.

use std::sync::OnceLock;

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};

use super::block::pool;
use super::host;
use super::valid::Valid;
use crate::layer::Layer;

/// Takes values (N, L, C) to the greatest valid one of each window, (N, ⌈L / width⌉, C).
pub(super) fn max_pool(
    values: &Tensor,
    width: usize,
    valid: &Valid,
    kernels: bool,
) -> Result<Tensor> {
    if kernels {
        let op = MaxPoolOp { width, valid: valid.clone(), winners: OnceLock::new() };
        return values.contiguous()?.apply_op1(op);
    }
    let (n, length, channels) = values.dims3()?;
    let outputs = length.div_ceil(width);
    let windows = |values: &Tensor, channels: usize| {
        // (N, L, C) to (N, L', width, C), the last window filled up with zeros.
        values
            .pad_with_zeros(1, 0, outputs * width - length)?
            .reshape((n, outputs, width, channels))
    };
    let mask = valid.mask(values.dtype(), values.device())?;
    // Low enough for every valid value to win; what is added is only compared, never returned.
    let penalty = windows(&mask, 1)?.affine(1e30, -1e30)?;
    let values = windows(values, channels)?;
    let winners = values.detach().broadcast_add(&penalty)?.contiguous()?.argmax_keepdim(2)?;
    let pooled = values.contiguous()?.gather(&winners, 2)?.squeeze(2)?; // (N, L', C)
    valid.after(&Layer::MaxPool { width }, outputs).apply(&pooled)
}

/// Max-pool on the CPU.
struct MaxPoolOp {
    width: usize,
    valid: Valid,
    winners: OnceLock<Vec<u32>>,
}

impl CustomOp1 for MaxPoolOp {
    fn name(&self) -> &'static str {
        "max-pool"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (n, length, channels) = layout.shape().dims3()?;
        let values = host::slice(storage, layout)?;
        let outputs = length.div_ceil(self.width);
        let mut out = vec![0.0; n * outputs * channels];
        let mut winners = vec![pool::NONE; out.len()];
        let rows = out.chunks_mut(outputs * channels).zip(winners.chunks_mut(outputs * channels));
        let records = values.chunks(length * channels).zip(self.valid.lengths());
        for ((values, valid), (out, winners)) in records.zip(rows) {
            pool::forward(&values[..valid * channels], channels, self.width, false, out, winners);
        }
        // An operation runs forward once; a second time it would find the same winners.
        let _ = self.winners.set(winners);
        Ok((CpuStorage::F32(out), (n, outputs, channels).into()))
    }

    fn bwd(&self, values: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let (n, length, channels) = values.dims3()?;
        let gradient = gradient.contiguous()?;
        let gradient = host::values(&gradient)?;
        let winners = self.winners.get().map_or(&[][..], Vec::as_slice);
        let mut out = vec![0.0; n * length * channels];
        let row = length.div_ceil(self.width) * channels;
        let rows = gradient.chunks(row).zip(winners.chunks(row));
        for (out, (gradient, winners)) in out.chunks_mut(length * channels).zip(rows) {
            pool::backward(gradient, winners, channels, out);
        }
        Ok(Some(Tensor::from_vec(out, values.shape(), values.device())?))
    }
}
