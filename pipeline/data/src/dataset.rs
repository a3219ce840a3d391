//! Records in columns: one arena for all sequences (or numbers), ids, labels and groups beside it.

mod numbers;

use std::path::{Path, PathBuf};

use cistron_encoders::alphabet::Alphabet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use numbers::{Alleles, FLUORESCENCE, Measured, Numbers};

/// What a categorical group column may tell about the label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GroupKind {
    /// Must not predict the label: laboratory, plate, batch, source, and species or sex where the
    /// label is meant to hold across them.
    Nuisance,
    /// May predict the label: mechanism, gene family, taxon.
    Descriptor,
}

/// A categorical column of metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Column name.
    pub name: String,
    /// Whether the column may predict the label.
    pub kind: GroupKind,
    /// Distinct values, sorted.
    pub levels: Vec<String>,
    /// Level of each record; `None` where the cell is empty.
    pub values: Vec<Option<u32>>,
}

/// Sequences of one alphabet, or numbers, with their labels and groups, in columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// Alphabet that every sequence was checked against; it says nothing where records are numbers.
    pub alphabet: Alphabet,
    /// The records where they are numbers: their sequences are then empty.
    pub numbers: Option<Numbers>,
    symbols: Vec<u8>,
    /// Quality of each symbol (ASCII, Phred + 33); empty where records have none.
    qualities: Vec<u8>,
    offsets: Vec<usize>,
    ids: Vec<String>,
    /// Class names, sorted; a label is an index into them.
    pub classes: Vec<String>,
    /// Class of each record; `None` where the data set is not labelled.
    pub labels: Vec<Option<u32>>,
    /// Metadata columns, in the order of the workflow.
    pub groups: Vec<Group>,
    /// Line of each record in its file, from 1.
    pub lines: Vec<u64>,
    /// Files that the records were read from, in order, with the number of records up to each
    /// one's end.
    sources: Vec<(PathBuf, usize)>,
    /// Records that the reader skipped, with the reason.
    pub skipped: Vec<String>,
    /// Records whose identifier an earlier one has, as `identifier → new identifier (file:line)`.
    pub renamed: Vec<String>,
}

impl Dataset {
    /// An empty data set of one alphabet.
    #[must_use]
    pub fn new(alphabet: Alphabet) -> Self {
        Self {
            alphabet,
            numbers: None,
            symbols: Vec::new(),
            qualities: Vec::new(),
            offsets: vec![0],
            ids: Vec::new(),
            classes: Vec::new(),
            labels: Vec::new(),
            groups: Vec::new(),
            lines: Vec::new(),
            sources: Vec::new(),
            skipped: Vec::new(),
            renamed: Vec::new(),
        }
    }

    /// Appends an unlabelled record.
    pub fn push(&mut self, id: String, sequence: &[u8], line: u64) {
        self.symbols.extend_from_slice(sequence);
        self.offsets.push(self.symbols.len());
        self.ids.push(id);
        self.labels.push(None);
        self.lines.push(line);
        if let Some((_, end)) = self.sources.last_mut() {
            *end += 1;
        }
    }

    /// Appends an unlabelled record with the quality of each symbol.
    ///
    /// All records of a data set have qualities, or none has.
    pub fn push_read(&mut self, id: String, sequence: &[u8], qualities: &[u8], line: u64) {
        self.qualities.extend_from_slice(qualities);
        self.push(id, sequence, line);
    }

    /// An empty data set of numbers.
    #[must_use]
    pub fn of_numbers(measured: Measured, channels: Vec<String>) -> Self {
        let numbers = Some(Numbers::new(measured, channels));
        Self { numbers, ..Self::new(Alphabet::default()) }
    }

    /// Appends an unlabelled record of numbers (L, C).
    pub fn push_numbers(&mut self, id: String, values: &[f32], line: u64) {
        if let Some(numbers) = &mut self.numbers {
            numbers.push(values);
        }
        self.push(id, &[], line);
    }

    /// Positions of record `i`: symbols of a sequence, rows of numbers.
    #[must_use]
    pub fn positions(&self, i: usize) -> usize {
        self.numbers.as_ref().map_or_else(|| self.sequence(i).len(), |n| n.positions(i))
    }

    /// Says that the records which follow are of the file `path`.
    pub fn begin_source(&mut self, path: &Path) {
        self.sources.push((path.to_path_buf(), self.len()));
    }

    /// Files that records were read from, with the number of records of each.
    pub fn sources(&self) -> impl Iterator<Item = (&Path, usize)> {
        let starts = std::iter::once(0).chain(self.sources.iter().map(|(_, end)| *end));
        self.sources.iter().zip(starts).map(|((path, end), start)| (path.as_path(), end - start))
    }

    /// Number of records.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is no record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Symbols of record `i`, as read (ASCII, either case).
    #[must_use]
    pub fn sequence(&self, i: usize) -> &[u8] {
        &self.symbols[self.offsets[i]..self.offsets[i + 1]]
    }

    /// Quality of each symbol of record `i` (ASCII, Phred + 33); empty where records have none.
    #[must_use]
    pub fn qualities(&self, i: usize) -> &[u8] {
        self.qualities.get(self.offsets[i]..self.offsets[i + 1]).unwrap_or_default()
    }

    /// Identifier of record `i`.
    #[must_use]
    pub fn id(&self, i: usize) -> &str {
        &self.ids[i]
    }

    /// Identifiers of all records, in order.
    #[must_use]
    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    /// Sequences of all records, in order.
    #[must_use]
    pub fn sequences(&self) -> Vec<&[u8]> {
        (0..self.len()).map(|i| self.sequence(i)).collect()
    }

    /// Number of symbols, or of numbers, of all records together.
    #[must_use]
    pub fn total_length(&self) -> usize {
        self.numbers.as_ref().map_or(self.symbols.len(), Numbers::total)
    }

    /// Sets the labels from one name a record and sorts the class names.
    pub fn set_labels(&mut self, names: &[Option<String>]) {
        let (classes, labels) = categories(names);
        self.classes = classes;
        self.labels = labels;
    }

    /// Adds a metadata column from one value a record.
    pub fn add_group(&mut self, name: &str, kind: GroupKind, values: &[Option<String>]) {
        let (levels, values) = categories(values);
        self.groups.push(Group { name: name.to_string(), kind, levels, values });
    }

    /// The records `keep`, in that order, with classes and levels recomputed.
    #[must_use]
    pub fn select(&self, keep: &[usize]) -> Self {
        let mut out = Self::new(self.alphabet);
        out.numbers =
            self.numbers.as_ref().map(|n| Numbers::new(n.measured.clone(), n.channels.clone()));
        out.skipped.clone_from(&self.skipped);
        for &i in keep {
            let (id, line) = (self.ids[i].clone(), self.lines[i]);
            if let Some(numbers) = &self.numbers {
                out.push_numbers(id, numbers.record(i), line);
            } else {
                out.push_read(id, self.sequence(i), self.qualities(i), line);
            }
        }
        let name = |i: &usize| self.labels[*i].map(|l| self.classes[l as usize].clone());
        out.set_labels(&keep.iter().map(name).collect::<Vec<_>>());
        for group in &self.groups {
            let value = |i: &usize| group.values[*i].map(|v| group.levels[v as usize].clone());
            out.add_group(&group.name, group.kind, &keep.iter().map(value).collect::<Vec<_>>());
        }
        out
    }

    /// Records a class, in the order of `classes`.
    #[must_use]
    pub fn class_counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.classes.len()];
        for label in self.labels.iter().flatten() {
            counts[*label as usize] += 1;
        }
        counts
    }
}

/// Distinct names sorted, and the index of each record's name among them.
fn categories(names: &[Option<String>]) -> (Vec<String>, Vec<Option<u32>>) {
    let distinct: std::collections::BTreeSet<&String> = names.iter().flatten().collect();
    let levels: Vec<String> = distinct.into_iter().cloned().collect();
    let index = |name: &String| levels.binary_search(name).ok().map(|i| i as u32);
    let values = names.iter().map(|name| name.as_ref().and_then(index)).collect();
    (levels, values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_sorted_and_selection_drops_the_unused() {
        let mut dataset = Dataset::new(Alphabet::Dna);
        for (id, sequence) in [("a", "ACGT"), ("b", "GG"), ("c", "TTT")] {
            dataset.push(id.into(), sequence.as_bytes(), 1);
        }
        dataset.set_labels(&[Some("z".into()), Some("m".into()), None]);
        dataset.add_group("plate", GroupKind::Nuisance, &[None, Some("2".into()), None]);
        assert_eq!(dataset.classes, ["m", "z"]);
        assert_eq!(dataset.labels, [Some(1), Some(0), None]);
        let kept = dataset.select(&[1, 2]);
        assert_eq!(kept.classes, ["m"]);
        assert_eq!(kept.sequence(1), b"TTT");
        assert_eq!(kept.groups[0].values, [Some(0), None]);
        assert_eq!(kept.class_counts(), [1]);
    }

    #[test]
    fn qualities_stay_with_their_record() {
        let mut dataset = Dataset::new(Alphabet::Dna);
        dataset.push_read("a".into(), b"ACG", b"I5!", 1);
        dataset.push_read("b".into(), b"TT", b"+~", 5);
        let kept = dataset.select(&[1]);
        assert_eq!((kept.qualities(0), dataset.qualities(0)), (&b"+~"[..], &b"I5!"[..]));
        let mut plain = Dataset::new(Alphabet::Dna);
        plain.push("c".into(), b"ACG", 1);
        assert!(plain.qualities(0).is_empty() && plain.select(&[0]).qualities(0).is_empty());
    }

    #[test]
    fn numbers_of_different_lengths_keep_their_place() {
        let channels = vec!["FAM".to_string(), "ROX".to_string()];
        let mut dataset = Dataset::of_numbers(Measured::Curves, channels);
        dataset.push_numbers("a".into(), &[1.0, 2.0], 2);
        dataset.push_numbers("b".into(), &[3.0, 4.0, 5.0, 6.0], 3);
        let kept = dataset.select(&[1]);
        assert_eq!(kept.numbers.as_ref().unwrap().record(0), [3.0, 4.0, 5.0, 6.0]);
        assert_eq!((kept.positions(0), kept.id(0), dataset.positions(0)), (2, "b", 1));
    }
}
