//! Sixteen 32-bit floats at a time: the vector that every kernel is written in.
#![allow(unsafe_code)]

/// Floats of a vector; channels are padded to a multiple of it.
pub(super) const LANES: usize = 16;

/// Sixteen floats in the registers of one kind of processor.
///
/// # Safety
///
/// The processor must support the instructions that the implementation is named after, and pointers
/// must be valid for sixteen floats; they need no alignment.
pub(super) trait Lanes: Copy {
    /// All equal.
    unsafe fn splat(value: f32) -> Self;
    /// Sixteen floats of a buffer.
    unsafe fn load(from: *const f32) -> Self;
    /// Writes them to a buffer.
    unsafe fn store(self, to: *mut f32);
    /// `self` + `other`.
    unsafe fn add(self, other: Self) -> Self;
    /// `self` × `factor` + `sum`.
    unsafe fn multiply_add(self, factor: Self, sum: Self) -> Self;
    /// The greater of each pair.
    unsafe fn max(self, other: Self) -> Self;
    /// `other` in the lanes where `left` is greater than `right`, else `self`.
    unsafe fn where_greater(self, left: Self, right: Self, other: Self) -> Self;
}

/// Plain floats, for every processor; compilers turn them into its own vectors.
#[derive(Clone, Copy)]
pub(super) struct Portable([f32; LANES]);

impl Portable {
    #[inline(always)]
    #[allow(clippy::inline_always)]
    fn pairs(self, other: Self, combine: impl Fn(f32, f32) -> f32) -> Self {
        Self(std::array::from_fn(|lane| combine(self.0[lane], other.0[lane])))
    }
}

// SAFETY: plain Rust but for the pointers, whose validity the caller promises.
#[allow(clippy::inline_always)]
impl Lanes for Portable {
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        Self([value; LANES])
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller promises sixteen floats; the read needs no alignment.
        Self(unsafe { from.cast::<[f32; LANES]>().read_unaligned() })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: as for `load`.
        unsafe { to.cast::<[f32; LANES]>().write_unaligned(self.0) }
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        self.pairs(other, |a, b| a + b)
    }

    #[inline(always)]
    unsafe fn multiply_add(self, factor: Self, sum: Self) -> Self {
        // Without the instruction, `mul_add` is a call of a slow function.
        const FUSED: bool = cfg!(any(target_arch = "aarch64", target_feature = "fma"));
        Self(std::array::from_fn(|i| {
            if FUSED {
                self.0[i].mul_add(factor.0[i], sum.0[i])
            } else {
                self.0[i] * factor.0[i] + sum.0[i]
            }
        }))
    }

    #[inline(always)]
    unsafe fn max(self, other: Self) -> Self {
        self.pairs(other, |a, b| if a > b { a } else { b })
    }

    #[inline(always)]
    unsafe fn where_greater(self, left: Self, right: Self, other: Self) -> Self {
        Self(std::array::from_fn(|i| if left.0[i] > right.0[i] { other.0[i] } else { self.0[i] }))
    }
}

#[cfg(target_arch = "x86_64")]
pub(super) use x86::{Avx2, Avx512};

#[cfg(target_arch = "x86_64")]
#[allow(clippy::inline_always)]
mod x86 {
    use std::arch::x86_64::{
        __m256, __m512, _CMP_GT_OQ, _mm256_add_ps, _mm256_blendv_ps, _mm256_cmp_ps,
        _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_max_ps, _mm256_set1_ps, _mm256_storeu_ps,
        _mm512_add_ps, _mm512_cmp_ps_mask, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_mask_blend_ps,
        _mm512_max_ps, _mm512_set1_ps, _mm512_storeu_ps,
    };

    use super::Lanes;

    /// Two registers of eight: AVX2 and FMA.
    #[derive(Clone, Copy)]
    pub(in crate::cpu) struct Avx2(__m256, __m256);

    /// One register of sixteen: AVX-512F.
    #[derive(Clone, Copy)]
    pub(in crate::cpu) struct Avx512(__m512);

    // SAFETY of every block below: the caller promises the instructions and the pointers.
    impl Lanes for Avx2 {
        #[inline(always)]
        unsafe fn splat(value: f32) -> Self {
            // SAFETY: see the trait.
            unsafe { Self(_mm256_set1_ps(value), _mm256_set1_ps(value)) }
        }

        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            // SAFETY: see the trait.
            unsafe { Self(_mm256_loadu_ps(from), _mm256_loadu_ps(from.add(8))) }
        }

        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            // SAFETY: see the trait.
            unsafe {
                _mm256_storeu_ps(to, self.0);
                _mm256_storeu_ps(to.add(8), self.1);
            }
        }

        #[inline(always)]
        unsafe fn add(self, other: Self) -> Self {
            // SAFETY: see the trait.
            unsafe { Self(_mm256_add_ps(self.0, other.0), _mm256_add_ps(self.1, other.1)) }
        }

        #[inline(always)]
        unsafe fn multiply_add(self, factor: Self, sum: Self) -> Self {
            // SAFETY: see the trait.
            unsafe {
                Self(
                    _mm256_fmadd_ps(self.0, factor.0, sum.0),
                    _mm256_fmadd_ps(self.1, factor.1, sum.1),
                )
            }
        }

        #[inline(always)]
        unsafe fn max(self, other: Self) -> Self {
            // SAFETY: see the trait.
            unsafe { Self(_mm256_max_ps(self.0, other.0), _mm256_max_ps(self.1, other.1)) }
        }

        #[inline(always)]
        unsafe fn where_greater(self, left: Self, right: Self, other: Self) -> Self {
            // SAFETY: see the trait.
            unsafe {
                let (low, high) = (
                    _mm256_cmp_ps::<_CMP_GT_OQ>(left.0, right.0),
                    _mm256_cmp_ps::<_CMP_GT_OQ>(left.1, right.1),
                );
                Self(
                    _mm256_blendv_ps(self.0, other.0, low),
                    _mm256_blendv_ps(self.1, other.1, high),
                )
            }
        }
    }

    impl Lanes for Avx512 {
        #[inline(always)]
        unsafe fn splat(value: f32) -> Self {
            // SAFETY: see the trait.
            Self(unsafe { _mm512_set1_ps(value) })
        }

        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            // SAFETY: see the trait.
            Self(unsafe { _mm512_loadu_ps(from) })
        }

        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            // SAFETY: see the trait.
            unsafe { _mm512_storeu_ps(to, self.0) }
        }

        #[inline(always)]
        unsafe fn add(self, other: Self) -> Self {
            // SAFETY: see the trait.
            Self(unsafe { _mm512_add_ps(self.0, other.0) })
        }

        #[inline(always)]
        unsafe fn multiply_add(self, factor: Self, sum: Self) -> Self {
            // SAFETY: see the trait.
            Self(unsafe { _mm512_fmadd_ps(self.0, factor.0, sum.0) })
        }

        #[inline(always)]
        unsafe fn max(self, other: Self) -> Self {
            // SAFETY: see the trait.
            Self(unsafe { _mm512_max_ps(self.0, other.0) })
        }

        #[inline(always)]
        unsafe fn where_greater(self, left: Self, right: Self, other: Self) -> Self {
            // SAFETY: see the trait.
            unsafe {
                let greater = _mm512_cmp_ps_mask::<_CMP_GT_OQ>(left.0, right.0);
                Self(_mm512_mask_blend_ps(greater, self.0, other.0))
            }
        }
    }
}
