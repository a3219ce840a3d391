//! Whole data sets by hand, from every way that sequences can be named.

use std::path::Path;

use cistron_encoders::alphabet::Alphabet;
use serde_json::{Value, json};

use super::{Request, read};
use crate::dataset::Dataset;
use crate::error::Error;

/// Reads what the key `read` names, relative to `folder`.
fn dataset(folder: &Path, config: Value) -> Result<Dataset, Error> {
    let config = serde_json::from_value(config).unwrap();
    read(&Request { read: &config, folder, path: Path::new("w.yaml"), qualities: false })
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn rows(dataset: &Dataset) -> Vec<(&str, &[u8], Option<&str>)> {
    let class = |i: usize| dataset.labels[i].map(|l| dataset.classes[l as usize].as_str());
    (0..dataset.len()).map(|i| (dataset.id(i), dataset.sequence(i), class(i))).collect()
}

#[test]
fn one_file_a_class_by_name_and_by_folder() {
    let files = [("c/one.fasta", ">a\nACGT\n"), ("c/two.fastq", "@b\nGG\n+\nII\n@c\nTT\n+\nII\n")];
    let folder = folder(&files);
    let expected: [(&str, &[u8], Option<&str>); 3] =
        [("a", b"ACGT", Some("one")), ("b", b"GG", Some("two")), ("c", b"TT", Some("two"))];
    for config in
        [json!({"folder": "c"}), json!({"files": {"one": "c/one.fasta", "two": "c/two.fastq"}})]
    {
        let found = dataset(folder.path(), config).unwrap();
        assert_eq!(rows(&found), expected);
        let sources: Vec<usize> = found.sources().map(|(_, records)| records).collect();
        assert_eq!(sources, [1, 2]);
    }
    let same = json!({"files": {"one": "c/one.fasta", "two": "c/one.fasta"}});
    let error = dataset(folder.path(), same).unwrap_err().to_string();
    assert!(error.contains("a second time (first on line 1)"), "{error}");
    std::fs::write(folder.path().join("c/README"), "about\n").unwrap();
    let error = dataset(folder.path(), json!({"folder": "c"})).unwrap_err().to_string();
    assert!(error.contains("README: found a table; expected FASTA or FASTQ"), "{error}");
}

#[test]
fn fastq_takes_labels_from_its_headers() {
    let folder = folder(&[("r.fastq", "@a class=x\nACG\n+\nIII\n@b class=y\nTTT\n+\nIII\n")]);
    let config = json!({"fastq": "r.fastq", "labels": {"header": r"class=(?<label>\w+)"}});
    let found = dataset(folder.path(), config).unwrap();
    assert_eq!(rows(&found), [("a", &b"ACG"[..], Some("x")), ("b", b"TTT", Some("y"))]);
}

#[test]
fn genes_are_read_as_proteins() {
    let folder =
        folder(&[("g.fasta", ">a class=x\nATGGCATAA\n>b class=y\nTTTCCC\n>c class=y\nAT\n")]);
    let header = r"class=(?<label>\w+)";
    let config = |on_error: &str| {
        json!({"fasta": "g.fasta", "labels": {"header": header}, "translate": "coding",
            "on-error": on_error})
    };
    let found = dataset(folder.path(), config("skip")).unwrap();
    assert_eq!(found.alphabet, Alphabet::Protein);
    assert_eq!(rows(&found), [("a", &b"MA"[..], Some("x")), ("b", b"FP", Some("y"))]);
    assert_eq!(found.skipped.len(), 1);
    let error = dataset(folder.path(), config("stop")).unwrap_err().to_string();
    assert!(error.contains("record 3 (c): found 2 bases without a codon"), "{error}");
}

#[test]
fn a_cut_off_file_is_not_skipped_over() {
    let folder = folder(&[("r.fastq", "@a class=x\nACG\n+\nIII\n@b class=y\nTTT\n+\nII")]);
    let labels = json!({"header": r"class=(?<label>\w+)"});
    let config = json!({"fastq": "r.fastq", "labels": labels, "on-error": "skip"});
    let error = dataset(folder.path(), config).unwrap_err().to_string();
    assert!(error.contains("record 2 (b): found 2 qualities"), "{error}");
}

#[test]
fn the_layout_of_uci_is_read() {
    let folder = folder(&[("p.data", "+,S10,\t\ttact\n-,868,\t\tatat\n")]);
    let table = json!({"path": "p.data", "columns": ["class", "id", "sequence"],
        "separator": "comma", "id": "id", "label": "class"});
    let found = dataset(folder.path(), json!({"table": table})).unwrap();
    assert_eq!(rows(&found), [("S10", &b"tact"[..], Some("+")), ("868", b"atat", Some("-"))]);
}

#[test]
fn headers_that_other_readers_take_are_read() {
    // Blanks behind the mark, an identifier given twice, comments, carriage returns alone.
    let text =
        ";a comment\n> a class=x\nACGT\n>a class=y\nGGTT\n>a_2 class=y\nGG\n>a class=x\nCC\n";
    let cr = text.replace('\n', "\r");
    let folder = folder(&[("a.fa", text), ("b.fa", &cr)]);
    for file in ["a.fa", "b.fa"] {
        let labels = json!({"header": "class=(?<label>\\w+)"});
        let found = dataset(folder.path(), json!({"fasta": file, "labels": labels})).unwrap();
        assert_eq!(found.ids(), ["a", "a_2", "a_2_2", "a_3"]);
        assert_eq!(found.sequence(3), b"CC");
        assert_eq!(found.renamed.len(), 3);
        assert!(found.renamed[0].contains("a → a_2 (") && found.renamed[0].ends_with(":4)"));
    }
}

#[test]
fn an_identifier_given_twice_that_a_table_names_is_refused() {
    let folder = folder(&[("a.fa", ">a\nACGT\n>a\nGGTT\n"), ("l.csv", "id;label\na;x\nb;y\n")]);
    let config = json!({"fasta": "a.fa", "labels": {"table": "l.csv"}});
    let error = dataset(folder.path(), config).unwrap_err().to_string();
    assert!(error.contains("a second time (first on line 1)"), "{error}");
}

#[test]
fn intervals_take_their_class_from_a_column_or_a_table() {
    let bed = "chr1\t0\t4\tyes\t9\t+\nchr1\t2\t6\tno\t9\t-\n";
    let table = "id,label\nchr1:0-4(+),x\nchr1:2-6(-),y\n";
    let files = [("i.bed", bed), ("g.fa", ">chr1\nACGTTA\n"), ("l.csv", table)];
    let folder = folder(&files);
    let intervals = json!({"bed": "i.bed", "reference": "g.fa"});
    let found = dataset(folder.path(), json!({"intervals": intervals})).unwrap();
    let expected: [(&str, &[u8], Option<&str>); 2] =
        [("chr1:0-4(+)", b"ACGT", Some("yes")), ("chr1:2-6(-)", b"TAAC", Some("no"))];
    assert_eq!(rows(&found), expected);
    let labels = json!({"intervals": intervals, "labels": {"table": "l.csv"}});
    let found = dataset(folder.path(), labels).unwrap();
    assert_eq!((found.classes.join(" "), found.class_counts()), ("x y".to_string(), vec![1, 1]));
    let kept = json!({"intervals": intervals, "labels": {"classes": ["yes"]}});
    assert_eq!(dataset(folder.path(), kept).unwrap().ids(), ["chr1:0-4(+)"]);
    let other = json!({"intervals": {"bed": "i.bed", "reference": "g.fa", "label-column": 7}});
    let error = dataset(folder.path(), other).unwrap_err().to_string();
    assert!(
        error.contains("i.bed:1: record 1 (chr1:0-4(+)): found no class in column 7"),
        "{error}"
    );
}
