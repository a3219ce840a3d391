//! A split that a table gives: `train`, `validation` and `test`, or the number of a fold.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use super::Part;
use cistron_data::dataset::Dataset;
use cistron_data::error::InputError;
use cistron_data::read::table::Table;

/// What a table says of each record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// A part each.
    Parts(Vec<Part>),
    /// A fold each, counted from 0 in the order of the sorted names.
    Folds(Vec<usize>, usize),
}

/// Reads the part or fold of every record.
pub fn read(path: &Path, id: &str, column: &str, dataset: &Dataset) -> Result<Given, InputError> {
    cistron_data::inputs::remember(path);
    let table = Table::open(path)?;
    let (id_at, column_at) = (table.column(id)?, table.column(column)?);
    let mut rows: HashMap<String, (String, u64)> = HashMap::new();
    for row in table {
        let row = row?;
        let name = row.cells[id_at].trim().to_string();
        let value = row.cells[column_at].trim().to_string();
        if let Some((_, first)) = rows.insert(name.clone(), (value, row.line)) {
            let found = format!("the identifier `{name}` a second time (first on line {first})");
            return Err(InputError::new(path, found, "one row a record", "remove one of the two")
                .at_line(row.line)
                .with_id(name));
        }
    }
    let mut values = Vec::with_capacity(dataset.len());
    for name in dataset.ids() {
        let (value, line) = rows.get(name).ok_or_else(|| {
            let found = format!("no row whose `{id}` is `{name}`");
            let help = "add the row, or name another column under `split: {given: {id: …}}`";
            InputError::new(path, found, "one row for each record", help).with_id(name.as_str())
        })?;
        values.push((value.as_str(), *line));
    }
    interpret(path, column, &values)
}

/// Number of folds that a column speaks of: 1 where it names parts.
pub fn folds(path: &Path, column: &str) -> Result<usize, InputError> {
    let table = Table::open(path)?;
    let at = table.column(column)?;
    let mut distinct = BTreeSet::new();
    for row in table {
        distinct.insert(row?.cells[at].trim().to_string());
    }
    Ok(if distinct.iter().all(|value| part(value).is_some()) { 1 } else { distinct.len() })
}

fn interpret(path: &Path, column: &str, values: &[(&str, u64)]) -> Result<Given, InputError> {
    let parts: Option<Vec<Part>> = values.iter().map(|(value, _)| part(value)).collect();
    if let Some(parts) = parts {
        return Ok(Given::Parts(parts));
    }
    let numbers = values.iter().map(|(value, line)| {
        value.parse::<u32>().map_err(|_| {
            let expected = format!("train, validation, test or a fold's number in `{column}`");
            let help = "name the column that holds the split";
            InputError::new(path, format!("`{value}`"), expected, help).at_line(*line)
        })
    });
    let numbers = numbers.collect::<Result<Vec<u32>, _>>()?;
    let distinct: Vec<u32> = numbers.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    if !(3..=64).contains(&distinct.len()) {
        let found = format!("{} distinct folds in `{column}`", distinct.len());
        let help = "fold i is test, fold i + 1 validation and the rest train, so three are needed";
        return Err(InputError::new(path, found, "3 to 64 folds", help));
    }
    let folds = numbers.iter().filter_map(|n| distinct.binary_search(n).ok()).collect();
    Ok(Given::Folds(folds, distinct.len()))
}

fn part(value: &str) -> Option<Part> {
    match value.to_ascii_lowercase().as_str() {
        "train" | "training" => Some(Part::Train),
        "validation" | "valid" | "val" | "dev" => Some(Part::Validation),
        "test" => Some(Part::Test),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_folds_are_told_apart() {
        let path = Path::new("s.tsv");
        let parts = interpret(path, "split", &[("train", 2), ("dev", 3), ("test", 4)]).unwrap();
        assert_eq!(parts, Given::Parts(vec![Part::Train, Part::Validation, Part::Test]));
        let folds = interpret(path, "fold", &[("5", 2), ("1", 3), ("3", 4)]).unwrap();
        assert_eq!(folds, Given::Folds(vec![2, 0, 1], 3));
        let error = interpret(path, "x", &[("1", 2), ("two", 3)]).unwrap_err();
        assert_eq!(error.line, Some(3));
    }
}
