//! k-mers packed into integers and scattered over their range.

use super::SketchError;
use crate::alphabet::Alphabet;

/// The k-mers of an alphabet as integers below 2^bits.
///
/// A k-mer is packed, 2 bits a base or 5 bits a residue, made canonical, and scattered by a
/// bijection. Scattering makes sorted k-mers evenly spread: a set's first m are its bottom-m
/// sketch, and equal ranges hold equally many. Being a bijection, it never makes two k-mers one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KmerSpace {
    pub(crate) alphabet: Alphabet,
    pub(crate) k: usize,
}

impl KmerSpace {
    pub(crate) fn new(alphabet: Alphabet, k: usize) -> Result<Self, SketchError> {
        let (min, max) = if alphabet.is_nucleic() { (4, 31) } else { (2, 12) };
        if (min..=max).contains(&k) {
            Ok(Self { alphabet, k })
        } else {
            Err(SketchError::K { k, alphabet, min, max })
        }
    }

    /// Returns the number of bits of a packed k-mer, 8 to 62.
    pub(crate) fn bits(self) -> u32 {
        self.k as u32 * if self.alphabet.is_nucleic() { 2 } else { 5 }
    }

    fn mask(self) -> u64 {
        (1 << self.bits()) - 1
    }

    /// Appends the k-mers of a sequence to `out`, sorted, each once.
    pub(crate) fn collect(self, sequence: &[u8], out: &mut Vec<u64>) {
        let start = out.len();
        if self.alphabet.is_nucleic() {
            self.bases(sequence, out);
        } else {
            self.residues(sequence, out);
        }
        self.sort(&mut out[start..]);
        let mut kept = start;
        for at in start..out.len() {
            if kept == start || out[at] != out[kept - 1] {
                out[kept] = out[at];
                kept += 1;
            }
        }
        out.truncate(kept);
    }

    /// Sorts k-mers.
    ///
    /// Scattered k-mers are dealt evenly to short piles by their highest bits, and only those of one
    /// pile are compared.
    fn sort(self, kmers: &mut [u64]) {
        let piles = (kmers.len() / 4).next_power_of_two().ilog2().min(self.bits());
        let shift = self.bits() - piles;
        let pile = |kmer: u64| (kmer >> shift) as usize;
        let mut ends = vec![0; 1 << piles];
        for &kmer in &*kmers {
            ends[pile(kmer)] += 1;
        }
        let mut sum = 0;
        for end in &mut ends {
            sum += *end;
            *end = sum;
        }
        // Each pile is filled from its end, after which its end is its start.
        let mut starts = ends;
        let unsorted = kmers.to_vec();
        for kmer in unsorted {
            let start = &mut starts[pile(kmer)];
            *start -= 1;
            kmers[*start] = kmer;
        }
        starts.push(kmers.len());
        for pile in starts.windows(2) {
            kmers[pile[0]..pile[1]].sort_unstable();
        }
    }

    fn bases(self, sequence: &[u8], out: &mut Vec<u64>) {
        let (lookup, mask) = (self.alphabet.lookup(), self.mask());
        let high = self.bits() - 2;
        let (mut forward, mut reverse, mut run) = (0, 0, 0);
        for &symbol in sequence {
            // Letters have codes 1 to 4; padding never occurs in a look-up table.
            let base = u64::from(lookup[usize::from(symbol)]).wrapping_sub(1);
            if base > 3 {
                run = 0;
                continue;
            }
            forward = (forward << 2 | base) & mask;
            reverse = reverse >> 2 | (3 - base) << high;
            run += 1;
            if run >= self.k {
                out.push(self.scatter(forward.min(reverse)));
            }
        }
    }

    fn residues(self, sequence: &[u8], out: &mut Vec<u64>) {
        let (lookup, mask) = (self.alphabet.lookup(), self.mask());
        let (mut kmer, mut run) = (0, 0);
        for &symbol in sequence {
            let residue = u64::from(lookup[usize::from(symbol)]).wrapping_sub(1);
            if residue > 19 {
                run = 0;
                continue;
            }
            kmer = (kmer << 5 | residue) & mask;
            run += 1;
            if run >= self.k {
                out.push(self.scatter(kmer));
            }
        }
    }

    /// Maps integers of `bits` onto themselves, one to one.
    ///
    /// Multiplying by an odd number and xoring the upper half into the lower can both be undone;
    /// the constants are those of `SplitMix64` (doi:10.1145/2660193.2660195).
    fn scatter(self, kmer: u64) -> u64 {
        let (mask, half) = (self.mask(), self.bits().div_ceil(2));
        let mut x = kmer ^ kmer >> half;
        x = x.wrapping_mul(0xbf58_476d_1ce4_e5b9) & mask;
        x ^= x >> half;
        x = x.wrapping_mul(0x94d0_49bb_1331_11eb) & mask;
        x ^ x >> half
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    fn kmers(alphabet: Alphabet, k: usize, sequence: &[u8]) -> Vec<u64> {
        let mut out = vec![u64::MAX];
        KmerSpace::new(alphabet, k).unwrap().collect(sequence, &mut out);
        assert_eq!(out.remove(0), u64::MAX);
        out
    }

    #[test]
    fn scattering_is_a_bijection() {
        for (alphabet, k) in [(Alphabet::Dna, 4), (Alphabet::Dna, 9), (Alphabet::Protein, 3)] {
            let space = KmerSpace::new(alphabet, k).unwrap();
            let all = 1 << space.bits();
            let images: HashSet<u64> = (0..all).map(|kmer| space.scatter(kmer)).collect();
            assert_eq!(images.len() as u64, all);
            assert!(images.iter().all(|&image| image < all));
        }
    }

    #[test]
    fn sets_by_hand() {
        assert_eq!(kmers(Alphabet::Dna, 4, b"AAAAAAA").len(), 1);
        assert_eq!(kmers(Alphabet::Dna, 4, b"AAAATTTT").len(), 3); // AAAA, AAAT, AATT
        assert_eq!(kmers(Alphabet::Dna, 4, b"AAACNAAAC").len(), 1);
        assert_eq!(kmers(Alphabet::Dna, 4, b"AAAC-GTTT").len(), 1);
        assert!(kmers(Alphabet::Dna, 4, b"ACG").is_empty());
        assert_eq!(kmers(Alphabet::Rna, 4, b"AAUC"), kmers(Alphabet::Dna, 4, b"gatt"));
        assert_eq!(kmers(Alphabet::Protein, 3, b"MKVKMX").len(), 3);
        assert_ne!(kmers(Alphabet::Protein, 3, b"MKV"), kmers(Alphabet::Protein, 3, b"VKM"));
    }

    #[test]
    fn k_has_limits() {
        for (alphabet, k) in [
            (Alphabet::Dna, 3),
            (Alphabet::Rna, 32),
            (Alphabet::Protein, 1),
            (Alphabet::Protein, 13),
        ] {
            assert!(matches!(KmerSpace::new(alphabet, k), Err(SketchError::K { .. })));
        }
    }

    proptest! {
        #[test]
        fn sets_agree_with_windows(sequence in "[ACGTN]{0,60}", k in 4_usize..32) {
            let windows = sequence.as_bytes().windows(k).filter(|window| !window.contains(&b'N'));
            let canonical = windows.map(|window| {
                let other = Alphabet::Dna.reverse_complement(window).unwrap();
                other.min(window.to_vec())
            });
            let found = kmers(Alphabet::Dna, k, sequence.as_bytes());
            prop_assert!(found.is_sorted_by(|a, b| a < b));
            prop_assert_eq!(found.len(), canonical.collect::<HashSet<_>>().len());
        }

        #[test]
        fn piles_are_sorted(
            mut kmers in prop::collection::vec(0_u64..1 << 20, 0..300), few in any::<bool>(),
            k in 10_usize..32
        ) {
            if few {
                for kmer in &mut kmers {
                    *kmer %= 16;
                }
            }
            let mut expected = kmers.clone();
            expected.sort_unstable();
            KmerSpace::new(Alphabet::Dna, k).unwrap().sort(&mut kmers);
            prop_assert_eq!(kmers, expected);
        }

        #[test]
        fn strands_have_one_set(sequence in "[ACGTNR]{0,80}", k in 4_usize..32) {
            let other = Alphabet::Dna.reverse_complement(sequence.as_bytes()).unwrap();
            prop_assert_eq!(
                kmers(Alphabet::Dna, k, sequence.as_bytes()),
                kmers(Alphabet::Dna, k, &other)
            );
        }
    }
}
