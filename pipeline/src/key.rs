//! Keys: what a stage's output depends on, hashed, so that only what changed is done again.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use cistron_data::artefact;
use cistron_data::error::{Error, InputError};
use cistron_data::inputs;

/// What one stage's output depends on: a hash for each named part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    parts: BTreeMap<String, String>,
}

impl Key {
    /// The key of a stage whose code is at `version`: a version goes up when its output changes.
    #[must_use]
    pub fn new(version: u32) -> Self {
        Self::default().with("version of the stage", &version.to_string())
    }

    /// Adds a part by its text.
    #[must_use]
    pub fn with(mut self, name: &str, text: &str) -> Self {
        let hash = blake3::hash(text.as_bytes()).to_hex().to_string();
        self.parts.insert(name.to_string(), hash);
        self
    }

    /// Adds a part of the workflow.
    pub fn with_config(self, name: &str, config: &impl Serialize) -> Result<Self, Error> {
        let text = serde_json::to_string(config).map_err(|e| Error::stage("keys", e))?;
        Ok(self.with(name, &text))
    }

    /// Adds everything that another stage depends on.
    #[must_use]
    pub fn with_key(self, name: &str, key: &Self) -> Self {
        self.with(name, &key.digest())
    }

    /// One hash of all parts.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for (name, hash) in &self.parts {
            hasher.update(name.as_bytes()).update(b"\0").update(hash.as_bytes()).update(b"\n");
        }
        hasher.finalize().to_hex().to_string()
    }

    /// Names of the parts that differ from an earlier key.
    pub(crate) fn changes(&self, earlier: &Self) -> Vec<String> {
        let differs = |name: &&String| self.parts.get(*name) != earlier.parts.get(*name);
        let names: std::collections::BTreeSet<&String> =
            self.parts.keys().chain(earlier.parts.keys()).collect();
        names.into_iter().filter(differs).cloned().collect()
    }
}

/// A file as it was when it was last seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    path: PathBuf,
    size: u64,
    /// Nanoseconds since 1970.
    modified: u128,
    /// What changes with the content even where size and time are put back: the time of the last
    /// change of the file's entry and its number in the file system. Absent for outputs, which may be
    /// copied, and where the system has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    entry: Option<(i64, i64, u64)>,
}

impl Seen {
    fn of(path: &Path) -> std::io::Result<Self> {
        let metadata = std::fs::metadata(path)?;
        let modified = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        let modified = modified.as_nanos();
        Ok(Self { path: path.to_path_buf(), size: metadata.len(), modified, entry: None })
    }

    /// An input: a change that keeps size and time is seen, too.
    #[cfg(unix)]
    fn of_input(path: &Path) -> std::io::Result<Self> {
        use std::os::unix::fs::MetadataExt;
        let metadata = std::fs::metadata(path)?;
        let entry = Some((metadata.ctime(), metadata.ctime_nsec(), metadata.ino()));
        Ok(Self { entry, ..Self::of(path)? })
    }

    #[cfg(not(unix))]
    fn of_input(path: &Path) -> std::io::Result<Self> {
        Self::of(path)
    }
}

/// Whether a stage's output is what its key asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Freshness {
    /// The output is there and nothing it depends on changed.
    Current,
    /// It has to run, because of this.
    Stale(String),
}

/// What one finished stage left.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Done {
    schema: u32,
    key: Key,
    outputs: Vec<Seen>,
    /// Wall-clock seconds that it took.
    pub seconds: f64,
    /// Peak memory of the process when it ended, in bytes.
    pub peak_memory: u64,
}

/// The folder `.keys` of a run.
#[derive(Debug)]
pub struct Keys {
    folder: PathBuf,
    /// Hashes of input files, remembered by size and time.
    inputs: BTreeMap<PathBuf, (Seen, String)>,
}

impl Keys {
    /// Opens the keys of the run in `out`.
    #[must_use]
    pub fn open(out: &Path) -> Self {
        let folder = out.join(".keys");
        let remembered: Vec<(Seen, String)> =
            artefact::read_json(&folder.join("inputs.json")).unwrap_or_default();
        let inputs = remembered.into_iter().map(|seen| (seen.0.path.clone(), seen)).collect();
        Self { folder, inputs }
    }

    /// Hash of an input file's content (BLAKE3, hexadecimal) and its size in bytes.
    pub fn input(&mut self, path: &Path) -> Result<(String, u64), Error> {
        let failed = |error: std::io::Error| {
            InputError::new(path, error.to_string(), "a readable file", "check the path")
        };
        inputs::remember(path);
        let seen = Seen::of_input(path).map_err(failed)?;
        if let Some((earlier, hash)) = self.inputs.get(path)
            && *earlier == seen
        {
            return Ok((hash.clone(), seen.size));
        }
        let mut hasher = blake3::Hasher::new();
        let file = std::fs::File::open(path).map_err(failed)?;
        hasher.update_reader(file).map_err(failed)?;
        let hash = hasher.finalize().to_hex().to_string();
        let size = seen.size;
        self.inputs.insert(path.to_path_buf(), (seen, hash.clone()));
        Ok((hash, size))
    }

    /// Remembers the hashes of the input files.
    pub fn save_inputs(&self) -> Result<(), Error> {
        let seen: Vec<&(Seen, String)> = self.inputs.values().collect();
        artefact::write_json(&self.folder.join("inputs.json"), &seen)
    }

    /// What a stage left when it last ended.
    #[must_use]
    pub fn done(&self, stage: &str) -> Option<Done> {
        artefact::read_json(&self.file(stage)).ok()
    }

    /// Whether the stage has to run again.
    #[must_use]
    pub fn freshness(&self, stage: &str, key: &Key) -> Freshness {
        let Some(done) = self.done(stage) else {
            return Freshness::Stale("it has not run yet".to_string());
        };
        let changes = key.changes(&done.key);
        if !changes.is_empty() {
            return Freshness::Stale(format!("changed: {}", changes.join(", ")));
        }
        for output in &done.outputs {
            match Seen::of(&output.path) {
                Ok(now) if now == *output => {}
                Ok(_) => {
                    return Freshness::Stale(format!("{} was edited", output.path.display()));
                }
                Err(_) => return Freshness::Stale(format!("{} is gone", output.path.display())),
            }
        }
        Freshness::Current
    }

    /// Records that a stage ended and what it wrote.
    pub fn record(
        &self,
        stage: &str,
        key: &Key,
        outputs: &[PathBuf],
        seconds: f64,
    ) -> Result<(), Error> {
        let outputs = outputs
            .iter()
            .map(|path| Seen::of(path).map_err(|error| Error::write(path, &error)))
            .collect::<Result<_, _>>()?;
        let peak_memory = peak_memory();
        let done = Done { schema: 1, key: key.clone(), outputs, seconds, peak_memory };
        artefact::write_json(&self.file(stage), &done)
    }

    fn file(&self, stage: &str) -> PathBuf {
        self.folder.join(file_name(stage))
    }
}

/// Name of the file that tells of a stage or shard: two of them never share one, whatever their models
/// and files are called. Letters, digits, `-` and `.` stand for themselves, other bytes as `_` and two
/// hexadecimal digits.
pub(crate) fn file_name(stage: &str) -> String {
    let mut name = String::new();
    for byte in stage.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.') {
            name.push(char::from(byte));
        } else {
            let _ = write!(name, "_{byte:02x}");
        }
    }
    name + ".json"
}

/// Peak resident memory of this process in bytes; 0 where the system does not tell.
#[must_use]
pub fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes =
        line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_is_current_until_something_changes() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("out.tsv");
        std::fs::write(&output, "x").unwrap();
        let keys = Keys::open(folder.path());
        let key = Key::new(1).with("input", "a").with("seed", "7");
        assert_eq!(
            keys.freshness("split", &key),
            Freshness::Stale("it has not run yet".to_string())
        );
        keys.record("split", &key, std::slice::from_ref(&output), 0.1).unwrap();
        assert_eq!(keys.freshness("split", &key), Freshness::Current);
        let changed = Key::new(1).with("input", "a").with("seed", "8");
        assert_eq!(
            keys.freshness("split", &changed),
            Freshness::Stale("changed: seed".to_string())
        );
        std::fs::remove_file(&output).unwrap();
        assert!(
            matches!(keys.freshness("split", &key), Freshness::Stale(why) if why.ends_with("is gone"))
        );
    }

    #[test]
    fn no_two_shards_share_a_file() {
        let names =
            ["predict:a/b_c", "predict:a_b/c", "predict:a_2fb/c", "predict:a/b/c", "a.b", "ä"];
        let files: std::collections::BTreeSet<String> = names.map(file_name).into();
        assert_eq!(files.len(), names.len(), "{files:?}");
        assert_eq!(file_name("train:conv/fold-0"), "train_3aconv_2ffold-0.json");
    }

    #[cfg(unix)]
    #[test]
    fn an_input_that_keeps_its_size_and_time_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.fa");
        std::fs::write(&path, ">a\nAC\n").unwrap();
        let time = std::fs::metadata(&path).unwrap().modified().unwrap();
        let mut keys = Keys::open(folder.path());
        let (first, _) = keys.input(&path).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(20));
        std::fs::write(&path, ">a\nAG\n").unwrap();
        std::fs::File::options().append(true).open(&path).unwrap().set_modified(time).unwrap();
        assert_ne!(keys.input(&path).unwrap().0, first);
    }

    #[test]
    fn a_changed_input_file_has_another_hash() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.fa");
        std::fs::write(&path, ">a\nA\n").unwrap();
        let mut keys = Keys::open(folder.path());
        let (first, size) = keys.input(&path).unwrap();
        assert_eq!(size, 5);
        keys.save_inputs().unwrap();
        assert_eq!(Keys::open(folder.path()).input(&path).unwrap().0, first);
        std::fs::write(&path, ">a\nAC\n").unwrap();
        assert_ne!(keys.input(&path).unwrap().0, first);
    }
}
