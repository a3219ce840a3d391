//! Columns that name what was sampled: the records of one individual, plate or genome are no
//! independent evidence.

use std::collections::BTreeMap;

/// Words in the names of columns that hold a unit of sampling.
const UNITS: [&str; 34] = [
    "accession",
    "animal",
    "assembly",
    "batch",
    "biosample",
    "chip",
    "clone",
    "donor",
    "experiment",
    "family",
    "farm",
    "flowcell",
    "genome",
    "host",
    "household",
    "individual",
    "isolate",
    "lane",
    "library",
    "litter",
    "mouse",
    "participant",
    "patient",
    "plant",
    "plate",
    "proband",
    "run",
    "sample",
    "scaffold",
    "specimen",
    "strain",
    "study",
    "subject",
    "transcriptome",
];

/// Levels from which a column of another name is a unit of sampling, where records repeat them.
const LEVELS: usize = 10;

/// Whether a column holds a unit of sampling: by its name, or, where `repeats` says that nothing else
/// speaks against it, by many levels that several records share.
#[must_use]
pub fn is_unit(name: &str, values: &[Option<u32>], repeats: bool) -> bool {
    named(name) || (repeats && many(values))
}

/// Whether a word of the name is that of a unit of sampling.
#[must_use]
pub fn named(name: &str) -> bool {
    let lower = name.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).map(|word| {
        let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
        word.strip_suffix("id").filter(|w| !w.is_empty()).unwrap_or(word)
    });
    words.map(|word| word.strip_suffix('s').unwrap_or(word)).any(|word| UNITS.contains(&word))
}

/// Ten levels and more, most records in one of two and more records.
fn many(values: &[Option<u32>]) -> bool {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    values.iter().flatten().for_each(|level| *counts.entry(*level).or_default() += 1);
    let known: usize = counts.values().sum();
    let repeated: usize = counts.values().filter(|n| **n > 1).sum();
    counts.len() >= LEVELS && 2 * repeated > known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_by_name_and_by_their_levels() {
        for name in ["sample", "Sample_ID", "patientid", "plates", "plate 1", "BioSample", "genome"]
        {
            assert!(named(name), "{name}");
        }
        for name in ["sex", "species", "laboratory", "year", "drug_class", "id", "mechanism"] {
            assert!(!named(name), "{name}");
        }
        let values =
            |levels: u32| -> Vec<Option<u32>> { (0..60).map(|i| Some(i % levels)).collect() };
        assert!(is_unit("who", &values(20), true));
        assert!(!is_unit("who", &values(20), false));
        assert!(!is_unit("who", &values(3), true));
        assert!(!is_unit("who", &values(60), true));
    }
}
