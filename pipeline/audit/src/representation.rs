//! Who is in the data: the levels of every metadata column, and the cells left empty.

use super::cell::{ROWS, count, decimal, heads, optional, percent, row, share};
use super::diversity::{coverage, hill};
use super::finding::Table;
use super::gate::{Gate, not_applicable, open, unknown};
use super::{Finding, Subject};
use cistron_data::dataset::{Group, GroupKind};
use cistron_statistics::interval::wilson;

/// Lower limit of the share of the commonest level of a nuisance column.
const DOMINANCE: Gate = Gate::warn(0.8);

/// Share of records without a value; every record is counted, so the share itself is judged.
const MISSING: Gate = Gate::warn(0.05);

/// Representation and missing values of each metadata column; one unknown where there is none.
pub(super) fn representation(subject: &Subject) -> Vec<Finding> {
    let title = "Who is in the data?";
    if subject.dataset.groups.is_empty() {
        return vec![unknown(
            "group.representation",
            title,
            "no metadata column was given (species, sex, laboratory, plate, source …)",
            "name the columns under `read: {groups: {COLUMN: nuisance}}` or with `--group COLUMN:nuisance`",
        )];
    }
    let of_column = |group| [levels(subject, group), missing(subject, group)];
    subject.dataset.groups.iter().flat_map(of_column).collect()
}

/// Records of each level.
pub(super) fn level_counts(group: &Group) -> Vec<usize> {
    let mut counts = vec![0; group.levels.len()];
    for value in group.values.iter().flatten() {
        counts[*value as usize] += 1;
    }
    counts
}

fn levels(subject: &Subject, group: &Group) -> Finding {
    let check = format!("group.representation:{}", group.name);
    let title = format!("Which levels of `{}` are in the data?", group.name);
    let counts = level_counts(group);
    let known: usize = counts.iter().sum();
    let Some(top) = (0..counts.len()).max_by_key(|l| (counts[*l], usize::MAX - l)) else {
        return not_applicable(&check, &title, "every cell of the column is empty");
    };
    let dominance = share(counts[top], known);
    let interval = wilson(counts[top], known);
    let finding = Finding {
        statistic: "share of the commonest level".into(),
        value: Some(dominance),
        interval,
        n: known,
        message: format!(
            "{}; {} holds {} of {} ({}); as diverse as {} equally common ones",
            count(counts.len(), "level"),
            group.levels[top],
            counts[top],
            known,
            percent(dominance),
            decimal(hill(&counts, 1.0)),
        ),
        tables: vec![level_table(subject, group, &counts), diversity(&counts)],
        ..open(&check, &title)
    };
    if group.kind == GroupKind::Descriptor {
        let message = format!("{} (a descriptor: informs only)", finding.message);
        return Finding { message, ..finding };
    }
    let finding = DOMINANCE.judge_interval(finding);
    if !finding.is_bad() {
        return finding;
    }
    let remedy = format!(
        "what is learnt and scored here is `{}`; do not quote the score for other levels of `{}`, or add records of them",
        group.levels[top], group.name
    );
    Finding { remedy, ..finding }
}

fn missing(subject: &Subject, group: &Group) -> Finding {
    let n = group.values.len();
    let empty: Vec<usize> = (0..n).filter(|i| group.values[*i].is_none()).collect();
    let value = share(empty.len(), n);
    let finding = Finding {
        statistic: "share of records without a value".into(),
        value: Some(value),
        interval: wilson(empty.len(), n),
        n,
        message: format!(
            "{} of {} ({}) have no `{}`",
            empty.len(),
            count(n, "record"),
            percent(value),
            group.name
        ),
        evidence: empty
            .iter()
            .take(super::cell::EVIDENCE)
            .map(|i| subject.dataset.id(*i).to_string())
            .collect(),
        remedy: if empty.is_empty() {
            String::new()
        } else {
            "fill the column in: what is missing is seldom missing at random, and nothing can be said about it".into()
        },
        ..open(
            &format!("group.missing:{}", group.name),
            &format!("Is `{}` known for every record?", group.name),
        )
    };
    MISSING.judge(value, finding)
}

fn level_table(subject: &Subject, group: &Group, counts: &[usize]) -> Table {
    let known = counts.iter().sum();
    let mut order: Vec<usize> = (0..counts.len()).collect();
    order.sort_by_key(|l| (usize::MAX - counts[*l], *l));
    let mut clusters = vec![std::collections::BTreeSet::new(); counts.len()];
    for (value, cluster) in group.values.iter().zip(subject.clusters) {
        if let Some(value) = value {
            clusters[*value as usize].insert(*cluster);
        }
    }
    let rows = order.iter().take(ROWS).map(|l| {
        let interval = wilson(counts[*l], known);
        row([
            group.levels[*l].clone(),
            counts[*l].to_string(),
            percent(share(counts[*l], known)),
            interval
                .map_or_else(|| "–".into(), |i| format!("{}–{}", percent(i.low), percent(i.high))),
            clusters[*l].len().to_string(),
        ])
    });
    let more = counts.len().saturating_sub(ROWS);
    let more = if more > 0 {
        format!(" (the commonest {ROWS} of {})", counts.len())
    } else {
        String::new()
    };
    Table {
        title: format!("Levels of {}{more}", group.name),
        columns: heads(["level", "records", "share", "95 % interval", "homology clusters"]),
        rows: rows.collect(),
    }
}

/// The Hill numbers, and the share of the population that the seen levels cover.
fn diversity(counts: &[usize]) -> Table {
    let mut table = super::balance::diversity_table(counts);
    table.columns.push("coverage (Good-Turing)".into());
    for row in &mut table.rows {
        row.push(optional(coverage(counts)));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::super::Status;
    use super::super::planted;
    use super::*;

    fn run(kind: GroupKind, values: &[Option<String>]) -> Vec<Finding> {
        let mut dataset = planted::two_classes(&planted::random(values.len(), 40, 1));
        dataset.add_group("species", kind, values);
        let clusters: Vec<u32> = (0..values.len() as u32).collect();
        representation(&Subject::unsplit(&dataset, &clusters, 15, 1))
    }

    fn species(n: usize, dominant: usize) -> Vec<Option<String>> {
        (0..n).map(|i| Some(if i < dominant { "human" } else { "dog" }.to_string())).collect()
    }

    #[test]
    fn one_dominant_species_is_named() {
        let findings = run(GroupKind::Nuisance, &species(600, 570));
        assert_eq!((findings[0].status.clone(), findings[0].value), (Status::Warn, Some(0.95)));
        assert_eq!(findings[0].tables[0].rows[0][..3], ["human", "570", "95.0 %"]);
        assert_eq!(findings[0].check, "group.representation:species");
        assert_eq!(findings[1].status, Status::Pass);
        assert_eq!(run(GroupKind::Descriptor, &species(600, 570))[0].status, Status::Pass);
        assert_eq!(run(GroupKind::Nuisance, &species(600, 300))[0].status, Status::Pass);
    }

    #[test]
    fn missing_values_are_counted() {
        let mut values = species(100, 50);
        for value in &mut values[..10] {
            *value = None;
        }
        let findings = run(GroupKind::Nuisance, &values);
        assert_eq!((findings[1].status.clone(), findings[1].value), (Status::Warn, Some(0.1)));
        assert_eq!(findings[0].n, 90);
        let findings = run(GroupKind::Nuisance, &vec![None; 20]);
        assert!(matches!(findings[0].status, Status::NotApplicable(_)));
        assert_eq!(findings[1].value, Some(1.0));
    }

    #[test]
    fn no_metadata_is_unknown_not_pass() {
        let dataset = planted::two_classes(&planted::random(4, 40, 1));
        let findings = representation(&Subject::unsplit(&dataset, &[0, 1, 2, 3], 15, 1));
        assert!(matches!(findings[0].status, Status::Unknown(_)));
    }
}
