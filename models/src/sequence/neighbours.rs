//! How similar a sequence is to the most similar records of each class, by words and by alignment.

use rayon::prelude::*;

use super::alignment::{LANES, Letters, Scoring, Scratch};
use super::profile::Profiles;
use crate::baseline::Molecule;

/// Ranks whose similarity is told: the best, and the fifth best, which one odd record cannot make.
const RANKS: [usize; 2] = [0, 4];
/// Similarities that are kept to tell them.
const KEPT: usize = 5;
/// Alignments of a class whose mean is told.
const MEAN_OF: usize = 3;

/// Records learnt from, to compare others with.
pub(super) struct Neighbours {
    /// Records and values of each column of each view, (views, V).
    postings: Vec<Vec<Vec<(u32, f32)>>>,
    letters: Vec<Letters>,
    /// Score of each record with itself.
    own: Vec<f32>,
    labels: Vec<usize>,
    classes: usize,
    scoring: Scoring,
    /// Records of each class that are aligned.
    aligned: usize,
}

/// A sequence that is compared, with its row in each view.
pub(super) struct Query<'a> {
    pub(super) sequence: &'a [u8],
    pub(super) rows: Vec<&'a [(u32, f32)]>,
}

/// Buffers of a comparison.
#[derive(Default)]
struct Buffers {
    sums: Vec<f32>,
    total: Vec<f32>,
    alignment: Scratch,
}

impl Neighbours {
    /// Takes sequences with their classes and profiles: one for each view, of `widths` columns.
    pub(super) fn new(
        sequences: &[&[u8]],
        labels: &[usize],
        classes: usize,
        views: &[(Profiles, usize)],
        molecule: Molecule,
        aligned: usize,
    ) -> Self {
        let scoring = Scoring::new(molecule);
        let letters: Vec<Letters> =
            sequences.par_iter().map(|sequence| scoring.letters(sequence)).collect();
        let own = letters.iter().map(|letters| scoring.own(letters)).collect();
        let postings = |(profiles, width): &(Profiles, usize)| {
            let mut postings = vec![Vec::new(); *width];
            for record in 0..profiles.len() {
                for &(column, value) in profiles.row(record) {
                    postings[column as usize].push((record as u32, value));
                }
            }
            postings
        };
        let postings = views.par_iter().map(postings).collect();
        let labels = labels.to_vec();
        Self { postings, letters, own, labels, classes, scoring, aligned }
    }

    /// How many numbers [`Self::compare`] tells of a class.
    fn numbers(views: usize) -> usize {
        RANKS.len() * views + 3
    }

    /// What is told of each query: for each class and view the cosine similarity to the best and the
    /// fifth best record; then for each class of the records that are the most similar by all views
    /// the highest alignment score, the highest as a share of the lower of the two scores of a
    /// sequence with itself, and the mean of the three highest over ln(length · length). 0 where
    /// there is none. Records for which `skip(query, record)` are left out.
    pub(super) fn compare(
        &self,
        queries: &[Query<'_>],
        skip: impl Fn(usize, usize) -> bool + Sync,
    ) -> Vec<Vec<f32>> {
        let one = |buffers: &mut Buffers, (at, query): (usize, &Query<'_>)| {
            self.compare_one(query, |record| skip(at, record), buffers)
        };
        queries.par_iter().enumerate().map_init(Buffers::default, one).collect()
    }

    fn compare_one(
        &self,
        query: &Query<'_>,
        skip: impl Fn(usize) -> bool,
        buffers: &mut Buffers,
    ) -> Vec<f32> {
        let Buffers { sums, total, alignment } = buffers;
        let records = self.labels.len();
        total.clear();
        total.resize(records, 0.0);
        let mut out = Vec::with_capacity(self.classes * Self::numbers(self.postings.len()));
        for (postings, row) in self.postings.iter().zip(&query.rows) {
            sums.clear();
            sums.resize(records, 0.0);
            for &(column, value) in *row {
                for &(record, other) in &postings[column as usize] {
                    sums[record as usize] += value * other;
                }
            }
            total.iter_mut().zip(&*sums).for_each(|(total, sum)| *total += sum);
            for best in self.best(sums, KEPT, &skip) {
                out.extend(RANKS.map(|rank| best.get(rank).map_or(0.0, |(_, sum)| *sum)));
            }
        }
        let candidates = self.best(total, self.aligned, &skip);
        self.align(query.sequence, &candidates, alignment, &mut out);
        out
    }

    /// The `most` records of each class with the highest sums above 0, highest first.
    fn best(
        &self,
        sums: &[f32],
        most: usize,
        skip: impl Fn(usize) -> bool,
    ) -> Vec<Vec<(usize, f32)>> {
        let mut best = vec![Vec::<(usize, f32)>::with_capacity(most + 1); self.classes];
        for (record, &sum) in sums.iter().enumerate() {
            let best = &mut best[self.labels[record]];
            let full = best.len() == most && best.last().is_none_or(|(_, last)| sum <= *last);
            if sum <= 0.0 || full || skip(record) {
                continue;
            }
            let at = best.partition_point(|(_, other)| *other >= sum);
            best.insert(at, (record, sum));
            best.truncate(most);
        }
        best
    }

    /// Appends what alignments tell of each class.
    fn align(
        &self,
        sequence: &[u8],
        candidates: &[Vec<(usize, f32)>],
        scratch: &mut Scratch,
        out: &mut Vec<f32>,
    ) {
        let letters = self.scoring.letters(sequence);
        let own = self.scoring.own(&letters);
        let mut records: Vec<usize> =
            candidates.iter().flatten().map(|(record, _)| *record).collect();
        // Lanes of like length leave little of the table empty.
        records.sort_unstable_by_key(|record| (self.letters[*record].len(), *record));
        let mut found = vec![Vec::new(); self.classes];
        for chunk in records.chunks(LANES) {
            let others: Vec<&[u8]> =
                chunk.iter().map(|record| self.letters[*record].as_slice()).collect();
            let scores = self.scoring.align(&letters, &others, scratch);
            for (&record, score) in chunk.iter().zip(scores) {
                found[self.labels[record]].push((f32::from(score), record));
            }
        }
        let length = (1 + letters.len()) as f32;
        for scores in found {
            let highest = scores.iter().map(|(score, _)| *score).fold(0.0, f32::max);
            let share =
                |(score, record): &(f32, usize)| score / own.min(self.own[*record]).max(1.0);
            let shares = scores.iter().map(share).fold(0.0, f32::max);
            let by_length = |(score, record): &(f32, usize)| {
                score / (length * (1 + self.letters[*record].len()) as f32).ln()
            };
            let mut by_length: Vec<f32> = scores.iter().map(by_length).collect();
            by_length.sort_unstable_by(|a, b| b.total_cmp(a));
            let mean =
                by_length.iter().take(MEAN_OF).fold(0.0, |sum, score| sum + score) / MEAN_OF as f32;
            out.extend([highest, shares, mean]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::profile::Vocabulary;
    use super::super::words::{Letters, Reader, Words};
    use super::*;

    fn compare(
        sequences: &[&[u8]],
        labels: &[usize],
        skip: fn(usize, usize) -> bool,
    ) -> Vec<Vec<f32>> {
        let words = Words { letters: Letters::Bases, mask: "11".to_string(), positional: false };
        let reader = Reader::new(&words, false).unwrap();
        let vocabulary = Vocabulary::fit(&reader, sequences);
        let profiles = vocabulary.profiles(&reader, sequences);
        let classes = labels.iter().max().unwrap() + 1;
        let views = [(profiles.clone(), vocabulary.words.len())];
        let molecule = Molecule::Nucleotide;
        let neighbours = Neighbours::new(sequences, labels, classes, &views, molecule, 8);
        let query =
            |record: usize| Query { sequence: sequences[record], rows: vec![profiles.row(record)] };
        let queries: Vec<Query<'_>> = (0..sequences.len()).map(query).collect();
        neighbours.compare(&queries, skip)
    }

    #[test]
    fn similarities_and_alignments_by_hand() {
        let sequences: [&[u8]; 4] = [b"AAA", b"AAA", b"CCC", b"CCCAAA"];
        let all = compare(&sequences, &[0, 0, 1, 1], |_, _| false);
        let near = |a: f32, b: f32| (a - b).abs() < 1e-6;
        // AA (in three of four) and CC (in two) are twice in CCCAAA; CA is in no other sequence.
        let (aa, cc) = ((5.0_f32 / 4.0).ln() + 1.0, (5.0_f32 / 3.0).ln() + 1.0);
        let (mixed, other) = (aa / aa.hypot(cc), cc / aa.hypot(cc));
        assert!(near(all[0][0], 1.0) && near(all[0][1], 0.0) && near(all[0][2], mixed), "{all:?}");
        // Three bases of 5 each: all of either sequence; two of three copies make the mean.
        assert_eq!(all[0][4..6], [15.0, 1.0]);
        assert!(near(all[0][6], 2.0 * 15.0 / 16.0_f32.ln() / 3.0), "{all:?}");
        assert_eq!(all[0][7..9], [15.0, 1.0]);
        assert!(near(all[0][9], 15.0 / 28.0_f32.ln() / 3.0), "{all:?}");
        // CCC shares no word with class 0.
        assert_eq!([&all[2][..2], &all[2][4..7]].concat(), [0.0; 5]);
        let others = compare(&sequences, &[0, 0, 1, 1], |query, record| query == record);
        assert!(near(others[0][0], 1.0) && near(others[2][2], other), "{others:?}");
        assert!(near(others[0][6], 15.0 / 16.0_f32.ln() / 3.0), "{others:?}");
    }

    #[test]
    fn the_fifth_best_is_told() {
        let sequences: Vec<&[u8]> = vec![b"AACC"; 6];
        let five = compare(&sequences, &[0; 6], |query, record| query == record);
        assert!((five[0][1] - 1.0).abs() < 1e-6, "{five:?}");
        let four = compare(&sequences, &[0; 6], |_, record| record >= 4);
        assert_eq!(four[5][1], 0.0);
    }
}
