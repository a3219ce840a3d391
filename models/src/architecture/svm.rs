//! A linear support vector machine on the words of sequences.

use cistron_encoders::translate::Translation;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::baseline::Molecule;
use crate::sequence::words::{Letters, Words};

/// A linear support vector machine on the words of whole sequences (Leslie et al. 2002,
/// <https://doi.org/10.1142/9789812799623_0053>; gapped words: Ghandi et al. 2014,
/// <https://doi.org/10.1371/journal.pcbi.1003711>). Each kind of words is weighed by its inverse document frequency
/// and brought to length 1, so that the machine works on the sum of their cosine similarities.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Svm {
    /// Kinds of words; a choice for the alphabet where none is given.
    pub words: Vec<Words>,
    /// Reads DNA and RNA as proteins, too: words of bases are counted in what is written, words of
    /// amino acids in the protein.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub translate: Option<Translation>,
    /// Cost C of a record on the wrong side of its margin.
    pub cost: f32,
    /// Costs to choose from, instead of `cost`: the one with which inner folds, of whole homology
    /// clusters of the training and validation records, are told best; of equals the first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub costs: Vec<f32>,
}

impl Default for Svm {
    fn default() -> Self {
        Self { words: Vec::new(), translate: None, cost: 1.0, costs: Vec::new() }
    }
}

impl Svm {
    /// The costs that are tried.
    #[must_use]
    pub fn costs(&self) -> &[f32] {
        if self.costs.is_empty() { std::slice::from_ref(&self.cost) } else { &self.costs }
    }

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

/// Words of four to six bases; of proteins contiguous and gapped ones, of amino acids and of groups; of
/// what is `translated` both.
pub(super) fn default_words(molecule: Molecule, translated: bool) -> Vec<Words> {
    use Letters::{AminoAcids, Bases, Dayhoff6, Murphy10, Murphy15};
    let bases = [(Bases, "1111"), (Bases, "11111"), (Bases, "111111")];
    let amino_acids = [
        (AminoAcids, "111"),
        (AminoAcids, "1111"),
        (AminoAcids, "1011"),
        (AminoAcids, "1101"),
        (AminoAcids, "110011"),
        (Murphy15, "1111"),
        (Murphy10, "1111"),
        (Murphy10, "11111"),
        (Murphy10, "110111"),
        (Dayhoff6, "111111"),
    ];
    let nucleotides = molecule == Molecule::Nucleotide;
    let bases = bases.into_iter().filter(|_| nucleotides);
    let amino_acids = amino_acids.into_iter().filter(|_| translated || !nucleotides);
    let words =
        |(letters, mask): (Letters, &str)| Words { letters, mask: mask.into(), positional: false };
    bases.chain(amino_acids).map(words).collect()
}
