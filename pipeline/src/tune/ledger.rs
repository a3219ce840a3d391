//! What was trained already: a table on disk, written anew after each row, and the key of what its
//! rows depend on beside it.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::key::Key;
use cistron_data::artefact::{self, Tsv};
use cistron_data::error::{Error, InputError};

/// Version of the file beside the table.
const SCHEMA: u32 = 1;

/// What stands in the last column of every row.
pub const SCORED_ON: &str = "validation, not test";

/// The file beside the table: what its rows are of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Subject {
    /// Version of this file format: 1.
    schema: u32,
    /// The workflow file.
    pub workflow: PathBuf,
    /// Name of the model.
    pub model: String,
    /// Validation records that every row is scored on.
    pub validation_records: usize,
    /// Test records that were left out before anything was trained.
    pub test_records_left_out: usize,
    /// What the rows depend on.
    pub key: Key,
}

impl Subject {
    /// What a table is about.
    #[must_use]
    pub fn new(workflow: &Path, model: &str, records: [usize; 2], key: Key) -> Self {
        let [validation_records, test_records_left_out] = records;
        Self {
            schema: SCHEMA,
            workflow: workflow.to_path_buf(),
            model: model.to_string(),
            validation_records,
            test_records_left_out,
            key,
        }
    }
}

/// A table that grows by rows of text.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Ledger {
    /// Opens `FOLDER/NAME.tsv` and `FOLDER/NAME.json`, or begins them.
    ///
    /// # Errors
    ///
    /// Where the folder holds a table of something else, or a damaged one.
    pub fn open(
        folder: &Path,
        name: &str,
        columns: Vec<String>,
        subject: &Subject,
    ) -> Result<Self, Error> {
        let (about, path) =
            (folder.join(format!("{name}.json")), folder.join(format!("{name}.tsv")));
        let mut ledger = Self { path, columns, rows: Vec::new() };
        if !about.is_file() {
            artefact::write_json(&about, subject)?;
            ledger.write()?;
            return Ok(ledger);
        }
        let earlier: Subject = artefact::read_json(&about)?;
        let changes = subject.key.changes(&earlier.key);
        if !changes.is_empty() {
            return Err(Error::Usage(format!(
                "{} holds another search: changed since: {}\n  help: choose another folder with \
                 --out, or remove {} to begin again",
                folder.display(),
                changes.join(", "),
                about.display()
            )));
        }
        if ledger.path.is_file() {
            ledger.read()?;
        }
        Ok(ledger)
    }

    fn read(&mut self) -> Result<(), Error> {
        let bad = |found: String| {
            let expected = format!("columns {}", self.columns.join(", "));
            let help = "remove the file to begin again";
            Error::from(InputError::new(&self.path, found, expected, help))
        };
        let table = csv::ReaderBuilder::new().delimiter(b'\t').from_path(&self.path);
        let mut table = table.map_err(|error| bad(error.to_string()))?;
        let head = table.headers().map_err(|error| bad(error.to_string()))?;
        if head.iter().ne(self.columns.iter().map(String::as_str)) {
            return Err(bad(format!("columns {}", head.iter().collect::<Vec<_>>().join(", "))));
        }
        for row in table.records() {
            let row = row.map_err(|error| bad(error.to_string()))?;
            self.rows.push(row.iter().map(str::to_string).collect());
        }
        Ok(())
    }

    fn write(&self) -> Result<(), Error> {
        let mut table = Tsv::new(&self.columns)?;
        for row in &self.rows {
            table.row(row)?;
        }
        table.write(&self.path)
    }

    /// The row that starts with these cells.
    #[must_use]
    pub fn find(&self, start: &[String]) -> Option<&[String]> {
        self.rows.iter().find(|row| row.starts_with(start)).map(Vec::as_slice)
    }

    /// Appends a row and writes the table.
    pub fn push(&mut self, row: Vec<String>) -> Result<(), Error> {
        self.rows.push(row);
        self.write()
    }

    /// The table's file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_kept_for_the_same_key_and_refused_for_another() {
        let folder = tempfile::tempdir().unwrap();
        let columns = || ["trial", "loss"].map(str::to_string).to_vec();
        let subject = |seed: &str| {
            let key = Key::new(1).with("seed", seed);
            Subject::new(Path::new("w.yaml"), "conv", [3, 2], key)
        };
        let open = |seed: &str| Ledger::open(folder.path(), "tune", columns(), &subject(seed));
        let row = ["0", "0.5"].map(str::to_string).to_vec();
        open("7").unwrap().push(row.clone()).unwrap();
        let again = open("7").unwrap();
        assert_eq!(again.find(&["0".to_string()]), Some(row.as_slice()));
        assert_eq!(again.find(&["1".to_string()]), None);
        let error = open("8").unwrap_err().to_string();
        assert!(error.contains("changed since: seed"), "{error}");
        std::fs::write(again.path(), "trial\n0\n").unwrap();
        assert!(open("7").unwrap_err().to_string().contains("found columns trial"));
    }
}
