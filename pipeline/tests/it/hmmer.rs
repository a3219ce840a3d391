//! Profile search beside the models: with HMMER where it is installed, without it everywhere.

use std::path::Path;
use std::process::{Command, Output};

use crate::command::{cistron, root, succeed, text};
use cistron_evaluate::hmmer::Hmmer;

/// Genes read as proteins; two of their classes, without a model, take a second.
const WORKFLOW: &str = "workflows/protein-families.yaml";
const SET: [&str; 3] =
    ["baselines.hmmer=true", "models={}", "read.labels.classes=[phenicol, trimethoprim]"];

/// Runs the workflow with a search path for programs, or with that of the test.
fn run(out: &Path, path: Option<&Path>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cistron"));
    command.current_dir(root()).args(["run", WORKFLOW, "--out", out.to_str().unwrap()]);
    command.args(SET.iter().flat_map(|set| ["--set", *set]));
    command.envs(path.map(|path| ("PATH", path)));
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    output
}

#[test]
fn a_missing_program_is_a_note_and_never_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let (out, empty) = (folder.path().join("out"), folder.path().join("empty"));
    std::fs::create_dir(&empty).unwrap();
    let output = run(&out, Some(&empty));
    let note = "hmmer: not installed (`apt-get install hmmer`)";
    assert!(text(&output.stderr).contains(note), "{output:?}");
    let metrics = std::fs::read_to_string(out.join("metrics.json")).unwrap();
    let metrics: serde_json::Value = serde_json::from_str(&metrics).unwrap();
    assert_eq!(metrics["notes"][0], note);
    assert!(metrics["entries"].as_array().unwrap().iter().all(|e| e["name"] != "hmmer"));
    let report = std::fs::read_to_string(out.join("report.html")).unwrap();
    assert!(report.contains("hmmer: not installed"));
    if Hmmer::find().is_err() {
        eprintln!("SKIPPED the second half: HMMER is not installed");
        return;
    }
    // Once it is installed, the stage knows.
    let output = text(&run(&out, None).stdout);
    assert!(output.contains("evaluate") && !output.contains("split  "), "{output}");
    let metrics = std::fs::read_to_string(out.join("metrics.tsv")).unwrap();
    assert!(metrics.contains("hmmer\tall\tall\ttest\tall\tbalanced-accuracy"), "{metrics}");
    let manifest = std::fs::read_to_string(out.join("manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    assert!(manifest["programs"]["hmmer"].as_str().unwrap().starts_with("3."), "{manifest}");
    let report = std::fs::read_to_string(out.join("report.html")).unwrap();
    assert!(report.contains("accelerated profile HMM searches"));
}

#[test]
fn bases_are_refused_before_anything_runs() {
    let dna = "workflows/two-families.yaml";
    let output = cistron(&["check", dna, "--set", "baselines.hmmer=true"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let error = text(&output.stderr);
    assert!(error.contains("`hmmer` compares proteins, and `read` gives bases"), "{error}");
    assert!(error.contains("translate: coding"), "{error}");
    let fine = succeed(&["check", WORKFLOW, "--set", "baselines.hmmer=true"]);
    assert!(fine.contains("no mistakes"), "{fine}");
}
