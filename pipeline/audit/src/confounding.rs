//! Whether a metadata column tells the label.

use std::collections::BTreeMap;

use super::cell::{EVIDENCE, ROWS, count, decimal, list};
use super::contingency::Contingency;
use super::finding::Table;
use super::gate::{Gate, not_applicable, open, unknown};
use super::{Finding, Status, Subject};
use cistron_data::dataset::{Dataset, Group, GroupKind};

/// Lower limit of Cramér's V. For two even classes V is the skill that guessing the label from the
/// column reaches, so the thresholds are those of the shortcuts.
const GATE: Gate = Gate::warn_fail(0.1, 0.3);

/// V from which the association is called strong.
const STRONG: f64 = 0.5;

/// Cells without a record where at least this many were expected.
const EMPTY: Gate = Gate::warn(1.0);
const EXPECTED: f64 = 5.0;

/// Records and clusters that an association is judged on, at least.
const FEWEST_RECORDS: usize = 30;
const FEWEST_CLUSTERS: usize = 10;

/// Records a level on average, at least.
const RECORDS_A_LEVEL: usize = 5;

/// Association with the label and empty cells, for each metadata column.
pub(super) fn confounding(subject: &Subject) -> Vec<Finding> {
    let columns = subject.dataset.groups.iter();
    columns.flat_map(|group| [association(subject, group), empty_cells(subject, group)]).collect()
}

fn association(subject: &Subject, group: &Group) -> Finding {
    let check = format!("group.confounding:{}", group.name);
    let title = format!("Does `{}` tell the label?", group.name);
    let dataset = subject.dataset;
    if dataset.classes.len() < 2 {
        return not_applicable(&check, &title, "there are fewer than two classes");
    }
    let records: Vec<(u32, u32, u32)> = (0..dataset.len())
        .filter_map(|i| Some((group.values[i]?, dataset.labels[i]?, subject.clusters[i])))
        .collect();
    let tables = vec![cells(dataset, group)];
    let table = Contingency::new(&records);
    let lacking = if group.levels.len() < 2 {
        return not_applicable(&check, &title, "the column has a single level");
    } else if records.len() < FEWEST_RECORDS || table.clusters() < FEWEST_CLUSTERS {
        Some(format!(
            "only {} in {}",
            count(records.len(), "labelled record"),
            count(table.clusters(), "homology cluster")
        ))
    } else if records.len() < RECORDS_A_LEVEL * group.levels.len() {
        Some(format!(
            "{} hold fewer than {RECORDS_A_LEVEL} records each on average",
            count(group.levels.len(), "level")
        ))
    } else {
        None
    };
    let value = table.cramers_v();
    if let Some(why) = lacking {
        let finding = unknown(&check, &title, &why, "add records, or merge levels");
        return Finding { value, n: records.len(), tables, ..GATE.show(finding) };
    }
    let interval = table.interval();
    let (Some(value), Some(interval)) = (value, interval) else {
        return unknown(&check, &title, "all labelled records are of one level or class", "");
    };
    let descriptor = group.kind == GroupKind::Descriptor;
    let finding = Finding {
        statistic: "Cramér's V, bias-corrected (0 independent, 1 one tells the other)".into(),
        value: Some(value),
        n: records.len(),
        message: format!(
            "the association of `{}` with the label is {} (V {}){}",
            group.name,
            match value {
                v if v >= STRONG => "strong",
                v if v >= 0.3 => "moderate",
                v if v >= 0.1 => "weak",
                _ => "negligible",
            },
            decimal(value),
            if descriptor { " (a descriptor: informs only)" } else { "" },
        ),
        tables,
        interval: Some(interval),
        ..open(&check, &title)
    };
    let gate = if descriptor { Gate::inform() } else { GATE };
    let finding = gate.judge_interval(finding);
    if !finding.is_bad() {
        return finding;
    }
    let remedy = format!(
        "a model can learn `{0}` instead of biology: hold whole levels of `{0}` out (`split: {{group: {{column: {0}}}}}`), balance it within classes, or drop the confounded levels",
        group.name
    );
    Finding { remedy, ..finding }
}

fn empty_cells(subject: &Subject, group: &Group) -> Finding {
    let check = format!("group.empty-cells:{}", group.name);
    let title = format!("Is every class seen in every common level of `{}`?", group.name);
    let dataset = subject.dataset;
    if dataset.classes.len() < 2 || group.levels.len() < 2 {
        return not_applicable(&check, &title, "there is a single class or level");
    }
    let counts = counts(dataset, group);
    let n: usize = counts.values().sum();
    let of = |keep: &dyn Fn(&(u32, u32)) -> bool| -> f64 {
        counts.iter().filter(|(cell, _)| keep(cell)).map(|(_, n)| *n as f64).sum()
    };
    let levels: Vec<f64> = (0..group.levels.len() as u32).map(|l| of(&|c| c.0 == l)).collect();
    let classes: Vec<f64> = (0..dataset.classes.len() as u32).map(|k| of(&|c| c.1 == k)).collect();
    let mut empty = Vec::new();
    let mut asked = 0;
    for (level, in_level) in levels.iter().enumerate() {
        for (class, in_class) in classes.iter().enumerate() {
            let expected = in_level * in_class / n.max(1) as f64;
            if expected < EXPECTED {
                continue;
            }
            asked += 1;
            if !counts.contains_key(&(level as u32, class as u32)) {
                empty.push(format!(
                    "{} in {} ({expected:.0} expected)",
                    dataset.classes[class], group.levels[level]
                ));
            }
        }
    }
    if asked == 0 {
        let why = format!("no class has {EXPECTED} records expected in a level");
        return EMPTY.show(unknown(&check, &title, &why, "add records, or merge levels"));
    }
    let descriptor = group.kind == GroupKind::Descriptor;
    let finding = Finding {
        statistic: format!("cells without a record where {EXPECTED} and more were expected"),
        value: Some(empty.len() as f64),
        n: asked,
        message: if empty.is_empty() {
            format!("all {} hold records", count(asked, "cell"))
        } else {
            format!(
                "no record of {}{}",
                list(&empty),
                if descriptor { " (a descriptor: informs only)" } else { "" }
            )
        },
        evidence: empty.iter().take(EVIDENCE).cloned().collect(),
        ..open(&check, &title)
    };
    let gate = if descriptor { Gate::inform() } else { EMPTY };
    let finding = gate.judge(empty.len() as f64, finding);
    if finding.status == Status::Pass {
        return finding;
    }
    let finding = match confined(&counts, &levels, &classes) {
        Some((class, level)) => Finding {
            status: Status::Fail,
            message: format!(
                "{} is seen in {} only (single-level class); {}",
                dataset.classes[class], group.levels[level], finding.message
            ),
            ..finding
        },
        None => finding,
    };
    let remedy = format!(
        "add records of these classes and levels, or leave the level out: there, `{}` alone rules the class out",
        group.name
    );
    Finding { remedy, ..finding }
}

/// A class that is seen in one level only, though records of it were expected in another.
fn confined(
    counts: &BTreeMap<(u32, u32), usize>,
    levels: &[f64],
    classes: &[f64],
) -> Option<(usize, usize)> {
    let n: f64 = levels.iter().sum();
    (0..classes.len()).find_map(|class| {
        let seen: Vec<u32> =
            counts.keys().filter(|cell| cell.1 == class as u32).map(|cell| cell.0).collect();
        let [level] = seen.as_slice() else { return None };
        let elsewhere = (n - levels[*level as usize]) * classes[class] / n.max(1.0);
        (elsewhere >= EXPECTED).then_some((class, *level as usize))
    })
}

/// Records by level and class.
fn counts(dataset: &Dataset, group: &Group) -> BTreeMap<(u32, u32), usize> {
    let mut counts = BTreeMap::new();
    for (value, label) in group.values.iter().zip(&dataset.labels) {
        if let (Some(value), Some(label)) = (value, label) {
            *counts.entry((*value, *label)).or_default() += 1;
        }
    }
    counts
}

/// Levels by classes.
fn cells(dataset: &Dataset, group: &Group) -> Table {
    let counts = counts(dataset, group);
    let row = |level: usize| {
        let cell = |class: usize| counts.get(&(level as u32, class as u32)).copied().unwrap_or(0);
        let cells = (0..dataset.classes.len()).map(|class| cell(class).to_string());
        std::iter::once(group.levels[level].clone()).chain(cells).collect()
    };
    let mut columns = vec![group.name.clone()];
    columns.extend(dataset.classes.iter().cloned());
    Table {
        title: format!("Records by {} and class", group.name),
        columns,
        rows: (0..group.levels.len()).take(ROWS).map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::planted::{self, Dice};
    use super::*;

    fn run(kind: GroupKind, n: usize, level: impl FnMut(usize) -> &'static str) -> Vec<Finding> {
        let mut dataset = planted::two_classes(&planted::random(n, 30, 1));
        let values: Vec<Option<String>> = (0..n).map(level).map(|v| Some(v.to_string())).collect();
        dataset.add_group("plate", kind, &values);
        let clusters: Vec<u32> = (0..n as u32).collect();
        confounding(&Subject::unsplit(&dataset, &clusters, 15, 1))
    }

    #[test]
    fn the_label_is_the_plate() {
        let plate = |i: usize| ["P1", "P2"][i % 2];
        let findings = run(GroupKind::Nuisance, 200, plate);
        assert_eq!(findings[0].status, Status::Fail);
        assert!(findings[0].value.is_some_and(|v| (v - 1.0).abs() < 1e-9));
        assert_eq!(findings[0].check, "group.confounding:plate");
        // Each class is seen on one plate only.
        assert_eq!((findings[1].status.clone(), findings[1].value), (Status::Fail, Some(2.0)));
        assert_eq!(findings[1].evidence[0], "b in P1 (50 expected)");
        assert_eq!(findings[0].tables[0].rows, [["P1", "100", "0"], ["P2", "0", "100"]]);
        let findings = run(GroupKind::Descriptor, 200, plate);
        assert!(findings.iter().all(|f| f.status == Status::Pass));
        assert!(findings[0].message.contains("informs only"));
    }

    #[test]
    fn laboratories_by_strength() {
        let mut dice = Dice::new(4);
        let findings = run(GroupKind::Nuisance, 600, |i| ["x", "y"][(i + dice.below(2)) % 2]);
        assert_eq!(findings[0].status, Status::Pass, "{:?}", findings[0]);
        assert_eq!(findings[1].status, Status::Pass);
        let mut dice = Dice::new(5);
        // The label with probability .75: V = .5.
        let findings = run(GroupKind::Nuisance, 600, |i| {
            ["x", "y"][(i + usize::from(dice.roll() > 0.75)) % 2]
        });
        assert_eq!(findings[0].status, Status::Fail, "{:?}", findings[0]);
    }

    #[test]
    fn what_cannot_be_told_is_unknown() {
        let findings = run(GroupKind::Nuisance, 20, |i| ["x", "y"][i % 2]);
        assert!(matches!(findings[0].status, Status::Unknown(_)));
        assert!(findings[0].value.is_some());
        let findings = run(GroupKind::Nuisance, 200, |_| "x");
        assert!(findings.iter().all(|f| matches!(f.status, Status::NotApplicable(_))));
    }
}
