//! A batch as the tensor that the first layer takes.

use candle_core::{DType, Device, Result, Tensor};

use crate::input::{Input, InputValues};

/// Symbols and numbers as values (N, L, C), tokens as ids (N, T); zero beyond the valid length.
pub(super) fn values(input: &Input<'_>, device: &Device, dtype: DType) -> Result<Tensor> {
    let (n, length) = (input.n, input.length);
    match input.values {
        InputValues::Symbols { codes, table, channels } => {
            let mut values = vec![0.0_f32; n * length * channels];
            let rows = values.chunks_exact_mut(length * channels).zip(codes.chunks_exact(length));
            for ((row, codes), &valid) in rows.zip(input.lengths) {
                let positions = row.chunks_exact_mut(channels).zip(codes);
                for (position, &code) in positions.take(valid as usize) {
                    position.copy_from_slice(&table[code as usize * channels..][..channels]);
                }
            }
            Tensor::from_vec(values, (n, length, channels), device)?.to_dtype(dtype)
        }
        InputValues::Tokens { ids, .. } => {
            let mut valid_ids = vec![0_u32; n * length];
            let rows = valid_ids.chunks_exact_mut(length).zip(ids.chunks_exact(length));
            for ((row, ids), &valid) in rows.zip(input.lengths) {
                row[..valid as usize].copy_from_slice(&ids[..valid as usize]);
            }
            Tensor::from_vec(valid_ids, (n, length), device)
        }
        InputValues::Dense { values, channels } => {
            let mut values = values.to_vec();
            for (row, &valid) in values.chunks_exact_mut(length * channels).zip(input.lengths) {
                row[valid as usize * channels..].fill(0.0);
            }
            Tensor::from_vec(values, (n, length, channels), device)?.to_dtype(dtype)
        }
    }
}
