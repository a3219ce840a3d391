//! The word profiles of sequences by several views at once.

use super::profile::{Profiles, Vocabulary};
use super::words::{MaskError, Reader, Words};

/// Words of several kinds with the vocabularies that were found in the sequences learnt from.
pub(super) struct Views {
    readers: Vec<Reader>,
    pub(super) vocabularies: Vec<Vocabulary>,
}

impl Views {
    /// The words that at least two of the sequences hold.
    pub(super) fn fit(
        words: &[Words],
        both_strands: bool,
        sequences: &[&[u8]],
    ) -> Result<Self, MaskError> {
        let readers = readers(words, both_strands)?;
        let fit = |reader: &Reader| Vocabulary::fit(reader, sequences);
        let vocabularies = readers.iter().map(fit).collect();
        Ok(Self { readers, vocabularies })
    }

    /// Views with vocabularies that were fitted before, one for each kind of words.
    pub(super) fn new(
        words: &[Words],
        both_strands: bool,
        vocabularies: Vec<Vocabulary>,
    ) -> Result<Self, MaskError> {
        Ok(Self { readers: readers(words, both_strands)?, vocabularies })
    }

    /// Number of columns of the joined profiles.
    pub(super) fn width(&self) -> usize {
        self.vocabularies.iter().map(|vocabulary| vocabulary.words.len()).sum()
    }

    /// Profiles by each view, with their number of columns.
    pub(super) fn profiles(&self, sequences: &[&[u8]]) -> Vec<(Profiles, usize)> {
        let pairs = self.readers.iter().zip(&self.vocabularies);
        pairs.map(|(reader, v)| (v.profiles(reader, sequences), v.words.len())).collect()
    }
}

fn readers(words: &[Words], both_strands: bool) -> Result<Vec<Reader>, MaskError> {
    words.iter().map(|words| Reader::new(words, both_strands)).collect()
}
