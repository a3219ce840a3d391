//! The records of a file a block at a time.

use std::path::{Path, PathBuf};

use cistron_data::config::Input;
use cistron_data::dataset::Dataset;
use cistron_data::error::InputError;
use cistron_data::read::record::Record;
use cistron_data::read::translation::Reading;
use cistron_data::read::{self, Records};

/// Symbols of a block where nothing else is asked for.
pub const BLOCK: usize = 32 << 20;

/// Records of a block at most: short ones weigh more than their symbols.
const RECORDS: usize = 1 << 16;

/// Records to predict, which need no label, in blocks.
pub struct Blocks {
    /// An empty data set of the kind of the records.
    kind: Dataset,
    rest: Rest,
}

/// What was not handed out yet.
enum Rest {
    /// One block.
    Whole(Option<Box<Dataset>>),
    /// What a file still holds, with the record that did not fit into the block before.
    Records { records: Records, next: Option<Record>, symbols: usize },
}

impl Blocks {
    /// The records of a file in blocks of at most `symbols` symbols; a longer record is a block of
    /// its own. `resolve` finds a path of the workflow.
    pub fn open(
        resolve: impl Fn(&Path) -> PathBuf,
        input: &Input,
        reading: impl Into<Reading>,
        symbols: usize,
    ) -> Result<Self, InputError> {
        let reading = reading.into();
        let records = read::stream(resolve, input, reading)?;
        let rest = Rest::Records { records, next: None, symbols };
        Ok(Self { kind: Dataset::new(reading.result()), rest })
    }

    /// Records that are in memory already.
    #[must_use]
    pub fn whole(dataset: Dataset) -> Self {
        Self { kind: dataset.select(&[]), rest: Rest::Whole(Some(Box::new(dataset))) }
    }

    /// An empty data set of the kind of the records.
    #[must_use]
    pub fn kind(&self) -> &Dataset {
        &self.kind
    }
}

impl Iterator for Blocks {
    type Item = Result<Dataset, InputError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (records, next, symbols) = match &mut self.rest {
            Rest::Whole(whole) => return whole.take().map(|whole| Ok(*whole)),
            Rest::Records { records, next, symbols } => (records, next, *symbols),
        };
        let mut block = Dataset::new(self.kind.alphabet);
        while let Some(record) = next.take().map(Ok).or_else(|| records.next()) {
            let record = match record {
                Ok(record) => record,
                Err(error) => return Some(Err(error)),
            };
            let full = block.total_length() + record.sequence.len() > symbols;
            if block.len() == RECORDS || (full && !block.is_empty()) {
                *next = Some(record);
                break;
            }
            block.push_read(record.id, &record.sequence, &record.qualities, record.line);
        }
        (!block.is_empty()).then_some(Ok(block))
    }
}

#[cfg(test)]
mod tests {
    use cistron_encoders::alphabet::Alphabet;

    use super::*;

    #[test]
    fn blocks_are_filled_in_order_and_a_long_record_stands_alone() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), ">a\nACG\n>b\nAC\n>c\nACGTACGT\n>d\nA\n>e\nACGT\n>f\nT\n")
            .unwrap();
        let input = Input { fasta: Some(file.path().to_path_buf()), ..Input::default() };
        let blocks = |symbols| {
            let blocks = Blocks::open(Path::to_path_buf, &input, Alphabet::Dna, symbols).unwrap();
            blocks.map(|block| block.unwrap().ids().concat()).collect::<Vec<_>>()
        };
        assert_eq!(blocks(5), ["ab", "c", "de", "f"]);
        assert_eq!(blocks(0), ["a", "b", "c", "d", "e", "f"]);
        assert_eq!(blocks(BLOCK), ["abcdef"]);
    }
}
