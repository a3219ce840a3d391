//! `cistron audit`, `split` and `explain` on shipped data: what they leave, and their exit codes.

use std::fmt::Write;

use crate::command::{cistron, root, succeed, text};

const GENES: [&str; 5] = [
    "test-data/resistance-genes/new.fasta",
    "--labels",
    "test-data/resistance-genes/new.tsv",
    "--label",
    "drug_class",
];

#[test]
fn an_audit_leaves_its_files_and_remedies_and_is_its_own_baseline() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
    let (out, fix) = (path("out"), path("fix"));
    let audit = [&["audit"], &GENES[..], &["--out", &out, "--fix", &fix]].concat();
    let output = cistron(&audit);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).starts_with("audit of new.fasta: "));
    for file in ["out/audit.json", "out/audit.html", "out/audit.md", "out/records.tsv"] {
        assert!(folder.path().join(file).is_file(), "{file} is missing");
    }
    for file in ["deduplicated.fasta", "matched.tsv", "weights.tsv", "changes.tsv"] {
        assert!(folder.path().join("fix").join(file).is_file(), "{file} is missing");
    }
    let card = std::fs::read_to_string(path("out/audit.md")).unwrap();
    assert!(card.starts_with("## Audit of new.fasta\n\nVerdict: **"), "{card}");
    let records = std::fs::read_to_string(path("out/records.tsv")).unwrap();
    let genes = std::fs::read_to_string(root().join(GENES[0])).unwrap().matches('>').count();
    assert_eq!(records.lines().count(), genes + 1);

    let gated = [&["audit"], &GENES[..], &["--fail-on", "warn"]].concat();
    assert_eq!(cistron(&gated).status.code(), Some(4));
    let json = path("out/audit.json");
    let against = [&gated[..], &["--baseline", &json]].concat();
    assert_eq!(cistron(&against).status.code(), Some(0), "nothing is worse than before");
}

#[test]
fn a_split_is_certified_and_an_audit_takes_it() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let genes = "test-data/resistance-genes/genes.fasta.gz";
    let labels = ["--labels", "test-data/resistance-genes/genes.tsv", "--label", "drug_class"];
    let split = [&["split", genes], &labels[..], &["--out", out]].concat();
    let output = cistron(&split);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("\ncertified: no pair across a border shares 0.2"));
    assert!(folder.path().join("split.json").is_file());
    let table = format!("{}:split", folder.path().join("splits.tsv").display());
    let audit = [&["audit", genes], &labels[..], &["--splits", &table]].concat();
    let report = text(&cistron(&audit).stdout);
    let line = |check: &str| report.lines().find(|l| l.contains(check)).unwrap_or("").to_string();
    assert!(line("leakage.certificate").trim_start().starts_with("pass"), "{report}");
    assert!(line("leakage.related").trim_start().starts_with("pass"), "{report}");
    let wrong = cistron(&[&split[..], &["--parts", "0.5,0.5,0.5"]].concat());
    assert_eq!(wrong.status.code(), Some(2));
}

#[test]
fn every_check_is_explained_and_a_typing_error_is_corrected() {
    let all = text(&cistron(&["explain"]).stdout);
    assert!(all.lines().count() > 40, "{all}");
    for code in ["leakage.near", "qpcr.efficiency"] {
        let one = text(&cistron(&["explain", code]).stdout);
        for word in ["meaning", "formula", "source", "remedy"] {
            assert!(one.contains(word), "{one}");
        }
    }
    let wrong = cistron(&["explain", "leakage.nera"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("did you mean `leakage.near`?"));
}

#[test]
fn variants_of_one_label_a_gene_are_circular() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, rows: std::ops::Range<usize>| {
        let mut table = "chrom,pos,ref,alt,gene,label\n".to_string();
        for i in rows {
            let (gene, label) = (i % 20, ["benign", "pathogenic"][i % 2]);
            writeln!(table, "chr1,{},A,G,g{gene},{label}", 100 + i).unwrap();
        }
        let path = folder.path().join(name);
        std::fs::write(&path, table).unwrap();
        path.to_str().unwrap().to_string()
    };
    let (train, test) = (write("train.csv", 0..200), write("test.csv", 190..290));
    let output = cistron(&["audit", "--train", &train, "--test", &test, "--fail-on", "fail"]);
    assert_eq!(output.status.code(), Some(4), "{}", text(&output.stderr));
    let report = text(&output.stdout);
    assert!(report.contains("10 of 100 held-out variants (10.0 %) were learnt from"), "{report}");
    assert!(report.contains("FAIL  circularity.gene"), "{report}");
}

#[test]
fn labels_that_lie_beside_the_audit_of_their_prediction_are_recognised() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
    let fasta = std::fs::read_to_string(root().join(GENES[0])).unwrap();
    std::fs::write(path("genes.fasta"), fasta).unwrap();
    std::fs::copy(root().join(GENES[2]), path("labels.tsv")).unwrap();
    let (genes, labels) = (path("genes.fasta"), path("labels.tsv"));
    let outs = [path("first"), path("second")];
    let audit = ["audit", &genes, "--labels", &labels, "--label", "drug_class", "--out"];
    let first = [&audit[..], &[outs[0].as_str()]].concat();
    succeed(&first);
    // As if the labels had been predicted: an audit that goes with a table names what was said.
    let json = std::fs::read_to_string(path("first/audit.json")).unwrap();
    let mut value: serde_json::Value = serde_json::from_str(&json).unwrap();
    let unknown = |value: &serde_json::Value| {
        let findings = value["findings"].as_array().unwrap();
        let asked = |f: &&serde_json::Value| f["check"] == "feedback.predicted-labels";
        findings.iter().find(asked).unwrap()["status"].clone()
    };
    assert!(unknown(&value)["unknown"].is_string(), "{}", unknown(&value));
    value["predicted"] = serde_json::json!([{"sequence": "00", "class": "x"}]);
    std::fs::write(path("labels.audit.json"), value.to_string()).unwrap();
    let second = [&audit[..], &[outs[1].as_str()]].concat();
    succeed(&second);
    let json = std::fs::read_to_string(path("second/audit.json")).unwrap();
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(unknown(&value), "pass");
}
