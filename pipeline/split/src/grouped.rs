//! Splits of numbers: records are related where they belong together, to one run or plate.

use cistron_encoders::sketch::Clusters;

use super::certificate::{Certificate, EVIDENCE, clusters_by_class, counts};
use super::{Part, levels};
use crate::config;
use cistron_data::dataset::{Dataset, Group, GroupKind, Measured};
use cistron_data::error::Error;

/// Column whose levels are taken for relatives: the one that is split by, else the first nuisance
/// column; `None` where there is none, and every record is on its own. Samples with genotypes are
/// relatives by descent, which no laboratory or sex tells: of them only what is split by counts.
pub(super) fn column(config: &config::Split, dataset: &Dataset) -> Option<String> {
    let split_by = config.group.as_ref().map(|group| group.column.clone());
    let genotypes = dataset
        .numbers
        .as_ref()
        .is_some_and(|numbers| matches!(numbers.measured, Measured::Genotypes { .. }));
    let nuisance = |g: &&Group| g.kind == GroupKind::Nuisance && !genotypes;
    let mut nuisances = dataset.groups.iter().filter(nuisance);
    split_by.or_else(|| nuisances.next().map(|group| group.name.clone()))
}

/// The cluster of each record: its level of that column.
pub(super) fn clusters(column: Option<&str>, dataset: &Dataset) -> Result<Clusters, Error> {
    let levels = match column {
        Some(column) => levels(dataset, column)?.0,
        None => (0..dataset.len() as u32).collect(),
    };
    let mut numbers = std::collections::BTreeMap::new();
    let cluster_of = levels.iter().map(|level| {
        let next = numbers.len() as u32;
        *numbers.entry(*level).or_insert(next)
    });
    let cluster_of: Vec<u32> = cluster_of.collect();
    Ok(Clusters { cluster_of, count: numbers.len(), ignored_kmers: 0 })
}

/// Counts the pairs of one cluster that stand on both sides of a border, over all records.
pub(super) fn certify(
    dataset: &Dataset,
    column: Option<&str>,
    clusters: &Clusters,
    cells: &[Option<u8>],
    folds: &[Vec<Part>],
    method: String,
    mut notes: Vec<String>,
) -> Certificate {
    let mut members = vec![Vec::new(); clusters.count];
    for (i, cluster) in clusters.cluster_of.iter().enumerate() {
        members[*cluster as usize].push(i);
    }
    let (mut crossing_pairs, mut evidence) = (0_u64, Vec::new());
    for members in &members {
        let mut sizes = std::collections::BTreeMap::new();
        for i in members {
            *sizes.entry(cells[*i]).or_insert(0_u64) += 1;
        }
        let (all, squares) =
            sizes.values().fold((0, 0), |(n, s), size| (n + size, s + size * size));
        crossing_pairs += (all * all - squares) / 2;
        let first = members.first().copied();
        let other = first.and_then(|a| members.iter().find(|b| cells[**b] != cells[a]));
        if let (Some(a), Some(b)) = (first, other) {
            evidence.push((dataset.id(a).to_string(), dataset.id(*b).to_string(), 1.0));
        }
    }
    evidence.truncate(EVIDENCE);
    let measured = dataset.numbers.as_ref().map(|n| &n.measured);
    let record = measured.map_or("record", Measured::record);
    let unit = measured.map_or("group", Measured::unit);
    if column.is_none() {
        notes.push(format!(
            "no column tells relatives, so every {record} counts as unrelated to all others: name the \
             {unit} under `read: groups`, and hold whole ones out"
        ));
    }
    let certified = column.is_some() && crossing_pairs == 0;
    Certificate {
        method,
        similarity: column.map_or_else(
            || format!("no column tells which {record}s are relatives"),
            |column| format!("two {record}s of one {column} are relatives"),
        ),
        k: None,
        threshold: 1.0,
        identity: None,
        hidden_identity: None,
        certified,
        crossing_pairs,
        highest: if crossing_pairs > 0 { 1.0 } else { 0.0 },
        evidence,
        not_assessable: if column.is_some() { 0 } else { dataset.len() },
        compared_by_letters: 0,
        clusters: clusters.count,
        largest_cluster: members.iter().map(Vec::len).max().unwrap_or(0),
        clusters_by_class: clusters_by_class(dataset, &clusters.cluster_of),
        counts: counts(dataset, folds),
        notes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::split;

    /// Six runs of ten curves, half of each class.
    fn curves() -> Dataset {
        let mut dataset = Dataset::of_numbers(Measured::Curves, vec!["FAM".into()]);
        for i in 0..60 {
            dataset.push_numbers(format!("c{i}"), &[i as f32, 1.0], 1);
        }
        let class = |i: usize| Some(if i.is_multiple_of(2) { "no" } else { "yes" }.to_string());
        dataset.set_labels(&(0..60).map(class).collect::<Vec<_>>());
        let run = |i: usize| Some(format!("run {}", i / 10));
        let runs: Vec<_> = (0..60).map(run).collect();
        dataset.add_group("run", GroupKind::Nuisance, &runs);
        dataset
    }

    fn by(way: &str) -> config::Split {
        serde_json::from_str(way).unwrap()
    }

    #[test]
    fn whole_runs_are_certified_and_single_wells_are_not() {
        let dataset = curves();
        let config = by(r#"{"group": {"column": "run"}, "folds": 3}"#);
        let splits = split(&config, &dataset, None, 1).unwrap();
        assert!(splits.certificate.certified && splits.certificate.crossing_pairs == 0);
        assert_eq!((splits.certificate.clusters, splits.certificate.largest_cluster), (6, 10));
        assert_eq!((splits.clusters[0], splits.clusters[59]), (0, 5));
        let verdict = splits.certificate.verdict();
        assert!(verdict.ends_with("of one run are relatives and none stands on both sides"));

        let splits = split(&by(r#"{"random": {}, "folds": 3}"#), &dataset, None, 1).unwrap();
        let found = &splits.certificate;
        assert!(!found.certified && found.highest > 0.99 && !found.evidence.is_empty());
        // Pairs of one run in different folds, counted one by one.
        let fold = |i: usize| splits.folds.iter().position(|parts| parts[i] == Part::Test);
        let pairs = (0..60).flat_map(|a| (a + 1..60).map(move |b| (a, b)));
        let crossing = pairs.filter(|(a, b)| a / 10 == b / 10 && fold(*a) != fold(*b)).count();
        assert_eq!(found.crossing_pairs, crossing as u64);
    }

    #[test]
    fn without_a_column_nothing_is_certified() {
        let mut dataset = curves();
        dataset.groups.clear();
        let splits = split(&by(r#"{"random": {}}"#), &dataset, None, 1).unwrap();
        assert!(!splits.certificate.certified && splits.certificate.not_assessable == 60);
        let verdict = splits.certificate.verdict();
        assert_eq!(verdict, "not certified: no column tells which curves are relatives");
        let homology = split(&by(r#"{"homology": {}}"#), &dataset, None, 1);
        assert!(homology.unwrap_err().to_string().contains("group"));
    }
}
