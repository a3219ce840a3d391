//! Multi-head attention among the valid positions of a record.

use candle_core::{CpuStorage, CustomOp1, D, Layout, Result, Shape, Tensor};

use super::exponential::exp;
use super::host;
use super::matrix::{Matrix, multiply};
use super::valid::Valid;
use crate::wide::{greatest, product_sum, sum, wide};

/// Takes queries, keys and values side by side, (N, L, 3 C), to their mixture (N, L, C).
///
/// Head h uses channels h C/H to (h + 1) C/H of each third; scores are scaled by 1/√(C/H).
pub(super) fn attention(
    triple: &Tensor,
    heads: usize,
    valid: &Valid,
    kernels: bool,
) -> Result<Tensor> {
    if kernels {
        let op = AttentionOp { heads, valid: valid.clone() };
        return triple.contiguous()?.apply_op1(op);
    }
    let (n, length, channels) = triple.dims3()?;
    let channels = channels / 3;
    let width = channels / heads;
    let part = |index: usize| {
        // (N, L, C) to (N, H, L, C/H)
        let part = triple.narrow(2, index * channels, channels)?;
        part.reshape((n, length, heads, width))?.transpose(1, 2)?.contiguous()
    };
    let (queries, keys, values) = (part(0)?, part(1)?, part(2)?);
    let keys = keys.transpose(2, 3)?.contiguous()?;
    let scores = (queries.matmul(&keys)? / (width as f64).sqrt())?; // (N, H, L, L)
    // Keys that are not valid get a score so low that their share is zero.
    let mask = valid.mask(triple.dtype(), triple.device())?.affine(1e30, -1e30)?;
    let scores = scores.broadcast_add(&mask.reshape((n, 1, 1, length))?)?;
    let greatest = scores.detach().max_keepdim(D::Minus1)?;
    let exponentials = scores.broadcast_sub(&greatest)?.exp()?;
    let shares = exponentials.broadcast_div(&exponentials.sum_keepdim(D::Minus1)?)?;
    let mixed = shares.matmul(&values)?.transpose(1, 2)?; // (N, L, H, C/H)
    valid.apply(&mixed.reshape((n, length, channels))?)
}

/// Attention on the CPU; the way back computes the shares again instead of keeping them
/// (Dao et al. 2022, arXiv:2205.14135).
struct AttentionOp {
    heads: usize,
    valid: Valid,
}

/// The slices of one head of one record.
struct HeadSlices<'a> {
    triple: &'a [f32],
    channels: usize,
    width: usize,
    valid: usize,
}

impl<'a> HeadSlices<'a> {
    /// Queries (0), keys (1) or values (2), (v, C/H).
    fn part(&self, index: usize) -> Matrix<'a> {
        let start = &self.triple[index * self.channels..];
        Matrix::new(start, self.valid, self.width, 3 * self.channels)
    }

    fn scale(&self) -> f32 {
        1.0 / (self.width as f32).sqrt()
    }

    /// The share of each key in each query's mixture, (v, v).
    fn shares(&self, shares: &mut Vec<f32>) {
        shares.resize(self.valid * self.valid, 0.0);
        let (queries, keys) = (self.part(0), self.part(1).transposed());
        multiply((shares, self.valid), queries, keys, self.scale(), false);
        wide(|| {
            for row in shares.chunks_exact_mut(self.valid) {
                let greatest = greatest(row);
                for score in row.iter_mut() {
                    *score = exp(*score - greatest);
                }
                let scale = 1.0 / sum(row);
                for score in row.iter_mut() {
                    *score *= scale;
                }
            }
        });
    }
}

impl AttentionOp {
    /// Calls `visit` with each head of each record: its slices, and where its output starts.
    fn each_head<'a>(
        &self,
        triple: &'a [f32],
        channels: usize,
        mut visit: impl FnMut(HeadSlices<'a>, usize, usize),
    ) {
        let (length, width) = (self.valid.length(), channels / self.heads);
        for (record, &valid) in self.valid.lengths().iter().enumerate().filter(|(_, v)| **v > 0) {
            for head in 0..self.heads {
                let row = record * length * channels;
                let triple = &triple[3 * row + head * width..];
                let slices = HeadSlices { triple, channels, width, valid };
                visit(slices, row + head * width, 3 * row + head * width);
            }
        }
    }
}

impl CustomOp1 for AttentionOp {
    fn name(&self) -> &'static str {
        "attention"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (n, length, channels) = layout.shape().dims3()?;
        let channels = channels / 3;
        let triple = host::slice(storage, layout)?;
        let mut out = vec![0.0; n * length * channels];
        let mut shares = Vec::new();
        self.each_head(triple, channels, |head, start, _| {
            head.shares(&mut shares);
            let matrix = Matrix::new(&shares, head.valid, head.valid, head.valid);
            multiply((&mut out[start..], channels), matrix, head.part(2), 1.0, false);
        });
        Ok((CpuStorage::F32(out), (n, length, channels).into()))
    }

    fn bwd(&self, triple: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let channels = triple.dim(2)? / 3;
        let gradient = gradient.contiguous()?;
        let slopes = host::values(&gradient)?;
        let values = host::values(triple)?;
        let mut out = vec![0.0; values.len()];
        let (mut shares, mut back) = (Vec::new(), Vec::new());
        self.each_head(&values, channels, |head, start, triple_start| {
            let (valid, width) = (head.valid, head.width);
            head.shares(&mut shares);
            let slopes = Matrix::new(&slopes[start..], valid, width, channels);
            let out = &mut out[triple_start..];
            let square = |values| Matrix::new(values, valid, valid, valid);
            let to_values = (&mut out[2 * channels..], 3 * channels);
            multiply(to_values, square(&shares).transposed(), slopes, 1.0, false);
            back.resize(valid * valid, 0.0);
            multiply((&mut back, valid), slopes, head.part(2).transposed(), 1.0, false);
            // The softmax: slope of score j = share j × (slope of share j - Σ share × slope).
            let rows = back.chunks_exact_mut(valid).zip(shares.chunks_exact(valid));
            wide(|| {
                for (back, shares) in rows {
                    let mean = product_sum(shares, back);
                    for (slope, share) in back.iter_mut().zip(shares) {
                        *slope = *share * (*slope - mean);
                    }
                }
            });
            let scores = square(&back);
            let scale = head.scale();
            multiply((&mut *out, 3 * channels), scores, head.part(1), scale, false);
            let to_keys = (&mut out[channels..], 3 * channels);
            multiply(to_keys, scores.transposed(), head.part(0), scale, false);
        });
        Ok(Some(Tensor::from_vec(out, triple.shape(), triple.device())?))
    }
}
