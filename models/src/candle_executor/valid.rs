//! The valid positions of the records of a batch, on their way through the layers.

use std::sync::Arc;

use candle_core::{DType, Device, Result, Tensor};

use crate::layer::Layer;

/// Valid lengths (N) of records of L positions.
#[derive(Clone, Debug)]
pub(super) struct Valid {
    lengths: Arc<[usize]>,
    length: usize,
}

impl Valid {
    /// Valid lengths of records of `length` positions.
    pub(super) fn new(lengths: &[u32], length: usize) -> Self {
        Self { lengths: lengths.iter().map(|&valid| valid as usize).collect(), length }
    }

    /// The valid lengths after a layer that leaves `length` positions.
    pub(super) fn after(&self, layer: &Layer, length: usize) -> Self {
        let lengths = self.lengths.iter().map(|&valid| layer.valid_length(valid)).collect();
        Self { lengths, length }
    }

    /// The valid lengths, (N).
    pub(super) fn lengths(&self) -> &[usize] {
        &self.lengths
    }

    /// Positions, L.
    pub(super) fn length(&self) -> usize {
        self.length
    }

    /// Whether every position is valid.
    pub(super) fn is_full(&self) -> bool {
        self.lengths.iter().all(|&valid| valid >= self.length)
    }

    /// 1 at valid positions and 0 elsewhere, (N, L, 1).
    pub(super) fn mask(&self, dtype: DType, device: &Device) -> Result<Tensor> {
        let (n, length) = (self.lengths.len(), self.length);
        let row = |&valid: &usize| (0..length).map(move |position| f32::from(position < valid));
        let mask: Vec<f32> = self.lengths.iter().flat_map(row).collect();
        Tensor::from_vec(mask, (n, length, 1), device)?.to_dtype(dtype)
    }

    /// Sets the positions of values (N, L, C) that are not valid to zero.
    pub(super) fn apply(&self, values: &Tensor) -> Result<Tensor> {
        if self.is_full() {
            return Ok(values.clone());
        }
        values.broadcast_mul(&self.mask(values.dtype(), values.device())?)
    }
}
