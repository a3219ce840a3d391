//! Paths as a workflow writes them.

use std::io;
use std::path::{Component, Path, PathBuf};

/// A path of a workflow in `folder`: absolute, relative to the folder, or below the folder that an
/// environment variable names, such as `$CISTRON_DATA/genes.fasta`.
pub fn resolve(folder: &Path, path: &Path) -> PathBuf {
    let variable = path.iter().next().and_then(|first| first.to_str()?.strip_prefix('$'));
    match variable.and_then(std::env::var_os) {
        Some(root) => PathBuf::from(root).join(path.iter().skip(1).collect::<PathBuf>()),
        None => folder.join(path),
    }
}

/// A path as messages show it: `data/x.fa` of `workflows/../data/x.fa`.
///
/// The names alone are looked at: it may lead elsewhere where a folder is a symbolic link.
#[must_use]
pub fn shown(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        let inside = matches!(out.components().next_back(), Some(Component::Normal(_)));
        match component {
            Component::CurDir => {}
            Component::ParentDir if inside => {
                out.pop();
            }
            _ => out.push(component),
        }
    }
    if out.as_os_str().is_empty() { path.to_path_buf() } else { out }
}

/// How a workflow in `folder` writes the path of a file: relative, so that both can be moved and
/// shared together, unless they have nothing but the root in common.
pub fn written(folder: &Path, path: &Path) -> io::Result<PathBuf> {
    let here = |folder: &Path| {
        if folder.as_os_str().is_empty() {
            Path::new(".").canonicalize()
        } else {
            folder.canonicalize()
        }
    };
    // Of a symbolic link the name is kept: what it points to is the machine's business.
    let file = match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => here(parent)?.join(name),
        _ => path.canonicalize()?,
    };
    Ok(between(&here(folder)?, &file).unwrap_or(file))
}

/// The way from an absolute folder to an absolute path; `None` where only the root is common.
fn between(folder: &Path, path: &Path) -> Option<PathBuf> {
    let common = folder.components().zip(path.components()).take_while(|(a, b)| a == b).count();
    let named = |component: Component| matches!(component, Component::Normal(_));
    if !folder.components().take(common).any(named) {
        return None;
    }
    let up = folder.components().skip(common).map(|_| Component::ParentDir);
    Some(up.chain(path.components().skip(common)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_between_goes_up_and_down() {
        let way = |folder: &str, path: &str| {
            between(Path::new(folder), Path::new(path)).map(|way| way.display().to_string())
        };
        assert_eq!(way("/a/b", "/a/b/x.fa").as_deref(), Some("x.fa"));
        assert_eq!(way("/a/b/c", "/a/d/x.fa").as_deref(), Some("../../d/x.fa"));
        assert_eq!(way("/a", "/b/x.fa"), None);
        assert_eq!(way("/", "/b/x.fa"), None);
    }

    #[test]
    fn a_path_is_shown_without_detours() {
        let way = |path: &str| shown(Path::new(path)).display().to_string();
        assert_eq!(way("workflows/../data/x.fa"), "data/x.fa");
        assert_eq!(way("../a/../b/./x.fa"), "../b/x.fa");
        assert_eq!(way("../../x.fa"), "../../x.fa");
        assert_eq!(way("/a/../x.fa"), "/x.fa");
        assert_eq!([way("."), way("-"), way("a/..")], [".", "-", "a/.."]);
    }

    #[test]
    fn a_written_path_resolves_to_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let (data, workflows) = (folder.path().join("data"), folder.path().join("workflows"));
        std::fs::create_dir(&data).unwrap();
        std::fs::create_dir(&workflows).unwrap();
        let file = data.join("x.fa");
        std::fs::write(&file, ">a").unwrap();
        let found = written(&workflows, &file).unwrap();
        assert_eq!(found, Path::new("../data/x.fa"));
        assert_eq!(
            resolve(&workflows, &found).canonicalize().unwrap(),
            file.canonicalize().unwrap()
        );
        assert!(written(&workflows, &folder.path().join("none/x.fa")).is_err());
    }
}
