//! Encoded records as what models learn from and predict.

use std::sync::Arc;

use cistron_encoders::{Shape, Values};
use cistron_models::batch::{Batch, BatchValues};
use cistron_models::fit::{Augmentation, Source, SourceError};

use super::Encoded;

impl Encoded<'_> {
    /// Fills a batch by `encode`, which is given one of the encoder's to fill.
    fn fill_by(
        &self,
        indices: &[usize],
        batch: &mut Batch,
        encode: impl FnOnce(&mut cistron_encoders::Batch) -> Result<(), SourceError>,
    ) -> Result<(), SourceError> {
        batch.reset(indices.len());
        let (lengths, values) = batch.parts_mut();
        // The buffers move into the encoder's batch and back, so nothing is copied.
        let values = match (values, &self.empty) {
            (BatchValues::Symbols { codes, .. }, Values::Symbols { table, .. }) => {
                Values::Symbols { codes: std::mem::take(codes), table: Arc::clone(table) }
            }
            (BatchValues::Tokens { ids }, Values::Tokens { vocabulary, .. }) => {
                Values::Tokens { ids: std::mem::take(ids), vocabulary: *vocabulary }
            }
            (BatchValues::Dense { values }, Values::Dense { channels, .. }) => {
                Values::Dense { values: std::mem::take(values), channels: *channels }
            }
            _ => return Err("the batch is of another kind than the encoder's".into()),
        };
        let mut encoded = cistron_encoders::Batch { values, ..Default::default() };
        encode(&mut encoded)?;
        lengths.copy_from_slice(&encoded.lengths);
        match (batch.parts_mut().1, encoded.values) {
            (BatchValues::Symbols { codes, .. }, Values::Symbols { codes: filled, .. }) => {
                *codes = filled;
            }
            (BatchValues::Tokens { ids }, Values::Tokens { ids: filled, .. }) => *ids = filled,
            (BatchValues::Dense { values }, Values::Dense { values: filled, .. }) => {
                *values = filled;
            }
            _ => return Err("the encoder wrote another kind of batch".into()),
        }
        Ok(())
    }
}

impl Source for Encoded<'_> {
    fn len(&self) -> usize {
        self.records
    }

    fn batch(&self) -> Batch {
        match self.shape {
            Shape::Symbols { length, channels, .. } => {
                Batch::symbols(length, Arc::clone(&self.table), channels)
            }
            Shape::Tokens { length, vocabulary } => Batch::tokens(length, vocabulary),
            Shape::Dense { length, channels } => Batch::dense(length, channels),
        }
    }

    fn fill(&self, indices: &[usize], batch: &mut Batch) -> Result<(), SourceError> {
        self.fill_by(indices, batch, |encoded| self.encode(indices.iter().copied(), encoded))
    }

    fn fill_augmented(
        &self,
        indices: &[usize],
        augmentation: &Augmentation,
        batch: &mut Batch,
    ) -> Result<(), SourceError> {
        self.fill_by(indices, batch, |encoded| self.augmented(indices, augmentation, encoded))
    }

    fn label(&self, record: usize) -> u32 {
        self.labels[record]
    }

    fn unit(&self, record: usize) -> u32 {
        self.units.get(record).copied().unwrap_or(0)
    }
}
