//! Audits of earlier predictions: what a model said before must not come back as a label unseen.

use std::path::{Path, PathBuf};

use crate::predict::audit_path;
use cistron_audit::{Audit, Predicted};
use cistron_data::artefact;
use cistron_data::error::Error;

/// The audits that are named, and that beside each of `files`: `LABELS.audit.json` for `LABELS.tsv`,
/// as predictions are written.
#[must_use]
pub fn audits<'a>(named: &[PathBuf], files: impl Iterator<Item = &'a Path>) -> Vec<PathBuf> {
    let beside = files.map(audit_path).filter(|path| path.is_file());
    let mut all: Vec<PathBuf> = named.iter().cloned().chain(beside).collect();
    all.sort();
    all.dedup();
    all
}

/// What earlier models predicted; `None` where there is no audit of theirs.
pub fn predicted(audits: &[PathBuf]) -> Result<Option<Vec<Predicted>>, Error> {
    if audits.is_empty() {
        return Ok(None);
    }
    let read = |path: &PathBuf| Ok(artefact::read_json::<Audit>(path)?.predicted);
    let all: Result<Vec<Vec<Predicted>>, Error> = audits.iter().map(read).collect();
    Ok(Some(all?.concat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_audit_beside_a_table_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let said = Predicted { sequence: "00".into(), class: "a".into() };
        let audit = Audit { predicted: vec![said], ..Audit::new("x", Vec::new(), 0, Vec::new()) };
        artefact::write_json(&path("new.audit.json"), &audit).unwrap();
        let files = [path("new.tsv"), path("other.tsv")];
        let found = audits(&[], files.iter().map(PathBuf::as_path));
        assert_eq!(found, [path("new.audit.json")]);
        let named = audits(&[path("new.audit.json")], files.iter().map(PathBuf::as_path));
        assert_eq!(named, found);
        assert_eq!(predicted(&found).unwrap().map(|p| p.len()), Some(1));
        assert!(predicted(&[]).unwrap().is_none());
        assert!(predicted(&[path("none.json")]).is_err());
    }
}
