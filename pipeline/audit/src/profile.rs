//! What the training records look like, kept beside a model so that queries can be held against it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::drift::Spread;
use cistron_data::dataset::Dataset;
use cistron_split::neighbour::identity::Identities;

/// The range that holds the middle 99 % of a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Range {
    /// Its .5 % quantile.
    pub low: f64,
    /// Its 99.5 % quantile.
    pub high: f64,
}

impl Range {
    /// The range of `values`, none of them negative; `None` where there is no value.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut counted = Values::default();
        values.into_iter().for_each(|value| counted.push(value));
        counted.range()
    }

    /// Whether `value` lies in the range.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }
}

/// Values that are not negative, each different one with its number.
///
/// Lengths and shares repeat: D different lengths need D² / 2 symbols, and D different shares of GC
/// about D^1.5, so that the records of 10 GB hold at most some 140 000 and three million of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Values {
    /// By the bits of the value, which are in its order where it is not negative.
    counts: BTreeMap<u64, usize>,
    len: usize,
}

impl Values {
    pub(super) fn push(&mut self, value: f64) {
        *self.counts.entry(value.to_bits()).or_default() += 1;
        self.len += 1;
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The value that `below` others precede in order.
    fn at(&self, below: usize) -> Option<f64> {
        let mut seen = 0;
        let found = self.counts.iter().find(|(_, n)| {
            seen += **n;
            seen > below
        });
        found.map(|(bits, _)| f64::from_bits(*bits))
    }

    /// The range of the middle 99 %.
    pub(super) fn range(&self) -> Option<Range> {
        let last = self.len.checked_sub(1)? as f64;
        // Outwards, so that small sets keep their extremes.
        let low = self.at((last * 0.005).floor() as usize)?;
        let high = self.at((last * 0.995).ceil() as usize)?;
        Some(Range { low, high })
    }
}

/// What the training records look like.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Profile {
    /// Number of records.
    pub records: usize,
    /// Their lengths, in symbols or cycles.
    pub length: Option<Range>,
    /// Their shares of G and C among the unambiguous bases; absent for proteins and numbers.
    pub gc: Option<Range>,
    /// How length and composition are spread over them.
    #[serde(default)]
    pub spreads: Vec<Spread>,
    /// Sorted 64-bit hashes, in hexadecimal, of the sequences as either strand, or of the numbers.
    pub identities: Vec<String>,
}

impl Profile {
    /// The profile of `records` of a data set.
    #[must_use]
    pub fn new(dataset: &Dataset, records: &[usize]) -> Self {
        let training = dataset.select(records);
        let all = || (0..training.len()).map(|i| training.sequence(i));
        let known = Identities::new(&training);
        let mut identities: Vec<String> =
            (0..training.len()).map(|i| short(known.canonical(i))).collect();
        identities.sort();
        identities.dedup();
        Self {
            records: training.len(),
            length: Range::of((0..training.len()).map(|i| training.positions(i) as f64)),
            gc: if dataset.numbers.is_none() && dataset.alphabet.is_nucleic() {
                Range::of(all().filter_map(gc))
            } else {
                None
            },
            spreads: Spread::of(&training),
            identities,
        }
    }

    /// Which of length and GC content lie outside the range that holds 99 % of the training records.
    #[must_use]
    pub fn outside(&self, sequence: &[u8]) -> &'static str {
        let length = self.length.is_some_and(|range| !range.contains(sequence.len() as f64));
        let share = self.gc.zip(gc(sequence)).is_some_and(|(range, gc)| !range.contains(gc));
        match (length, share) {
            (false, false) => "",
            (true, false) => "length",
            (false, true) => "gc",
            (true, true) => "length gc",
        }
    }

    /// Whether a sequence with these hashes is a training record, as either strand.
    #[must_use]
    pub fn holds(&self, canonical: u128) -> bool {
        self.identities.binary_search(&short(canonical)).is_ok()
    }
}

/// The first 64 bits.
fn short(hash: u128) -> String {
    format!("{:016x}", hash >> 64)
}

/// Share of G and C among the unambiguous bases; `None` where there is none.
#[must_use]
pub(super) fn gc(sequence: &[u8]) -> Option<f64> {
    let (mut strong, mut weak) = (0_usize, 0_usize);
    for symbol in sequence {
        match symbol.to_ascii_uppercase() {
            b'G' | b'C' => strong += 1,
            b'A' | b'T' | b'U' => weak += 1,
            _ => {}
        }
    }
    (strong + weak > 0).then(|| strong as f64 / (strong + weak) as f64)
}

#[cfg(test)]
mod tests {
    use super::super::planted;
    use super::*;

    #[test]
    fn the_middle_of_the_training_records() {
        let mut sequences: Vec<Vec<u8>> = (1..=1000).map(|n| vec![b'A'; n]).collect();
        sequences[0] = b"GGCC".to_vec();
        let dataset = planted::two_classes(&sequences);
        let profile = Profile::new(&dataset, &(0..1000).collect::<Vec<_>>());
        assert_eq!(profile.length, Some(Range { low: 5.0, high: 996.0 }));
        assert_eq!(profile.gc, Some(Range { low: 0.0, high: 0.0 }));
        assert_eq!(profile.records, 1000);
        assert_eq!(profile.outside(&[b'A'; 500]), "");
        assert_eq!(profile.outside(&[b'T'; 4]), "length");
        assert_eq!(profile.outside(&[b'G'; 10]), "gc");
        assert_eq!(profile.outside(&[b'C'; 1000]), "length gc");
        let few = Profile::new(&dataset, &[0, 9]);
        assert_eq!(few.length, Some(Range { low: 4.0, high: 10.0 }));
        assert!(few.gc.is_some_and(|r| r.contains(0.5) && !r.contains(1.1)));
        assert_eq!(Profile::new(&dataset, &[]).length, None);
    }

    #[test]
    fn training_records_are_recognised_on_either_strand() {
        let dataset = planted::two_classes(&[b"AACCG".to_vec(), b"cggtt".to_vec(), b"T".to_vec()]);
        let profile = Profile::new(&dataset, &[0]);
        let identities = Identities::new(&dataset);
        let held: Vec<bool> = (0..3).map(|i| profile.holds(identities.canonical(i))).collect();
        assert_eq!(held, [true, true, false]);
    }

    #[test]
    fn gc_ignores_ambiguity() {
        assert_eq!(gc(b"GgNNaU"), Some(0.5));
        assert_eq!(gc(b"NN"), None);
    }
}
