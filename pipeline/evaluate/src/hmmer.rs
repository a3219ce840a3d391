//! Baseline: profile search with HMMER (Eddy 2011, doi:10.1371/journal.pcbi.1002195), where it is
//! installed.
//!
//! Each homology cluster of a class becomes a profile; a held-out protein is of the class whose
//! profile it fits best. Like the other baselines it learns from training and validation records.

mod probability;
mod profiles;
mod program;
mod search;

use std::path::Path;

use super::{Role, Scores};
use cistron_data::dataset::Dataset;
use cistron_data::error::Error;
use cistron_split::{Part, Splits};
use probability::probabilities;
use profiles::profiles;
pub use program::Hmmer;
use search::search;

/// Name of the baseline.
pub const HMMER: &str = "hmmer";

/// The longest sequence that the programs compare, in residues.
const LONGEST: usize = 100_000;

/// Probabilities that profiles of the development records give to the held-out proteins of every
/// fold.
///
/// # Errors
///
/// Where a program fails, with what it says.
pub fn scores(dataset: &Dataset, splits: &Splits, hmmer: &Hmmer) -> Result<Scores, Error> {
    let mut scores = Scores {
        name: HMMER.to_string(),
        role: Role::Baseline,
        records: Vec::new(),
        folds: Vec::new(),
        probabilities: Vec::new(),
    };
    for fold in 0..splits.folds.len() {
        let folder = tempfile::tempdir().map_err(|error| Error::write(Path::new("."), &error))?;
        let folder = folder.path();
        let development = splits.development(fold);
        let test = splits.records(fold, Part::Test);
        let classes = profiles(hmmer, folder, dataset, &splits.clusters, &development)?;
        let bits = search(hmmer, folder, dataset, &test, &classes)?;
        scores.probabilities.extend(probabilities(&frequencies(dataset, &development), &bits));
        scores.folds.extend(test.iter().map(|_| fold as u32));
        scores.records.extend(test);
    }
    Ok(scores)
}

/// Records of each class among `records`.
fn frequencies(dataset: &Dataset, records: &[usize]) -> Vec<usize> {
    let mut counts = vec![0; dataset.classes.len()];
    for label in records.iter().filter_map(|record| dataset.labels[*record]) {
        counts[label as usize] += 1;
    }
    counts
}

/// Whether the programs take a sequence.
fn comparable(sequence: &[u8]) -> bool {
    (1..=LONGEST).contains(&sequence.len())
}

/// A sequence as the programs read it: they know no stop.
fn letters(sequence: &[u8]) -> impl Iterator<Item = u8> {
    sequence.iter().map(|symbol| if *symbol == b'*' { b'X' } else { *symbol })
}

#[cfg(test)]
mod tests;
