//! Encoders of records that are numbers, and why some cannot be encoded.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::batch::Batch;

/// Writes records of numbers, rows (L, C) each, into a batch of tensors.
pub trait NumberEncoder: Send + Sync {
    /// Fills `batch` with `records`, replacing what it held and reusing its memory.
    ///
    /// # Errors
    ///
    /// Fails at the first record that does not fit, with its number in this call, and where the
    /// encoder was not fitted to training records.
    fn encode(&self, records: &[&[f32]], batch: &mut Batch) -> Result<(), NumberError>;
}

/// Means and standard deviations that training records have: of each channel (C) of curves, of each
/// variant (L) of genotypes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Standard {
    /// Means.
    pub mean: Vec<f32>,
    /// Standard deviations; never 0.
    pub deviation: Vec<f32>,
}

/// Numbers that cannot be encoded.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NumberError {
    /// The numbers are not rows of C.
    #[error(
        "record {record} has {found} numbers, expected rows of {channels}: set `channels` to what the data have"
    )]
    Channels {
        /// Number of the record, from 0.
        record: usize,
        /// Numbers found.
        found: usize,
        /// Channels C expected.
        channels: usize,
    },
    /// A number is infinite or none.
    #[error("record {record} has {found} in cycle {cycle}, expected a finite number")]
    NotFinite {
        /// Number of the record, from 0.
        record: usize,
        /// Cycle, from 1.
        cycle: usize,
        /// What was found.
        found: f32,
    },
    /// A curve ends before its baseline begins.
    #[error(
        "record {record} has {found} cycles and its baseline begins at {from}: choose earlier cycles"
    )]
    Short {
        /// Number of the record, from 0.
        record: usize,
        /// Cycles of the curve.
        found: usize,
        /// First cycle of the baseline.
        from: usize,
    },
    /// What training records decide is not known.
    #[error("the encoder was not fitted to training records")]
    Unfitted,
    /// A sample has genotypes of other variants than the training records.
    #[error(
        "record {record} has {found} genotypes, expected {expected}: one for each variant and channel"
    )]
    Variants {
        /// Number of the record, from 0.
        record: usize,
        /// Numbers found.
        found: usize,
        /// Numbers expected.
        expected: usize,
    },
    /// A number of copies that no genotype has.
    #[error(
        "record {record} has {found} copies of the allele {variant}, expected 0 to {most} or missing"
    )]
    Copies {
        /// Number of the record, from 0.
        record: usize,
        /// Number of the variant, from 1.
        variant: usize,
        /// What was found.
        found: f32,
        /// The most copies that there can be.
        most: f32,
    },
}
