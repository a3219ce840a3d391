//! Quantiles and histogram bins of a list of numbers.

use serde::Serialize;

/// Bins that a histogram has at most.
const BINS: f64 = 30.0;

/// Seven quantiles of a list of numbers, linear between ranks (type 7 of Hyndman and Fan 1996,
/// doi:10.2307/2684934, as `numpy.quantile` has it).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Quantiles {
    /// The least value.
    pub min: f64,
    /// 5 % lie below.
    pub q05: f64,
    /// A quarter lies below.
    pub q25: f64,
    /// Half lies below.
    pub median: f64,
    /// A quarter lies above.
    pub q75: f64,
    /// 5 % lie above.
    pub q95: f64,
    /// The greatest value.
    pub max: f64,
}

impl Quantiles {
    /// Quantiles of `values`; `None` where there is none or one is not finite.
    #[must_use]
    pub fn of(mut values: Vec<f64>) -> Option<Self> {
        if values.is_empty() || values.iter().any(|v| !v.is_finite()) {
            return None;
        }
        values.sort_by(f64::total_cmp);
        let at = |q: f64| {
            let rank = q * (values.len() - 1) as f64;
            let (below, above) = (values[rank.floor() as usize], values[rank.ceil() as usize]);
            below + (above - below) * rank.fract()
        };
        Some(Self {
            min: at(0.0),
            q05: at(0.05),
            q25: at(0.25),
            median: at(0.5),
            q75: at(0.75),
            q95: at(0.95),
            max: at(1.0),
        })
    }
}

/// One bar of a histogram of lengths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Bin {
    /// Least length of the bin.
    pub from: u64,
    /// First length beyond the bin.
    pub to: u64,
    /// Records in the bin.
    pub records: usize,
    /// Whether the bin also holds every greater length.
    pub open: bool,
}

/// Bins of a round width from the least length to the 99th percentile; the last one is open
/// where there are greater lengths, so that one giant does not flatten the picture.
#[must_use]
pub fn bins(lengths: &[f64]) -> Vec<Bin> {
    let mut sorted: Vec<u64> = lengths.iter().map(|&l| l.max(0.0) as u64).collect();
    sorted.sort_unstable();
    let (Some(&min), Some(&max)) = (sorted.first(), sorted.last()) else { return Vec::new() };
    let percentile = sorted[(sorted.len() - 1) * 99 / 100];
    // Twice the 99th percentile is where cutting starts to pay.
    let end = if max > 2 * percentile { percentile } else { max };
    let width = round_up((end - min) as f64 / BINS);
    let start = min / width * width;
    let mut bins: Vec<Bin> = (start..=end)
        .step_by(width as usize)
        .map(|from| Bin { from, to: from + width, records: 0, open: false })
        .collect();
    let last = bins.len() - 1;
    for length in sorted {
        bins[(((length - start) / width) as usize).min(last)].records += 1;
    }
    bins[last].open = max >= bins[last].to;
    bins
}

/// The next of 1, 2, 5, 10, 20, 50, … that is not less than `width`.
fn round_up(width: f64) -> u64 {
    let mut step = 1_u64;
    loop {
        for factor in [1, 2, 5] {
            if (factor * step) as f64 >= width {
                return factor * step;
            }
        }
        step *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_agree_with_numpy() {
        // numpy.quantile([3, 1, 4, 1, 5, 9, 2, 6], [0, .05, .25, .5, .75, .95, 1])
        let found = Quantiles::of(vec![3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0]).unwrap();
        let expected = [1.0, 1.0, 1.75, 3.5, 5.25, 7.95, 9.0];
        let found =
            [found.min, found.q05, found.q25, found.median, found.q75, found.q95, found.max];
        for (a, b) in found.iter().zip(expected) {
            assert!((a - b).abs() < 1e-12, "{a} {b}");
        }
        assert_eq!(Quantiles::of(vec![]), None);
        assert_eq!(Quantiles::of(vec![1.0, f64::NAN]), None);
    }

    #[test]
    fn bins_hold_every_record_and_the_last_is_open_before_a_giant() {
        let mut lengths: Vec<f64> = (0..500).map(|i| f64::from(300 + i)).collect();
        let plain = bins(&lengths);
        assert_eq!(plain.iter().map(|b| b.records).sum::<usize>(), 500);
        assert_eq!((plain[0].from, plain[0].to), (300, 320));
        assert!(plain.len() <= 31 && !plain.iter().any(|b| b.open));
        lengths.push(18_921.0);
        let cut = bins(&lengths);
        assert_eq!(cut.iter().map(|b| b.records).sum::<usize>(), 501);
        assert!(cut.len() <= 31 && cut.last().unwrap().open);
        assert_eq!(bins(&[7.0]), [Bin { from: 7, to: 8, records: 1, open: false }]);
        assert_eq!(bins(&[]), []);
    }
}
