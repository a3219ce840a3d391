//! Labels that a model made, on the disk until the audit is written: there is one a record.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

use serde::ser::{Error as _, SerializeSeq};
use serde::{Serialize, Serializer};

use cistron_audit::Predicted;
use cistron_data::error::Error;

/// Bytes of a label: 64 bits of the sequence's hash, 32 of the class.
const ENTRY: usize = 12;

/// Labels in the making, in a file without a name.
pub(super) struct Labels {
    classes: Vec<String>,
    file: BufWriter<File>,
    len: u64,
}

impl Labels {
    pub(super) fn new(classes: &[String]) -> Result<Self, Error> {
        let file = tempfile::tempfile().map_err(|error| failed(&error))?;
        Ok(Self { classes: classes.to_vec(), file: BufWriter::new(file), len: 0 })
    }

    /// Keeps the class of the sequence whose strands share the hash `canonical`.
    pub(super) fn push(&mut self, canonical: u128, class: usize) -> Result<(), Error> {
        let mut entry = [0; ENTRY];
        entry[..8].copy_from_slice(&((canonical >> 64) as u64).to_le_bytes());
        entry[8..].copy_from_slice(&(class as u32).to_le_bytes());
        self.len += 1;
        self.file.write_all(&entry).map_err(|error| failed(&error))
    }

    /// The labels, to be written.
    pub(super) fn finish(self) -> Result<Made, Error> {
        let rewound = |mut file: File| file.rewind().map(|()| file);
        let file = self.file.into_inner().map_err(io::Error::from).and_then(rewound);
        let file = RefCell::new(BufReader::new(file.map_err(|error| failed(&error))?));
        Ok(Made { classes: self.classes, file, len: self.len })
    }
}

fn failed(error: &io::Error) -> Error {
    Error::Resource(format!(
        "cannot keep labels in a temporary file: {error}\n  help: check free disk space, or set TMPDIR"
    ))
}

/// Labels that are read back, once, as [`Predicted`].
pub(super) struct Made {
    classes: Vec<String>,
    file: RefCell<BufReader<File>>,
    len: u64,
}

impl Made {
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl Serialize for Made {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(usize::try_from(self.len).ok())?;
        let mut file = self.file.borrow_mut();
        for _ in 0..self.len {
            let (mut hash, mut class) = ([0; 8], [0; 4]);
            file.read_exact(&mut hash).map_err(S::Error::custom)?;
            file.read_exact(&mut class).map_err(S::Error::custom)?;
            let class = &self.classes[u32::from_le_bytes(class) as usize];
            let canonical = u128::from(u64::from_le_bytes(hash)) << 64;
            list.serialize_element(&Predicted::new(canonical, class))?;
        }
        list.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_come_back_as_they_were_made() {
        let classes = ["kinase".to_string(), "protease".to_string()];
        let mut labels = Labels::new(&classes).unwrap();
        labels.push(0xab << 64 | 7, 1).unwrap();
        labels.push(u128::MAX, 0).unwrap();
        let made = labels.finish().unwrap();
        assert!(!made.is_empty());
        let text = serde_json::to_string(&made).unwrap();
        assert_eq!(
            text,
            r#"[{"sequence":"00000000000000ab","class":"protease"},{"sequence":"ffffffffffffffff","class":"kinase"}]"#
        );
        assert!(Labels::new(&classes).unwrap().finish().unwrap().is_empty());
    }
}
