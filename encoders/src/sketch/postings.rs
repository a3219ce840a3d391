//! The records that hold each k-mer, a range of k-mers at a time.

use rayon::prelude::*;

use super::sets::KmerSets;

/// k-mers a thread sorts at a time.
const RANGE: usize = 1 << 16;

/// Records that a thread collects k-mers of at a time.
const RECORDS: usize = 1 << 12;

/// A slot of a filter that k-mers of several groups fall into.
const SEVERAL: u32 = u32::MAX;

/// Which k-mers are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep<'a> {
    /// All: for looking k-mers up.
    All,
    /// Those in records of at least two groups, given the group of each record; records without one
    /// are left out.
    Between(&'a [Option<u32>]),
}

/// The k-mers of all records, passed once in equal ranges.
///
/// k-mers are scattered evenly, so that equal ranges hold about equally many.
#[derive(Debug)]
pub(super) struct Ranges<'a> {
    sets: &'a KmerSets,
    keep: Keep<'a>,
    /// How far each set was read.
    read: Vec<u32>,
    next: usize,
    count: usize,
    /// Ranges that are collected together, which bounds the memory.
    at_once: usize,
    shift: u32,
}

impl<'a> Ranges<'a> {
    pub(super) fn new(sets: &'a KmerSets, keep: Keep<'a>) -> Self {
        let bits = sets.space.bits();
        let most = 1 << bits.min(12);
        let count = (sets.kmers.len() / RANGE).clamp(1, most).next_power_of_two();
        let at_once = (count / 16).max(count.min(16));
        let shift = bits - count.ilog2();
        Self { sets, keep, read: vec![0; sets.len()], next: 0, count, at_once, shift }
    }

    /// Returns the postings of the first range alone, as a sample of all.
    pub(super) fn sample(mut self) -> Postings {
        self.at_once = 1;
        self.next().and_then(|mut first| first.pop()).unwrap_or_default()
    }

    /// Returns the packed (k-mer, record) pairs of the next ranges, for each block of records.
    ///
    /// Ranges that follow each other are collected together, as their k-mers lie side by side in a
    /// set and the sets are far from each other in memory.
    fn collect<P: Send>(&mut self, pack: impl Fn(u64, u32) -> P + Sync) -> Vec<Vec<Vec<P>>> {
        let (sets, keep, shift, first) = (self.sets, self.keep, self.shift, self.next);
        self.next += self.at_once;
        let end = (self.next as u64) << shift;
        let of_block = |(block, read): (usize, &mut [u32])| {
            let start = block * RECORDS;
            let kmers = sets.offsets[start + read.len()] - sets.offsets[start];
            let expected = 9 * kmers / self.count / 8;
            let range = |_| Vec::with_capacity(expected);
            let mut ranges: Vec<Vec<P>> = (0..self.at_once).map(range).collect();
            for (record, read) in (start..).zip(read) {
                if matches!(keep, Keep::Between(groups) if groups[record].is_none()) {
                    continue;
                }
                for &kmer in sets.set(record)[*read as usize..].iter().take_while(|k| **k < end) {
                    ranges[(kmer >> shift) as usize - first].push(pack(kmer, record as u32));
                    *read += 1;
                }
            }
            ranges
        };
        self.read.par_chunks_mut(RECORDS).enumerate().map(of_block).collect()
    }
}

impl Iterator for Ranges<'_> {
    type Item = Vec<Postings>;

    /// Returns the postings of the next ranges.
    fn next(&mut self) -> Option<Vec<Postings>> {
        let (first, shift) = (self.next, self.shift);
        if first >= self.count {
            return None;
        }
        // A k-mer without the bits that its range tells, and the record, in one number where they fit.
        Some(if shift + 32 <= u64::BITS {
            let mask = (1_u64 << shift) - 1;
            let blocks = self.collect(|kmer, record| (kmer & mask) << 32 | u64::from(record));
            let unpack = |pair| (pair >> 32, pair as u32);
            Postings::of_blocks(&blocks, first, shift, self.keep, unpack)
        } else {
            let blocks = self.collect(|kmer, record| u128::from(kmer) << 32 | u128::from(record));
            let unpack = |pair: u128| ((pair >> 32) as u64, pair as u32);
            Postings::of_blocks(&blocks, first, shift, self.keep, unpack)
        })
    }
}

/// The records of each k-mer of a range.
#[derive(Debug, Default)]
pub(super) struct Postings {
    /// The k-mers, sorted.
    pub(super) kmers: Vec<u64>,
    /// Where the records of each k-mer end.
    pub(super) ends: Vec<usize>,
    /// A hash of the records of each k-mer.
    pub(super) hashes: Vec<u64>,
    /// The records, in ascending order for each k-mer.
    pub(super) records: Vec<u32>,
}

impl Postings {
    fn of_blocks<P: Copy + Ord + Send + Sync>(
        blocks: &[Vec<Vec<P>>],
        first: usize,
        shift: u32,
        keep: Keep<'_>,
        unpack: impl Fn(P) -> (u64, u32) + Sync,
    ) -> Vec<Self> {
        let count = blocks.first().map_or(0, Vec::len);
        let of_range = |slots: &mut Vec<u32>, at: usize| {
            let parts = blocks.iter().map(|ranges| ranges[at].as_slice());
            let pairs: Vec<P> = match keep {
                Keep::All => parts.collect::<Vec<_>>().concat(),
                Keep::Between(groups) => between(parts, groups, shift, slots, &unpack),
            };
            Self::sorted(pairs, ((first + at) as u64) << shift, keep, &unpack)
        };
        (0..count).into_par_iter().map_init(Vec::new, of_range).collect()
    }

    fn sorted<P: Copy + Ord>(
        mut pairs: Vec<P>,
        high: u64,
        keep: Keep<'_>,
        unpack: impl Fn(P) -> (u64, u32),
    ) -> Self {
        pairs.sort_unstable();
        let mut postings = Self::default();
        for same in pairs.chunk_by(|a, b| unpack(*a).0 == unpack(*b).0) {
            if let Keep::Between(groups) = keep {
                let group = |pair: P| groups[unpack(pair).1 as usize];
                if same.iter().all(|&pair| group(pair) == group(same[0])) {
                    continue;
                }
            }
            let mut hash = 0_u64;
            for pair in same {
                let (_, record) = unpack(*pair);
                postings.records.push(record);
                hash =
                    (hash.rotate_left(5) ^ u64::from(record)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            }
            postings.kmers.push(high | unpack(same[0]).0);
            postings.ends.push(postings.records.len());
            postings.hashes.push(hash);
        }
        postings
    }
}

/// Returns the pairs whose k-mer may occur in records of several groups: all that do, and few more.
///
/// Each k-mer falls into a slot by its lowest bits, and each slot remembers the group that fell into
/// it: most k-mers of one group are left out before they are sorted.
fn between<'a, P: Copy + 'a>(
    parts: impl Iterator<Item = &'a [P]> + Clone,
    groups: &[Option<u32>],
    shift: u32,
    slots: &mut Vec<u32>,
    unpack: impl Fn(P) -> (u64, u32),
) -> Vec<P> {
    let pairs: usize = parts.clone().map(<[P]>::len).sum();
    let count = (4 * pairs.max(1)).next_power_of_two().min(1 << shift.min(usize::BITS - 1));
    slots.clear();
    slots.resize(count, 0);
    for &pair in parts.clone().flatten() {
        let (kmer, record) = unpack(pair);
        // Groups count from 1 here, and are no more than records; those without one are not collected.
        let group = groups[record as usize].map_or(0, |group| group + 1);
        let slot = &mut slots[kmer as usize & (count - 1)];
        *slot = if *slot == 0 || *slot == group { group } else { SEVERAL };
    }
    let several = |pair: &P| slots[unpack(*pair).0 as usize & (count - 1)] == SEVERAL;
    parts.flatten().copied().filter(several).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alphabet::Alphabet;

    fn records(sets: &KmerSets, groups: &[Option<u32>]) -> Vec<u32> {
        let postings = Ranges::new(sets, Keep::Between(groups)).flatten();
        postings.flat_map(|postings| postings.records).collect()
    }

    #[test]
    fn k_mers_of_one_group_are_left_out() {
        // The first three are one sequence, so that each of its k-mers occurs in all of them.
        let sequences: [&[u8]; 4] = [b"ACGGTCATT", b"ACGGTCATT", b"ACGGTCATT", b"CCCCCC"];
        let sets = KmerSets::build(&sequences, Alphabet::Dna, 4).unwrap();
        let of = |groups| records(&sets, groups);
        assert!(of(&[Some(7), Some(7), Some(7), Some(1)]).is_empty());
        assert!(of(&[Some(7), None, Some(7), Some(1)]).is_empty());
        assert_eq!(of(&[Some(0), None, Some(1), Some(1)]), [0, 2].repeat(6));
        assert_eq!(of(&[Some(0), Some(0), Some(1), None]), [0, 1, 2].repeat(6));
    }

    #[test]
    fn ranges_hold_each_k_mer_once() {
        // Enough k-mers for several passes of several ranges, of which none is lost or doubled.
        let mut state = 1_u64;
        let mut sequence = || -> Vec<u8> {
            let next = |_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                b"ACGT"[(state >> 62) as usize]
            };
            (0..30_000).map(next).collect()
        };
        let sequences: Vec<Vec<u8>> = (0..80).map(|_| sequence()).collect();
        let views: Vec<&[u8]> = sequences.iter().map(Vec::as_slice).collect();
        for k in [15, 31] {
            let sets = KmerSets::build(&views, Alphabet::Dna, k).unwrap();
            let ranges = Ranges::new(&sets, Keep::All);
            assert!(ranges.count > ranges.at_once);
            let postings: Vec<_> = ranges.flatten().collect();
            let found: Vec<u64> = postings.iter().flat_map(|p| p.kmers.iter().copied()).collect();
            let mut expected = sets.kmers.clone();
            expected.sort_unstable();
            assert_eq!(postings.iter().map(|p| p.records.len()).sum::<usize>(), expected.len());
            expected.dedup();
            assert!(found == expected);
        }
    }
}
