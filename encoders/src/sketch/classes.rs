//! k-mers grouped by the records that hold them.
//!
//! k-mers of related sequences mostly occur in exactly the same records. An index over such
//! *colour classes* (as in coloured de Bruijn graphs, doi:10.1093/bioinformatics/btx444) counts each
//! list of records once, however many k-mers share it, so that even a domain common to all records
//! costs no more than one k-mer.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hasher};

use super::postings::{Keep, Postings, Ranges};
use super::sets::KmerSets;

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

/// The classes of all k-mers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Inverted {
    /// All different k-mers, sorted; none with [`Keep::Between`].
    pub(super) kmers: Vec<u64>,
    /// The class of each of `kmers`.
    pub(super) class_of: Vec<u32>,
    pub(super) classes: Classes,
}

impl Inverted {
    pub(super) fn build(sets: &KmerSets, keep: Keep<'_>) -> Self {
        let mut inverted = Self::default();
        let mut known = Known::default();
        if keep == Keep::All {
            // The first classes are those of the k-mers that only one record holds.
            (0..sets.len() as u32).for_each(|record| inverted.classes.push(&[record], 0));
        }
        // In the order of the ranges, so that classes have the same numbers on any machine.
        for postings in Ranges::new(sets, keep).flatten() {
            inverted.merge(&postings, &mut known, keep);
        }
        inverted
    }

    fn merge(&mut self, postings: &Postings, known: &mut Known, keep: Keep<'_>) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alphabet::Alphabet;

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
        let shared = Inverted::build(&sets, Keep::Between(&[Some(0), Some(1), Some(2)]));
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
}
