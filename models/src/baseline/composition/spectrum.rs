//! Frequencies of short words.

use super::{Molecule, folded};

/// The words of up to `longest` standard symbols, shorter words first, each length in alphabetical
/// order.
pub(super) struct Spectrum {
    molecule: Molecule,
    symbols: &'static [u8],
    longest: u32,
}

impl Spectrum {
    pub(super) fn of(molecule: Molecule) -> Self {
        let longest = match molecule {
            Molecule::Nucleotide => 3,
            Molecule::Protein => 2,
        };
        Self { molecule, symbols: standard(molecule), longest }
    }

    pub(super) fn names(&self) -> Vec<String> {
        let mut all = Vec::new();
        let mut previous = vec![String::new()];
        for _ in 0..self.longest {
            previous = previous
                .iter()
                .flat_map(|word| {
                    self.symbols.iter().map(move |s| format!("{word}{}", char::from(*s)))
                })
                .collect();
            all.extend_from_slice(&previous);
        }
        all
    }

    /// Appends the frequency of each word among the words of its length.
    pub(super) fn push(&self, sequence: &[u8], row: &mut Vec<f32>) {
        let size = self.symbols.len();
        let mut index = [None; 256];
        for symbol in 0..=u8::MAX {
            let folded = folded(symbol, self.molecule);
            index[usize::from(symbol)] = self.symbols.iter().position(|s| *s == folded);
        }
        for length in 1..=self.longest {
            let n_words = size.pow(length);
            let mut counts = vec![0_u32; n_words];
            let (mut word, mut run, mut total) = (0, 0, 0_u64);
            for symbol in sequence {
                match index[usize::from(*symbol)] {
                    None => run = 0,
                    Some(code) => {
                        word = (word * size + code) % n_words;
                        run += 1;
                        if run >= length {
                            counts[word] += 1;
                            total += 1;
                        }
                    }
                }
            }
            let total = total.max(1) as f64;
            row.extend(counts.iter().map(|n| (f64::from(*n) / total) as f32));
        }
    }
}

/// The standard symbols in alphabetical order.
pub(super) fn standard(molecule: Molecule) -> &'static [u8] {
    match molecule {
        Molecule::Nucleotide => b"ACGT",
        Molecule::Protein => b"ACDEFGHIKLMNPQRSTVWY",
    }
}
