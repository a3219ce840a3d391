//! The k-mer sets of many records in one arena.

use std::sync::OnceLock;

use rayon::prelude::*;

use super::classes::{Classes, Inverted};
use super::kmers::KmerSpace;
use super::postings::Keep;
use super::{MIN_KMERS, SketchError, share};
use crate::alphabet::Alphabet;

/// Symbols read at a time by all threads together, which bounds the memory beside the arena.
const BLOCK: usize = 1 << 22;

/// The k-mer set of each record, sorted, in one arena with offsets.
#[derive(Clone, Debug)]
pub struct KmerSets {
    pub(super) space: KmerSpace,
    /// Where each set starts in `kmers`, and where the last one ends (N + 1).
    pub(super) offsets: Vec<usize>,
    pub(super) kmers: Vec<u64>,
    /// Equal for records of equal sequence, ignoring case and strand.
    pub(super) fingerprints: Vec<u128>,
    /// The classes of at least two records, made when they are first asked for: clusters,
    /// certificates and relatives all count with them.
    shared: OnceLock<Classes>,
}

impl PartialEq for KmerSets {
    fn eq(&self, other: &Self) -> bool {
        self.space == other.space
            && self.offsets == other.offsets
            && self.kmers == other.kmers
            && self.fingerprints == other.fingerprints
    }
}

impl KmerSets {
    /// Collects the k-mers of each sequence; bytes outside the alphabet break k-mers.
    ///
    /// # Errors
    ///
    /// Fails if k is not 4 to 31 for bases or 2 to 12 for proteins, or for 2^32 k-mers and more.
    pub fn build(sequences: &[&[u8]], alphabet: Alphabet, k: usize) -> Result<Self, SketchError> {
        let space = KmerSpace::new(alphabet, k)?;
        let records = sequences.len();
        let windows = sequences.iter().map(|s| (s.len() + 1).saturating_sub(k)).sum();
        let too_large = SketchError::TooLarge { records, kmers: windows };
        let mut kmers = Vec::new();
        if records.max(windows) >= u32::MAX as usize || kmers.try_reserve_exact(windows).is_err() {
            return Err(too_large);
        }
        let mut sets = Self {
            space,
            offsets: Vec::with_capacity(records + 1),
            kmers,
            fingerprints: Vec::with_capacity(records),
            shared: OnceLock::new(),
        };
        sets.offsets.push(0);
        let mut rest = sequences;
        while !rest.is_empty() {
            let (block, behind) = rest.split_at(block_length(rest));
            sets.append(block);
            rest = behind;
        }
        sets.kmers.shrink_to_fit();
        Ok(sets)
    }

    fn append(&mut self, sequences: &[&[u8]]) {
        let space = self.space;
        let read = sequences.par_iter().map(|sequence| {
            let mut set = Vec::with_capacity(sequence.len());
            space.collect(sequence, &mut set);
            (set, fingerprint(space.alphabet, sequence))
        });
        for (set, fingerprint) in read.collect::<Vec<_>>() {
            self.kmers.extend(set);
            self.offsets.push(self.kmers.len());
            self.fingerprints.push(fingerprint);
        }
    }

    /// Returns the number of records N.
    #[must_use]
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Returns whether there is no record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the length of a k-mer.
    #[must_use]
    pub fn k(&self) -> usize {
        self.space.k
    }

    /// Returns the alphabet of the sequences.
    #[must_use]
    pub fn alphabet(&self) -> Alphabet {
        self.space.alphabet
    }

    /// Returns the k-mers of a record: sorted, each once, as scattered integers of this k.
    ///
    /// Empty for a record that does not exist.
    #[must_use]
    pub fn set(&self, record: usize) -> &[u64] {
        match self.offsets.get(record..).unwrap_or_default() {
            [start, end, ..] => &self.kmers[*start..*end],
            _ => &[],
        }
    }

    /// Returns whether a record has enough k-mers for containment to mean something.
    #[must_use]
    pub fn assessable(&self, record: usize) -> bool {
        self.set(record).len() >= MIN_KMERS
    }

    /// Returns the number of records that are not assessable.
    #[must_use]
    pub fn not_assessable(&self) -> usize {
        (0..self.len()).filter(|&record| !self.assessable(record)).count()
    }

    /// Returns the containment of two records: shared k-mers divided by the smaller set's.
    ///
    /// 1 for equal sequences; else `None` where one of them is not assessable.
    #[must_use]
    pub fn containment(&self, a: usize, b: usize) -> Option<f64> {
        let same =
            self.fingerprints.get(a).is_some_and(|of_a| self.fingerprints.get(b) == Some(of_a));
        if same {
            return Some(1.0);
        }
        let (a, b) = (self.set(a), self.set(b));
        let smaller = a.len().min(b.len());
        (smaller >= MIN_KMERS).then(|| share(shared(a, b), smaller))
    }

    /// Sets read from a file, without fingerprints.
    pub(super) fn without_fingerprints(
        space: KmerSpace,
        offsets: Vec<usize>,
        kmers: Vec<u64>,
    ) -> Self {
        Self { space, offsets, kmers, fingerprints: Vec::new(), shared: OnceLock::new() }
    }

    /// Counts the k-mers that records share now, once for all later comparisons.
    ///
    /// [`cluster()`](super::cluster()) and [`cross_pairs`](super::cross_pairs) else count those they need,
    /// which is less where few k-mers are in several of their groups.
    pub fn count_shared(&self) {
        self.shared_classes();
    }

    /// Returns the classes of at least two records.
    pub(super) fn shared_classes(&self) -> &Classes {
        self.shared.get_or_init(|| {
            let alone: Vec<_> = (0..self.len() as u32).map(Some).collect();
            Inverted::build(self, Keep::Between(&alone)).classes
        })
    }

    /// Returns whether [`Self::shared_classes`] were made.
    pub(super) fn has_shared_classes(&self) -> bool {
        self.shared.get().is_some()
    }

    /// Returns the pairs of (fingerprint, record) in their order, equal sequences side by side.
    pub(super) fn by_sequence(&self) -> Vec<(u128, u32)> {
        let mut order: Vec<_> = self.fingerprints.iter().copied().zip(0..).collect();
        order.sort_unstable();
        order
    }
}

/// Returns how many sequences to read next: at least one.
fn block_length(sequences: &[&[u8]]) -> usize {
    let mut symbols = 0;
    let fits = sequences.iter().take_while(|sequence| {
        symbols += sequence.len();
        symbols <= BLOCK
    });
    fits.count().max(1)
}

/// Returns the number of k-mers in both of two sorted sets.
pub(super) fn shared(a: &[u64], b: &[u64]) -> u32 {
    let (mut at_a, mut at_b, mut shared) = (0, 0, 0);
    while at_a < a.len() && at_b < b.len() {
        let (x, y) = (a[at_a], b[at_b]);
        // Written without branches: which set is ahead cannot be predicted.
        shared += u32::from(x == y);
        at_a += usize::from(x <= y);
        at_b += usize::from(y <= x);
    }
    shared
}

/// Returns a hash of the sequence in upper case, on the strand that sorts first.
fn fingerprint(alphabet: Alphabet, sequence: &[u8]) -> u128 {
    let forward = sequence.to_ascii_uppercase();
    let strand = match alphabet.reverse_complement(&forward) {
        Some(reverse) => forward.min(reverse),
        None => forward,
    };
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&blake3::hash(&strand).as_bytes()[..16]);
    u128::from_le_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_and_containment_by_hand() {
        let sequences: [&[u8]; 6] =
            [b"ACGGTCATTGCA", b"ACGGTCATT", b"AATGACCGT", b"ACGT", b"acgt", b""];
        let sets = KmerSets::build(&sequences, Alphabet::Dna, 4).unwrap();
        assert_eq!((sets.len(), sets.k(), sets.is_empty()), (6, 4, false));
        // 9 windows with TGCA its own reverse complement; all different.
        assert_eq!(sets.set(0).len(), 9);
        assert_eq!(sets.set(1), sets.set(2));
        assert_eq!(sets.containment(0, 1), Some(1.0));
        assert_eq!(sets.containment(1, 2), Some(1.0));
        assert_eq!(sets.containment(0, 3), None);
        assert_eq!(sets.containment(3, 4), Some(1.0));
        assert_eq!(sets.containment(3, 5), None);
        assert_eq!(sets.containment(0, 9), None);
        assert_eq!((sets.not_assessable(), sets.set(6)), (3, &[][..]));
    }

    #[test]
    fn no_record_is_no_error() {
        let sets = KmerSets::build(&[], Alphabet::Protein, 5).unwrap();
        assert!(sets.is_empty() && sets.set(0).is_empty() && sets.containment(0, 0).is_none());
    }

    #[test]
    fn blocks_hold_at_least_one_sequence() {
        let long = vec![b'A'; BLOCK + 1];
        assert_eq!(block_length(&[&long, b"A"]), 1);
        assert_eq!(block_length(&[b"A", b"C", &long]), 2);
    }
}
