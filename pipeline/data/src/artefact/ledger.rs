//! `.cistron-written`: what Cistron wrote into a folder, one JSON line a file, so that it writes over
//! nothing else.
//!
//! A line is appended before the file gets its name: whenever a process is killed, each file that has
//! its name also has its line. Lines are appended in one write each, so that processes may share a
//! folder.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

/// Name of the ledger within its folder.
pub const FILE: &str = ".cistron-written";

/// A file as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    /// The file, seen from the folder, with `/` between its parts.
    path: String,
    /// Size in bytes.
    size: u64,
    /// BLAKE3 hash of the content, hexadecimal.
    blake3: String,
}

/// Everything that was written into a folder.
#[derive(Debug, Default)]
pub struct Ledger {
    /// Contents of each file, the last one last.
    files: BTreeMap<String, Vec<(u64, String)>>,
}

impl Ledger {
    /// The ledger at `path`; empty where there is none. A line that a kill cut short is passed over.
    #[must_use]
    pub fn open(path: &Path) -> Self {
        let mut ledger = Self::default();
        if is_link(path) {
            return ledger;
        }
        let text = std::fs::read(path).unwrap_or_default();
        for line in text.split(|byte| *byte == b'\n') {
            let Ok(line) = serde_json::from_slice::<Line>(line) else { continue };
            ledger.files.entry(line.path).or_default().push((line.size, line.blake3));
        }
        ledger
    }

    /// Whether a file of this name was ever written.
    #[must_use]
    pub fn names(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    /// Names of all files that were written.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Whether the content of `path` is one that was written under `name`.
    #[must_use]
    pub fn wrote(&self, name: &str, path: &Path) -> bool {
        let Some(known) = self.files.get(name) else { return false };
        let Ok(size) = std::fs::metadata(path).map(|found| found.len()) else { return false };
        known.iter().any(|(length, _)| *length == size)
            && hash(path).is_ok_and(|hash| known.iter().any(|(_, known)| *known == hash))
    }
}

fn is_link(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink())
}

fn hash(path: &Path) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path)?)?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// Notes that the content of `content` is to be called `name`.
pub(super) fn append(path: &Path, name: &str, content: &Path) -> io::Result<()> {
    if is_link(path) {
        return Err(io::Error::other(format!("{} is a link", path.display())));
    }
    let size = std::fs::metadata(content)?.len();
    let line = Line { path: name.to_string(), size, blake3: hash(content)? };
    // A line behind one that was cut short begins on a line of its own.
    let mut text = b"\n".to_vec();
    serde_json::to_writer(&mut text, &line)?;
    text.push(b'\n');
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(&text)?;
    file.sync_data()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_was_cut_short_costs_that_line() {
        let folder = tempfile::tempdir().unwrap();
        let (ledger, content) = (folder.path().join(FILE), folder.path().join("content"));
        std::fs::write(&content, "first").unwrap();
        append(&ledger, "a/b.tsv", &content).unwrap();
        let mut text = std::fs::read(&ledger).unwrap();
        text.truncate(text.len() - 10);
        std::fs::write(&ledger, &text).unwrap();
        append(&ledger, "c d\n.tsv", &content).unwrap();
        let read = Ledger::open(&ledger);
        assert_eq!(read.files().collect::<Vec<_>>(), ["c d\n.tsv"]);
        assert!(read.wrote("c d\n.tsv", &content));
        std::fs::write(&content, "other").unwrap();
        assert!(!read.wrote("c d\n.tsv", &content) && read.names("c d\n.tsv"));
    }
}
