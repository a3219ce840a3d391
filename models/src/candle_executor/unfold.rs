//! Convolution as candle operations that are differentiated right: windows side by side, then one
//! product of matrices.

use candle_core::{Result, Tensor};

use crate::layer::Convolution;

/// Values (N, L, C), weight (W, C, F) and bias (F) to (N, L', F).
pub(super) fn convolution(
    values: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    convolution: &Convolution,
) -> Result<Tensor> {
    let (n, length, channels) = values.dims3()?;
    let (width, _, filters) = weight.dims3()?;
    let Convolution { stride, dilation, .. } = *convolution;
    let outputs = convolution.output_length(length);
    // Each tap reads `outputs` steps of `stride` positions from its own first position.
    let needed = (width - 1) * dilation + outputs * stride;
    let left = convolution.left();
    let right = needed.saturating_sub(left + length);
    let values = values.pad_with_zeros(1, left, right)?;
    let taps = (0..width)
        .map(|tap| {
            let steps = values.narrow(1, tap * dilation, outputs * stride)?;
            // (N, L' stride, C) to (N, L', stride, C); the first of each step is read.
            let steps = steps.reshape((n, outputs, stride, channels))?.narrow(2, 0, 1)?;
            steps.squeeze(2)
        })
        .collect::<Result<Vec<_>>>()?;
    let windows = Tensor::cat(&taps, 2)?; // (N, L', W C)
    let windows = windows.reshape((n * outputs, width * channels))?;
    let weight = weight.reshape((width * channels, filters))?;
    windows.matmul(&weight)?.broadcast_add(bias)?.reshape((n, outputs, filters))
}
