//! What the data set holds, counted: classes, lengths, composition, groups, what was left out.

pub mod distribution;
pub mod drawn;
pub mod groups;

use cistron_encoders::alphabet::Alphabet;
use serde::Serialize;

use cistron_data::dataset::{Dataset, Measured};
use cistron_split::Splits;

pub use distribution::{Bin, Quantiles};
pub use drawn::Drawn;
pub use groups::GroupTable;

/// Skipped records that are listed; the others are only counted.
const LISTED: usize = 50;

/// Counts and quantiles of a data set.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct DataSummary {
    /// Alphabet that every sequence was checked against; it says nothing of numbers.
    pub alphabet: Alphabet,
    /// What was measured; absent of sequences.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measured: Option<Measured>,
    /// Number of records.
    pub records: usize,
    /// Number of symbols, or of numbers, of all records together.
    pub symbols: usize,
    /// Records without a label.
    pub unlabelled: usize,
    /// Number of homology clusters, where the data set was split.
    pub clusters: Option<usize>,
    /// Each class, in the order of the data set.
    pub classes: Vec<ClassSummary>,
    /// Lengths of the records in symbols or cycles; absent where there is no record.
    pub lengths: Option<Quantiles>,
    /// Histogram of the lengths.
    pub length_bins: Vec<Bin>,
    /// Ambiguity codes and other symbols that are no letter of the alphabet proper: symbol,
    /// occurrences, records that hold it; most frequent first.
    pub ambiguous: Vec<(char, usize, usize)>,
    /// Names of the channels of numbers; none of sequences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
    /// Numbers that are drawn.
    #[serde(skip)]
    pub drawn: Vec<Drawn>,
    /// Each metadata column against the classes.
    pub groups: Vec<GroupTable>,
    /// Number of records that the reader skipped.
    pub skipped: usize,
    /// The first of them, each with its reason.
    pub skipped_examples: Vec<String>,
}

/// One class of a data set.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ClassSummary {
    /// Class name.
    pub class: String,
    /// Records of the class.
    pub records: usize,
    /// Homology clusters with a record of the class, where the data set was split.
    pub clusters: Option<usize>,
    /// Lengths in symbols.
    pub lengths: Option<Quantiles>,
    /// Share of G and C among A, C, G, T and U; nucleic acids only.
    pub gc: Option<Quantiles>,
}

impl DataSummary {
    /// Counts `dataset`, with the clusters of `splits` where it was split.
    #[must_use]
    pub fn of(dataset: &Dataset, splits: Option<&Splits>) -> Self {
        let lengths: Vec<f64> = (0..dataset.len()).map(|i| dataset.positions(i) as f64).collect();
        let clusters = splits.map(|s| s.clusters.as_slice());
        let all: Vec<usize> = (0..dataset.len()).collect();
        let classes = (0..dataset.classes.len()).map(|class| {
            let of_class = |i: &usize| dataset.labels[*i] == Some(class as u32);
            let members: Vec<usize> = all.iter().copied().filter(of_class).collect();
            ClassSummary {
                class: dataset.classes[class].clone(),
                records: members.len(),
                clusters: clusters.map(|c| distinct(c, &members)),
                lengths: Quantiles::of(members.iter().map(|&i| lengths[i]).collect()),
                gc: gc_quantiles(dataset, &members),
            }
        });
        Self {
            alphabet: dataset.alphabet,
            measured: dataset.numbers.as_ref().map(|numbers| numbers.measured.clone()),
            records: dataset.len(),
            symbols: dataset.total_length(),
            unlabelled: dataset.labels.iter().filter(|l| l.is_none()).count(),
            clusters: clusters.map(|c| distinct(c, &all)),
            classes: classes.collect(),
            length_bins: distribution::bins(&lengths),
            lengths: Quantiles::of(lengths),
            ambiguous: ambiguous(dataset),
            channels: dataset.numbers.as_ref().map_or(Vec::new(), |n| n.channels.clone()),
            drawn: Drawn::of(dataset),
            groups: dataset.groups.iter().map(|g| GroupTable::of(g, dataset)).collect(),
            skipped: dataset.skipped.len(),
            skipped_examples: dataset.skipped.iter().take(LISTED).cloned().collect(),
        }
    }
}

impl DataSummary {
    /// A record in words.
    #[must_use]
    pub fn record(&self) -> &'static str {
        self.measured.as_ref().map_or("sequence", Measured::record)
    }

    /// What the length of a record is counted in.
    #[must_use]
    pub fn unit(&self) -> &'static str {
        match &self.measured {
            Some(measured) => measured.positions(),
            None if self.alphabet.is_nucleic() => "bases",
            None => "residues",
        }
    }
}

/// Number of distinct clusters among `members`.
fn distinct(clusters: &[u32], members: &[usize]) -> usize {
    let seen: std::collections::BTreeSet<_> =
        members.iter().filter_map(|&i| clusters.get(i)).collect();
    seen.len()
}

/// Quantiles of the GC share of `members`; records without any of A, C, G, T, U do not count.
fn gc_quantiles(dataset: &Dataset, members: &[usize]) -> Option<Quantiles> {
    if dataset.numbers.is_some() || !dataset.alphabet.is_nucleic() {
        return None;
    }
    let share = |&i: &usize| {
        let mut strong = 0_usize;
        let mut weak = 0_usize;
        for symbol in dataset.sequence(i) {
            match symbol.to_ascii_uppercase() {
                b'G' | b'C' => strong += 1,
                b'A' | b'T' | b'U' => weak += 1,
                _ => {}
            }
        }
        (strong + weak > 0).then(|| strong as f64 / (strong + weak) as f64)
    };
    Quantiles::of(members.iter().filter_map(share).collect())
}

/// Symbols beyond the letters of the alphabet proper, most frequent first.
fn ambiguous(dataset: &Dataset) -> Vec<(char, usize, usize)> {
    let proper = &dataset.alphabet.symbols()[..dataset.alphabet.letters()];
    let mut occurrences = [0_usize; 256];
    let mut records = [0_usize; 256];
    for i in 0..dataset.len() {
        let mut here = [0_usize; 256];
        for symbol in dataset.sequence(i) {
            here[usize::from(symbol.to_ascii_uppercase())] += 1;
        }
        for (symbol, &n) in here.iter().enumerate().filter(|(_, n)| **n > 0) {
            occurrences[symbol] += n;
            records[symbol] += 1;
        }
    }
    let mut found: Vec<(char, usize, usize)> = (0..=u8::MAX)
        .filter(|s| occurrences[usize::from(*s)] > 0 && !proper.contains(s))
        .map(|s| (char::from(s), occurrences[usize::from(s)], records[usize::from(s)]))
        .collect();
    found.sort_by_key(|(symbol, n, _)| (std::cmp::Reverse(*n), *symbol));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use cistron_data::dataset::GroupKind;

    fn small() -> Dataset {
        let mut dataset = Dataset::new(Alphabet::Dna);
        for (id, sequence) in [("a", "ggCC"), ("b", "AATTNN"), ("c", "ACGTR"), ("d", "NNN")] {
            dataset.push(id.into(), sequence.as_bytes(), 1);
        }
        dataset.set_labels(&[Some("x".into()), Some("y".into()), Some("y".into()), None]);
        dataset.add_group(
            "plate",
            GroupKind::Nuisance,
            &[Some("1".into()), Some("2".into()), Some("2".into()), None],
        );
        dataset.skipped = vec!["line 9: empty sequence".into()];
        dataset
    }

    #[test]
    fn classes_lengths_and_composition_are_counted() {
        let summary = DataSummary::of(&small(), None);
        assert_eq!((summary.records, summary.symbols, summary.unlabelled), (4, 18, 1));
        assert_eq!(summary.ambiguous, [('N', 5, 2), ('R', 1, 1)]);
        let gc: Vec<f64> = summary.classes.iter().map(|c| c.gc.unwrap().median).collect();
        assert_eq!(gc, [1.0, 0.25]);
        assert_eq!(summary.classes[1].lengths.unwrap().max as u64, 6);
        assert_eq!(summary.clusters, None);
        assert_eq!(summary.skipped, 1);
        assert_eq!(
            summary.groups[0].rows,
            [("2".to_string(), vec![0, 2], 0), ("1".to_string(), vec![1, 0], 0)]
        );
        assert_eq!(summary.groups[0].missing, 1);
    }

    #[test]
    fn an_empty_data_set_has_no_quantiles() {
        let summary = DataSummary::of(&Dataset::new(Alphabet::Protein), None);
        assert_eq!(summary.lengths, None);
        assert!(summary.length_bins.is_empty() && summary.classes.is_empty());
    }
}
