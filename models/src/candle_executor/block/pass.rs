//! The two passes of a block over flat buffers, record by record.

use super::Block;
use super::pool;
use crate::candle_executor::matrix::{Matrix, multiply};
use crate::layer::Layer;
use crate::wide::wide;

/// Sizes of a block's buffers.
pub(super) struct Sizes {
    /// Positions and channels of the input.
    length: usize,
    channels: usize,
    /// Positions of the output.
    pub(super) pooled_length: usize,
    /// Valid positions of each record: of the input, and after the convolution.
    records: Vec<(usize, usize)>,
}

impl Sizes {
    pub(super) fn new(block: &Block, n: usize, length: usize, channels: usize) -> Self {
        let convolution = block.convolution;
        let layer = Layer::Convolution(convolution);
        let pointwise = convolution.width == 1 && convolution.stride == 1 && block.pool <= 1;
        if pointwise && block.valid.is_full() {
            // Nothing separates the records: one product over all positions.
            let all = n * length;
            return Self {
                length: all,
                channels,
                pooled_length: length,
                records: vec![(all, all)],
            };
        }
        let records =
            block.valid.lengths().iter().map(|&valid| (valid, layer.valid_length(valid))).collect();
        let pooled_length = convolution.output_length(length).div_ceil(block.pool);
        Self { length, channels, pooled_length, records }
    }

    /// Positions between the starts of two records in the output.
    fn output_stride(&self, n: usize) -> usize {
        self.pooled_length * n / self.records.len().max(1)
    }
}

/// What the backward pass reads.
pub(super) struct Backward<'a> {
    pub(super) values: &'a [f32],
    pub(super) weight: &'a [f32],
    pub(super) result: &'a [f32],
    pub(super) gradient: &'a [f32],
    pub(super) winners: &'a [u32],
}

/// What the backward pass finds.
pub(super) struct Gradients {
    pub(super) values: Option<Vec<f32>>,
    pub(super) weight: Vec<f32>,
    pub(super) bias: Vec<f32>,
}

/// The output (N, L', F), and the winners of the pool where there is one.
pub(super) fn forward(
    block: &Block,
    sizes: &Sizes,
    values: &[f32],
    weight: &[f32],
    bias: &[f32],
) -> (Vec<f32>, Vec<u32>) {
    let (n, filters) = (block.valid.lengths().len(), block.convolution.filters);
    let stride = sizes.output_stride(n) * filters;
    let mut out = vec![0.0; n * sizes.pooled_length * filters];
    let pooled = block.pool > 1;
    let mut winners = vec![pool::NONE; if pooled { out.len() } else { 0 }];
    let mut windows = Vec::new();
    let mut dense = Vec::new();
    for (record, &(valid, outputs)) in sizes.records.iter().enumerate() {
        let input = &values[record * sizes.length * sizes.channels..][..valid * sizes.channels];
        let input = padded(block, sizes.channels, input, outputs, &mut windows);
        let out = &mut out[record * stride..][..stride];
        if pooled {
            dense.resize(outputs * filters, 0.0);
            convolve(block, sizes.channels, input, weight, bias, &mut dense);
            let winners = &mut winners[record * stride..][..stride];
            pool::forward(&dense, filters, block.pool, block.relu, out, winners);
        } else {
            let out = &mut out[..outputs * filters];
            convolve(block, sizes.channels, input, weight, bias, out);
            if block.relu {
                for value in out.iter_mut() {
                    *value = value.max(0.0);
                }
            }
        }
    }
    (out, winners)
}

/// The gradients of the input where asked for, the weight and the bias.
pub(super) fn backward(block: &Block, sizes: &Sizes, from: &Backward<'_>) -> Gradients {
    let (n, filters) = (block.valid.lengths().len(), block.convolution.filters);
    let channels = sizes.channels;
    let stride = sizes.output_stride(n) * filters;
    let mut weight = vec![0.0; from.weight.len()];
    let mut bias = vec![0.0; filters];
    let mut values = block.input_gradient.then(|| vec![0.0; from.values.len()]);
    let (mut windows, mut dense, mut padded_gradient) = (Vec::new(), Vec::new(), Vec::new());
    for (record, &(valid, outputs)) in sizes.records.iter().enumerate() {
        let at = record * sizes.length * channels;
        let input = &from.values[at..][..valid * channels];
        let input = padded(block, channels, input, outputs, &mut windows);
        let range = record * stride..(record + 1) * stride;
        let gradient = &from.gradient[range.clone()];
        let gradient = if block.pool > 1 {
            dense.clear();
            dense.resize(outputs * filters, 0.0);
            pool::backward(gradient, &from.winners[range], filters, &mut dense);
            &dense
        } else if block.relu {
            let result = &from.result[range];
            let pairs = gradient.iter().zip(result).take(outputs * filters);
            dense.clear();
            dense.extend(pairs.map(|(&slope, &value)| if value > 0.0 { slope } else { 0.0 }));
            &dense
        } else {
            &gradient[..outputs * filters]
        };
        wide(|| {
            for row in gradient.chunks_exact(filters) {
                bias.iter_mut().zip(row).for_each(|(sum, slope)| *sum += slope);
            }
        });
        let slopes = Matrix::new(gradient, outputs, filters, filters);
        for (at, taps, view) in views(block, channels, input, outputs) {
            let weight = &mut weight[at * channels * filters..][..taps * channels * filters];
            multiply((weight, filters), view.transposed(), slopes, 1.0, true);
        }
        if let Some(values) = &mut values {
            let out = &mut values[at..][..valid * channels];
            input_gradient(block, channels, slopes, from.weight, out, &mut padded_gradient);
        }
    }
    Gradients { values, weight, bias }
}

/// Input positions from the first tap of the first window to the last tap of the last one.
fn covered(block: &Block, outputs: usize) -> usize {
    let convolution = &block.convolution;
    if outputs == 0 { 0 } else { (outputs - 1) * convolution.stride + convolution.span() }
}

/// The input (v, C) with the zeros around it that the windows reach into.
fn padded<'a>(
    block: &Block,
    channels: usize,
    input: &'a [f32],
    outputs: usize,
    buffer: &'a mut Vec<f32>,
) -> &'a [f32] {
    let left = block.convolution.left() * channels;
    let covered = covered(block, outputs) * channels;
    if left == 0 && input.len() >= covered {
        return input;
    }
    buffer.clear();
    buffer.resize(left, 0.0);
    buffer.extend_from_slice(&input[..input.len().min(covered.saturating_sub(left))]);
    buffer.resize(covered, 0.0);
    buffer
}

/// The windows of a padded input as matrices (L', taps × C): all taps at once where they are
/// adjacent, else one at a time; each with its first tap and number of taps.
fn views<'a>(
    block: &Block,
    channels: usize,
    input: &'a [f32],
    outputs: usize,
) -> impl Iterator<Item = (usize, usize, Matrix<'a>)> {
    let convolution = block.convolution;
    let taps = if convolution.dilation == 1 { convolution.width } else { 1 };
    (0..convolution.width).step_by(taps).map(move |tap| {
        let start = (tap * convolution.dilation * channels).min(input.len());
        let stride = convolution.stride * channels;
        (tap, taps, Matrix::new(&input[start..], outputs, taps * channels, stride))
    })
}

/// Writes bias + convolution, (L', F).
fn convolve(
    block: &Block,
    channels: usize,
    input: &[f32],
    weight: &[f32],
    bias: &[f32],
    out: &mut [f32],
) {
    let filters = bias.len();
    out.chunks_exact_mut(filters).for_each(|row| row.copy_from_slice(bias));
    for (tap, taps, view) in views(block, channels, input, out.len() / filters) {
        let depth = taps * channels;
        let weight = Matrix::new(&weight[tap * channels * filters..], depth, filters, filters);
        multiply((out, filters), view, weight, 1.0, true);
    }
}

/// Writes the gradient of one record's input (v, C): each tap sends its part back.
fn input_gradient(
    block: &Block,
    channels: usize,
    slopes: Matrix<'_>,
    weight: &[f32],
    out: &mut [f32],
    buffer: &mut Vec<f32>,
) {
    let convolution = &block.convolution;
    let filters = convolution.filters;
    let outputs = slopes.rows();
    if outputs == 0 {
        return;
    }
    buffer.clear();
    buffer.resize(covered(block, outputs) * channels, 0.0);
    for tap in 0..convolution.width {
        let weight = Matrix::new(&weight[tap * channels * filters..], channels, filters, filters);
        let part = &mut buffer[tap * convolution.dilation * channels..];
        multiply((part, convolution.stride * channels), slopes, weight.transposed(), 1.0, true);
    }
    let inner = &buffer[(convolution.left() * channels).min(buffer.len())..];
    let count = inner.len().min(out.len());
    out[..count].copy_from_slice(&inner[..count]);
}
