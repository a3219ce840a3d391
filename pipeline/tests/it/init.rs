//! Workflows that `cistron init` writes, and whether they run.

use crate::command::{cistron, succeed, text};

const GENES: &str = "test-data/resistance-genes/genes.fasta.gz";
const TABLE: &str = "test-data/resistance-genes/genes.tsv";

#[test]
fn a_fasta_file_and_its_table_become_a_workflow_that_runs() {
    let folder = tempfile::tempdir().unwrap();
    // The folder of the workflow is made.
    let (workflow, out) = (folder.path().join("new/genes.yaml"), folder.path().join("out"));
    let [workflow, out] = [&workflow, &out].map(|path| path.to_str().unwrap());
    let init = ["init", GENES, TABLE, "--label", "drug_class", "-o", workflow, "--yes"];
    let said = succeed(&init);
    assert!(said.contains("whole homology clusters can be held out"), "{said}");
    let written = std::fs::read_to_string(workflow).unwrap();
    for part in [
        "homology: {containment: 0.2}",
        "id: \"id\", label: \"drug_class\"",
        "# Other columns that could be the label: mechanism.",
    ] {
        assert!(written.contains(part), "{part}: {written}");
    }
    assert!(succeed(&["check", workflow]).contains("no mistakes; 3 models"));
    let fast = "models={words: {logistic: {}, encode: {kmer-counts: {k: 3}}, train: {epochs: 2}}}";
    let ran = succeed(&["run", workflow, "--out", out, "--set", fast]);
    assert!(ran.contains("balanced accuracy"), "{ran}");

    let again = cistron(&init);
    assert_eq!(again.status.code(), Some(2));
    assert!(text(&again.stderr).contains("--force"), "{}", text(&again.stderr));
}

#[test]
fn what_cannot_be_split_by_homology_is_split_at_random_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (class, base) in [("first", 'A'), ("second", 'C')] {
        let record = |i: usize| format!(">{class}{i}\n{}GT{base}\n", "ACGTTGCAAC".repeat(3));
        let records = (0..30).map(record).collect::<Vec<String>>().concat();
        let file = folder.path().join(format!("{class}.fasta"));
        std::fs::write(&file, records).unwrap();
        files.push(file.to_str().unwrap().to_string());
    }
    let workflow = folder.path().join("made.yaml");
    let workflow = workflow.to_str().unwrap();
    let said = succeed(&["init", &files[0], &files[1], "-o", workflow]);
    assert!(
        said.contains("at random") && said.contains("first (30 in 1 cluster, too few)"),
        "{said}"
    );
    let written = std::fs::read_to_string(workflow).unwrap();
    // Beside its files, the workflow can be moved with them.
    assert!(written.contains("\"first\": \"first.fasta\""), "{written}");
    assert!(written.contains("random: {}") && written.contains("scores are inflated"), "{written}");
    assert!(succeed(&["check", workflow]).contains("no mistakes"));
}
