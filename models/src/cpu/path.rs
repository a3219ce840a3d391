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

/// Defines a function that is compiled for the vector instructions of each path, and takes the path
/// as its first argument.
///
/// Results are the same to the bit on every path: no operation is contracted or put in another order.
macro_rules! on_every_path {
    ($(
        $(#[$documentation:meta])*
        $visibility:vis fn $name:ident($($argument:ident: $kind:ty),* $(,)?) $body:block
    )*) => {$(
        $(#[$documentation])*
        #[allow(clippy::too_many_arguments)]
        $visibility fn $name(path: $crate::cpu::path::Path, $($argument: $kind),*) {
            #[inline(always)]
            #[allow(clippy::inline_always)]
            fn body($($argument: $kind),*) $body

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw")]
            fn avx512($($argument: $kind),*) {
                body($($argument),*);
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            fn avx2($($argument: $kind),*) {
                body($($argument),*);
            }

            match path {
                $crate::cpu::path::Path::Portable => body($($argument),*),
                // SAFETY: `Path::possible` has asked the processor.
                #[cfg(target_arch = "x86_64")]
                #[allow(unsafe_code)]
                $crate::cpu::path::Path::Avx2 => unsafe { avx2($($argument),*) },
                // SAFETY: as above.
                #[cfg(target_arch = "x86_64")]
                #[allow(unsafe_code)]
                $crate::cpu::path::Path::Avx512 => unsafe { avx512($($argument),*) },
            }
        }
    )*};
}

pub(super) use on_every_path;
