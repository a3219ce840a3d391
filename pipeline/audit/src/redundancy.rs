//! How many sequences the data set amounts to.

use std::collections::BTreeMap;

use super::cell::{count, decimal, heads, percent, row, share};
use super::finding::Table;
use super::gate::{Gate, open, unknown};
use super::{Finding, Status, Subject};
use cistron_split::neighbour::{Neighbours, Relatives};

/// Records a homology cluster. It says how wide honest intervals are, not that a score is wrong.
const RECORDS_A_CLUSTER: Gate = Gate::warn(5.0);

/// Share of the largest cluster, from which a split can hardly be balanced.
const LARGEST: Gate = Gate::warn(0.2);

/// Effective number of sequences, records a cluster, and the share of the largest cluster.
///
/// The effective number at a threshold is the sum over records of 1 / (1 + relatives at it), as the
/// sequence weights of Henikoff-style identity weighting (Morcos et al. 2011,
/// doi:10.1073/pnas.1111471108).
pub(super) fn redundancy(subject: &Subject, neighbours: Option<&Neighbours>) -> Finding {
    let (check, title) = ("redundancy.effective-size", "How many independent sequences are there?");
    let n = subject.dataset.len();
    if n == 0 {
        return unknown(check, title, "there is no record", "read some");
    }
    let mut sizes: BTreeMap<u32, usize> = BTreeMap::new();
    for cluster in subject.clusters {
        *sizes.entry(*cluster).or_default() += 1;
    }
    let largest = sizes.values().max().copied().unwrap_or(0);
    let ratio = n as f64 / sizes.len().max(1) as f64;
    let effective = neighbours.map(|kin| {
        [
            ("0.95", effective_size(&kin.relatives, |r| r.copies)),
            ("0.5", effective_size(&kin.relatives, |r| r.near)),
            ("0.2", effective_size(&kin.relatives, |r| r.related)),
        ]
    });
    let shown = effective.map_or_else(String::new, |sizes| {
        format!("; they weigh as much as {:.0} unrelated sequences (containment 0.5)", sizes[1].1)
    });
    let rows = effective.into_iter().flatten().map(|(threshold, size)| {
        row([threshold.to_string(), format!("{size:.1}"), decimal(n as f64 / size)])
    });
    let finding = Finding {
        statistic: "records a homology cluster".into(),
        value: Some(ratio),
        n,
        message: format!(
            "{} in {}; the largest holds {} ({}){shown}",
            count(n, "record"),
            count(sizes.len(), "homology cluster"),
            largest,
            percent(share(largest, n)),
        ),
        tables: vec![Table {
            title: "Effective number of sequences".into(),
            columns: heads(["relatives from containment", "effective number", "records over it"]),
            rows: rows.collect(),
        }],
        ..open(check, title)
    };
    let finding = RECORDS_A_CLUSTER.judge(ratio, finding);
    // Few records in few clusters have a large "largest" by chance.
    let status = match LARGEST.status(share(largest, n)) {
        Status::Warn if n >= 30 => Status::Warn,
        _ => finding.status.clone(),
    };
    let remedy = if status == Status::Pass {
        String::new()
    } else {
        "resample clusters, not records, for intervals; weight records by 1 / relatives in training"
            .into()
    };
    Finding { status, remedy, ..finding }
}

/// Sum of 1 / (1 + relatives).
fn effective_size(relatives: &[Relatives], of: impl Fn(&Relatives) -> u32) -> f64 {
    relatives.iter().map(|r| 1.0 / (1.0 + f64::from(of(r)))).sum()
}

#[cfg(test)]
mod tests {
    use super::super::planted;
    use super::*;
    use cistron_split::Part;

    #[test]
    fn copies_count_once() {
        let unique = planted::random(10, 200, 1);
        let sequences: Vec<Vec<u8>> = (0..60).map(|i| unique[i % 10].clone()).collect();
        let dataset = planted::two_classes(&sequences);
        let clusters: Vec<u32> = (0..60).map(|i| i % 10).collect();
        let folds = vec![vec![Part::Train; 60]];
        let neighbours = Neighbours::of_folds(&dataset, &folds, 15).unwrap();
        let subject = Subject::unsplit(&dataset, &clusters, 15, 1);
        let finding = redundancy(&subject, Some(&neighbours));
        assert_eq!((finding.status, finding.value, finding.n), (Status::Warn, Some(6.0), 60));
        assert_eq!(finding.tables[0].rows[1], ["0.5", "10.0", "6.000"]);
        assert!(finding.message.contains("the largest holds 6 (10.0 %)"), "{}", finding.message);
    }

    #[test]
    fn one_family_of_many_warns() {
        let dataset = planted::two_classes(&planted::random(60, 50, 1));
        let clusters: Vec<u32> = (0..60).map(|i| if i < 15 { 0 } else { i }).collect();
        let finding = redundancy(&Subject::unsplit(&dataset, &clusters, 15, 1), None);
        assert_eq!(finding.status, Status::Warn);
        let alone: Vec<u32> = (0..60).collect();
        let finding = redundancy(&Subject::unsplit(&dataset, &alone, 15, 1), None);
        assert_eq!((finding.status, finding.value), (Status::Pass, Some(1.0)));
    }
}
