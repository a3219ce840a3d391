//! The same sequence twice: as written, and as the other strand.

use std::collections::BTreeMap;

use super::cell::{EVIDENCE, count, heads, percent, row, share};
use super::finding::Table;
use super::gate::{Gate, not_applicable, open};
use super::{Finding, Subject};
use cistron_split::neighbour::identity::Identities;
use cistron_statistics::interval::wilson;

/// Repeats are counted over all records, so the share itself is judged, not an interval's limit.
const GATE: Gate = Gate::warn(0.02);

const REMEDY: &str = "keep one record a sequence, or hold whole homology clusters out \
     (`split: {homology: {}}`), which keeps all copies of a sequence on one side";

/// Copies within a class, as written and as the other strand.
pub(super) fn duplicate(subject: &Subject, identities: &Identities) -> Vec<Finding> {
    vec![exact(subject, identities), reverse(subject, identities)]
}

/// Records beyond the first of the same sequence and class.
pub(super) fn exact(subject: &Subject, identities: &Identities) -> Finding {
    let dataset = subject.dataset;
    let mut groups: BTreeMap<(u128, Option<u32>), Vec<usize>> = BTreeMap::new();
    for group in identities.groups() {
        for i in group {
            groups.entry((identities.forward(i), dataset.labels[i])).or_default().push(i);
        }
    }
    let mut groups: Vec<Vec<usize>> = groups.into_values().filter(|g| g.len() > 1).collect();
    groups.sort_by_key(|g| (usize::MAX - g.len(), g[0]));
    let redundant: usize = groups.iter().map(|g| g.len() - 1).sum();
    let value = share(redundant, dataset.len());
    let finding = Finding {
        statistic: "share of records that repeat an earlier one of their class".into(),
        value: Some(value),
        interval: wilson(redundant, dataset.len()),
        n: dataset.len(),
        message: format!(
            "{} of {} ({}) repeat an earlier record of the same class letter for letter; the largest group holds {}",
            redundant,
            count(dataset.len(), "record"),
            percent(value),
            groups.first().map_or(1, Vec::len),
        ),
        evidence: evidence(subject, &groups),
        remedy: if redundant > 0 { REMEDY.into() } else { String::new() },
        tables: by_class(subject, &groups).into_iter().collect(),
        ..open("duplicate.exact", "Does the same sequence occur more than once in a class?")
    };
    GATE.judge(value, finding)
}

/// Records that are the other strand of an earlier one.
fn reverse(subject: &Subject, identities: &Identities) -> Finding {
    let (check, title) =
        ("duplicate.reverse-complement", "Does a sequence occur again as its other strand?");
    let dataset = subject.dataset;
    if !dataset.alphabet.is_nucleic() {
        return not_applicable(check, title, "proteins have one strand");
    }
    let turned = |group: &[usize]| -> Vec<usize> {
        let first = identities.forward(group[0]);
        group.iter().copied().filter(|i| identities.forward(*i) != first).collect()
    };
    let pairs: Vec<Vec<usize>> = identities
        .groups()
        .iter()
        .flat_map(|group| turned(group).into_iter().map(|i| vec![group[0], i]).collect::<Vec<_>>())
        .collect();
    let value = share(pairs.len(), dataset.len());
    let finding = Finding {
        statistic: "share of records that are the reverse complement of an earlier one".into(),
        value: Some(value),
        interval: wilson(pairs.len(), dataset.len()),
        n: dataset.len(),
        message: format!(
            "{} of {} ({}) are the reverse complement of an earlier record",
            pairs.len(),
            count(dataset.len(), "record"),
            percent(value),
        ),
        evidence: evidence(subject, &pairs),
        remedy: if pairs.is_empty() { String::new() } else { REMEDY.into() },
        ..open(check, title)
    };
    GATE.judge(value, finding)
}

fn evidence(subject: &Subject, groups: &[Vec<usize>]) -> Vec<String> {
    let names = |group: &Vec<usize>| {
        let ids: Vec<&str> = group.iter().take(4).map(|i| subject.dataset.id(*i)).collect();
        let more = group.len().saturating_sub(4);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{}{more}", ids.join(" = "))
    };
    groups.iter().take(EVIDENCE).map(names).collect()
}

/// Repeats of each class; absent where there are no labels.
fn by_class(subject: &Subject, groups: &[Vec<usize>]) -> Option<Table> {
    let dataset = subject.dataset;
    if dataset.classes.is_empty() {
        return None;
    }
    let mut redundant = vec![0; dataset.classes.len()];
    for group in groups {
        if let Some(label) = dataset.labels[group[0]] {
            redundant[label as usize] += group.len() - 1;
        }
    }
    let counts = dataset.class_counts();
    let rows = dataset.classes.iter().enumerate().map(|(c, class)| {
        let value = percent(share(redundant[c], counts[c]));
        row([class.clone(), counts[c].to_string(), redundant[c].to_string(), value])
    });
    Some(Table {
        title: "Repeated records by class".into(),
        columns: heads(["class", "records", "repeated", "share"]),
        rows: rows.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::planted;
    use super::*;
    use crate::Status;

    fn run(dataset: &cistron_data::dataset::Dataset) -> Vec<Finding> {
        let clusters: Vec<u32> = (0..dataset.len() as u32).collect();
        duplicate(&Subject::unsplit(dataset, &clusters, 15, 1), &Identities::new(dataset))
    }

    #[test]
    fn planted_copies_are_counted() {
        let mut records = planted::random(200, 90, 1);
        records[10] = records[3].to_ascii_lowercase();
        records[11] = records[3].clone();
        records[21] = records[4].clone(); // the other class: no repeat within a class
        let findings = run(&planted::two_classes(&records));
        assert_eq!(findings[0].status, Status::Pass);
        assert_eq!(findings[0].value, Some(1.0 / 200.0));
        let findings = run(&planted::two_classes(&[&records[..], &records[..8]].concat()));
        assert_eq!(findings[0].status, Status::Warn);
        assert_eq!(findings[0].value, Some(9.0 / 208.0));
        assert_eq!(findings[0].n, 208);
        assert_eq!(findings[0].evidence[0], "r3 = r11 = r203");
        assert_eq!(findings[1].status, Status::Pass);
        assert_eq!(findings[1].value, Some(0.0));
    }

    #[test]
    fn planted_other_strands_are_counted() {
        let mut records = planted::random(100, 90, 2);
        for i in 0..5 {
            let turned = cistron_encoders::alphabet::Alphabet::Dna.reverse_complement(&records[i]);
            records[50 + i] = turned.unwrap();
        }
        let findings = run(&planted::two_classes(&records));
        assert_eq!(findings[0].status, Status::Pass);
        assert_eq!(findings[0].value, Some(0.0));
        assert_eq!(findings[1].status, Status::Warn);
        assert_eq!(findings[1].value, Some(0.05));
        assert_eq!(findings[1].evidence[1], "r1 = r51");
    }
}
