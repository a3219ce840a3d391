//! A metadata column against the classes.

use serde::Serialize;

use cistron_data::dataset::{Dataset, Group, GroupKind};

/// Levels that are listed; the rest are added up.
const LISTED: usize = 30;

/// Records of each level of a metadata column in each class.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct GroupTable {
    /// Column name.
    pub name: String,
    /// Whether the column may predict the label.
    pub kind: GroupKind,
    /// Number of distinct levels.
    pub levels: usize,
    /// Level, records in each class, records without a label; greatest level first.
    pub rows: Vec<(String, Vec<usize>, usize)>,
    /// Records of levels that are not listed.
    pub others: usize,
    /// Records with an empty cell.
    pub missing: usize,
}

impl GroupTable {
    pub(super) fn of(group: &Group, dataset: &Dataset) -> Self {
        let mut rows: Vec<(String, Vec<usize>, usize)> = group
            .levels
            .iter()
            .map(|level| (level.clone(), vec![0; dataset.classes.len()], 0))
            .collect();
        for (value, label) in group.values.iter().zip(&dataset.labels) {
            match (value, label) {
                (Some(level), Some(class)) => rows[*level as usize].1[*class as usize] += 1,
                (Some(level), None) => rows[*level as usize].2 += 1,
                (None, _) => {}
            }
        }
        // A stable sort: levels of one size stay in the order of their names.
        rows.sort_by_key(|row| std::cmp::Reverse(total(row)));
        let others = rows.iter().skip(LISTED).map(total).sum();
        rows.truncate(LISTED);
        Self {
            name: group.name.clone(),
            kind: group.kind,
            levels: group.levels.len(),
            rows,
            others,
            missing: group.values.iter().filter(|v| v.is_none()).count(),
        }
    }
}

fn total(row: &(String, Vec<usize>, usize)) -> usize {
    row.1.iter().sum::<usize>() + row.2
}
