//! Writing what a run leaves: to a sibling temporary file, then renamed, so that nothing is ever
//! half-written.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, InputError};

/// Writes a file through `fill`, which gets the path of a temporary sibling.
pub fn write_with(path: &Path, fill: impl FnOnce(&Path) -> io::Result<()>) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let write = || {
        std::fs::create_dir_all(folder)?;
        let temporary = tempfile::Builder::new().prefix(".partial-").tempfile_in(folder)?;
        fill(temporary.path())?;
        temporary.as_file().sync_all()?;
        set_mode(temporary.path())?;
        temporary.persist(path)?;
        Ok(())
    };
    write().map_err(|error: io::Error| Error::write(path, &error))
}

/// Temporary files are private to their owner; artefacts are as readable as other files.
#[cfg(unix)]
fn set_mode(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn set_mode(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Writes bytes.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write_with(path, |temporary| std::fs::write(temporary, bytes))
}

/// Writes a value as indented JSON.
pub fn write_json(path: &Path, value: &impl Serialize) -> Result<(), Error> {
    let mut text = serde_json::to_string_pretty(value).map_err(|e| Error::stage("write", e))?;
    text.push('\n');
    write(path, text.as_bytes())
}

/// Reads a JSON artefact of an earlier run.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, Error> {
    let text = std::fs::read_to_string(path).map_err(|error| missing(path, &error))?;
    serde_json::from_str(&text).map_err(|error| {
        let help = "run the stage that writes it again, with --force";
        InputError::new(path, error.to_string(), "an artefact of this version", help).into()
    })
}

/// An artefact that an earlier stage should have left.
#[must_use]
pub fn missing(path: &Path, error: &io::Error) -> Error {
    let help = "run the stage that writes it first";
    InputError::new(path, error.to_string(), "an artefact of an earlier stage", help).into()
}

/// A tab-separated table in the making.
pub struct Tsv {
    rows: csv::Writer<Vec<u8>>,
}

impl Tsv {
    /// A table with these column heads.
    pub fn new<S: AsRef<[u8]>>(columns: impl IntoIterator<Item = S>) -> Result<Self, Error> {
        let rows = csv::WriterBuilder::new().delimiter(b'\t').from_writer(Vec::new());
        let mut out = Self { rows };
        out.row(columns)?;
        Ok(out)
    }

    /// Appends a row.
    pub fn row<S: AsRef<[u8]>>(&mut self, cells: impl IntoIterator<Item = S>) -> Result<(), Error> {
        self.rows.write_record(cells).map_err(|error| Error::stage("write", error))
    }

    /// The table as bytes.
    pub fn into_bytes(self) -> Result<Vec<u8>, Error> {
        self.rows.into_inner().map_err(|error| Error::stage("write", error))
    }

    /// Writes the table to a file.
    pub fn write(self, path: &Path) -> Result<(), Error> {
        let bytes = self.into_bytes()?;
        write_with(path, |temporary| std::fs::File::create(temporary)?.write_all(&bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        write(&path, b"old").unwrap();
        let failed = write_with(&path, |temporary| {
            std::fs::write(temporary, b"half")?;
            Err(io::Error::other("full"))
        });
        assert!(failed.is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
