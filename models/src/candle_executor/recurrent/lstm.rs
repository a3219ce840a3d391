//! Long short-term memory, both directions side by side.

use candle_core::{Result, Tensor};

use super::Slopes;
use super::steps::{at, gate, sigmoid, sigmoid_slope, tanh_slope, weight_slopes};

/// Every step's input gate, forget gate, candidate and output gate, the cell and the state, (2, N, H).
pub(super) struct Trace {
    gates: Vec<[Tensor; 4]>,
    cells: Vec<Tensor>,
    pub(super) states: Vec<Tensor>,
}

/// Goes through the share of the input in the gates, (L, 2, N, 4 H); weight (2, H, 4 H),
/// mask (L, 2, N, 1).
pub(super) fn forward(input: &Tensor, weight: &Tensor, mask: &Tensor) -> Result<Trace> {
    let (length, _, n, _) = input.dims4()?;
    let units = weight.dim(1)?;
    let mut state = Tensor::zeros((2, n, units), input.dtype(), input.device())?;
    let mut cell = state.clone();
    let (mut gates, mut cells, mut states) = (Vec::new(), Vec::new(), Vec::new());
    for step in 0..length {
        let sum = (at(input, step)? + state.matmul(weight)?)?;
        let part = |number| gate(&sum, number, units);
        let (enter, forget) = (sigmoid(&part(0)?)?, sigmoid(&part(1)?)?);
        let (candidate, output) = (part(2)?.tanh()?, sigmoid(&part(3)?)?);
        let valid = at(mask, step)?;
        cell = ((&forget * cell)? + (&enter * &candidate)?)?.broadcast_mul(&valid)?;
        state = (&output * cell.tanh()?)?.broadcast_mul(&valid)?;
        gates.push([enter, forget, candidate, output]);
        cells.push(cell.clone());
        states.push(state.clone());
    }
    Ok(Trace { gates, cells, states })
}

/// Takes slopes of the states, (L, 2, N, H), back through all steps.
pub(super) fn backward(
    trace: &Trace,
    slopes: &Tensor,
    weight: &Tensor,
    mask: &Tensor,
) -> Result<Slopes> {
    let length = slopes.dim(0)?;
    let turned = weight.transpose(1, 2)?.contiguous()?; // (2, 4 H, H)
    let mut carry = at(slopes, 0)?.zeros_like()?;
    let mut cell_carry = carry.clone();
    let mut found = Vec::new();
    for step in (0..length).rev() {
        let [enter, forget, candidate, output] = &trace.gates[step];
        let before = match step {
            0 => carry.zeros_like()?,
            step => trace.cells[step - 1].clone(),
        };
        let valid = at(mask, step)?;
        let slope = (at(slopes, step)? + carry)?.broadcast_mul(&valid)?;
        let seen = trace.cells[step].tanh()?;
        let through = ((&slope * output)? * tanh_slope(&seen)?)?;
        let cell = (cell_carry.broadcast_mul(&valid)? + through)?;
        let to_enter = ((&cell * candidate)? * sigmoid_slope(enter)?)?;
        let to_forget = ((&cell * before)? * sigmoid_slope(forget)?)?;
        let to_candidate = ((&cell * enter)? * tanh_slope(candidate)?)?;
        let to_output = ((slope * seen)? * sigmoid_slope(output)?)?;
        let gates = Tensor::cat(&[to_enter, to_forget, to_candidate, to_output], 2)?;
        carry = gates.matmul(&turned)?;
        cell_carry = (cell * forget)?;
        found.push(gates);
    }
    found.reverse();
    let input = Tensor::stack(&found, 0)?; // (L, 2, N, 4 H)
    let weight = weight_slopes(&trace.states, &input)?;
    Ok(Slopes { input, weight, bias: None })
}
