//! How fast FASTA becomes symbol codes, beside noodles and needletail alone.
//!
//! `cargo run --release --example throughput -- [MEGABYTES]`: one thread, a file in memory's cache,
//! the best of three runs; megabytes are of the file.

// An example prints, and stops at the first surprise.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::fmt::Write;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::time::Instant;

use cistron::read::fasta::Records;
use cistron_encoders::alphabet::Alphabet;

/// Reads a file and returns the number of its symbols.
type Reader = fn(&Path) -> usize;

fn main() {
    let megabytes: usize = std::env::args().nth(1).map_or(200, |text| text.parse().unwrap());
    println!("{:<14} {:<28} {:>10}", "file", "reader", "GB/s");
    for (name, width) in [("wrapped at 70", 70), ("single-line", usize::MAX)] {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), fasta(megabytes << 20, width)).unwrap();
        let size = std::fs::metadata(file.path()).unwrap().len() as f64;
        let readers: [(&str, Reader); 5] = [
            ("Cistron: checked records", checked),
            ("Cistron: symbol codes", codes),
            ("noodles: records", noodles),
            ("needletail: records", needletail),
            ("needletail: symbol codes", needletail_codes),
        ];
        for (reader, read) in readers {
            let seconds = (0..3).map(|_| {
                let start = Instant::now();
                assert!(read(file.path()) > 0);
                start.elapsed().as_secs_f64()
            });
            let best = seconds.fold(f64::INFINITY, f64::min);
            println!("{name:<14} {reader:<28} {:>10.2}", size / best / 1e9);
        }
    }
}

/// Records of 1 000 random bases until there are `size` bytes.
fn fasta(size: usize, width: usize) -> String {
    let mut state = 88_172_645_463_325_252_u64;
    let mut text = String::with_capacity(size + 2000);
    let mut record = 0;
    while text.len() < size {
        writeln!(text, ">record{record}").unwrap();
        for position in 1..=1000 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            text.push(char::from(b"ACGT"[(state >> 33) as usize & 3]));
            if position % width == 0 || position == 1000 {
                text.push('\n');
            }
        }
        record += 1;
    }
    text
}

fn checked(path: &Path) -> usize {
    Records::open(path, Alphabet::Dna).unwrap().map(|r| r.unwrap().sequence.len()).sum()
}

fn codes(path: &Path) -> usize {
    let mut codes = Vec::new();
    let mut symbols = 0;
    // Turning symbols into codes checks them.
    for record in Records::open(path, None).unwrap() {
        codes.clear();
        Alphabet::Dna.codes(&record.unwrap().sequence, &mut codes).unwrap();
        symbols += codes.len();
    }
    symbols
}

fn noodles(path: &Path) -> usize {
    let file = BufReader::with_capacity(1 << 17, File::open(path).unwrap());
    let mut reader = noodles::fasta::io::Reader::new(file);
    reader.records().map(|record| record.unwrap().sequence().len()).sum()
}

fn needletail(path: &Path) -> usize {
    let mut reader = needletail::parse_fastx_file(path).unwrap();
    let mut symbols = 0;
    while let Some(record) = reader.next() {
        symbols += record.unwrap().seq().len();
    }
    symbols
}

fn needletail_codes(path: &Path) -> usize {
    let mut reader = needletail::parse_fastx_file(path).unwrap();
    let mut codes = Vec::new();
    let mut symbols = 0;
    while let Some(record) = reader.next() {
        codes.clear();
        Alphabet::Dna.codes(&record.unwrap().seq(), &mut codes).unwrap();
        symbols += codes.len();
    }
    symbols
}
