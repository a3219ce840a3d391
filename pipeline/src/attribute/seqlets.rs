//! Where a sequence's attribution is: windows, and the words in them.

use std::collections::BTreeSet;

use cistron_encoders::alphabet::Alphabet;

/// Starts of the windows of `width` scores with the greatest sum of the positive ones, best first, that
/// do not overlap: at most `most`, and none without a positive score. The first of equals wins.
#[must_use]
pub fn seqlets(scores: &[f32], width: usize, most: usize) -> Vec<usize> {
    if width == 0 {
        return Vec::new();
    }
    let sum = |window: &[f32]| window.iter().map(|score| f64::from(score.max(0.0))).sum::<f64>();
    let mut windows: Vec<(f64, usize)> =
        scores.windows(width).map(sum).zip(0..).filter(|(sum, _)| *sum > 0.0).collect();
    windows.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut starts: Vec<usize> = Vec::new();
    for (_, start) in windows {
        if starts.len() == most {
            break;
        }
        if starts.iter().all(|other| start.abs_diff(*other) >= width) {
            starts.push(start);
        }
    }
    starts
}

/// The words of `k` letters in the windows of `width` symbols at `starts`, each once, upper case; words
/// with a symbol that is no letter are left out. Of a word and its reverse complement, the first in the
/// alphabet stands for both where `both` strands count.
#[must_use]
pub fn words(
    sequence: &[u8],
    starts: &[usize],
    width: usize,
    k: usize,
    alphabet: Alphabet,
    both: bool,
) -> BTreeSet<Vec<u8>> {
    let letters = &alphabet.symbols()[..alphabet.letters()];
    let mut found = BTreeSet::new();
    let windows = starts.iter().filter_map(|start| sequence.get(*start..*start + width));
    for word in windows.flat_map(|window| window.windows(k.max(1))) {
        let word = word.to_ascii_uppercase();
        if !word.iter().all(|symbol| letters.contains(symbol)) {
            continue;
        }
        let other = alphabet.reverse_complement(&word).filter(|_| both);
        found.insert(match other {
            Some(other) if other < word => other,
            _ => word,
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_by_hand() {
        let scores = [0.0, 3.0, 1.0, -9.0, 2.0, 2.0, 0.0, 0.5];
        // Sums of three: 4, 4, 3, 4, 4, 2.5; the first of the fours wins, then the
        // next one that does not overlap.
        assert_eq!(seqlets(&scores, 3, 5), [0, 3]);
        assert_eq!(seqlets(&scores, 3, 1), [0]);
        assert_eq!(seqlets(&scores, 2, 9), [1, 4, 6]);
        assert_eq!(seqlets(&[-1.0, 0.0], 1, 9), [0; 0]);
        assert_eq!(seqlets(&scores, 9, 9), [0; 0]);
        assert_eq!(seqlets(&scores, 0, 9), [0; 0]);
    }

    #[test]
    fn words_by_hand() {
        let of = |both| words(b"ttAANAAG", &[0, 5], 3, 2, Alphabet::Dna, both);
        let text = |words: BTreeSet<Vec<u8>>| {
            words.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect::<Vec<_>>()
        };
        assert_eq!(text(of(false)), ["AA", "AG", "TA", "TT"]);
        // TT is the other strand of AA; TA is its own.
        assert_eq!(text(of(true)), ["AA", "AG", "TA"]);
        // A window with an N, and one that sticks out.
        assert!(words(b"ttAANAAG", &[3, 6], 3, 2, Alphabet::Dna, false).is_empty());
    }
}
