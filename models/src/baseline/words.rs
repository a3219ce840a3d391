//! Words of a sequence, packed.

/// Bits a symbol: 26 letters, gap, stop, and one code for whatever else.
const BITS: u32 = 5;

/// The longest word that fits in 64 bits.
pub(super) const LONGEST_WORD: usize = 12;

/// Scatters packed words over all 64 bits (Fibonacci hashing); being odd, it keeps distinct words
/// distinct.
const SCATTER: u64 = 0x9E37_79B9_7F4A_7C15;

/// The overlapping words of `length` symbols of `sequence`, case folded, each as one evenly spread
/// number.
///
/// Ambiguity codes are symbols like any other, and a word is not merged with its reverse
/// complement. `length` must be from 1 to [`LONGEST_WORD`].
pub(super) fn words(sequence: &[u8], length: usize) -> impl Iterator<Item = u64> {
    let mask = (1_u64 << (BITS * length as u32)) - 1;
    let mut word = 0;
    sequence.iter().enumerate().filter_map(move |(i, symbol)| {
        word = (word << BITS | code(*symbol)) & mask;
        (i + 1 >= length).then_some(word.wrapping_mul(SCATTER))
    })
}

fn code(symbol: u8) -> u64 {
    match symbol.to_ascii_uppercase() {
        letter @ b'A'..=b'Z' => u64::from(letter - b'A') + 1,
        b'-' => 27,
        b'*' => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn words_are_distinct_exactly_where_the_text_is() {
        let sequence = b"ACGTNACGT-ACG*ACGTRYACGT";
        for length in 1..=LONGEST_WORD {
            let texts: HashSet<&[u8]> = sequence.windows(length).collect();
            let packed: HashSet<u64> = words(sequence, length).collect();
            assert_eq!(packed.len(), texts.len(), "length {length}");
            assert_eq!(words(sequence, length).count(), sequence.len() + 1 - length);
        }
    }

    #[test]
    fn case_is_folded_and_short_sequences_have_no_word() {
        assert!(words(b"acgTn", 3).eq(words(b"ACGTN", 3)));
        assert_eq!(words(b"ACGTACGT", 9).count(), 0);
        assert_eq!(words(b"", 1).count(), 0);
    }
}
