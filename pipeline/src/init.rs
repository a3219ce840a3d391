//! From files to a workflow that runs: what the data are, where their labels stand, and settings that
//! fit their size.

mod labels;
mod write;

use std::path::Path;

use serde::Serialize;

pub use labels::{Labels, find};

use crate::workflow::parse::{self, Loaded};
use cistron_data::artefact;
use cistron_data::error::Error;
use cistron_split as split;
use cistron_split::config::Homology;

/// The fewest records and homology clusters of a class that can be learnt and held out.
const FEWEST: (usize, usize) = (20, 5);

/// A class, as it stands in the data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Class {
    /// Its name.
    pub name: String,
    /// Its records.
    pub records: usize,
    /// Homology clusters that its records are in.
    pub clusters: usize,
    /// Whether it has enough of both to be learnt and held out.
    pub learnable: bool,
}

/// What a data set is, for the settings of a workflow.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Facts {
    /// Records, labelled or not.
    pub records: usize,
    /// Records that are an exact copy of an earlier one.
    pub copies: usize,
    /// Homology clusters.
    pub clusters: usize,
    /// dna, rna or protein.
    pub alphabet: String,
    /// Shortest, median and longest sequence.
    pub lengths: [usize; 3],
    /// The length that 95 of 100 sequences do not exceed.
    pub most: usize,
    /// Classes, the largest first.
    pub classes: Vec<Class>,
}

/// Looks at files and writes a commented workflow for them.
///
/// # Errors
///
/// Where no labels are found, a file is malformed, or the workflow exists and may not be replaced.
pub fn init(labels: &Labels, output: &Path, replace: bool) -> Result<Facts, Error> {
    if output.exists() && !replace {
        let help = "name another file with -o, or replace it with --force";
        return Err(Error::Usage(format!("{} exists\n  help: {help}", output.display())));
    }
    let folder = match output.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(folder).map_err(|error| Error::write(output, &error))?;
    let stem = output.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let read = write::read(labels, &[], folder)?;
    let loaded = trial(&write::head(&stem, &read), folder)?;
    let facts = facts(&loaded)?;
    let text = write::workflow(&stem, labels, &facts, folder)?;
    trial(&text, folder)?;
    artefact::write(output, text.as_bytes())?;
    Ok(facts)
}

/// Loads the text of a workflow as if it lay in `folder`.
fn trial(text: &str, folder: &Path) -> Result<Loaded, Error> {
    let failed = |error: std::io::Error| Error::Resource(format!("a trial workflow: {error}"));
    let file = tempfile::Builder::new()
        .prefix(".cistron-init-")
        .suffix(".yaml")
        .tempfile_in(folder)
        .map_err(failed)?;
    std::fs::write(file.path(), text).map_err(failed)?;
    parse::load(file.path(), &[], false)
}

fn facts(loaded: &Loaded) -> Result<Facts, Error> {
    let dataset = loaded.dataset()?;
    let (_, clusters) = split::clusters(&dataset, Homology::default())?;
    let mut lengths: Vec<usize> = dataset.sequences().iter().map(|s| s.len()).collect();
    lengths.sort_unstable();
    let at = |share: f64| {
        let last = lengths.len().saturating_sub(1);
        lengths.get((last as f64 * share).ceil() as usize).copied().unwrap_or(0)
    };
    let distinct: std::collections::HashSet<Vec<u8>> =
        dataset.sequences().iter().map(|s| s.to_ascii_uppercase()).collect();
    let of = &clusters.cluster_of;
    let mut classes: Vec<Class> = dataset
        .classes
        .iter()
        .enumerate()
        .map(|(class, name)| {
            let own = (0..dataset.len()).filter(|i| dataset.labels[*i] == Some(class as u32));
            let own: Vec<usize> = own.collect();
            let found: std::collections::HashSet<u32> = own.iter().map(|i| of[*i]).collect();
            let (records, clusters) = (own.len(), found.len());
            let learnable = records >= FEWEST.0 && clusters >= FEWEST.1;
            Class { name: name.clone(), records, clusters, learnable }
        })
        .collect();
    classes.sort_by_key(|class| (usize::MAX - class.records, class.name.clone()));
    Ok(Facts {
        records: dataset.len(),
        copies: dataset.len() - distinct.len(),
        clusters: clusters.count,
        alphabet: dataset.alphabet.to_string(),
        lengths: [at(0.0), at(0.5), at(1.0)],
        most: at(0.95),
        classes,
    })
}

impl Facts {
    /// Whether whole homology clusters can be held out: at least two classes have enough of them.
    #[must_use]
    pub fn splits_by_homology(&self) -> bool {
        self.classes.iter().filter(|class| class.learnable).count() >= 2
    }
}
