//! Word profiles: the weighted words of sequences, as sparse rows of length 1.

use rayon::prelude::*;

use super::words::Reader;

/// The words that a set of sequences shares, and what each is worth.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Vocabulary {
    /// Packed words in order, (V).
    pub(super) words: Vec<u64>,
    /// Inverse document frequency, ln((1 + N) / (1 + n)) + 1 (Spärck Jones 1972,
    /// doi:10.1108/eb026526, smoothed), (V).
    pub(super) idf: Vec<f32>,
}

/// Sparse rows (N, V): each the columns in order with their values.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Profiles {
    rows: Vec<Vec<(u32, f32)>>,
}

impl Vocabulary {
    /// The words that at least two of the sequences hold.
    pub(super) fn fit(reader: &Reader, sequences: &[&[u8]]) -> Self {
        let words_of = |sequence: &&[u8]| reader.count(sequence).into_iter().map(|(word, _)| word);
        let mut all: Vec<u64> = sequences.par_iter().flat_map_iter(words_of).collect();
        all.par_sort_unstable();
        let n = sequences.len() as f32;
        let idf = |held: usize| ((1.0 + n) / (1.0 + held as f32)).ln() + 1.0;
        let shared = all.chunk_by(|a, b| a == b).filter(|same| same.len() > 1);
        let (words, idf) = shared.map(|same| (same[0], idf(same.len()))).unzip();
        Self { words, idf }
    }

    /// The profile of each sequence: (1 + ln count) times the word's worth, scaled to length 1.
    pub(super) fn profiles(&self, reader: &Reader, sequences: &[&[u8]]) -> Profiles {
        let row = |sequence: &&[u8]| {
            let known = |(word, n): (u64, u32)| {
                let at = self.words.binary_search(&word).ok()?;
                Some((at as u32, (1.0 + (n as f32).ln()) * self.idf[at]))
            };
            let mut row: Vec<(u32, f32)> =
                reader.count(sequence).into_iter().filter_map(known).collect();
            let squares: f64 = row.iter().map(|(_, value)| f64::from(*value).powi(2)).sum();
            for (_, value) in &mut row {
                *value /= squares.sqrt() as f32;
            }
            row
        };
        Profiles { rows: sequences.par_iter().map(row).collect() }
    }
}

impl Profiles {
    /// Rows of columns in ascending order with their values.
    #[cfg(test)]
    pub(super) fn from_rows(rows: Vec<Vec<(u32, f32)>>) -> Self {
        Self { rows }
    }

    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Columns and values of a row.
    pub(super) fn row(&self, record: usize) -> &[(u32, f32)] {
        &self.rows[record]
    }

    /// Rows side by side, (N, ΣV), each part divided by √parts so that rows keep length 1.
    pub(super) fn join(parts: &[(Self, usize)]) -> Self {
        let scale = 1.0 / (parts.len() as f32).sqrt();
        let records = parts.first().map_or(0, |(profiles, _)| profiles.len());
        let row = |record: usize| {
            let mut start = 0;
            let mut row = Vec::new();
            for (profiles, width) in parts {
                let own = profiles.row(record).iter();
                row.extend(own.map(|(column, value)| (column + start, value * scale)));
                start += *width as u32;
            }
            row
        };
        Self { rows: (0..records).into_par_iter().map(row).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::words::{Letters, Words};
    use super::*;

    #[test]
    fn profiles_by_hand() {
        let words = Words { letters: Letters::Bases, mask: "1".to_string(), positional: false };
        let reader = Reader::new(&words, false).unwrap();
        let sequences: [&[u8]; 3] = [b"AAC", b"A", b"CG"];
        let vocabulary = Vocabulary::fit(&reader, &sequences);
        // G is in one sequence only; A and C are in two of three.
        assert_eq!(vocabulary.words, [0, 1]);
        let worth = (4.0_f32 / 3.0).ln() + 1.0;
        assert_eq!(vocabulary.idf, [worth, worth]);
        let profiles = vocabulary.profiles(&reader, &[b"AAC", b"GG"]);
        let a = 1.0 + 2.0_f32.ln();
        let norm = (a * a + 1.0).sqrt();
        let [(0, first), (1, second)] = *profiles.row(0) else { panic!("{profiles:?}") };
        assert!((first - a / norm).abs() < 1e-6 && (second - 1.0 / norm).abs() < 1e-6);
        assert_eq!(profiles.row(1), []);
        let joined = Profiles::join(&[(profiles.clone(), 2), (profiles.clone(), 2)]);
        let columns: Vec<u32> = joined.row(0).iter().map(|(column, _)| *column).collect();
        assert_eq!(columns, [0, 1, 2, 3]);
        let squares: f32 = joined.row(0).iter().map(|(_, value)| value * value).sum();
        assert!((squares - 1.0).abs() < 1e-6);
    }
}
