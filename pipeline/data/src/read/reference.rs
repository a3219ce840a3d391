//! A reference genome in FASTA, of which any stretch can be read.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use noodles::core::{Position, Region};
use noodles::fasta;
use noodles::fasta::fai;

use super::open::{Compression, Source};
use crate::error::InputError;
use crate::inputs;
use crate::spelling::closest;

/// An indexed FASTA file.
pub struct Reference {
    path: PathBuf,
    reader: fasta::io::IndexedReader<BufReader<File>>,
}

impl Reference {
    /// Opens a plain FASTA file with its index `FILE.fai`, which is made in memory where there is
    /// none or the file is newer.
    pub fn open(path: &Path) -> Result<Self, InputError> {
        if Source::open(path)?.compression != Compression::None {
            let help = format!(
                "decompress it: a reference is not read from front to back; \
                                gunzip -k {}",
                path.display()
            );
            return Err(InputError::new(path, "a compressed reference", "plain FASTA", help));
        }
        let failed = |error: &dyn std::fmt::Display| {
            let help = "every line of a sequence but its last must be of one length; \
                        `samtools faidx` says where it is not";
            InputError::new(path, error.to_string(), "FASTA that can be indexed", help)
        };
        let index = if let Some(index) = usable_index(path, "fai") {
            fai::fs::read(index).map_err(|error| failed(&error))?
        } else {
            let file = File::open(path).map_err(|error| failed(&error))?;
            let mut indexer = fasta::io::Indexer::new(BufReader::new(file));
            let mut records = Vec::new();
            while let Some(record) = indexer.index_record().map_err(|e| failed(&e))? {
                records.push(record);
            }
            fai::Index::from(records)
        };
        inputs::remember(path);
        let file = File::open(path).map_err(|error| failed(&error))?;
        let reader = fasta::io::IndexedReader::new(BufReader::new(file), index);
        Ok(Self { path: path.to_path_buf(), reader })
    }

    /// Length of a sequence in bases; `None` where there is none of that name.
    #[must_use]
    pub fn length(&self, contig: &str) -> Option<u64> {
        let records: &[fai::Record] = self.reader.index().as_ref();
        let named =
            |record: &&fai::Record| AsRef::<[u8]>::as_ref(record.name()) == contig.as_bytes();
        records.iter().find(named).map(fai::Record::length)
    }

    /// Names of the sequences that are most like `contig`, to show in an error.
    #[must_use]
    pub fn suggestion(&self, contig: &str) -> String {
        let records: &[fai::Record] = self.reader.index().as_ref();
        let names: Vec<String> = records.iter().map(|record| record.name().to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let other = contig.strip_prefix("chr").map_or(format!("chr{contig}"), str::to_string);
        let close = names.iter().copied().find(|name| *name == other);
        let first = names.iter().take(5).copied().collect::<Vec<_>>().join(", ");
        match close.or_else(|| closest(contig, &names)) {
            Some(close) => format!("the reference calls it `{close}`? rename one of the two"),
            None => format!("the reference has {first}: is it the same assembly?"),
        }
    }

    /// Bases `start` to `end` (from 0, end not included) as they are written, in either case; what
    /// lies behind the end of the sequence is left out.
    pub fn bases(&mut self, contig: &str, start: u64, end: u64) -> Result<Vec<u8>, InputError> {
        let positions = (Position::new(start as usize + 1), Position::new(end as usize));
        let (Some(first), Some(last)) = positions else { return Ok(Vec::new()) };
        let region = Region::new(contig, first..=last);
        let record = self.reader.query(&region).map_err(|error| {
            let help = "make its .fai again";
            InputError::new(&self.path, error.to_string(), "readable FASTA", help)
        })?;
        Ok(record.sequence().as_ref().to_vec())
    }

    /// Bases `start` to `end` (from 0, end not included), upper case, with N where the sequence has
    /// none: before its start and behind its end.
    pub fn window(
        &mut self,
        contig: &str,
        start: isize,
        end: isize,
    ) -> Result<Vec<u8>, InputError> {
        let length = self.length(contig).unwrap_or(0) as usize;
        let length = length.cast_signed();
        let (from, to) = (start.clamp(0, length), end.clamp(0, length));
        let mut bases = vec![b'N'; (from - start).max(0) as usize];
        if from < to {
            let written =
                self.bases(contig, from.unsigned_abs() as u64, to.unsigned_abs() as u64)?;
            bases.extend(written.iter().map(u8::to_ascii_uppercase));
        }
        bases.resize((end - start).max(0) as usize, b'N');
        Ok(bases)
    }
}

/// The index `FILE.end` beside a file, where it is not older than the file.
pub(super) fn usable_index(path: &Path, end: &str) -> Option<PathBuf> {
    let mut index = path.as_os_str().to_owned();
    index.push(format!(".{end}"));
    let modified = |path: &Path| std::fs::metadata(path).and_then(|file| file.modified()).ok();
    let index = PathBuf::from(index);
    (modified(&index)? >= modified(path)?).then_some(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference() -> (tempfile::NamedTempFile, Reference) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), ">chr1 one\nACGTAC\nGTTT\n>2\ngga\n").unwrap();
        let reference = Reference::open(file.path()).unwrap();
        (file, reference)
    }

    #[test]
    fn windows_by_hand() {
        let (_file, mut reference) = reference();
        assert_eq!(reference.length("chr1"), Some(10));
        assert_eq!(reference.window("chr1", 4, 8).unwrap(), b"ACGT");
        assert_eq!(reference.window("chr1", -2, 2).unwrap(), b"NNAC");
        assert_eq!(reference.window("2", 1, 5).unwrap(), b"GANN");
        assert_eq!(reference.window("2", 7, 9).unwrap(), b"NN");
        assert_eq!(reference.bases("2", 1, 3).unwrap(), b"ga");
        assert!(reference.suggestion("1").contains("`chr1`"));
        assert!(reference.suggestion("chr2").contains("`2`"));
    }

    #[test]
    fn lines_of_several_lengths_and_compressed_files_are_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), ">a\nACG\nACGT\nAC\n").unwrap();
        assert!(Reference::open(file.path()).is_err());
        std::fs::write(file.path(), zstd::encode_all(&b">a\nAC\n"[..], 3).unwrap()).unwrap();
        assert_eq!(Reference::open(file.path()).err().unwrap().found, "a compressed reference");
    }
}
