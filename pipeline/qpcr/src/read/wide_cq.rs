//! Cq with a column a target and a row a sample.

use super::column::{Column, recognise};
use super::file::{Context, well};
use super::long_cq::{cq, role};
use super::number::Decimal;
use super::sheet::Row;
use crate::{Cq, Reaction};
use cistron_data::error::InputError;

/// Highest Cq of a table below which its numbers are no cycles: efficiencies, ratios, scores.
const LOWEST: f64 = 5.0;

/// Whether a head names a number that is no Cq.
fn is_statistic(head: &str) -> bool {
    const WORDS: [&str; 32] = [
        "eff",
        "efficiency",
        "slope",
        "intercept",
        "r2",
        "rsq",
        "rsquared",
        "sd",
        "se",
        "sem",
        "cv",
        "n",
        "count",
        "ratio",
        "fold",
        "foldchange",
        "pvalue",
        "padj",
        "m",
        "stability",
        "rank",
        "amount",
        "dilution",
        "weight",
        "row",
        "column",
        "col",
        "number",
        "no",
        "index",
        "id",
        "replicate",
    ];
    WORDS.contains(&super::column::key(head).as_str())
}

/// Whether a column numbers its rows: 0, 1, 2 … or 1, 2, 3 …
fn counts_rows(cells: impl Iterator<Item = Option<f64>>) -> bool {
    let cells: Option<Vec<f64>> = cells.collect();
    cells.is_some_and(|cells| {
        let rising = cells.windows(2).all(|pair| (pair[1] - pair[0] - 1.0).abs() < 1e-9);
        cells.len() > 2 && rising && (cells[0].abs() < 1e-9 || (cells[0] - 1.0).abs() < 1e-9)
    })
}

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
        .filter(|i| !names[*i].is_empty() && !identity(*i) && !is_statistic(names[*i]))
        .filter(numeric)
        .filter(|i| !counts_rows(data.iter().map(|row| decimal.parse(row.cell(*i)))))
        .collect();
    let numbers =
        || targets.iter().flat_map(|i| data.iter().filter_map(|r| decimal.parse(r.cell(*i))));
    if let Some(most) = numbers().reduce(f64::max).filter(|most| *most > 1.0 && *most < LOWEST) {
        let found = format!("numbers up to {most} under `{}`", names[targets[0]]);
        return Err(context.error(
            head,
            &found,
            "quantification cycles; no run has all of them so low",
        ));
    }
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
