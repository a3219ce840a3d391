//! What a model makes of the other strand of DNA and RNA.

use std::borrow::Cow;

use cistron_encoders::EncoderConfig;
use cistron_encoders::alphabet::Alphabet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a model makes of the reverse complement of a sequence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReverseComplement {
    /// Nothing: sequences are read as written.
    #[default]
    None,
    /// Both strands of every training record are learnt from.
    Augment,
    /// As `augment`, and the probabilities of a record are the mean of its strands'.
    Average,
}

impl ReverseComplement {
    /// Whether a model learns from both strands.
    #[must_use]
    pub fn learns_both(self) -> bool {
        self != Self::None
    }

    /// Whether a model is asked about both strands.
    #[must_use]
    pub fn asks_both(self) -> bool {
        self == Self::Average
    }

    /// Whether an encoder can be given the other strand.
    #[must_use]
    pub fn fits(self, config: &EncoderConfig) -> bool {
        let pair = matches!(config, EncoderConfig::AllelePair { .. });
        self == Self::None || (!pair && config.alphabet().is_some_and(Alphabet::is_nucleic))
    }
}

/// A sequence, or a part of one, on one of its strands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strand<'a> {
    /// Symbols as they were read.
    pub symbols: &'a [u8],
    /// Whether the reverse complement is meant.
    pub reverse: bool,
}

impl<'a> Strand<'a> {
    /// The symbols on this strand.
    #[must_use]
    pub fn symbols(self, alphabet: Alphabet) -> Cow<'a, [u8]> {
        match alphabet.reverse_complement(self.symbols).filter(|_| self.reverse) {
            Some(reverse) => Cow::Owned(reverse),
            None => Cow::Borrowed(self.symbols),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strands_by_hand() {
        let strand = |reverse| Strand { symbols: b"AACG", reverse };
        assert_eq!(*strand(false).symbols(Alphabet::Dna), *b"AACG");
        assert_eq!(*strand(true).symbols(Alphabet::Dna), *b"CGTT");
        assert_eq!(*strand(true).symbols(Alphabet::Protein), *b"AACG");
    }

    #[test]
    fn only_bases_have_another_strand() {
        let fits = |config: &str| {
            let config: EncoderConfig = serde_json::from_str(config).unwrap();
            [ReverseComplement::None, ReverseComplement::Average].map(|choice| choice.fits(&config))
        };
        assert_eq!(fits(r#"{"one-hot": {"length": 9}}"#), [true, true]);
        assert_eq!(fits(r#"{"one-hot": {"length": 9, "alphabet": "protein"}}"#), [true, false]);
        assert_eq!(fits(r#"{"allele-pair": {"length": 9}}"#), [true, false]);
        assert_eq!(fits(r#"{"genotypes": {}}"#), [true, false]);
    }
}
