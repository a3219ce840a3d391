//! `pipeline/docs/reference.md` is what the code says: keys of the workflow, checks, exit codes.
//!
//! `CISTRON_WRITE_REFERENCE=1 cargo test -p cistron --test it reference` writes the page anew.

use std::fmt::Write;
use std::path::Path;

use crate::schema::{Keys, Row, cell};
use cistron_audit::{Rule, rule, rules};
use cistron_data::error::{Error, InputError};
use cistron_qpcr::Measurements;
use cistron_qpcr::audit::{Cutoffs, audit};
use cistron_qpcr::quantity::Design;
use serde_json::Value;

const HEAD: &str = "# Reference

Generated from the code by `CISTRON_WRITE_REFERENCE=1 cargo test -p cistron --test it reference`; a test fails where page and code differ.

- [Keys of the workflow](#keys-of-the-workflow)
- [Values](#values)
- [Checks of the audit](#checks-of-the-audit)
- [Checks of a qPCR experiment](#checks-of-a-qpcr-experiment)
- [Exit codes](#exit-codes)
";

/// Keys of the workflow that are a single value, and the others in the order of the stages; a new
/// key has to be given its place.
const VALUES: [&str; 3] = ["schema", "name", "seed"];
const STAGES: [&str; 7] = ["read", "split", "encode", "models", "baselines", "predict", "audit"];

#[test]
fn the_reference_is_what_the_code_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference.md");
    let page = page();
    if std::env::var_os("CISTRON_WRITE_REFERENCE").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    for (number, (found, expected)) in (1..).zip(written.lines().zip(page.lines())) {
        assert_eq!(found, expected, "{} line {number}: write it anew", path.display());
    }
    assert_eq!(written.lines().count(), page.lines().count(), "write the page anew");
}

fn page() -> String {
    let mut out = HEAD.to_string();
    workflow(&mut out);
    checks(&mut out);
    qpcr(&mut out);
    exit_codes(&mut out);
    out
}

fn workflow(out: &mut String) {
    let schema = cistron::workflow::schema();
    let mut known: Vec<&str> = VALUES.into_iter().chain(STAGES).collect();
    known.sort_unstable();
    let mut found: Vec<&str> =
        schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    found.sort_unstable();
    assert_eq!(found, known, "name the key in VALUES or STAGES");

    let mut keys = Keys::new(&schema);
    out.push_str(
        "
## Keys of the workflow

`NAME` is a name of your own. `cistron schema workflow` prints the JSON schema, `cistron check` tells every mistake of a file, and
`--set KEY=VALUE` of `cistron run` changes a key for one run. Relative paths are relative to the workflow file.
",
    );
    let values: Vec<Row> = VALUES.iter().flat_map(|name| keys.rows(name)).collect();
    rows(out, &values);
    for name in STAGES {
        writeln!(out, "\n### `{name}`").unwrap();
        let stage = keys.rows(name);
        rows(out, &stage);
    }
    out.push_str("\n## Values\n\n| keys | value | meaning |\n|---|---|---|\n");
    for (paths, values) in keys.words() {
        for (at, (value, meaning)) in values.iter().enumerate() {
            let paths = if at == 0 { paths.as_str() } else { "" };
            writeln!(out, "| {paths} | `{value}` | {} |", cell(meaning)).unwrap();
        }
    }
}

fn rows(out: &mut String, rows: &[Row]) {
    out.push_str("\n| key | type | default | meaning |\n|---|---|---|---|\n");
    for Row { path, kind, default, meaning } in rows {
        writeln!(out, "| `{path}` | {} | {default} | {} |", cell(kind), cell(meaning)).unwrap();
    }
}

fn checks(out: &mut String) {
    out.push_str(
        "
## Checks of the audit

`cistron explain CODE` prints the same. A finding adds the column or the model to the code: `group.confounding:laboratory`. A check
that cannot be answered is *unknown*, which is not a pass.
",
    );
    for rule in rules().filter(|rule| !rule.code.starts_with("qpcr.")) {
        explained(out, rule, "");
    }
}

/// A check, beginning with its question where there is one.
fn explained(out: &mut String, rule: &Rule, question: &str) {
    let Rule { code, meaning, formula, source, remedy } = rule;
    write!(
        out,
        "\n### `{code}`\n\n{question}{meaning}.\n\n- Value and thresholds: {formula}\n- Remedy: {remedy}\n- Source: {source}\n"
    )
    .unwrap();
}

fn qpcr(out: &mut String) {
    out.push_str(
        "
## Checks of a qPCR experiment

`cistron explain CODE` prints these, too. Thresholds are the defaults; the words in brackets are the cut-offs that change them.
",
    );
    let (measurements, design) = (Measurements::default(), Design::default());
    for finding in audit(&measurements, &design, &[], &Cutoffs::default()) {
        explained(out, rule(&finding.check).unwrap(), &format!("{} ", finding.title));
    }
    out.push_str(
        "
Cut-offs, which `cistron qpcr --cutoffs FILE` (YAML or JSON) changes; efficiencies, R² and shares have no unit, margins, spreads
and shifts are in cycles:

| cut-off | default |
|---|--:|
",
    );
    let cutoffs = serde_json::to_value(Cutoffs::default()).unwrap();
    let mut cutoffs: Vec<(&String, &Value)> = cutoffs.as_object().unwrap().iter().collect();
    cutoffs.sort_unstable_by_key(|(name, _)| *name);
    for (name, value) in cutoffs {
        writeln!(out, "| `{name}` | {value} |").unwrap();
    }
}

fn exit_codes(out: &mut String) {
    let input = InputError::new(Path::new(""), "", "", "");
    let errors = [
        (Error::stage("", ""), "A stage could not do its work on valid input"),
        (Error::Usage(String::new()), "The command line or the workflow file is wrong"),
        (Error::from(input), "An input file is malformed: path, record and line are named"),
        (
            Error::Gate(String::new()),
            "The audit's gate is not met (`fail-on`); everything is written all the same",
        ),
        (Error::Resource(String::new()), "A device, memory, disk space or a lock is missing"),
        (
            Error::Interrupted(130),
            "Stopped by Ctrl-C; what was finished is kept, and the same command goes on",
        ),
        (Error::Interrupted(143), "Stopped by SIGTERM; as 130"),
    ];
    out.push_str("\n## Exit codes\n\n| code | meaning |\n|--:|---|\n| 0 | Done |\n");
    for (error, meaning) in errors {
        writeln!(out, "| {} | {meaning} |", error.exit_code()).unwrap();
    }
    // What the standard library gives a panic.
    out.push_str("| 101 | A bug of the program |\n");
}
