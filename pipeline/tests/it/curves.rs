//! What qPCR measured through the ordinary workflow: simulated curves and simulated plates.

use std::path::Path;

use crate::command::{cistron, succeed, text};
use serde_json::Value;

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn run(workflow: &str, out: &Path, more: &[&str]) {
    let out = out.to_str().unwrap();
    succeed(&[&["run", workflow, "--out", out], more].concat());
}

fn score(metrics: &Value, name: &str) -> f64 {
    let entries = metrics["entries"].as_array().unwrap();
    let entry = entries.iter().find(|entry| entry["name"] == name).unwrap();
    let scores = entry["scores"].as_array().unwrap();
    let balanced = scores.iter().find(|score| score["metric"] == "balanced-accuracy").unwrap();
    balanced["value"].as_f64().unwrap()
}

fn finding<'a>(audit: &'a Value, check: &str) -> &'a Value {
    let findings = audit["findings"].as_array().unwrap();
    findings.iter().find(|finding| finding["check"] == check).unwrap()
}

#[test]
fn curves_are_classified_held_out_by_run_beside_their_floors() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    run(
        "workflows/amplification-curves.yaml",
        out,
        &["--set", "models.transformer.train.epochs=2"],
    );
    let metrics = json(&out.join("metrics.json"));
    for floor in ["majority", "end-point", "steepest-rise", "cycles"] {
        assert!(score(&metrics, floor) < score(&metrics, "conv"), "{floor}");
    }
    let certificate = json(&out.join("split.json"));
    assert_eq!(certificate["certified"], true);
    assert_eq!((&certificate["crossing-pairs"], &certificate["clusters"]), (&0.into(), &8.into()));

    let audit = json(&out.join("audit.json"));
    assert_eq!(finding(&audit, "leakage.certificate")["status"], "pass");
    let near = &finding(&audit, "leakage.near")["status"]["not-applicable"];
    assert!(near.as_str().unwrap().contains("numbers"), "{near}");
    assert!(finding(&audit, "group.confounding:cycles")["value"].as_f64().unwrap() < 0.1);
    assert!(finding(&audit, "query.unfamiliar:new-plate")["status"]["unknown"].is_string());

    let page = std::fs::read_to_string(out.join("report.html")).unwrap();
    assert!(page.contains("Amplification curves by class") && !page.contains("Homology clusters"));

    // The model's folder predicts a further export on its own, with what training found.
    let model = out.join("models/conv");
    let card = json(&model.join("fold-0/seed-0/model.json"));
    assert!(card["encoder"]["curve"]["fitted"]["mean"][0].is_number(), "{card}");
    assert!(!model.join("fold-0/seed-0/train.sketch").exists());
    let table = out.join("new.tsv");
    let (model, path) = (model.to_str().unwrap(), table.to_str().unwrap());
    let file = "test-data/qpcr/simulated-curves.csv";
    succeed(&["predict", model, file, "-o", path]);
    let asked = std::fs::read_to_string(&table).unwrap();
    let of_run = std::fs::read_to_string(out.join("predictions/conv/new-plate.tsv")).unwrap();
    assert_eq!(asked, of_run);
    let called = |well: &str| {
        let row = asked.lines().find(|l| l.starts_with(&format!("simulated-curves/{well}\t")));
        row.unwrap().split('\t').nth(1).unwrap().to_string()
    };
    // Wells 1 to 10 amplify, 11 and 12 do not.
    assert_eq!((called("A3"), called("A11")), ("yes".to_string(), "no".to_string()));
    assert!(out.join("new.audit.json").is_file());
}

#[test]
fn what_is_fitted_knows_the_training_curves_alone() {
    let folder = tempfile::tempdir().unwrap();
    let folds = ["models.conv.train.epochs=1", "split={group: {column: run}, folds: 8}"];
    let more = ["--until", "train", "--set", folds[0], "--set", folds[1]];
    run("workflows/amplification-curves.yaml", folder.path(), &more);
    let fitted = |fold: usize| {
        let path = format!("models/conv/fold-{fold}/seed-0/model.json");
        json(&folder.path().join(path))["encoder"]["curve"]["fitted"]["mean"][0].as_f64().unwrap()
    };
    // Each fold trains on other runs, so each finds another mean.
    let mut means: Vec<f64> = (0..8).map(fitted).collect();
    means.sort_by(f64::total_cmp);
    means.dedup();
    assert_eq!(means.len(), 8, "{means:?}");
}

#[test]
fn a_split_of_single_wells_is_not_certified() {
    let folder = tempfile::tempdir().unwrap();
    let more = ["--until", "split", "--set", "split={random: {}}"];
    run("workflows/amplification-curves.yaml", folder.path(), &more);
    let certificate = json(&folder.path().join("split.json"));
    assert_eq!(certificate["certified"], false);
    assert!(certificate["crossing-pairs"].as_u64().unwrap() > 1_000);
}

#[test]
fn tensors_of_curves_say_how_many_cycles_are_valid() {
    let folder = tempfile::tempdir().unwrap();
    run("workflows/amplification-curves.yaml", folder.path(), &["--until", "encode"]);
    let bytes = std::fs::read(folder.path().join("tensors/conv/fold-0.safetensors")).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let (curves, lengths) =
        (tensors.tensor("test").unwrap(), tensors.tensor("test.lengths").unwrap());
    let &[n, cycles, channels] = curves.shape() else { panic!("not of rank 3") };
    assert_eq!((lengths.shape(), cycles, channels), (&[n][..], 45, 1));
    let number = |bytes: &[u8]| u32::from_le_bytes(bytes.try_into().unwrap());
    let value = |bytes: &[u8]| f32::from_le_bytes(bytes.try_into().unwrap());
    for (row, length) in curves.data().chunks(45 * 4).zip(lengths.data().chunks(4)) {
        let length = number(length) as usize;
        assert!([40, 45].contains(&length));
        assert!(row.chunks(4).skip(length).all(|bytes| value(bytes) == 0.0));
    }
}

#[test]
fn a_condition_is_told_by_its_delta_cq_held_out_by_plate() {
    let folder = tempfile::tempdir().unwrap();
    run("workflows/delta-cq.yaml", folder.path(), &[]);
    let metrics = json(&folder.path().join("metrics.json"));
    assert!(score(&metrics, "logistic") > 0.8 && score(&metrics, "majority") < 0.51);
    let splits = std::fs::read_to_string(folder.path().join("splits.tsv")).unwrap();
    assert_eq!(splits.lines().count(), 73);
    let page = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(page.contains("ΔCq by target and class"));
}

#[test]
fn mistakes_in_a_workflow_of_curves_are_shown_at_once() {
    let workflow = "workflows/amplification-curves.yaml";
    let wrong = |settings: &[&str]| {
        let set: Vec<&str> = settings.iter().flat_map(|s| ["--set", *s]).collect();
        let output = cistron(&[&["run", workflow, "--dry-run"], set.as_slice()].concat());
        assert_eq!(output.status.code(), Some(2));
        text(&output.stderr)
    };
    let found = wrong(&["split={homology: {}}", "encode={one-hot: {length: 45}}"]);
    assert!(
        found.contains("numbers have no homology") && found.contains("split: {group"),
        "{found}"
    );
    assert!(found.contains("the encoder does not take what is read: curves"), "{found}");
    let found = wrong(&["encode={curve: {length: 45, channels: 2}}"]);
    assert!(found.contains("`channels: 2`") && found.contains("set `channels: 1`"), "{found}");
    let found = wrong(&["encode={curve: {length: 45, baseline: {cycles: {from: 9, to: 2}}}}"]);
    assert!(found.contains("from cycle 9 to 2"), "{found}");
    let found = wrong(&["read.curves.label=~"]);
    assert!(found.contains("models need labels"), "{found}");
}
