//! The programs of HMMER: which version is installed, and one run of one.

use std::fs::File;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use cistron_data::error::Error;
use cistron_data::interrupt;

/// Programs that the baseline runs.
const PROGRAMS: [&str; 3] = ["hmmbuild", "hmmalign", "hmmsearch"];

/// What is said where one of them is missing.
const ABSENT: &str = "hmmer: not installed (`apt-get install hmmer`)";

/// How often it is asked whether a program has ended.
const POLL: Duration = Duration::from_millis(5);

/// Characters of a program's complaint that are passed on.
const COMPLAINT: usize = 2000;

/// HMMER as it is installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hmmer {
    /// Version that the programs tell, such as `3.3.2`.
    pub version: String,
}

impl Hmmer {
    /// Finds the programs in `PATH`.
    ///
    /// # Errors
    ///
    /// In a line for the reader of a report: what is missing.
    pub fn find() -> Result<Self, String> {
        let versions = PROGRAMS.map(version).into_iter().collect::<Result<Vec<_>, _>>()?;
        match versions.into_iter().next() {
            Some(version) if version.starts_with("3.") => Ok(Self { version }),
            found => {
                let found = found.unwrap_or_default();
                Err(format!("hmmer: found version `{found}`, expected HMMER 3"))
            }
        }
    }

    /// Runs one of the programs in `folder`, where its files lie; what it prints is dropped.
    pub(super) fn run(
        &self,
        program: &str,
        folder: &Path,
        arguments: &[&str],
    ) -> Result<(), Error> {
        let failed = |message: &dyn std::fmt::Display| {
            let version = &self.version;
            Error::stage("evaluate", format!("{program} of HMMER {version}: {message}"))
        };
        let complaint = folder.join("complaint");
        let start = || {
            Command::new(program)
                .args(arguments)
                .current_dir(folder)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(File::create(&complaint)?)
                .spawn()
        };
        let mut child = start().map_err(|error| failed(&error))?;
        let status = loop {
            if let Some(status) = child.try_wait().map_err(|error| failed(&error))? {
                break status;
            }
            if interrupt::requested() {
                // It may have ended by itself.
                let _ = child.kill();
                let _ = child.wait();
                interrupt::check()?;
            }
            sleep(POLL);
        };
        if status.success() {
            return Ok(());
        }
        let said = std::fs::read(&complaint).unwrap_or_default();
        let said: String = String::from_utf8_lossy(&said).trim().chars().take(COMPLAINT).collect();
        Err(failed(&format!(
            "{status}: {said}\n  help: `baselines: {{hmmer: false}}` leaves it out"
        )))
    }
}

/// The version in what a program says of itself: `# HMMER 3.3.2 (Nov 2020); http://hmmer.org/`.
fn version(program: &str) -> Result<String, String> {
    let told = Command::new(program).arg("-h").stdin(Stdio::null()).output();
    let told = told.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => ABSENT.to_string(),
        _ => format!("hmmer: `{program}` cannot be run: {error}"),
    })?;
    let told = String::from_utf8_lossy(&told.stdout);
    let version = told.lines().find_map(|line| line.strip_prefix("# HMMER ")?.split(' ').next());
    version.map(str::to_string).ok_or_else(|| format!("hmmer: `{program} -h` tells no version"))
}
