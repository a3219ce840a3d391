//! The exponential function of slices, in a form that compilers turn into vector instructions.

/// e^x, with a relative error below 2 × 10⁻⁷; x is cut to [-87, 88].
///
/// x = n ln 2 + r with |r| ≤ ln 2 / 2; e^r by its Taylor polynomial of degree 7 (Cody & Waite 1980).
#[inline(always)]
#[allow(clippy::inline_always)]
pub(crate) fn exp(x: f32) -> f32 {
    // 1.5 × 2²³: adding it leaves the nearest integer in the low bits of the mantissa.
    const ROUND: f32 = 12_582_912.0;
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let x = x.clamp(-87.0, 88.0);
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = x - n * LN_2_HIGH - n * LN_2_LOW;
    let tail = r * (1.0 / 5040.0) + 1.0 / 720.0;
    let tail = (tail * r + 1.0 / 120.0) * r + 1.0 / 24.0;
    let tail = (tail * r + 1.0 / 6.0) * r + 0.5;
    let mantissa = tail * r * r + r + 1.0;
    let exponent = shifted.to_bits().wrapping_sub(ROUND.to_bits());
    f32::from_bits(mantissa.to_bits().wrapping_add(exponent << 23))
}

/// 1 / (1 + e^-x).
#[inline(always)]
#[allow(clippy::inline_always)]
pub(crate) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// The hyperbolic tangent, with an absolute error below 2 × 10⁻⁷.
#[inline(always)]
#[allow(clippy::inline_always)]
pub(crate) fn tanh(x: f32) -> f32 {
    1.0 - 2.0 / (1.0 + exp(2.0 * x))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_standard_library() {
        for step in -8700..=8800 {
            let x = step as f32 / 100.0;
            let exact = f64::from(x).exp();
            let error = (f64::from(exp(x)) / exact - 1.0).abs();
            assert!(error < 2e-7, "{x}: {error}");
        }
        assert!(exp(-1e30) < 2e-38 && exp(f32::NEG_INFINITY) < 2e-38);
        assert!((exp(0.0) - 1.0).abs() < f32::EPSILON);
    }

    #[test]
    fn the_functions_made_of_it_agree_too() {
        for step in -10_000..=10_000 {
            let x = step as f32 / 100.0;
            let exact = f64::from(x);
            assert!((f64::from(tanh(x)) - exact.tanh()).abs() < 2e-7, "{x}");
            let expected = 1.0 / (1.0 + (-exact).exp());
            assert!((f64::from(sigmoid(x)) - expected).abs() < 2e-7, "{x}");
        }
    }
}
