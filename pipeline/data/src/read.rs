//! The first stage: files become a [`Dataset`], every record checked.

pub mod fasta;
pub mod fastq;
pub mod format;
pub mod genotypes;
pub mod intervals;
pub mod labels;
pub mod open;
pub mod record;
pub mod reference;
pub mod region;
pub mod sources;
pub mod table;
#[cfg(test)]
mod tests;
pub mod translation;
mod variants;
pub mod vcf;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use cistron_encoders::alphabet::Alphabet;
use regex::Regex;

use crate::config::{Input, Labels, OnError, Read, SequenceTable};
use crate::dataset::Dataset;
use crate::error::{Error, InputError};
use format::Format;
use labels::{Annotation, Annotations, Columns};
use open::Source;
use record::{Record, check};
use sources::SequenceFile;
use table::Table;
use translation::Reading;

/// Every record of a file, or the reason why it is refused.
pub type Records = Box<dyn Iterator<Item = Result<Record, InputError>>>;

/// Every record of a file, annotated, or the reason why it is refused.
type Rows = Box<dyn Iterator<Item = Result<(Record, Annotation), InputError>>>;

/// What is to be read, and where the paths that say so start from.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The key `read` of a workflow.
    pub read: &'a Read,
    /// Folder that relative paths start from.
    pub folder: &'a Path,
    /// The workflow file, which errors about its keys name.
    pub path: &'a Path,
    /// Whether an encoder takes the qualities of FASTQ records.
    pub qualities: bool,
}

impl Request<'_> {
    /// A path of the workflow, seen from the working directory.
    #[must_use]
    pub fn resolve(&self, path: &Path) -> PathBuf {
        crate::path::resolve(self.folder, path)
    }
}

/// Reads the labelled records of a workflow.
pub fn read(request: &Request) -> Result<Dataset, Error> {
    let config = &request.read;
    if config.genotypes.is_some() {
        return genotypes::read(request);
    }
    let reading = config.reading();
    let groups: Vec<String> = config.groups.keys().cloned().collect();
    let files = sources::files(config, |path| request.resolve(path))?;
    let classes = config.labels.as_ref().and_then(|labels| labels.classes.as_ref());

    let qualities = request.qualities;
    let mut dataset = Dataset::new(reading.result());
    let mut annotations = Vec::new();
    // Where each identifier was first seen: file and line.
    let mut first: HashMap<String, (usize, u64)> = HashMap::new();
    let mut other_classes = 0_usize;
    // Where rows of another table are told apart by identifier, which record is meant cannot be known.
    let joined = config.labels.as_ref().is_some_and(|labels| labels.table.is_some());
    for (number, file) in files.iter().enumerate() {
        dataset.begin_source(&file.path);
        for row in rows(request, file, &groups)? {
            let row = row.and_then(|(mut record, annotation)| {
                if let Some((other, line)) = first.get(&record.id) {
                    let itself = files[*other].path == file.path && *line == record.line;
                    if joined || itself {
                        return Err(doubled(&file.path, &record, &files[*other].path, *line));
                    }
                    let new = unused(&record.id, &first);
                    let (path, line) = (file.path.display(), record.line);
                    dataset.renamed.push(format!("{} → {new} ({path}:{line})", record.id));
                    record.id = new;
                }
                first.insert(record.id.clone(), (number, record.line));
                Ok((reading.apply(&file.path, record)?, annotation))
            });
            match row {
                Ok((_, annotation)) if left_out(classes, &annotation) => other_classes += 1,
                Ok((record, annotation)) => {
                    if qualities {
                        has_qualities(&file.path, &record)?;
                        let Record { id, sequence, qualities, line, .. } = record;
                        dataset.push_read(id, &sequence, &qualities, line);
                    } else {
                        dataset.push(record.id, &record.sequence, record.line);
                    }
                    annotations.push(annotation);
                }
                Err(error) if config.on_error == OnError::Skip && error.is_of_a_record() => {
                    dataset.skipped.push(error.to_string());
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
    let path = files.first().map_or(request.path, |file| &file.path);
    if dataset.is_empty() {
        let found = format!("no usable record ({} skipped)", dataset.skipped.len() + other_classes);
        let help = "check the classes and the alphabet that the workflow names";
        return Err(InputError::new(path, found, "at least one labelled record", help).into());
    }
    let labels: Vec<Option<String>> = annotations.iter().map(|a| a.label.clone()).collect();
    dataset.set_labels(&labels);
    for (at, (name, kind)) in config.groups.iter().enumerate() {
        let values: Vec<_> = annotations.iter().map(|a| a.groups[at].clone()).collect();
        dataset.add_group(name, *kind, &values);
    }
    missing_class(classes, &dataset, path)?;
    Ok(dataset)
}

/// Records of a FASTA or FASTQ file, told by its content.
pub fn sequences(path: &Path, alphabet: Alphabet) -> Result<Records, InputError> {
    let mut source = Source::open(path)?;
    Ok(match format::sniff(path, &mut source)? {
        Format::Fasta => Box::new(fasta::Records::new(path, source, alphabet)),
        Format::Fastq => Box::new(fastq::Records::new(path, source, alphabet)),
        other => {
            let help = "a table is named with its columns, under `table`; other files do not \
                        belong among the sequence files";
            return Err(InputError::new(path, format!("a {other}"), "FASTA or FASTQ", help));
        }
    })
}

/// Records of a file to predict, one after the other; they need no label.
pub fn stream(
    loaded_path: impl Fn(&Path) -> PathBuf,
    input: &Input,
    reading: impl Into<Reading>,
) -> Result<Records, InputError> {
    let reading = reading.into();
    let alphabet = reading.alphabet;
    let path = loaded_path(input.path().unwrap_or(Path::new("")));
    if let (Some(_), Some(reference)) = (&input.bed, &input.reference) {
        let records = intervals::Records::open(&path, &loaded_path(reference), alphabet)?;
        return Ok(Box::new(records.map(move |row| reading.apply(&path, row?.0))));
    }
    let records: Records = match (&input.fasta, &input.fastq, &input.table) {
        (Some(_), ..) => Box::new(fasta::Records::open(&path, alphabet)?),
        (None, Some(_), _) => Box::new(fastq::Records::open(&path, alphabet)?),
        (None, None, Some(table)) => {
            let rows = table_rows(&path, table, &[], alphabet)?;
            Box::new(rows.map(|row| row.map(|(record, _)| record)))
        }
        (None, None, None) => return Ok(Box::new(std::iter::empty())),
    };
    Ok(Box::new(records.map(move |record| reading.apply(&path, record?))))
}

/// The annotated records of one file.
fn rows(request: &Request, file: &SequenceFile, groups: &[String]) -> Result<Rows, InputError> {
    let config = &request.read;
    let path = file.path.clone();
    if let Some(table) = &config.table {
        return table_rows(&path, table, groups, config.alphabet);
    }
    if let Some(config) = &config.variants {
        let labels = request.read.labels.as_ref().filter(|_| config.label.is_none());
        let table = match labels {
            Some(labels) => annotations(request, labels, groups)?,
            None => Annotations::None,
        };
        return variants::rows(&path, config, &request.resolve(&config.reference), table, groups);
    }
    let named = |labels: &&Labels| labels.table.is_some() || labels.header.is_some();
    let annotations = match (&file.class, config.labels.as_ref().filter(named)) {
        (Some(class), _) => Annotations::Class(class.clone()),
        (None, Some(labels)) => annotations(request, labels, groups)?,
        (None, None) if config.intervals.is_some() => return interval_rows(request, &path, groups),
        (None, None) => Annotations::None,
    };
    let records: Records = if let Some(intervals) = &config.intervals {
        let reference = request.resolve(&intervals.reference);
        let records = intervals::Records::open(&path, &reference, config.alphabet)?;
        Box::new(records.map(|row| row.map(|(record, _)| record)))
    } else if config.fasta.is_some() {
        Box::new(fasta::Records::open(&path, config.alphabet)?)
    } else if config.fastq.is_some() {
        Box::new(fastq::Records::open(&path, config.alphabet)?)
    } else {
        sequences(&path, config.alphabet)?
    };
    let annotate = move |record: Result<Record, InputError>| {
        let record = record?;
        let annotation = annotations.of(&path, &record)?;
        Ok((record, annotation))
    };
    Ok(Box::new(records.map(annotate)))
}

/// Intervals of the class that a column names.
fn interval_rows(request: &Request, path: &Path, groups: &[String]) -> Result<Rows, InputError> {
    let config = &request.read;
    let Some(intervals) = &config.intervals else { return Ok(Box::new(std::iter::empty())) };
    let reference = request.resolve(&intervals.reference);
    let (column, groups) = (intervals.label_column, vec![None; groups.len()]);
    let path = path.to_path_buf();
    let records = intervals::Records::open(&path, &reference, config.alphabet)?;
    Ok(Box::new(records.map(move |row| {
        let (record, cells) = row?;
        let label = column
            .checked_sub(1)
            .and_then(|at| labels::cell(cells.get(at).filter(|cell| *cell != ".")?));
        match label {
            Some(_) => Ok((record, Annotation { label, groups: groups.clone() })),
            None => Err(InputError::new(
                &path,
                format!("no class in column {column} of {}", cells.len()),
                "the class of each interval",
                "name its column: `intervals: {label-column: N}`, or give a table under `labels`",
            )
            .at_record(record.number)
            .at_line(record.line)
            .with_id(record.id)),
        }
    })))
}

fn annotations(
    request: &Request,
    labels: &Labels,
    groups: &[String],
) -> Result<Annotations, InputError> {
    if let Some(table) = &labels.table {
        return Annotations::table(
            &request.resolve(table),
            &labels.id,
            Some(&labels.label),
            groups,
        );
    }
    let pattern = labels.header.as_deref().unwrap_or_default();
    let pattern = Regex::new(pattern).map_err(|error| {
        InputError::new(request.path, error.to_string(), "a regular expression", "")
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
    let table = Table::with(path, config.columns.as_deref(), config.separator)?;
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
            ..Record::default()
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

/// Checks that a record has the qualities that an encoder takes.
fn has_qualities(path: &Path, record: &Record) -> Result<(), InputError> {
    if record.qualities.len() == record.sequence.len() {
        return Ok(());
    }
    let help = "read FASTQ, or encode with `one-hot` instead of `one-hot-quality`";
    Err(InputError::new(path, "no qualities", "the quality of each symbol", help)
        .at_record(record.number)
        .at_line(record.line)
        .with_id(record.id.as_str()))
}

/// Whether a record is of a class that the workflow leaves out.
#[must_use]
pub fn left_out(classes: Option<&Vec<String>>, annotation: &Annotation) -> bool {
    let label = annotation.label.as_ref();
    classes.is_some_and(|classes| label.is_none_or(|label| !classes.contains(label)))
}

/// The identifier with the first number behind it that makes it another one, as seqkit and R do.
fn unused(id: &str, taken: &HashMap<String, (usize, u64)>) -> String {
    let mut numbered = (2_usize..).map(|number| format!("{id}_{number}"));
    numbered.find(|id| !taken.contains_key(id)).unwrap_or_default()
}

/// The error about an identifier that was seen before, in file `other` on `line`.
#[must_use]
pub fn doubled(path: &Path, record: &Record, other: &Path, line: u64) -> InputError {
    let file = if other == path { String::new() } else { format!(" of {}", other.display()) };
    InputError::new(
        path,
        format!("the identifier a second time (first on line {line}{file})"),
        "identifiers that differ",
        "rename one: predictions and splits are told apart by identifier",
    )
    .at_record(record.number)
    .at_line(record.line)
    .with_id(record.id.as_str())
}

/// A class that the workflow names and no record has is a spelling mistake.
pub fn missing_class(
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
