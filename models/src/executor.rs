//! What runs a network: forward, and backward to the gradient of every weight.

#[cfg(test)]
mod golden;
mod shards;

pub(crate) use shards::{CPU_SHARDS, Shard, range};

use candle_core::Device;

use crate::candle_executor::Tensors;
use crate::cpu::Cpu;
use crate::dropout::DropoutKey;
use crate::head::{CrossEntropy, TargetError, Targets};
use crate::input::{Input, InputError, InputShape};
use crate::network::{Network, Parameter};
use crate::weights::Weights;

/// An engine that runs the layer list of a network.
///
/// Weights and gradients cross this border as flat buffers in the order of [`Network::parameters`];
/// optimizers and checkpoints live above it. The result of every function is the same to the bit on
/// any number of threads.
#[derive(Clone, Debug)]
pub enum Executor {
    /// Fused kernels on the CPU.
    Cpu(Cpu),
    /// Candle operations, on the CPU or a GPU.
    Candle(Device),
}

/// What one layer of a network gives for a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerValues {
    /// Path of the layer in the list of layers: `layers.1`, or `layers.3.2` inside a residual branch.
    pub layer: String,
    /// Channels, C.
    pub channels: usize,
    /// Valid positions of each record, (N).
    pub lengths: Vec<usize>,
    /// Values of the valid positions, (Σ lengths, C).
    pub values: Vec<f32>,
}

/// A network that could not be run.
#[derive(Debug, thiserror::Error)]
pub enum ExecutorError {
    /// The batch does not fit the network.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The labels do not fit the batch or the network.
    #[error(transparent)]
    Targets(#[from] TargetError),
    /// The weights or the gradient buffer are those of another network.
    #[error("{found} weights, the network has {expected}")]
    Weights {
        /// Values given.
        found: usize,
        /// Values the network has.
        expected: usize,
    },
    /// The device failed, for example for want of memory.
    #[error("the device failed: {0}")]
    Device(#[from] candle_core::Error),
}

impl Executor {
    /// The executor for a device: the fused one on the CPU, candle elsewhere.
    #[must_use]
    pub fn on(device: Device) -> Self {
        if device.is_cpu() { Self::Cpu(Cpu::default()) } else { Self::Candle(device) }
    }

    /// The device that it runs on.
    #[must_use]
    pub fn device(&self) -> &Device {
        match self {
            Self::Cpu(_) => &Device::Cpu,
            Self::Candle(device) => device,
        }
    }

    /// The logits of a batch, (N, K).
    pub fn logits(
        &self,
        network: &Network,
        weights: &Weights,
        input: &Input<'_>,
    ) -> Result<Vec<f32>, ExecutorError> {
        match self {
            Self::Cpu(cpu) => cpu.logits(network, weights, input),
            Self::Candle(device) => {
                check_weights(&network.parameters(), weights, weights.len())?;
                input.check(&network.input())?;
                let tensors = Tensors::constant(weights, device)?;
                shards::logits(shards::count(device.is_cpu()), network, input, |input| {
                    Ok(tensors.logits(network, input)?)
                })
            }
        }
    }

    /// The logits (N, K) of a batch, and the gradient (N, L, C) of the logit of one class of each record
    /// with respect to the channels of its positions; zero beyond the valid length.
    ///
    /// The batch holds numbers: also for a network of symbols, whose table (S, C) made them of codes.
    ///
    /// # Errors
    ///
    /// Where the batch does not fit the network; a network of tokens has no channels to follow.
    pub fn input_gradients(
        &self,
        network: &Network,
        weights: &Weights,
        input: &Input<'_>,
        classes: &[usize],
    ) -> Result<(Vec<f32>, Vec<f32>), ExecutorError> {
        check_weights(&network.parameters(), weights, weights.len())?;
        check_followed(network, input, classes)?;
        let tensors = Tensors::constant(weights, self.device())?;
        Ok(tensors.input_gradients(network, input, classes)?)
    }

    /// What the first `layers` layers give for a batch, and the gradient of the logit of one class of
    /// each record with respect to it, both at valid positions.
    ///
    /// # Errors
    ///
    /// As [`Executor::input_gradients`].
    pub fn inner_gradients(
        &self,
        network: &Network,
        weights: &Weights,
        layers: usize,
        input: &Input<'_>,
        classes: &[usize],
    ) -> Result<[LayerValues; 2], ExecutorError> {
        check_weights(&network.parameters(), weights, weights.len())?;
        check_followed(network, input, classes)?;
        let tensors = Tensors::constant(weights, self.device())?;
        let layers = layers.min(network.layers().len());
        Ok(tensors.inner_gradients(network, layers, input, classes)?)
    }

    /// What every non-linearity of a network gives for a batch, in the order of the layers, and the
    /// logits.
    ///
    /// # Errors
    ///
    /// Where the batch does not fit the network.
    pub fn activations(
        &self,
        network: &Network,
        weights: &Weights,
        input: &Input<'_>,
    ) -> Result<Vec<LayerValues>, ExecutorError> {
        check_weights(&network.parameters(), weights, weights.len())?;
        input.check(&network.input())?;
        let tensors = Tensors::constant(weights, self.device())?;
        Ok(tensors.activations(network, input)?)
    }

    /// The weighted mean loss of a batch; the gradient of every weight is written to `gradients`.
    ///
    /// The mean is over the weights of the targets; where they are all 0, loss and gradient are 0.
    /// `dropout` is `None` to train without it.
    #[allow(clippy::too_many_arguments)]
    pub fn loss_and_gradients(
        &self,
        network: &Network,
        weights: &Weights,
        input: &Input<'_>,
        targets: &Targets<'_>,
        loss: &CrossEntropy,
        dropout: Option<DropoutKey>,
        gradients: &mut [f32],
    ) -> Result<f64, ExecutorError> {
        match self {
            Self::Cpu(cpu) => {
                cpu.loss_and_gradients(network, weights, input, targets, loss, dropout, gradients)
            }
            Self::Candle(device) => {
                check_weights(&network.parameters(), weights, gradients.len())?;
                input.check(&network.input())?;
                targets.check(input.n, network.classes())?;
                let tensors = Tensors::variable(weights, device)?;
                let count = shards::count(device.is_cpu());
                let run = |shard: &shards::Shard<'_>, gradients: &mut [f32]| {
                    Ok(tensors.loss_and_gradients(network, shard, *loss, dropout, gradients)?)
                };
                shards::loss_and_gradients(count, input, targets, gradients, run)
            }
        }
    }
}

/// Whether a batch of numbers, with a class for each record, can be followed through a network.
fn check_followed(
    network: &Network,
    input: &Input<'_>,
    classes: &[usize],
) -> Result<(), ExecutorError> {
    let shape = match network.input() {
        InputShape::Symbols { length, channels, .. } => InputShape::Dense { length, channels },
        other => other,
    };
    if matches!(shape, InputShape::Tokens { .. }) {
        return Err(InputError::Shape { expected: shape, found: input.shape() }.into());
    }
    input.check(&shape)?;
    if classes.len() != input.n {
        let (labels, weights) = (classes.len(), input.n);
        return Err(TargetError::Size { records: input.n, labels, weights }.into());
    }
    if let Some(record) = classes.iter().position(|class| *class >= network.classes()) {
        let (label, classes) = (classes[record] as u32, network.classes());
        return Err(TargetError::Label { record, label, classes }.into());
    }
    Ok(())
}

/// Whether weights and a buffer for gradients are those of a network's `parameters`.
pub(crate) fn check_weights(
    parameters: &[Parameter],
    weights: &Weights,
    buffer: usize,
) -> Result<(), ExecutorError> {
    let expected = parameters.iter().map(Parameter::len).sum();
    for found in [weights.len(), buffer] {
        if found != expected {
            return Err(ExecutorError::Weights { found, expected });
        }
    }
    if parameters == weights.parameters() {
        Ok(())
    } else {
        Err(ExecutorError::Weights { found: weights.len(), expected })
    }
}
