//! Counts over sequences, in memory that does not grow with the file.

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use cistron_encoders::alphabet::Alphabet;
use serde::Serialize;

use crate::read::record::Record;

/// Identifiers and sequences that are remembered, to find repeated ones: about 100 MB.
const REMEMBERED: usize = 2_000_000;

/// What the sequences of a file are.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Sequences {
    /// The alphabet that the symbols of all sequences together look like; `None` where they are
    /// of none, or of several.
    pub alphabet: Option<String>,
    /// Symbols of all sequences.
    pub symbols: u64,
    /// Lengths.
    pub lengths: Lengths,
    /// Share of G and C among A, C, G, T and U; `None` for proteins.
    pub gc: Option<f64>,
    /// Share of lower-case symbols.
    pub lower_case: f64,
    /// Share of symbols that stand for several: N and other codes, X, B, Z and J of proteins.
    pub ambiguous: f64,
    /// Qualities; `None` where there are none.
    pub qualities: Option<Qualities>,
}

/// Lengths of sequences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Lengths {
    /// The shortest.
    pub minimum: u64,
    /// The middle one, the lower of two.
    pub median: u64,
    /// The longest.
    pub maximum: u64,
    /// Half of all symbols are in sequences at least this long.
    pub n50: u64,
}

/// Qualities of a FASTQ file.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Qualities {
    /// The lowest, as the file writes it.
    pub minimum: char,
    /// The highest, as the file writes it.
    pub maximum: char,
    /// The mean over all symbols, as an offset from `!` (Phred scores of Sanger and Illumina 1.8).
    pub mean: f64,
}

/// Running counts.
pub(super) struct Tally {
    /// How often each byte occurs.
    pub(super) symbols: [u64; 256],
    qualities: [u64; 256],
    /// Number of sequences of each length.
    pub(super) lengths: BTreeMap<u64, u64>,
    /// Sequences that alone look like DNA, RNA, a protein, or none of them.
    pub(super) kinds: [u64; 4],
    /// Sequences of whole codons from a start codon on.
    pub(super) coding: u64,
    /// Identifiers, and sequences, that were seen before; the first repeated identifier.
    pub(super) repeated: [u64; 2],
    pub(super) repeated_id: Option<String>,
    /// Whether more records came than are remembered.
    pub(super) forgotten: bool,
    seen: [HashSet<u64>; 2],
    hasher: RandomState,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            symbols: [0; 256],
            qualities: [0; 256],
            lengths: BTreeMap::new(),
            kinds: [0; 4],
            coding: 0,
            repeated: [0; 2],
            repeated_id: None,
            forgotten: false,
            seen: [HashSet::new(), HashSet::new()],
            hasher: RandomState::new(),
        }
    }
}

impl Tally {
    /// Counts one record.
    pub(super) fn push(&mut self, record: &Record) {
        let mut counts = [0_u64; 256];
        for symbol in &record.sequence {
            counts[usize::from(*symbol)] += 1;
        }
        let kind = match Alphabet::guess_from_counts(&counts) {
            Some(Alphabet::Dna) => 0,
            Some(Alphabet::Rna) => 1,
            Some(Alphabet::Protein) => 2,
            None => 3,
        };
        self.kinds[kind] += 1;
        for (sum, count) in self.symbols.iter_mut().zip(counts) {
            *sum += count;
        }
        for quality in &record.qualities {
            self.qualities[usize::from(*quality)] += 1;
        }
        *self.lengths.entry(record.sequence.len() as u64).or_default() += 1;
        let sequence = &record.sequence;
        let start = sequence.get(1..3).is_some_and(|end| end.eq_ignore_ascii_case(b"TG"));
        self.coding += u64::from(kind == 0 && start && sequence.len().is_multiple_of(3));
        self.remember(record);
    }

    fn remember(&mut self, record: &Record) {
        if self.seen[0].len() >= REMEMBERED {
            self.forgotten = true;
            return;
        }
        let hashes = [
            self.hasher.hash_one(&record.id),
            self.hasher.hash_one(record.sequence.to_ascii_uppercase()),
        ];
        for (at, hash) in hashes.into_iter().enumerate() {
            if !self.seen[at].insert(hash) {
                self.repeated[at] += 1;
                if at == 0 {
                    self.repeated_id.get_or_insert_with(|| record.id.clone());
                }
            }
        }
    }

    /// Number of occurrences of any of `symbols`, in either case.
    pub(super) fn count(&self, symbols: &[u8]) -> u64 {
        let one = |symbol: &u8| {
            let lower = symbol.to_ascii_lowercase();
            let both = self.symbols[usize::from(*symbol)];
            if lower == *symbol { both } else { both + self.symbols[usize::from(lower)] }
        };
        symbols.iter().map(one).sum()
    }

    /// The alphabet of all sequences together.
    pub(super) fn alphabet(&self) -> Option<Alphabet> {
        Alphabet::guess_from_counts(&self.symbols)
    }

    /// Symbols of all sequences.
    pub(super) fn total(&self) -> u64 {
        self.symbols.iter().sum()
    }

    /// The counts in words that people use; `None` where there was no record.
    pub(super) fn finish(&self) -> Option<Sequences> {
        let records: u64 = self.lengths.values().sum();
        let (minimum, maximum) = (*self.lengths.keys().next()?, *self.lengths.keys().last()?);
        let total = self.total();
        let alphabet = self.alphabet();
        let share = |n: u64| if total == 0 { 0.0 } else { n as f64 / total as f64 };
        let bases = self.count(b"ACGTU");
        let nucleic = alphabet.is_none_or(Alphabet::is_nucleic) && bases * 2 > total;
        let ambiguous: &[u8] = if nucleic { b"RYSWKMBDHVN" } else { b"BZJX" };
        let mut seen = 0;
        let median = self.lengths.iter().find(|(_, n)| {
            seen += **n;
            seen * 2 >= records
        });
        let mut summed = 0;
        let n50 = self.lengths.iter().rev().find(|(length, n)| {
            summed += **length * **n;
            summed * 2 >= total
        });
        Some(Sequences {
            alphabet: alphabet.map(|alphabet| alphabet.to_string()),
            symbols: total,
            lengths: Lengths {
                minimum,
                median: median.map_or(0, |(length, _)| *length),
                maximum,
                n50: n50.map_or(0, |(length, _)| *length),
            },
            gc: (nucleic && bases > 0).then(|| self.count(b"GC") as f64 / bases as f64),
            lower_case: share(self.symbols[b'a'.into()..=b'z'.into()].iter().sum()),
            ambiguous: share(self.count(ambiguous)),
            qualities: self.finish_qualities(),
        })
    }

    fn finish_qualities(&self) -> Option<Qualities> {
        let used = |at: &usize| self.qualities[*at] > 0;
        let (minimum, maximum) = ((0..256).find(used)?, (0..256).rev().find(used)?);
        let total: u64 = self.qualities.iter().sum();
        let rows = self.qualities.iter().enumerate();
        let sum: f64 = rows.map(|(at, n)| (at as f64 - f64::from(b'!')) * *n as f64).sum();
        Some(Qualities {
            minimum: char::from(minimum as u8),
            maximum: char::from(maximum as u8),
            mean: sum / total as f64,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_by_hand() {
        let mut tally = Tally::default();
        assert_eq!(tally.finish(), None);
        for (id, sequence, qualities) in
            [("a", "ATGgga", "!!!III"), ("b", "NN", ""), ("c", "CCCC", "")]
        {
            tally.push(&Record {
                id: id.into(),
                sequence: sequence.into(),
                qualities: qualities.into(),
                ..Record::default()
            });
        }
        let found = tally.finish().unwrap();
        assert_eq!(found.alphabet.as_deref(), Some("DNA"));
        assert_eq!(found.lengths, Lengths { minimum: 2, median: 4, maximum: 6, n50: 6 });
        assert_eq!((found.gc, found.lower_case, found.ambiguous), (Some(0.7), 0.25, 2.0 / 12.0));
        let qualities = found.qualities.unwrap();
        assert_eq!((qualities.minimum, qualities.maximum, qualities.mean), ('!', 'I', 20.0));
        assert_eq!((tally.coding, tally.kinds), (1, [3, 0, 0, 0]));
    }
}
