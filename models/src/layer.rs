//! The layers that a network is a list of, as data.
//!
//! Every layer takes (N, L, C) and returns (N, L', C'). Each record carries its number of valid
//! positions, v ≤ L, and one law holds after every layer: **positions at and beyond the valid length
//! are zero**. So a record's output does not depend on how far its batch is padded, and an executor
//! needs to compute v positions only. [`Layer::valid_length`] defines how v travels.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One step of a network.
#[derive(Clone, Debug, PartialEq)]
pub enum Layer {
    /// Token ids (N, T) to vectors (N, T, `width`). Only as the first layer.
    Embedding {
        /// Channels of the output.
        width: usize,
    },
    /// Adds a learned vector for each position.
    Position,
    /// Convolution along the positions, with a bias.
    Convolution(Convolution),
    /// Linear map of each position, with a bias: (N, L, C) to (N, L, `outputs`).
    Linear {
        /// Channels of the output.
        outputs: usize,
    },
    /// Element-wise non-linearity.
    Activation(Activation),
    /// Greatest valid value in windows of `width` that do not overlap: (N, ⌈L / `width`⌉, C).
    ///
    /// The last window may be shorter. Among equal values the first wins.
    MaxPool {
        /// Positions of a window.
        width: usize,
    },
    /// Mean of the valid values in windows of `width` that do not overlap: (N, ⌈L / `width`⌉, C).
    AveragePool {
        /// Positions of a window.
        width: usize,
    },
    /// One value a channel over all valid positions: (N, 1, C). Zero for a record of length 0.
    GlobalPool(Pool),
    /// Normalisation of each position over its channels, then scale and shift
    /// (Ba et al. 2016, arXiv:1607.06450). ε = 10⁻⁵.
    LayerNorm,
    /// Multi-head self-attention with its input and output maps; valid positions attend to valid
    /// positions (Vaswani et al. 2017, arXiv:1706.03762).
    Attention {
        /// Number of heads; divides C.
        heads: usize,
        /// Whether queries and keys are turned by angles that grow with their position, so that scores
        /// depend on distances (Su et al. 2021, arXiv:2104.09864): channels i and i + w/2 of a head of w
        /// by position × 10 000^(-2 i / w). No weight depends on the position.
        rotary: bool,
    },
    /// A recurrence over the valid positions in both directions: (N, L, C) to (N, L, 2 `units`), the
    /// states of the first direction first. The second begins at the last valid position
    /// (Schuster & Paliwal 1997, doi:10.1109/78.650093).
    Recurrent {
        /// How a state becomes the next.
        cell: Cell,
        /// Channels of the state of a direction.
        units: usize,
    },
    /// Adds what the inner layers make of the input to the input itself.
    Residual(Vec<Layer>),
    /// Sets a share of the elements to zero while training and scales the others up
    /// (Srivastava et al. 2014).
    Dropout {
        /// Share of elements set to zero, in [0, 1).
        rate: f32,
    },
    /// All positions side by side: (N, L, C) to (N, 1, L C).
    Flatten,
}

/// ε of [`Layer::LayerNorm`].
pub const LAYER_NORM_EPSILON: f64 = 1e-5;

/// A convolution: output position i reads the inputs `i * stride + w * dilation - left` for w in
/// 0..`width`, where `left` is 0 for [`Padding::Valid`] and half of span - 1, rounded down, for
/// [`Padding::Same`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Convolution {
    /// Output channels.
    pub filters: usize,
    /// Taps of a filter.
    pub width: usize,
    /// Input positions between two output positions.
    pub stride: usize,
    /// Input positions between two taps.
    pub dilation: usize,
    /// What happens at the borders.
    pub padding: Padding,
}

impl Convolution {
    /// A convolution of stride 1 and dilation 1 that keeps the length.
    #[must_use]
    pub fn same(filters: usize, width: usize) -> Self {
        Self { filters, width, stride: 1, dilation: 1, padding: Padding::Same }
    }

    /// Input positions between the first and the last tap, both counted.
    #[must_use]
    pub fn span(&self) -> usize {
        self.width.saturating_sub(1).saturating_mul(self.dilation).saturating_add(1)
    }

    /// Zeros in front of the first position.
    #[must_use]
    pub fn left(&self) -> usize {
        match self.padding {
            Padding::Same => (self.span() - 1) / 2,
            Padding::Valid => 0,
        }
    }

    /// Output positions of an input of `length` positions; 0 where a valid convolution does not fit.
    #[must_use]
    pub fn output_length(&self, length: usize) -> usize {
        match self.padding {
            Padding::Same => length.div_ceil(self.stride),
            Padding::Valid if length >= self.span() => (length - self.span()) / self.stride + 1,
            Padding::Valid => 0,
        }
    }
}

/// The borders of a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// Zeros around the input: L' = ⌈L / stride⌉, and output i is centred on input i × stride.
    Same,
    /// Full windows only: L' = ⌊(L - span) / stride⌋ + 1.
    Valid,
}

/// An element-wise non-linearity f with f(0) = 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// max(x, 0).
    #[default]
    Relu,
    /// x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))) (Hendrycks & Gimpel 2016, arXiv:1606.08415).
    Gelu,
}

/// How a recurrence makes a state h of the state before it and the input x.
///
/// Gates, their order and equations are those of PyTorch, but for its second bias, which is only here
/// where it makes a difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cell {
    /// Gated recurrent unit (Cho et al. 2014, doi:10.3115/v1/D14-1179): reset r = σ(W x + b + U h),
    /// update z likewise, candidate n = tanh(W x + b + r (U h + c)); h becomes (1 - z) n + z h.
    #[default]
    Gru,
    /// Long short-term memory (Hochreiter & Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735) with a
    /// forget gate (Gers et al. 2000, doi:10.1162/089976600300015015): gates i, f, o = σ(W x + b + U h),
    /// candidate g = tanh(W x + b + U h); the cell c becomes f c + i g, and h becomes o tanh(c).
    Lstm,
}

impl Cell {
    /// Numbers that a unit computes of input and state, in the order of the weights: r, z, n or
    /// i, f, g, o.
    #[must_use]
    pub fn gates(self) -> usize {
        match self {
            Self::Gru => 3,
            Self::Lstm => 4,
        }
    }

    /// Whether a reset lies between the state and the candidate, so that the state has a bias too.
    #[must_use]
    pub fn has_reset(self) -> bool {
        self == Self::Gru
    }
}

/// How positions become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Pool {
    /// The greatest value.
    #[default]
    Max,
    /// The mean.
    Average,
}

/// Positions and channels of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Positions, L.
    pub length: usize,
    /// Channels, C.
    pub channels: usize,
}

/// A layer that cannot take the shape it is given.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LayerError {
    /// A size of zero.
    #[error("{what} is 0, expected at least 1")]
    Zero {
        /// The size.
        what: &'static str,
    },
    /// A valid convolution that is longer than its input.
    #[error("a convolution that spans {span} positions does not fit into {length} without padding")]
    Span {
        /// Positions from the first to the last tap.
        span: usize,
        /// Positions of the input.
        length: usize,
    },
    /// Channels that do not split into heads.
    #[error(
        "{channels} channels do not split into {heads} heads: choose a width that is a multiple of the heads"
    )]
    Heads {
        /// Channels of the input.
        channels: usize,
        /// Heads asked for.
        heads: usize,
    },
    /// Heads of an odd number of channels, which cannot be turned in pairs.
    #[error("rotary positions need heads of an even width, these have {width} channels")]
    Rotary {
        /// Channels of a head.
        width: usize,
    },
    /// A residual branch that changes the shape.
    #[error("a residual branch turns {before:?} into {after:?}; both must be equal")]
    Residual {
        /// Shape before the branch.
        before: Shape,
        /// Shape after the branch.
        after: Shape,
    },
    /// A share outside [0, 1).
    #[error("a dropout rate of {rate}, expected 0 or more and less than 1")]
    Rate {
        /// The rate given.
        rate: f32,
    },
    /// An embedding that is not the first layer of a network on tokens.
    #[error("an embedding is possible only as the first layer, and on tokens")]
    Embedding,
    /// Sizes whose product overflows.
    #[error("the layer is too large to count its elements")]
    TooLarge,
}

impl Layer {
    /// The shape after this layer.
    pub fn output_shape(&self, input: Shape) -> Result<Shape, LayerError> {
        let Shape { length, channels } = input;
        match self {
            Self::Embedding { width } => Ok(Shape { length, channels: positive("width", *width)? }),
            Self::Convolution(convolution) => convolution_shape(convolution, length),
            Self::Linear { outputs } => {
                Ok(Shape { length, channels: positive("outputs", *outputs)? })
            }
            Self::MaxPool { width } | Self::AveragePool { width } => {
                Ok(Shape { length: length.div_ceil(positive("pool width", *width)?), channels })
            }
            Self::GlobalPool(_) => Ok(Shape { length: 1, channels }),
            Self::Attention { heads, .. } if channels % positive("heads", *heads)? != 0 => {
                Err(LayerError::Heads { channels, heads: *heads })
            }
            Self::Attention { heads, rotary: true } if !(channels / heads).is_multiple_of(2) => {
                Err(LayerError::Rotary { width: channels / heads })
            }
            Self::Position | Self::Activation(_) | Self::LayerNorm | Self::Attention { .. } => {
                Ok(input)
            }
            Self::Recurrent { units, .. } => {
                let channels = positive("units", *units)?.checked_mul(2);
                Ok(Shape { length, channels: channels.ok_or(LayerError::TooLarge)? })
            }
            Self::Residual(layers) => {
                let after = layers.iter().try_fold(input, |shape, layer| match layer {
                    Self::Embedding { .. } => Err(LayerError::Embedding),
                    layer => layer.output_shape(shape),
                })?;
                if after == input {
                    Ok(input)
                } else {
                    Err(LayerError::Residual { before: input, after })
                }
            }
            Self::Dropout { rate } if (0.0..1.0).contains(rate) => Ok(input),
            Self::Dropout { rate } => Err(LayerError::Rate { rate: *rate }),
            Self::Flatten => {
                let channels = length.checked_mul(channels).ok_or(LayerError::TooLarge)?;
                Ok(Shape { length: 1, channels })
            }
        }
    }

    /// The number of valid positions after this layer of a record with `valid` before it.
    ///
    /// A convolution without padding leaves at least one position of a record that is not empty,
    /// which then reads zeros behind its end.
    #[must_use]
    pub fn valid_length(&self, valid: usize) -> usize {
        match self {
            Self::Convolution(convolution) => {
                convolution.output_length(valid).max(usize::from(valid > 0))
            }
            Self::MaxPool { width } | Self::AveragePool { width } => valid.div_ceil(*width),
            Self::GlobalPool(_) | Self::Flatten => 1,
            Self::Embedding { .. }
            | Self::Position
            | Self::Linear { .. }
            | Self::Activation(_)
            | Self::LayerNorm
            | Self::Attention { .. }
            | Self::Recurrent { .. }
            | Self::Residual(_)
            | Self::Dropout { .. } => valid,
        }
    }
}

fn convolution_shape(convolution: &Convolution, length: usize) -> Result<Shape, LayerError> {
    let channels = positive("filters", convolution.filters)?;
    positive("width", convolution.width)?;
    positive("stride", convolution.stride)?;
    positive("dilation", convolution.dilation)?;
    let span = convolution.span();
    if span > u32::MAX as usize {
        return Err(LayerError::TooLarge);
    }
    match convolution.output_length(length) {
        0 => Err(LayerError::Span { span, length }),
        length => Ok(Shape { length, channels }),
    }
}

fn positive(what: &'static str, size: usize) -> Result<usize, LayerError> {
    if size == 0 { Err(LayerError::Zero { what }) } else { Ok(size) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_and_valid_lengths_of_convolutions() {
        let input = Shape { length: 9, channels: 4 };
        for (stride, dilation, padding, length) in [
            (1, 1, Padding::Same, 9),
            (2, 1, Padding::Same, 5),
            (1, 3, Padding::Same, 9),
            (1, 1, Padding::Valid, 7),
            (2, 1, Padding::Valid, 4),
            (2, 3, Padding::Valid, 2),
        ] {
            let layer =
                Layer::Convolution(Convolution { filters: 2, width: 3, stride, dilation, padding });
            assert_eq!(layer.output_shape(input), Ok(Shape { length, channels: 2 }));
            assert_eq!(layer.valid_length(9), length);
            assert_eq!(layer.valid_length(0), 0);
            assert_eq!(layer.valid_length(1), 1);
        }
    }

    #[test]
    fn layers_that_do_not_fit_are_errors() {
        let input = Shape { length: 4, channels: 6 };
        let wide = Convolution { padding: Padding::Valid, ..Convolution::same(2, 5) };
        assert_eq!(
            Layer::Convolution(wide).output_shape(input),
            Err(LayerError::Span { span: 5, length: 4 })
        );
        assert_eq!(
            Layer::Attention { heads: 4, rotary: false }.output_shape(input),
            Err(LayerError::Heads { channels: 6, heads: 4 })
        );
        assert_eq!(
            Layer::Attention { heads: 2, rotary: true }.output_shape(input),
            Err(LayerError::Rotary { width: 3 })
        );
        assert_eq!(Layer::Attention { heads: 3, rotary: true }.output_shape(input), Ok(input));
        assert_eq!(
            Layer::MaxPool { width: 0 }.output_shape(input),
            Err(LayerError::Zero { what: "pool width" })
        );
        assert!(Layer::Dropout { rate: f32::NAN }.output_shape(input).is_err());
        for cell in [Cell::Gru, Cell::Lstm] {
            let recurrent = |units| Layer::Recurrent { cell, units }.output_shape(input);
            assert_eq!(recurrent(5), Ok(Shape { length: 4, channels: 10 }));
            assert_eq!(recurrent(0), Err(LayerError::Zero { what: "units" }));
            assert_eq!(recurrent(usize::MAX), Err(LayerError::TooLarge));
        }
        assert!(Layer::Residual(vec![Layer::Linear { outputs: 3 }]).output_shape(input).is_err());
    }
}
