//! Conditions that go with plates.

use std::collections::BTreeSet;

use indexmap::IndexSet;

use super::Subject;
use super::finding::open;
use super::plate::plates;
use crate::{Reaction, Role};
use cistron_audit::Finding;
use cistron_statistics::association::Crosstable;

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
    let Some(v) = cramers_v(seen.iter().map(|(condition, plate, _)| (*condition, *plate))) else {
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

/// Cramér's V of pairs; `None` of a single condition or plate.
fn cramers_v<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Option<f64> {
    let (mut conditions, mut plates) = (IndexSet::new(), IndexSet::new());
    let levels = pairs.into_iter().map(|(condition, plate)| {
        (conditions.insert_full(condition).0, plates.insert_full(plate).0)
    });
    Crosstable::new(levels).cramers_v_uncorrected()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v_is_one_where_each_plate_has_its_own_condition() {
        let counts = |cells: [usize; 4]| {
            let names = [("a", "1"), ("a", "2"), ("b", "1"), ("b", "2")];
            names.into_iter().zip(cells).flat_map(|(name, n)| std::iter::repeat_n(name, n))
        };
        assert!((cramers_v(counts([3, 0, 0, 3])).unwrap() - 1.0).abs() < 1e-12);
        assert!(cramers_v(counts([3, 3, 3, 3])).unwrap().abs() < 1e-12);
        // scipy 1.17.1: contingency.association([[4, 1], [2, 3]], method="cramer")
        assert!((cramers_v(counts([4, 1, 2, 3])).unwrap() - 0.408_248_290_5).abs() < 1e-9);
        assert_eq!(cramers_v(counts([3, 3, 0, 0])), None);
    }
}
