//! CPU time of the steps of the audit that compare sequences.
//!
//! `cargo run --release --example audit_cost -- FILE [THRESHOLD]`: FASTA, or a table with a column
//! `sequence`. A random fifth is held out. CPU seconds are those of all threads; memory is the greatest
//! so far. Linux only.

// An example prints, and stops at the first surprise.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::time::Instant;

use cistron_data::dataset::Dataset;
use cistron_data::read::fasta::Records;
use cistron_data::read::format::{self, Format};
use cistron_data::read::table::Table;
use cistron_encoders::alphabet::Alphabet;
use cistron_encoders::sketch::{KmerSets, cluster, cross_pairs, default_k};
use cistron_split::Part;
use cistron_split::neighbour::Neighbours;
use cistron_split::neighbour::identity::Identities;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let path = PathBuf::from(arguments.next().unwrap());
    let threshold = arguments.next().map_or(0.2, |text| text.parse().unwrap());
    println!("{:<44} {:>8} {:>8} {:>8}", "step", "CPU s", "wall s", "MB");
    let dataset = step("read", || read(&path));
    step("duplicates: hashes of both strands", || Identities::new(&dataset).groups().len());
    let sets = step("k-mer sets", || {
        KmerSets::build(&dataset.sequences(), dataset.alphabet, default_k(dataset.alphabet))
            .unwrap()
    });
    let clusters = step("clusters", || cluster(&sets, threshold).unwrap());
    // Every fifth record; what is compared does not depend on which.
    let parts: Vec<Part> =
        (0..dataset.len()).map(|i| if i % 5 == 0 { Part::Test } else { Part::Train }).collect();
    let cells: Vec<Option<u8>> = parts.iter().map(|part| Some(*part as u8)).collect();
    let cross =
        step("certificate of a random split", || cross_pairs(&sets, &cells, threshold).unwrap());
    // Clusters dealt whole, as a homology split is.
    let whole: Vec<Option<u8>> =
        clusters.cluster_of.iter().map(|c| Some(u8::from(c % 5 == 0))).collect();
    let clean =
        step("certificate of a homology split", || cross_pairs(&sets, &whole, threshold).unwrap());
    let neighbours = step("leakage profile and look-up", || {
        Neighbours::with_sets(&dataset, &[parts], Some(&sets))
    });
    println!(
        "{} records in {} clusters; random split: {} pairs across the border, {} records held out; homology split: {}",
        dataset.len(),
        clusters.count,
        cross.pairs,
        neighbours.iter().count(),
        if clean.is_clean() { "certified" } else { "not certified" }
    );
}

fn read(path: &Path) -> Dataset {
    let mut dataset = Dataset::new(Alphabet::Dna);
    if format::of(path).unwrap() == Format::Table {
        let table = Table::open(path).unwrap();
        let column = table.column("sequence").unwrap();
        for row in table {
            let row = row.unwrap();
            dataset.push(row.number.to_string(), row.cells[column].as_bytes(), row.line);
        }
    } else {
        for record in Records::open(path, Alphabet::Dna).unwrap() {
            let record = record.unwrap();
            dataset.push(record.id, &record.sequence, record.line);
        }
    }
    dataset
}

/// Runs and times a step.
fn step<T>(name: &str, run: impl FnOnce() -> T) -> T {
    let (cpu, wall) = (cpu(), Instant::now());
    let value = run();
    println!(
        "{name:<44} {:>8.2} {:>8.2} {:>8.0}",
        self::cpu() - cpu,
        wall.elapsed().as_secs_f64(),
        peak()
    );
    value
}

/// CPU seconds of the process, of user and system, in ticks of a hundredth.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    // The name of the program, in brackets, may hold blanks.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks = |at: usize| fields[at].parse::<f64>().unwrap();
    (ticks(11) + ticks(12)) / 100.0
}

/// Greatest memory so far, in megabytes.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}
