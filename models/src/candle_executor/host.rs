//! The values of a tensor in this computer's memory, as slices.

use std::ops::Deref;

use candle_core::{CpuStorage, DType, Layout, Result, Storage, Tensor};

/// The values of an operation's argument, which must be contiguous.
pub(super) fn slice<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let Some((start, end)) = layout.contiguous_offsets() else {
        candle_core::bail!("an operation got values that are not contiguous");
    };
    Ok(&storage.as_slice::<f32>()?[start..end])
}

/// A tensor's values, borrowed.
pub(super) struct Values<G> {
    guard: G,
    start: usize,
    end: usize,
}

/// Borrows the values of a contiguous tensor of 32-bit floats on the CPU.
pub(super) fn values(tensor: &Tensor) -> Result<Values<impl Deref<Target = Storage>>> {
    let (guard, layout) = tensor.storage_and_layout();
    let Some((start, end)) = layout.contiguous_offsets() else {
        candle_core::bail!("an operation got values that are not contiguous");
    };
    match &*guard {
        Storage::Cpu(CpuStorage::F32(_)) => Ok(Values { guard, start, end }),
        _ => candle_core::bail!("an operation of the CPU got other values than 32-bit floats"),
    }
}

impl<G: Deref<Target = Storage>> Deref for Values<G> {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        match &*self.guard {
            Storage::Cpu(CpuStorage::F32(values)) => &values[self.start..self.end],
            // `values` lets no other storage through.
            _ => &[],
        }
    }
}

/// Copies a tensor's values from any device.
pub(super) fn copy(tensor: &Tensor, to: &mut [f32]) -> Result<()> {
    let tensor = tensor.contiguous()?;
    if tensor.device().is_cpu() && tensor.dtype() == DType::F32 {
        to.copy_from_slice(&values(&tensor)?);
    } else {
        let values: Vec<f32> = tensor.flatten_all()?.to_dtype(DType::F32)?.to_vec1()?;
        to.copy_from_slice(&values);
    }
    Ok(())
}
