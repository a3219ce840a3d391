//! A file that is predicted a block at a time has the predictions and the audit of the whole file.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::command::{root, succeed, text};
use cistron::predict::{BLOCK, Blocks, Ensemble, predict};
use cistron_data::config::Input;
use cistron_encoders::alphabet::Alphabet;
use cistron_models::device::{DeviceChoice, device};
use cistron_models::executor::Executor;

/// Records of the test data, and sequences of one base after them.
fn queries() -> String {
    let genes = root().join("test-data/resistance-genes/genes.fasta.gz");
    let mut records = String::new();
    let mut genes = flate2::read::MultiGzDecoder::new(File::open(genes).unwrap());
    genes.read_to_string(&mut records).unwrap();
    for length in 1..60 {
        writeln!(records, ">long{length}\n{}", "A".repeat(length * 37)).unwrap();
    }
    records
}

/// The table and the audit of `fasta`, predicted in blocks of `symbols`.
fn predicted(ensemble: &Ensemble, fasta: &Path, symbols: usize) -> [Vec<u8>; 2] {
    let input = Input { fasta: Some(fasta.to_path_buf()), ..Input::default() };
    let blocks = Blocks::open(Path::to_path_buf, &input, Alphabet::Dna, symbols).unwrap();
    let executor = Executor::on(device(DeviceChoice::Cpu).unwrap());
    let table = fasta.with_file_name("out.tsv");
    let done = predict(ensemble, &executor, "new", blocks, &table, |_| None).unwrap();
    assert!(done.records > 59);
    done.outputs.map(|path| std::fs::read(path).unwrap())
}

#[test]
fn the_size_of_blocks_does_not_show() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let run = ["run", "workflows/two-families.yaml", "--out", out.to_str().unwrap()];
    succeed(&run);
    let model = out.join("models/logistic");
    let fasta = folder.path().join("new.fasta");
    std::fs::write(&fasta, queries()).unwrap();

    let executor = Executor::on(device(DeviceChoice::Cpu).unwrap());
    let ensemble = Ensemble::load(&model, &executor).unwrap();
    let [table, audit] = predicted(&ensemble, &fasta, BLOCK);
    for symbols in [0, 1000, 30_000] {
        let [blocks, beside] = predicted(&ensemble, &fasta, symbols);
        assert!(blocks == table && beside == audit, "blocks of {symbols}");
    }
    let audit: cistron_audit::Audit = serde_json::from_slice(&audit).unwrap();
    assert_eq!(audit.predicted.len(), text(&table).lines().count() - 1);
    assert!(audit.findings.iter().any(|f| f.check == "query.length" && f.value > Some(0.0)));

    // What comes on standard input is predicted as the file is.
    let piped = folder.path().join("piped.tsv");
    let mut child = Command::new(env!("CARGO_BIN_EXE_cistron"))
        .args(["predict", model.to_str().unwrap(), "-", "-o", piped.to_str().unwrap()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(queries().as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(std::fs::read(&piped).unwrap() == table);
}
