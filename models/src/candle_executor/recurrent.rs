//! Recurrences over the valid positions in both directions, step by step on the device.
//!
//! One operation stands for all steps: differentiated step by step, a long sequence would make a graph
//! too deep to walk. Its way back is backpropagation through time by the same operations.

mod gru;
mod lstm;
mod steps;

use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, CudaStorage, CustomOp3, Layout, Result, Shape, Storage, Tensor};

use super::valid::Valid;
use crate::layer::Cell;
use steps::{by_position, by_step};

/// Takes each gate's share of the input, (N, L, 2 G H), to the states (N, L, 2 H); the recurrent weight
/// is (2, H, G H), the bias (2 H).
pub(super) fn recurrent(
    gates: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    cell: Cell,
    valid: &Valid,
) -> Result<Tensor> {
    let units = weight.dim(1)?;
    let input = by_step(&gates.detach())?;
    let mask = valid.mask(gates.dtype(), gates.device())?; // (N, L, 1)
    let mask = by_step(&Tensor::cat(&[&mask, &mask], 2)?)?; // (L, 2, N, 1)
    let none = Tensor::zeros(2 * units, gates.dtype(), gates.device())?;
    let bias = bias.unwrap_or(&none);
    let states = match cell {
        Cell::Gru => {
            let vectors = bias.detach().reshape((2, 1, units))?;
            let trace = gru::forward(&input, &weight.detach(), &vectors, &mask)?;
            (by_position(&Tensor::stack(&trace.states, 0)?)?, Trace::Gru(trace))
        }
        Cell::Lstm => {
            let trace = lstm::forward(&input, &weight.detach(), &mask)?;
            (by_position(&Tensor::stack(&trace.states, 0)?)?, Trace::Lstm(trace))
        }
    };
    let (states, trace) = states;
    gates.apply_op3(weight, bias, RecurrentOp { states, trace, mask })
}

/// What the way back needs of every step.
enum Trace {
    Gru(gru::Trace),
    Lstm(lstm::Trace),
}

/// Slopes of the share of the input (L, 2, N, G H), of the weight (2, H, G H) and, where the cell has
/// one, of the bias (2 H).
struct Slopes {
    input: Tensor,
    weight: Tensor,
    bias: Option<Tensor>,
}

/// The recurrence, computed already.
struct RecurrentOp {
    /// The result, (N, L, 2 H).
    states: Tensor,
    trace: Trace,
    /// (L, 2, N, 1)
    mask: Tensor,
}

impl CustomOp3 for RecurrentOp {
    fn name(&self) -> &'static str {
        "recurrent"
    }

    fn cpu_fwd(
        &self,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (storage, layout) = self.states.storage_and_layout();
        match &*storage {
            Storage::Cpu(storage) => Ok((storage.try_clone(layout)?, self.states.shape().clone())),
            _ => candle_core::bail!("a recurrence on another device than its input"),
        }
    }

    fn cuda_fwd(
        &self,
        _: &CudaStorage,
        _: &Layout,
        _: &CudaStorage,
        _: &Layout,
        _: &CudaStorage,
        _: &Layout,
    ) -> Result<(CudaStorage, Shape)> {
        let (storage, layout) = self.states.storage_and_layout();
        match &*storage {
            Storage::Cuda(storage) => Ok((storage.try_clone(layout)?, self.states.shape().clone())),
            _ => candle_core::bail!("a recurrence on another device than its input"),
        }
    }

    fn bwd(
        &self,
        _: &Tensor,
        weight: &Tensor,
        bias: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let slopes = by_step(&gradient.detach())?; // (L, 2, N, H)
        let weight = weight.detach();
        let slopes = match &self.trace {
            Trace::Gru(trace) => gru::backward(trace, &slopes, &weight, &self.mask)?,
            Trace::Lstm(trace) => lstm::backward(trace, &slopes, &weight, &self.mask)?,
        };
        let to_bias = slopes.bias.map(|slopes| slopes.reshape(bias.shape())).transpose()?;
        Ok((Some(by_position(&slopes.input)?), Some(slopes.weight), to_bias))
    }
}
