//! Simulated families of related sequences, to measure cost and recall on; no biology is in them.
//!
//! ```text
//! cargo run --release --example simulated_families -- make DIR --records 100000 --length 500
//! cargo run --release --example simulated_families -- recall DIR/families.fasta DIR/split/splits.tsv
//! ```
//!
//! `make` writes `families.fasta` and `families.tsv` (id, label, family, split): ten members a family,
//! each the random founder with up to 5 % of its bases substituted; every fifth member is a half of it,
//! every fifth the other strand. Families are dealt to two classes, and whole to training or test.
//! `recall` counts the pairs of a family, and the pairs of at least 90 % identity by exhaustive
//! alignment of a sample, that a table of clusters (columns `id` and `cluster`) keeps together.
//!
//! Options of `make`: `--records N` (10000), `--length A[-B]` (500), `--seed N` (1).

mod family;
mod recall;

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.split_first() {
        Some((command, rest)) if command == "make" => make(rest),
        Some((command, [fasta, clusters])) if command == "recall" => {
            recall::recall(&PathBuf::from(fasta), &PathBuf::from(clusters))
        }
        _ => Err("expected `make DIR` or `recall FASTA CLUSTERS`".into()),
    };
    match outcome {
        Ok(text) => {
            // Nothing is left to do where even the message cannot be written.
            let _ = writeln!(io::stdout(), "{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(io::stderr(), "simulated_families: {error}");
            ExitCode::FAILURE
        }
    }
}

fn make(arguments: &[String]) -> Result<String, Box<dyn Error>> {
    let (folder, options) = arguments.split_first().ok_or("make: which folder?")?;
    let (mut records, mut length, mut seed) = (10_000, (500, 500), 1);
    for option in options.chunks(2) {
        let [name, value] = option else { return Err(format!("{}: a value", option[0]).into()) };
        match name.as_str() {
            "--records" => records = value.parse()?,
            "--seed" => seed = value.parse()?,
            "--length" => {
                let (low, high) = value.split_once('-').unwrap_or((value, value));
                length = (low.parse()?, high.parse()?);
            }
            _ => return Err(format!("{name} is no option").into()),
        }
    }
    if length.0 < 2 || length.0 > length.1 {
        return Err("--length: from 2 on, the shorter first".into());
    }
    family::write(&PathBuf::from(folder), records, length, seed)?;
    Ok(format!("{records} simulated records in {folder}"))
}
