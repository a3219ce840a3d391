//! A batch of records as a network reads it, and the shape that a network is built for.

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What one record of the input looks like: fixed when a network is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum InputShape {
    /// One symbol code a position, expanded through a table of shape (S, C).
    Symbols {
        /// Positions, L.
        length: usize,
        /// Rows of the symbol table, S.
        symbols: usize,
        /// Columns of the symbol table, C.
        channels: usize,
    },
    /// One token id a position.
    Tokens {
        /// Positions, T.
        length: usize,
        /// Ids run from 0 to `vocabulary` - 1.
        vocabulary: usize,
    },
    /// A vector of numbers a position.
    Dense {
        /// Positions, L.
        length: usize,
        /// Numbers a position, C.
        channels: usize,
    },
}

impl InputShape {
    /// Positions of a record.
    #[must_use]
    pub fn length(&self) -> usize {
        match *self {
            Self::Symbols { length, .. }
            | Self::Tokens { length, .. }
            | Self::Dense { length, .. } => length,
        }
    }

    /// Channels a position: 1 for tokens.
    #[must_use]
    pub fn channels(&self) -> usize {
        match *self {
            Self::Symbols { channels, .. } | Self::Dense { channels, .. } => channels,
            Self::Tokens { .. } => 1,
        }
    }
}

/// A batch of N records of L positions.
///
/// Positions at and beyond a record's valid length are read as zeros, whatever is stored there: a
/// record gives the same output however far it is padded.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// Records, N.
    pub n: usize,
    /// Positions, L.
    pub length: usize,
    /// Valid positions of each record, (N).
    pub lengths: &'a [u32],
    /// The records.
    pub values: InputValues<'a>,
}

/// The values of a batch, row by row.
#[derive(Clone, Copy, Debug)]
pub enum InputValues<'a> {
    /// Symbol codes and the table that expands them.
    Symbols {
        /// Codes, (N, L), each below S.
        codes: &'a [u8],
        /// Symbol table, (S, C).
        table: &'a [f32],
        /// Columns of the table, C.
        channels: usize,
    },
    /// Token ids.
    Tokens {
        /// Ids, (N, T), each below `vocabulary`.
        ids: &'a [u32],
        /// Number of tokens known.
        vocabulary: usize,
    },
    /// Numbers.
    Dense {
        /// Values, (N, L, C).
        values: &'a [f32],
        /// Numbers a position, C.
        channels: usize,
    },
}

/// A batch that does not fit the network it is given to.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum InputError {
    /// The batch is of another kind or size than the network was built for.
    #[error("the network takes {expected:?}, the batch holds {found:?}")]
    Shape {
        /// What the network was built for.
        expected: InputShape,
        /// What was given.
        found: InputShape,
    },
    /// A buffer has the wrong number of elements.
    #[error("{what} of the batch: found {found} elements, expected {expected}")]
    Size {
        /// The buffer.
        what: &'static str,
        /// Elements given.
        found: usize,
        /// Elements needed.
        expected: usize,
    },
    /// A valid length is greater than the number of positions.
    #[error("record {record} of the batch has {found} valid positions out of {length}")]
    ValidLength {
        /// Index in the batch.
        record: usize,
        /// Valid length given.
        found: u32,
        /// Positions of the batch.
        length: usize,
    },
    /// A symbol code or token id lies outside its table.
    #[error("record {record} of the batch holds code {found} at position {position}; codes run from 0 to {}", .limit - 1)]
    Code {
        /// Index in the batch.
        record: usize,
        /// Position in the record, from 0.
        position: usize,
        /// Code given.
        found: u32,
        /// Number of codes known.
        limit: usize,
    },
    /// A value of a valid position is not a finite number.
    #[error(
        "record {record} of the batch holds {found} at position {position}: values must be finite"
    )]
    NotFinite {
        /// Index in the batch.
        record: usize,
        /// Position in the record, from 0.
        position: usize,
        /// Value given.
        found: f32,
    },
}

impl<'a> Input<'a> {
    /// The shape that a network must be built for to take this batch.
    #[must_use]
    pub fn shape(&self) -> InputShape {
        let length = self.length;
        match self.values {
            InputValues::Symbols { table, channels, .. } => {
                let symbols = table.len().checked_div(channels).unwrap_or(0);
                InputShape::Symbols { length, symbols, channels }
            }
            InputValues::Tokens { vocabulary, .. } => InputShape::Tokens { length, vocabulary },
            InputValues::Dense { channels, .. } => InputShape::Dense { length, channels },
        }
    }

    /// The records of `range`, without copying.
    ///
    /// The batch must have passed [`Input::check`] and the range must lie inside it.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Input<'a> {
        let rows = |width: usize| range.start * width..range.end * width;
        let values = match self.values {
            InputValues::Symbols { codes, table, channels } => {
                InputValues::Symbols { codes: &codes[rows(self.length)], table, channels }
            }
            InputValues::Tokens { ids, vocabulary } => {
                InputValues::Tokens { ids: &ids[rows(self.length)], vocabulary }
            }
            InputValues::Dense { values, channels } => {
                InputValues::Dense { values: &values[rows(self.length * channels)], channels }
            }
        };
        let lengths = &self.lengths[range.clone()];
        Input { n: range.len(), length: self.length, lengths, values }
    }

    /// Checks sizes, valid lengths, every code and every number against the shape that a network
    /// was built for.
    pub fn check(&self, expected: &InputShape) -> Result<(), InputError> {
        let found = self.shape();
        if found != *expected {
            return Err(InputError::Shape { expected: *expected, found });
        }
        size("lengths", self.lengths.len(), self.n)?;
        for (record, &valid) in self.lengths.iter().enumerate() {
            if valid as usize > self.length {
                let length = self.length;
                return Err(InputError::ValidLength { record, found: valid, length });
            }
        }
        match self.values {
            InputValues::Symbols { codes, table, .. } => {
                let InputShape::Symbols { symbols, channels, .. } = *expected else {
                    return Err(InputError::Shape { expected: *expected, found });
                };
                size("codes", codes.len(), self.n * self.length)?;
                size("table", table.len(), symbols * channels)?;
                self.check_codes(codes, symbols)
            }
            InputValues::Tokens { ids, vocabulary } => {
                size("ids", ids.len(), self.n * self.length)?;
                self.check_codes(ids, vocabulary)
            }
            InputValues::Dense { values, channels } => {
                size("values", values.len(), self.n * self.length * channels)?;
                self.check_finite(values, channels)
            }
        }
    }

    fn check_codes<T: Copy + Into<u32>>(
        &self,
        codes: &[T],
        limit: usize,
    ) -> Result<(), InputError> {
        for (record, (row, &valid)) in
            codes.chunks_exact(self.length.max(1)).zip(self.lengths).enumerate()
        {
            for (position, &code) in row[..valid as usize].iter().enumerate() {
                let found = code.into();
                if found as usize >= limit {
                    return Err(InputError::Code { record, position, found, limit });
                }
            }
        }
        Ok(())
    }

    fn check_finite(&self, values: &[f32], channels: usize) -> Result<(), InputError> {
        let row = (self.length * channels).max(1);
        for (record, (row, &valid)) in values.chunks_exact(row).zip(self.lengths).enumerate() {
            let row = &row[..valid as usize * channels];
            if let Some(index) = row.iter().position(|value| !value.is_finite()) {
                let position = index / channels;
                return Err(InputError::NotFinite { record, position, found: row[index] });
            }
        }
        Ok(())
    }
}

fn size(what: &'static str, found: usize, expected: usize) -> Result<(), InputError> {
    if found == expected { Ok(()) } else { Err(InputError::Size { what, found, expected }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: InputShape = InputShape::Symbols { length: 3, symbols: 2, channels: 1 };

    fn batch<'a>(codes: &'a [u8], lengths: &'a [u32]) -> Input<'a> {
        let values = InputValues::Symbols { codes, table: &[0.0, 1.0], channels: 1 };
        Input { n: 2, length: 3, lengths, values }
    }

    #[test]
    fn a_fitting_batch_passes_and_slices() {
        let input = batch(&[0, 1, 0, 1, 1, 1], &[3, 2]);
        assert_eq!(input.check(&SHAPE), Ok(()));
        let second = input.slice(1..2);
        assert!(matches!(second.values, InputValues::Symbols { codes: [1, 1, 1], .. }));
        assert_eq!(second.lengths, [2]);
    }

    #[test]
    fn codes_beyond_the_valid_length_are_not_read() {
        assert_eq!(batch(&[0, 1, 0, 1, 1, 9], &[3, 2]).check(&SHAPE), Ok(()));
        assert_eq!(
            batch(&[0, 1, 0, 1, 9, 0], &[3, 2]).check(&SHAPE),
            Err(InputError::Code { record: 1, position: 1, found: 9, limit: 2 })
        );
    }

    #[test]
    fn wrong_sizes_are_errors() {
        assert_eq!(
            batch(&[0, 1], &[3, 2]).check(&SHAPE),
            Err(InputError::Size { what: "codes", found: 2, expected: 6 })
        );
        assert_eq!(
            batch(&[0; 6], &[3, 4]).check(&SHAPE),
            Err(InputError::ValidLength { record: 1, found: 4, length: 3 })
        );
        let dense = Input {
            n: 1,
            length: 1,
            lengths: &[1],
            values: InputValues::Dense { values: &[f32::NAN], channels: 1 },
        };
        let error = dense.check(&InputShape::Dense { length: 1, channels: 1 });
        assert!(matches!(error, Err(InputError::NotFinite { record: 0, position: 0, .. })));
    }
}
