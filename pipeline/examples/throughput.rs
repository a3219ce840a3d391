//! How fast FASTA becomes symbol codes, beside other readers.
//!
//! `cargo run --release --example throughput -- [MEGABYTES]`: one thread, a file in the memory's cache,
//! the best of five runs in seconds of processor time, so that others on the machine count for
//! little; megabytes are of the text. `seqkit stats` and Biopython (of `python3`, or of the program
//! that `PYTHON` names) are run where they are installed, with their start.

// An example prints, and stops at the first surprise.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufReader, Read, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use cistron_data::read::fasta::Records;
use cistron_data::read::record::Record;
use cistron_encoders::alphabet::Alphabet;
use flate2::read::MultiGzDecoder;

/// Reads a file and returns the number of its symbols.
type Reader = fn(&Path) -> usize;

/// Runs of each reader, of which the best counts.
const RUNS: usize = 5;

const BIOPYTHON: &str = "import sys, gzip\n\
    from Bio.SeqIO.FastaIO import SimpleFastaParser\n\
    name = sys.argv[1]\n\
    with (gzip.open(name, 'rt') if name.endswith('.gz') else open(name)) as text:\n\
    \x20   print(sum(len(sequence) for _, sequence in SimpleFastaParser(text)))";

fn main() {
    let megabytes: usize = std::env::args().nth(1).map_or(200, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    println!("{:<20} {:<28} {:>12}", "file", "reader", "GB/CPU s");
    for (name, width) in [("wrapped at 70", 70), ("single-line", usize::MAX)] {
        let text = fasta(megabytes << 20, width);
        let (plain, packed) = (folder.path().join("a.fasta"), folder.path().join("a.fasta.gz"));
        std::fs::write(&plain, &text).unwrap();
        pack(&packed, text.as_bytes());
        let size = text.len() as f64;
        let readers: [(&str, Reader); 5] = [
            ("Cistron: checked records", checked),
            ("Cistron: symbol codes", codes),
            ("noodles: records", noodles),
            ("needletail: records", needletail),
            ("needletail: symbol codes", needletail_codes),
        ];
        for (reader, read) in readers {
            row(name, reader, size, || own(|| read(&plain)));
        }
        others(name, &plain, size);
        let name = format!("{name}, gzip");
        let readers: [(&str, Reader); 3] = [
            ("flate2: inflated only", inflated),
            ("Cistron: checked records", checked),
            ("Cistron: symbol codes", codes),
        ];
        for (reader, read) in readers {
            row(&name, reader, size, || own(|| read(&packed)));
        }
        others(&name, &packed, size);
    }
}

/// Programs beside this one.
fn others(name: &str, path: &Path, size: f64) {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_string());
    let path = path.to_str().unwrap();
    let seqkit = ["seqkit", "stats", "-j", "1", path];
    let biopython = [python.as_str(), "-c", BIOPYTHON, path];
    for (reader, arguments) in [("seqkit stats", &seqkit[..]), ("Biopython", &biopython[..])] {
        if child(arguments).is_some() {
            row(name, reader, size, || child(arguments).unwrap());
        } else {
            println!("{name:<20} {reader:<28} {:>12}", "absent");
        }
    }
}

fn row(name: &str, reader: &str, size: f64, seconds: impl Fn() -> f64) {
    let best = (0..RUNS).map(|_| seconds()).fold(f64::INFINITY, f64::min);
    println!("{name:<20} {reader:<28} {:>12.2}", size / best / 1e9);
}

/// Seconds of processor time that this thread spent (`schedstat` of proc(5) counts nanoseconds).
fn own(work: impl FnOnce() -> usize) -> f64 {
    let spent = || {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
        text.split(' ').next().unwrap().parse::<u64>().unwrap()
    };
    let start = spent();
    assert!(work() > 0);
    (spent() - start) as f64 / 1e9
}

/// Seconds of processor time that a program spent; `None` where it is not there or fails.
fn child(arguments: &[&str]) -> Option<f64> {
    // Fields 16 and 17 of proc(5)'s stat: time of children that ended, in hundredths of a second.
    let spent = || {
        let text = std::fs::read_to_string("/proc/self/stat").unwrap();
        let fields: Vec<&str> = text.rsplit_once(") ").unwrap().1.split(' ').collect();
        fields[13..15].iter().map(|field| field.parse::<u64>().unwrap()).sum::<u64>()
    };
    let start = spent();
    let mut command = Command::new(arguments[0]);
    let status = command.args(&arguments[1..]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.ok().filter(std::process::ExitStatus::success)?;
    Some((spent() - start) as f64 / 100.0)
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

fn pack(path: &Path, text: &[u8]) {
    let file = File::create(path).unwrap();
    let mut out = flate2::write::GzEncoder::new(file, flate2::Compression::new(6));
    out.write_all(text).unwrap();
    out.finish().unwrap();
}

/// What any reader of gzip needs: the text inflated, and nothing read from it.
fn inflated(path: &Path) -> usize {
    let file = BufReader::with_capacity(1 << 17, File::open(path).unwrap());
    let mut text = MultiGzDecoder::new(file);
    let mut buffer = vec![0; 1 << 17];
    let mut bytes = 0;
    loop {
        match text.read(&mut buffer).unwrap() {
            0 => return bytes,
            n => bytes += n,
        }
    }
}

fn checked(path: &Path) -> usize {
    let (mut records, mut record) =
        (Records::open(path, Alphabet::Dna).unwrap(), Record::default());
    let mut symbols = 0;
    while records.read_record(&mut record).unwrap() {
        symbols += record.sequence.len();
    }
    symbols
}

fn codes(path: &Path) -> usize {
    let (mut codes, mut record) = (Vec::new(), Record::default());
    let mut symbols = 0;
    // Turning symbols into codes checks them.
    let mut records = Records::open(path, None).unwrap();
    while records.read_record(&mut record).unwrap() {
        codes.clear();
        Alphabet::Dna.codes(&record.sequence, &mut codes).unwrap();
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
