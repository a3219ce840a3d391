//! A stack of a support vector machine and the nearest records.

use cistron_encoders::translate::Translation;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::svm::default_words;
use crate::baseline::Molecule;
use crate::sequence::words::Words;

/// Boosted trees on what a support vector machine says of a sequence and on how similar it is to the
/// nearest records of each class, by words and by local alignment. The trees learn from records whose
/// relatives were held out, so that they know how far to trust either.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Stack {
    /// Kinds of words; a choice for the alphabet where none is given.
    pub words: Vec<Words>,
    /// Reads DNA and RNA as proteins, too: words of bases are counted in what is written, words of
    /// amino acids in the protein.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub translate: Option<Translation>,
    /// Cost C of a record on the wrong side of the machine's margin.
    pub cost: f32,
    /// Records of each class that a sequence is aligned to: the most similar ones by words. What is
    /// translated is aligned as protein.
    pub alignments: usize,
    /// Boosted trees of each class.
    pub trees: usize,
}

impl Default for Stack {
    fn default() -> Self {
        Self { words: Vec::new(), translate: None, cost: 1.0, alignments: 8, trees: 200 }
    }
}

impl Stack {
    /// The words that are counted in sequences of a kind.
    #[must_use]
    pub fn words(&self, molecule: Molecule) -> Vec<Words> {
        if self.words.is_empty() {
            default_words(molecule, self.translate.is_some())
        } else {
            self.words.clone()
        }
    }
}
