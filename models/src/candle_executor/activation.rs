//! Element-wise non-linearities.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};

use super::exponential::exp;
use super::host;
use crate::layer::Activation;
use crate::wide::wide;

/// √(2/π).
const ROOT: f64 = 0.797_884_560_802_865_4;
/// The factor of the cube in the tangent form of GELU.
const CUBE: f64 = 0.044_715;

/// Applies an activation to each value.
pub(super) fn activation(values: &Tensor, activation: Activation, kernels: bool) -> Result<Tensor> {
    if kernels {
        return values.contiguous()?.apply_op1(ActivationOp { activation });
    }
    match activation {
        Activation::Relu => {
            let positive = values.gt(&values.zeros_like()?)?.to_dtype(values.dtype())?;
            values * positive
        }
        Activation::Gelu => {
            let cube = (values.sqr()? * values)?;
            let inner = ((values + (cube * CUBE)?)? * ROOT)?;
            (values * 0.5)? * (inner.tanh()? + 1.0)?
        }
    }
}

/// An activation on the CPU.
struct ActivationOp {
    activation: Activation,
}

/// 1/2 (1 + tanh(√(2/π) (x + 0.044715 x³))) = 1 / (1 + exp(-2 √(2/π) (x + 0.044715 x³))).
#[inline(always)]
#[allow(clippy::inline_always)]
pub(crate) fn gate(x: f32) -> f32 {
    const FACTOR: f32 = -2.0 * ROOT as f32;
    1.0 / (1.0 + exp(FACTOR * (x + CUBE as f32 * x * x * x)))
}

#[inline(always)]
#[allow(clippy::inline_always)]
pub(crate) fn gelu_slope(x: f32) -> f32 {
    const FACTOR: f32 = 2.0 * ROOT as f32;
    let gate = gate(x);
    gate + x * gate * (1.0 - gate) * FACTOR * (1.0 + 3.0 * CUBE as f32 * x * x)
}

impl CustomOp1 for ActivationOp {
    fn name(&self) -> &'static str {
        "activation"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let values = host::slice(storage, layout)?;
        let mut out = values.to_vec();
        wide(|| match self.activation {
            Activation::Relu => out.iter_mut().for_each(|x| *x = x.max(0.0)),
            Activation::Gelu => out.iter_mut().for_each(|x| *x *= gate(*x)),
        });
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }

    fn bwd(&self, values: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let gradient = gradient.contiguous()?;
        let slopes = host::values(&gradient)?;
        let inputs = host::values(values)?;
        let mut out = slopes.to_vec();
        let pairs = out.iter_mut().zip(inputs.iter());
        wide(|| match self.activation {
            Activation::Relu => pairs.for_each(|(g, &x)| *g = if x > 0.0 { *g } else { 0.0 }),
            Activation::Gelu => pairs.for_each(|(g, &x)| *g *= gelu_slope(x)),
        });
        Ok(Some(Tensor::from_vec(out, values.shape(), values.device())?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gelu_agrees_with_pytorch() {
        // import torch, torch.nn.functional as F
        // print(F.gelu(torch.tensor([-20., -2., -.5, 0., .5, 2., 20.]), approximate="tanh").tolist())
        let inputs = [-20.0, -2.0, -0.5, 0.0, 0.5, 2.0, 20.0];
        let expected = [0.0, -0.045_402, -0.154_286, 0.0, 0.345_714, 1.954_598, 20.0];
        for (x, expected) in inputs.into_iter().zip(expected) {
            assert!((x * gate(x) - expected).abs() < 1e-6, "{x}");
        }
    }
}
