//! Small files that ask for much: each is refused in little memory, with exit code 3 and its path.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::command::text;

/// Memory that a command may map, in kB: readers need far less, the claims in these files far more.
const MEMORY: u32 = 4_000_000;

/// A file of the test's, in a folder that lives as long.
fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

/// Runs `cistron` with little memory where the system can hold it to that.
fn run(arguments: &[&str], path: &Path, keys: &[(&str, &str)]) -> Output {
    let binary = env!("CARGO_BIN_EXE_cistron");
    let mut command = if cfg!(target_os = "linux") {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit -v {MEMORY}; exec \"$0\" \"$@\"")]);
        command.arg(binary);
        command
    } else {
        Command::new(binary)
    };
    command.args(arguments).arg(path).envs(keys.iter().copied()).output().unwrap()
}

fn refused(arguments: &[&str], path: &Path, keys: &[(&str, &str)]) -> String {
    let output = run(arguments, path, keys);
    let said = text(&output.stdout) + &text(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{}: {said}", path.display());
    assert!(said.contains(&path.file_name().unwrap().display().to_string()), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    said
}

fn gzip(parts: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    use std::io::Write;
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    parts.for_each(|part| out.write_all(&part).unwrap());
    out.finish().unwrap()
}

#[test]
fn a_row_of_endless_columns_or_bytes_is_refused() {
    let columns = gzip((0..64).map(|_| b"a\t".repeat(1 << 19)));
    assert!(columns.len() < 1 << 20);
    let (_folder, path) = file("columns.tsv.gz", &columns);
    assert!(refused(&["inspect"], &path, &[]).contains("CISTRON_MAX_COLUMNS"));
    let start = std::iter::once(b"id\tlabel\na\t".to_vec());
    let line = gzip(start.chain((0..300).map(|_| vec![b'x'; 1 << 20])));
    let (_folder, path) = file("line.tsv.gz", &line);
    assert!(refused(&["inspect"], &path, &[]).contains("CISTRON_MAX_LINE"));
}

#[test]
fn limits_of_headers_and_sequences_are_named_and_can_be_moved() {
    let fasta = format!(">{}\nACGT\n", "h".repeat(4_000_000));
    let (_folder, path) = file("header.fa", fasta.as_bytes());
    let key = [("CISTRON_MAX_HEADER", "70000")];
    assert!(refused(&["inspect"], &path, &key).contains("CISTRON_MAX_HEADER"));
    assert_eq!(run(&["inspect"], &path, &[]).status.code(), Some(0));
    let (_folder, path) = file("long.fa", format!(">a\n{}\n", "ACGT".repeat(500_000)).as_bytes());
    let key = [("CISTRON_MAX_SEQUENCE", "100000")];
    assert!(refused(&["inspect"], &path, &key).contains("CISTRON_MAX_SEQUENCE"));
    assert_eq!(run(&["inspect"], &path, &[]).status.code(), Some(0));
}

/// BCF with a header and what comes behind it.
fn bcf(header: &str, behind: &[u8]) -> Vec<u8> {
    let header = format!("{header}\0");
    let length = (header.len() as u32).to_le_bytes();
    let plain = [b"BCF\x02\x02", &length[..], header.as_bytes(), behind].concat();
    gzip(std::iter::once(plain))
}

#[test]
fn bcf_is_believed_as_far_as_it_goes() {
    let head = |entry: &str| {
        format!(
            "##fileformat=VCFv4.2\n##contig=<ID=1>\n{entry}#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
        )
    };
    let entry = |number: &str| {
        head(&format!("##INFO=<ID=DP,Number=1,Type=Integer,Description=\"d\",IDX={number}>\n"))
    };
    for number in ["100000000", "18446744073709551615", "4294967295"] {
        let (_folder, path) = file("index.bcf", &bcf(&entry(number), b""));
        refused(&["inspect"], &path, &[]);
    }
    for lengths in [[u32::MAX, u32::MAX], [4_000_000_000, 0], [24, 3_000_000_000]] {
        let behind: Vec<u8> = lengths.iter().flat_map(|length| length.to_le_bytes()).collect();
        let (_folder, path) = file("record.bcf", &bcf(&head(""), &behind));
        refused(&["inspect"], &path, &[]);
    }
}

/// The least compound file with a workbook: FAT in sector 0, directory in 1, the stream from 2 on.
fn compound() -> Vec<u8> {
    const STREAM: usize = 8;
    let mut file = vec![0_u8; 512 * (3 + STREAM)];
    let mut put = |at: usize, bytes: &[u8]| file[at..at + bytes.len()].copy_from_slice(bytes);
    let word = |number: u32| number.to_le_bytes();
    put(0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
    put(24, &[0x3e, 0, 3, 0, 0xfe, 0xff, 9, 0, 6, 0]);
    put(44, &word(1));
    put(48, &word(1));
    put(56, &word(4096));
    put(60, &word(0xffff_fffe));
    put(68, &word(0xffff_fffe));
    (0..109).for_each(|at| put(76 + 4 * at, &word(if at == 0 { 0 } else { u32::MAX })));
    let chain = |at: usize| match at {
        0 => 0xffff_fffd,
        1 => 0xffff_fffe,
        at if at < 1 + STREAM => at as u32 + 1,
        9 => 0xffff_fffe,
        _ => u32::MAX,
    };
    (0..128).for_each(|at| put(512 + 4 * at, &word(chain(at))));
    let mut entry = |at: usize, name: &str, kind: u8, start: u32, length: u32| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let at = 1024 + 128 * at;
        put(at, &name);
        put(at + 64, &((name.len() + 2) as u16).to_le_bytes());
        put(at + 66, &[kind, 1]);
        put(at + 116, &word(start));
        put(at + 120, &word(length));
    };
    entry(0, "Root Entry", 5, 0xffff_fffe, 0);
    entry(1, "Workbook", 2, 2, 512 * STREAM as u32);
    file
}

#[test]
fn a_workbook_whose_chains_do_not_end_is_refused() {
    let whole = compound();
    // No workbook, but a file whose chains end: it is the reader of workbooks that refuses it.
    let (_folder, path) = file("whole.xls", &whole);
    let said = refused(&["qpcr"], &path, &[]);
    assert!(!said.contains("circle") && !said.contains("beyond"), "{said}");
    let with = |at: usize, number: u32| {
        let mut file = whole.clone();
        file[at..at + 4].copy_from_slice(&number.to_le_bytes());
        file
    };
    let cases = [
        (with(512 + 4, 1), "circle"),
        (with(512 + 4 * 3, 4_000_000), "leaves its table"),
        (with(48, 77), "leaves its table"),
        (with(1024 + 128 + 120, 4_000_000_000), "bytes in a file of"),
        (with(68, 5), "xls"),
        (whole[..700].to_vec(), "xls"),
    ];
    for (bytes, expected) in cases {
        let (_folder, path) = file("bad.xls", &bytes);
        let said = refused(&["qpcr"], &path, &[]);
        assert!(said.contains(expected), "{expected}: {said}");
    }
}

#[test]
fn absurd_numbers_of_threads_are_no_reason_to_hang() {
    let (_folder, path) = file("a.fa", b">a\nACGT\n");
    let output = run(&["--threads", "100000", "inspect"], &path, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("--threads 100000"), "{}", text(&output.stderr));
}
