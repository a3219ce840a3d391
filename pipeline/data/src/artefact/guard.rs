//! What may be written: never an input of the command, and without `--force` never what somebody else
//! wrote or changed.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::ledger::{self, Ledger};
use crate::error::Error;
use crate::inputs;

/// How the command that runs may write. A process does one command, so there is one.
static GUARD: Mutex<Guard> = Mutex::new(Guard::new());

struct Guard {
    /// Folders that hold outputs in folders of their own, and one ledger for all of them.
    roots: Vec<PathBuf>,
    /// Whether foreign files may be replaced.
    replace: bool,
    /// The option that says so.
    option: &'static str,
}

impl Guard {
    const fn new() -> Self {
        Self { roots: Vec::new(), replace: false, option: "--force" }
    }
}

fn guard() -> MutexGuard<'static, Guard> {
    GUARD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Names files that the command will read: nothing is written over them, whatever is asked for.
pub fn protect<P: AsRef<Path>>(files: impl IntoIterator<Item = P>) {
    files.into_iter().for_each(|file| inputs::remember(file.as_ref()));
}

/// Says whether files that Cistron did not write may be replaced, which `option` asks for.
pub fn replace(option: &'static str, asked: bool) {
    let mut guard = guard();
    (guard.option, guard.replace) = (option, asked);
}

/// Names a folder that belongs to the command: files in folders below it are its own, too, and links
/// below it are not followed.
pub fn root(folder: &Path) {
    let mut guard = guard();
    if !guard.roots.iter().any(|root| root == folder) {
        guard.roots.push(folder.to_path_buf());
    }
}

/// Where the ledger of a file lies, and the file's name in it.
fn place(path: &Path) -> (PathBuf, String) {
    let roots = &guard().roots;
    let root = roots
        .iter()
        .filter(|root| path.starts_with(root))
        .max_by_key(|root| root.as_os_str().len());
    let folder = root.cloned().unwrap_or_else(|| super::folder(path).to_path_buf());
    let name = path.strip_prefix(&folder).unwrap_or(path);
    let name = name.components().map(|part| part.as_os_str().to_string_lossy().into_owned());
    (folder.join(ledger::FILE), name.collect::<Vec<_>>().join("/"))
}

/// Refuses to write `path` where that would destroy an input, or, unless it may be replaced, something
/// that Cistron did not write. Nothing is changed.
///
/// # Errors
///
/// [`Error::Usage`] with the reason and what to do.
pub fn may_write(path: &Path) -> Result<(), Error> {
    super::no_input(path)?;
    refuse_links(path)?;
    let Ok(metadata) = std::fs::symlink_metadata(path) else { return Ok(()) };
    let shown = path.display();
    let (replace, option) = {
        let guard = guard();
        (guard.replace, guard.option)
    };
    if metadata.is_dir() || (!metadata.is_symlink() && !metadata.is_file()) {
        let kind = if metadata.is_dir() { "a folder" } else { "no regular file" };
        let help = "give the output another name";
        return Err(Error::Usage(format!("{shown} is {kind}\n  help: {help}")));
    }
    // Nothing is lost with an empty file: scripts reserve a name that way.
    if replace || (metadata.is_file() && metadata.len() == 0) {
        return Ok(());
    }
    let (place, name) = place(path);
    let ledger = Ledger::open(&place);
    if metadata.is_file() && ledger.wrote(&name, path) {
        return Ok(());
    }
    let why = if metadata.is_symlink() {
        "is a link"
    } else if ledger.names(&name) {
        "was changed since Cistron wrote it"
    } else {
        "exists, and Cistron did not write it"
    };
    let help = format!("give the output another name or folder, or replace the file with {option}");
    Err(Error::Usage(format!("{shown} {why}\n  help: {help}")))
}

/// A link below a folder of the command could lead anywhere.
fn refuse_links(path: &Path) -> Result<(), Error> {
    let roots = &guard().roots;
    let Some(root) = roots.iter().find(|root| path.starts_with(root)) else { return Ok(()) };
    let between = path.ancestors().skip(1).take_while(|folder| folder != root);
    for folder in between {
        if std::fs::symlink_metadata(folder).is_ok_and(|found| found.is_symlink()) {
            return Err(Error::Usage(format!(
                "{} is a link, and links within an output folder are not followed\n  help: remove it, or let the whole folder be a link",
                folder.display()
            )));
        }
    }
    Ok(())
}

/// Notes that `temporary` is about to become `path`.
pub(super) fn record(path: &Path, temporary: &Path) -> std::io::Result<()> {
    let (place, name) = place(path);
    ledger::append(&place, &name, temporary)
}

#[cfg(test)]
mod tests {
    use super::super::write;
    use super::*;

    fn refused(path: &Path) -> String {
        match may_write(path) {
            Err(Error::Usage(why)) => why,
            other => panic!("{}: {other:?}", path.display()),
        }
    }

    #[test]
    fn only_what_was_written_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("own.tsv");
        for text in ["a", "b", "b", "c"] {
            write(&own, text.as_bytes()).unwrap();
        }
        let foreign = folder.path().join("foreign.tsv");
        std::fs::write(&foreign, "precious").unwrap();
        assert!(write(&foreign, b"x").is_err());
        assert!(refused(&foreign).contains("Cistron did not write it"));
        assert_eq!(std::fs::read(&foreign).unwrap(), b"precious");
        std::fs::write(&own, "edited").unwrap();
        assert!(refused(&own).contains("was changed since"));
        std::fs::write(&own, "").unwrap();
        may_write(&own).unwrap();
        assert!(refused(folder.path()).contains("a folder"));
        // What lies in another folder by the same name was not written.
        let other = tempfile::tempdir().unwrap();
        std::fs::write(other.path().join("own.tsv"), "c").unwrap();
        refused(&other.path().join("own.tsv"));
    }

    #[cfg(unix)]
    #[test]
    fn inputs_and_links_are_never_written_over() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        write(&at("genes.fa"), b">a\nAC\n").unwrap();
        may_write(&at("genes.fa")).unwrap();
        symlink(at("genes.fa"), at("soft.fa")).unwrap();
        std::fs::hard_link(at("genes.fa"), at("hard.fa")).unwrap();
        std::fs::write(at("elsewhere"), "precious").unwrap();
        symlink(at("elsewhere"), at("link.tsv")).unwrap();
        protect([at("soft.fa")]);
        for name in ["genes.fa", "soft.fa", "hard.fa"] {
            assert!(refused(&at(name)).contains("is an input"), "{name}");
        }
        assert!(refused(&at("link.tsv")).contains("is a link"));
        std::fs::create_dir_all(at("out")).unwrap();
        std::fs::create_dir_all(at("target")).unwrap();
        symlink(at("target"), at("out/models")).unwrap();
        root(&at("out"));
        assert!(write(&at("out/models/a/model.json"), b"{}").is_err());
        assert!(!at("target/a").exists());
        write(&at("out/tables/a.tsv"), b"x").unwrap();
        assert!(
            at("out").join(ledger::FILE).is_file() && !at("out/tables").join(ledger::FILE).exists()
        );
    }
}
