//! Files that were read: none of them is ever written over.
//!
//! A file is known by what it is and not by its name, so that a link to an input, or another way of
//! writing its path, is the input all the same.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Each file with the path that it was read by: a file that was removed since is no input any more,
/// whatever its number is used for again.
static READ: Mutex<Option<HashMap<Identity, PathBuf>>> = Mutex::new(None);

/// What a file is, under any name: device and number on Unix, the path without links elsewhere.
#[cfg(unix)]
type Identity = (u64, u64);
#[cfg(not(unix))]
type Identity = PathBuf;

#[cfg(unix)]
fn identity(path: &Path) -> io::Result<Identity> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).map(|file| (file.dev(), file.ino()))
}

#[cfg(not(unix))]
fn identity(path: &Path) -> io::Result<Identity> {
    path.canonicalize()
}

/// Remembers a file of the user's that this process reads; one that is not there is no file.
pub fn remember(path: &Path) {
    if let Ok(identity) = identity(path) {
        let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
        read.get_or_insert_with(HashMap::new).insert(identity, path.to_path_buf());
    }
}

/// Whether writing to `path` would replace a file that was remembered.
#[must_use]
pub fn holds(path: &Path) -> bool {
    let read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(read) = read.as_ref() else { return false };
    let Ok(there) = identity(path) else { return false };
    read.get(&there).is_some_and(|path| identity(path).is_ok_and(|input| input == there))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn an_input_is_known_under_every_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["genes.fa", "other.fa"] {
            std::fs::write(path(name), ">a\nACGT\n").unwrap();
        }
        std::fs::create_dir(path("sub")).unwrap();
        std::fs::hard_link(path("genes.fa"), path("hard.fa")).unwrap();
        std::os::unix::fs::symlink(path("genes.fa"), path("soft.fa")).unwrap();
        remember(&path("genes.fa"));
        for name in ["genes.fa", "hard.fa", "soft.fa", "sub/../genes.fa"] {
            assert!(holds(&path(name)), "{name}");
        }
        assert!(!holds(&path("other.fa")) && !holds(&path("none.fa")));
    }
}
