//! Positions as the steps of both directions, and what every cell computes in the same way.

use candle_core::{Result, Tensor};

/// Takes (N, L, 2 C) by position to (L, 2, N, C) by step: the second direction goes from the last
/// position to the first.
pub(super) fn by_step(values: &Tensor) -> Result<Tensor> {
    let (n, length, channels) = values.dims3()?;
    let values = values.reshape((n, length, 2, channels / 2))?;
    let turned = values.narrow(2, 1, 1)?.contiguous()?.flip(&[1])?;
    let both = Tensor::cat(&[&values.narrow(2, 0, 1)?, &turned], 2)?; // (N, L, 2, C)
    both.permute((1, 2, 0, 3))?.contiguous()
}

/// The way back from [`by_step`].
pub(super) fn by_position(values: &Tensor) -> Result<Tensor> {
    let (length, _, n, channels) = values.dims4()?;
    let turned = values.narrow(1, 1, 1)?.contiguous()?.flip(&[0])?;
    let both = Tensor::cat(&[&values.narrow(1, 0, 1)?, &turned], 1)?; // (L, 2, N, C)
    both.permute((2, 0, 1, 3))?.contiguous()?.reshape((n, length, 2 * channels))
}

/// 1 / (1 + e^-x).
pub(super) fn sigmoid(values: &Tensor) -> Result<Tensor> {
    (values * 0.5)?.tanh()?.affine(0.5, 0.5)
}

/// The derivative of the sigmoid by its value.
pub(super) fn sigmoid_slope(value: &Tensor) -> Result<Tensor> {
    value - value.sqr()?
}

/// The derivative of tanh by its value.
pub(super) fn tanh_slope(value: &Tensor) -> Result<Tensor> {
    value.sqr()?.affine(-1.0, 1.0)
}

/// One gate of several side by side, (2, N, H) of (2, N, G H).
pub(super) fn gate(gates: &Tensor, number: usize, units: usize) -> Result<Tensor> {
    gates.narrow(2, number * units, units)?.contiguous()
}

/// One step of values by step: (2, N, C) of (L, 2, N, C).
pub(super) fn at(values: &Tensor, step: usize) -> Result<Tensor> {
    values.narrow(0, step, 1)?.squeeze(0)
}

/// The slopes of the weight (2, H, G H), from the states after each step and the slopes (L, 2, N, G H)
/// of their share in the gates of the step that follows.
pub(super) fn weight_slopes(states: &[Tensor], slopes: &Tensor) -> Result<Tensor> {
    let (length, _, n, gates) = slopes.dims4()?;
    let Some(first) = states.first() else {
        candle_core::bail!("a recurrence without positions");
    };
    let units = first.dim(2)?;
    let mut before = vec![first.zeros_like()?];
    before.extend_from_slice(&states[..length - 1]);
    let flat = |values: &Tensor, channels: usize| {
        values.transpose(0, 1)?.contiguous()?.reshape((2, length * n, channels))
    };
    let before = flat(&Tensor::stack(&before, 0)?, units)?.transpose(1, 2)?.contiguous()?;
    before.matmul(&flat(slopes, gates)?)
}
