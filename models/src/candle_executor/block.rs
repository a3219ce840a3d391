//! Convolution, bias, rectifier and max-pool in one operation, forward and backward.
//!
//! A linear map is a convolution of width 1. Records are taken one at a time, so that what lies
//! between convolution and pool stays in the cache; windows are rows of a matrix that overlap in
//! memory, so that no column buffer of the batch is made.

mod pass;
pub(super) mod pool;

use std::sync::OnceLock;

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor};

use super::valid::Valid;
use super::{activation, host, max_pool, unfold};
use crate::layer::{Activation, Convolution, Layer};

/// What a block does.
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// The convolution.
    pub(super) convolution: Convolution,
    /// Whether a rectifier follows.
    pub(super) relu: bool,
    /// Positions that the max-pool after that makes one; 1 for none.
    pub(super) pool: usize,
    /// Valid positions of the input.
    pub(super) valid: Valid,
    /// Whether anybody asks for the gradient of the input.
    pub(super) input_gradient: bool,
}

/// Takes values (N, L, C) with weight (W, C, F) and bias (F) to (N, L', F).
pub(super) fn block(
    values: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    block: Block,
    kernels: bool,
) -> Result<Tensor> {
    if kernels {
        let op = BlockOp { block, winners: OnceLock::new() };
        return values.contiguous()?.apply_op3(&weight.contiguous()?, &bias.contiguous()?, op);
    }
    let Block { convolution, relu, pool, valid, .. } = block;
    let values = unfold::convolution(values, weight, bias, &convolution)?;
    let valid = valid.after(&Layer::Convolution(convolution), values.dim(1)?);
    let mut values = valid.apply(&values)?;
    if relu {
        values = activation::activation(&values, Activation::Relu, false)?;
    }
    if pool > 1 { max_pool::max_pool(&values, pool, &valid, false) } else { Ok(values) }
}

/// A block on the CPU.
struct BlockOp {
    block: Block,
    /// For each output of the pool, the position that it comes from; found on the way forward.
    winners: OnceLock<Vec<u32>>,
}

impl CustomOp3 for BlockOp {
    fn name(&self) -> &'static str {
        "convolution-relu-max-pool"
    }

    fn cpu_fwd(
        &self,
        values: &CpuStorage,
        values_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (n, length, channels) = values_layout.shape().dims3()?;
        let sizes = pass::Sizes::new(&self.block, n, length, channels);
        let values = host::slice(values, values_layout)?;
        let weight = host::slice(weight, weight_layout)?;
        let bias = host::slice(bias, bias_layout)?;
        let (out, winners) = pass::forward(&self.block, &sizes, values, weight, bias);
        // An operation runs forward once; a second time it would find the same winners.
        let _ = self.winners.set(winners);
        let shape = (n, sizes.pooled_length, self.block.convolution.filters);
        Ok((CpuStorage::F32(out), shape.into()))
    }

    fn bwd(
        &self,
        values: &Tensor,
        weight: &Tensor,
        bias: &Tensor,
        result: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let (n, length, channels) = values.dims3()?;
        let sizes = pass::Sizes::new(&self.block, n, length, channels);
        let gradient = gradient.contiguous()?;
        let arguments = pass::Backward {
            values: &host::values(values)?,
            weight: &host::values(weight)?,
            result: &host::values(result)?,
            gradient: &host::values(&gradient)?,
            winners: self.winners.get().map_or(&[], Vec::as_slice),
        };
        let found = pass::backward(&self.block, &sizes, &arguments);
        let device = values.device();
        let values = match found.values {
            Some(gradient) => Some(Tensor::from_vec(gradient, values.shape(), device)?),
            None => None,
        };
        let weight = Tensor::from_vec(found.weight, weight.shape(), device)?;
        let bias = Tensor::from_vec(found.bias, bias.shape(), device)?;
        Ok((values, Some(weight), Some(bias)))
    }
}
