//! What a trained model answers for the validation records of its fold: what weights of models are
//! tuned on.

use std::borrow::Cow;
use std::path::Path;

use cistron_data::artefact::{self, Tsv};
use cistron_data::error::{Error, InputError};
use cistron_data::read::table::Table;

/// Name of the table in a model's folder.
pub const FILE: &str = "validation.tsv";

/// Calibrated probabilities of the validation records of a fold.
///
/// The weights learnt nothing of these records. A network's epoch and every temperature were chosen
/// on them; `svm` and `stack` answer by models of inner folds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Validation {
    /// Identifier of each record, in the order of the data set.
    pub ids: Vec<String>,
    /// Probabilities (V, K), row by row.
    pub probabilities: Vec<f32>,
}

impl Validation {
    /// Writes id · one probability a class.
    pub fn write(&self, path: &Path, classes: &[String]) -> Result<(), Error> {
        let classes_of = classes.iter().map(|class| artefact::column("class:", class, &["id"]));
        let head: Vec<Cow<'_, str>> =
            std::iter::once(Cow::Borrowed("id")).chain(classes_of).collect();
        let mut table = Tsv::new(head.iter().map(|column| &**column))?;
        for (id, row) in self.ids.iter().zip(self.probabilities.chunks(classes.len().max(1))) {
            // The shortest digits that give the same number again.
            let row = row.iter().map(ToString::to_string);
            table.row(std::iter::once(id.clone()).chain(row))?;
        }
        table.write(path)
    }
}

/// Reads the probabilities (V, K) of a model's `validation.tsv`, which has a row for each of `records`
/// validation records and a column for each of `classes` classes behind the identifier.
pub fn read(path: &Path, records: usize, classes: usize) -> Result<Vec<f32>, Error> {
    let help = "train the model again: --force train";
    let table = Table::open(path)?;
    let columns = table.columns().len();
    if columns != classes + 1 {
        let expected = format!("`id` and {classes} classes");
        return Err(InputError::new(path, format!("{columns} columns"), expected, help).into());
    }
    let mut out = Vec::with_capacity(records * classes);
    for row in table {
        let row = row?;
        for cell in row.cells.iter().skip(1) {
            let probability = cell.parse().ok().filter(|p| (0.0..=1.0).contains(p));
            out.push(probability.ok_or_else(|| {
                InputError::new(path, format!("`{cell}`"), "a number from 0 to 1", help)
                    .at_line(row.line)
            })?);
        }
    }
    if out.len() != records * classes {
        let found = format!("{} rows", out.len() / classes.max(1));
        let expected = format!("one for each of {records} validation records");
        return Err(InputError::new(path, found, expected, help).into());
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_of_a_probability_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let classes = ["a b".to_string(), "id".to_string()];
        let ids = vec!["x \"1".to_string(), "y".to_string()];
        let probabilities = vec![0.1, 1.0 / 3.0, f32::MIN_POSITIVE, 1.0];
        let written = Validation { ids, probabilities };
        written.write(&path, &classes).unwrap();
        assert_eq!(read(&path, 2, 2).unwrap(), written.probabilities);
        let error = read(&path, 3, 2).unwrap_err().to_string();
        assert!(error.contains("found 2 rows; expected one for each of 3"), "{error}");
        let error = read(&path, 2, 3).unwrap_err().to_string();
        assert!(error.contains("found 3 columns; expected `id` and 3 classes"), "{error}");
        Validation::default().write(&path, &classes).unwrap();
        assert_eq!(read(&path, 0, 2).unwrap(), Vec::<f32>::new());
        std::fs::write(&path, "id\ta b\tb\nx\t0.5\tNaN\n").unwrap();
        let error = read(&path, 1, 2).unwrap_err().to_string();
        assert!(error.contains(":2: found `NaN`; expected a number from 0 to 1"), "{error}");
    }
}
