//! From layers to steps.

mod attention;
mod recurrent;

use super::map::{convolution_of, followers};
use super::{Buffer, Kind, Map, Plan, Slopes, Slot, Source, Step, Trained, WHOLE, padded};
use crate::input::InputShape;
use crate::layer::{Activation, Convolution, Layer, Pool};
use crate::network::Network;

/// From this width of a max-pool on, the slopes behind it are so few that a sum over the winners is
/// faster than a product with all positions.
const SPARSE_FROM: usize = 3;

/// Rows of a table of pairs of symbols, at most.
const PAIRS: usize = 1024;

pub(super) fn plan(network: &Network) -> Plan {
    let mut weights = Vec::new();
    let mut at = 0;
    for parameter in network.parameters() {
        weights.push(at);
        at += parameter.len();
    }
    let vocabulary = match network.input() {
        InputShape::Tokens { vocabulary, .. } => vocabulary,
        InputShape::Symbols { .. } | InputShape::Dense { .. } => 0,
    };
    let plan = Plan::default();
    let mut builder =
        Builder { plan, vocabulary, weights, next_weight: 0, trained: false, dropouts: 0 };
    let shape = network.input_shape();
    let input = builder.slot(shape.length, shape.channels);
    let symbols = match network.input() {
        InputShape::Symbols { symbols, .. } => Some(symbols),
        _ => None,
    };
    let looks_up = matches!(
        network.layers().first(),
        Some(Layer::Convolution(_) | Layer::Linear { .. } | Layer::Recurrent { .. })
    );
    builder.plan.length = shape.length;
    builder.plan.symbols = symbols.filter(|_| looks_up).unwrap_or(0);
    builder.plan.dense = builder.vocabulary == 0 && builder.plan.symbols == 0;
    if !builder.plan.dense {
        // The record's symbols or tokens are read instead.
        (builder.plan.values[0].rows, builder.plan.slopes[0].rows) = (0, 0);
    }
    builder.plan.output = builder.layers(network.layers(), input, shape.length);
    builder.plan
}

struct Builder {
    plan: Plan,
    /// Tokens known; 0 where the input is none.
    vocabulary: usize,
    /// Where each weight lies, in the order of [`Network::parameters`].
    weights: Vec<usize>,
    next_weight: usize,
    /// Whether a weight has been used.
    trained: bool,
    dropouts: usize,
}

impl Builder {
    fn values(&mut self, rows: usize, channels: usize) -> usize {
        self.plan.values.push(Buffer { rows, width: padded(channels), ..Buffer::default() });
        self.plan.values.len() - 1
    }

    fn slopes(&mut self, rows: usize, channels: usize) -> usize {
        self.plan.slopes.push(Buffer { rows, width: padded(channels), ..Buffer::default() });
        self.plan.slopes.len() - 1
    }

    fn add(&mut self, slot: Slot) -> usize {
        self.plan.slots.push(slot);
        self.plan.slots.len() - 1
    }

    /// A slot with buffers of its own.
    fn slot(&mut self, rows: usize, channels: usize) -> usize {
        let (values, slopes) = (self.values(rows, channels), self.slopes(rows, channels));
        self.add(Slot { values, slopes, channels })
    }

    /// A slot with values of its own and the slopes of another.
    fn same_slopes(&mut self, slot: usize, rows: usize) -> usize {
        let Slot { slopes, channels, .. } = self.plan.slots[slot];
        let values = self.values(rows, channels);
        self.add(Slot { values, slopes, channels })
    }

    fn own(&mut self, len: usize) -> usize {
        self.plan.own.push(len);
        self.plan.own.len() - 1
    }

    fn packed(&mut self, len: usize) -> usize {
        self.plan.packed += len;
        self.plan.packed - len
    }

    /// The next weight, with room for `sums` slopes.
    fn weight(&mut self, sums: usize) -> Trained {
        let at = self.weights[self.next_weight];
        self.next_weight += 1;
        self.plan.sums += sums;
        self.trained = true;
        Trained { at, sums: self.plan.sums - sums }
    }

    fn step(&mut self, kind: Kind, input: usize, output: usize, own: usize, back: bool) {
        self.plan.steps.push(Step { kind, input, output, back, own });
    }

    fn layers(&mut self, layers: &[Layer], mut slot: usize, mut length: usize) -> usize {
        let mut index = 0;
        while let Some(layer) = layers.get(index) {
            let mut taken = 1;
            if let Some(convolution) = convolution_of(layer) {
                let (relu, pool, followers) = followers(&layers[index + 1..]);
                slot = self.map(convolution, slot, length, relu, pool);
                taken += followers;
            } else {
                slot = self.layer(layer, slot, length);
            }
            for layer in &layers[index..index + taken] {
                // A network's layers have all been applied to their shapes.
                let channels = 1;
                let shape = crate::layer::Shape { length, channels };
                length = match layer {
                    Layer::Attention { .. } | Layer::Residual(_) => length,
                    layer => layer.output_shape(shape).map_or(length, |shape| shape.length),
                };
            }
            index += taken;
        }
        slot
    }

    fn layer(&mut self, layer: &Layer, input: usize, length: usize) -> usize {
        let channels = self.plan.slots[input].channels;
        let back = self.trained;
        match layer {
            Layer::Embedding { width } => {
                let output = self.slot(length, *width);
                let weight = self.weight(self.vocabulary * padded(*width));
                self.step(Kind::Embedding(weight), input, output, 0, false);
                output
            }
            Layer::Position => {
                let output = self.same_slopes(input, length);
                let weight = self.weight(length * padded(channels));
                self.step(Kind::Position(weight), input, output, 0, back);
                output
            }
            Layer::Activation(activation) => {
                let output = self.same_slopes(input, length);
                let kind = match activation {
                    Activation::Relu => Kind::Relu,
                    Activation::Gelu => Kind::Gelu,
                };
                self.step(kind, input, output, 0, back);
                output
            }
            Layer::MaxPool { width } => self.max_pool(input, length, *width),
            Layer::GlobalPool(Pool::Max) => self.max_pool(input, length, WHOLE),
            Layer::AveragePool { width } => self.average_pool(input, length, *width),
            Layer::GlobalPool(Pool::Average) => self.average_pool(input, length, WHOLE),
            Layer::LayerNorm => {
                let output = self.slot(length, channels);
                let packed = self.packed(2 * padded(channels));
                let (weight, bias) = (self.weight(padded(channels)), self.weight(padded(channels)));
                let own = self.own(length * (padded(channels) + 1));
                self.step(Kind::LayerNorm { weight, bias, packed }, input, output, own, back);
                output
            }
            Layer::Attention { heads, rotary } => self.attention(*heads, *rotary, input, length),
            Layer::Recurrent { cell, units } => self.recurrent(*cell, *units, input, length),
            Layer::Residual(layers) => {
                let slopes = self.slopes(length, channels);
                let Slot { values, .. } = self.plan.slots[input];
                let branch = self.add(Slot { values, slopes, channels });
                self.step(Kind::Fork, input, branch, 0, back);
                let branch = self.layers(layers, branch, length);
                let output = self.same_slopes(input, length);
                self.step(Kind::Join { skip: input }, branch, output, 0, self.trained);
                output
            }
            Layer::Dropout { rate } => {
                let number = self.dropouts;
                self.dropouts += 1;
                if *rate == 0.0 {
                    return input;
                }
                let output = self.same_slopes(input, length);
                let own = self.own(length * channels);
                self.step(Kind::Dropout { rate: *rate, number }, input, output, own, back);
                output
            }
            Layer::Flatten => {
                let output = self.slot(1, length * channels);
                self.step(Kind::Flatten, input, output, 0, back);
                output
            }
            // `convolution_of` took these two.
            Layer::Convolution(_) | Layer::Linear { .. } => input,
        }
    }

    fn max_pool(&mut self, input: usize, length: usize, width: usize) -> usize {
        let channels = self.plan.slots[input].channels;
        let rows = if width == WHOLE { 1 } else { length.div_ceil(width) };
        let output = self.slot(rows, channels);
        let own = self.own(rows * padded(channels));
        self.step(Kind::MaxPool { width }, input, output, own, self.trained);
        output
    }

    fn average_pool(&mut self, input: usize, length: usize, width: usize) -> usize {
        let channels = self.plan.slots[input].channels;
        let rows = if width == WHOLE { 1 } else { length.div_ceil(width) };
        let output = self.slot(rows, channels);
        self.step(Kind::AveragePool { width }, input, output, 0, self.trained);
        output
    }

    fn map(
        &mut self,
        convolution: Convolution,
        input: usize,
        length: usize,
        relu: bool,
        pool: usize,
    ) -> usize {
        let back = self.trained;
        let symbols = self.plan.symbols;
        let first = self.plan.steps.is_empty() && symbols > 0;
        let source = if first {
            Source::Symbols { group: if (symbols + 1).pow(2) <= PAIRS { 2 } else { 1 } }
        } else {
            Source::Values
        };
        let slopes = match source {
            Source::Symbols { .. } => Slopes::Table,
            Source::Values if pool >= SPARSE_FROM => Slopes::Sparse,
            Source::Values => Slopes::Dense,
        };
        let channels = self.plan.slots[input].channels;
        let none = Trained { at: 0, sums: 0 };
        let mut map = Map {
            convolution,
            channels,
            source,
            relu,
            pool,
            slopes,
            weight: none,
            bias: none,
            packed: [0; 3],
        };
        map.weight = self.weight(map.sums(symbols));
        map.bias = self.weight(map.width());
        map.packed = map.packed_sizes(symbols, back).map(|size| self.packed(size));
        let rows = map.pooled_rows(length);
        let output = self.slot(rows, convolution.filters);
        let around = convolution.span() - 1;
        if source == Source::Values {
            let Slot { values, slopes, .. } = self.plan.slots[input];
            self.plan.values[values].widen(convolution.left(), around);
            self.plan.slopes[slopes].widen(convolution.left(), around);
        }
        if pool == 1 {
            let slopes = self.plan.slots[output].slopes;
            self.plan.slopes[slopes].widen(around, around);
        }
        let own = if pool == 1 { 0 } else { self.own(rows * map.width()) };
        self.step(Kind::Map(Box::new(map)), input, output, own, back);
        output
    }
}
