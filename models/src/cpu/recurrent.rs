//! A recurrence over the valid rows of one record, one direction after the other.
//!
//! A map has made the share of the input in every gate of every position in one product; step by step
//! only the share of the state before is added. The way back goes through all positions
//! (backpropagation through time, Werbos 1990, doi:10.1109/5.58337), then finds the slopes of the
//! recurrent weight in one product.

mod gru;
mod lstm;

use super::aligned::Aligned;
use super::elementwise;
use super::lanes::LANES;
use super::path::Path;
use super::plan::{Recurrence, padded};
use super::product::{Left, Out, Right, Start, multiply};
use crate::layer::Cell;

/// Buffers of one direction.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// The state h, (H); on the way back the state before the first, which is zero.
    state: Aligned,
    /// The cell c of a long short-term memory, (H); on the way back its slopes.
    cell: Aligned,
    /// The share of the state in the gates, (G H).
    product: Aligned,
    /// On the way back the slopes of the state, (H).
    carry: Aligned,
}

impl Scratch {
    /// Makes room for a recurrence.
    pub(super) fn grow(&mut self, recurrence: &Recurrence) {
        let grow = |buffer: &mut Aligned, len: usize| {
            if buffer.len() < len {
                *buffer = Aligned::zeros(len);
            }
        };
        let Self { state, cell, product, carry } = self;
        for buffer in [state, cell, carry] {
            grow(buffer, padded(recurrence.units));
        }
        grow(product, recurrence.row());
    }

    fn clear(&mut self) {
        for buffer in [&mut self.state, &mut self.cell, &mut self.carry] {
            buffer.fill(0.0);
        }
    }
}

/// The sizes of one record's recurrence.
#[derive(Clone, Copy)]
pub(super) struct Rows {
    /// Valid rows.
    pub(super) valid: usize,
    /// Floats from one row of gates to the next.
    pub(super) gates: usize,
    /// Floats from one row of states to the next.
    pub(super) states: usize,
}

impl Rows {
    /// The position of a step: the second direction starts at the last valid one.
    fn position(&self, direction: usize, step: usize) -> usize {
        if direction == 0 { step } else { self.valid - 1 - step }
    }
}

/// What is kept of a direction for the way back: gates (L, G H), and a number more a unit (L, H). While
/// only predicting, there is one row for all positions.
fn split<'a>(
    recurrence: &Recurrence,
    kept: &'a mut [f32],
    direction: usize,
) -> (&'a mut [f32], &'a mut [f32]) {
    let half = kept.len() / 2;
    let positions = half / recurrence.kept();
    kept[direction * half..][..half].split_at_mut(positions * recurrence.row())
}

/// Writes the states of both directions side by side; `gates` holds the share of the input.
#[allow(clippy::too_many_arguments)]
pub(super) fn forward(
    path: Path,
    recurrence: &Recurrence,
    packed: &[f32],
    rows: Rows,
    gates: &[f32],
    scratch: &mut Scratch,
    kept: &mut [f32],
    out: &mut [f32],
) {
    let (units, count, row) = (recurrence.units, recurrence.gates(), recurrence.row());
    for direction in 0..2 {
        scratch.clear();
        let Scratch { state, cell, product, .. } = &mut *scratch;
        let bias = recurrence.part(packed, 0, direction);
        let weight = Right::packed(recurrence.part(packed, 1, direction), units);
        let (kept_gates, kept_units) = split(recurrence, kept, direction);
        let last = kept_gates.len() / row - 1;
        for step in 0..rows.valid {
            let position = rows.position(direction, step);
            let left = Left::rows(state, units, units);
            let values = &mut product[..row];
            let target = Out { values, row, rows: 1, vectors: row / LANES, relu: false };
            multiply(path, target, &left, &weight, Start::Bias(bias));
            let input = &gates[position * rows.gates + direction * count..][..count];
            let place = position.min(last);
            let gates = &mut kept_gates[place * row..][..count];
            let kept = &mut kept_units[place * padded(units)..][..units];
            let (state, cell) = (&mut state[..units], &mut cell[..units]);
            match recurrence.cell {
                Cell::Gru => gru::forward(path, input, product, gates, kept, state),
                Cell::Lstm => lstm::forward(path, input, product, gates, kept, cell, state),
            }
            out[position * rows.states + direction * units..][..units].copy_from_slice(state);
        }
    }
}

/// Writes the slopes of the gates' share of the input out of those of the states, and adds those of
/// weight and bias to their sums.
#[allow(clippy::too_many_arguments)]
pub(super) fn backward(
    path: Path,
    recurrence: &Recurrence,
    packed: &[f32],
    rows: Rows,
    (states, slopes): (&[f32], &[f32]),
    scratch: &mut Scratch,
    kept: &mut [f32],
    sums: &mut [f32],
    back: &mut [f32],
) {
    let (units, count, row) = (recurrence.units, recurrence.gates(), recurrence.row());
    let wide = padded(units);
    for direction in 0..2 {
        scratch.clear();
        let Scratch { state: zeros, cell, carry, .. } = &mut *scratch;
        let weight = Right::packed(recurrence.part(packed, 2, direction), count);
        let (kept_gates, kept_units) = split(recurrence, kept, direction);
        for step in (0..rows.valid).rev() {
            let position = rows.position(direction, step);
            let before = step.checked_sub(1).map(|step| rows.position(direction, step));
            let at = |position: usize| position * rows.states + direction * units;
            elementwise::add(path, &slopes[at(position)..][..units], &mut carry[..units]);
            let gates = &mut kept_gates[position * row..][..count];
            let kept = &kept_units[position * wide..][..units];
            let back = &mut back[position * rows.gates + direction * count..][..count];
            let carried = &mut carry[..units];
            let start = match recurrence.cell {
                Cell::Gru => {
                    let before = before.map_or(&zeros[..units], |b| &states[at(b)..][..units]);
                    gru::backward(path, before, kept, gates, carried, back);
                    Start::Add
                }
                Cell::Lstm => {
                    let before = before.map_or(&zeros[..units], |b| &kept_units[b * wide..]);
                    let cell = &mut cell[..units];
                    lstm::backward(path, &before[..units], kept, gates, cell, carried, back);
                    Start::Zero
                }
            };
            let values = &mut carry[..wide];
            let out = Out { values, row: wide, rows: 1, vectors: wide / LANES, relu: false };
            multiply(path, out, &Left::rows(gates, count, count), &weight, start);
        }
        if rows.valid > 1 {
            // Each step but the first with the state before it.
            let (state, gate) = if direction == 0 { (0, 1) } else { (1, 0) };
            let states = &states[state * rows.states + direction * units..];
            let left = Left::transposed(states, rows.valid - 1, rows.states);
            let right = Right::plain(&kept_gates[gate * row..], row);
            let values = &mut sums[recurrence.weight.sums + direction * units * row..];
            let out = Out { values, row, rows: units, vectors: row / LANES, relu: false };
            multiply(path, out, &left, &right, Start::Add);
        }
        if let Some(bias) = recurrence.bias {
            let sums = &mut sums[bias.sums + direction * units..][..units];
            for gates in kept_gates.chunks_exact(row).take(rows.valid) {
                elementwise::add(path, &gates[count - units..count], sums);
            }
        }
    }
}
