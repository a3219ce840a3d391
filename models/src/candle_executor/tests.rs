//! Gradients against finite differences, for every kind of layer and every architecture.
//!
//! The finite differences are those of candle's own forward operations in 64-bit floats. Both ways
//! back are held against them: candle's differentiation of the same operations (the way of a GPU),
//! and the operations written for the CPU in 32-bit floats. The fused executor is held equal to both,
//! value and gradient, with every kind of vector instructions that the processor has.

use candle_core::{DType, Device, Var};

use super::Tensors;
use crate::architecture::{
    self, Architecture, Conv, ConvHead, Hybrid, Logistic, Mlp, Positions, Recurrent, Residual,
    Transformer,
};
use crate::cpu::Cpu;
use crate::dropout::DropoutKey;
use crate::executor::Shard;
use crate::head::{CrossEntropy, Targets};
use crate::input::{Input, InputShape, InputValues};
use crate::layer::{Activation, Cell, Convolution, Layer, Padding, Pool};
use crate::network::Network;
use crate::random;
use crate::weights::Weights;

const CLASSES: usize = 3;
const RECORDS: usize = 5;

/// A batch of five records of different valid lengths.
struct Records {
    shape: InputShape,
    lengths: Vec<u32>,
    codes: Vec<u8>,
    ids: Vec<u32>,
    values: Vec<f32>,
    table: Vec<f32>,
}

impl Records {
    fn new(shape: InputShape) -> Self {
        let mut generator = random::generator(5, "records");
        let mut draw = |n: usize| (random::uniform(&mut generator) * n as f32) as u32;
        let (length, channels) = (shape.length(), shape.channels());
        let count = RECORDS * length;
        let longest = length as u32;
        let lengths = [longest, longest - longest / 3, 1, longest, longest / 2];
        let limit = match shape {
            InputShape::Symbols { symbols, .. } => symbols,
            InputShape::Tokens { vocabulary, .. } => vocabulary,
            InputShape::Dense { .. } => 1,
        };
        let codes = (0..count).map(|_| draw(limit.min(200)) as u8).collect();
        let ids = (0..count).map(|_| draw(limit)).collect();
        let values = (0..count * channels).map(|_| draw(1000) as f32 / 500.0 - 1.0).collect();
        let table = (0..limit * channels).map(|_| draw(1000) as f32 / 500.0 - 1.0).collect();
        Self { shape, lengths: lengths.map(|l| l.max(1)).to_vec(), codes, ids, values, table }
    }

    fn input(&self) -> Input<'_> {
        let values = match self.shape {
            InputShape::Symbols { channels, .. } => {
                InputValues::Symbols { codes: &self.codes, table: &self.table, channels }
            }
            InputShape::Tokens { vocabulary, .. } => {
                InputValues::Tokens { ids: &self.ids, vocabulary }
            }
            InputShape::Dense { channels, .. } => {
                InputValues::Dense { values: &self.values, channels }
            }
        };
        Input { n: RECORDS, length: self.shape.length(), lengths: &self.lengths, values }
    }
}

const TARGETS: Targets<'_> =
    Targets { labels: &[0, 2, 1, 2, 0], weights: &[1.0, 0.5, 2.0, 1.5, 1.0] };

/// Weights that no layer's first values leave at 0 or 1.
fn weights(network: &Network) -> Weights {
    let mut weights = Weights::initial(network, 11);
    let mut generator = random::generator(12, "noise");
    for value in weights.as_mut_slice() {
        *value += 0.4 * (random::uniform(&mut generator) - 0.5);
    }
    weights
}

fn tensors(weights: &Weights, dtype: DType) -> Tensors {
    Tensors::new(weights, &Device::Cpu, dtype, |t| Ok(Var::from_tensor(&t)?.into_inner())).unwrap()
}

/// The loss in 64-bit floats, from logits that candle's own operations give.
fn exact_loss(
    tensors: &Tensors,
    network: &Network,
    input: &Input<'_>,
    dropout: Option<DropoutKey>,
) -> f64 {
    let logits = tensors.forward(network, input, dropout, 0).unwrap();
    let logits: Vec<Vec<f64>> = logits.to_vec2().unwrap();
    let record = |(record, row): (usize, &Vec<f64>)| {
        let sum: f64 = row.iter().map(|logit| logit.exp()).sum();
        let label = TARGETS.labels[record] as usize;
        f64::from(TARGETS.weights[record]) * (sum.ln() - row[label])
    };
    logits.iter().enumerate().map(record).sum()
}

fn gradients(
    tensors: &Tensors,
    network: &Network,
    input: Input<'_>,
    key: Option<DropoutKey>,
) -> Vec<f32> {
    let count = tensors.ranges.last().map_or(0, |range| range.end);
    let mut gradients = vec![f32::NAN; count];
    let shard = Shard { first_record: 0, input, targets: TARGETS };
    let loss = CrossEntropy::default();
    tensors.loss_and_gradients(network, &shard, loss, key, &mut gradients).unwrap();
    gradients
}

/// Holds both ways back against finite differences, for at most 12 values of each weight.
fn check(network: &Network, dropout: Option<DropoutKey>) {
    let records = Records::new(network.input());
    let input = records.input();
    input.check(&network.input()).unwrap();
    let weights = weights(network);
    let exact = tensors(&weights, DType::F64);
    let by_candle = gradients(&exact, network, input, dropout);
    let by_kernels = gradients(&tensors(&weights, DType::F32), network, input, dropout);
    let largest = by_candle.iter().fold(0.0_f64, |m, &g| m.max(f64::from(g).abs()));
    assert!(largest > 1e-3, "a gradient that is zero proves nothing");
    for (index, range) in weights.ranges().iter().enumerate() {
        let name = &weights.parameters()[index].name;
        let mut moved = false;
        for position in range.clone().step_by(range.len().div_ceil(12)) {
            let at = |step: f64| {
                // Weights are moved in 64-bit floats: the step is far below those of 32-bit floats.
                let mut moved = tensors(&weights, DType::F64);
                let tensor = &moved.ordered[index];
                let mut values: Vec<f64> = tensor.flatten_all().unwrap().to_vec1().unwrap();
                values[position - range.start] += step;
                let shape = tensor.shape().clone();
                moved.ordered[index] =
                    candle_core::Tensor::from_vec(values, shape, &Device::Cpu).unwrap();
                exact_loss(&moved, network, &input, dropout)
            };
            let step = 1e-5;
            let difference = (at(step) - at(-step)) / (2.0 * step);
            let scale = largest.max(1.0);
            let candle = (f64::from(by_candle[position]) - difference).abs() / scale;
            let kernels = (f64::from(by_kernels[position]) - difference).abs() / scale;
            assert!(
                candle < 1e-6,
                "candle: {name}[{}] off by {candle} of {difference}",
                position - range.start
            );
            assert!(
                kernels < 1e-5,
                "kernels: {name}[{}] off by {kernels} of {difference}",
                position - range.start
            );
            moved |= difference.abs() > 1e-9;
        }
        assert!(moved, "{name} has no influence: its gradient is not tested");
    }
    check_fused(network, &weights, &input, dropout, &exact, &by_candle);
    for (position, (kernels, candle)) in by_kernels.iter().zip(&by_candle).enumerate() {
        let error = f64::from((kernels - candle).abs()) / largest.max(1.0);
        assert!(error < 1e-5, "{position}: {kernels} and {candle}");
    }
}

/// Holds the fused executor equal to candle: logits, loss and every gradient.
fn check_fused(
    network: &Network,
    weights: &Weights,
    input: &Input<'_>,
    dropout: Option<DropoutKey>,
    exact: &Tensors,
    by_candle: &[f32],
) {
    let total = TARGETS.total_weight();
    let largest = by_candle.iter().fold(0.0_f32, |m, &g| m.max(g.abs()));
    let expected = exact.logits(network, input).unwrap();
    let greatest = expected.iter().fold(1.0_f32, |m, &logit| m.max(logit.abs()));
    for cpu in Cpu::all() {
        // The second time, buffers hold what the first time left there.
        for _ in 0..2 {
            let logits = cpu.logits(network, weights, input).unwrap();
            for (found, expected) in logits.iter().zip(&expected) {
                let error = (found - expected).abs();
                assert!(error < 1e-5 * greatest, "{cpu:?}: {found} {expected}");
            }
            let mut gradients = vec![f32::NAN; by_candle.len()];
            let loss = CrossEntropy::default();
            let loss = cpu
                .loss_and_gradients(
                    network,
                    weights,
                    input,
                    &TARGETS,
                    &loss,
                    dropout,
                    &mut gradients,
                )
                .unwrap();
            let exact = exact_loss(exact, network, input, dropout) / total;
            assert!((loss - exact).abs() < 1e-5 * exact.abs().max(1.0), "{loss} {exact}");
            for (index, range) in weights.ranges().iter().enumerate() {
                let name = &weights.parameters()[index].name;
                for position in range.clone() {
                    let candle = by_candle[position];
                    let found = gradients[position] * total as f32;
                    let error = (found - candle).abs();
                    let at = position - range.start;
                    assert!(
                        error < 1e-5 * largest.max(1.0),
                        "{:?}: {name}[{at}] is {found}, not {candle}: {network:?}",
                        cpu.path()
                    );
                }
            }
        }
    }
}

fn symbols(length: usize) -> InputShape {
    InputShape::Symbols { length, symbols: 5, channels: 4 }
}

fn dense(length: usize, channels: usize) -> InputShape {
    InputShape::Dense { length, channels }
}

const TOKENS: InputShape = InputShape::Tokens { length: 7, vocabulary: 9 };

/// A network of some layers, a global pool and a linear layer.
fn network(input: InputShape, mut layers: Vec<Layer>, pool: Pool) -> Network {
    layers.extend([Layer::GlobalPool(pool), Layer::Linear { outputs: CLASSES }]);
    Network::new(input, layers, CLASSES).unwrap()
}

#[test]
fn every_architecture_has_the_right_gradients() {
    let conv = |activation, global_pool| {
        let filters = vec![5, 6];
        Architecture::Conv(Conv {
            filters,
            width: 4,
            pool: 3,
            activation,
            global_pool,
            dropout: 0.3,
            ..Conv::default()
        })
    };
    let positions = |pool, hidden| {
        let (head, filters) = (ConvHead::Positions, vec![5, 6]);
        Architecture::Conv(Conv { filters, width: 4, pool, head, hidden, ..Conv::default() })
    };
    let transformer =
        Architecture::Transformer(Transformer { width: 8, heads: 2, ..Transformer::default() });
    let rotary = Architecture::Transformer(Transformer {
        width: 12,
        heads: 2,
        positions: Positions::Rotary,
        ..Transformer::default()
    });
    let mlp = |activation| Architecture::Mlp(Mlp { hidden: vec![6, 5], activation, dropout: 0.2 });
    let residual = |pool, activation| {
        let small = Residual { filters: 4, stem_width: 5, blocks: 3, ..Residual::default() };
        Architecture::Residual(Residual { pool, activation, ..small })
    };
    let hybrid = Architecture::Hybrid(Hybrid {
        filters: 6,
        width: 4,
        pool: 3,
        heads: 2,
        ..Hybrid::default()
    });
    let recurrent = |cell, filters, layers| {
        let small = Recurrent { units: 5, embedding: 3, width: 4, pool: 2, ..Recurrent::default() };
        Architecture::Recurrent(Recurrent { cell, layers, filters, ..small })
    };
    let cases = [
        (Architecture::Logistic(Logistic {}), dense(1, 17)),
        (Architecture::Logistic(Logistic {}), symbols(9)),
        (mlp(Activation::Relu), dense(1, 17)),
        (mlp(Activation::Gelu), symbols(5)),
        (conv(Activation::Relu, Pool::Max), symbols(23)),
        (conv(Activation::Gelu, Pool::Average), dense(17, 3)),
        (positions(3, 0), symbols(13)),
        (positions(1, 7), dense(11, 3)),
        (transformer.clone(), TOKENS),
        (transformer.clone(), symbols(7)),
        (transformer, dense(7, 3)),
        (rotary.clone(), TOKENS),
        (rotary, symbols(7)),
        (residual(2, Activation::Relu), symbols(23)),
        (residual(1, Activation::Gelu), dense(17, 3)),
        (hybrid.clone(), symbols(23)),
        (hybrid, dense(17, 3)),
        (recurrent(Cell::Gru, 4, 1), symbols(13)),
        (recurrent(Cell::Lstm, 0, 2), symbols(7)),
        (recurrent(Cell::Lstm, 4, 1), TOKENS),
        (recurrent(Cell::Gru, 0, 2), TOKENS),
        (recurrent(Cell::Gru, 0, 1), dense(9, 3)),
    ];
    for (architecture, input) in cases {
        let network = architecture::build(&architecture, input, CLASSES).unwrap();
        check(&network, None);
        check(&network, Some(DropoutKey { seed: 3, step: 4 }));
    }
}

#[test]
fn every_convolution_has_the_right_gradients() {
    for padding in [Padding::Same, Padding::Valid] {
        for (width, stride, dilation) in
            [(1, 1, 1), (3, 1, 1), (4, 1, 1), (3, 2, 1), (2, 3, 1), (3, 1, 2), (4, 2, 3), (1, 2, 1)]
        {
            let convolution = |filters| {
                Layer::Convolution(Convolution { filters, width, stride, dilation, padding })
            };
            let relu = Layer::Activation(Activation::Relu);
            let plain = vec![convolution(6), convolution(5)];
            check(&network(symbols(37), plain, Pool::Average), None);
            let pooled = vec![
                convolution(6),
                relu.clone(),
                Layer::MaxPool { width: 4 },
                convolution(5),
                Layer::MaxPool { width: 2 },
            ];
            let length = if padding == Padding::Same { 37 } else { 101 };
            check(&network(symbols(length), pooled, Pool::Average), None);
            let rectified = vec![convolution(6), relu, Layer::AveragePool { width: 3 }];
            check(&network(dense(37, 3), rectified, Pool::Max), None);
        }
    }
}

#[test]
fn every_other_layer_has_the_right_gradients() {
    let linear = |outputs| Layer::Linear { outputs };
    let gelu = Layer::Activation(Activation::Gelu);
    let relu = Layer::Activation(Activation::Relu);
    let lists = [
        vec![linear(5), Layer::LayerNorm],
        vec![linear(5), Layer::MaxPool { width: 4 }, Layer::LayerNorm],
        vec![linear(5), gelu.clone(), Layer::MaxPool { width: 1 }, Layer::AveragePool { width: 4 }],
        vec![
            linear(6),
            Layer::Position,
            Layer::Attention { heads: 3, rotary: false },
            Layer::Dropout { rate: 0.5 },
        ],
        vec![
            linear(6),
            Layer::Residual(vec![Layer::Attention { heads: 1, rotary: false }, relu.clone()]),
        ],
        vec![
            linear(6),
            Layer::Residual(vec![
                Layer::LayerNorm,
                Layer::Residual(vec![linear(6), gelu, Layer::Position]),
                Layer::Convolution(Convolution::same(6, 3)),
            ]),
            relu,
            Layer::Flatten,
            linear(4),
        ],
        vec![Layer::LayerNorm, linear(4)],
        vec![Layer::Attention { heads: 2, rotary: false }, Layer::Position],
        vec![Layer::Attention { heads: 2, rotary: true }],
        vec![linear(36), Layer::Attention { heads: 1, rotary: true }],
        // Units below, at and above the sixteen of a vector.
        vec![Layer::Recurrent { cell: Cell::Gru, units: 3 }, Layer::LayerNorm],
        vec![Layer::Recurrent { cell: Cell::Lstm, units: 3 }, Layer::LayerNorm],
        vec![Layer::Recurrent { cell: Cell::Gru, units: 16 }],
        vec![linear(4), Layer::Recurrent { cell: Cell::Lstm, units: 18 }],
        vec![
            linear(6),
            Layer::Residual(vec![Layer::LayerNorm, Layer::Recurrent { cell: Cell::Gru, units: 3 }]),
            Layer::AveragePool { width: 3 },
            Layer::Recurrent { cell: Cell::Lstm, units: 2 },
        ],
    ];
    for layers in lists {
        for pool in [Pool::Max, Pool::Average] {
            let network = network(dense(11, 4), layers.clone(), pool);
            check(&network, Some(DropoutKey { seed: 8, step: 0 }));
        }
    }
    // So long that the shares are not kept for the way back.
    let long = vec![linear(4), Layer::Attention { heads: 2, rotary: false }];
    check(&network(dense(270, 3), long, Pool::Average), None);
    let embedded = vec![Layer::Embedding { width: 4 }, Layer::MaxPool { width: 2 }];
    check(&network(TOKENS, embedded, Pool::Average), None);
}

#[test]
fn a_record_gives_the_same_logits_however_far_it_is_padded() {
    let conv = Conv { filters: vec![5, 6], width: 5, pool: 4, ..Conv::default() };
    let strided = Convolution { stride: 2, dilation: 2, ..Convolution::same(6, 4) };
    let lists = [
        architecture::build(&Architecture::Conv(conv), symbols(30), CLASSES).unwrap(),
        network(
            symbols(30),
            vec![
                Layer::Convolution(strided),
                Layer::LayerNorm,
                Layer::Attention { heads: 2, rotary: false },
                Layer::Attention { heads: 1, rotary: true },
                Layer::AveragePool { width: 3 },
            ],
            Pool::Average,
        ),
    ];
    let recurrent = |cell| {
        let layers = vec![Layer::Recurrent { cell, units: 5 }, Layer::Recurrent { cell, units: 3 }];
        network(symbols(30), layers, Pool::Average)
    };
    for long in lists.into_iter().chain([recurrent(Cell::Gru), recurrent(Cell::Lstm)]) {
        let short = Network::new(symbols(13), long.layers().to_vec(), CLASSES).unwrap();
        let weights = weights(&long);
        let records = Records::new(symbols(30));
        let lengths = [13, 5, 1, 9, 13];
        let input = Input { lengths: &lengths, ..records.input() };
        let codes: Vec<u8> = records.codes.chunks(30).flat_map(|row| &row[..13]).copied().collect();
        let values = InputValues::Symbols { codes: &codes, table: &records.table, channels: 4 };
        let cut = Input { length: 13, values, ..input };
        for dtype in [DType::F32, DType::F64] {
            let tensors = tensors(&weights, dtype);
            let padded = tensors.logits(&long, &input).unwrap();
            let cut = tensors.logits(&short, &cut).unwrap();
            for (padded, cut) in padded.iter().zip(&cut) {
                assert!((padded - cut).abs() < 1e-5, "{padded} {cut}");
            }
        }
        let cpu = Cpu::default();
        let padded = cpu.logits(&long, &weights, &input).unwrap();
        assert_eq!(padded, cpu.logits(&short, &weights, &cut).unwrap());
    }
}

#[test]
fn an_empty_record_gets_the_bias() {
    let conv = Architecture::Conv(Conv { filters: vec![4], width: 3, ..Conv::default() });
    let recurrent =
        Architecture::Recurrent(Recurrent { units: 4, filters: 0, ..Recurrent::default() });
    for (architecture, bias) in [(conv, "layers.4.bias"), (recurrent, "layers.3.bias")] {
        let network = architecture::build(&architecture, symbols(12), CLASSES).unwrap();
        let weights = weights(&network);
        let records = Records::new(symbols(12));
        let input = Input { lengths: &[0; RECORDS], ..records.input() };
        let logits = |dtype| tensors(&weights, dtype).logits(&network, &input).unwrap();
        let fused = Cpu::default().logits(&network, &weights, &input).unwrap();
        for logits in [logits(DType::F32), logits(DType::F64), fused] {
            let bias = weights.get(bias).unwrap();
            for row in logits.chunks(CLASSES) {
                assert!(row.iter().zip(bias).all(|(logit, bias)| (logit - bias).abs() < 1e-6));
            }
        }
    }
}

#[test]
fn a_record_without_a_position_leaves_attention_finite_and_the_others_as_they_are() {
    let transformer =
        Architecture::Transformer(Transformer { width: 8, heads: 2, ..Transformer::default() });
    let small = Hybrid { filters: 6, width: 4, pool: 3, heads: 2, ..Hybrid::default() };
    let cases = [
        (transformer.clone(), TOKENS),
        (transformer, symbols(7)),
        (Architecture::Hybrid(small), symbols(23)),
    ];
    for (architecture, shape) in cases {
        let network = architecture::build(&architecture, shape, CLASSES).unwrap();
        let (weights, records, cpu) = (weights(&network), Records::new(shape), Cpu::default());
        let longest = records.lengths[0];
        let logits = |lengths: &[u32]| {
            let input = Input { lengths, ..records.input() };
            cpu.logits(&network, &weights, &input).unwrap()
        };
        let (some, empty) = ([longest, 1, longest, 1, 2], [longest, 0, longest, 0, 2]);
        let (some, found) = (logits(&some), logits(&empty));
        assert!(found.iter().all(|logit| logit.is_finite()), "{architecture:?}: {found:?}");
        for record in [0, 2, 4] {
            let row = record * CLASSES..(record + 1) * CLASSES;
            assert_eq!(found[row.clone()], some[row], "{architecture:?}");
        }
        let input = Input { lengths: &empty, ..records.input() };
        let mut gradients = vec![f32::NAN; weights.as_slice().len()];
        let loss = CrossEntropy::default();
        cpu.loss_and_gradients(&network, &weights, &input, &TARGETS, &loss, None, &mut gradients)
            .unwrap();
        assert!(gradients.iter().all(|slope| slope.is_finite()), "{architecture:?}");
    }
}

#[test]
fn the_second_direction_begins_at_the_last_valid_position() {
    // A record read backwards gives the states of each direction where the other had them.
    let (units, length) = (3, 6);
    for cell in [Cell::Gru, Cell::Lstm] {
        let layers = vec![
            Layer::Recurrent { cell, units },
            Layer::Flatten,
            Layer::Linear { outputs: 2 * units * length },
        ];
        let shape = dense(length, 2);
        let network = Network::new(shape, layers, 2 * units * length).unwrap();
        let mut weights = weights(&network);
        let names: Vec<String> = weights.parameters().iter().map(|p| p.name.clone()).collect();
        let ranges = weights.ranges().to_vec();
        for (name, range) in names.iter().zip(ranges) {
            let values = &mut weights.as_mut_slice()[range.clone()];
            let half = values.len() / 2;
            match name.as_str() {
                // The same weights for both directions.
                "layers.0.input.weight" => {
                    for row in values.chunks_mut(2 * cell.gates() * units) {
                        row.copy_within(..cell.gates() * units, cell.gates() * units);
                    }
                }
                "layers.2.weight" => {
                    values.fill(0.0);
                    values.iter_mut().step_by(2 * units * length + 1).for_each(|v| *v = 1.0);
                }
                "layers.2.bias" => values.fill(0.0),
                _ => values.copy_within(..half, half),
            }
        }
        let values: Vec<f32> = (0..length * 2).map(|i| (i as f32 * 1.7).sin()).collect();
        let valid = 4;
        let mut turned: Vec<f32> = values[..2 * valid].chunks(2).rev().flatten().copied().collect();
        turned.resize(2 * length, 9.0);
        let states = |values: &[f32], dtype: Option<DType>| {
            let lengths = [valid as u32];
            let values = InputValues::Dense { values, channels: 2 };
            let input = Input { n: 1, length, lengths: &lengths, values };
            match dtype {
                Some(dtype) => tensors(&weights, dtype).logits(&network, &input).unwrap(),
                None => Cpu::default().logits(&network, &weights, &input).unwrap(),
            }
        };
        for dtype in [None, Some(DType::F32), Some(DType::F64)] {
            let (straight, back) = (states(&values, dtype), states(&turned, dtype));
            for position in 0..length {
                let other = if position < valid { valid - 1 - position } else { position };
                for unit in 0..units {
                    let first = straight[position * 2 * units + unit];
                    let second = back[other * 2 * units + units + unit];
                    assert!((first - second).abs() < 1e-6, "{cell:?} {position} {unit}");
                    assert_eq!(first == 0.0, position >= valid, "{cell:?} {position} {unit}");
                }
            }
        }
    }
}

/// Holds the gradient of numbers, and of symbols seen as numbers, against finite differences.
fn check_input(architecture: &Architecture, shape: InputShape) {
    let dense = InputShape::Dense { length: shape.length(), channels: shape.channels() };
    let network = architecture::build(architecture, shape, CLASSES).unwrap();
    let weights = weights(&network);
    let mut records = Records::new(dense);
    let classes = [0, 2, 1, 2, 0];
    let executor = crate::executor::Executor::on(Device::Cpu);
    let gradients = |records: &Records| {
        executor.input_gradients(&network, &weights, &records.input(), &classes).unwrap().1
    };
    let found = gradients(&records);
    let largest = found.iter().fold(0.0_f32, |most, g| most.max(g.abs()));
    assert!(largest > 1e-3, "a gradient that is zero proves nothing");
    let exact = tensors(&weights, DType::F64);
    let logit = |records: &Records, record: usize| {
        let logits = exact.forward(&network, &records.input(), None, 0).unwrap();
        logits.to_vec2::<f64>().unwrap()[record][classes[record]]
    };
    let row = shape.length() * shape.channels();
    for at in (0..found.len()).step_by(found.len().div_ceil(60)) {
        let (record, before) = (at / row, records.values[at]);
        let [mut difference, mut step] = [0.0, 0.0];
        for sign in [1.0, -1.0] {
            records.values[at] = before + sign * 1e-4;
            difference += f64::from(sign) * logit(&records, record);
            step += f64::from(sign * records.values[at]);
        }
        records.values[at] = before;
        let error = (f64::from(found[at]) - difference / step).abs() / f64::from(largest);
        assert!(error < 1e-3, "{at}: {} and {}", found[at], difference / step);
    }
    // Beyond the valid length nothing counts.
    let padding = &found[row + records.lengths[1] as usize * shape.channels()..2 * row];
    assert!(!padding.is_empty() && padding.iter().all(|gradient| *gradient == 0.0));
}

#[test]
fn gradients_of_the_input_are_those_of_finite_differences() {
    let symbols = InputShape::Symbols { length: 24, symbols: 16, channels: 4 };
    let numbers = InputShape::Dense { length: 24, channels: 3 };
    let conv = Conv { filters: vec![6, 5], width: 5, pool: 2, ..Conv::default() };
    let transformer = Transformer { width: 8, heads: 2, layers: 1, ..Transformer::default() };
    let recurrent = Recurrent { units: 4, filters: 0, ..Recurrent::default() };
    for shape in [symbols, numbers] {
        check_input(&Architecture::Conv(conv.clone()), shape);
        check_input(&Architecture::Logistic(Logistic {}), shape);
        check_input(&Architecture::Transformer(transformer.clone()), shape);
        check_input(&Architecture::Recurrent(recurrent.clone()), shape);
    }
}

#[test]
fn tokens_have_no_gradient_of_their_input() {
    let shape = InputShape::Tokens { length: 9, vocabulary: 12 };
    let architecture = Architecture::Transformer(Transformer::default());
    let network = architecture::build(&architecture, shape, CLASSES).unwrap();
    let (records, weights) = (Records::new(shape), weights(&network));
    let executor = crate::executor::Executor::on(Device::Cpu);
    let found = executor.input_gradients(&network, &weights, &records.input(), &[0; RECORDS]);
    assert!(found.unwrap_err().to_string().contains("the network takes"));
}

/// The records of a layer as rows of `length` positions, with zeros beyond the valid ones.
fn padded(values: &crate::executor::LayerValues, length: usize) -> Vec<f32> {
    let mut rows = vec![0.0; values.lengths.len() * length * values.channels];
    let mut start = 0;
    for (row, valid) in rows.chunks_mut(length * values.channels).zip(&values.lengths) {
        let size = valid * values.channels;
        row[..size].copy_from_slice(&values.values[start..start + size]);
        start += size;
    }
    rows
}

/// Splits a network after `layers` layers: what the first ones give is what the fused executor finds
/// there, and the gradient with respect to it is that of finite differences of the others.
fn check_inner(network: &Network, layers: usize) {
    let records = Records::new(network.input());
    let weights = weights(network);
    let classes = [0, 2, 1, 2, 0];
    let executor = crate::executor::Executor::on(Device::Cpu);
    let [reached, slopes] =
        executor.inner_gradients(network, &weights, layers, &records.input(), &classes).unwrap();
    let (head, rest) = network.layers().split_at(layers);

    let greatest = [head, &[Layer::GlobalPool(Pool::Max)][..]].concat();
    let head = Network::new(network.input(), greatest, reached.channels).unwrap();
    let mut own = Weights::zeros(&head);
    let first = own.len();
    own.as_mut_slice().copy_from_slice(&weights.as_slice()[..first]);
    let expected = executor.logits(&head, &own, &records.input()).unwrap();
    let mut start = 0;
    for (valid, row) in reached.lengths.iter().zip(expected.chunks(reached.channels)) {
        let end = start + valid * reached.channels;
        for (channel, expected) in row.iter().enumerate() {
            let values = reached.values[start..end].chunks(reached.channels).map(|v| v[channel]);
            let most = values.fold(f32::NEG_INFINITY, f32::max);
            assert!((most - expected).abs() < 1e-4, "{most} {expected}");
        }
        start = end;
    }

    let length = *reached.lengths.iter().max().unwrap();
    let shape = InputShape::Dense { length, channels: reached.channels };
    let tail = Network::new(shape, rest.to_vec(), CLASSES).unwrap();
    let mut own = Weights::zeros(&tail);
    own.as_mut_slice().copy_from_slice(&weights.as_slice()[first..]);
    let exact = tensors(&own, DType::F64);
    let lengths: Vec<u32> = reached.lengths.iter().map(|&valid| valid as u32).collect();
    let (mut values, slopes) = (padded(&reached, length), padded(&slopes, length));
    let largest = slopes.iter().fold(0.0_f32, |most, slope| most.max(slope.abs()));
    assert!(largest > 1e-3, "a gradient that is zero proves nothing");
    // Zeros of a rectifier tie for the greatest of a pool, where there is no slope.
    let sloped: Vec<usize> = (0..values.len()).filter(|at| values[*at].abs() > 1e-3).collect();
    assert!(sloped.len() >= 30);
    for &at in sloped.iter().step_by(sloped.len().div_ceil(60)) {
        let (before, mut logits, mut step) = (values[at], 0.0, 0.0);
        let record = at / (length * reached.channels);
        for sign in [1.0_f32, -1.0] {
            values[at] = before + sign * 1e-4;
            step += f64::from(sign * values[at]);
            let dense = InputValues::Dense { values: &values, channels: reached.channels };
            let input = Input { n: RECORDS, length, lengths: &lengths, values: dense };
            let found = exact.forward(&tail, &input, None, 0).unwrap();
            logits += f64::from(sign) * found.to_vec2::<f64>().unwrap()[record][classes[record]];
        }
        values[at] = before;
        let error = (f64::from(slopes[at]) - logits / step).abs() / f64::from(largest);
        assert!(error < 1e-3, "{at}: {} and {}", slopes[at], logits / step);
    }
}

#[test]
fn inner_gradients_are_those_of_finite_differences() {
    let shape = InputShape::Dense { length: 24, channels: 3 };
    let conv = Conv { filters: vec![6, 5], width: 5, pool: 2, ..Conv::default() };
    for pool in [Pool::Max, Pool::Average] {
        let conv = Architecture::Conv(Conv { global_pool: pool, ..conv.clone() });
        let network = architecture::build(&conv, shape, CLASSES).unwrap();
        // After the first rectifier, before and after its pool, and after the last rectifier.
        for layers in [2, 3, 6] {
            check_inner(&network, layers);
        }
    }
    let residual = Architecture::Residual(Residual::default());
    let network = architecture::build(&residual, shape, CLASSES).unwrap();
    check_inner(&network, network.layers().len() - 3);
}

#[test]
fn activations_are_those_of_the_fused_executor() {
    let shape = InputShape::Symbols { length: 24, symbols: 16, channels: 4 };
    let conv = Conv { filters: vec![6, 5], width: 5, pool: 2, ..Conv::default() };
    let network = architecture::build(&Architecture::Conv(conv), shape, CLASSES).unwrap();
    let (records, weights) = (Records::new(shape), weights(&network));
    let executor = crate::executor::Executor::on(Device::Cpu);
    let found = executor.activations(&network, &weights, &records.input()).unwrap();
    let names: Vec<&str> = found.iter().map(|layer| layer.layer.as_str()).collect();
    assert_eq!(names, ["layers.1", "layers.5", "logits"]);
    // A rectifier before its pool, at every valid position.
    assert_eq!(found[0].lengths, [24, 16, 1, 24, 12]);
    assert_eq!(found[1].lengths, [12, 8, 1, 12, 6]);
    assert!(found[..2].iter().all(|layer| layer.values.iter().all(|value| *value >= 0.0)));
    let logits = executor.logits(&network, &weights, &records.input()).unwrap();
    assert_eq!(found[2].values.len(), logits.len());
    let close = |(a, b): (&f32, &f32)| (a - b).abs() < 1e-4;
    assert!(found[2].values.iter().zip(&logits).all(close));
    for (layer, layers) in [(&found[0], 2), (&found[1], 6)] {
        let head = [&network.layers()[..layers], &[Layer::GlobalPool(Pool::Average)]].concat();
        let head = Network::new(shape, head, layer.channels).unwrap();
        let mut own = Weights::zeros(&head);
        let first = own.len();
        own.as_mut_slice().copy_from_slice(&weights.as_slice()[..first]);
        let means = executor.logits(&head, &own, &records.input()).unwrap();
        let mut start = 0;
        for (valid, row) in layer.lengths.iter().zip(means.chunks(layer.channels)) {
            let end = start + valid * layer.channels;
            for (channel, expected) in row.iter().enumerate() {
                let values = layer.values[start..end].chunks(layer.channels).map(|v| v[channel]);
                let mean = values.sum::<f32>() / *valid as f32;
                assert!((mean - expected).abs() < 1e-4, "{mean} {expected}");
            }
            start = end;
        }
    }
    // A branch's non-linearity is named by its way, and a network of one map has its logits alone.
    let names = |architecture: &Architecture| -> Vec<String> {
        let network = architecture::build(architecture, shape, CLASSES).unwrap();
        let weights = Weights::initial(&network, 3);
        let found = executor.activations(&network, &weights, &records.input()).unwrap();
        found.into_iter().map(|layer| layer.layer).collect()
    };
    assert_eq!(names(&Architecture::Logistic(Logistic {})), ["logits"]);
    let branches = names(&Architecture::Residual(Residual::default()));
    assert!(branches.iter().any(|name| name.matches('.').count() == 2), "{branches:?}");
}
