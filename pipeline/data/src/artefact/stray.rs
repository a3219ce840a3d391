//! Temporary siblings that a killed process left.
//!
//! A process locks its own for as long as it lives: one that can be locked belongs to nobody.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use fs4::FileExt;

/// How the names of temporary siblings begin.
pub(super) const PREFIX: &str = ".partial-";

/// Between its creation and its lock a file is nobody's for a moment.
const GRACE: Duration = Duration::from_millis(100);

/// Folders that were looked at: once a process is enough.
static CLEAN: Mutex<Option<HashSet<PathBuf>>> = Mutex::new(None);

/// Marks a temporary file as in use. Where locks keep others from writing, none is needed: a file in
/// use cannot be removed there.
pub(super) fn keep(file: &File) {
    if cfg!(unix) {
        // A file system without locks has no strays that could be told from files in use.
        let _ = FileExt::try_lock(file);
    }
}

/// Removes what killed processes left in a folder.
pub(super) fn remove(folder: &Path) {
    let mut clean = CLEAN.lock().unwrap_or_else(PoisonError::into_inner);
    if !clean.get_or_insert_default().insert(folder.to_path_buf()) {
        return;
    }
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(PREFIX) && is_stray(&entry) {
            // One that stays costs room and nothing else.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

fn is_stray(entry: &std::fs::DirEntry) -> bool {
    let Ok(found) = entry.metadata() else { return false };
    let old = found.modified().ok().and_then(|time| time.elapsed().ok());
    if !found.is_file() || old.is_none_or(|age| age < GRACE) {
        return false;
    }
    let file = OpenOptions::new().write(true).open(entry.path());
    file.is_ok_and(|file| FileExt::try_lock(&file).is_ok())
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Write;

    use super::super::{Partial, write};
    use super::*;

    #[test]
    fn what_a_kill_left_is_removed_and_what_is_in_use_stays() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let mut used = Partial::create(&at("used.tsv")).unwrap();
        used.write_all(b"half").unwrap();
        std::fs::write(at(".partial-stray"), "half").unwrap();
        std::os::unix::fs::symlink(at("elsewhere"), at(".partial-link")).unwrap();
        std::thread::sleep(2 * GRACE);
        CLEAN.lock().unwrap().get_or_insert_default().remove(folder.path());
        write(&at("a.tsv"), b"x").unwrap();
        assert!(!at(".partial-stray").exists());
        assert!(std::fs::symlink_metadata(at(".partial-link")).is_ok());
        used.commit().unwrap();
        assert_eq!(std::fs::read(at("used.tsv")).unwrap(), b"half");
    }
}
