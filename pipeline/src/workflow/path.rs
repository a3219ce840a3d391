//! Paths as a workflow writes them.

use std::path::{Path, PathBuf};

/// A path of a workflow in `folder`: absolute, relative to the folder, or below the folder that an
/// environment variable names, such as `$CISTRON_DATA/genes.fasta`.
pub(super) fn resolve(folder: &Path, path: &Path) -> PathBuf {
    let variable = path.iter().next().and_then(|first| first.to_str()?.strip_prefix('$'));
    match variable.and_then(std::env::var_os) {
        Some(root) => PathBuf::from(root).join(path.iter().skip(1).collect::<PathBuf>()),
        None => folder.join(path),
    }
}
