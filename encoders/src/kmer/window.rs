//! The k-mers of a sequence as numbers.

use crate::alphabet::{Alphabet, NO_SYMBOL, UnknownSymbol};

/// Calls `visit` for every window of k symbols with the k-mer's number, `None` where the window
/// holds an ambiguity code.
///
/// The number of a k-mer has its first letter in the highest place: its rank in lexicographic
/// order. The number of k-mers must fit `usize`.
pub(crate) fn each_kmer(
    alphabet: Alphabet,
    sequence: &[u8],
    k: usize,
    mut visit: impl FnMut(Option<usize>),
) -> Result<(), UnknownSymbol> {
    let lookup = alphabet.lookup();
    let letters = alphabet.letters();
    let kmers = letters.pow(k as u32);
    // `run` counts the letters since the last ambiguity code.
    let (mut kmer, mut run) = (0, 0);
    for (position, &symbol) in sequence.iter().enumerate() {
        let code = lookup[usize::from(symbol)];
        if code == NO_SYMBOL {
            return Err(alphabet.unknown(position, symbol));
        }
        let letter = usize::from(code) - 1;
        if letter < letters {
            // A power of two is shifted and masked: the division of the general case is slow.
            kmer = if letters == 4 {
                (kmer << 2 | letter) & (kmers - 1)
            } else {
                (kmer * letters + letter) % kmers
            };
            run += 1;
        } else {
            run = 0;
        }
        if position + 1 >= k {
            visit((run >= k).then_some(kmer));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kmers(alphabet: Alphabet, sequence: &[u8], k: usize) -> Vec<Option<usize>> {
        let mut found = Vec::new();
        each_kmer(alphabet, sequence, k, |kmer| found.push(kmer)).unwrap();
        found
    }

    #[test]
    fn windows_by_hand() {
        let found = kmers(Alphabet::Dna, b"ACgTNTT", 2);
        assert_eq!(found, [Some(1), Some(6), Some(11), None, None, Some(15)]);
        assert_eq!(kmers(Alphabet::Protein, b"AYCXW", 2), [Some(19), Some(381), None, None]);
        assert_eq!(kmers(Alphabet::Dna, b"AC", 3), []);
        assert!(each_kmer(Alphabet::Dna, b"A-", 3, |_| ()).is_err());
    }
}
