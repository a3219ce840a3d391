//! Learned positions.

use candle_core::{Result, Tensor};

use super::valid::Valid;

/// Adds the weight (L, C) to the valid positions of values (N, L, C).
pub(super) fn position(values: &Tensor, weight: &Tensor, valid: &Valid) -> Result<Tensor> {
    if valid.is_full() {
        return values.broadcast_add(weight);
    }
    let mask = valid.mask(values.dtype(), values.device())?; // (N, L, 1)
    values + mask.broadcast_mul(&weight.unsqueeze(0)?)?
}
