//! Writing what a run leaves: to a sibling temporary file, then renamed, so that nothing is ever
//! half-written, and over nothing that is not Cistron's own.

mod column;
mod guard;
mod ledger;
mod stray;

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tempfile::NamedTempFile;

use crate::error::{Error, InputError};
use crate::inputs;
pub use column::{column, member};
pub use guard::{may_write, protect, replace, root};
pub use ledger::{FILE as LEDGER, Ledger};

/// The folder of a file.
fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// A file in the making: a temporary sibling of its path until it is committed. Dropped before, it
/// leaves nothing.
pub struct Partial {
    path: PathBuf,
    file: BufWriter<NamedTempFile>,
}

impl Partial {
    /// Begins the file at `path`; folders that are missing are made.
    ///
    /// # Errors
    ///
    /// Where the path is an input of this process, or a file that Cistron did not write.
    pub fn create(path: &Path) -> Result<Self, Error> {
        may_write(path)?;
        let folder = folder(path);
        let create = || {
            std::fs::create_dir_all(folder)?;
            stray::remove(folder);
            let file = tempfile::Builder::new().prefix(stray::PREFIX).tempfile_in(folder)?;
            stray::keep(file.as_file());
            Ok(file)
        };
        let file = create().map_err(|error: io::Error| Error::write(path, &error))?;
        Ok(Self { path: path.to_path_buf(), file: BufWriter::new(file) })
    }

    /// Gives the file its name, in place of an earlier one; never of an input.
    pub fn commit(self) -> Result<(), Error> {
        no_input(&self.path)?;
        let commit = |file: BufWriter<NamedTempFile>| {
            let temporary = file.into_inner()?;
            temporary.as_file().sync_all()?;
            set_mode(temporary.path())?;
            guard::record(&self.path, temporary.path())?;
            temporary.persist(&self.path)?;
            Ok(())
        };
        commit(self.file).map_err(|error: io::Error| Error::write(&self.path, &error))
    }
}

impl Write for Partial {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Writes a file through `fill`, which gets the path of a temporary sibling.
pub fn write_with(path: &Path, fill: impl FnOnce(&Path) -> io::Result<()>) -> Result<(), Error> {
    let partial = Partial::create(path)?;
    fill(partial.file.get_ref().path()).map_err(|error| Error::write(path, &error))?;
    partial.commit()
}

/// Refuses a path that is a file which this process read.
fn no_input(path: &Path) -> Result<(), Error> {
    if !inputs::holds(path) {
        return Ok(());
    }
    Err(Error::Usage(format!(
        "{} is an input, and would be replaced by the output\n  help: name another file with -o, or \
         another folder with --out; nothing was written over",
        path.display()
    )))
}

/// Removes a file that an earlier run left, where there is one; never an input.
pub fn remove(path: &Path) -> Result<(), Error> {
    no_input(path)?;
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::write(path, &error)),
        _ => Ok(()),
    }
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
    let mut file = Partial::create(path)?;
    serde_json::to_writer_pretty(&mut file, value)
        .map_err(io::Error::from)
        .and_then(|()| file.write_all(b"\n"))
        .map_err(|error| Error::write(path, &error))?;
    file.commit()
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

/// A tab-separated table in the making: in memory, or in a file that grows row by row.
pub struct Tsv<W: Write = Vec<u8>> {
    rows: csv::Writer<W>,
}

impl<W: Write> Tsv<W> {
    fn over<S: AsRef<[u8]>>(
        writer: W,
        columns: impl IntoIterator<Item = S>,
    ) -> Result<Self, Error> {
        let rows = csv::WriterBuilder::new().delimiter(b'\t').from_writer(writer);
        let mut out = Self { rows };
        out.row(columns)?;
        Ok(out)
    }

    /// Appends a row.
    pub fn row<S: AsRef<[u8]>>(&mut self, cells: impl IntoIterator<Item = S>) -> Result<(), Error> {
        self.rows.write_record(cells).map_err(|error| Error::stage("write", error))
    }

    fn finish(self) -> Result<W, Error> {
        self.rows.into_inner().map_err(|error| Error::stage("write", error))
    }
}

impl Tsv {
    /// A table in memory with these column heads.
    pub fn new<S: AsRef<[u8]>>(columns: impl IntoIterator<Item = S>) -> Result<Self, Error> {
        Self::over(Vec::new(), columns)
    }

    /// The table as bytes.
    pub fn into_bytes(self) -> Result<Vec<u8>, Error> {
        self.finish()
    }

    /// Writes the table to a file.
    pub fn write(self, path: &Path) -> Result<(), Error> {
        write(path, &self.into_bytes()?)
    }
}

impl Tsv<Partial> {
    /// A table with these column heads whose rows are written to `path` as they come.
    pub fn create<S: AsRef<[u8]>>(
        path: &Path,
        columns: impl IntoIterator<Item = S>,
    ) -> Result<Self, Error> {
        Self::over(Partial::create(path)?, columns)
    }

    /// Gives the file its name.
    pub fn commit(self) -> Result<(), Error> {
        self.finish()?.commit()
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
        let files = || std::fs::read_dir(folder.path()).unwrap().count();
        let before = files();
        let failed = write_with(&path, |temporary| {
            std::fs::write(temporary, b"half")?;
            Err(io::Error::other("full"))
        });
        assert!(failed.is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(files(), before);
    }
}
