//! Gated recurrent units, both directions side by side.

use candle_core::{Result, Tensor};

use super::Slopes;
use super::steps::{at, gate, sigmoid, sigmoid_slope, tanh_slope, weight_slopes};

/// Every step's reset, update, candidate, the state's share in the candidate, and the state, (2, N, H).
pub(super) struct Trace {
    resets: Vec<Tensor>,
    updates: Vec<Tensor>,
    candidates: Vec<Tensor>,
    shares: Vec<Tensor>,
    pub(super) states: Vec<Tensor>,
}

/// Goes through the share of the input in the gates, (L, 2, N, 3 H); weight (2, H, 3 H), bias (2, 1, H),
/// mask (L, 2, N, 1).
pub(super) fn forward(
    input: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    mask: &Tensor,
) -> Result<Trace> {
    let (length, _, n, _) = input.dims4()?;
    let units = weight.dim(1)?;
    let mut state = Tensor::zeros((2, n, units), input.dtype(), input.device())?;
    let (mut resets, mut updates, mut candidates) = (Vec::new(), Vec::new(), Vec::new());
    let (mut shares, mut states) = (Vec::new(), Vec::new());
    for step in 0..length {
        let (input, product) = (at(input, step)?, state.matmul(weight)?);
        let sum = |number| gate(&input, number, units)? + gate(&product, number, units)?;
        let (reset, update) = (sigmoid(&sum(0)?)?, sigmoid(&sum(1)?)?);
        let share = gate(&product, 2, units)?.broadcast_add(bias)?;
        let candidate = (gate(&input, 2, units)? + (&reset * &share)?)?.tanh()?;
        state = (&candidate + (&update * (state - &candidate)?)?)?;
        state = state.broadcast_mul(&at(mask, step)?)?;
        resets.push(reset);
        updates.push(update);
        candidates.push(candidate);
        shares.push(share);
        states.push(state.clone());
    }
    Ok(Trace { resets, updates, candidates, shares, states })
}

/// Takes slopes of the states, (L, 2, N, H), back through all steps.
pub(super) fn backward(
    trace: &Trace,
    slopes: &Tensor,
    weight: &Tensor,
    mask: &Tensor,
) -> Result<Slopes> {
    let (length, _, _, units) = slopes.dims4()?;
    let turned = weight.transpose(1, 2)?.contiguous()?; // (2, 3 H, H)
    let mut carry = at(slopes, 0)?.zeros_like()?;
    let (mut to_input, mut to_product) = (Vec::new(), Vec::new());
    for step in (0..length).rev() {
        let (reset, update) = (&trace.resets[step], &trace.updates[step]);
        let (candidate, share) = (&trace.candidates[step], &trace.shares[step]);
        let before = match step {
            0 => carry.zeros_like()?,
            step => trace.states[step - 1].clone(),
        };
        let slope = (at(slopes, step)? + carry)?.broadcast_mul(&at(mask, step)?)?;
        let kept = (&slope * update)?;
        let to_candidate = ((&slope - &kept)? * tanh_slope(candidate)?)?;
        let to_update = ((slope * (before - candidate)?)? * sigmoid_slope(update)?)?;
        let to_reset = ((&to_candidate * share)? * sigmoid_slope(reset)?)?;
        let to_share = (&to_candidate * reset)?;
        let product = Tensor::cat(&[&to_reset, &to_update, &to_share], 2)?;
        carry = (kept + product.matmul(&turned)?)?;
        to_input.push(Tensor::cat(&[to_reset, to_update, to_candidate], 2)?);
        to_product.push(product);
    }
    to_input.reverse();
    to_product.reverse();
    let product = Tensor::stack(&to_product, 0)?; // (L, 2, N, 3 H)
    let bias = product.narrow(3, 2 * units, units)?.sum((0, 2))?; // (2, H)
    let weight = weight_slopes(&trace.states, &product)?;
    Ok(Slopes { input: Tensor::stack(&to_input, 0)?, weight, bias: Some(bias) })
}
