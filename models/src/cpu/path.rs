//! Which vector instructions the kernels use.

/// A family of vector instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Path {
    /// Whatever the compiler makes of plain loops.
    Portable,
    /// AVX2 and FMA of x86-64.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// AVX-512 of x86-64.
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Path {
    /// The paths that this processor can take, the fastest first.
    pub(super) fn possible() -> impl Iterator<Item = Self> {
        #[cfg(target_arch = "x86_64")]
        let wide = {
            let avx512 = std::arch::is_x86_feature_detected!("avx512f")
                && std::arch::is_x86_feature_detected!("avx512dq")
                && std::arch::is_x86_feature_detected!("avx512vl")
                && std::arch::is_x86_feature_detected!("avx512bw");
            let avx2 = std::arch::is_x86_feature_detected!("avx2")
                && std::arch::is_x86_feature_detected!("fma");
            [avx512.then_some(Self::Avx512), avx2.then_some(Self::Avx2)]
        };
        #[cfg(not(target_arch = "x86_64"))]
        let wide: [Option<Self>; 0] = [];
        wide.into_iter().flatten().chain([Self::Portable])
    }

    /// The fastest path of this processor.
    pub(super) fn fastest() -> Self {
        Self::possible().next().unwrap_or(Self::Portable)
    }
}

/// Runs `work`, compiled for the vector instructions of a path.
///
/// `work` must be inlined to gain from it: a closure over loops and `#[inline(always)]` functions.
/// Results are the same to the bit on every path: no operation is contracted or put in another order.
#[inline(always)]
#[allow(clippy::inline_always, unsafe_code)]
pub(super) fn on<R>(path: Path, work: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw")]
    fn avx512<R>(work: impl FnOnce() -> R) -> R {
        work()
    }
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn avx2<R>(work: impl FnOnce() -> R) -> R {
        work()
    }
    match path {
        Path::Portable => work(),
        // SAFETY: `Path::possible` has asked the processor.
        #[cfg(target_arch = "x86_64")]
        Path::Avx2 => unsafe { avx2(work) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Path::Avx512 => unsafe { avx512(work) },
    }
}
