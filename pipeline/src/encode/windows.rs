//! What becomes of sequences that are longer than their encoder.

use std::ops::Range;

use cistron_encoders::EncoderConfig;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What becomes of a sequence that is longer than its encoder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Longer {
    /// The end is cut off, and counted.
    #[default]
    Truncate,
    /// Windows of the encoder's length that overlap by half, the last one flush with the end. Each is
    /// an example of the record's class; a record's probabilities are the mean of its windows'.
    Windows,
}

impl Longer {
    /// The parts of a sequence of `symbols` that an encoder is given: at least one.
    #[must_use]
    pub fn parts(self, config: &EncoderConfig, symbols: usize) -> Vec<Range<usize>> {
        let reach = match (self, config.reach()) {
            (Self::Windows, Some(reach)) if reach > 0 && symbols > reach => reach,
            _ => return std::iter::once(0..symbols).collect(),
        };
        // Windows begin where a codon does.
        let frame = config.frame();
        let whole = |symbols: usize| (symbols / frame).max(1) * frame;
        let last = (symbols - reach) / frame * frame;
        let step = whole(reach / 2);
        let starts = (0..last).step_by(step).chain([last]);
        starts.map(|start| start..start + reach).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(config: &str, length: usize) -> Vec<(usize, usize)> {
        let config: EncoderConfig = serde_json::from_str(config).unwrap();
        let parts = Longer::Windows.parts(&config, length);
        parts.iter().map(|part| (part.start, part.len())).collect()
    }

    #[test]
    fn windows_overlap_by_half_and_end_with_the_sequence() {
        let one_hot = r#"{"one-hot": {"length": 10}}"#;
        assert_eq!(starts(one_hot, 10), [(0, 10)]);
        assert_eq!(starts(one_hot, 11), [(0, 10), (1, 10)]);
        assert_eq!(starts(one_hot, 20), [(0, 10), (5, 10), (10, 10)]);
        assert_eq!(starts(one_hot, 23), [(0, 10), (5, 10), (10, 10), (13, 10)]);
        assert_eq!(starts(r#"{"one-hot": {"length": 1}}"#, 3), [(0, 1), (1, 1), (2, 1)]);
        let tokens = r#"{"kmer-tokens": {"k": 3, "stride": 2, "length": 4}}"#;
        assert_eq!(starts(tokens, 14), [(0, 9), (4, 9), (5, 9)]);
        assert_eq!(starts(r#"{"kmer-counts": {"k": 3}}"#, 100), [(0, 100)]);
    }

    #[test]
    fn windows_of_codons_keep_the_frame() {
        assert_eq!(starts(r#"{"codons": {"length": 3}}"#, 16), [(0, 9), (3, 9), (6, 9)]);
    }

    #[test]
    fn truncation_leaves_the_sequence_to_the_encoder() {
        let config = serde_json::from_str(r#"{"one-hot": {"length": 2}}"#).unwrap();
        assert_eq!(Longer::Truncate.parts(&config, 4), std::slice::from_ref(&(0..4)));
    }
}
