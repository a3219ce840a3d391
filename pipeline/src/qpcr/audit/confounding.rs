//! Conditions that go with plates.

use std::collections::{BTreeMap, BTreeSet};

use super::Subject;
use super::finding::open;
use super::plate::plates;
use crate::audit::Finding;
use crate::qpcr::{Reaction, Role};

/// Can the condition be told from the plate?
pub(super) fn check(subject: &Subject<'_>) -> Finding {
    let out = open("condition-plate", "Can the condition be told from the plate?");
    if subject.design.condition.is_none() {
        return out.unknown("no condition is named", "name its column with --condition");
    }
    if plates(subject).len() < 2 {
        return out.does_not_apply("one plate");
    }
    // A sample on two plates speaks for both; its wells speak once.
    let mut seen: BTreeSet<(&str, &str, &str)> = BTreeSet::new();
    let told = |r: &&Reaction| !r.omitted && r.role == Role::Unknown;
    for r in subject.measurements.reactions.iter().filter(told) {
        if let Some(condition) = subject.design.condition_of(r) {
            seen.insert((condition, &r.plate, &r.sample));
        }
    }
    let mut counts: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    for (condition, plate, _) in &seen {
        *counts.entry((condition, plate)).or_default() += 1.0;
    }
    let Some(v) = cramers_v(&counts) else {
        return out.does_not_apply("one condition, or one plate with samples of a condition");
    };
    Finding {
        statistic: "Cramér's V of condition and plate".into(),
        n: seen.len(),
        message: format!("V is {v:.2} over {} samples on plates", seen.len()),
        remedy: "spread every condition over all plates: what differs may be the plate".into(),
        ..out
    }
    .judge(v, Some(subject.cutoffs.confounding_warn), Some(1.0 - 1e-9))
}

/// Cramér's V of a table; `None` of a single row or column.
fn cramers_v(counts: &BTreeMap<(&str, &str), f64>) -> Option<f64> {
    let (mut rows, mut columns): (BTreeMap<&str, f64>, BTreeMap<&str, f64>) = Default::default();
    for ((row, column), n) in counts {
        *rows.entry(row).or_default() += n;
        *columns.entry(column).or_default() += n;
    }
    let total: f64 = rows.values().sum();
    let smaller = rows.len().min(columns.len());
    let cell = |row: &str, column: &str| counts.get(&(row, column)).copied().unwrap_or(0.0);
    let chi: f64 = rows
        .iter()
        .flat_map(|row| columns.iter().map(move |column| (row, column)))
        .map(|((row, r), (column, c))| {
            let expected = r * c / total;
            (cell(row, column) - expected).powi(2) / expected
        })
        .sum();
    (smaller > 1).then(|| (chi / (total * (smaller - 1) as f64)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v_is_one_where_each_plate_has_its_own_condition() {
        let counts = |cells: [f64; 4]| {
            let names = [("a", "1"), ("a", "2"), ("b", "1"), ("b", "2")];
            names.into_iter().zip(cells).filter(|cell| cell.1 > 0.0).collect()
        };
        assert!((cramers_v(&counts([3.0, 0.0, 0.0, 3.0])).unwrap() - 1.0).abs() < 1e-12);
        assert!(cramers_v(&counts([3.0, 3.0, 3.0, 3.0])).unwrap().abs() < 1e-12);
        // scipy 1.17.1: contingency.association([[4, 1], [2, 3]], method="cramer")
        assert!((cramers_v(&counts([4.0, 1.0, 2.0, 3.0])).unwrap() - 0.408_248_290_5).abs() < 1e-9);
        assert_eq!(cramers_v(&counts([3.0, 3.0, 0.0, 0.0])), None);
    }
}
