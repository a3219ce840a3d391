//! Sequences longer than their encoder, read whole as windows, and both strands of sequences.

use std::fmt::Write;
use std::path::Path;

use crate::command::{succeed, text};

const LENGTH: usize = 400;

/// The probability of the first class, a record a row.
fn predict(model: &Path, folder: &Path, sequences: &[&[u8]]) -> Vec<f64> {
    let (fasta, table) = (folder.join("long.fasta"), folder.join("long.tsv"));
    let mut records = String::new();
    for (number, sequence) in sequences.iter().enumerate() {
        writeln!(records, ">r{number}\n{}", text(sequence)).unwrap();
    }
    std::fs::write(&fasta, records).unwrap();
    let [model, fasta, out] = [model, &fasta, &table].map(|path| path.to_str().unwrap());
    succeed(&["predict", model, fasta, "-o", out]);
    let mut rows = csv::ReaderBuilder::new().delimiter(b'\t').from_path(&table).unwrap();
    rows.records().map(|row| row.unwrap()[2].parse().unwrap()).collect()
}

#[test]
fn twenty_thousand_bases_are_the_mean_of_their_windows() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let one_hot = format!("models.logistic.encode={{one-hot: {{length: {LENGTH}}}}}");
    let conv = "models.logistic.conv={filters: [8], width: 7}";
    let train = "models.logistic.train={epochs: 2}";
    let mut arguments = vec!["run", "workflows/two-families.yaml", "--out", out.to_str().unwrap()];
    for setting in [conv, "models.logistic.logistic=null", &one_hot, train] {
        arguments.extend(["--set", setting]);
    }
    arguments.extend(["--set", "models.logistic.longer=windows"]);
    succeed(&arguments);

    let model = out.join("models/logistic/fold-0/seed-0");
    let card = std::fs::read_to_string(model.join("model.json")).unwrap();
    assert!(
        card.contains(r#""longer": "windows""#) && card.contains(r#""truncated": 0"#),
        "{card}"
    );

    // Written by hand: bases without a pattern, from a linear congruential generator.
    let mut state = 1_u32;
    let mut base = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        b"ACGT"[(state >> 30) as usize]
    };
    let long: Vec<u8> = (0..20_000).map(|_| base()).collect();
    let windows: Vec<&[u8]> = (0..=20_000 - LENGTH)
        .step_by(LENGTH / 2)
        .map(|start| &long[start..start + LENGTH])
        .collect();
    let found = predict(&model, folder.path(), &[&long])[0];
    let parts = predict(&model, folder.path(), &windows);
    let mean = parts.iter().sum::<f64>() / parts.len() as f64;
    assert_eq!(parts.len(), 99);
    assert!(
        parts.iter().any(|part| (part - mean).abs() > 1e-4),
        "windows that agree prove nothing"
    );
    // Six decimals are written.
    assert!((found - mean).abs() < 2e-6, "{found} {mean}");
}

#[test]
fn averaged_over_strands_a_sequence_and_its_other_strand_are_one() {
    let folder = tempfile::tempdir().unwrap();
    let run = |choice: &str| {
        let out = folder.path().join(choice);
        let set = format!("models.logistic.reverse-complement={choice}");
        let encode = "models.logistic.encode={one-hot: {length: 400}}";
        let train = "models.logistic.train={epochs: 2}";
        let out_text = out.to_str().unwrap();
        let settings = ["--set", &set, "--set", encode, "--set", train];
        succeed(
            &[&["run", "workflows/two-families.yaml", "--out", out_text], &settings[..]].concat(),
        );
        out.join("models/logistic/fold-0/seed-0")
    };
    let sequence = b"ATGGCCAAGTTGACCTCATCAGGCATTACGGATTACCAGTT".repeat(4);
    let other = cistron_encoders::alphabet::Alphabet::Dna.reverse_complement(&sequence).unwrap();
    let both = [&sequence[..], &other[..]];
    let averaged = predict(&run("average"), folder.path(), &both);
    assert!((averaged[0] - averaged[1]).abs() < 2e-6, "{averaged:?}");
    let plain = predict(&run("none"), folder.path(), &both);
    assert!((plain[0] - plain[1]).abs() > 1e-3, "strands that agree prove nothing: {plain:?}");
    // Learning from both strands changes the weights, and asking about one strand shows it.
    let augmented = predict(&run("augment"), folder.path(), &both);
    assert!((augmented[0] - augmented[1]).abs() > 1e-5 && augmented != plain, "{augmented:?}");
}
