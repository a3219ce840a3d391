//! Awkward and malformed files of other projects: each is read, or refused, as `robustness.tsv` says.

use std::path::{Path, PathBuf};

use cistron::workflow::parse::Loaded;
use cistron_data::error::Error;
use cistron_data::read::format::{self, Format};
use cistron_data::read::vcf::Records;
use serde_json::json;

/// The folder of the files, where it is there.
fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("CISTRON_DATA").map(|data| Path::new(&data).join("robustness"));
    let folder = folder.filter(|folder| folder.is_dir());
    if folder.is_none() {
        eprintln!("SKIPPED: set CISTRON_DATA to the folder of the real data to run this test");
    }
    folder
}

/// Rows of the index: path, alphabet, records or `refused`, what is found there, why.
fn index() -> Vec<[String; 5]> {
    rows(include_str!("robustness.tsv"))
}

fn rows<const N: usize>(text: &str) -> Vec<[String; N]> {
    let row = |line: &str| {
        let mut cells = line.split('\t').map(str::to_string);
        std::array::from_fn(|_| cells.next().unwrap_or_default())
    };
    text.lines().skip(1).map(row).collect()
}

/// The number of records, or what was found instead of one.
fn outcome(path: &Path, alphabet: &str) -> [String; 2] {
    let read = || -> Result<usize, Error> {
        let key = match format::of(path)? {
            Format::Fastq => "fastq",
            Format::Fasta | Format::Table | Format::Vcf | Format::Bcf => "fasta",
        };
        let mut read = json!({"alphabet": alphabet});
        read[key] = json!(path);
        let workflow = json!({"schema": 1, "name": "x", "read": read});
        let workflow = serde_json::from_value(workflow).unwrap();
        let loaded = Loaded { workflow, folder: PathBuf::new(), path: path.to_path_buf() };
        Ok(loaded.dataset()?.len())
    };
    match read() {
        Ok(records) => [records.to_string(), String::new()],
        Err(Error::Input(error)) => ["refused".to_string(), error.found.clone()],
        Err(other) => panic!("{}: {other}", path.display()),
    }
}

#[test]
fn every_sequence_file_does_what_the_index_says() {
    let Some(folder) = data() else { return };
    let mut wrong = Vec::new();
    let index = index();
    for [path, alphabet, records, found, _] in &index {
        let [is, why] = outcome(&folder.join(path), alphabet);
        if is != *records || why != *found {
            wrong.push(format!("{path}\t{alphabet}\t{is}\t{why}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), index.len(), wrong.join("\n"));
    let refused = |row: &&[String; 5]| row[0].contains("biopython/Quality/error_");
    let refused: Vec<_> = index.iter().filter(refused).map(|row| row[2].as_str()).collect();
    assert_eq!(refused, ["refused"; 22]);
}

/// Every VCF file of the specification's tests: a reader of variants is no validator, so some of the
/// "failed" files are read; the index says which and why.
#[test]
fn every_vcf_file_does_what_the_index_says() {
    let Some(folder) = data() else { return };
    let folder = folder.join("hts-specs-vcf/4.2");
    let index: Vec<[String; 4]> = rows(include_str!("robustness-vcf.tsv"));
    let mut wrong = Vec::new();
    for [path, records, found, _] in &index {
        let [is, why] = vcf_outcome(&folder.join(path));
        if is != *records || why != *found {
            wrong.push(format!("{path}\t{is}\t{why}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), index.len(), wrong.join("\n"));
    for kind in ["passed", "failed"] {
        let listed = index.iter().filter(|row| row[0].starts_with(kind)).count();
        assert_eq!(listed, std::fs::read_dir(folder.join(kind)).unwrap().count(), "{kind}");
    }
}

/// The number of records, or what was found instead of one.
fn vcf_outcome(path: &Path) -> [String; 2] {
    let read = || Records::open(path)?.collect::<Result<Vec<_>, _>>();
    match read() {
        Ok(records) => [records.len().to_string(), String::new()],
        Err(error) => ["refused".to_string(), error.found.replace(['\t', '\n'], " ")],
    }
}

#[test]
fn every_file_is_in_the_index() {
    let Some(folder) = data() else { return };
    let listed: Vec<String> = index().into_iter().map(|[path, ..]| path).collect();
    let folders = [
        "biopython/Fasta",
        "biopython/Quality",
        "needletail-data",
        "needletail-specimen/FASTA",
        "needletail-specimen/FASTQ",
    ];
    for kind in folders {
        for file in std::fs::read_dir(folder.join(kind)).unwrap() {
            let name = format!("{kind}/{}", file.unwrap().file_name().display());
            assert!(listed.contains(&name) || name.ends_with("index.toml"), "{name}");
        }
    }
}
