//! Wider vector instructions than every processor has, where this one has them.

/// Runs `work`, compiled for the vector instructions of this processor.
///
/// `work` must be inlined to gain from it: a closure over loops and `#[inline(always)]` functions.
/// Results are the same to the bit with and without: no operation is contracted or put in another
/// order.
#[inline(always)]
#[allow(clippy::inline_always)]
pub(crate) fn wide<R>(work: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2")]
        fn avx2<R>(work: impl FnOnce() -> R) -> R {
            work()
        }
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the line above has asked the processor.
            #[allow(unsafe_code)]
            return unsafe { avx2(work) };
        }
    }
    work()
}

/// Parts that a sum or maximum is kept in, so that it fills vector registers; their order is fixed.
const PARTS: usize = 16;

/// Folds the parts by halves: four steps of vectors instead of sixteen one after the other.
#[inline(always)]
#[allow(clippy::inline_always)]
fn halve(parts: [f32; PARTS], join: impl Fn(f32, f32) -> f32) -> f32 {
    let mut parts = parts;
    let mut half = PARTS / 2;
    while half > 0 {
        for i in 0..half {
            parts[i] = join(parts[i], parts[i + half]);
        }
        half /= 2;
    }
    parts[0]
}

/// The sum of a slice.
#[inline(always)]
#[allow(clippy::inline_always)]
pub(crate) fn sum(values: &[f32]) -> f32 {
    let mut parts = [0.0; PARTS];
    let chunks = values.chunks_exact(PARTS);
    let rest = chunks.remainder();
    for chunk in chunks {
        parts.iter_mut().zip(chunk).for_each(|(part, value)| *part += value);
    }
    parts.iter_mut().zip(rest).for_each(|(part, value)| *part += value);
    halve(parts, |a, b| a + b)
}

/// The greatest value of a slice; 0 of an empty one.
#[inline(always)]
#[allow(clippy::inline_always)]
pub(crate) fn greatest(values: &[f32]) -> f32 {
    let first = values.first().copied().unwrap_or(0.0);
    let larger = |part: f32, value: f32| if value > part { value } else { part };
    let mut parts = [first; PARTS];
    let chunks = values.chunks_exact(PARTS);
    let rest = chunks.remainder();
    for chunk in chunks {
        parts.iter_mut().zip(chunk).for_each(|(part, &value)| *part = larger(*part, value));
    }
    parts.iter_mut().zip(rest).for_each(|(part, &value)| *part = larger(*part, value));
    halve(parts, larger)
}

/// The sum of the products of two slices of the same length.
#[inline(always)]
#[allow(clippy::inline_always)]
pub(crate) fn product_sum(left: &[f32], right: &[f32]) -> f32 {
    let mut parts = [0.0; PARTS];
    let (lefts, rights) = (left.chunks_exact(PARTS), right.chunks_exact(PARTS));
    let rest = lefts.remainder().iter().zip(rights.remainder());
    for (left, right) in lefts.zip(rights) {
        let pairs = left.iter().zip(right);
        parts.iter_mut().zip(pairs).for_each(|(part, (left, right))| *part += left * right);
    }
    parts.iter_mut().zip(rest).for_each(|(part, (left, right))| *part += left * right);
    halve(parts, |a, b| a + b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_and_narrow_give_the_same_bits() {
        for length in [0, 1, 15, 16, 17, 171] {
            let left: Vec<f32> =
                (0..length).map(|i| ((i * 37 % 101) as f32 - 60.0) / 7.0).collect();
            let right: Vec<f32> = (0..length).map(|i| ((i * 11 % 23) as f32 - 9.0) / 3.0).collect();
            let narrow = [sum(&left), greatest(&left), product_sum(&left, &right)];
            let wide = wide(|| [sum(&left), greatest(&left), product_sum(&left, &right)]);
            assert_eq!(narrow.map(f32::to_bits), wide.map(f32::to_bits));
            let exact: f64 = left.iter().map(|&value| f64::from(value)).sum();
            assert!((f64::from(narrow[0]) - exact).abs() < 1e-3);
            let exact: f64 =
                left.iter().zip(&right).map(|(&l, &r)| f64::from(l) * f64::from(r)).sum();
            assert!((f64::from(narrow[2]) - exact).abs() < 1e-2);
            let exact = left.iter().copied().reduce(f32::max).unwrap_or(0.0);
            assert_eq!(narrow[1].to_bits(), exact.to_bits());
        }
    }
}
