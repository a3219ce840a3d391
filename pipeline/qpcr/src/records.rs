//! Amplification curves and differences of Cq as records of numbers, read as `cistron qpcr` reads
//! them: told apart by content.

mod curves;
mod delta_cq;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate as qpcr;
use crate::Reaction;
use crate::quantity::call;
use cistron_data::config::OnError;
use cistron_data::dataset::{Dataset, GroupKind, Measured};
use cistron_data::error::{Error, InputError};
use cistron_data::read::labels::{Annotation, Annotations};
use cistron_data::read::record::Record;
use cistron_data::read::{Request, doubled, genotypes, left_out, missing_class};

/// Column of every curve that the reader counts itself.
const CYCLES: &str = "cycles";

/// A record before it is checked.
struct Row {
    id: String,
    /// Number of the record in its file, from 1.
    number: u64,
    line: u64,
    /// Numbers (L, C), or what was found, what was expected and what to do.
    values: Result<Vec<f32>, [String; 3]>,
    /// The reaction that says what the record belongs to.
    reaction: Reaction,
}

impl Row {
    /// Value of a column: of the plate's own, or one that was asked for.
    fn column(&self, name: &str) -> Option<String> {
        let r = &self.reaction;
        let place = || r.place();
        let value = match name {
            "run" => r.run.clone(),
            "plate" => r.plate.clone(),
            "well" => r.well.clone(),
            "row" => place().map_or(String::new(), |well| well.row.to_string()),
            "column" => place().map_or(String::new(), |well| well.column.to_string()),
            "sample" => r.sample.clone(),
            "target" => r.target.clone(),
            "dye" => r.dye.clone(),
            "role" => r.role.name().to_string(),
            CYCLES => r.curve.as_ref().map_or(String::new(), |c| c.cycles.len().to_string()),
            other => r.columns.get(other).map_or(String::new(), |cell| cell.trim().to_string()),
        };
        (!matches!(value.as_str(), "" | "NA" | "N/A" | "nan" | "NaN")).then_some(value)
    }
}

/// Columns that every file has.
const OWN: [&str; 10] =
    ["run", "plate", "well", "row", "column", "sample", "target", "dye", "role", CYCLES];

/// The records of one file; `keep` names further columns to hold.
fn rows(
    path: &Path,
    measured: &Measured,
    channels: &[String],
    keep: &[String],
) -> Result<Vec<Row>, InputError> {
    let mut measurements = qpcr::read::read(path, keep)?;
    let rows = match measured {
        Measured::Curves => curves::rows(measurements, channels),
        Measured::DeltaCq { references } => {
            // Curves without a Cq get one.
            call(&mut measurements);
            delta_cq::rows(measurements, channels, references)
        }
        Measured::Genotypes { .. } => Vec::new(),
    };
    if rows.is_empty() {
        let expected = match measured {
            Measured::Curves => "amplification curves: fluorescence by cycle",
            Measured::DeltaCq { .. } => "samples of unknown quantity with a Cq of the targets",
            Measured::Genotypes { .. } => "samples with genotypes",
        };
        let help = "`cistron qpcr FILE` says what it holds";
        return Err(InputError::new(path, "none", expected, help));
    }
    Ok(rows)
}

impl Row {
    /// The numbers, or the error that names the record.
    fn numbers(&self, path: &Path) -> Result<&[f32], InputError> {
        self.values
            .as_deref()
            .map_err(|[found, expected, help]| self.error(path, found, expected, help))
    }

    fn error(&self, path: &Path, found: &str, expected: &str, help: &str) -> InputError {
        let error = InputError::new(path, found, expected, help);
        let error = error.at_record(self.number).with_id(self.id.as_str());
        if self.line > 0 { error.at_line(self.line) } else { error }
    }

    /// The record as the other readers know it.
    fn record(&self) -> Record {
        let (id, number, line) = (self.id.clone(), self.number, self.line);
        Record { id, number, line, ..Record::default() }
    }
}

/// Reads the labelled records of a workflow.
pub fn read(request: &Request) -> Result<Dataset, Error> {
    let config = &request.read;
    let Some((measured, channels)) = config.measured() else {
        return Err(Error::stage("read", "`read` names no numbers"));
    };
    let groups: Vec<String> = config.groups.keys().cloned().collect();
    let label = config.label_column().cloned();
    let own = |name: &&String| OWN.contains(&name.as_str());
    let further = groups.iter().filter(|name| !own(name)).chain(&label);
    let keep: Vec<String> = further.cloned().collect();
    let mut files: Vec<(PathBuf, Vec<Row>)> = Vec::new();
    for path in config.number_files() {
        let path = request.resolve(path);
        let rows = rows(&path, &measured, &channels, &keep)?;
        files.push((path, rows));
    }
    let held: HashSet<&String> = files
        .iter()
        .flat_map(|(_, rows)| rows)
        .flat_map(|row| row.reaction.columns.keys())
        .collect();
    let elsewhere: Vec<String> =
        groups.iter().filter(|name| !own(name) && !held.contains(name)).cloned().collect();
    let table = label_table(request, label.is_some(), &elsewhere)?;
    let lacking = label.iter().find(|name| !held.contains(name) && !own(name));
    let lacking = match table {
        Annotations::None => lacking.or(elsewhere.first()),
        _ => lacking,
    };
    if let (Some(name), Some((path, _))) = (lacking, files.first()) {
        let help = "name a column of the files, or give it in `labels: {table: …}`";
        let found = format!("no column `{name}`");
        return Err(InputError::new(path, found, "the column", help).into());
    }

    let classes = config.labels.as_ref().and_then(|labels| labels.classes.as_ref());
    let mut dataset = Dataset::of_numbers(measured.clone(), channels);
    let mut annotations: Vec<Annotation> = Vec::new();
    let mut cycles = Vec::new();
    let mut first: HashMap<String, (usize, u64)> = HashMap::new();
    for (file, (path, rows)) in files.iter().enumerate() {
        dataset.begin_source(path);
        for row in rows {
            let checked = row.numbers(path).and_then(|values| {
                if let Some((other, line)) = first.insert(row.id.clone(), (file, row.line)) {
                    return Err(doubled(path, &row.record(), &files[other].0, line));
                }
                let told = match table {
                    Annotations::None => Annotation::default(),
                    _ => table.of(path, &row.record())?,
                };
                let class = label.as_ref().map_or(told.label, |name| row.column(name));
                if class.is_none() && config.names_labels() {
                    let help = "fill it in, or set `read: {on-error: skip}` to leave it out";
                    return Err(row.error(path, "an empty label", "the record's class", help));
                }
                let group = |name: &String| match elsewhere.iter().position(|other| other == name) {
                    Some(at) => told.groups.get(at).cloned().flatten(),
                    None => row.column(name),
                };
                Ok((
                    values,
                    Annotation { label: class, groups: groups.iter().map(group).collect() },
                ))
            });
            match checked {
                Ok((_, annotation)) if left_out(classes, &annotation) => {}
                Ok((values, annotation)) => {
                    dataset.push_numbers(row.id.clone(), values, row.line);
                    cycles.push(row.column(CYCLES));
                    annotations.push(annotation);
                }
                Err(error) if config.on_error == OnError::Skip => {
                    dataset.skipped.push(error.to_string());
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
    let path = files.first().map_or(request.path, |file| file.0.as_path());
    if dataset.is_empty() {
        let found = format!("no usable record ({} skipped)", dataset.skipped.len());
        let help = "check the classes and the columns that the workflow names";
        return Err(InputError::new(path, found, "at least one labelled record", help).into());
    }
    dataset.set_labels(&annotations.iter().map(|a| a.label.clone()).collect::<Vec<_>>());
    for (at, (name, kind)) in config.groups.iter().enumerate() {
        let values: Vec<_> = annotations.iter().map(|a| a.groups[at].clone()).collect();
        dataset.add_group(name, *kind, &values);
    }
    // A network sees where a curve ends: the number of cycles is a nuisance, declared or not.
    let distinct: HashSet<&Option<String>> = cycles.iter().collect();
    if measured == Measured::Curves && distinct.len() > 1 && !config.groups.contains_key(CYCLES) {
        dataset.add_group(CYCLES, GroupKind::Nuisance, &cycles);
    }
    missing_class(classes, &dataset, path)?;
    Ok(dataset)
}

/// The table of labels and of the `groups` that no file has, where the workflow names one.
fn label_table(
    request: &Request,
    labelled: bool,
    groups: &[String],
) -> Result<Annotations, InputError> {
    let labels = request.read.labels.as_ref();
    let Some((labels, table)) = labels.and_then(|l| l.table.as_ref().map(|table| (l, table)))
    else {
        return Ok(Annotations::None);
    };
    let label = (!labelled).then_some(labels.label.as_str());
    Annotations::table(&request.resolve(table), &labels.id, label, groups)
}

/// Reads a file to predict; its records need no label.
pub fn queries(path: &Path, measured: &Measured, channels: &[String]) -> Result<Dataset, Error> {
    if let Measured::Genotypes { alleles, variants } = measured {
        return genotypes::queries(path, *alleles, variants);
    }
    let mut dataset = Dataset::of_numbers(measured.clone(), channels.to_vec());
    dataset.begin_source(path);
    for row in rows(path, measured, channels, &[])? {
        let values = row.numbers(path)?;
        dataset.push_numbers(row.id.clone(), values, row.line);
    }
    Ok(dataset)
}

/// A name of several parts, those that are empty left out.
fn name(parts: &[&str]) -> String {
    parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("/")
}

/// Run and plate of a reaction, the plate where it is another.
fn place(reaction: &Reaction) -> Vec<&str> {
    let plate = Some(reaction.plate.as_str()).filter(|plate| *plate != reaction.run);
    [reaction.run.as_str()].into_iter().chain(plate).collect()
}

#[cfg(test)]
mod tests;
