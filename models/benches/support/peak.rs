//! The greatest rate of 32-bit multiply-adds that one thread of this processor reaches.
#![allow(unsafe_code)]

use super::clock;

/// Independent sums: enough to hide the latency of the instruction.
const SUMS: usize = 16;
const ROUNDS: usize = 100_000;

/// Billions of operations a second, two a multiply-add, in registers.
pub fn gigaflops(seconds: f64) -> f64 {
    let mut lanes = 0;
    let measured = clock::measure(seconds, 1, |_| lanes = round());
    2.0 * (SUMS * ROUNDS * lanes) as f64 / measured.cpu / 1e9
}

/// Runs the sums once; the floats of one.
fn round() -> usize {
    #[cfg(target_arch = "x86_64")]
    {
        if std::arch::is_x86_feature_detected!("avx512f") {
            // SAFETY: the processor has just been asked.
            return unsafe { avx512() };
        }
        if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")
        {
            // SAFETY: the processor has just been asked.
            return unsafe { avx2() };
        }
    }
    let mut sums = [[0.5_f32; 4]; SUMS];
    let factor = std::hint::black_box(0.5_f32);
    for _ in 0..ROUNDS {
        for sum in sums.as_flattened_mut() {
            *sum = *sum * factor + factor;
        }
    }
    std::hint::black_box(sums);
    4
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn avx512() -> usize {
    use std::arch::x86_64::{_mm512_fmadd_ps, _mm512_set1_ps};
    let factor = _mm512_set1_ps(std::hint::black_box(0.5));
    let mut sums = [factor; SUMS];
    for _ in 0..ROUNDS {
        for sum in &mut sums {
            *sum = _mm512_fmadd_ps(*sum, factor, factor);
        }
    }
    std::hint::black_box(sums);
    16
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn avx2() -> usize {
    use std::arch::x86_64::{_mm256_fmadd_ps, _mm256_set1_ps};
    let factor = _mm256_set1_ps(std::hint::black_box(0.5));
    let mut sums = [factor; SUMS];
    for _ in 0..ROUNDS {
        for sum in &mut sums {
            *sum = _mm256_fmadd_ps(*sum, factor, factor);
        }
    }
    std::hint::black_box(sums);
    8
}
