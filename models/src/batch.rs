//! A batch that owns its buffers, so that they are filled again and again.

use std::sync::Arc;

use crate::input::{Input, InputShape, InputValues};

/// The buffers of a batch of records of one [`InputShape`].
#[derive(Clone, Debug)]
pub struct Batch {
    shape: InputShape,
    lengths: Vec<u32>,
    values: BatchValues,
}

/// The values of a [`Batch`].
#[derive(Clone, Debug)]
pub enum BatchValues {
    /// Symbol codes (N, L) and the table (S, C) that expands them.
    Symbols {
        /// Codes, (N, L).
        codes: Vec<u8>,
        /// Symbol table, (S, C).
        table: Arc<[f32]>,
    },
    /// Token ids (N, T).
    Tokens {
        /// Ids, (N, T).
        ids: Vec<u32>,
    },
    /// Numbers (N, L, C).
    Dense {
        /// Values, (N, L, C).
        values: Vec<f32>,
    },
}

/// One record of a [`Batch`], to be written.
#[derive(Debug)]
pub enum RecordValues<'a> {
    /// Symbol codes, (L).
    Symbols(&'a mut [u8]),
    /// Token ids, (T).
    Tokens(&'a mut [u32]),
    /// Numbers, (L, C).
    Dense(&'a mut [f32]),
}

impl Batch {
    /// An empty batch of symbols that `table` (S, C) expands to C channels.
    #[must_use]
    pub fn symbols(length: usize, table: Arc<[f32]>, channels: usize) -> Self {
        let symbols = table.len().checked_div(channels).unwrap_or(0);
        let shape = InputShape::Symbols { length, symbols, channels };
        Self::empty(shape, BatchValues::Symbols { codes: Vec::new(), table })
    }

    /// An empty batch of tokens.
    #[must_use]
    pub fn tokens(length: usize, vocabulary: usize) -> Self {
        let shape = InputShape::Tokens { length, vocabulary };
        Self::empty(shape, BatchValues::Tokens { ids: Vec::new() })
    }

    /// An empty batch of numbers.
    #[must_use]
    pub fn dense(length: usize, channels: usize) -> Self {
        let shape = InputShape::Dense { length, channels };
        Self::empty(shape, BatchValues::Dense { values: Vec::new() })
    }

    fn empty(shape: InputShape, values: BatchValues) -> Self {
        Self { shape, lengths: Vec::new(), values }
    }

    /// What one record looks like.
    #[must_use]
    pub fn shape(&self) -> InputShape {
        self.shape
    }

    /// Records held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lengths.len()
    }

    /// Whether no record is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }

    /// Makes room for `n` records of valid length 0, keeping the memory; values are zero.
    pub fn reset(&mut self, n: usize) {
        self.lengths.clear();
        self.lengths.resize(n, 0);
        let row = self.shape.length() * self.shape.channels();
        match &mut self.values {
            BatchValues::Symbols { codes, .. } => refill(codes, n * self.shape.length()),
            BatchValues::Tokens { ids } => refill(ids, n * row),
            BatchValues::Dense { values } => refill(values, n * row),
        }
    }

    /// The valid length and the values of one record, to be written; `None` beyond the batch.
    pub fn record(&mut self, index: usize) -> Option<(&mut u32, RecordValues<'_>)> {
        let valid = self.lengths.get_mut(index)?;
        let length = self.shape.length();
        let row = length * self.shape.channels();
        let values = match &mut self.values {
            BatchValues::Symbols { codes, .. } => {
                RecordValues::Symbols(&mut codes[index * length..][..length])
            }
            BatchValues::Tokens { ids } => RecordValues::Tokens(&mut ids[index * row..][..row]),
            BatchValues::Dense { values } => RecordValues::Dense(&mut values[index * row..][..row]),
        };
        Some((valid, values))
    }

    /// Valid lengths (N) and values of the whole batch, to be written; call [`Batch::reset`] first.
    pub fn parts_mut(&mut self) -> (&mut [u32], &mut BatchValues) {
        (&mut self.lengths, &mut self.values)
    }

    /// The batch as a network reads it.
    #[must_use]
    pub fn input(&self) -> Input<'_> {
        let values = match (&self.values, self.shape) {
            (BatchValues::Symbols { codes, table }, shape) => {
                InputValues::Symbols { codes, table, channels: shape.channels() }
            }
            (BatchValues::Tokens { ids }, InputShape::Tokens { vocabulary, .. }) => {
                InputValues::Tokens { ids, vocabulary }
            }
            // The constructors pair token ids with the shape of tokens.
            (BatchValues::Tokens { ids }, _) => InputValues::Tokens { ids, vocabulary: 0 },
            (BatchValues::Dense { values }, shape) => {
                InputValues::Dense { values, channels: shape.channels() }
            }
        };
        Input { n: self.len(), length: self.shape.length(), lengths: &self.lengths, values }
    }
}

fn refill<T: Clone + Default>(buffer: &mut Vec<T>, length: usize) {
    buffer.clear();
    buffer.resize(length, T::default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_written_in_place_and_read_back() {
        let mut batch = Batch::symbols(3, Arc::from([0.0, 1.0]), 1);
        batch.reset(2);
        if let Some((valid, RecordValues::Symbols(codes))) = batch.record(1) {
            *valid = 2;
            codes[..2].fill(1);
        }
        assert!(batch.record(2).is_none());
        let input = batch.input();
        assert_eq!(input.lengths, [0, 2]);
        assert!(matches!(input.values, InputValues::Symbols { codes: [0, 0, 0, 1, 1, 0], .. }));
        assert_eq!(input.check(&batch.shape()), Ok(()));
    }
}
