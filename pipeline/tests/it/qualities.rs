//! Qualities of FASTQ records as a channel.

use std::fmt::Write;

use crate::command::{cistron, succeed, text};

/// Reads whose class only their qualities tell.
fn reads(count: usize) -> String {
    let mut state = 3_u32;
    let mut base = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        b"ACGT"[(state >> 30) as usize]
    };
    let mut text = String::new();
    for read in 0..count {
        let bases: String = (0..30).map(|_| char::from(base())).collect();
        let (class, quality) = if read % 2 == 0 { ("good", "I") } else { ("bad", "#") };
        writeln!(text, "@r{read} class={class}\n{bases}\n+\n{}", quality.repeat(30)).unwrap();
    }
    text
}

#[test]
fn qualities_reach_the_network_where_they_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
    std::fs::write(path("reads.fastq"), reads(200)).unwrap();
    std::fs::write(path("reads.fasta"), ">a\nACGTACGT\n").unwrap();
    let workflow = "schema: 1\nname: reads\nread:\n  fastq: reads.fastq\n  \
        labels: {header: 'class=(?<label>\\w+)'}\nsplit: {random: {}}\n\
        encode: {one-hot-quality: {length: 30}}\nmodels:\n  \
        with: {logistic: {}, reverse-complement: average, train: {epochs: 30, learning-rate: 0.01}}\n  \
        without: {logistic: {}, encode: {one-hot: {length: 30}}, train: {epochs: 30}}\n";
    std::fs::write(path("w.yaml"), workflow).unwrap();
    succeed(&["run", &path("w.yaml"), "--out", &path("run")]);
    let metrics = std::fs::read_to_string(path("run/metrics.json")).unwrap();
    let metrics: serde_json::Value = serde_json::from_str(&metrics).unwrap();
    let accuracy = |name: &str| {
        let entries = metrics["entries"].as_array().unwrap();
        let entry = entries.iter().find(|entry| entry["name"] == name).unwrap();
        entry["scores"][0]["value"].as_f64().unwrap()
    };
    assert!(accuracy("with") > 0.95 && accuracy("without") < 0.8, "{metrics}");
    let predicted =
        succeed(&["predict", &path("run/models/with"), &path("reads.fastq"), "-o", &path("p.tsv")]);
    assert!(predicted.contains("200 records predicted"), "{predicted}");
    let refused = cistron(&["predict", &path("run/models/with"), &path("reads.fasta")]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("the file is FASTA, which has no qualities"));
}
