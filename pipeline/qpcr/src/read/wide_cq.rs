//! Cq with a column a target and a row a sample.

use super::column::{Column, recognise};
use super::file::{Context, well};
use super::long_cq::{cq, role};
use super::number::Decimal;
use super::sheet::Row;
use crate::{Cq, Reaction};
use cistron_data::error::InputError;

/// Reads a table whose first row names targets, and samples or wells where it has them.
///
/// A column is a target's where each of its cells is a Cq; rows without a name are numbered.
pub(super) fn parse(rows: &[&Row], context: &Context<'_>) -> Result<Vec<Reaction>, InputError> {
    let Some((head, data)) = rows.split_first().filter(|(_, data)| !data.is_empty()) else {
        return Ok(Vec::new());
    };
    let owned: Vec<Row> = data.iter().map(|row| (*row).clone()).collect();
    let decimal = Decimal::of(&owned);
    let number = |cell: &str| decimal.parse(cell).is_some();
    if head.bare().any(number) && data[0].bare().any(number) {
        let found =
            format!("`{}` in place of a header line", head.bare().collect::<Vec<_>>().join("`, `"));
        return Err(context.error(head, &found, "names of columns, such as well, target and Cq"));
    }
    let names: Vec<&str> = head.bare().collect();
    let column = |wanted| {
        names.iter().position(|name| recognise(name).is_some_and(|found| found.0 == wanted))
    };
    // A column of numbers under `target` is a target of that name.
    let identity = |i: usize| {
        recognise(names[i]).is_some_and(|found| !matches!(found.0, Column::Target | Column::Task))
    };
    let numeric = |i: &usize| {
        let mut cells = data.iter().map(|row| row.cell(*i));
        let fits = |cell: &str| number(cell) || Cq::word(cell).is_some();
        cells.clone().all(fits) && cells.any(number)
    };
    let targets: Vec<usize> = (0..names.len())
        .filter(|i| !names[*i].is_empty() && !identity(*i))
        .filter(numeric)
        .collect();
    // The first column of words names the samples where no column is called so.
    let words = |i: &usize| !numeric(i) && !names[*i].is_empty();
    let sample = column(Column::Sample).or_else(|| (0..names.len()).find(words));
    let mut out = Vec::new();
    for (number, row) in data.iter().enumerate() {
        for i in &targets {
            let cq = cq(row.cell(*i), decimal, context, row)?;
            if let Some(low) = cq.value().filter(|cycle| *cycle < 1.0) {
                let found = format!("{low} under `{}`", names[*i]);
                return Err(context.error(row, &found, "a quantification cycle of 1 or more"));
            }
            let mut reaction = context.reaction(row.line);
            reaction.sample =
                sample.map_or_else(|| (number + 1).to_string(), |i| row.cell(i).to_string());
            reaction.well = column(Column::Well).map(|i| well(row.cell(i))).unwrap_or_default();
            reaction.target = names[*i].to_string();
            reaction.cq = cq;
            reaction.role = role("", &reaction.sample).0;
            reaction.columns = context.kept_of(&names, row);
            out.push(reaction);
        }
    }
    Ok(out)
}
