//! From the slopes of a map's output to those of its weight, bias and input.

use std::mem::take;

use super::super::aligned::Aligned;
use super::super::elementwise;
use super::super::lanes::LANES;
use super::super::lookup;
use super::super::pass::Pass;
use super::super::path::Path;
use super::super::plan::{Buffer, Map, Slopes, Step, WHOLE};
use super::super::pool::{self, Behind};
use super::super::product::{Left, Out, Right, Start, multiply};
use super::super::workspace::Workspace;
use super::{origin, rows_of, sparse};

/// Adds the slopes of weight and bias to `sums`, and writes those of the input where they are needed.
pub(in crate::cpu) fn backward(
    pass: &Pass<'_>,
    step: &Step,
    map: &Map,
    space: &mut Workspace,
    sums: &mut [f32],
) {
    let plan = pass.plan;
    let rows = map.rows(space.rows[step.input]);
    if rows == 0 {
        return;
    }
    let slots = (plan.slots[step.input], plan.slots[step.output]);
    let mut slopes = take(&mut space.slopes[slots.1.slopes]);
    let mut back =
        if step.back { take(&mut space.slopes[slots.0.slopes]) } else { Aligned::default() };
    let mut tile = take(&mut space.tile);
    let results = &space.values[slots.1.values][plan.values_of(step.output).at(0)..];
    let buffer = plan.slopes_of(step.output);
    if map.slopes == Slopes::Sparse {
        let winners = &space.own[step.own];
        let pooled = Behind { slopes: &slopes[buffer.at(0)..], results, winners };
        sparse::list(map, rows, &pooled, &mut space.sparse, bias_sums(map, sums));
        let values = &space.values[slots.0.values][origin(map, plan.values_of(step.input))..];
        sparse::to_weight(pass.path, map, &space.sparse, values, sums);
        if step.back {
            let weight = &pass.packed[map.packed[2]..][..map.window() * map.width()];
            let input = plan.slopes_of(step.input);
            let end = input.at(space.rows[step.input].max(super::needed(map, rows)));
            let back = &mut back[origin(map, input)..end];
            back.fill(0.0);
            sparse::to_input(pass.path, map, rows, &mut space.sparse, weight, back);
        }
    } else {
        let (slopes, around) = if map.pool == 1 {
            if map.relu {
                let slopes = &mut slopes[buffer.at(0)..buffer.at(rows)];
                elementwise::relu_back(pass.path, results, slopes);
            }
            (&mut slopes, buffer)
        } else {
            let before = map.convolution.span() - 1;
            let around = Buffer { before, rows, after: before, width: map.width() };
            let winners = &space.own[step.own];
            let pooled = Behind { slopes: &slopes[buffer.at(0)..], results, winners };
            let out = &mut tile[around.at(0)..around.at(rows)];
            spread(pass.path, map, &pooled, out);
            (&mut tile, around)
        };
        dense(pass, step, map, space, (slopes, around), &mut back, sums);
    }
    space.slopes[slots.1.slopes] = slopes;
    if step.back {
        space.slopes[slots.0.slopes] = back;
    }
    space.tile = tile;
}

fn bias_sums<'a>(map: &Map, sums: &'a mut [f32]) -> &'a mut [f32] {
    &mut sums[map.bias.sums..][..map.width()]
}

/// The slopes of all rows in front of a max-pool, out of those behind it.
fn spread(path: Path, map: &Map, pooled: &Behind<'_>, out: &mut [f32]) {
    let width = map.width();
    let window = if map.pool == WHOLE { out.len() / width } else { map.pool };
    let floor = if map.relu { 0.0 } else { f32::NEG_INFINITY };
    for (number, rows) in out.chunks_mut(window * width).enumerate() {
        let row = |values| &<[f32]>::split_at(values, number * width).1[..width];
        let behind = Behind {
            slopes: row(pooled.slopes),
            results: row(pooled.results),
            winners: row(pooled.winners),
        };
        pool::spread(path, &behind, floor, rows);
    }
}

/// The way back from the slopes of every row of the output.
fn dense(
    pass: &Pass<'_>,
    step: &Step,
    map: &Map,
    space: &Workspace,
    (slopes, around): (&mut [f32], Buffer),
    back: &mut [f32],
    sums: &mut [f32],
) {
    let plan = pass.plan;
    let valid = space.rows[step.input];
    let rows = map.rows(valid);
    let width = map.width();
    let own = &slopes[around.at(0)..around.at(rows)];
    elementwise::add_rows(pass.path, own, bias_sums(map, sums));
    let vectors = width / LANES;
    let weight_sums = &mut sums[map.weight.sums..][..map.sums(plan.symbols)];
    if map.slopes == Slopes::Table {
        let rows = rows_of(map, plan.symbols, &space.starts, 1, 0);
        lookup::backward(pass.path, own, vectors, &rows, weight_sums);
        return;
    }
    let input = plan.values_of(step.input);
    let values = &space.values[plan.slots[step.input].values][origin(map, input)..];
    let convolution = &map.convolution;
    let (runs, run) = if convolution.dilation == 1 {
        (1, map.window())
    } else {
        (convolution.width, map.input_width())
    };
    for tap in 0..runs {
        let out = &mut weight_sums[tap * run * width..][..run * width];
        let out = Out { values: out, row: width, rows: run, vectors, relu: false };
        let values = &values[tap * convolution.dilation * input.width..];
        let left = Left::transposed(values, rows, convolution.stride * input.width);
        multiply(pass.path, out, &left, &Right::plain(own, width), Start::Add);
    }
    if step.back {
        let weight = &pass.packed[map.packed[2]..][..map.window() * width];
        let buffer = plan.slopes_of(step.input);
        if convolution.stride == 1 {
            turned(pass, map, (slopes, around), weight, valid, &mut back[buffer.at(0)..]);
        } else {
            let back = &mut back[buffer.at(0)..buffer.at(valid)];
            by_tap(pass, map, own, weight, valid, back);
        }
    }
}

/// Slopes of the input of a convolution of stride 1: a convolution of the output's slopes with the
/// taps turned round.
fn turned(
    pass: &Pass<'_>,
    map: &Map,
    (slopes, around): (&mut [f32], Buffer),
    weight: &[f32],
    valid: usize,
    back: &mut [f32],
) {
    let convolution = &map.convolution;
    let (span, left) = (convolution.span(), convolution.left());
    let rows = map.rows(valid);
    let front = span - 1 - left;
    slopes[around.at(0) - front * around.width..around.at(0)].fill(0.0);
    slopes[around.at(rows)..around.at(rows.max(valid + left))].fill(0.0);
    let values = &slopes[around.at(0) - front * around.width..];
    let width = map.width();
    let left = if convolution.dilation == 1 {
        Left::rows(values, convolution.width * width, width)
    } else {
        let (taps, tap) = (convolution.width, convolution.dilation * width);
        Left { values, row: width, taps, tap, depth: width, column: 1 }
    };
    let row = map.input_width();
    let out = Out { values: back, row, rows: valid, vectors: row / LANES, relu: false };
    let right = Right::packed(weight, convolution.width * width);
    multiply(pass.path, out, &left, &right, Start::Zero);
}

/// Slopes of the input of any convolution: each tap adds to the rows that it read.
fn by_tap(
    pass: &Pass<'_>,
    map: &Map,
    slopes: &[f32],
    weight: &[f32],
    valid: usize,
    back: &mut [f32],
) {
    let convolution = &map.convolution;
    let (width, row) = (map.width(), map.input_width());
    back.fill(0.0);
    for tap in 0..convolution.width {
        // Output i reads input i × stride + shift - left.
        let (shift, left) = (tap * convolution.dilation, convolution.left());
        let first = left.saturating_sub(shift).div_ceil(convolution.stride);
        let last = (valid + left).saturating_sub(shift).div_ceil(convolution.stride);
        let last = last.min(map.rows(valid));
        if first >= last {
            continue;
        }
        let to = first * convolution.stride + shift - left;
        let out = Out {
            values: &mut back[to * row..],
            row: convolution.stride * row,
            rows: last - first,
            vectors: row / LANES,
            relu: false,
        };
        let left = Left::rows(&slopes[first * width..], width, width);
        let right = Right::packed(&weight[tap * width * row..][..width * row], width);
        multiply(pass.path, out, &left, &right, Start::Add);
    }
}
