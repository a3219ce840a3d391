//! Where batches come from.

use super::Augmentation;
use crate::batch::Batch;

/// Whatever a source finds wrong with a record.
pub type SourceError = Box<dyn std::error::Error + Send + Sync>;

/// Labelled records that are encoded batch by batch, as they are needed.
pub trait Source: Sync {
    /// Number of records.
    fn len(&self) -> usize;

    /// Whether there are no records.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// An empty batch of the kind that [`Source::fill`] fills.
    fn batch(&self) -> Batch;

    /// Encodes the records `indices`, in this order, into `batch`, whose buffers are reused:
    /// [`Batch::reset`], then [`Batch::record`] or [`Batch::parts_mut`].
    fn fill(&self, indices: &[usize], batch: &mut Batch) -> Result<(), SourceError>;

    /// As [`Source::fill`], with each record changed as `augmentation` draws for it.
    ///
    /// # Errors
    ///
    /// As [`Source::fill`], and where the records are none that can be changed, as is so unless a source
    /// says how.
    fn fill_augmented(
        &self,
        _indices: &[usize],
        _augmentation: &Augmentation,
        _batch: &mut Batch,
    ) -> Result<(), SourceError> {
        Err("these records cannot be shifted or mutated".into())
    }

    /// The class of a record, from 0. Not called when only predicting.
    fn label(&self, record: usize) -> u32;

    /// The group or homology cluster of a record, whichever is sampled by.
    fn unit(&self, _record: usize) -> u32 {
        0
    }

    /// How much a record counts, beside its class's weight.
    fn weight(&self, _record: usize) -> f32 {
        1.0
    }
}
