//! Why an encoder cannot be built.

use super::{MAX_KMERS, MAX_LENGTH};
use crate::alphabet::Alphabet;

/// An encoder that cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The length is 0.
    #[error("`length` is 0; give the number of positions or tokens that a model sees")]
    ZeroLength,
    /// The length is missing.
    #[error("`length` is missing; give the number of tokens that a model sees")]
    LengthMissing,
    /// The length is beyond [`MAX_LENGTH`].
    #[error("`length` is {length}, expected at most {MAX_LENGTH}; cut the sequences into windows")]
    TooLong {
        /// The length asked for.
        length: usize,
    },
    /// k is 0.
    #[error("`k` is 0, expected at least 1")]
    ZeroK,
    /// There are more than [`MAX_KMERS`] k-mers.
    #[error(
        "`k` is {k}: {letters}^{k} k-mers are more than the {MAX_KMERS} that an encoder takes; \
         expected at most {largest} for {alphabet} sequences"
    )]
    TooManyKmers {
        /// The k asked for.
        k: usize,
        /// Letters of the alphabet, or groups of a reduced one.
        letters: usize,
        /// The alphabet.
        alphabet: Alphabet,
        /// The largest k that is taken.
        largest: usize,
    },
    /// The stride is 0.
    #[error("`stride` is 0, expected at least 1 position from a token to the next")]
    ZeroStride,
    /// Canonical k-mers of a protein.
    #[error("`canonical` needs DNA or RNA: a protein has no reverse complement")]
    CanonicalProtein,
    /// A tensor of a sequence that is not encoded.
    #[error(
        "`whole` makes no tensor: `svm` and `stack` read sequences as they are, networks take \
         another encoder, such as `one-hot`"
    )]
    Whole,
    /// Numbers where sequences are encoded.
    #[error(
        "the encoder takes numbers, not sequences: read them with `read: {{curves: …}}` or `read: {{genotypes: …}}`"
    )]
    Numbers,
    /// Sequences where numbers are encoded.
    #[error("the encoder takes sequences, not numbers: use `encode: {{curve: {{length: …}}}}`")]
    Sequences,
    /// No channel, or too many.
    #[error(
        "`channels` is {channels}, expected 1 or more, and at most {MAX_LENGTH} numbers a record"
    )]
    Channels {
        /// The number asked for.
        channels: usize,
    },
    /// Cycles of a baseline that are none.
    #[error(
        "the baseline runs from cycle {from} to {to}, expected a first cycle of 1 or more and a last one after it"
    )]
    Baseline {
        /// First cycle.
        from: usize,
        /// Last cycle.
        to: usize,
    },
    /// Channels that genotypes do not have, or too many variants.
    #[error(
        "`channels` is {channels}, expected 1 (dosages) or 2 (haplotypes), and at most {MAX_LENGTH} numbers a sample"
    )]
    Genotypes {
        /// The number asked for.
        channels: usize,
    },
    /// Genotypes before their variants are known.
    #[error("the encoder of genotypes was not fitted to training samples")]
    Unfitted,
    /// Views of codons that make no channels, or the same ones twice.
    #[error("`views` takes one or more of `bases`, `codons` and `amino-acids`, each once")]
    Views,
    /// Codons of a protein.
    #[error("codons and reading frames need DNA or RNA, not proteins")]
    CodonsOfProtein,
}
