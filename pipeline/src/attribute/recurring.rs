//! Words that recur where a model looks at held-out records, with the letters around them.

use cistron_models::executor::Executor;

use super::filters::Frequencies;
use super::motifs::{Motif, SEQLETS, Search, motifs, shuffled};
use super::seqlets::seqlets;
use super::{Attribution, Method, integrated};
use crate::model::{Learner, Model};
use cistron_data::dataset::Dataset;
use cistron_data::error::Error;

/// Symbols of the windows that words are taken from.
const WINDOW: usize = 8;

/// Symbols on either side of a word whose letters are counted.
pub const FLANK: usize = 3;

/// False discovery rate of the words that are kept.
pub const RATE: f64 = 0.05;

/// Words that are kept at most.
const KEPT: usize = 9;

/// The words of one model.
#[derive(Debug, Clone, PartialEq)]
pub struct Recurring {
    /// Fold that the model was trained on, from 0.
    pub fold: usize,
    /// Records that it was shown, and as many shuffled ones.
    pub records: usize,
    /// Letters of the alphabet (A).
    pub letters: &'static [u8],
    /// Words found in either, of which `words` are the most surprising ones.
    pub found: usize,
    /// The most surprising first; of words that are shifted against each other the first.
    pub words: Vec<Word>,
}

/// A word that recurs.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// The word, with its counts and p values.
    pub motif: Motif,
    /// Letters at its places within the windows, [`FLANK`] more on either side.
    pub frequencies: Frequencies,
}

/// Looks where a model looks in the records `indices`, each for its own class by gradient times input,
/// and in the same records shuffled with `seed`.
///
/// `None` where the model keeps no position for each base, or has no gradients, or no record a label.
///
/// # Errors
///
/// Where a sequence cannot be encoded.
pub fn recurring(
    model: &Model,
    executor: &Executor,
    dataset: &Dataset,
    indices: &[usize],
    seed: u64,
) -> Result<Option<Recurring>, Error> {
    let card = &model.card;
    let followed = Method::Gradient.follows(&card.encoder) && dataset.alphabet.is_nucleic();
    let same = card.encoder.alphabet() == Some(dataset.alphabet);
    if !(followed && same && matches!(model.learner, Learner::Network { .. })) {
        return Ok(None);
    }
    let mut records = Dataset::new(dataset.alphabet);
    let mut classes = Vec::new();
    for (&record, label) in indices.iter().filter_map(|i| Some((i, dataset.labels[*i]?))) {
        records.push(dataset.id(record).to_string(), dataset.sequence(record), 0);
        classes.push(label as usize);
    }
    if classes.is_empty() {
        return Ok(None);
    }
    let controls = shuffled(&records, card.encoder.reach(), seed);
    let weigh = |dataset: &Dataset| {
        let of = |(record, class): (usize, &usize)| {
            integrated::of(model, executor, dataset.sequence(record), *class, None)
        };
        classes.iter().enumerate().map(of).collect::<Result<Vec<Attribution>, Error>>()
    };
    let (real, random) = (weigh(&records)?, weigh(&controls)?);
    let search = Search { width: WINDOW, both_strands: card.reverse_complement.learns_both() };
    let found = motifs(search, (&records, &real), (&controls, &random));
    let letters = &dataset.alphabet.symbols()[..dataset.alphabet.letters()];
    let background = background(&records, letters);
    let word = |motif: &Motif| {
        let counts = around(motif.word.as_bytes(), search, &records, &real, letters);
        Word { motif: motif.clone(), frequencies: Frequencies::new(&counts, &background) }
    };
    Ok(Some(Recurring {
        fold: card.training.fold,
        records: classes.len(),
        letters,
        found: found.len(),
        words: apart(&found).into_iter().map(word).collect(),
    }))
}

/// The words below the false discovery rate, without those that are a better one shifted by one or two
/// letters.
fn apart(found: &[Motif]) -> Vec<&Motif> {
    let mut kept: Vec<&Motif> = Vec::new();
    for motif in found.iter().filter(|motif| motif.q_value < RATE) {
        let shifted = |other: &&Motif| {
            let (a, b) = (motif.word.as_bytes(), other.word.as_bytes());
            (1..=2).any(|by| a[by..] == b[..b.len() - by] || b[by..] == a[..a.len() - by])
        };
        if kept.len() < KEPT && !kept.iter().any(shifted) {
            kept.push(motif);
        }
    }
    kept
}

/// Letters (W, A) at the places of a word within the windows of greatest attribution, on the strand that
/// holds it.
fn around(
    word: &[u8],
    search: Search,
    records: &Dataset,
    attributions: &[Attribution],
    letters: &[u8],
) -> Vec<u64> {
    let width = word.len() + 2 * FLANK;
    let mut counts = vec![0; width * letters.len()];
    let mut count = |sites: &mut dyn Iterator<Item = Option<u8>>| {
        for (row, symbol) in counts.chunks_mut(letters.len()).zip(sites) {
            if let Some(at) = symbol.and_then(|s| letters.iter().position(|letter| *letter == s)) {
                row[at] += 1;
            }
        }
    };
    for (record, attribution) in attributions.iter().enumerate() {
        let sequence = records.sequence(record).to_ascii_uppercase();
        let other = records.alphabet.reverse_complement(word).filter(|_| search.both_strands);
        for start in seqlets(&attribution.scores, search.width, SEQLETS) {
            let end = (start + search.width).min(sequence.len());
            for at in start..(end + 1).saturating_sub(word.len()).max(start) {
                let site = |i: usize| (at + i).checked_sub(FLANK).and_then(|i| sequence.get(i));
                if sequence[at..].starts_with(word) {
                    count(&mut (0..width).map(|i| site(i).copied()));
                } else if other.as_ref().is_some_and(|other| sequence[at..].starts_with(other)) {
                    let complement = |symbol: &u8| {
                        records.alphabet.reverse_complement(&[*symbol])?.first().copied()
                    };
                    count(&mut (0..width).rev().map(|i| site(i).and_then(complement)));
                }
            }
        }
    }
    counts
}

/// Share of each letter in the records, each counted once more than it occurs.
fn background(records: &Dataset, letters: &[u8]) -> Vec<f64> {
    let mut counts = vec![1_u64; letters.len()];
    for record in 0..records.len() {
        for symbol in records.sequence(record) {
            let symbol = symbol.to_ascii_uppercase();
            if let Some(at) = letters.iter().position(|letter| *letter == symbol) {
                counts[at] += 1;
            }
        }
    }
    let total = counts.iter().sum::<u64>() as f64;
    counts.iter().map(|count| *count as f64 / total).collect()
}

#[cfg(test)]
mod tests {
    use cistron_encoders::alphabet::Alphabet;

    use super::*;

    fn motif(word: &str, q_value: f64) -> Motif {
        let (word, p_value) = (word.to_string(), q_value / 10.0);
        Motif { word, records: 9, shuffled: 1, enrichment: 5.0, p_value, q_value }
    }

    #[test]
    fn a_shifted_word_is_the_same_motif() {
        let found = [
            motif("TGACTC", 1e-9),
            motif("GACTCA", 1e-8),
            motif("ACTCAT", 1e-7),
            motif("CTCATG", 1e-6),
            motif("TTTTTT", 0.06),
        ];
        let kept: Vec<&str> = apart(&found).iter().map(|motif| motif.word.as_str()).collect();
        // By one and by two letters; by three it may be another.
        assert_eq!(kept, ["TGACTC", "CTCATG"]);
    }

    #[test]
    fn letters_around_a_word_by_hand() {
        let mut records = Dataset::new(Alphabet::Dna);
        // At the start, where there is nothing in front of it, and on the other strand.
        records.push("a".to_string(), b"TGACTCANG", 0);
        records.push("b".to_string(), b"CCGAGTCAGG", 0);
        let scored = |scores: &[f32]| Attribution {
            class: 0,
            scores: scores.to_vec(),
            replaced: Vec::new(),
            incomplete: None,
        };
        let real = [scored(&[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0]), scored(&[0.1; 10])];
        let of = |both_strands| {
            let search = Search { width: 8, both_strands };
            around(b"TGACTC", search, &records, &real, b"ACGT")
        };
        let row = |counts: &[u64], at: usize| counts[4 * at..4 * at + 4].to_vec();
        let one = of(false);
        assert_eq!(one.len(), 12 * 4);
        assert_eq!((row(&one, 2), row(&one, 3)), (vec![0; 4], vec![0, 0, 0, 1]));
        // A, N and G behind it: N is no letter.
        assert_eq!((row(&one, 9), row(&one, 10)), (vec![1, 0, 0, 0], vec![0; 4]));
        // GAGTCA at 2 is TGACTC of CCTGACTCGG.
        let two = of(true);
        assert_eq!((row(&two, 2), row(&two, 3)), (vec![0, 1, 0, 0], vec![0, 0, 0, 2]));
        assert_eq!((row(&two, 9), row(&two, 10)), (vec![1, 0, 1, 0], vec![0, 0, 1, 0]));
    }

    #[test]
    fn background_counts_each_letter_once_more() {
        let mut records = Dataset::new(Alphabet::Dna);
        records.push("a".to_string(), b"aaCN", 0);
        assert_eq!(background(&records, b"ACGT"), [3.0 / 7.0, 2.0 / 7.0, 1.0 / 7.0, 1.0 / 7.0]);
    }
}
