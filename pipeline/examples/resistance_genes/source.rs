//! The database as Debian's package `resfinder-db` lays it out.

use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
};

use noodles::fasta;
use thiserror::Error;

use crate::{gene::Gene, name};

/// Spellings and remarks of the mechanism column that are put right, with what replaces them.
const MECHANISMS: [(&str, &str); 5] = [
    ("Target Protection", "Target protection"),
    ("Alternate Pathway", "Alternate pathway"),
    ("Alternate Patheway", "Alternate pathway"),
    ("ATP-dependant proteas", "ATP-dependent protease"),
    // A class of beta-lactamases, not a mechanism.
    ("Class A;Group 2f", ""),
];

/// What can be wrong with the database.
#[derive(Debug, Error)]
pub(crate) enum SourceError {
    #[error("{path}: {error}")]
    Io { path: PathBuf, error: io::Error },
    #[error("phenotypes.txt: {0}")]
    Table(#[from] csv::Error),
    #[error("{0}: no .fsa file; expected one a drug class, as in Debian's package resfinder-db")]
    NoClasses(PathBuf),
    #[error("{path}: found the name {found:?}; expected symbol_variant_accession")]
    Name { path: PathBuf, found: String },
    #[error("{path}: {id} has another sequence than in a file read before; expected the same one")]
    Contradiction { path: PathBuf, id: String },
}

/// Reads every `*.fsa` of `folder` (class = file stem) and the mechanisms of `phenotypes.txt`.
///
/// A gene listed in several files comes once, with all its classes. Order: by file name, then as
/// in the file.
pub(crate) fn read(folder: &Path) -> Result<Vec<Gene>, SourceError> {
    let mechanisms = mechanisms(&folder.join("phenotypes.txt"))?;
    let mut genes: Vec<Gene> = Vec::new();
    let mut row_of: HashMap<String, usize> = HashMap::new();
    for path in class_files(folder)? {
        let class = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for (id, sequence) in records(&path)? {
            if let Some(&row) = row_of.get(&id) {
                let gene = &mut genes[row];
                if gene.sequence != sequence {
                    return Err(SourceError::Contradiction { path, id });
                }
                gene.classes.push(class.clone());
                continue;
            }
            row_of.insert(id.clone(), genes.len());
            let mechanism = mechanisms.get(&id).cloned().unwrap_or_default();
            genes.push(Gene { id, classes: vec![class.clone()], mechanism, sequence });
        }
    }
    Ok(genes)
}

fn class_files(folder: &Path) -> Result<Vec<PathBuf>, SourceError> {
    let io_error = |error| SourceError::Io { path: folder.to_path_buf(), error };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(io_error)? {
        let path = entry.map_err(io_error)?.path();
        if path.extension().is_some_and(|extension| extension == "fsa") {
            paths.push(path);
        }
    }
    if paths.is_empty() {
        return Err(SourceError::NoClasses(folder.to_path_buf()));
    }
    paths.sort();
    Ok(paths)
}

/// Name and sequence of each record of a FASTA file.
fn records(path: &Path) -> Result<Vec<(String, Vec<u8>)>, SourceError> {
    let io_error = |error| SourceError::Io { path: path.to_path_buf(), error };
    let text = std::fs::read_to_string(path).map_err(io_error)?;
    // One header of the database has a space before its name, which FASTA reads as no name.
    let text = text.replace("> ", ">");
    let mut records = Vec::new();
    for record in fasta::io::Reader::new(text.trim_end().as_bytes()).records() {
        let record = record.map_err(io_error)?;
        let id = String::from_utf8_lossy(record.name()).into_owned();
        if name::parts(&id).is_none() {
            return Err(SourceError::Name { path: path.to_path_buf(), found: id });
        }
        records.push((id, record.sequence().as_ref().to_vec()));
    }
    Ok(records)
}

/// Mechanism of each gene; the first row counts where a gene has two.
fn mechanisms(path: &Path) -> Result<HashMap<String, String>, SourceError> {
    const GENE: usize = 0;
    const MECHANISM: usize = 4;
    let mut mechanisms = HashMap::new();
    let mut table =
        csv::ReaderBuilder::new().delimiter(b'\t').quoting(false).flexible(true).from_path(path)?;
    for row in table.records() {
        let row = row?;
        let gene = row.get(GENE).unwrap_or_default().trim().to_owned();
        mechanisms.entry(gene).or_insert_with(|| mechanism(row.get(MECHANISM).unwrap_or_default()));
    }
    Ok(mechanisms)
}

/// The mechanism in one spelling, without the remark that follows it in one row.
fn mechanism(cell: &str) -> String {
    let cell = cell.trim();
    let cell = cell.split_once(" Must be ").map_or(cell, |(mechanism, _)| mechanism);
    MECHANISMS.iter().find(|(found, _)| *found == cell).map_or(cell, |(_, right)| right).to_owned()
}
