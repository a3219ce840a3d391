//! Words that recur where a model looks, compared with what it finds in shuffled sequences.

use std::collections::{BTreeMap, BTreeSet};

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use statrs::distribution::{DiscreteCDF, Hypergeometric};

use super::Attribution;
use super::seqlets::{seqlets, words};
use super::shuffle::shuffle;
use cistron_data::artefact::Tsv;
use cistron_data::dataset::Dataset;
use cistron_data::error::Error;
use cistron_statistics::false_discovery::benjamini_hochberg;

/// Letters of a word.
pub const WORD: usize = 6;

/// Windows of a record that words are taken from.
pub const SEQLETS: usize = 3;

/// How words are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Search {
    /// Symbols of a window.
    pub width: usize,
    /// Whether a word and its reverse complement are one.
    pub both_strands: bool,
}

/// A word in the windows of greatest attribution.
#[derive(Debug, Clone, PartialEq)]
pub struct Motif {
    /// The word.
    pub word: String,
    /// Records whose windows hold it.
    pub records: u64,
    /// Shuffled records whose windows hold it.
    pub shuffled: u64,
    /// Records over shuffled records, one added to both.
    pub enrichment: f64,
    /// Probability of as many records or more by chance (Fisher's exact test, one-sided).
    pub p_value: f64,
    /// The p value adjusted for the false discovery rate over all words.
    pub q_value: f64,
}

/// Every record shuffled with its pairs of neighbours kept, as far as a model reads it (`reach`
/// symbols); the same seed gives the same sequences.
#[must_use]
pub fn shuffled(dataset: &Dataset, reach: Option<usize>, seed: u64) -> Dataset {
    let mut out = Dataset::new(dataset.alphabet);
    for record in 0..dataset.len() {
        let mut sequence = dataset.sequence(record).to_ascii_uppercase();
        sequence.truncate(reach.unwrap_or(sequence.len()));
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(record as u64);
        out.push(dataset.id(record).to_string(), &shuffle(&sequence, &mut rng), 0);
    }
    out
}

/// The words in the [`SEQLETS`] windows of greatest attribution of each record, against those of the
/// same number of shuffled ones; the most surprising first.
///
/// A word counts once a record, so that repeats within one are no evidence; relatives among the
/// records are counted as if they were not.
#[must_use]
pub fn motifs(
    search: Search,
    records: (&Dataset, &[Attribution]),
    shuffled: (&Dataset, &[Attribution]),
) -> Vec<Motif> {
    let found = compare(&tally(search, records), &tally(search, shuffled));
    let p_values: Vec<f64> = found.iter().map(|motif| motif.p_value).collect();
    let adjusted = benjamini_hochberg(&p_values);
    let with_q = found.into_iter().zip(adjusted);
    let mut found: Vec<Motif> = with_q.map(|(motif, q_value)| Motif { q_value, ..motif }).collect();
    let order = |a: &Motif, b: &Motif| {
        a.p_value.total_cmp(&b.p_value).then(b.records.cmp(&a.records)).then(a.word.cmp(&b.word))
    };
    found.sort_by(order);
    found
}

/// The words as a table.
pub fn table(motifs: &[Motif], records: usize) -> Result<Tsv, Error> {
    let columns = ["word", "records", "shuffled", "of", "enrichment", "p_value", "q_value"];
    let mut table = Tsv::new(columns)?;
    for motif in motifs {
        table.row([
            motif.word.clone(),
            motif.records.to_string(),
            motif.shuffled.to_string(),
            records.to_string(),
            format!("{:.4}", motif.enrichment),
            format!("{:.4e}", motif.p_value),
            format!("{:.4e}", motif.q_value),
        ])?;
    }
    Ok(table)
}

/// The words of each record's windows.
fn tally(
    search: Search,
    (dataset, attributions): (&Dataset, &[Attribution]),
) -> Vec<BTreeSet<Vec<u8>>> {
    let of = |(record, attribution): (usize, &Attribution)| {
        let starts = seqlets(&attribution.scores, search.width, SEQLETS);
        let sequence = dataset.sequence(record);
        words(sequence, &starts, search.width, WORD, dataset.alphabet, search.both_strands)
    };
    attributions.iter().enumerate().map(of).collect()
}

/// Counts of every word in records and in shuffled records, with p values; in alphabetical order.
fn compare(records: &[BTreeSet<Vec<u8>>], shuffled: &[BTreeSet<Vec<u8>>]) -> Vec<Motif> {
    let mut counts: BTreeMap<&[u8], [u64; 2]> = BTreeMap::new();
    for (side, sets) in [records, shuffled].into_iter().enumerate() {
        for word in sets.iter().flatten() {
            counts.entry(word).or_default()[side] += 1;
        }
    }
    let motif = |(word, [with, controls]): (&[u8], [u64; 2])| {
        let p_value = at_least(with, records.len() as u64, controls, shuffled.len() as u64);
        Motif {
            word: String::from_utf8_lossy(word).into_owned(),
            records: with,
            shuffled: controls,
            enrichment: (with + 1) as f64 / (controls + 1) as f64,
            p_value,
            q_value: f64::NAN,
        }
    };
    counts.into_iter().map(motif).collect()
}

/// One-sided p value of Fisher's exact test: that `a` or more of `n` fall among the `a` + `b` of
/// `n` + `m` by chance. 1 where the numbers are none of a table.
fn at_least(a: u64, n: u64, b: u64, m: u64) -> f64 {
    let Some(fewer) = a.checked_sub(1) else { return 1.0 };
    Hypergeometric::new(n + m, a + b, n).map_or(1.0, |chance| chance.sf(fewer).min(1.0))
}

#[cfg(test)]
mod tests {
    use cistron_encoders::alphabet::Alphabet;

    use super::*;

    #[test]
    fn p_values_by_hand() {
        // The lady tasting tea: of 8 cups, 4 with milk first; 4 right 1/70, 3 or more 17/70.
        assert!((at_least(4, 4, 0, 4) - 1.0 / 70.0).abs() < 1e-10);
        assert!((at_least(3, 4, 1, 4) - 17.0 / 70.0).abs() < 1e-10);
        assert!((at_least(0, 4, 3, 4) - 1.0).abs() < 1e-12);
        // All of none: C(6, 3) = 20 ways.
        assert!((at_least(3, 3, 0, 3) - 0.05).abs() < 1e-10);
    }

    /// An analytic model: the symbols of the motif TGACTCA score 1 wherever it stands, and the last
    /// symbol of a sequence 0.5, whatever it is.
    fn attributed(dataset: &Dataset) -> Vec<Attribution> {
        let scores = |record: usize| {
            let sequence = dataset.sequence(record);
            let mut scores = vec![0.0; sequence.len()];
            for at in (0..sequence.len()).filter(|at| sequence[*at..].starts_with(b"TGACTCA")) {
                scores[at..at + 7].fill(1.0);
            }
            scores[sequence.len() - 1] += 0.5;
            scores
        };
        let empty = |scores| Attribution { class: 0, scores, replaced: vec![], incomplete: None };
        (0..dataset.len()).map(scores).map(empty).collect()
    }

    #[test]
    fn a_planted_word_comes_first() {
        let mut state = 3_u64;
        let mut base = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            b"ACGT"[(state >> 33) as usize % 4]
        };
        let mut dataset = Dataset::new(Alphabet::Dna);
        for record in 0..40 {
            let mut sequence: Vec<u8> = (0..60).map(|_| base()).collect();
            sequence[record..record + 7].copy_from_slice(b"TGACTCA");
            dataset.push(record.to_string(), &sequence, 0);
        }
        let controls = shuffled(&dataset, None, 1);
        assert_eq!(controls, shuffled(&dataset, None, 1));
        assert_ne!(controls, shuffled(&dataset, None, 2));
        assert_eq!(shuffled(&dataset, Some(10), 1).sequence(3).len(), 10);
        let (real, random) = (attributed(&dataset), attributed(&controls));
        let search = Search { width: 8, both_strands: false };
        let found = motifs(search, (&dataset, &real), (&controls, &random));
        let first: BTreeSet<&str> = found[..2].iter().map(|motif| motif.word.as_str()).collect();
        assert_eq!(first, BTreeSet::from(["GACTCA", "TGACTC"]));
        assert_eq!(found[0].records, 40);
        assert!(found[0].shuffled < 4 && found[0].q_value < 1e-10, "{:?}", found[0]);
        // What the last symbol's windows hold is as frequent in shuffled sequences.
        let mut others = found[2..].iter().filter(|motif| !motif.word.contains("TGACT"));
        assert!(others.all(|motif| motif.q_value > 0.05), "{:?}", &found[2..5]);
        // Both strands: the words' reverse complements stand for them where they come first.
        let both = motifs(
            Search { both_strands: true, ..search },
            (&dataset, &real),
            (&controls, &random),
        );
        let first: BTreeSet<&str> = both[..2].iter().map(|motif| motif.word.as_str()).collect();
        assert_eq!(first, BTreeSet::from(["GACTCA", "GAGTCA"]));
    }
}
