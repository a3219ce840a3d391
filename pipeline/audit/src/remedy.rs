//! Remedies that act: the deduplicated, reweighted or matched set, with a log of every change.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use super::profile::gc;
use super::record::{Flag, Record};
use cistron_data::artefact::{self, Tsv};
use cistron_data::dataset::Dataset;
use cistron_data::error::Error;

/// Bins of length, and of GC content, that classes are matched in.
const BINS: usize = 4;

/// What was left out of one set, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The set that it was left out of.
    pub set: &'static str,
    /// Record.
    pub record: usize,
    /// Why.
    pub why: String,
}

/// Sets made of a data set; the data set itself stays as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Remedies {
    /// Records of the set without repeats and contradictions.
    pub deduplicated: Vec<usize>,
    /// Records of that set, thinned until length and GC content are spread alike over the classes.
    pub matched: Vec<usize>,
    /// Every record left out.
    pub changes: Vec<Change>,
}

impl Remedies {
    /// Repeats and contradicted sequences are left out; then classes are matched by coarsened exact
    /// matching (Iacus et al. 2012, doi:10.1093/pan/mpr013) on quartiles of length and GC content.
    #[must_use]
    pub fn of(dataset: &Dataset, records: &[Record]) -> Self {
        let mut changes = Vec::new();
        let mut deduplicated = Vec::new();
        for (i, record) in records.iter().enumerate() {
            let why = if record.flags.contains(&Flag::Contradiction) {
                Some("its sequence carries another label elsewhere".to_string())
            } else {
                record.repeats.map(|first| format!("it repeats {}", dataset.id(first)))
            };
            match why {
                Some(why) => changes.push(Change { set: "deduplicated", record: i, why }),
                None => deduplicated.push(i),
            }
        }
        let matched = matched(dataset, records, &deduplicated, &mut changes);
        Self { deduplicated, matched, changes }
    }

    /// Names of the files that [`Remedies::write`] writes.
    pub const FILES: [&'static str; 6] = [
        "deduplicated.fasta",
        "deduplicated.tsv",
        "matched.fasta",
        "matched.tsv",
        "weights.tsv",
        "changes.tsv",
    ];

    /// Writes `deduplicated.fasta` and `.tsv`, `matched.fasta` and `.tsv`, `weights.tsv` and the log,
    /// `changes.tsv`, into a folder.
    pub fn write(&self, folder: &Path, dataset: &Dataset, records: &[Record]) -> Result<(), Error> {
        for (name, kept) in [("deduplicated", &self.deduplicated), ("matched", &self.matched)] {
            write_set(folder, name, dataset, records, kept)?;
        }
        let mut weights = Tsv::new(["id", "weight"])?;
        for (i, record) in records.iter().enumerate() {
            weights.row([dataset.id(i), &format!("{:.6}", record.weight)])?;
        }
        weights.write(&folder.join("weights.tsv"))?;
        let mut log = Tsv::new(["set", "id", "change", "why"])?;
        for change in &self.changes {
            log.row([change.set, dataset.id(change.record), "left out", &change.why])?;
        }
        log.write(&folder.join("changes.tsv"))
    }
}

/// The program's own columns of a set.
const OWN: [&str; 3] = ["id", "label", "weight"];

fn write_set(
    folder: &Path,
    name: &str,
    dataset: &Dataset,
    records: &[Record],
    kept: &[usize],
) -> Result<(), Error> {
    let mut fasta = Vec::new();
    let mut columns = OWN.map(Cow::Borrowed).to_vec();
    let groups = dataset.groups.iter();
    columns.extend(groups.map(|group| artefact::column("group:", &group.name, &OWN)));
    let mut table = Tsv::new(columns.iter().map(|column| &**column))?;
    for &i in kept {
        fasta.extend([b">", dataset.id(i).as_bytes(), b"\n", dataset.sequence(i), b"\n"].concat());
        let label = dataset.labels[i].map_or("", |l| dataset.classes[l as usize].as_str());
        let mut row = vec![dataset.id(i).to_string(), label.to_string()];
        row.push(format!("{:.6}", records[i].weight));
        row.extend(
            dataset
                .groups
                .iter()
                .map(|g| g.values[i].map_or_else(String::new, |v| g.levels[v as usize].clone())),
        );
        table.row(row)?;
    }
    artefact::write(&folder.join(format!("{name}.fasta")), &fasta)?;
    table.write(&folder.join(format!("{name}.tsv")))
}

/// Of each bin of length and GC content that all classes share, the same share of every class.
fn matched(
    dataset: &Dataset,
    records: &[Record],
    among: &[usize],
    changes: &mut Vec<Change>,
) -> Vec<usize> {
    let labelled: Vec<usize> =
        among.iter().copied().filter(|i| dataset.labels[*i].is_some()).collect();
    if dataset.classes.len() < 2 || labelled.is_empty() {
        return among.to_vec();
    }
    let kept = alike(dataset, records, &labelled, &bins(dataset, &labelled));
    let left_out = labelled.iter().filter(|i| kept.binary_search(i).is_err());
    changes.extend(left_out.map(|i| Change {
        set: "matched",
        record: *i,
        why: format!(
            "{} holds a larger share of sequences of this length and GC content than other classes",
            dataset.classes[dataset.labels[*i].unwrap_or_default() as usize]
        ),
    }));
    kept
}

/// Records of a set whose classes are spread alike over bins, one bin a labelled record: of each bin
/// the share that all classes can have; the least redundant records stay.
pub(super) fn alike(
    dataset: &Dataset,
    records: &[Record],
    labelled: &[usize],
    bin_of: &[usize],
) -> Vec<usize> {
    let classes = dataset.classes.len();
    let mut cells: BTreeMap<usize, Vec<Vec<usize>>> = BTreeMap::new();
    let mut sizes = vec![0_usize; classes];
    for (bin, i) in bin_of.iter().zip(labelled) {
        let class = dataset.labels[*i].unwrap_or_default() as usize;
        cells.entry(*bin).or_insert_with(|| vec![Vec::new(); classes])[class].push(*i);
        sizes[class] += 1;
    }
    let present: Vec<usize> = (0..classes).filter(|c| sizes[*c] > 0).collect();
    let mut kept = Vec::new();
    for by_class in cells.values_mut() {
        let shares = present.iter().map(|c| by_class[*c].len() as f64 / sizes[*c] as f64);
        let target = shares.fold(f64::INFINITY, f64::min);
        for class in &present {
            let take = (target * sizes[*class] as f64).round() as usize;
            let members = &mut by_class[*class];
            // The order is that of the file among equals.
            members
                .sort_by(|a, b| records[*b].weight.total_cmp(&records[*a].weight).then(a.cmp(b)));
            kept.extend(members.iter().take(take));
        }
    }
    kept.sort_unstable();
    kept
}

/// Bin of each record by the quartiles of length and of GC content.
fn bins(dataset: &Dataset, records: &[usize]) -> Vec<usize> {
    let quartile = |values: Vec<f64>| -> Vec<usize> {
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        let edges: Vec<f64> =
            (1..BINS).map(|q| sorted[(sorted.len() * q / BINS).min(sorted.len() - 1)]).collect();
        values.iter().map(|v| edges.iter().filter(|edge| v >= edge).count()).collect()
    };
    let lengths = quartile(records.iter().map(|i| dataset.sequence(*i).len() as f64).collect());
    if !dataset.alphabet.is_nucleic() {
        return lengths;
    }
    let shares =
        quartile(records.iter().map(|i| gc(dataset.sequence(*i)).unwrap_or(0.0)).collect());
    lengths.iter().zip(shares).map(|(length, share)| length * BINS + share).collect()
}

#[cfg(test)]
mod tests {
    use super::super::planted::{self, Dice};
    use super::super::{Status, Subject, examine};
    use super::*;

    fn audited(dataset: &Dataset) -> (Vec<Record>, Status) {
        let clusters: Vec<u32> = (0..dataset.len() as u32).collect();
        let (findings, records) = examine(&Subject::unsplit(dataset, &clusters, 15, 1));
        let shortcut = findings.iter().find(|f| f.check == "shortcut.length").unwrap();
        (records, shortcut.status.clone())
    }

    #[test]
    fn a_matched_set_no_longer_tells_the_class_by_gc_and_length() {
        let mut dice = Dice::new(3);
        let mut sequences: Vec<Vec<u8>> = (0..900)
            .map(|i| {
                let length = 200 + dice.below(200) + 40 * (i % 2);
                let gc = 0.4 + 0.15 * dice.roll() + 0.05 * (i % 2) as f64;
                planted::dna(&mut dice, length, gc)
            })
            .collect();
        sequences[2] = sequences[0].clone();
        sequences[3] = sequences[5].clone();
        sequences[4] = sequences[5].clone();
        let dataset = planted::two_classes(&sequences);
        let (records, before) = audited(&dataset);
        assert_eq!(before, Status::Fail);
        let remedies = Remedies::of(&dataset, &records);
        // 2 repeats 0; 3 and 5 are of one class, 4 of the other: all three are contradicted.
        assert_eq!(remedies.deduplicated.len(), 896);
        assert_eq!(
            remedies.deduplicated.len() - remedies.matched.len(),
            remedies.changes.len() - 4
        );
        assert!(remedies.matched.len() > 300, "{}", remedies.matched.len());
        let (_, after) = audited(&dataset.select(&remedies.matched));
        assert!(!matches!(after, Status::Fail), "{after:?}");

        let folder = tempfile::tempdir().unwrap();
        remedies.write(folder.path(), &dataset, &records).unwrap();
        let log = std::fs::read_to_string(folder.path().join("changes.tsv")).unwrap();
        assert!(log.contains("deduplicated\tr2\tleft out\tit repeats r0\n"), "{log}");
        let fasta = std::fs::read_to_string(folder.path().join("deduplicated.fasta")).unwrap();
        assert_eq!(fasta.matches('>').count(), 896);
    }
}
