//! A file named on the command line, or what comes on standard input.

use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use cistron_data::error::Error;
use cistron_data::inputs;
use cistron_data::read::open::STANDARD_INPUT;

/// A file that can be read more than once; standard input is kept in a temporary file.
pub(super) struct GivenFile {
    path: PathBuf,
    /// Kept until the command ends; `None` for a file of the user's.
    kept: Option<NamedTempFile>,
}

impl GivenFile {
    /// The file at `path`; `-` is standard input, which is read to its end.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        if path != Path::new(STANDARD_INPUT) {
            inputs::remember(path);
            return Ok(Self { path: path.to_path_buf(), kept: None });
        }
        let keep = || {
            let mut file = NamedTempFile::new()?;
            io::copy(&mut io::stdin().lock(), &mut file)?;
            Ok(file)
        };
        let kept = keep().map_err(|error: io::Error| {
            Error::Resource(format!("cannot keep standard input in a temporary file: {error}"))
        })?;
        Ok(Self { path: kept.path().to_path_buf(), kept: Some(kept) })
    }

    /// Where it can be read.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What the user calls it.
    pub(super) fn name(&self) -> &Path {
        if self.kept.is_some() { Path::new("standard input") } else { &self.path }
    }

    /// A result whose error names the file as the user does.
    pub(super) fn named<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        result.map_err(|error| match error {
            Error::Input(mut input) if input.path == self.path => {
                input.path = self.name().to_path_buf();
                Error::Input(input)
            }
            other => other,
        })
    }
}
