//! Coding sequences read as proteins.

use std::path::Path;

use cistron_encoders::alphabet::Alphabet;
use cistron_encoders::translate::Translation;

use super::record::Record;
use crate::error::InputError;

/// What the symbols of a file are, and what becomes of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Alphabet of the file.
    pub alphabet: Alphabet,
    /// Whether and how sequences are translated.
    pub translation: Option<Translation>,
}

impl From<Alphabet> for Reading {
    fn from(alphabet: Alphabet) -> Self {
        Self { alphabet, translation: None }
    }
}

impl Reading {
    /// Alphabet of what is read.
    #[must_use]
    pub fn result(self) -> Alphabet {
        self.translation.map_or(self.alphabet, |_| Alphabet::Protein)
    }

    /// Translates a record where that is asked for.
    pub fn apply(self, path: &Path, mut record: Record) -> Result<Record, InputError> {
        let Some(translation) = self.translation else { return Ok(record) };
        let protein = translation.protein(&record.sequence);
        if protein.is_empty() {
            let found = format!("{} bases without a codon to translate", record.sequence.len());
            let help = "remove the record, or set `read: {on-error: skip}`";
            let error = InputError::new(path, found, "a coding sequence", help);
            return Err(error
                .at_record(record.number)
                .at_line(record.line)
                .with_id(record.id.as_str()));
        }
        record.sequence = protein;
        record.qualities.clear();
        Ok(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn protein(translation: Translation, sequence: &[u8]) -> Result<Vec<u8>, InputError> {
        let reading = Reading { alphabet: Alphabet::Dna, translation: Some(translation) };
        assert_eq!(reading.result(), Alphabet::Protein);
        let record = Record { sequence: sequence.to_vec(), ..Record::default() };
        reading.apply(Path::new("x"), record).map(|record| record.sequence)
    }

    #[test]
    fn records_without_a_codon_are_refused() {
        assert_eq!(protein(Translation::Coding, b"atgGCATAA").unwrap(), b"MA");
        assert_eq!(
            protein(Translation::Coding, b"TAA").unwrap_err().found,
            "3 bases without a codon to translate"
        );
        assert!(protein(Translation::LongestFrame, b"AC").is_err());
    }
}
