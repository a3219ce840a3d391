//! Slopes of the weights: from the padded sums of all shards to the flat buffer of gradients.

use rayon::prelude::*;

use super::aligned::Aligned;
use super::plan::{Kind, Map, Plan, Slopes, Trained, padded};

/// Floats summed by one task.
const CHUNK: usize = 1 << 14;

/// Adds the sums of all shards in their order to those of the first, times `scale`.
pub(super) fn add_shards(shards: &mut [Aligned], scale: f32) {
    let Some((first, others)) = shards.split_first_mut() else { return };
    first.par_chunks_mut(CHUNK).enumerate().for_each(|(chunk, sums)| {
        for other in &*others {
            let other = &other[chunk * CHUNK..][..sums.len()];
            sums.iter_mut().zip(other).for_each(|(sum, value)| *sum += value);
        }
        for sum in sums {
            *sum *= scale;
        }
    });
}

/// Writes the gradient of every weight, out of the sums of a plan.
pub(super) fn unpack(
    plan: &Plan,
    sums: &[f32],
    table: &[f32],
    vocabulary: usize,
    gradients: &mut [f32],
) {
    for step in &plan.steps {
        let channels = plan.slots[step.input].channels;
        let mut rows = |weight: Trained, count: usize, channels: usize| {
            let sums = sums[weight.sums..].chunks_exact(padded(channels));
            let out = gradients[weight.at..].chunks_exact_mut(channels);
            for (out, sums) in out.zip(sums).take(count) {
                out.copy_from_slice(&sums[..channels]);
            }
        };
        match &step.kind {
            Kind::Embedding(weight) => {
                rows(*weight, vocabulary, plan.slots[step.output].channels);
            }
            Kind::Position(weight) => {
                rows(*weight, plan.values_of(step.output).rows, channels);
            }
            Kind::LayerNorm { weight, bias, .. } => {
                rows(*weight, 1, channels);
                rows(*bias, 1, channels);
            }
            Kind::Map(map) => {
                rows(map.bias, 1, map.convolution.filters);
                let sums = &sums[map.weight.sums..][..map.sums(plan.symbols)];
                let count = map.convolution.width * map.channels * map.convolution.filters;
                let out = &mut gradients[map.weight.at..][..count];
                match map.slopes {
                    Slopes::Dense => from_dense(map, sums, out),
                    Slopes::Sparse => from_sparse(map, sums, out),
                    Slopes::Table => from_table(map, sums, table, plan.symbols, out),
                }
            }
            Kind::Recurrent(recurrence) => {
                let units = 2 * recurrence.units;
                rows(recurrence.weight, units, recurrence.gates());
                if let Some(bias) = recurrence.bias {
                    rows(bias, 1, units);
                }
            }
            _ => {}
        }
    }
}

/// (W, C, F) without the padding.
fn from_dense(map: &Map, sums: &[f32], out: &mut [f32]) {
    let (channels, filters) = (map.channels, map.convolution.filters);
    for (row, out) in out.chunks_exact_mut(filters).enumerate() {
        let row = row / channels * map.input_width() + row % channels;
        out.copy_from_slice(&sums[row * map.width()..][..filters]);
    }
}

/// (F, W, C) to (W, C, F).
fn from_sparse(map: &Map, sums: &[f32], out: &mut [f32]) {
    let (channels, filters) = (map.channels, map.convolution.filters);
    for (row, out) in out.chunks_exact_mut(filters).enumerate() {
        let at = row / channels * map.input_width() + row % channels;
        for (out, &sum) in out.iter_mut().zip(sums[at..].iter().step_by(map.window())) {
            *out = sum;
        }
    }
}

/// (W, S, F) and the table (S, C) to (W, C, F).
fn from_table(map: &Map, sums: &[f32], table: &[f32], symbols: usize, out: &mut [f32]) {
    let (channels, filters, width) = (map.channels, map.convolution.filters, map.width());
    for (row, out) in out.chunks_exact_mut(filters).enumerate() {
        let (tap, channel) = (row / channels, row % channels);
        out.fill(0.0);
        for (symbol, values) in table.chunks_exact(channels).enumerate() {
            let value = values[channel];
            if value != 0.0 {
                let sums = &sums[(tap * (symbols + 1) + symbol) * width..][..filters];
                out.iter_mut().zip(sums).for_each(|(out, sum)| *out += value * sum);
            }
        }
    }
}
