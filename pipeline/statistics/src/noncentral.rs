//! The noncentral chi-squared distribution: how large an association a statistic allows for.

use statrs::distribution::{ChiSquared, ContinuousCDF, Normal};
use statrs::function::gamma::ln_gamma;

use super::interval::{Interval, LEVEL};

/// Noncentrality from which the distribution is as good as Sankaran's normal approximation.
const LARGE: f64 = 2000.0;

/// Poisson weights below this share are left out.
const LEAST: f64 = 1e-14;

/// Halvings of the range that a limit is searched in.
const STEPS: usize = 60;

/// Probability of a statistic of at most `statistic` with these degrees of freedom and noncentrality.
///
/// A mean of central distributions with Poisson weights; of a large noncentrality the normal
/// approximation of Sankaran (1963, doi:10.1093/biomet/50.1-2.199).
#[must_use]
pub fn noncentral_cdf(statistic: f64, degrees: f64, noncentrality: f64) -> f64 {
    if statistic <= 0.0 {
        return 0.0;
    }
    if noncentrality > LARGE {
        return sankaran(statistic, degrees, noncentrality);
    }
    let half = noncentrality / 2.0;
    let term = |j: f64| {
        let weight =
            if half > 0.0 { (j * half.ln() - half - ln_gamma(j + 1.0)).exp() } else { 1.0 };
        let below =
            ChiSquared::new(degrees + 2.0 * j).map_or(0.0, |central| central.cdf(statistic));
        (weight, weight * below)
    };
    if half <= 0.0 {
        return term(0.0).1;
    }
    // Outwards from the heaviest weight.
    let mode = half.floor();
    let mut sum = 0.0;
    for (start, step) in [(mode, 1.0), (mode - 1.0, -1.0)] {
        let mut j = start;
        while j >= 0.0 {
            let (weight, part) = term(j);
            sum += part;
            if weight < LEAST {
                break;
            }
            j += step;
        }
    }
    sum.min(1.0)
}

fn sankaran(statistic: f64, degrees: f64, noncentrality: f64) -> f64 {
    let (k, l) = (degrees, noncentrality);
    let h = 1.0 - 2.0 / 3.0 * (k + l) * (k + 3.0 * l) / (k + 2.0 * l).powi(2);
    let p = (k + 2.0 * l) / (k + l).powi(2);
    let m = (h - 1.0) * (1.0 - 3.0 * h);
    let mean = 1.0 + h * p * (h - 1.0 - 0.5 * (2.0 - h) * m * p);
    let deviation = h * (2.0 * p).sqrt() * (1.0 + 0.5 * m * p);
    Normal::standard().cdf(((statistic / (k + l)).powf(h) - mean) / deviation)
}

/// 95 % interval of the noncentrality behind a statistic, by inverting its distribution (Smithson
/// 2003, Confidence Intervals, doi:10.4135/9781412983761); 0 where chance alone gives as much.
#[must_use]
pub fn noncentrality(statistic: f64, degrees: f64) -> Interval {
    let tail = f64::midpoint(0.0, 1.0 - LEVEL);
    let limit = |share: f64| {
        if noncentral_cdf(statistic, degrees, 0.0) < share {
            return 0.0;
        }
        // The probability falls as the noncentrality grows.
        let (mut low, mut high) = (0.0, statistic + 10.0 * (statistic + degrees).sqrt() + 50.0);
        for _ in 0..STEPS {
            let middle = f64::midpoint(low, high);
            if noncentral_cdf(statistic, degrees, middle) > share {
                low = middle;
            } else {
                high = middle;
            }
        }
        f64::midpoint(low, high)
    };
    Interval { low: limit(1.0 - tail), high: limit(tail) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SciPy 1.17.1 `ncx2.cdf(x, df, nc)`.
    #[test]
    fn agrees_with_scipy() {
        for (x, df, nc, expected) in CDF {
            let found = noncentral_cdf(x, df, nc);
            assert!((found - expected).abs() < 1e-9, "{x} {df} {nc}: {found}");
        }
        // The approximation, two digits less exact.
        for (x, df, nc, expected) in LARGE_CDF {
            let found = noncentral_cdf(x, df, nc);
            assert!((found - expected).abs() < 1e-4, "{x} {df} {nc}: {found}");
        }
    }

    /// SciPy 1.17.1: `brentq(lambda nc: ncx2.cdf(x, df, nc) - share, 0, 1000)` for .975 and .025.
    #[test]
    fn limits_agree_with_scipy() {
        for (x, df, low, high) in LIMITS {
            let found = noncentrality(x, df);
            assert!((found.low - low).abs() < 1e-6, "{x} {df}: {found:?}");
            assert!((found.high - high).abs() < 1e-6, "{x} {df}: {found:?}");
        }
        assert_eq!(noncentrality(0.0, 1.0), Interval { low: 0.0, high: 0.0 });
    }

    const CDF: [(f64, f64, f64, f64); 5] = [
        (3.84, 1.0, 0.0, 0.949_956_478_751),
        (13.6, 1.0, 10.0, 0.700_396_115_531),
        (30.0, 4.0, 25.5, 0.555_934_250_909),
        (9.0, 12.0, 3.0, 0.150_527_321_203),
        (600.0, 19.0, 550.0, 0.747_693_833_136),
    ];

    const LARGE_CDF: [(f64, f64, f64, f64); 2] =
        [(2900.0, 3.0, 3000.0, 0.173_859_899_490), (20500.0, 40.0, 20000.0, 0.947_364_198_713)];

    const LIMITS: [(f64, f64, f64, f64); 4] = [
        (13.86, 1.0, 3.107_949_536, 32.294_966_864),
        (0.5, 1.0, 0.0, 7.078_940_473),
        (30.0, 6.0, 8.391_389_247, 49.469_937_510),
        (200.0, 12.0, 138.201_690_237, 247.535_059_310),
    ];
}
