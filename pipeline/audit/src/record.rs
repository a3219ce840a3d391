//! The audit of each record: cluster, nearest record, suggested weight, flags.

use std::path::Path;

use super::Subject;
use super::homologue::outvoted;
use cistron_data::artefact::Tsv;
use cistron_data::dataset::Dataset;
use cistron_data::error::Error;
use cistron_split::Part;
use cistron_split::neighbour::Neighbours;
use cistron_split::neighbour::identity::Identities;

/// Something that is said of single records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flag {
    /// It repeats an earlier record of its class, either strand.
    Duplicate,
    /// Its sequence carries another label elsewhere.
    Contradiction,
    /// Most of its close relatives carry another label.
    Outvoted,
    /// It is held out and near to a record learnt from (containment .5 and more).
    Leaked,
    /// It is too short to be compared.
    TooShort,
    /// It holds ambiguity codes.
    Ambiguous,
}

impl Flag {
    /// The word in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::Contradiction => "contradiction",
            Self::Outvoted => "outvoted",
            Self::Leaked => "leaked",
            Self::TooShort => "too-short",
            Self::Ambiguous => "ambiguous",
        }
    }
}

/// What the audit says of one record.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Homology cluster.
    pub cluster: u32,
    /// The closest other record of the data set, and its containment (smaller set).
    pub nearest: Option<(usize, f64)>,
    /// Other records at containment .5 and above.
    pub relatives: u32,
    /// Suggested weight, 1 / (1 + relatives), scaled to a mean of 1.
    pub weight: f64,
    /// What stands out.
    pub flags: Vec<Flag>,
    /// The first record of the same sequence and class, where this one repeats it.
    pub repeats: Option<usize>,
}

/// A row for each record.
pub(super) fn records(
    subject: &Subject,
    identities: &Identities,
    neighbours: Option<&Neighbours>,
) -> Vec<Record> {
    let dataset = subject.dataset;
    let relatives = |i: usize| neighbours.map(|n| n.relatives[i]).unwrap_or_default();
    let mut records: Vec<Record> = (0..dataset.len())
        .map(|i| Record {
            cluster: subject.clusters[i],
            nearest: relatives(i).closest,
            relatives: relatives(i).near,
            weight: 1.0 / (1.0 + f64::from(relatives(i).near)),
            flags: Vec::new(),
            repeats: None,
        })
        .collect();
    let total: f64 = records.iter().map(|r| r.weight).sum();
    let scale = if total > 0.0 { records.len() as f64 / total } else { 1.0 };
    for group in identities.groups() {
        let labels: Vec<u32> = group.iter().filter_map(|i| dataset.labels[*i]).collect();
        let contradicted = labels.iter().any(|l| *l != labels[0]);
        for (at, i) in group.iter().enumerate() {
            records[*i].repeats =
                group[..at].iter().copied().find(|j| dataset.labels[*j] == dataset.labels[*i]);
            if records[*i].repeats.is_some() {
                records[*i].flags.push(Flag::Duplicate);
            }
            if contradicted && dataset.labels[*i].is_some() {
                records[*i].flags.push(Flag::Contradiction);
            }
        }
    }
    if let Some(neighbours) = neighbours {
        for (i, _) in outvoted(subject, neighbours) {
            records[i].flags.push(Flag::Outvoted);
        }
    }
    if let Some((_, neighbours)) = subject.held_out {
        for (_, i, near) in neighbours.iter() {
            if near.highest.is_some_and(|c| c >= 0.5) {
                records[i].flags.push(Flag::Leaked);
            }
            if !near.assessable {
                records[i].flags.push(Flag::TooShort);
            }
        }
    }
    let (letters, lookup) = (dataset.alphabet.letters(), dataset.alphabet.lookup());
    for (i, record) in records.iter_mut().enumerate() {
        record.weight *= scale;
        let ambiguous = |s: &u8| usize::from(lookup[usize::from(*s)]) > letters;
        if dataset.sequence(i).iter().any(ambiguous) {
            record.flags.push(Flag::Ambiguous);
        }
        record.flags.sort();
        record.flags.dedup();
    }
    records
}

/// Kish's effective number of records under these weights, (sum w)² / sum w².
#[must_use]
pub fn effective_size(records: &[Record]) -> f64 {
    let (sum, squares) =
        records.iter().fold((0.0, 0.0), |(s, q), r| (s + r.weight, q + r.weight * r.weight));
    if squares > 0.0 { sum * sum / squares } else { 0.0 }
}

/// Writes `records.tsv`: id, label, split, cluster, nearest, containment, relatives, weight, flags.
pub fn write(
    path: &Path,
    dataset: &Dataset,
    parts: Option<&[Part]>,
    records: &[Record],
) -> Result<(), Error> {
    let columns = [
        "id",
        "label",
        "split",
        "cluster",
        "nearest",
        "containment",
        "relatives",
        "weight",
        "flags",
    ];
    let mut table = Tsv::new(columns)?;
    for (i, record) in records.iter().enumerate() {
        let label = dataset.labels[i].map_or("", |l| dataset.classes[l as usize].as_str());
        let flags: Vec<&str> = record.flags.iter().map(|f| f.name()).collect();
        table.row([
            dataset.id(i),
            label,
            parts.map_or("", |parts| parts[i].name()),
            &record.cluster.to_string(),
            record.nearest.map_or("", |(j, _)| dataset.id(j)),
            &record.nearest.map_or_else(String::new, |(_, c)| format!("{c:.4}")),
            &record.relatives.to_string(),
            &format!("{:.4}", record.weight),
            &flags.join(","),
        ])?;
    }
    table.write(path)
}

#[cfg(test)]
mod tests {
    use super::super::planted;
    use super::*;

    #[test]
    fn copies_share_their_weight_and_are_flagged() {
        let mut sequences = planted::random(10, 100, 1);
        sequences[4] = sequences[0].clone(); // a, as 0
        sequences[5] = sequences[1].clone(); // b, as 1
        sequences[6] = sequences[1].clone(); // a: contradicts 1 and 5
        sequences[7][50] = b'N';
        sequences[8] = b"ACGTACGTACGTACG".to_vec();
        let dataset = planted::two_classes(&sequences);
        let splits = planted::splits(&dataset, |i| if i > 4 { Part::Test } else { Part::Train });
        let neighbours = Neighbours::compute(&dataset, &splits).unwrap();
        let subject = Subject::split(&dataset, &splits, &neighbours, 1);
        let found = records(&subject, &Identities::new(&dataset), Some(&neighbours));
        assert_eq!(found[4].flags, [Flag::Duplicate]);
        assert_eq!(found[5].flags, [Flag::Duplicate, Flag::Contradiction, Flag::Leaked]);
        assert_eq!(found[6].flags, [Flag::Contradiction, Flag::Outvoted, Flag::Leaked]);
        assert_eq!(found[7].flags, [Flag::Ambiguous]);
        assert_eq!(found[8].flags, [Flag::TooShort]);
        assert_eq!(
            (found[4].repeats, found[5].repeats, found[6].repeats),
            (Some(0), Some(1), None)
        );
        // Two of weight 1/2, three of 1/3, five of 1: 7 in all, scaled to 10.
        assert!((found[4].weight - 0.5 * 10.0 / 7.0).abs() < 1e-12);
        assert!((found[6].weight - 10.0 / 21.0).abs() < 1e-12);
        let effective = effective_size(&found);
        assert!((effective - 49.0 / (0.5 + 1.0 / 3.0 + 5.0)).abs() < 1e-9, "{effective}");
    }
}
