//! The place of a word among those seen in training.

/// The most bits of a word that name its bucket: 1 GB of buckets.
const MOST_BITS: u32 = 28;

/// Sorted, evenly spread words with about one bucket a word, so that a look-up costs two memory
/// accesses.
#[derive(Debug, Clone, Default)]
pub(super) struct Vocabulary {
    words: Vec<u64>,
    /// The words whose first bits are b are from `starts[b]` to `starts[b + 1]`.
    starts: Vec<u32>,
    shift: u32,
}

impl Vocabulary {
    /// Takes sorted distinct words, fewer than 2^32.
    pub(super) fn new(words: Vec<u64>) -> Self {
        let bits = words.len().max(2).ilog2().min(MOST_BITS);
        let shift = u64::BITS - bits;
        let mut starts = Vec::with_capacity((1 << bits) + 1);
        for (i, word) in words.iter().enumerate() {
            while starts.len() as u64 <= word >> shift {
                starts.push(i as u32);
            }
        }
        starts.resize((1 << bits) + 1, words.len() as u32);
        Self { words, starts, shift }
    }

    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    /// The index of `word`; `None` where it was not seen.
    pub(super) fn position(&self, word: u64) -> Option<usize> {
        let bucket = (word >> self.shift) as usize;
        let start = self.starts[bucket] as usize;
        let words = &self.words[start..self.starts[bucket + 1] as usize];
        words.binary_search(&word).ok().map(|i| start + i)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn finds_what_a_search_of_the_whole_finds(
            mut words in prop::collection::vec(prop_oneof![any::<u64>(), 0_u64..50], 0..200),
            other: u64,
        ) {
            words.sort_unstable();
            words.dedup();
            let vocabulary = Vocabulary::new(words.clone());
            prop_assert_eq!(vocabulary.len(), words.len());
            for word in words.iter().copied().chain([other, 0, u64::MAX]) {
                prop_assert_eq!(vocabulary.position(word), words.binary_search(&word).ok());
            }
        }
    }
}
