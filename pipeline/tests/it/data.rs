//! Every file of `test-data/` does what its index says: it is read, or refused with this message.

use std::path::{Path, PathBuf};
use std::process::Command;

use cistron_encoders::alphabet::Alphabet;
use serde::Deserialize;

#[derive(Deserialize)]
struct Index {
    schema: u32,
    file: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    path: PathBuf,
    format: String,
    with: Option<PathBuf>,
    columns: Option<String>,
    valid: Option<bool>,
    exit: Option<i32>,
    #[serde(default)]
    message: Vec<String>,
    records: Option<usize>,
    symbols: Option<usize>,
    blake3: String,
    #[serde(default)]
    alphabet: Alphabet,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../test-data")
}

fn index() -> Index {
    toml::from_str(&std::fs::read_to_string(folder().join("index.toml")).unwrap()).unwrap()
}

/// `cistron audit` on one entry: it reads every record and checks each.
fn audit(entry: &Entry) -> std::process::Output {
    let file = folder().join(&entry.path);
    let mut command = Command::new(env!("CARGO_BIN_EXE_cistron"));
    command.args(["--format", "json", "audit"]);
    match entry.format.as_str() {
        "labels" => {
            let label = entry.columns.as_deref().and_then(|c| c.split(' ').nth(1));
            command.arg(folder().join(entry.with.as_ref().unwrap())).arg("--labels").arg(file);
            command.args(["--label", label.unwrap_or("drug_class")]);
        }
        "sequence-table" => {
            let label = entry.columns.as_deref().and_then(|c| c.split(' ').nth(1));
            command.arg(file).args(["--label", label.unwrap_or("class")]);
        }
        _ => {
            command.arg(file);
        }
    }
    command.args(["--alphabet", "dna"]).output().unwrap()
}

#[test]
fn every_file_has_its_hash() {
    let index = index();
    assert_eq!(index.schema, 1);
    for entry in index.file {
        let bytes = std::fs::read(folder().join(&entry.path)).unwrap();
        let hash = blake3::hash(&bytes).to_hex().to_string();
        assert_eq!(hash, entry.blake3, "{}", entry.path.display());
    }
}

#[test]
fn every_file_of_the_folder_is_listed() {
    let listed: Vec<PathBuf> = index().file.into_iter().map(|entry| entry.path).collect();
    for kind in std::fs::read_dir(folder()).unwrap().map(Result::unwrap) {
        if kind.path().is_file() {
            continue;
        }
        for file in std::fs::read_dir(kind.path()).unwrap() {
            let path = Path::new(&kind.file_name()).join(file.unwrap().file_name());
            assert!(listed.contains(&path), "{} is not in index.toml", path.display());
        }
    }
}

#[test]
fn malformed_files_are_refused_with_their_message() {
    let mut seen = 0;
    for entry in index().file.iter().filter(|entry| entry.valid == Some(false)) {
        let output = audit(entry);
        let error = String::from_utf8_lossy(&output.stderr);
        let path = entry.path.display();
        assert_eq!(output.status.code(), entry.exit, "{path}: {error}");
        assert!(!entry.message.is_empty(), "{path} names no message");
        for fragment in &entry.message {
            assert!(error.contains(fragment), "{path}: no `{fragment}` in: {error}");
        }
        seen += 1;
    }
    assert!(seen > 20);
}

#[test]
fn well_formed_files_are_read_whole() {
    let mut seen = 0;
    for entry in index().file.iter().filter(|entry| entry.valid == Some(true)) {
        // The large ones are read by every run of the shipped workflows.
        if entry.path.starts_with("resistance-genes") || entry.alphabet != Alphabet::Dna {
            continue;
        }
        let output = audit(entry);
        let path = entry.path.display();
        assert_eq!(output.status.code(), Some(0), "{path}: {output:?}");
        let audit: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        if entry.format != "labels" {
            let records = audit["inputs"][0]["records"].as_u64().unwrap();
            assert_eq!(Some(records as usize), entry.records, "{path}");
        }
        seen += 1;
    }
    assert!(seen > 10);
}

#[test]
fn variants_are_counted_as_the_index_says() {
    let index = index();
    let files: Vec<_> = index.file.iter().filter(|entry| entry.format == "variants").collect();
    assert!(files.len() > 1);
    for entry in files {
        let records = cistron_data::read::vcf::Records::open(&folder().join(&entry.path)).unwrap();
        let found = records.map(Result::unwrap).count();
        assert_eq!(Some(found), entry.records, "{}", entry.path.display());
    }
}

#[test]
fn symbols_are_counted_as_the_index_says() {
    use cistron_data::read::fasta::Records;
    for entry in index().file.iter().filter(|e| e.valid == Some(true) && e.format == "fasta") {
        let records = Records::open(&folder().join(&entry.path), entry.alphabet).unwrap();
        let lengths: Vec<usize> = records.map(|record| record.unwrap().sequence.len()).collect();
        assert_eq!(Some(lengths.len()), entry.records, "{}", entry.path.display());
        assert_eq!(Some(lengths.iter().sum()), entry.symbols, "{}", entry.path.display());
    }
}
