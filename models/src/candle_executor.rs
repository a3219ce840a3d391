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
use crate::executor::{LayerValues, Shard};
use crate::head::CrossEntropy;
use crate::input::Input;
use crate::network::Network;
use crate::weights::Weights;
use run::{Run, Watched};
use valid::Valid;

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
        let chosen = self.chosen(&logits, classes)?;
        let store = (logits * chosen)?.sum_all()?.backward()?;
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

    /// What every non-linearity gives for a batch, in the order of the pass, and the logits.
    pub(crate) fn activations(
        &self,
        network: &Network,
        input: &Input<'_>,
    ) -> Result<Vec<LayerValues>> {
        let (run, values) = Run::new(self, input, None, 0)?;
        let mut run = run.watching();
        let logits = run.layers(network.layers(), "layers", values)?;
        let last = Watched { layer: "logits".into(), values: logits, valid: run.valid().clone() };
        let watched = run.watched().into_iter().chain([last]);
        watched
            .map(|watched| layer_values(watched.layer, &watched.values, &watched.valid))
            .collect()
    }

    /// What the first `layers` layers give for numbers, and the gradient of the logit of one class of
    /// each record with respect to it.
    pub(crate) fn inner_gradients(
        &self,
        network: &Network,
        layers: usize,
        input: &Input<'_>,
        classes: &[usize],
    ) -> Result<[LayerValues; 2]> {
        let (run, values) = Run::new(self, input, None, 0)?;
        let mut run = run.with_input_gradient();
        let reached = run.layers(&network.layers()[..layers], "layers", values)?;
        let reached = Var::from_tensor(&reached.detach())?.into_inner();
        let valid = run.valid().clone();
        let logits = run.layers_from(layers, network.layers(), "layers", reached.clone())?;
        let logits = logits.squeeze(1)?; // (N, 1, K) to (N, K)
        let chosen = self.chosen(&logits, classes)?;
        let store = (logits * chosen)?.sum_all()?.backward()?;
        let slopes = match store.get(&reached) {
            Some(gradient) => gradient.clone(),
            None => reached.zeros_like()?,
        };
        let name = || format!("layers.{}", layers.saturating_sub(1));
        Ok([layer_values(name(), &reached, &valid)?, layer_values(name(), &slopes, &valid)?])
    }

    /// 1 at the class of each record, of logits (N, K).
    fn chosen(&self, logits: &Tensor, classes: &[usize]) -> Result<Tensor> {
        let mut chosen = vec![0.0_f32; logits.elem_count()];
        for (row, class) in chosen.chunks_exact_mut(logits.dim(1)?).zip(classes) {
            row[*class] = 1.0;
        }
        Tensor::from_vec(chosen, logits.shape(), &self.device)?.to_dtype(self.dtype)
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

/// The values (N, L, C) of the valid positions alone.
fn layer_values(layer: String, values: &Tensor, valid: &Valid) -> Result<LayerValues> {
    let (_, length, channels) = values.dims3()?;
    let all: Vec<f32> = values.flatten_all()?.to_dtype(DType::F32)?.to_vec1()?;
    let lengths: Vec<usize> = valid.lengths().iter().map(|&valid| valid.min(length)).collect();
    let rows = all.chunks_exact((length * channels).max(1)).zip(&lengths);
    let values = rows.flat_map(|(row, &valid)| &row[..valid * channels]).copied().collect();
    Ok(LayerValues { layer, channels, lengths, values })
}
