//! Models of whole sequences in a run: trained, predicted with, attributed, and the same on any
//! number of threads.

use crate::command::{cistron, succeed, text};

const WORKFLOW: &str = "workflows/two-families.yaml";
const MODELS: &str = "models={svm: {svm: {}}, stack: {stack: {trees: 20, alignments: 2}, reverse-complement: average}}";

#[test]
fn whole_sequences_are_learnt_predicted_and_attributed() {
    let folder = tempfile::tempdir().unwrap();
    let out = |threads: &str| folder.path().join(threads).display().to_string();
    for threads in ["1", "2"] {
        let printed = succeed(&[
            "run",
            WORKFLOW,
            "--out",
            &out(threads),
            "--set",
            MODELS,
            "--threads",
            threads,
        ]);
        assert!(printed.contains("calibrated on inner folds"), "{printed}");
    }
    for name in ["svm", "stack"] {
        let shard = format!("models/{name}/fold-0/seed-0");
        for file in ["model.safetensors", "model.json", "train.sketch", "audit.json"] {
            let read = |threads| std::fs::read(format!("{}/{shard}/{file}", out(threads))).unwrap();
            assert!(read("1") == read("2"), "{shard}/{file}");
        }
        let card = std::fs::read_to_string(format!("{}/{shard}/model.json", out("1"))).unwrap();
        let card: serde_json::Value = serde_json::from_str(&card).unwrap();
        assert_eq!(card["encoder"]["whole"]["alphabet"], "dna");
        assert_eq!(
            (&card["training"]["validation"], &card["training"]["truncated"]),
            (&0.into(), &0.into())
        );

        // The families differ in length, and both models tell them apart.
        let table = std::fs::read_to_string(format!("{}/metrics.tsv", out("1"))).unwrap();
        let mut rows = csv::ReaderBuilder::new().delimiter(b'\t').from_reader(table.as_bytes());
        let headers = rows.headers().unwrap().clone();
        let at = |name: &str| headers.iter().position(|header| header == name).unwrap();
        let balanced = rows.records().map(Result::unwrap).find(|row| {
            &row[at("model")] == name
                && &row[at("metric")] == "balanced-accuracy"
                && &row[at("slice")] == "all"
        });
        let value: f64 = balanced.unwrap()[at("value")].parse().unwrap();
        assert!(value > 0.9, "{name}: {value}");

        let model = format!("{}/models/{name}", out("1"));
        let [predicted, attributed] =
            ["p.tsv", "a.tsv"].map(|file| folder.path().join(file).display().to_string());
        let genes = "test-data/well-formed/three-genes.fasta";
        succeed(&["predict", &model, genes, "-o", &predicted]);
        let rows = std::fs::read_to_string(&predicted).unwrap();
        assert_eq!(rows.lines().count(), 4, "{rows}");
        // There are no gradients to follow, but symbols can be replaced.
        succeed(&["attribute", &model, genes, "-o", &attributed]);
        let refused = ["attribute", &model, genes, "-o", &attributed, "--method", "integrated"];
        let refused = cistron(&refused);
        assert_eq!(refused.status.code(), Some(2), "{}", text(&refused.stderr));
        assert!(text(&refused.stderr).contains("mutagenesis"), "{}", text(&refused.stderr));
    }
}

#[test]
fn what_they_cannot_take_is_told_before_anything_runs() {
    for (set, expected) in [
        ("models={a: {svm: {words: [{letters: bases, mask: '10'}]}}}", "mask"),
        ("models={a: {svm: {cost: 0}}}", "a number above 0"),
        ("models={a: {stack: {trees: 0}}}", "1 to 10000"),
        ("models={a: {stack: {}, longer: windows}}", "whole sequences of any length"),
        ("models={a: {svm: {}, encode: {one-hot: {length: 9}}}}", "whole sequences of any length"),
        ("models={a: {logistic: {}, encode: {whole: {}}}}", "`whole` makes no tensor"),
    ] {
        let output = cistron(&["check", WORKFLOW, "--set", set]);
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{set}: {error}");
        assert!(error.contains(expected), "{set}: {error}");
    }
}
