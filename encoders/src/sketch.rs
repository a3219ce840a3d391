//! k-mer sets of sequences: containment, clusters, exhaustive certificates and look-up.
//!
//! *Containment* is the number of shared k-mers divided by the number of k-mers of one of the two
//! sets (Broder 1997, doi:10.1109/SEQUEN.1997.666900): the smaller one in [`cluster`] and
//! [`cross_pairs`], so that a fragment is found in what it was cut from; the query's own in
//! [`Index`], so that a fragment in the training data makes no genome familiar.
//!
//! k-mers of bases are canonical: a k-mer and its reverse complement are one. k-mers that hold an
//! ambiguity code, or a byte outside the alphabet, are skipped. A record with fewer than
//! [`MIN_KMERS`] different k-mers (so every record shorter than k + 4) is *not assessable*: it
//! matches exact copies of itself and nothing else.

mod classes;
mod cluster;
mod cross;
mod file;
mod groups;
mod index;
mod kmers;
mod pairwise;
mod postings;
mod sets;

pub use cluster::{Clusters, cluster};
pub use cross::{CrossCheck, MAX_EVIDENCE, Pair, cross_pairs};
pub use file::{FILE_VERSION, SketchFileError};
pub use groups::MAX_WORK;
pub use index::{Denominator, Index, Nearest, Scratch};
pub use pairwise::Pairwise;
pub use sets::KmerSets;

use crate::alphabet::Alphabet;

/// The number of different k-mers from which a record is assessable.
pub const MIN_KMERS: usize = 5;

/// The default k for bases.
pub const DNA_K: usize = 15;

/// The default k for proteins.
pub const PROTEIN_K: usize = 5;

/// Returns the default k of an alphabet: 15 for bases, 5 for proteins.
#[must_use]
pub fn default_k(alphabet: Alphabet) -> usize {
    if alphabet.is_nucleic() { DNA_K } else { PROTEIN_K }
}

/// Returns the sequence identity that a containment corresponds to, c^(1/k).
///
/// Holds where differences are substitutions at independent positions (Mash containment,
/// doi:10.1186/s13059-019-1841-x): a k-mer is shared if all its k symbols are equal.
///
/// ```
/// # use cistron_encoders::sketch::identity;
/// assert!((identity(0.2, 15) - 0.898).abs() < 5e-4);
/// ```
#[must_use]
pub fn identity(containment: f64, k: usize) -> f64 {
    containment.clamp(0.0, 1.0).powf(1.0 / k.max(1) as f64)
}

/// Returns the share of `shared` k-mers in a set of `size`, 0 for an empty set.
fn share(shared: u32, size: usize) -> f64 {
    if size == 0 { 0.0 } else { f64::from(shared) / size as f64 }
}

/// A request that k-mer sets cannot serve.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SketchError {
    /// k is outside the range of the alphabet.
    #[error("`k` is {k}, expected {min} to {max} for {alphabet} sequences")]
    K {
        /// The k asked for.
        k: usize,
        /// The alphabet.
        alphabet: Alphabet,
        /// The smallest k.
        min: usize,
        /// The largest k.
        max: usize,
    },
    /// The threshold is not above 0 and at most 1.
    #[error("the containment threshold is {0}, expected a number above 0 and at most 1")]
    Threshold(f64),
    /// There are more k-mers or records than can be numbered or held.
    #[error(
        "{records} sequences with {kmers} k-mers are too many for one set; expected fewer than 2^32 \
         of each and memory for 8 bytes a k-mer: split the input"
    )]
    TooLarge {
        /// Records given.
        records: usize,
        /// k-mers in them, before repeated ones are merged.
        kmers: usize,
    },
    /// The parts do not fit the records.
    #[error("{parts} parts are given for {records} records, expected one each")]
    Parts {
        /// Parts given.
        parts: usize,
        /// Records in the sets.
        records: usize,
    },
}

fn check_threshold(threshold: f64) -> Result<(), SketchError> {
    if threshold > 0.0 && threshold <= 1.0 {
        Ok(())
    } else {
        Err(SketchError::Threshold(threshold))
    }
}

#[cfg(test)]
mod oracle;
