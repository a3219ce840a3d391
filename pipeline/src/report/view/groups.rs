//! Metadata columns against the classes.

use std::fmt::Write;

use serde::Serialize;

use super::table::{Cell, Table};
use crate::report::number::counted;
use crate::report::summary::{DataSummary, GroupTable};
use cistron_data::dataset::GroupKind;

/// A metadata column.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Group {
    name: String,
    explained: &'static str,
    table: Table,
}

impl Group {
    /// The table of a column.
    pub(super) fn of(group: &GroupTable, data: &DataSummary) -> Self {
        let caption = format!("Records of each level of {} in each class", group.name);
        // The longer of the two goes down the page, where there is room.
        let mut table = if group.rows.len() < data.classes.len() {
            by_class(group, data, caption)
        } else {
            by_level(group, data, caption)
        };
        let hidden = group.levels.saturating_sub(group.rows.len());
        if hidden > 0 {
            let others = counted(group.others, "record");
            let _ = write!(table.caption, "; {hidden} further levels with {others} are not listed");
        }
        if group.missing > 0 {
            let _ = write!(
                table.caption,
                "; the cell is empty for {}",
                counted(group.missing, "record")
            );
        }
        Group {
            name: group.name.clone(),
            explained: match group.kind {
                GroupKind::Nuisance => {
                    "Nuisance: it must not predict the class. A class that lives on one level only \
                 may be recognised by its origin."
                }
                GroupKind::Descriptor => "Descriptor: it may predict the class.",
            },
            table,
        }
    }
}

/// Classes in rows, levels in columns.
fn by_class(group: &GroupTable, data: &DataSummary, caption: String) -> Table {
    let mut table = Table::new(caption, &["Class"]);
    for (level, _, _) in &group.rows {
        table.numeric(level);
    }
    for (i, class) in data.classes.iter().enumerate() {
        let mut row = vec![Cell::text(&class.class)];
        row.extend(group.rows.iter().map(|(_, counts, _)| Cell::count(counts[i])));
        table.rows.push(row);
    }
    if group.rows.iter().any(|row| row.2 > 0) {
        let mut row = vec![Cell::text("no label")];
        row.extend(group.rows.iter().map(|row| Cell::count(row.2)));
        table.rows.push(row);
    }
    table
}

/// Levels in rows, classes in columns.
fn by_level(group: &GroupTable, data: &DataSummary, caption: String) -> Table {
    let mut table = Table::new(caption, &["Level"]);
    for class in &data.classes {
        table.numeric(&class.class);
    }
    let unlabelled = group.rows.iter().any(|row| row.2 > 0);
    if unlabelled {
        table.numeric("no label");
    }
    table.numeric("All");
    for (level, counts, without) in &group.rows {
        let mut row = vec![Cell::text(level)];
        row.extend(counts.iter().map(|&n| Cell::count(n)));
        if unlabelled {
            row.push(Cell::count(*without));
        }
        row.push(Cell::count(counts.iter().sum::<usize>() + without));
        table.rows.push(row);
    }
    table
}
