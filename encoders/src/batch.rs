//! A batch of encoded sequences, refilled without reallocating.

use std::sync::Arc;

use crate::symbol_table::SymbolTable;

/// Encoded sequences: N records of L positions and C channels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// Records N.
    pub n: usize,
    /// Positions L, or tokens T.
    pub length: usize,
    /// The numbers.
    pub values: Values,
    /// Valid positions of each record (N), at most L; the rest is padding.
    pub lengths: Vec<u32>,
    /// Records of which something did not fit into L positions.
    pub truncated: usize,
}

/// The numbers of a batch, in the form the encoder makes them.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Symbols, one byte each.
    Symbols {
        /// Codes (N, L), padded with [`PADDING`](crate::alphabet::PADDING).
        codes: Vec<u8>,
        /// What a code means (S, C).
        table: Arc<SymbolTable>,
    },
    /// Tokens.
    Tokens {
        /// Ids (N, T, 1), padded with [`PADDING_TOKEN`](crate::token::PADDING_TOKEN).
        ids: Vec<u32>,
        /// Number of ids.
        vocabulary: usize,
    },
    /// Numbers.
    Dense {
        /// Values (N, L, C), padded with 0.
        values: Vec<f32>,
        /// Channels C.
        channels: usize,
    },
}

impl Default for Values {
    fn default() -> Self {
        Self::Dense { values: Vec::new(), channels: 0 }
    }
}

impl Batch {
    /// Returns the values as floats (N, L, C); `None` for tokens, which an embedding takes as ids.
    #[must_use]
    pub fn to_dense(&self) -> Option<Vec<f32>> {
        match &self.values {
            Values::Symbols { codes, table } => {
                let mut out = Vec::new();
                table.expand(codes, &mut out);
                Some(out)
            }
            Values::Dense { values, .. } => Some(values.clone()),
            Values::Tokens { .. } => None,
        }
    }

    /// Starts a batch of symbols and returns its codes (N, L), all padding.
    ///
    /// `available` holds the number of positions each record could fill: what is beyond `length`
    /// is counted as truncated.
    pub fn begin_symbols(
        &mut self,
        length: usize,
        table: &Arc<SymbolTable>,
        available: impl Iterator<Item = usize>,
    ) -> &mut [u8] {
        let size = self.begin(length, available) * length;
        if !matches!(self.values, Values::Symbols { .. }) {
            self.values = Values::Symbols { codes: Vec::new(), table: Arc::clone(table) };
        }
        match &mut self.values {
            Values::Symbols { codes, table: held } => {
                if !Arc::ptr_eq(held, table) {
                    *held = Arc::clone(table);
                }
                zeroed(codes, size)
            }
            _ => &mut [],
        }
    }

    /// Starts a batch of tokens and returns its ids (N, T, 1), all padding.
    ///
    /// `available` holds the number of tokens each record could fill.
    pub fn begin_tokens(
        &mut self,
        length: usize,
        vocabulary: usize,
        available: impl Iterator<Item = usize>,
    ) -> &mut [u32] {
        let size = self.begin(length, available) * length;
        if !matches!(self.values, Values::Tokens { .. }) {
            self.values = Values::Tokens { ids: Vec::new(), vocabulary };
        }
        match &mut self.values {
            Values::Tokens { ids, vocabulary: held } => {
                *held = vocabulary;
                zeroed(ids, size)
            }
            _ => &mut [],
        }
    }

    /// Starts a batch of numbers and returns its values (N, L, C), all 0.
    ///
    /// `available` holds the number of positions each record could fill.
    pub fn begin_dense(
        &mut self,
        length: usize,
        channels: usize,
        available: impl Iterator<Item = usize>,
    ) -> &mut [f32] {
        let size = self.begin(length, available) * length * channels;
        if !matches!(self.values, Values::Dense { .. }) {
            self.values = Values::Dense { values: Vec::new(), channels };
        }
        match &mut self.values {
            Values::Dense { values, channels: held } => {
                *held = channels;
                zeroed(values, size)
            }
            _ => &mut [],
        }
    }

    /// Sets everything but the values and returns N.
    fn begin(&mut self, length: usize, available: impl Iterator<Item = usize>) -> usize {
        self.length = length;
        self.truncated = 0;
        self.lengths.clear();
        for positions in available {
            self.truncated += usize::from(positions > length);
            self.lengths.push(positions.min(length) as u32);
        }
        self.n = self.lengths.len();
        self.n
    }
}

fn zeroed<T: Default + Clone>(values: &mut Vec<T>, size: usize) -> &mut [T] {
    values.clear();
    values.resize(size, T::default());
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alphabet::Alphabet;
    use crate::symbol_table::UnknownAs;

    #[test]
    fn refilling_keeps_the_memory_and_nothing_else() {
        let table = Arc::new(Alphabet::Dna.table(UnknownAs::Zeros));
        let mut batch = Batch::default();
        batch.begin_symbols(4, &table, [4, 9, 2].into_iter()).fill(1);
        assert_eq!((batch.n, batch.truncated, &batch.lengths[..]), (3, 1, &[4, 4, 2][..]));
        let first = batch.begin_symbols(3, &table, [1].into_iter()).as_ptr();
        assert_eq!((batch.n, batch.length, batch.truncated), (1, 3, 0));
        let Values::Symbols { codes, .. } = &batch.values else { panic!("{batch:?}") };
        assert_eq!((codes.as_ptr(), &codes[..], codes.capacity()), (first, &[0, 0, 0][..], 12));
    }

    #[test]
    fn kinds_of_values_replace_each_other() {
        let mut batch = Batch::default();
        assert_eq!(batch.begin_tokens(2, 18, [1, 2].into_iter()), [0; 4]);
        assert_eq!(batch.to_dense(), None);
        batch.begin_dense(1, 3, [1].into_iter())[1] = 2.0;
        assert_eq!(batch.to_dense(), Some(vec![0.0, 2.0, 0.0]));
        let table = Arc::new(Alphabet::Dna.table(UnknownAs::Zeros));
        batch.begin_symbols(2, &table, [1].into_iter())[0] = 2;
        // (1, 2, 4): C, then padding
        assert_eq!(batch.to_dense(), Some(vec![0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]));
    }
}
