//! The best trial as a workflow file of its own.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::search::Trial;
use crate::workflow::parse::{self, Loaded};
use crate::workflow::tree::Node;
use cistron_data::artefact;
use cistron_data::error::Error;

/// Stages of a workflow that name files.
const STAGES: [&str; 4] = ["read", "split", "predict", "audit"];

/// Keys whose text is a path, and whose list is one of paths.
const PATHS: [&str; 12] = [
    "fasta",
    "fastq",
    "folder",
    "files",
    "table",
    "path",
    "bed",
    "vcf",
    "reference",
    "genotypes",
    "measured",
    "predictions",
];

/// Writes the workflow with the settings of a trial; relative paths lead to the same files.
pub fn write(path: &Path, loaded: &Loaded, settings: &[String], best: &Trial) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let loss = best.validation_loss.unwrap_or(f64::NAN);
    let text = format!(
        "# Found by cistron tune from {}: trial {}, validation loss {loss:.4}.\n# The test split was \
         not touched.\n{}",
        loaded.path.display(),
        best.trial,
        text(loaded, settings, folder)?
    );
    artefact::write(path, text.as_bytes())
}

/// The workflow with settings, as YAML that may lie in `folder`.
fn text(loaded: &Loaded, settings: &[String], folder: &Path) -> Result<String, Error> {
    let failed = |error: &dyn std::fmt::Display| {
        Error::stage("tune", format!("{}: {error}", loaded.path.display()))
    };
    let text = std::fs::read_to_string(&loaded.path).map_err(|error| failed(&error))?;
    let mut root = Node::parse(&text).map_err(|error| failed(&error))?;
    for setting in settings {
        parse::apply(&mut root, setting).map_err(Error::Usage)?;
    }
    let absolute = |path: &Path| {
        let path = if path == Path::new("") { Path::new(".") } else { path };
        path.canonicalize().map_err(|error| failed(&error))
    };
    let to = relative(&absolute(folder)?, &absolute(&loaded.folder)?);
    if let Node::Map(entries) = &mut root.value {
        // The folder of the workflow that was tuned stays that workflow's.
        let name = entries.iter_mut().find(|(key, _)| key.value == "name");
        if let Some((_, value)) = name {
            value.value = Node::Scalar(Value::String(format!("{}-tuned", loaded.workflow.name)));
        }
        for (key, value) in entries.iter_mut().filter(|(key, _)| STAGES.contains(&&*key.value)) {
            relocate(&mut value.value, &key.value, &to);
        }
    }
    serde_saphyr::to_string(&root.value).map_err(|error| failed(&error))
}

/// The way from one folder to another, both absolute; `to` itself where they have nothing in common.
fn relative(from: &Path, to: &Path) -> PathBuf {
    let common = from.iter().zip(to.iter()).take_while(|(a, b)| a == b).count();
    if common == 0 {
        return to.to_path_buf();
    }
    let up = from.iter().skip(common).map(|_| "..".as_ref());
    up.chain(to.iter().skip(common)).collect()
}

/// Puts `to` before every relative path in the value of `key`.
fn relocate(node: &mut Node, key: &str, to: &Path) {
    match node {
        Node::Scalar(Value::String(path)) if PATHS.contains(&key) => {
            // A path below an environment variable is absolute.
            if !path.starts_with('$') && !Path::new(path).is_absolute() {
                *path = to.join(&*path).to_string_lossy().into_owned();
            }
        }
        Node::Scalar(_) => {}
        // The keys of `groups` are columns, whatever they are called.
        Node::Map(_) if key == "groups" => {}
        Node::List(items) => {
            for item in items {
                relocate(&mut item.value, key, to);
            }
        }
        Node::Map(entries) => {
            for (name, value) in entries {
                // The keys of `files` are classes, and each of its values is a path.
                let key = if key == "files" { key } else { &name.value };
                relocate(&mut value.value, key, to);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_between_folders_by_hand() {
        let way = |from: &str, to: &str| relative(Path::new(from), Path::new(to));
        assert_eq!(way("/a/out/t", "/a/workflows"), Path::new("../../workflows"));
        assert_eq!(way("/a", "/a/b/c"), Path::new("b/c"));
        assert_eq!(way("/a", "/a"), Path::new(""));
    }

    #[test]
    fn paths_move_and_nothing_else() {
        let text = "fasta: a.fa\nfiles: {table: b.fa, x: /c.fa}\nlabels: {table: $D/t.tsv, id: id}\n\
                    table: {path: d.tsv, sequence: path}\ncurves: {files: [e.csv]}\n\
                    groups: {path: nuisance}\n";
        let mut root = Node::parse(text).unwrap();
        relocate(&mut root.value, "read", Path::new("../w"));
        let found: Value = serde_json::to_value(&root.value).unwrap();
        let expected = serde_json::json!({
            "fasta": "../w/a.fa",
            "files": {"table": "../w/b.fa", "x": "/c.fa"},
            "labels": {"table": "$D/t.tsv", "id": "id"},
            "table": {"path": "../w/d.tsv", "sequence": "path"},
            "curves": {"files": ["../w/e.csv"]},
            "groups": {"path": "nuisance"},
        });
        assert_eq!(found, expected);
    }

    #[test]
    fn every_shipped_workflow_can_be_written_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let workflows = Path::new(env!("CARGO_MANIFEST_DIR")).join("../workflows");
        let mut seen = 0;
        for entry in std::fs::read_dir(workflows).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|ending| ending != "yaml") {
                continue;
            }
            let loaded = parse::load(&path, &[], false).unwrap();
            let settings = ["seed=11".to_string()];
            let written = folder.path().join("best.yaml");
            std::fs::write(&written, super::text(&loaded, &settings, folder.path()).unwrap())
                .unwrap();
            let mut again = parse::load(&written, &[], false).unwrap().workflow;
            assert_eq!(again.seed, 11);
            again.seed = loaded.workflow.seed;
            assert_eq!(again.models, loaded.workflow.models, "{}", path.display());
            seen += 1;
        }
        assert!(seen > 5);
    }
}
