//! One step of gated recurrent units.

use crate::candle_executor::{sigmoid, tanh};
use crate::cpu::path::on_every_path;

on_every_path! {
    /// Takes the state (H) one step on, from the shares of input and state in reset, update and
    /// candidate (3 H); keeps these gates, and the state's share in the candidate.
    pub(super) fn forward(
        input: &[f32],
        product: &[f32],
        gates: &mut [f32],
        kept: &mut [f32],
        state: &mut [f32],
    ) {
        let units = state.len();
        let (input_reset, input) = input.split_at(units);
        let (input_update, input) = input.split_at(units);
        let (reset_share, product) = product.split_at(units);
        let (update_share, product) = product.split_at(units);
        let (reset, gates) = gates.split_at_mut(units);
        let (update, candidate) = gates.split_at_mut(units);
        let (input, product) = (&input[..units], &product[..units]);
        let (candidate, kept) = (&mut candidate[..units], &mut kept[..units]);
        for i in 0..units {
            reset[i] = sigmoid(input_reset[i] + reset_share[i]);
            update[i] = sigmoid(input_update[i] + update_share[i]);
            kept[i] = product[i];
            candidate[i] = tanh(input[i] + reset[i] * product[i]);
            state[i] = candidate[i] + update[i] * (state[i] - candidate[i]);
        }
    }

    /// Takes slopes of the state (H) one step back: to its own share of the state before, and to those
    /// of input (`back`) and state (written over `gates`) in the gates.
    pub(super) fn backward(
        before: &[f32],
        kept: &[f32],
        gates: &mut [f32],
        carry: &mut [f32],
        back: &mut [f32],
    ) {
        let units = carry.len();
        let (reset, gates) = gates.split_at_mut(units);
        let (update, candidate) = gates.split_at_mut(units);
        let (back_reset, back) = back.split_at_mut(units);
        let (back_update, back_candidate) = back.split_at_mut(units);
        let (before, kept) = (&before[..units], &kept[..units]);
        let (candidate, back_candidate) = (&mut candidate[..units], &mut back_candidate[..units]);
        for i in 0..units {
            let (r, z, n, slope) = (reset[i], update[i], candidate[i], carry[i]);
            let to_candidate = slope * (1.0 - z) * (1.0 - n * n);
            back_candidate[i] = to_candidate;
            back_update[i] = slope * (before[i] - n) * z * (1.0 - z);
            back_reset[i] = to_candidate * kept[i] * r * (1.0 - r);
            candidate[i] = to_candidate * r;
            update[i] = back_update[i];
            reset[i] = back_reset[i];
            carry[i] = slope * z;
        }
    }
}
