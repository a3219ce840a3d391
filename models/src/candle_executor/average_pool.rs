//! Mean of the valid values in windows that do not overlap.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};

use super::host;
use super::valid::Valid;

/// Takes values (N, L, C) to the mean over the valid positions of each window, (N, ⌈L / width⌉, C).
pub(super) fn average_pool(
    values: &Tensor,
    width: usize,
    valid: &Valid,
    kernels: bool,
) -> Result<Tensor> {
    if kernels {
        let op = AveragePoolOp { width, valid: valid.clone() };
        return values.contiguous()?.apply_op1(op);
    }
    let (n, length, channels) = values.dims3()?;
    let outputs = length.div_ceil(width);
    // (N, L, C) to (N, L', width, C), the last window filled up with zeros.
    let windows = values.pad_with_zeros(1, 0, outputs * width - length)?;
    let windows = windows.reshape((n, outputs, width, channels))?;
    let shares: Vec<f32> = valid
        .lengths()
        .iter()
        .flat_map(|&valid| (0..outputs).map(move |window| share(window, width, valid)))
        .collect();
    let shares = Tensor::from_vec(shares, (n, outputs, 1), values.device())?;
    windows.sum(2)?.broadcast_mul(&shares.to_dtype(values.dtype())?) // (N, L', C)
}

/// One over the number of valid positions of a window; 0 where there are none.
fn share(window: usize, width: usize, valid: usize) -> f32 {
    match valid.saturating_sub(window * width).min(width) {
        0 => 0.0,
        count => 1.0 / count as f32,
    }
}

/// Average-pool on the CPU.
struct AveragePoolOp {
    width: usize,
    valid: Valid,
}

impl CustomOp1 for AveragePoolOp {
    fn name(&self) -> &'static str {
        "average-pool"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (n, length, channels) = layout.shape().dims3()?;
        let values = host::slice(storage, layout)?;
        let outputs = length.div_ceil(self.width);
        let mut out = vec![0.0; n * outputs * channels];
        let records = values.chunks(length * channels).zip(self.valid.lengths());
        for ((values, &valid), out) in records.zip(out.chunks_mut(outputs * channels)) {
            let windows = values[..valid * channels].chunks(self.width * channels);
            for (window, (values, out)) in windows.zip(out.chunks_mut(channels)).enumerate() {
                for row in values.chunks_exact(channels) {
                    out.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
                }
                let share = share(window, self.width, valid);
                for sum in out.iter_mut() {
                    *sum *= share;
                }
            }
        }
        Ok((CpuStorage::F32(out), (n, outputs, channels).into()))
    }

    fn bwd(&self, values: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let (n, length, channels) = values.dims3()?;
        let gradient = gradient.contiguous()?;
        let gradient = host::values(&gradient)?;
        let mut out = vec![0.0; n * length * channels];
        let row = length.div_ceil(self.width) * channels;
        let records = out.chunks_mut(length * channels).zip(self.valid.lengths());
        for ((out, &valid), gradient) in records.zip(gradient.chunks(row)) {
            for (position, out) in out.chunks_mut(channels).take(valid).enumerate() {
                let window = position / self.width;
                let share = share(window, self.width, valid);
                let gradient = &gradient[window * channels..][..channels];
                out.iter_mut().zip(gradient).for_each(|(out, slope)| *out = share * slope);
            }
        }
        Ok(Some(Tensor::from_vec(out, values.shape(), values.device())?))
    }
}
