//! Multinomial naive Bayes on word counts.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rayon::prelude::*;

use super::vocabulary::Vocabulary;
use super::words::{LONGEST_WORD, words};
use super::{BaselineError, Majority, Predictions, check_labels, softmax};

/// How naive Bayes counts and smooths.
#[derive(
    Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(default, deny_unknown_fields)]
pub struct NaiveBayesConfig {
    /// Symbols a word, 1 to 12; 9 symbols are four consecutive overlapping 6-mers.
    pub word_length: usize,
    /// Added to the count of every word in every class (Lidstone smoothing).
    pub alpha: f64,
}

impl Default for NaiveBayesConfig {
    fn default() -> Self {
        Self { word_length: 9, alpha: 0.1 }
    }
}

/// Multinomial naive Bayes (Lewis 1998, doi:10.1007/BFb0026666) over the words seen in training;
/// others are ignored.
///
/// Only words that a class has are stored, as in most classes most words have no count.
#[derive(Debug, Clone)]
pub struct NaiveBayes {
    word_length: usize,
    log_priors: Vec<f64>,
    /// Log-probability of a word without count, by class.
    log_unseen: Vec<f64>,
    vocabulary: Vocabulary,
    /// The entries of word i are from `starts[i]` to `starts[i + 1]`.
    starts: Vec<u32>,
    entries: Vec<Entry>,
}

/// What a class gains by a word over one without count: ln(1 + count / alpha).
#[derive(Debug, Clone, Copy)]
struct Entry {
    class: u32,
    gain: f32,
}

/// The distinct words of one class, sorted, with their counts.
#[derive(Default)]
struct ClassWords {
    words: Vec<u64>,
    counts: Vec<u32>,
    total: u64,
}

impl NaiveBayes {
    /// Counts the words of ASCII training sequences by class.
    ///
    /// # Errors
    ///
    /// Where the configuration is out of range, there is no record, or a label is not below
    /// `n_classes`.
    pub fn fit<S: AsRef<[u8]> + Sync>(
        sequences: &[S],
        labels: &[usize],
        n_classes: usize,
        config: NaiveBayesConfig,
    ) -> Result<Self, BaselineError> {
        let NaiveBayesConfig { word_length, alpha } = config;
        if !(1..=LONGEST_WORD).contains(&word_length) {
            return Err(BaselineError::WordLength { found: word_length, most: LONGEST_WORD });
        }
        if !(alpha.is_finite() && alpha > 0.0) {
            return Err(BaselineError::Alpha { found: alpha });
        }
        check_labels(sequences.len(), labels, n_classes)?;
        let majority = Majority::fit(labels, n_classes)?;
        let counted: Vec<ClassWords> = (0..n_classes)
            .into_par_iter()
            .map(|class| {
                let of_class = sequences.iter().zip(labels).filter(|(_, label)| **label == class);
                count_words(of_class.map(|(sequence, _)| sequence.as_ref()), word_length)
            })
            .collect();
        let mut model = Self {
            word_length,
            log_priors: majority.shares().iter().map(|share| share.ln()).collect(),
            log_unseen: Vec::new(),
            vocabulary: Vocabulary::default(),
            starts: vec![0],
            entries: Vec::new(),
        };
        let merged = model.merge(&counted, alpha)?;
        model.vocabulary = Vocabulary::new(merged);
        let smoothing = alpha * model.vocabulary.len() as f64;
        model.log_unseen = counted
            .iter()
            .map(|class| alpha.ln() - (class.total as f64 + smoothing).ln())
            .collect();
        Ok(model)
    }

    /// Merges the sorted words of the classes; gives the words and stores their entries.
    fn merge(&mut self, counted: &[ClassWords], alpha: f64) -> Result<Vec<u64>, BaselineError> {
        let mut vocabulary: Vec<u64> = Vec::new();
        let mut next: Vec<usize> = vec![0; counted.len()];
        let heads =
            counted.iter().enumerate().filter_map(|(class, of)| Some((*of.words.first()?, class)));
        let mut heap: BinaryHeap<Reverse<(u64, usize)>> = heads.map(Reverse).collect();
        while let Some(Reverse((word, class))) = heap.pop() {
            if vocabulary.last() != Some(&word) {
                vocabulary.push(word);
                self.starts.push(self.entry_count()?);
            }
            let count = counted[class].counts[next[class]];
            let gain = (f64::from(count) / alpha).ln_1p() as f32;
            self.entries.push(Entry { class: class as u32, gain });
            let end = self.entry_count()?;
            if let Some(last) = self.starts.last_mut() {
                *last = end;
            }
            next[class] += 1;
            if let Some(word) = counted[class].words.get(next[class]) {
                heap.push(Reverse((*word, class)));
            }
        }
        Ok(vocabulary)
    }

    fn entry_count(&self) -> Result<u32, BaselineError> {
        u32::try_from(self.entries.len())
            .map_err(|_| BaselineError::TooManyWords { most: u32::MAX as usize })
    }

    /// The number of distinct words seen in training.
    #[must_use]
    pub fn vocabulary_size(&self) -> usize {
        self.vocabulary.len()
    }

    /// Class probabilities of ASCII sequences; the class frequencies where no word is known.
    #[must_use]
    pub fn predict<S: AsRef<[u8]> + Sync>(&self, sequences: &[S]) -> Predictions {
        let probabilities = sequences
            .par_iter()
            .flat_map_iter(|sequence| {
                let mut scores = self.log_scores(sequence.as_ref());
                softmax(&mut scores);
                scores.into_iter().map(|p| p as f32)
            })
            .collect();
        Predictions::new(self.log_priors.len(), probabilities)
    }

    /// Log of prior times likelihood, by class.
    fn log_scores(&self, sequence: &[u8]) -> Vec<f64> {
        let mut scores = self.log_priors.clone();
        let mut known = 0_u64;
        for word in words(sequence, self.word_length) {
            if let Some(i) = self.vocabulary.position(word) {
                known += 1;
                for entry in &self.entries[self.starts[i] as usize..self.starts[i + 1] as usize] {
                    scores[entry.class as usize] += f64::from(entry.gain);
                }
            }
        }
        if known == 0 {
            return scores;
        }
        for (score, unseen) in scores.iter_mut().zip(&self.log_unseen) {
            *score += known as f64 * unseen;
        }
        scores
    }
}

fn count_words<'a>(sequences: impl Iterator<Item = &'a [u8]> + Clone, length: usize) -> ClassWords {
    // One exact allocation: growing would double the memory of the largest class.
    let total = sequences.clone().map(|s| (s.len() + 1).saturating_sub(length)).sum();
    let mut all: Vec<u64> = Vec::with_capacity(total);
    all.extend(sequences.flat_map(|sequence| words(sequence, length)));
    all.par_sort_unstable();
    let mut counted = ClassWords { total: all.len() as u64, ..ClassWords::default() };
    for run in all.chunk_by(|a, b| a == b) {
        counted.words.push(run[0]);
        counted.counts.push(u32::try_from(run.len()).unwrap_or(u32::MAX));
    }
    counted
}
