//! One pass of a batch through a list of layers.

use candle_core::{Result, Tensor};

use super::block::Block;
use super::valid::Valid;
use super::{
    Tensors, activation, attention, average_pool, block, dropout, embedding, layer_norm, max_pool,
    position, recurrent, rotary, values,
};
use crate::dropout::DropoutKey;
use crate::input::Input;
use crate::layer::{Activation, Cell, Convolution, Layer, Padding, Pool};

/// The state of a pass: the valid positions so far and the dropout layers met.
pub(super) struct Run<'a> {
    tensors: &'a Tensors,
    valid: Valid,
    dropout: Option<(DropoutKey, usize)>,
    dropouts: usize,
    /// Whether a weight was used before, so that the gradient of the values is needed.
    trained: bool,
    /// What the non-linearities gave so far, where it is kept.
    watched: Option<Vec<Watched>>,
}

/// What a non-linearity gave.
pub(super) struct Watched {
    /// Path of the layer.
    pub(super) layer: String,
    /// Its values (N, L, C).
    pub(super) values: Tensor,
    /// Which of them are valid.
    pub(super) valid: Valid,
}

impl<'a> Run<'a> {
    /// A pass over `input`, and the values (N, L, C) that its first layer takes.
    pub(super) fn new(
        tensors: &'a Tensors,
        input: &Input<'_>,
        key: Option<DropoutKey>,
        first_record: usize,
    ) -> Result<(Self, Tensor)> {
        let valid = Valid::new(input.lengths, input.length);
        let values = values::values(input, &tensors.device, tensors.dtype)?;
        let dropout = key.map(|key| (key, first_record));
        let run = Self { tensors, valid, dropout, dropouts: 0, trained: false, watched: None };
        Ok((run, values))
    }

    /// The same pass, with the gradient of its first values.
    pub(super) fn with_input_gradient(mut self) -> Self {
        self.trained = true;
        self
    }

    /// The same pass, with what the non-linearities give kept.
    pub(super) fn watching(mut self) -> Self {
        self.watched = Some(Vec::new());
        self
    }

    /// What the non-linearities gave, where it was kept.
    pub(super) fn watched(self) -> Vec<Watched> {
        self.watched.unwrap_or_default()
    }

    /// The valid positions now.
    pub(super) fn valid(&self) -> &Valid {
        &self.valid
    }

    /// Takes values (N, L, C) through `layers`.
    pub(super) fn layers(
        &mut self,
        layers: &[Layer],
        path: &str,
        values: Tensor,
    ) -> Result<Tensor> {
        self.layers_from(0, layers, path, values)
    }

    /// Takes values (N, L, C) through the `layers` from the one of index `first` on.
    pub(super) fn layers_from(
        &mut self,
        first: usize,
        layers: &[Layer],
        parent: &str,
        mut values: Tensor,
    ) -> Result<Tensor> {
        let mut index = first;
        while let Some(layer) = layers.get(index) {
            let path = format!("{parent}.{index}");
            let mut taken = 1;
            if let Some(convolution) = convolution_of(layer) {
                let (relu, mut pool, mut followers) = followers(&layers[index + 1..]);
                // A rectifier that is watched ends the block, so that the pool does not hide it.
                if relu && self.watched.is_some() {
                    (pool, followers) = (1, 1);
                }
                values = self.block(&convolution, relu, pool, &path, &values)?;
                taken += followers;
            } else {
                values = self.layer(layer, &path, values)?;
            }
            for layer in &layers[index..index + taken] {
                let length = values.dim(1)?;
                self.valid = self.valid.after(layer, length);
            }
            index += taken;
            if let (Some(watched), Layer::Activation(_)) = (&mut self.watched, &layers[index - 1]) {
                let layer = format!("{parent}.{}", index - 1);
                let (values, valid) = (values.clone(), self.valid.clone());
                watched.push(Watched { layer, values, valid });
            }
        }
        Ok(values)
    }

    fn layer(&mut self, layer: &Layer, path: &str, values: Tensor) -> Result<Tensor> {
        let kernels = self.tensors.has_kernels();
        let weight = |name: &str| self.tensors.get(&format!("{path}.{name}"));
        match layer {
            Layer::Embedding { .. } => {
                let result =
                    embedding::embedding(&values, weight("weight")?, &self.valid, kernels)?;
                self.trained = true;
                Ok(result)
            }
            Layer::Position => {
                let result = position::position(&values, weight("weight")?, &self.valid)?;
                self.trained = true;
                Ok(result)
            }
            Layer::Activation(activation) => activation::activation(&values, *activation, kernels),
            Layer::MaxPool { width } => max_pool::max_pool(&values, *width, &self.valid, kernels),
            Layer::AveragePool { width } => {
                average_pool::average_pool(&values, *width, &self.valid, kernels)
            }
            Layer::GlobalPool(pool) => {
                let width = values.dim(1)?;
                match pool {
                    Pool::Max => max_pool::max_pool(&values, width, &self.valid, kernels),
                    Pool::Average => {
                        average_pool::average_pool(&values, width, &self.valid, kernels)
                    }
                }
            }
            Layer::LayerNorm => {
                let (weight, bias) = (weight("weight")?, weight("bias")?);
                let result = layer_norm::layer_norm(&values, weight, bias, &self.valid, kernels)?;
                self.trained = true;
                Ok(result)
            }
            Layer::Attention { heads, rotary } => self.attention(*heads, *rotary, path, &values),
            Layer::Recurrent { cell, units } => self.recurrent(*cell, *units, path, &values),
            Layer::Residual(layers) => {
                let valid = self.valid.clone();
                let branch = self.layers(layers, path, values.clone())?;
                self.valid = valid;
                values + branch
            }
            Layer::Dropout { rate } => {
                let layer = self.dropouts;
                self.dropouts += 1;
                match self.dropout {
                    Some((key, first)) if *rate > 0.0 => {
                        dropout::dropout(&values, key, layer, first, *rate, kernels)
                    }
                    _ => Ok(values),
                }
            }
            Layer::Flatten => {
                let (n, length, channels) = values.dims3()?;
                values.reshape((n, 1, length * channels)) // (N, L, C) to (N, 1, L C)
            }
            // `convolution_of` took these two.
            Layer::Convolution(_) | Layer::Linear { .. } => Ok(values),
        }
    }

    /// A convolution or linear map, with a rectifier and a max-pool if they follow.
    fn block(
        &mut self,
        convolution: &Convolution,
        relu: bool,
        pool: usize,
        path: &str,
        values: &Tensor,
    ) -> Result<Tensor> {
        let weight = self.tensors.get(&format!("{path}.weight"))?;
        let bias = self.tensors.get(&format!("{path}.bias"))?;
        self.map(convolution, relu, pool, [weight, bias], values)
    }

    fn map(
        &mut self,
        convolution: &Convolution,
        relu: bool,
        pool: usize,
        [weight, bias]: [&Tensor; 2],
        values: &Tensor,
    ) -> Result<Tensor> {
        let channels = values.dim(2)?;
        // A linear map (C, F) is a convolution (1, C, F).
        let weight = weight.reshape((convolution.width, channels, convolution.filters))?;
        let block = Block {
            convolution: *convolution,
            relu,
            pool,
            valid: self.valid.clone(),
            input_gradient: self.trained,
        };
        self.trained = true;
        block::block(values, &weight, bias, block, self.tensors.has_kernels())
    }

    fn attention(
        &mut self,
        heads: usize,
        rotary: bool,
        path: &str,
        values: &Tensor,
    ) -> Result<Tensor> {
        let channels = values.dim(2)?;
        let tensors = self.tensors;
        let weight = |name: &str| tensors.get(&format!("{path}.{name}"));
        let triple = [weight("query_key_value.weight")?, weight("query_key_value.bias")?];
        let mut triple = self.map(&linear(3 * channels), false, 1, triple, values)?;
        if rotary {
            triple = rotary::rotary(&triple, heads)?;
        }
        let kernels = tensors.has_kernels();
        let mixed = attention::attention(&triple, heads, &self.valid, kernels)?;
        let output = [weight("output.weight")?, weight("output.bias")?];
        self.map(&linear(channels), false, 1, output, &mixed)
    }

    fn recurrent(
        &mut self,
        cell: Cell,
        units: usize,
        path: &str,
        values: &Tensor,
    ) -> Result<Tensor> {
        let tensors = self.tensors;
        let weight = |name: &str| tensors.get(&format!("{path}.{name}"));
        let input = [weight("input.weight")?, weight("input.bias")?];
        let gates = self.map(&linear(2 * cell.gates() * units), false, 1, input, values)?;
        let bias = cell.has_reset().then(|| weight("recurrent.bias")).transpose()?;
        recurrent::recurrent(&gates, weight("recurrent.weight")?, bias, cell, &self.valid)
    }
}

/// A linear map of each position as the convolution that it is.
fn linear(outputs: usize) -> Convolution {
    Convolution { padding: Padding::Valid, ..Convolution::same(outputs, 1) }
}

fn convolution_of(layer: &Layer) -> Option<Convolution> {
    match layer {
        Layer::Convolution(convolution) => Some(*convolution),
        Layer::Linear { outputs } => Some(linear(*outputs)),
        _ => None,
    }
}

/// Whether a rectifier comes next, the width of the max-pool that comes then, and how many layers
/// these are.
fn followers(layers: &[Layer]) -> (bool, usize, usize) {
    let relu = matches!(layers.first(), Some(Layer::Activation(Activation::Relu)));
    let taken = usize::from(relu);
    match layers.get(taken) {
        Some(Layer::MaxPool { width }) => (relu, *width, taken + 1),
        _ => (relu, 1, taken),
    }
}
