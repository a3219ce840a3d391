//! A convolution or linear map with bias, rectifier and max-pool, one record at a time.

mod backward;
mod sparse;

pub(super) use backward::backward;

use std::mem::take;

use super::aligned::Aligned;
use super::elementwise;
use super::lanes::LANES;
use super::lookup;
use super::pass::Pass;
use super::plan::{Buffer, Map, Source, Step, WHOLE};
use super::pool;
use super::product::{Left, Out, Right, Start, multiply};
use super::workspace::{TILE, Workspace};

/// The input of a map: the rows from the first that it reads on.
struct Windows<'a> {
    values: &'a [f32],
    map: &'a Map,
}

impl<'a> Windows<'a> {
    /// The windows of `count` rows from `first` on, as the rows of a matrix.
    fn left(&self, first: usize) -> Left<'a> {
        let map = self.map;
        let width = map.input_width();
        let row = map.convolution.stride * width;
        let values = &self.values[first * row..];
        if map.convolution.dilation == 1 {
            return Left::rows(values, map.window(), row);
        }
        let taps = map.convolution.width;
        Left { values, row, taps, tap: map.convolution.dilation * width, depth: width, column: 1 }
    }
}

/// Rows of the input that `rows` rows of the output read, from the first valid one on.
fn needed(map: &Map, rows: usize) -> usize {
    let convolution = &map.convolution;
    match rows {
        0 => 0,
        rows => ((rows - 1) * convolution.stride + convolution.span())
            .saturating_sub(convolution.left()),
    }
}

/// Where the first row that a map reads begins.
fn origin(map: &Map, input: Buffer) -> usize {
    (input.before - map.convolution.left()) * input.width
}

/// The table look-up of a map; `which` is 0 for the way forward and 1 for the way back.
fn rows_of<'a>(
    map: &Map,
    symbols: usize,
    starts: &'a [Vec<u32>; 2],
    which: usize,
    first: usize,
) -> lookup::Rows<'a> {
    let group = match map.source {
        Source::Symbols { group } if which == 0 => group,
        _ => 1,
    };
    let (taps, rows) = map.tables(symbols, group);
    let stride = map.convolution.stride;
    lookup::Rows {
        starts: &starts[which][first * stride..],
        stride,
        taps,
        tap: group * map.convolution.dilation,
        table: rows * map.width(),
    }
}

/// Takes the values of a step's input to its output.
pub(super) fn forward(pass: &Pass<'_>, step: &Step, map: &Map, space: &mut Workspace) {
    let plan = pass.plan;
    let valid = space.rows[step.input];
    let rows = map.rows(valid);
    let slots = (plan.slots[step.input].values, plan.slots[step.output].values);
    let mut out = take(&mut space.values[slots.1]);
    let mut tile = take(&mut space.tile);
    let mut winners =
        if map.pool > 1 { take(&mut space.own[step.own]) } else { Aligned::default() };
    let input = plan.values_of(step.input);
    if map.source == Source::Values {
        let end = needed(map, rows).max(valid);
        space.values[slots.0][input.at(valid)..input.at(end)].fill(0.0);
    }
    let [bias, weight, _] = map.packed;
    let sizes = map.packed_sizes(plan.symbols, step.back);
    let bias = &pass.packed[bias..][..sizes[0]];
    let weight = &pass.packed[weight..][..sizes[1]];
    let width = map.width();
    let compute = |first: usize, count: usize, out: &mut [f32], relu: bool| match map.source {
        Source::Values => {
            let values = &space.values[slots.0][origin(map, input)..];
            let left = Windows { values, map }.left(first);
            let vectors = width / LANES;
            let out = Out { values: out, row: width, rows: count, vectors, relu };
            let right = Right::packed(weight, map.window());
            multiply(pass.path, out, &left, &right, Start::Bias(bias));
        }
        Source::Symbols { .. } => {
            let rows = rows_of(map, plan.symbols, &space.starts, 0, first);
            lookup::forward(pass.path, &mut out[..count * width], &rows, weight, bias, relu);
        }
    };
    let to = plan.values_of(step.output);
    space.rows[step.output] = map.pooled_rows(valid);
    if map.pool == 1 {
        if rows > 0 {
            compute(0, rows, &mut out[to.at(0)..], map.relu);
        }
    } else {
        let out = &mut out[to.at(0)..to.at(map.pooled_rows(valid))];
        let window = if map.pool == WHOLE { rows.max(1) } else { map.pool };
        let most = if window <= TILE { TILE / window * window } else { TILE };
        if rows == 0 {
            out.fill(0.0);
        }
        for first in (0..rows).step_by(most) {
            let count = most.min(rows - first);
            compute(first, count, &mut tile, false);
            let mut row = first;
            while row < first + count {
                let number = row / window;
                let end = ((number + 1) * window).min(first + count);
                let rows = &tile[(row - first) * width..(end - first) * width];
                let (out, winners) =
                    (&mut out[number * width..][..width], &mut winners[number * width..][..width]);
                pool::greatest(pass.path, rows, row - number * window, out, winners);
                row = end;
            }
        }
        if map.relu {
            // The rectifier keeps the order: it is the same behind the pool, on fewer values.
            elementwise::relu_in_place(pass.path, out);
        }
        space.own[step.own] = winners;
    }
    space.tile = tile;
    space.values[slots.1] = out;
}
