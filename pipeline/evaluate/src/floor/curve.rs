//! What single numbers of a curve tell: its end, its steepest rise, its number of cycles.

use cistron_models::baseline::{FeatureError, FeatureTable};

use cistron_data::dataset::Numbers;

/// Cycles before amplification, whose median is the background.
const BACKGROUND: std::ops::Range<usize> = 2..10;

/// What a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// Fluorescence in the last cycle: as it is, above the background, and relative to it.
    EndPoint,
    /// Greatest rise from one cycle to the next: as it is, and as a share of the curve's range.
    SteepestRise,
    /// Number of cycles.
    Cycles,
}

impl Feature {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::EndPoint, Self::SteepestRise, Self::Cycles];

    /// Names of the columns of one channel.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::EndPoint => &["end point", "rise to the end", "relative rise to the end"],
            Self::SteepestRise => &["steepest rise", "steepest rise over range"],
            Self::Cycles => &["cycles"],
        }
    }

    /// Values of one channel. Those in the instrument's units go through asinh, as units differ by
    /// powers of ten.
    fn values(self, curve: &[f64]) -> Vec<f64> {
        let (Some(last), n) = (curve.last().copied(), curve.len()) else {
            return vec![0.0; self.names().len()];
        };
        match self {
            Self::EndPoint => {
                let window = BACKGROUND.start.min(n - 1)..BACKGROUND.end.min(n);
                let mut window = curve[window].to_vec();
                window.sort_by(f64::total_cmp);
                let rise = last - window[window.len() / 2];
                let size = last.abs() + window[window.len() / 2].abs();
                let relative = if size > 0.0 { rise / size } else { 0.0 };
                vec![last.asinh(), rise.asinh(), relative]
            }
            Self::SteepestRise => {
                let rise = curve.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max);
                let limits = |(low, high): (f64, f64), v: &f64| (low.min(*v), high.max(*v));
                let (low, high) = curve.iter().fold((last, last), limits);
                vec![rise.asinh(), if high > low { rise / (high - low) } else { 0.0 }]
            }
            Self::Cycles => vec![n as f64],
        }
    }
}

/// Features (N, 1, F) of some records, channel by channel.
pub fn table(
    numbers: &Numbers,
    records: &[usize],
    features: &[Feature],
) -> Result<FeatureTable, FeatureError> {
    let channels = numbers.channels.len();
    let several = channels > 1;
    // The number of cycles is the same in every channel.
    let once = |feature: &Feature, channel: usize| *feature != Feature::Cycles || channel == 0;
    let mut names = Vec::new();
    for (channel, name) in numbers.channels.iter().enumerate() {
        for feature in features.iter().filter(|feature| once(feature, channel)) {
            let plain = feature.names().iter().map(ToString::to_string);
            names.extend(plain.map(|n| if several { format!("{n} of {name}") } else { n }));
        }
    }
    let mut values = Vec::with_capacity(records.len() * names.len());
    for i in records {
        let row = numbers.record(*i); // (L, C)
        for channel in 0..channels {
            let curve = row.iter().skip(channel).step_by(channels.max(1));
            let curve: Vec<f64> = curve.map(|value| f64::from(*value)).collect();
            for feature in features.iter().filter(|feature| once(feature, channel)) {
                values.extend(feature.values(&curve).into_iter().map(|value| value as f32));
            }
        }
    }
    FeatureTable::new(records.len(), names, values)
}

/// Class frequencies by number of cycles: what a look-up of that number answers.
///
/// Every frequency starts from the overall one, as if one record more had been seen; a number of
/// cycles that was not learnt has just that.
pub(super) fn by_cycles(
    learnt: &[(usize, usize)],
    asked: impl Iterator<Item = usize>,
    classes: usize,
) -> Vec<f32> {
    let mut overall = vec![0.0_f64; classes];
    let mut counts: std::collections::HashMap<usize, Vec<f64>> = std::collections::HashMap::new();
    for (cycles, label) in learnt {
        overall[*label] += 1.0 / learnt.len() as f64;
        counts.entry(*cycles).or_insert_with(|| vec![0.0; classes])[*label] += 1.0;
    }
    let none = vec![0.0; classes];
    asked
        .flat_map(|cycles| {
            let seen = counts.get(&cycles).unwrap_or(&none);
            let all = 1.0 + seen.iter().sum::<f64>();
            let shares = seen.iter().zip(&overall).map(|(n, prior)| ((n + prior) / all) as f32);
            shares.collect::<Vec<f32>>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use cistron_data::dataset::{Dataset, Measured};

    #[test]
    fn numbers_of_a_curve_are_those_worked_out_by_hand() {
        let mut dataset = Dataset::of_numbers(Measured::Curves, vec!["FAM".into()]);
        dataset.push_numbers("a".into(), &[9.0, 9.0, 1.0, 1.0, 1.0, 3.0, 9.0, 9.0], 1);
        let numbers = dataset.numbers.as_ref().unwrap();
        let found = table(numbers, &[0], &Feature::ALL).unwrap();
        assert_eq!(found.names().len(), 6);
        // Background: the median of 1 1 1 3 9 9, the upper of the middle two, is 3.
        let expected = [9.0_f64.asinh(), 6.0_f64.asinh(), 0.5, 6.0_f64.asinh(), 0.75, 8.0];
        for (found, expected) in found.row(0).iter().zip(expected) {
            assert!((f64::from(*found) - expected).abs() < 1e-6, "{found} {expected}");
        }
    }

    #[test]
    fn channels_have_their_own_numbers_and_the_cycles_are_counted_once() {
        let channels = vec!["FAM".to_string(), "ROX".to_string()];
        let mut dataset = Dataset::of_numbers(Measured::Curves, channels);
        dataset.push_numbers("a".into(), &[1.0, 5.0, 2.0, 5.0], 1);
        let numbers = dataset.numbers.as_ref().unwrap();
        let found = table(numbers, &[0], &[Feature::SteepestRise, Feature::Cycles]).unwrap();
        assert_eq!(found.names()[0], "steepest rise of FAM");
        assert_eq!(found.row(0)[1..], [1.0, 2.0, 0.0, 0.0]);
    }

    #[test]
    fn the_number_of_cycles_answers_with_what_it_saw() {
        let learnt = [(35, 0), (35, 0), (40, 1), (40, 0)];
        let found = by_cycles(&learnt, [35, 40, 50].into_iter(), 2);
        let expected = [2.75 / 3.0, 0.25 / 3.0, 1.75 / 3.0, 1.25 / 3.0, 0.75, 0.25];
        for (found, expected) in found.iter().zip(expected) {
            assert!((f64::from(*found) - expected).abs() < 1e-6, "{found} {expected}");
        }
    }
}
