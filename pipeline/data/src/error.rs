//! What can go wrong in a command, and the exit code that says so.

use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::path::shown;

/// A malformed input: where it is, what was found there, what was expected and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Error)]
pub struct InputError {
    /// File that holds the mistake.
    pub path: PathBuf,
    /// Record number in the file, counted from 1.
    pub record: Option<u64>,
    /// Identifier of the record, where it has one.
    pub id: Option<String>,
    /// Line of the (decompressed) file, counted from 1.
    pub line: Option<u64>,
    /// What the file holds.
    pub found: String,
    /// What a well-formed file would hold.
    pub expected: String,
    /// What to do about it.
    pub help: String,
    /// Whether nothing behind it can be read, so that it cannot be skipped.
    pub fatal: bool,
}

impl InputError {
    /// An error about `path` as a whole; positions are filled in with struct update syntax.
    #[must_use]
    pub fn new(
        path: &Path,
        found: impl Into<String>,
        expected: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            path: path.to_path_buf(),
            found: found.into(),
            expected: expected.into(),
            help: help.into(),
            ..Self::default()
        }
    }

    /// Adds a record number (from 1).
    #[must_use]
    pub fn at_record(mut self, record: u64) -> Self {
        self.record = Some(record);
        self
    }

    /// Adds a line number (from 1; 0 where it is not known).
    #[must_use]
    pub fn at_line(mut self, line: u64) -> Self {
        self.line = (line > 0).then_some(line);
        self
    }

    /// Says that nothing behind it can be read.
    #[must_use]
    pub fn fatal(mut self) -> Self {
        self.fatal = true;
        self
    }

    /// Whether only one record is wrong, so that the others can be read.
    #[must_use]
    pub fn is_of_a_record(&self) -> bool {
        self.record.is_some() && !self.fatal
    }

    /// Adds the identifier of the record.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }
}

impl std::fmt::Display for InputError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", shown(&self.path).display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(record) = self.record {
            write!(f, ": record {record}")?;
        }
        if let Some(id) = &self.id {
            write!(f, " ({id})")?;
        }
        write!(f, ": found {}; expected {}", self.found, self.expected)?;
        if !self.help.is_empty() {
            write!(f, "\n  help: {}", self.help)?;
        }
        Ok(())
    }
}

/// Failure of a command, sorted by what the caller can do about it.
#[derive(Debug, Error)]
pub enum Error {
    /// A stage could not do its work on valid input (exit code 1).
    #[error("{stage}: {message}")]
    Stage {
        /// Name of the stage.
        stage: &'static str,
        /// What happened and what to do.
        message: String,
    },
    /// The command line or the workflow file is wrong; the text is already rendered (exit code 2).
    #[error("{0}")]
    Usage(String),
    /// An input file is malformed (exit code 3).
    #[error(transparent)]
    Input(#[from] Box<InputError>),
    /// The audit's gate is not met; every artefact is written all the same (exit code 4).
    #[error("the audit's gate is not met: {0}")]
    Gate(String),
    /// A device, memory, disk space or a lock is missing (exit code 5).
    #[error("{0}")]
    Resource(String),
    /// The user asked to stop; finished stages are kept (130 after Ctrl-C, 143 after SIGTERM).
    #[error("stopped; what was finished is kept, run the same command again to go on")]
    Interrupted(u8),
}

impl Error {
    /// Exit code of the process.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Stage { .. } => 1,
            Self::Usage(_) => 2,
            Self::Input(_) => 3,
            Self::Gate(_) => 4,
            Self::Resource(_) => 5,
            Self::Interrupted(code) => *code,
        }
    }

    /// Failure of a stage that is nobody's input.
    #[must_use]
    pub fn stage(stage: &'static str, message: impl std::fmt::Display) -> Self {
        Self::Stage { stage, message: message.to_string() }
    }

    /// A path that could not be written: the disk, not the user's data, is at fault.
    #[must_use]
    pub fn write(path: &Path, error: &std::io::Error) -> Self {
        Self::Resource(format!(
            "cannot write {}: {error}\n  help: check free disk space and permissions, or choose another folder with --out",
            path.display()
        ))
    }
}

impl From<InputError> for Error {
    fn from(error: InputError) -> Self {
        Self::Input(Box::new(error))
    }
}
