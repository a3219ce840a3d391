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
    /// Quality of each symbol; empty where there are none.
    pub qualities: &'a [u8],
    /// Whether the reverse complement is meant.
    pub reverse: bool,
}

impl<'a> Strand<'a> {
    /// What an encoder is given: the symbols on this strand, and their qualities behind them where
    /// they are asked for.
    #[must_use]
    pub fn bytes(self, alphabet: Alphabet, qualities: bool) -> Cow<'a, [u8]> {
        let reverse = alphabet.reverse_complement(self.symbols).filter(|_| self.reverse);
        if !qualities {
            return reverse.map_or(Cow::Borrowed(self.symbols), Cow::Owned);
        }
        let turned = reverse.is_some();
        let mut bytes = reverse.unwrap_or_else(|| self.symbols.to_vec());
        bytes.extend_from_slice(self.qualities);
        if turned {
            bytes[self.symbols.len()..].reverse();
        }
        Cow::Owned(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strands_by_hand() {
        let strand = |reverse| Strand { symbols: b"AACG", qualities: b"I+5!", reverse };
        assert_eq!(*strand(false).bytes(Alphabet::Dna, false), *b"AACG");
        assert_eq!(*strand(true).bytes(Alphabet::Dna, false), *b"CGTT");
        assert_eq!(*strand(true).bytes(Alphabet::Protein, false), *b"AACG");
        assert_eq!(*strand(false).bytes(Alphabet::Dna, true), *b"AACGI+5!");
        assert_eq!(*strand(true).bytes(Alphabet::Dna, true), *b"CGTT!5+I");
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
