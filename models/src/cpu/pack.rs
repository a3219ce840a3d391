//! Weights in the order in which the kernels read them, once a step.

use super::lanes::LANES;
use super::plan::{Kind, Map, Plan, Recurrence, Slopes, Source, padded};

/// Writes the packed weights of a plan; those for the way back only where `back` says so.
///
/// `table` (S, C) expands the symbols, where the first step looks them up.
pub(super) fn pack(plan: &Plan, weights: &[f32], table: &[f32], back: bool, packed: &mut [f32]) {
    for step in &plan.steps {
        match &step.kind {
            Kind::Map(map) => {
                let [bias, forward, backward] = map.packed;
                let sizes = map.packed_sizes(plan.symbols, step.back);
                let filters = map.convolution.filters;
                packed[bias..][..filters].copy_from_slice(&weights[map.bias.at..][..filters]);
                let out = &mut packed[forward..][..sizes[1]];
                match map.source {
                    Source::Values => panels(map, weights, out),
                    Source::Symbols { group } => {
                        tables(map, weights, table, plan.symbols, group, out);
                    }
                }
                if back && step.back {
                    let out = &mut packed[backward..][..sizes[2]];
                    match map.slopes {
                        Slopes::Sparse => by_filter(map, weights, out),
                        Slopes::Dense if map.convolution.stride == 1 => turned(map, weights, out),
                        Slopes::Dense | Slopes::Table => by_tap(map, weights, out),
                    }
                }
            }
            Kind::LayerNorm { weight, bias, packed: at } => {
                let channels = plan.slots[step.input].channels;
                for (number, from) in [weight.at, bias.at].into_iter().enumerate() {
                    packed[at + number * padded(channels)..][..channels]
                        .copy_from_slice(&weights[from..][..channels]);
                }
            }
            Kind::Recurrent(recurrence) => recurrent(recurrence, weights, back, packed),
            _ => {}
        }
    }
}

/// The biases (2, G H), the weights for the way forward as panels of sixteen gates,
/// (2, G H / 16, H, 16), and those for the way back as panels of sixteen units, (2, H / 16, G H, 16).
fn recurrent(recurrence: &Recurrence, weights: &[f32], back: bool, packed: &mut [f32]) {
    let (units, gates) = (recurrence.units, recurrence.gates());
    let sizes = recurrence.packed_sizes();
    for direction in 0..2 {
        let [bias, forward, backward] =
            [0, 1, 2].map(|part| recurrence.packed[part] + direction * sizes[part]);
        if let Some(weight) = recurrence.bias {
            let values = &weights[weight.at + direction * units..][..units];
            packed[bias + gates - units..][..units].copy_from_slice(values);
        }
        for unit in 0..units {
            let from = recurrence.weight.at + (direction * units + unit) * gates;
            let values = &weights[from..][..gates];
            for (panel, values) in values.chunks(LANES).enumerate() {
                let at = forward + (panel * units + unit) * LANES;
                packed[at..][..values.len()].copy_from_slice(values);
            }
            if back {
                let at = backward + unit / LANES * gates * LANES + unit % LANES;
                for (slot, &value) in packed[at..].iter_mut().step_by(LANES).zip(values) {
                    *slot = value;
                }
            }
        }
    }
}

/// The filters of one tap and channel, (F).
fn filters<'a>(map: &Map, weights: &'a [f32], tap: usize, channel: usize) -> &'a [f32] {
    let filters = map.convolution.filters;
    &weights[map.weight.at + (tap * map.channels + channel) * filters..][..filters]
}

/// Every tap, channel and its filters.
fn each<'a>(map: &Map, weights: &'a [f32]) -> impl Iterator<Item = (usize, usize, &'a [f32])> {
    let (taps, channels) = (map.convolution.width, map.channels);
    let pairs = (0..taps).flat_map(move |tap| (0..channels).map(move |channel| (tap, channel)));
    pairs.map(move |(tap, channel)| (tap, channel, filters(map, weights, tap, channel)))
}

/// For the way forward: panels of sixteen filters, (F / 16, W C, 16).
fn panels(map: &Map, weights: &[f32], out: &mut [f32]) {
    let panel = map.window() * LANES;
    for (tap, channel, filters) in each(map, weights) {
        let row = (tap * map.input_width() + channel) * LANES;
        for (number, filters) in filters.chunks(LANES).enumerate() {
            out[number * panel + row..][..filters.len()].copy_from_slice(filters);
        }
    }
}

/// For the way back through a convolution of stride 1, which is one with the taps turned round:
/// panels of sixteen channels, (C / 16, W F, 16).
fn turned(map: &Map, weights: &[f32], out: &mut [f32]) {
    let (taps, width) = (map.convolution.width, map.width());
    let panel = taps * width * LANES;
    for (tap, channel, filters) in each(map, weights) {
        let at = channel / LANES * panel + (taps - 1 - tap) * width * LANES + channel % LANES;
        for (slot, &value) in out[at..].iter_mut().step_by(LANES).zip(filters) {
            *slot = value;
        }
    }
}

/// For the way back through any convolution, tap by tap: (W, C / 16, F, 16).
fn by_tap(map: &Map, weights: &[f32], out: &mut [f32]) {
    let width = map.width();
    for (tap, channel, filters) in each(map, weights) {
        let tap = tap * map.input_width() * width;
        let at = tap + channel / LANES * width * LANES + channel % LANES;
        for (slot, &value) in out[at..].iter_mut().step_by(LANES).zip(filters) {
            *slot = value;
        }
    }
}

/// For the way back from the winners of a pool: (F, W, C).
fn by_filter(map: &Map, weights: &[f32], out: &mut [f32]) {
    let window = map.window();
    for (tap, channel, filters) in each(map, weights) {
        let at = tap * map.input_width() + channel;
        for (slot, &value) in out[at..].iter_mut().step_by(window).zip(filters) {
            *slot = value;
        }
    }
}

/// What each symbol, or pair of symbols, adds to the filters: (W / `group`, symbols, F).
fn tables(
    map: &Map,
    weights: &[f32],
    table: &[f32],
    symbols: usize,
    group: usize,
    out: &mut [f32],
) {
    let width = map.width();
    let (count, rows) = map.tables(symbols, group);
    out.fill(0.0);
    let channels = map.channels;
    for number in 0..count {
        let out = &mut out[number * rows * width..][..rows * width];
        for (place, tap) in (number * group..map.convolution.width).take(group).enumerate() {
            // The first symbol of a pair counts rows of its own, the second single ones.
            let step = if place + 1 == group { 1 } else { symbols + 1 };
            let others = rows / (symbols + 1);
            for (symbol, values) in table.chunks_exact(channels).enumerate() {
                for (channel, &value) in values.iter().enumerate().filter(|(_, v)| **v != 0.0) {
                    let filters = filters(map, weights, tap, channel);
                    for other in 0..others {
                        let other_step = if step == 1 { symbols + 1 } else { 1 };
                        let row = symbol * step + other * other_step;
                        let sums = out[row * width..][..filters.len()].iter_mut();
                        sums.zip(filters).for_each(|(sum, filter)| *sum += value * filter);
                    }
                }
            }
        }
    }
}
