//! A first look at a file: what it holds and what looks odd, read once from front to back.

mod columns;
mod fields;
mod oddity;
mod tally;
pub mod text;
mod variants;

use std::path::Path;

use serde::Serialize;

pub use columns::Column;
pub use fields::Field;
pub use tally::{Lengths, Qualities, Sequences};
pub use variants::Variants;

use crate::error::InputError;
use crate::read::open::Source;
use crate::read::table::Table;
use crate::read::{Records, fasta, fastq, format, vcf};
use format::Format;
use tally::Tally;

/// Malformed records that are listed.
const LISTED: usize = 5;

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Inspection {
    /// The file.
    pub path: String,
    /// FASTA, FASTQ, table or VCF.
    pub format: String,
    /// none, gzip, bgzip or zstd.
    pub compression: String,
    /// Well-formed records.
    pub records: u64,
    /// Malformed records.
    pub malformed: u64,
    /// Whether the file was read to its end.
    pub complete: bool,
    /// What the sequences are; `None` where there are none.
    pub sequences: Option<Sequences>,
    /// What the variants are; `None` where there are none.
    pub variants: Option<Variants>,
    /// Fields of headers, or columns of a table, that could be labels or groups.
    pub fields: Vec<Field>,
    /// Columns of a table.
    pub columns: Vec<Column>,
    /// What looks odd, most serious first.
    pub odd: Vec<String>,
}

/// Looks at one file; `-` is standard input.
///
/// # Errors
///
/// Where the file cannot be opened or its format is not read. Malformed records are counted and
/// listed under [`Inspection::odd`] instead.
pub fn inspect(path: &Path) -> Result<Inspection, InputError> {
    let mut source = Source::open(path)?;
    let compression = source.compression.to_string();
    let format = format::sniff(path, &mut source)?;
    let mut inspection = Inspection {
        path: path.display().to_string(),
        format: format.to_string(),
        compression,
        records: 0,
        malformed: 0,
        complete: true,
        sequences: None,
        variants: None,
        fields: Vec::new(),
        columns: Vec::new(),
        odd: Vec::new(),
    };
    match format {
        Format::Fasta => {
            sequences(&mut inspection, Box::new(fasta::Records::new(path, source, None)));
        }
        Format::Fastq => {
            sequences(&mut inspection, Box::new(fastq::Records::new(path, source, None)));
        }
        Format::Table => columns::table(&mut inspection, Table::from_source(path, source)?),
        Format::Vcf | Format::Bcf => {
            variants::variants(&mut inspection, vcf::Records::new(path, source)?);
        }
    }
    Ok(inspection)
}

impl Inspection {
    /// Counts a malformed record; returns whether reading can go on.
    fn malformed(&mut self, error: &InputError) -> bool {
        self.malformed += 1;
        if self.malformed <= LISTED as u64 {
            let text = error.to_string();
            self.odd.push(format!("malformed: {}", text.lines().next().unwrap_or_default()));
        }
        let goes_on = error.is_of_a_record();
        self.complete &= goes_on;
        goes_on
    }
}

fn sequences(inspection: &mut Inspection, records: Records) {
    let mut tally = Tally::default();
    let mut fields = fields::Fields::default();
    for record in records {
        match record {
            Ok(record) => {
                inspection.records += 1;
                tally.push(&record);
                fields.push(&record.header);
            }
            Err(error) => {
                if !inspection.malformed(&error) {
                    break;
                }
            }
        }
    }
    inspection.odd.extend(oddity::oddities(&tally));
    inspection.sequences = tally.finish();
    inspection.fields = fields.finish(inspection.records);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inspection(text: &str) -> Inspection {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        inspect(file.path()).unwrap()
    }

    #[test]
    fn a_fasta_file_by_hand() {
        let found =
            inspection(">a class=x\nACGTN\n>b class=y\nggcc\n>c class=x\nACGTN\n>a class=x\nAC-\n");
        assert_eq!((found.format.as_str(), found.records, found.malformed), ("FASTA", 4, 0));
        let sequences = found.sequences.unwrap();
        assert_eq!(sequences.symbols, 17);
        assert_eq!(
            (sequences.lengths.minimum, sequences.lengths.median, sequences.lengths.maximum),
            (3, 4, 5)
        );
        assert_eq!(sequences.alphabet, None);
        assert_eq!(found.fields[0].name, "class");
        assert_eq!(found.fields[0].values, [("x".to_string(), 3), ("y".to_string(), 1)]);
        for part in
            ["1 identifier stands more than once", "1 sequence stands more than once", "gap"]
        {
            assert!(found.odd.iter().any(|odd| odd.contains(part)), "{part}: {:?}", found.odd);
        }
    }

    #[test]
    fn malformed_records_are_listed_and_the_rest_is_counted() {
        let found = inspection("@a\nAC\n+\nII\n@b\nAC\n+\nIII\n");
        assert_eq!((found.records, found.malformed, found.complete), (1, 1, false));
        assert!(found.odd[0].contains("record 2 (b): found 3 qualities"), "{:?}", found.odd);
        assert_eq!(found.sequences.unwrap().qualities.unwrap().maximum, 'I');
    }

    #[test]
    fn a_table_by_hand() {
        let found = inspection("sequence,label\nACGTACGT,1\nTTGGCCAA,0\nTTGGCCAT,0\n");
        assert_eq!((found.format.as_str(), found.records), ("table", 3));
        assert_eq!(found.sequences.unwrap().lengths.maximum, 8);
        let label = found.columns.iter().find(|column| column.name == "label").unwrap();
        assert_eq!((label.distinct, label.empty), (2, 0));
        assert_eq!(found.fields[0].values, [("0".to_string(), 2), ("1".to_string(), 1)]);
    }
}
