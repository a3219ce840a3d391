//! A sequence as the numbers that a network reads.

use cistron_encoders::{Batch, EncoderConfig, build};

use cistron_data::error::Error;

/// One encoded sequence, (1, L, C).
pub(super) struct Dense {
    /// Values, position by position.
    pub(super) values: Vec<f32>,
    /// Positions L, with padding.
    pub(super) length: usize,
    /// Valid positions, (1).
    pub(super) lengths: Vec<u32>,
    /// Channels C, at least 1.
    pub(super) channels: usize,
}

impl Dense {
    /// Encodes a sequence.
    pub(super) fn encode(encoder: &EncoderConfig, sequence: &[u8]) -> Result<Self, Error> {
        let failed = |error: &dyn std::fmt::Display| Error::stage("attribute", error);
        let encoder = build(encoder).map_err(|error| failed(&error))?;
        let mut batch = Batch::default();
        encoder.encode(&[sequence], &mut batch).map_err(|error| failed(&error))?;
        let values = batch.to_dense().unwrap_or_default();
        let channels = values.len().checked_div(batch.length).unwrap_or(0).max(1);
        Ok(Self { values, length: batch.length, lengths: batch.lengths, channels })
    }
}
