//! One step of long short-term memory.

use crate::candle_executor::{sigmoid, tanh};
use crate::cpu::path::on_every_path;

on_every_path! {
    /// Takes cell and state (H) one step on, from the shares of input and state in input gate, forget
    /// gate, candidate and output gate (4 H); keeps these gates and the cell.
    pub(super) fn forward(
        input: &[f32],
        product: &[f32],
        gates: &mut [f32],
        kept: &mut [f32],
        cell: &mut [f32],
        state: &mut [f32],
    ) {
        let units = state.len();
        for ((gate, input), share) in gates.iter_mut().zip(input).zip(product) {
            *gate = input + share;
        }
        let (enter, gates) = gates.split_at_mut(units);
        let (forget, gates) = gates.split_at_mut(units);
        let (candidate, output) = gates.split_at_mut(units);
        let (output, kept, cell) = (&mut output[..units], &mut kept[..units], &mut cell[..units]);
        for i in 0..units {
            enter[i] = sigmoid(enter[i]);
            forget[i] = sigmoid(forget[i]);
            candidate[i] = tanh(candidate[i]);
            output[i] = sigmoid(output[i]);
            cell[i] = forget[i] * cell[i] + enter[i] * candidate[i];
            kept[i] = cell[i];
            state[i] = output[i] * tanh(cell[i]);
        }
    }

    /// Takes slopes of cell and state (H) one step back: to its own share of the cell before, and to
    /// those of the gates (`back`, and written over `gates`).
    pub(super) fn backward(
        before: &[f32],
        kept: &[f32],
        gates: &mut [f32],
        cell: &mut [f32],
        carry: &[f32],
        back: &mut [f32],
    ) {
        let units = carry.len();
        let (enter, rest) = gates.split_at_mut(units);
        let (forget, rest) = rest.split_at_mut(units);
        let (candidate, output) = rest.split_at_mut(units);
        let (output, before, kept) = (&mut output[..units], &before[..units], &kept[..units]);
        let cell = &mut cell[..units];
        for c in 0..units {
            let (i, f, g, o) = (enter[c], forget[c], candidate[c], output[c]);
            let seen = tanh(kept[c]);
            let slope = cell[c] + carry[c] * o * (1.0 - seen * seen);
            enter[c] = slope * g * i * (1.0 - i);
            forget[c] = slope * before[c] * f * (1.0 - f);
            candidate[c] = slope * i * (1.0 - g * g);
            output[c] = carry[c] * seen * o * (1.0 - o);
            cell[c] = slope * f;
        }
        back.copy_from_slice(gates);
    }
}
