//! Every sequence and variant file of the real data: read, with as many records and classes as its
//! origin states, or refused, as `inputs.tsv` says.

use std::path::{Path, PathBuf};

use cistron_data::inspect::inspect;

/// Folders with an index of their own: `robustness.tsv`, `robustness-vcf.tsv`, `qpcr-files.tsv`.
const ELSEWHERE: [&str; 3] = ["robustness", "qpcr-tables", "qpcr-amplification-curves-pcredux"];

/// A row of the index.
struct Row {
    path: String,
    /// Records, or `refused`.
    outcome: String,
    /// What was found instead of a record.
    found: String,
    /// Records as the origin states them, where it does.
    stated: String,
    /// Field of the classes and the records of each: `class: 0 531, 1 534`.
    classes: String,
}

fn index() -> Vec<Row> {
    let row = |line: &str| {
        let mut cells = line.split('\t').map(str::to_string);
        let mut next = || cells.next().unwrap_or_default();
        let [path, outcome, found, stated, classes] = std::array::from_fn(|_| next());
        Row { path, outcome, found, stated, classes }
    };
    include_str!("inputs.tsv").lines().skip(1).map(row).collect()
}

/// Files below a folder, as paths from it, in order.
fn files(root: &Path, folder: &Path, out: &mut Vec<String>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_string();
        if path.is_dir() {
            if !ELSEWHERE.contains(&name.as_str()) {
                files(root, &path, out);
            }
        } else if path.extension().is_none_or(|end| end != "md") {
            out.push(name);
        }
    }
}

/// Records or `refused`, what was found instead, and the classes of the field that `expected` names.
fn outcome(path: &Path, expected: &str) -> [String; 3] {
    let refused = |found: &str| ["refused".into(), found.replace(['\t', '\n'], " "), String::new()];
    let found = match inspect(path) {
        Ok(found) => found,
        Err(error) => return refused(&error.found),
    };
    if let Some(first) = found.odd.iter().find(|odd| odd.starts_with("malformed")) {
        let first = first.split_once(": found ").map_or(first.as_str(), |(_, found)| found);
        let first = first.split_once("; expected").map_or(first, |(found, _)| found);
        return refused(first);
    }
    let field = expected.split_once(": ").map_or("", |(field, _)| field);
    let classes = found.fields.iter().find(|known| known.name == field).map(|known| {
        let mut values: Vec<String> =
            known.values.iter().map(|(value, n)| format!("{value} {n}")).collect();
        values.sort();
        format!("{field}: {}", values.join(", "))
    });
    [found.records.to_string(), String::new(), classes.unwrap_or_default()]
}

#[test]
fn every_file_does_what_the_index_says() {
    let Some(root) = std::env::var_os("CISTRON_DATA").map(PathBuf::from) else {
        eprintln!("SKIPPED: set CISTRON_DATA to the folder of the real data to run this test");
        return;
    };
    let index = index();
    let mut wrong = Vec::new();
    for row in &index {
        let [is, found, classes] = outcome(&root.join(&row.path), &row.classes);
        let counted = row.stated.is_empty() || row.stated == is || is == "refused";
        if is != row.outcome || found != row.found || classes != row.classes || !counted {
            wrong.push(format!("{}\t{is}\t{found}\t{}\t{classes}", row.path, row.stated));
        }
    }
    let mut there = Vec::new();
    files(&root, &root, &mut there);
    let listed: Vec<&str> = index.iter().map(|row| row.path.as_str()).collect();
    for path in there.iter().filter(|path| !listed.contains(&path.as_str())) {
        let [is, found, _] = outcome(&root.join(path), "");
        wrong.push(format!("{path}\t{is}\t{found}\t\t"));
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}
