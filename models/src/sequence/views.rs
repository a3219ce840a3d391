//! The word profiles of sequences by several views at once: words of what is written, and of its
//! translation.

use std::borrow::Cow;

use cistron_encoders::translate::Translation;
use rayon::prelude::*;

use super::profile::{Profiles, Vocabulary};
use super::words::{MaskError, Reader, Words};
use crate::architecture::{Stack, Svm};
use crate::baseline::Molecule;

/// Which words are counted, and in what.
#[derive(Clone, Debug)]
pub(super) struct Selection {
    /// Kinds of words.
    pub(super) words: Vec<Words>,
    /// How nucleotide sequences become the proteins in which words of amino acids are counted.
    pub(super) translation: Option<Translation>,
    /// Whether words of bases are counted on both strands.
    pub(super) both_strands: bool,
}

impl Selection {
    /// What a machine counts in sequences of a kind.
    pub(super) fn of_svm(config: &Svm, molecule: Molecule, both_strands: bool) -> Self {
        Self { words: config.words(molecule), translation: config.translate, both_strands }
    }

    /// What a stack counts in sequences of a kind.
    pub(super) fn of_stack(config: &Stack, molecule: Molecule, both_strands: bool) -> Self {
        Self { words: config.words(molecule), translation: config.translate, both_strands }
    }
}

/// Words of several kinds with the vocabularies that were found in the sequences learnt from.
pub(super) struct Views {
    /// Each with whether it reads proteins that are translated first.
    readers: Vec<(Reader, bool)>,
    pub(super) vocabularies: Vec<Vocabulary>,
    translation: Option<Translation>,
}

impl Views {
    /// The words that at least two of the sequences hold.
    pub(super) fn fit(selection: &Selection, sequences: &[&[u8]]) -> Result<Self, MaskError> {
        let mut views = Self::new(selection, Vec::new())?;
        let texts = views.texts(sequences);
        let fit = |(reader, translated): &(Reader, bool)| {
            Vocabulary::fit(reader, &texts.get(*translated))
        };
        views.vocabularies = views.readers.iter().map(fit).collect();
        Ok(views)
    }

    /// Views with vocabularies that were fitted before, one for each kind of words.
    pub(super) fn new(
        selection: &Selection,
        vocabularies: Vec<Vocabulary>,
    ) -> Result<Self, MaskError> {
        let Selection { words, translation, both_strands } = selection;
        let reader = |words: &Words| {
            let translated = translation.is_some() && words.letters.molecule() == Molecule::Protein;
            Ok((Reader::new(words, *both_strands)?, translated))
        };
        let readers = words.iter().map(reader).collect::<Result<_, _>>()?;
        Ok(Self { readers, vocabularies, translation: *translation })
    }

    /// Number of columns of the joined profiles.
    pub(super) fn width(&self) -> usize {
        self.vocabularies.iter().map(|vocabulary| vocabulary.words.len()).sum()
    }

    /// Sequences with their translations, where such are read.
    pub(super) fn texts<'a>(&self, written: &'a [&'a [u8]]) -> Texts<'a> {
        let proteins = |translation: Translation| {
            written.par_iter().map(|sequence| translation.protein(sequence)).collect()
        };
        Texts { written, proteins: self.translation.map(proteins) }
    }

    /// Profiles by each view, with their number of columns.
    pub(super) fn profiles(&self, texts: &Texts<'_>) -> Vec<(Profiles, usize)> {
        let profile = |((reader, translated), vocabulary): (&(Reader, bool), &Vocabulary)| {
            (vocabulary.profiles(reader, &texts.get(*translated)), vocabulary.words.len())
        };
        self.readers.iter().zip(&self.vocabularies).map(profile).collect()
    }
}

/// Sequences as they are written and as they are translated.
pub(super) struct Texts<'a> {
    written: &'a [&'a [u8]],
    proteins: Option<Vec<Vec<u8>>>,
}

impl Texts<'_> {
    /// What is read: the proteins, or the sequences as they are written.
    fn get(&self, translated: bool) -> Cow<'_, [&'_ [u8]]> {
        match &self.proteins {
            Some(proteins) if translated => proteins.iter().map(Vec::as_slice).collect(),
            _ => Cow::Borrowed(self.written),
        }
    }

    /// What is aligned, and what that is made of: the proteins where there are such.
    pub(super) fn aligned(&self, molecule: Molecule) -> (Cow<'_, [&'_ [u8]]>, Molecule) {
        (self.get(true), self.proteins.as_ref().map_or(molecule, |_| Molecule::Protein))
    }
}
