//! The best score of each class's profiles on each sequence.

use std::path::Path;

use super::Hmmer;
use super::profiles::{PROFILES, fasta};
use cistron_data::dataset::Dataset;
use cistron_data::error::Error;

/// Searches the sequences of `records` with every profile; `classes` has the class of each profile.
///
/// Returns the best score of each class in bits (n, K): the full-sequence score of `hmmsearch`, 0
/// where none of the class's profiles has one above 0. The threshold is a score and not an E-value,
/// which would depend on how many records are held out.
pub(super) fn search(
    hmmer: &Hmmer,
    folder: &Path,
    dataset: &Dataset,
    records: &[usize],
    classes: &[usize],
) -> Result<Vec<Vec<f64>>, Error> {
    let asked = folder.join("asked.fa");
    let sequences = fasta(dataset, records);
    std::fs::write(&asked, &sequences).map_err(|error| Error::write(&asked, &error))?;
    let mut bits = vec![vec![0.0; dataset.classes.len()]; records.len()];
    if sequences.is_empty() || classes.is_empty() {
        return Ok(bits);
    }
    let threads = rayon::current_num_threads().to_string();
    let options = ["--noali", "-T", "0", "--domT", "0", "--cpu", &threads, "--tblout", "hits"];
    hmmer.run("hmmsearch", folder, &[&options[..], &[PROFILES, "asked.fa"]].concat())?;
    let path = folder.join("hits");
    let hits = std::fs::read_to_string(&path).map_err(|error| Error::stage("evaluate", error))?;
    for line in hits.lines().filter(|line| !line.starts_with('#')) {
        let hit = hit(line).and_then(|(record, profile, score)| {
            Some((bits.get_mut(record)?, *classes.get(profile)?, score))
        });
        let (row, class, score) = hit.ok_or_else(|| {
            let version = &hmmer.version;
            Error::stage("evaluate", format!("hmmsearch of HMMER {version} wrote `{line}`"))
        })?;
        row[class] = score.max(row[class]);
    }
    Ok(bits)
}

/// Number of the sequence and of the profile, and the score in bits: the columns 1, 3 and 6 of
/// `--tblout`.
fn hit(line: &str) -> Option<(usize, usize, f64)> {
    let cells: Vec<&str> = line.split_ascii_whitespace().collect();
    let number = |at: usize, mark: char| cells.get(at)?.strip_prefix(mark)?.parse().ok();
    let score = cells.get(5)?.parse().ok().filter(|score: &f64| score.is_finite());
    Some((number(0, 's')?, number(2, 'g')?, score?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_hmmsearch_3_3_2() {
        let line = "s14                  -          g3                   -            \
                    8.5e-92  300.8   2.8   9.5e-92  300.6   2.8   1.0   1   0   0   1   1   1   1 -";
        assert_eq!(hit(line), Some((14, 3, 300.8)));
        assert_eq!(hit("s14 - g3 - 8.5e-92"), None);
        assert_eq!(hit(&line.replace("g3", "x3")), None);
    }
}
