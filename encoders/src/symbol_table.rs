//! What each symbol code means as numbers: the table (S, C) that turns codes into one-hot rows.

use bio::alphabets::dna;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::alphabet::Alphabet;

/// What a wholly unknown symbol (N, X) becomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UnknownAs {
    /// All channels 0.
    #[default]
    Zeros,
    /// Every letter equally probable: .25 a base, .05 an amino acid.
    Uniform,
}

/// The channels of every symbol code: probabilities of the letters.
#[derive(Clone, Debug, PartialEq)]
pub struct SymbolTable {
    /// Codes S: the symbols of the alphabet and [`PADDING`](crate::alphabet::PADDING).
    pub symbols: usize,
    /// Channels C: the letters of the alphabet, in the order of [`Alphabet::symbols`].
    pub channels: usize,
    /// Values (S, C); the padding row is all zeros.
    pub values: Vec<f32>,
}

impl SymbolTable {
    /// Returns the channels of a code (C), empty for a code outside the table.
    #[must_use]
    pub fn row(&self, code: u8) -> &[f32] {
        let start = usize::from(code) * self.channels;
        self.values.get(start..start + self.channels).unwrap_or_default()
    }

    /// Returns a table (S, C') whose rows are this table's rows (S, C) times `letters` (C, C').
    #[must_use]
    pub(crate) fn project(&self, letters: &[f32], channels: usize) -> Self {
        let mut values = vec![0.0; self.symbols * channels];
        let rows = self.values.chunks(self.channels).zip(values.chunks_mut(channels));
        for (shares, out) in rows {
            for (share, letter) in shares.iter().zip(letters.chunks(channels)) {
                for (sum, value) in out.iter_mut().zip(letter) {
                    *sum += share * value;
                }
            }
        }
        Self { symbols: self.symbols, channels, values }
    }

    /// Replaces `out` by the rows of `codes`: (N, L) becomes (N, L, C), reusing the memory.
    pub fn expand(&self, codes: &[u8], out: &mut Vec<f32>) {
        out.clear();
        out.reserve(codes.len() * self.channels);
        for &code in codes {
            out.extend_from_slice(self.row(code));
        }
    }
}

impl Alphabet {
    /// Returns the table (S, C) of the alphabet: 16 × 4 for bases, 28 × 20 for proteins.
    ///
    /// A letter is 1 in its own channel. Ambiguity codes are probabilities: R = .5 A + .5 G, B
    /// (bases) = 1/3 each of C, G, T; in proteins B = .5 D + .5 N, Z = .5 E + .5 Q,
    /// J = .5 I + .5 L. Selenocysteine U is read as cysteine, pyrrolysine O as lysine, the amino
    /// acids they derive from; the stop * is no amino acid and has all channels 0, and so have N
    /// and X unless `unknown` is uniform.
    #[must_use]
    pub fn table(self, unknown: UnknownAs) -> SymbolTable {
        let channels = self.letters();
        let mut values = vec![0.0; channels]; // padding
        for &symbol in self.symbols() {
            let meaning = self.meaning(symbol, unknown);
            let share = 1.0 / meaning.count_ones() as f32;
            values.extend((0..channels).map(|c| if meaning >> c & 1 == 1 { share } else { 0.0 }));
        }
        SymbolTable { symbols: self.symbols().len() + 1, channels, values }
    }

    /// Returns the letters a symbol may stand for, one bit each.
    fn meaning(self, symbol: u8, unknown: UnknownAs) -> u32 {
        match (self, symbol) {
            (Self::Dna | Self::Rna, b'N') | (Self::Protein, b'X') => match unknown {
                UnknownAs::Zeros => 0,
                UnknownAs::Uniform => (1 << self.letters()) - 1,
            },
            (Self::Rna, b'U') => 0b1000,
            (Self::Dna | Self::Rna, _) => dna::iupac_mask(symbol).into(),
            (Self::Protein, b'B') => self.bits(b"DN"),
            (Self::Protein, b'Z') => self.bits(b"EQ"),
            (Self::Protein, b'J') => self.bits(b"IL"),
            (Self::Protein, b'U') => self.bits(b"C"),
            (Self::Protein, b'O') => self.bits(b"K"),
            (Self::Protein, _) => self.bits(&[symbol]),
        }
    }

    fn bits(self, symbols: &[u8]) -> u32 {
        let letters = &self.symbols()[..self.letters()];
        let bit = |(at, letter)| if symbols.contains(letter) { 1_u32 << at } else { 0 };
        letters.iter().enumerate().map(bit).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alphabet::PADDING;

    fn row(alphabet: Alphabet, unknown: UnknownAs, symbol: u8) -> Vec<f32> {
        alphabet.table(unknown).row(alphabet.lookup()[usize::from(symbol)]).to_vec()
    }

    #[test]
    fn bases_by_hand() {
        for (symbol, expected) in [
            (b'A', [1.0, 0.0, 0.0, 0.0]),
            (b't', [0.0, 0.0, 0.0, 1.0]),
            (b'R', [0.5, 0.0, 0.5, 0.0]),
            (b'Y', [0.0, 0.5, 0.0, 0.5]),
            (b'S', [0.0, 0.5, 0.5, 0.0]),
            (b'W', [0.5, 0.0, 0.0, 0.5]),
            (b'K', [0.0, 0.0, 0.5, 0.5]),
            (b'M', [0.5, 0.5, 0.0, 0.0]),
            (b'B', [0.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0]),
            (b'D', [1.0 / 3.0, 0.0, 1.0 / 3.0, 1.0 / 3.0]),
            (b'H', [1.0 / 3.0, 1.0 / 3.0, 0.0, 1.0 / 3.0]),
            (b'V', [1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0, 0.0]),
            (b'N', [0.0; 4]),
        ] {
            assert_eq!(row(Alphabet::Dna, UnknownAs::Zeros, symbol), expected, "{symbol}");
        }
        assert_eq!(row(Alphabet::Dna, UnknownAs::Uniform, b'N'), [0.25; 4]);
        assert_eq!(row(Alphabet::Rna, UnknownAs::Zeros, b'U'), [0.0, 0.0, 0.0, 1.0]);
        assert_eq!(row(Alphabet::Rna, UnknownAs::Zeros, b'W'), [0.5, 0.0, 0.0, 0.5]);
    }

    #[test]
    fn residues_by_hand() {
        let one = |letters: &[u8], value: f32| {
            let all = &Alphabet::Protein.symbols()[..20];
            all.iter().map(|l| if letters.contains(l) { value } else { 0.0 }).collect::<Vec<_>>()
        };
        for (symbol, expected) in [
            (b'W', one(b"W", 1.0)),
            (b'B', one(b"DN", 0.5)),
            (b'Z', one(b"EQ", 0.5)),
            (b'J', one(b"IL", 0.5)),
            (b'U', one(b"C", 1.0)),
            (b'O', one(b"K", 1.0)),
            (b'*', vec![0.0; 20]),
            (b'X', vec![0.05; 20]),
        ] {
            assert_eq!(row(Alphabet::Protein, UnknownAs::Uniform, symbol), expected, "{symbol}");
        }
    }

    #[test]
    fn shapes_and_padding() {
        for (alphabet, symbols, channels) in
            [(Alphabet::Dna, 16, 4), (Alphabet::Rna, 16, 4), (Alphabet::Protein, 28, 20)]
        {
            let table = alphabet.table(UnknownAs::Uniform);
            assert_eq!((table.symbols, table.channels), (symbols, channels));
            assert_eq!(table.values.len(), symbols * channels);
            assert_eq!(table.row(PADDING), vec![0.0; channels]);
            assert!(table.row(200).is_empty());
        }
    }
}
