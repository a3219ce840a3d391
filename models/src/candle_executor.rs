//! The layer list of a network on candle: on a GPU with candle's own operations, on the CPU with
//! operations whose backward passes are written here.
//!
//! Some of candle's operations have no backward pass or a wrong one (1-d convolution, layer norm with
//! a bias, softmax over the last dimension, max-pool); none of those is used.

mod activation;
mod attention;
mod average_pool;
mod block;
mod dropout;
mod embedding;
mod exponential;
mod host;
mod layer_norm;
mod matrix;
mod max_pool;
mod position;
mod recurrent;
mod rotary;
mod run;
#[cfg(test)]
mod tests;
mod unfold;
mod valid;
mod values;

pub(crate) use activation::{gate, gelu_slope};
pub(crate) use exponential::{exp, sigmoid, tanh};
pub(crate) use rotary::turns;

use std::collections::HashMap;

use candle_core::{DType, Device, Result, Tensor, Var};

use crate::dropout::DropoutKey;
use crate::executor::Shard;
use crate::head::CrossEntropy;
use crate::input::Input;
use crate::network::Network;
use crate::weights::Weights;
use run::Run;

/// The weights of a network on a device, shared by all shards of a batch.
#[derive(Debug)]
pub(crate) struct Tensors {
    /// In the order of the weights.
    ordered: Vec<Tensor>,
    index: HashMap<String, usize>,
    ranges: Vec<std::ops::Range<usize>>,
    device: Device,
    dtype: DType,
}

impl Tensors {
    /// Copies the weights to a device, to predict with them.
    pub(crate) fn constant(weights: &Weights, device: &Device) -> Result<Self> {
        Self::new(weights, device, DType::F32, Ok)
    }

    /// Copies the weights to a device, to take gradients with respect to them.
    pub(crate) fn variable(weights: &Weights, device: &Device) -> Result<Self> {
        Self::new(weights, device, DType::F32, |tensor| Ok(Var::from_tensor(&tensor)?.into_inner()))
    }

    fn new(
        weights: &Weights,
        device: &Device,
        dtype: DType,
        keep: impl Fn(Tensor) -> Result<Tensor>,
    ) -> Result<Self> {
        let ordered = weights
            .iter()
            .map(|(parameter, values)| {
                let shape = parameter.shape.as_slice();
                keep(Tensor::from_slice(values, shape, device)?.to_dtype(dtype)?)
            })
            .collect::<Result<_>>()?;
        let names = weights.parameters().iter().map(|parameter| parameter.name.clone());
        let index = names.zip(0..).collect();
        let ranges = weights.ranges().to_vec();
        Ok(Self { ordered, index, ranges, device: device.clone(), dtype })
    }

    /// The weight of this name.
    fn get(&self, name: &str) -> Result<&Tensor> {
        match self.index.get(name) {
            Some(&index) => Ok(&self.ordered[index]),
            None => candle_core::bail!("the network has no weight {name}"),
        }
    }

    /// Whether the operations written for the CPU run; they know 32-bit floats only.
    fn has_kernels(&self) -> bool {
        self.device.is_cpu() && self.dtype == DType::F32
    }

    /// The logits of a batch, a tensor (N, K) that can be differentiated.
    pub(crate) fn forward(
        &self,
        network: &Network,
        input: &Input<'_>,
        dropout: Option<DropoutKey>,
        first_record: usize,
    ) -> Result<Tensor> {
        let (mut run, values) = Run::new(self, input, dropout, first_record)?;
        let values = run.layers(network.layers(), "layers", values)?;
        values.squeeze(1) // (N, 1, K) to (N, K)
    }

    /// The logits of a batch, (N, K).
    pub(crate) fn logits(&self, network: &Network, input: &Input<'_>) -> Result<Vec<f32>> {
        self.forward(network, input, None, 0)?.flatten_all()?.to_dtype(DType::F32)?.to_vec1()
    }

    /// The logits (N, K) of numbers, and the gradient (N, L, C) of the logit of one class of each
    /// record with respect to them.
    pub(crate) fn input_gradients(
        &self,
        network: &Network,
        input: &Input<'_>,
        classes: &[usize],
    ) -> Result<(Vec<f32>, Vec<f32>)> {
        let (run, values) = Run::new(self, input, None, 0)?;
        let values = Var::from_tensor(&values)?.into_inner();
        let logits = run
            .with_input_gradient()
            .layers(network.layers(), "layers", values.clone())?
            .squeeze(1)?;
        let found = logits.flatten_all()?.to_dtype(DType::F32)?.to_vec1()?;
        let mut chosen = vec![0.0_f32; found.len()];
        for (row, class) in chosen.chunks_exact_mut(network.classes()).zip(classes) {
            row[*class] = 1.0;
        }
        let chosen = Tensor::from_vec(chosen, logits.shape(), &self.device)?;
        let store = (logits * chosen.to_dtype(self.dtype)?)?.sum_all()?.backward()?;
        let mut gradients = match store.get(&values) {
            Some(gradient) => gradient.flatten_all()?.to_dtype(DType::F32)?.to_vec1()?,
            None => vec![0.0; values.elem_count()],
        };
        // What stands there is read as zeros, whatever it is.
        let (length, channels) = (input.length, values.dim(2)?);
        let rows = gradients.chunks_exact_mut((length * channels).max(1));
        for (row, &valid) in rows.zip(input.lengths) {
            row[valid as usize * channels..].fill(0.0);
        }
        Ok((found, gradients))
    }

    /// The sum of the losses of a shard; the gradients of that sum are written to `gradients`.
    pub(crate) fn loss_and_gradients(
        &self,
        network: &Network,
        shard: &Shard<'_>,
        loss: CrossEntropy,
        dropout: Option<DropoutKey>,
        gradients: &mut [f32],
    ) -> Result<f64> {
        let logits = self.forward(network, &shard.input, dropout, shard.first_record)?;
        let values: Vec<f32> = logits.flatten_all()?.to_dtype(DType::F32)?.to_vec1()?;
        let mut slopes = vec![0.0; values.len()];
        let sum = loss.loss(&values, network.classes(), &shard.targets, Some(&mut slopes));
        // The gradient of Σ logits × slopes, with constant slopes, is the gradient of the loss.
        let slopes = Tensor::from_vec(slopes, logits.shape(), &self.device)?;
        let store = (logits * slopes.to_dtype(self.dtype)?)?.sum_all()?.backward()?;
        for (tensor, range) in self.ordered.iter().zip(&self.ranges) {
            let gradients = &mut gradients[range.clone()];
            match store.get(tensor) {
                Some(gradient) => host::copy(gradient, gradients)?,
                None => gradients.fill(0.0),
            }
        }
        Ok(sum)
    }
}
