//! Intervals of estimates.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use statrs::distribution::{Beta, ContinuousCDF, Normal};

/// The level of every interval that a report prints.
pub const LEVEL: f64 = 0.95;

/// An interval with its limits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Interval {
    /// Lower limit.
    pub low: f64,
    /// Upper limit.
    pub high: f64,
}

/// 95 % interval of a share by the score method (Wilson 1927, doi:10.1080/01621459.1927.10502953).
///
/// `None` of no item, or where there are more hits than items.
#[must_use]
pub fn wilson(hits: usize, n: usize) -> Option<Interval> {
    if n == 0 || hits > n {
        return None;
    }
    let (share, n) = (hits as f64 / n as f64, n as f64);
    let z = Normal::standard().inverse_cdf(f64::midpoint(1.0, LEVEL));
    let scale = 1.0 + z * z / n;
    let centre = (share + z * z / (2.0 * n)) / scale;
    let half = z / scale * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    // At 0 and 1 the limit is exact, but for rounding.
    let low = if share == 0.0 { 0.0 } else { centre - half };
    let high = if share >= 1.0 { 1.0 } else { centre + half };
    Some(Interval { low, high })
}

/// 95 % interval of a share by inverting the exact binomial test (Clopper and Pearson 1934,
/// doi:10.1093/biomet/26.4.404): never too short, often too long.
///
/// `None` of no item, or where there are more hits than items.
#[must_use]
pub fn clopper_pearson(hits: usize, n: usize) -> Option<Interval> {
    if n == 0 || hits > n {
        return None;
    }
    let tail = f64::midpoint(0.0, 1.0 - LEVEL);
    let limit = |hits: usize, misses: usize, share: f64| {
        Some(Beta::new(hits as f64, misses as f64).ok()?.inverse_cdf(share))
    };
    let low = if hits == 0 { 0.0 } else { limit(hits, n - hits + 1, tail)? };
    let high = if hits == n { 1.0 } else { limit(hits + 1, n - hits, 1.0 - tail)? };
    Some(Interval { low, high })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// statsmodels 0.15.0: `proportion_confint(hits, n, method="wilson")` and `method="beta"`.
    #[test]
    fn agree_with_statsmodels() {
        for (hits, n, wilson_limits, exact_limits) in [
            (20, 32, (0.452_544_074, 0.770_661_127), (0.436_922_455, 0.788_999_684)),
            (0, 10, (0.000_000_000, 0.277_532_800), (0.000_000_000, 0.308_497_108)),
            (10, 10, (0.722_467_200, 1.000_000_000), (0.691_502_892, 1.000_000_000)),
            (1, 3, (0.061_491_945, 0.792_340_399), (0.008_403_759, 0.905_700_676)),
            (208, 876, (0.210_449_382, 0.266_729_154), (0.209_615_964, 0.267_048_019)),
            (4999, 5000, (0.998_867_911, 0.999_964_694), (0.998_886_181, 0.999_994_936)),
        ] {
            for (found, (low, high)) in
                [(wilson(hits, n), wilson_limits), (clopper_pearson(hits, n), exact_limits)]
            {
                let found = found.unwrap();
                assert!((found.low - low).abs() < 1e-7, "{hits} of {n}: {found:?}");
                assert!((found.high - high).abs() < 1e-7, "{hits} of {n}: {found:?}");
            }
        }
    }

    #[test]
    fn nothing_has_no_share() {
        assert_eq!((wilson(0, 0), wilson(2, 1)), (None, None));
        assert_eq!((clopper_pearson(0, 0), clopper_pearson(2, 1)), (None, None));
    }

    proptest! {
        #[test]
        fn intervals_hold_the_share_and_stay_within_zero_and_one(n in 1_usize..5000, part in 0.0..=1.0) {
            let hits = (n as f64 * part) as usize;
            let share = hits as f64 / n as f64;
            for interval in [wilson(hits, n).unwrap(), clopper_pearson(hits, n).unwrap()] {
                prop_assert!(0.0 <= interval.low && interval.low <= share, "{interval:?}");
                prop_assert!(share <= interval.high && interval.high <= 1.0, "{interval:?}");
            }
        }
    }
}
