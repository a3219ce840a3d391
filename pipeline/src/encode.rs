//! From symbols to the batches that models read: the seam between encoders and models.

pub mod tensors;
pub mod windows;

use std::sync::Arc;

use cistron_encoders::config::ConfigError;
use cistron_encoders::{Encoder, EncoderConfig, Shape, Values, build};
use cistron_models::batch::{Batch, BatchValues};
use cistron_models::fit::{Source, SourceError};
use cistron_models::input::InputShape;

use crate::dataset::Dataset;
pub use windows::Longer;

/// The shape that a network is built for.
#[must_use]
pub fn input_shape(shape: Shape) -> InputShape {
    match shape {
        Shape::Symbols { length, symbols, channels } => {
            InputShape::Symbols { length, symbols, channels }
        }
        Shape::Tokens { length, vocabulary } => InputShape::Tokens { length, vocabulary },
        Shape::Dense { length, channels } => InputShape::Dense { length, channels },
    }
}

/// Sequences that are encoded a batch at a time, while a model asks for them.
pub struct Sequences<'a> {
    encoder: Box<dyn Encoder>,
    /// Values of an empty batch: they carry the symbol table.
    empty: Values,
    table: Arc<[f32]>,
    sequences: Vec<&'a [u8]>,
    labels: Vec<u32>,
}

impl<'a> Sequences<'a> {
    /// Sequences with their classes; `labels` may be empty where only predictions are wanted.
    pub fn new(
        config: &EncoderConfig,
        sequences: Vec<&'a [u8]>,
        labels: Vec<u32>,
    ) -> Result<Self, ConfigError> {
        let encoder = build(config)?;
        let mut batch = cistron_encoders::Batch::default();
        // An empty batch has no symbol that could be unknown.
        let _ = encoder.encode(&[], &mut batch);
        let table = match &batch.values {
            Values::Symbols { table, .. } => table.values.clone().into(),
            _ => Arc::from([]),
        };
        Ok(Self { encoder, empty: batch.values, table, sequences, labels })
    }

    /// The records `indices` of a data set, in that order; long ones maybe as several examples.
    pub fn of(
        config: &EncoderConfig,
        longer: Longer,
        dataset: &'a Dataset,
        indices: &[usize],
    ) -> Result<Self, ConfigError> {
        let (mut sequences, mut labels) = (Vec::new(), Vec::new());
        for &record in indices {
            sequences.extend(longer.parts(config, dataset.sequence(record)));
            labels.resize(sequences.len(), dataset.labels[record].unwrap_or(0));
        }
        Self::new(config, sequences, labels)
    }

    /// Shape of one encoded sequence.
    #[must_use]
    pub fn shape(&self) -> Shape {
        self.encoder.shape()
    }

    /// Number of sequences of which something did not fit the encoder's length.
    pub fn truncated(&self) -> Result<usize, SourceError> {
        let mut batch = cistron_encoders::Batch::default();
        let mut truncated = 0;
        for chunk in self.sequences.chunks(256) {
            self.encoder.encode(chunk, &mut batch)?;
            truncated += batch.truncated;
        }
        Ok(truncated)
    }
}

impl Source for Sequences<'_> {
    fn len(&self) -> usize {
        self.sequences.len()
    }

    fn batch(&self) -> Batch {
        match self.encoder.shape() {
            Shape::Symbols { length, channels, .. } => {
                Batch::symbols(length, Arc::clone(&self.table), channels)
            }
            Shape::Tokens { length, vocabulary } => Batch::tokens(length, vocabulary),
            Shape::Dense { length, channels } => Batch::dense(length, channels),
        }
    }

    fn fill(&self, indices: &[usize], batch: &mut Batch) -> Result<(), SourceError> {
        let sequences: Vec<&[u8]> = indices.iter().map(|i| self.sequences[*i]).collect();
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
        self.encoder.encode(&sequences, &mut encoded)?;
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

    fn label(&self, record: usize) -> u32 {
        self.labels[record]
    }
}
