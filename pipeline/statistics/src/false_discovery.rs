//! Many tests at once.

/// P values adjusted for the false discovery rate (Benjamini and Hochberg 1995,
/// doi:10.1111/j.2517-6161.1995.tb02031.x): rejecting those at most q keeps the expected share of
/// wrong rejections at q, for independent or positively dependent tests.
///
/// What is no p value (NaN, or not from 0 to 1) is no test: it is not counted and its place holds
/// NaN.
#[must_use]
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let mut tests: Vec<usize> =
        (0..p_values.len()).filter(|i| (0.0..=1.0).contains(&p_values[*i])).collect();
    tests.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]));
    let mut adjusted = vec![f64::NAN; p_values.len()];
    let mut least = 1.0_f64;
    for (rank, test) in tests.iter().enumerate().rev() {
        least = least.min(p_values[*test] * tests.len() as f64 / (rank + 1) as f64);
        adjusted[*test] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SciPy 1.17.1: `scipy.stats.false_discovery_control([.01, .02, .03, .04, .05, .9, .001,
    /// .04])`.
    #[test]
    fn agrees_with_scipy() {
        let p_values = [0.01, 0.02, 0.03, 0.04, 0.05, 0.9, 0.001, 0.04];
        let expected = [
            0.040_000_000,
            0.053_333_333,
            0.053_333_333,
            0.053_333_333,
            0.057_142_857,
            0.900_000_000,
            0.008_000_000,
            0.053_333_333,
        ];
        for (found, expected) in benjamini_hochberg(&p_values).iter().zip(expected) {
            assert!((found - expected).abs() < 1e-9, "{found}, not {expected}");
        }
    }

    #[test]
    fn what_is_no_test_does_not_count() {
        let adjusted = benjamini_hochberg(&[0.02, f64::NAN, 0.01, 1.5]);
        assert_eq!((adjusted[0], adjusted[2]), (0.02, 0.02));
        assert!(adjusted[1].is_nan() && adjusted[3].is_nan());
        assert!(benjamini_hochberg(&[]).is_empty());
    }
}
