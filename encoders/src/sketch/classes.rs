//! k-mers grouped by the records that hold them.
//!
//! k-mers of related sequences mostly occur in exactly the same records. An index over such
//! *colour classes* (as in coloured de Bruijn graphs, doi:10.1093/bioinformatics/btx444) counts each
//! list of records once, however many k-mers share it, so that even a domain common to all records
//! costs no more than one k-mer.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hasher};

use rayon::prelude::*;

use super::sets::KmerSets;

/// k-mers a thread sorts at a time.
const RANGE: usize = 1 << 16;

/// Ranges that are collected and sorted before their lists are merged, which bounds the memory.
const RANGES_AT_ONCE: usize = 16;

/// Records that a thread collects k-mers of at a time.
const RECORDS: usize = 1 << 12;

/// Lists of records that hold the same k-mers, in one arena.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Classes {
    offsets: Vec<usize>,
    records: Vec<u32>,
    /// k-mers of each class.
    pub(super) weights: Vec<u32>,
}

impl Classes {
    pub(super) fn len(&self) -> usize {
        self.weights.len()
    }

    /// Returns the records of a class, in ascending order.
    pub(super) fn records(&self, class: u32) -> &[u32] {
        &self.records[self.offsets[class as usize]..self.offsets[class as usize + 1]]
    }

    pub(super) fn push(&mut self, records: &[u32], weight: u32) {
        if self.offsets.is_empty() {
            self.offsets.push(0);
        }
        self.records.extend_from_slice(records);
        self.offsets.push(self.records.len());
        self.weights.push(weight);
    }
}

/// The classes by the hashes of their records.
type Known = HashMap<u64, u32, BuildHasherDefault<Itself>>;

/// Hashes of records are hashed already: hashing them again took a tenth of the time of an index.
#[derive(Default)]
struct Itself(u64);

impl Hasher for Itself {
    fn finish(&self) -> u64 {
        // Tables take the lowest bits, of which a product mixes fewest.
        self.0 ^ self.0 >> 32
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// Which k-mers an index keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// All, with the class of each: for looking k-mers up.
    All,
    /// The classes of at least two records: for comparing the records with each other.
    Shared,
}

/// The classes of all k-mers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Inverted {
    /// All different k-mers, sorted; none with [`Keep::Shared`].
    pub(super) kmers: Vec<u64>,
    /// The class of each of `kmers`.
    pub(super) class_of: Vec<u32>,
    pub(super) classes: Classes,
}

impl Inverted {
    pub(super) fn build(sets: &KmerSets, keep: Keep) -> Self {
        let ranges = (sets.kmers.len() / RANGE).clamp(1, 256).next_power_of_two();
        let shift = sets.space.bits() - ranges.ilog2();
        let mut inverted = Self::default();
        let mut known = Known::default();
        if keep == Keep::All {
            // The first classes are those of the k-mers that only one record holds.
            (0..sets.len() as u32).for_each(|record| inverted.classes.push(&[record], 0));
        }
        let at_once = ranges.min(RANGES_AT_ONCE);
        for first in (0..ranges).step_by(at_once) {
            // In the order of the ranges, so that classes have the same numbers on any machine.
            for postings in Postings::of_ranges(sets, shift, first, at_once, keep) {
                inverted.merge(&postings, &mut known, keep);
            }
        }
        inverted
    }

    fn merge(&mut self, postings: &Postings, known: &mut Known, keep: Keep) {
        let mut start = 0;
        for (at, &end) in postings.ends.iter().enumerate() {
            let records = &postings.records[start..end];
            start = end;
            let class = match records {
                [record] => *record,
                _ => self.class(records, postings.hashes[at], known),
            };
            self.classes.weights[class as usize] += 1;
            if keep == Keep::All {
                self.kmers.push(postings.kmers[at]);
                self.class_of.push(class);
            }
        }
    }

    /// Returns the class of a list of records, a new one if it is seen first.
    fn class(&mut self, records: &[u32], hash: u64, known: &mut Known) -> u32 {
        let mut key = hash;
        loop {
            match known.entry(key) {
                Entry::Occupied(entry) if self.classes.records(*entry.get()) == records => {
                    return *entry.get();
                }
                // Two lists of one hash: the second takes the next free key.
                Entry::Occupied(_) => key = key.wrapping_add(1),
                Entry::Vacant(entry) => {
                    let class = self.classes.len() as u32;
                    self.classes.push(records, 0);
                    return *entry.insert(class);
                }
            }
        }
    }
}

/// The records of each k-mer of a range.
struct Postings {
    kmers: Vec<u64>,
    ends: Vec<usize>,
    hashes: Vec<u64>,
    records: Vec<u32>,
}

impl Postings {
    /// Returns the postings of `count` ranges from `first` on.
    fn of_ranges(sets: &KmerSets, shift: u32, first: usize, count: usize, keep: Keep) -> Vec<Self> {
        // A k-mer without the bits that its range tells, and the record, in one number where they fit.
        if shift + 32 <= u64::BITS {
            let mask = (1_u64 << shift) - 1;
            let pack = |kmer: u64, record: u32| (kmer & mask) << 32 | u64::from(record);
            let pairs = collect(sets, shift, first, count, pack);
            let of = |(at, pairs): (usize, Vec<u64>)| {
                let high = ((first + at) as u64) << shift;
                Self::sorted(pairs, keep, |pair| (high | pair >> 32, pair as u32))
            };
            pairs.into_par_iter().enumerate().map(of).collect()
        } else {
            let pack = |kmer: u64, record: u32| u128::from(kmer) << 32 | u128::from(record);
            let pairs = collect(sets, shift, first, count, pack);
            let of =
                |pairs| Self::sorted(pairs, keep, |pair: u128| ((pair >> 32) as u64, pair as u32));
            pairs.into_par_iter().map(of).collect()
        }
    }

    fn sorted<P: Copy + Ord>(
        mut pairs: Vec<P>,
        keep: Keep,
        unpack: impl Fn(P) -> (u64, u32),
    ) -> Self {
        pairs.sort_unstable();
        let mut postings =
            Self { kmers: Vec::new(), ends: Vec::new(), hashes: Vec::new(), records: Vec::new() };
        for same in pairs.chunk_by(|a, b| unpack(*a).0 == unpack(*b).0) {
            if same.len() == 1 && keep == Keep::Shared {
                continue;
            }
            let mut hash = 0_u64;
            for pair in same {
                let (_, record) = unpack(*pair);
                postings.records.push(record);
                hash =
                    (hash.rotate_left(5) ^ u64::from(record)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            }
            postings.kmers.push(unpack(same[0]).0);
            postings.ends.push(postings.records.len());
            postings.hashes.push(hash);
        }
        postings
    }
}

/// Returns the packed (k-mer, record) pairs of each of `count` ranges from `first` on.
///
/// Ranges that follow each other are collected together: their k-mers lie side by side in a set, and
/// finding the place in each set once a range took half of the time of an index of many records.
fn collect<P: Send>(
    sets: &KmerSets,
    shift: u32,
    first: usize,
    count: usize,
    pack: impl Fn(u64, u32) -> P + Sync,
) -> Vec<Vec<P>> {
    let (low, high) = ((first as u64) << shift, ((first + count) as u64) << shift);
    let records: Vec<usize> = (0..sets.len()).step_by(RECORDS).collect();
    let blocks: Vec<Vec<Vec<P>>> = records
        .par_iter()
        .map(|&start| {
            let mut ranges: Vec<Vec<P>> = (0..count).map(|_| Vec::new()).collect();
            for record in start..sets.len().min(start + RECORDS) {
                let set = sets.set(record);
                let from = first_from(set, low, sets.space.bits());
                for &kmer in set[from..].iter().take_while(|&&kmer| kmer < high) {
                    ranges[(kmer >> shift) as usize - first].push(pack(kmer, record as u32));
                }
            }
            ranges
        })
        .collect();
    let mut ranges: Vec<Vec<P>> = (0..count).map(|_| Vec::new()).collect();
    for (at, range) in ranges.iter_mut().enumerate() {
        range.reserve_exact(blocks.iter().map(|block| block[at].len()).sum());
    }
    for block in blocks {
        for (range, part) in ranges.iter_mut().zip(block) {
            range.extend(part);
        }
    }
    ranges
}

/// Returns the place of the first k-mer that is not below `low`.
///
/// k-mers are scattered evenly, so that their place can be guessed within some √n: a binary search
/// of whole sets, each far from the last in memory, took half of the time of an index.
fn first_from(set: &[u64], low: u64, bits: u32) -> usize {
    let guess = ((u128::from(low) * set.len() as u128) >> bits) as usize;
    let slack = 2 * set.len().isqrt() + 1;
    let start = guess.saturating_sub(slack);
    let end = (guess + slack).min(set.len());
    let (start, end) = if start > 0 && set[start - 1] >= low {
        (0, start)
    } else if end < set.len() && set[end] < low {
        (end, set.len())
    } else {
        (start, end)
    };
    start + set[start..end].partition_point(|&kmer| kmer < low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alphabet::Alphabet;
    use proptest::prelude::*;

    #[test]
    fn classes_by_hand() {
        // ACGGT and its like occur in both of the first two, the rest in one record each.
        let sequences: [&[u8]; 3] = [b"ACGGTCATTGCA", b"ACGGTCATT", b"CCCCCA"];
        let sets = KmerSets::build(&sequences, Alphabet::Dna, 4).unwrap();
        let all = Inverted::build(&sets, Keep::All);
        assert_eq!(all.classes.len(), 4);
        assert_eq!(all.classes.weights, [3, 0, 2, 6]);
        assert_eq!(all.classes.records(3), [0, 1]);
        assert!(all.kmers.is_sorted_by(|a, b| a < b));
        assert_eq!((all.kmers.len(), all.class_of.len()), (11, 11));
        let shared = Inverted::build(&sets, Keep::Shared);
        assert_eq!((shared.classes.weights, shared.kmers.len()), (vec![6], 0));
    }

    #[test]
    fn two_lists_of_one_hash_stay_two_classes() {
        let mut inverted = Inverted::default();
        let mut known = Known::default();
        let a = inverted.class(&[1, 2], u64::MAX, &mut known);
        let b = inverted.class(&[1, 3], u64::MAX, &mut known);
        assert_ne!(a, b);
        assert_eq!(inverted.class(&[1, 3], u64::MAX, &mut known), b);
        assert_eq!(inverted.class(&[1, 2], u64::MAX, &mut known), a);
    }

    proptest! {
        #[test]
        fn guessed_places_are_found(
            mut set in prop::collection::vec(0_u64..1 << 16, 0..200), high in any::<bool>(),
            low in 0_u64..1 << 16
        ) {
            // Half of the cases are far from even.
            for kmer in &mut set {
                *kmer |= if high { 0xf000 } else { 0 };
            }
            set.sort_unstable();
            let expected = set.partition_point(|&kmer| kmer < low);
            prop_assert_eq!(first_from(&set, low, 16), expected);
        }
    }
}
