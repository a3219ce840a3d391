//! k-mer counts: how often each k-mer occurs in a sequence.

mod window;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::alphabet::{Alphabet, UnknownSymbol};
use crate::batch::Batch;
use crate::{Encoder, Shape};
pub(crate) use window::each_kmer;

/// How the k-mer counts of a sequence are scaled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// Counts as they are.
    None,
    /// Shares: counts divided by their sum.
    Relative,
    /// Counts divided by their Euclidean norm.
    #[default]
    L2,
    /// ln(1 + count), divided by the Euclidean norm.
    LogL2,
}

impl Scale {
    pub(crate) fn apply(self, counts: &mut [f32]) {
        if self == Self::LogL2 {
            for count in counts.iter_mut() {
                *count = count.ln_1p();
            }
        }
        let size = match self {
            Self::None => return,
            Self::Relative => counts.iter().map(|&c| f64::from(c)).sum::<f64>(),
            Self::L2 | Self::LogL2 => {
                counts.iter().map(|&c| f64::from(c).powi(2)).sum::<f64>().sqrt()
            }
        };
        // A sequence without a k-mer stays all zeros.
        if size > 0.0 {
            for count in counts {
                *count = (f64::from(*count) / size) as f32;
            }
        }
    }
}

/// k-mer counts (N, 1, 4^k), or (N, 1, 20^k) for proteins.
///
/// Made by [`build`](crate::build). Channels are the k-mers in lexicographic order of [`Alphabet::symbols`] (AA, AC, AG, AT, CA, …).
/// Canonical counting folds a k-mer with its reverse complement: channels are then the k-mers that
/// do not come after their reverse complement, in the same order: (4^k + 4^(k/2)) / 2 of them for
/// even k, 4^k / 2 for odd. k-mers that hold an ambiguity code are skipped.
#[derive(Clone, Debug)]
pub struct KmerCounts {
    alphabet: Alphabet,
    k: usize,
    channels: usize,
    /// The channel of each k-mer where k-mers are folded.
    fold: Option<Vec<u32>>,
    scale: Scale,
}

impl KmerCounts {
    /// Returns an encoder of k-mers; `canonical` has no meaning for proteins.
    pub(crate) fn new(alphabet: Alphabet, k: usize, canonical: bool, scale: Scale) -> Self {
        let kmers = alphabet.letters().pow(k as u32);
        let fold = (canonical && alphabet.is_nucleic()).then(|| canonical_channels(k));
        let channels = fold
            .as_ref()
            .map_or(kmers, |fold| fold.iter().max().map_or(0, |&last| last as usize + 1));
        Self { alphabet, k, channels, fold, scale }
    }

    /// Returns the k-mer of each channel, in the order of the channels.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names = Vec::with_capacity(self.channels);
        for (kmer, name) in kmer_names(self.alphabet, self.k).enumerate() {
            // The first k-mer of a channel is the canonical one.
            let channel = self.fold.as_ref().map_or(kmer, |fold| fold[kmer] as usize);
            if channel == names.len() {
                names.push(name);
            }
        }
        names
    }
}

/// Returns all k-mers of the letters of an alphabet in lexicographic order.
pub(crate) fn kmer_names(alphabet: Alphabet, k: usize) -> impl Iterator<Item = String> {
    let (letters, symbols) = (alphabet.letters(), alphabet.symbols());
    (0..letters.pow(k as u32)).map(move |kmer| {
        let place = |at: usize| kmer / letters.pow((k - 1 - at) as u32) % letters;
        (0..k).map(|at| char::from(symbols[place(at)])).collect()
    })
}

impl Encoder for KmerCounts {
    fn shape(&self) -> Shape {
        Shape::Dense { length: 1, channels: self.channels }
    }

    fn encode(&self, sequences: &[&[u8]], batch: &mut Batch) -> Result<(), UnknownSymbol> {
        // (N, 1, C)
        let values = batch.begin_dense(1, self.channels, sequences.iter().map(|_| 1));
        let rows = values.chunks_mut(self.channels);
        for (i, (sequence, counts)) in sequences.iter().zip(rows).enumerate() {
            each_kmer(self.alphabet, sequence, self.k, |kmer| {
                let channel = match (kmer, &self.fold) {
                    (Some(kmer), Some(fold)) => fold[kmer] as usize,
                    (Some(kmer), None) => kmer,
                    (None, _) => return,
                };
                counts[channel] += 1.0;
            })
            .map_err(|error| error.in_record(i))?;
            self.scale.apply(counts);
        }
        Ok(())
    }
}

/// Returns the channel of each k-mer of bases when it is folded with its reverse complement.
fn canonical_channels(k: usize) -> Vec<u32> {
    let mut channels = Vec::with_capacity(4_usize.pow(k as u32));
    let mut next = 0;
    for kmer in 0..4_usize.pow(k as u32) {
        let partner = (0..k).fold(0, |code, at| (code << 2) | (3 - (kmer >> (2 * at) & 3)));
        if partner < kmer {
            channels.push(channels[partner]);
        } else {
            channels.push(next);
            next += 1;
        }
    }
    channels
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encode(encoder: &KmerCounts, sequence: &[u8]) -> Vec<f32> {
        let mut batch = Batch::default();
        encoder.encode(&[sequence], &mut batch).unwrap();
        batch.to_dense().unwrap()
    }

    fn counts(k: usize, canonical: bool, scale: Scale, sequence: &[u8]) -> Vec<(String, f32)> {
        let encoder = KmerCounts::new(Alphabet::Dna, k, canonical, scale);
        let values = encode(&encoder, sequence);
        encoder.names().into_iter().zip(values).filter(|(_, value)| *value != 0.0).collect()
    }

    fn named(counts: &[(&str, f32)]) -> Vec<(String, f32)> {
        counts.iter().map(|&(name, value)| (name.to_owned(), value)).collect()
    }

    #[test]
    fn counts_by_hand() {
        let plain = counts(2, false, Scale::None, b"aaCNGTAAA");
        assert_eq!(plain, named(&[("AA", 3.0), ("AC", 1.0), ("GT", 1.0), ("TA", 1.0)]));
        let folded = counts(2, true, Scale::None, b"AACNGTAAATT");
        assert_eq!(folded, named(&[("AA", 4.0), ("AC", 2.0), ("AT", 1.0), ("TA", 1.0)]));
    }

    #[test]
    fn canonical_channels_by_hand() {
        let names = KmerCounts::new(Alphabet::Dna, 2, true, Scale::None).names();
        assert_eq!(names, ["AA", "AC", "AG", "AT", "CA", "CC", "CG", "GA", "GC", "TA"]);
        for (k, expected) in [(1, 2), (2, 10), (3, 32), (4, 136), (5, 512), (6, 2080)] {
            let encoder = KmerCounts::new(Alphabet::Dna, k, true, Scale::None);
            assert_eq!((encoder.channels, encoder.names().len()), (expected, expected));
        }
    }

    #[test]
    fn scales_by_hand() {
        let sequence = b"AAAACAAC"; // A 6, C 2
        assert_eq!(counts(1, false, Scale::Relative, sequence), named(&[("A", 0.75), ("C", 0.25)]));
        let l2 = 40_f64.sqrt();
        let expected = [("A", (6.0 / l2) as f32), ("C", (2.0 / l2) as f32)];
        assert_eq!(counts(1, false, Scale::L2, sequence), named(&expected));
        // python: from math import *; a, c = log(7), log(3); n = hypot(a, c); print(a / n, c / n)
        let found = counts(1, false, Scale::LogL2, sequence);
        for ((_, value), expected) in found.iter().zip([0.870_802_35, 0.491_633_27]) {
            assert!((value - expected).abs() < 1e-6, "{value} {expected}");
        }
    }

    #[test]
    fn a_sequence_without_a_kmer_is_all_zeros() {
        for scale in [Scale::None, Scale::Relative, Scale::L2, Scale::LogL2] {
            assert_eq!(counts(3, false, scale, b"AC"), []);
            assert_eq!(counts(2, false, scale, b"ANANA"), []);
        }
    }

    #[test]
    fn protein_counts_by_hand() {
        let encoder = KmerCounts::new(Alphabet::Protein, 2, false, Scale::None);
        let values = encode(&encoder, b"MKMKX*AA");
        let found: Vec<_> = encoder.names().into_iter().zip(values).filter(|c| c.1 > 0.0).collect();
        assert_eq!(found, named(&[("AA", 1.0), ("KM", 1.0), ("MK", 2.0)]));
    }

    proptest! {
        #[test]
        fn canonical_counts_are_strand_symmetric(sequence in "[ACGTN]{0,60}", k in 1_usize..6) {
            let encoder = KmerCounts::new(Alphabet::Dna, k, true, Scale::L2);
            let other = Alphabet::Dna.reverse_complement(sequence.as_bytes()).unwrap();
            prop_assert_eq!(encode(&encoder, sequence.as_bytes()), encode(&encoder, &other));
        }

        #[test]
        fn counts_agree_with_searching(sequence in "[ACGTN]{0,60}", k in 1_usize..4) {
            let encoder = KmerCounts::new(Alphabet::Dna, k, false, Scale::None);
            let found = encode(&encoder, sequence.as_bytes());
            for (name, count) in encoder.names().iter().zip(found) {
                let windows = sequence.as_bytes().windows(k);
                let expected = windows.filter(|window| *window == name.as_bytes()).count();
                prop_assert_eq!(count.to_bits(), (expected as f32).to_bits());
            }
        }
    }
}
