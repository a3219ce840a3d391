//! Sequence encoders of Cistron: what a symbol, a k-mer, a token and a k-mer set become.
//!
//! Tensors are rank 3, **(N, L, C)**: sequences, positions, channels. An [`Encoder`] writes a
//! [`Batch`]; one-hot batches stay one byte a symbol with a symbol table (S, C) beside them until
//! someone asks for floats.
//!
//! ```
//! use cistron_encoders::{Batch, EncoderConfig, alphabet::Alphabet, build, symbol_table::UnknownAs};
//!
//! let config = EncoderConfig::OneHot {
//!     alphabet: Alphabet::Dna,
//!     length: 3,
//!     unknown: UnknownAs::Zeros,
//! };
//! let mut batch = Batch::default();
//! build(&config)?.encode(&[b"AC"], &mut batch)?;
//! let dense = batch.to_dense(); // (1, 3, 4)
//! assert_eq!(dense, Some(vec![1., 0., 0., 0., 0., 1., 0., 0., 0., 0., 0., 0.]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod allele_pair;
pub mod alphabet;
pub mod batch;
pub mod codon;
pub mod config;
pub mod curve;
pub mod genotype;
pub mod kmer;
pub mod number;
pub mod one_hot;
pub mod property;
pub mod quality;
pub mod reduced_kmer;
pub mod reduction;
pub mod six_frames;
pub mod sketch;
pub mod symbol_table;
pub mod token;
pub mod translate;

pub use alphabet::{Alphabet, UnknownSymbol};
pub use batch::{Batch, Values};
pub use config::{ConfigError, EncoderConfig, build};

/// The shape of what an encoder writes for one sequence, mirroring [`Values`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Symbol codes (N, L) with a table (S, C).
    Symbols {
        /// Positions L.
        length: usize,
        /// Codes S, padding included.
        symbols: usize,
        /// Channels C of the table.
        channels: usize,
    },
    /// Token ids (N, T, 1).
    Tokens {
        /// Tokens T.
        length: usize,
        /// Number of ids, padding and unknown included.
        vocabulary: usize,
    },
    /// Numbers (N, L, C).
    Dense {
        /// Positions L.
        length: usize,
        /// Channels C.
        channels: usize,
    },
}

/// Writes sequences into a batch of tensors.
pub trait Encoder: Send + Sync {
    /// Returns the shape of one encoded sequence.
    fn shape(&self) -> Shape;

    /// Fills `batch` with `sequences`, replacing what it held and reusing its memory.
    ///
    /// Only the part of a sequence that fits is read; what does not fit is counted in
    /// [`Batch::truncated`]. After an error the content of the batch is unspecified.
    ///
    /// # Errors
    ///
    /// Fails at the first symbol outside the alphabet, with the number of its sequence in this call.
    fn encode(&self, sequences: &[&[u8]], batch: &mut Batch) -> Result<(), UnknownSymbol>;
}
