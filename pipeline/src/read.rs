//! The first stage: files become a [`Dataset`], every record checked.

pub mod fasta;
pub mod labels;
pub mod open;
pub mod record;
pub mod table;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use cistron_encoders::alphabet::Alphabet;
use regex::Regex;

use crate::dataset::Dataset;
use crate::error::{Error, InputError};
use crate::workflow::parse::Loaded;
use crate::workflow::{Input, Labels, OnError, Read, SequenceTable};
use labels::{Annotation, Annotations, Columns};
use record::{Record, check};
use table::Table;

/// Every record of a file, annotated, or the reason why it is refused.
type Rows = Box<dyn Iterator<Item = Result<(Record, Annotation), InputError>>>;

/// Reads the labelled records of a workflow.
pub fn read(loaded: &Loaded) -> Result<Dataset, Error> {
    let config = &loaded.workflow.read;
    let groups: Vec<String> = config.groups.keys().cloned().collect();
    let (path, rows) = rows(loaded, config, &groups)?;
    let classes = config.labels.as_ref().and_then(|labels| labels.classes.as_ref());

    let mut dataset = Dataset::new(config.alphabet);
    let mut annotations = Vec::new();
    let mut first_lines: HashMap<String, u64> = HashMap::new();
    let mut other_classes = 0_usize;
    for row in rows {
        let row = row.and_then(|(record, annotation)| {
            match first_lines.insert(record.id.clone(), record.line) {
                Some(first) => Err(doubled(&path, &record, first)),
                None => Ok((record, annotation)),
            }
        });
        match row {
            Ok((_, annotation)) if left_out(classes, &annotation) => other_classes += 1,
            Ok((record, annotation)) => {
                dataset.push(record.id, &record.sequence, record.line);
                annotations.push(annotation);
            }
            Err(error) if config.on_error == OnError::Skip && error.record.is_some() => {
                dataset.skipped.push(error.to_string());
            }
            Err(error) => return Err(error.into()),
        }
    }
    if dataset.is_empty() {
        let found = format!("no usable record ({} skipped)", dataset.skipped.len() + other_classes);
        let help = "check the classes and the alphabet that the workflow names";
        return Err(InputError::new(&path, found, "at least one labelled record", help).into());
    }
    let labels: Vec<Option<String>> = annotations.iter().map(|a| a.label.clone()).collect();
    dataset.set_labels(&labels);
    for (at, (name, kind)) in config.groups.iter().enumerate() {
        let values: Vec<_> = annotations.iter().map(|a| a.groups[at].clone()).collect();
        dataset.add_group(name, *kind, &values);
    }
    missing_class(classes, &dataset, &path)?;
    Ok(dataset)
}

/// Records of a file to predict, one after the other; they need no label.
pub fn stream(
    loaded_path: impl Fn(&Path) -> PathBuf,
    input: &Input,
    alphabet: Alphabet,
) -> Result<Box<dyn Iterator<Item = Result<Record, InputError>>>, InputError> {
    match (&input.fasta, &input.table) {
        (Some(fasta), _) => Ok(Box::new(fasta::Records::open(&loaded_path(fasta), alphabet)?)),
        (None, Some(table)) => {
            let rows = table_rows(&loaded_path(&table.path), table, &[], alphabet)?;
            Ok(Box::new(rows.map(|row| row.map(|(record, _)| record))))
        }
        (None, None) => Ok(Box::new(std::iter::empty())),
    }
}

fn rows(loaded: &Loaded, config: &Read, groups: &[String]) -> Result<(PathBuf, Rows), InputError> {
    if let Some(table) = &config.table {
        let path = loaded.resolve(&table.path);
        let rows = table_rows(&path, table, groups, config.alphabet)?;
        return Ok((path, rows));
    }
    let path = loaded.resolve(config.fasta.as_deref().unwrap_or(Path::new("")));
    let annotations = match &config.labels {
        None => Annotations::None,
        Some(labels) => annotations(loaded, labels, groups)?,
    };
    let records = fasta::Records::open(&path, config.alphabet)?;
    let source = path.clone();
    let annotate = move |record: Result<Record, InputError>| {
        let record = record?;
        let annotation = annotations.of(&source, &record)?;
        Ok((record, annotation))
    };
    Ok((path, Box::new(records.map(annotate))))
}

fn annotations(
    loaded: &Loaded,
    labels: &Labels,
    groups: &[String],
) -> Result<Annotations, InputError> {
    if let Some(table) = &labels.table {
        return Annotations::table(&loaded.resolve(table), &labels.id, Some(&labels.label), groups);
    }
    let pattern = labels.header.as_deref().unwrap_or_default();
    let pattern = Regex::new(pattern).map_err(|error| {
        InputError::new(&loaded.path, error.to_string(), "a regular expression", "")
    })?;
    Ok(Annotations::Header { pattern, groups: groups.to_vec() })
}

/// Rows of a table with a sequence column; without an id column the row's number is the id.
fn table_rows(
    path: &Path,
    config: &SequenceTable,
    groups: &[String],
    alphabet: Alphabet,
) -> Result<Rows, InputError> {
    let table = Table::open(path)?;
    let sequence = table.column(&config.sequence)?;
    let id = config.id.as_deref().map(|name| table.column(name)).transpose()?;
    let columns = Columns::of(&table, config.label.as_deref(), groups)?;
    let path = path.to_path_buf();
    let labelled = config.label.is_some();
    Ok(Box::new(table.map(move |row| {
        let row = row?;
        let record = Record {
            id: id.map_or_else(|| row.number.to_string(), |at| row.cells[at].trim().to_string()),
            header: String::new(),
            sequence: row.cells[sequence].trim().as_bytes().to_vec(),
            number: row.number,
            line: row.line,
        };
        check(&path, &record, alphabet)?;
        let annotation = columns.annotation(&row.cells);
        if labelled && annotation.label.is_none() {
            return Err(InputError::new(
                &path,
                "an empty label",
                "the record's class",
                "fill it in, or set `read: {on-error: skip}` to leave unlabelled records out",
            )
            .at_record(row.number)
            .at_line(row.line)
            .with_id(record.id));
        }
        Ok((record, annotation))
    })))
}

fn left_out(classes: Option<&Vec<String>>, annotation: &Annotation) -> bool {
    let label = annotation.label.as_ref();
    classes.is_some_and(|classes| label.is_none_or(|label| !classes.contains(label)))
}

fn doubled(path: &Path, record: &Record, first: u64) -> InputError {
    InputError::new(
        path,
        format!("the identifier a second time (first on line {first})"),
        "identifiers that differ",
        "rename one: predictions and splits are told apart by identifier",
    )
    .at_record(record.number)
    .at_line(record.line)
    .with_id(record.id.as_str())
}

/// A class that the workflow names and no record has is a spelling mistake.
fn missing_class(
    classes: Option<&Vec<String>>,
    dataset: &Dataset,
    path: &Path,
) -> Result<(), InputError> {
    let present: HashSet<&String> = dataset.classes.iter().collect();
    match classes.into_iter().flatten().find(|class| !present.contains(class)) {
        None => Ok(()),
        Some(class) => Err(InputError::new(
            path,
            format!("no record of the class `{class}`"),
            "records of each class named under `read: {labels: {classes: …}}`",
            "check the spelling against the label column",
        )),
    }
}
