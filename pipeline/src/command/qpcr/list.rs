//! `cistron qpcr --list`: what each file holds, or why it is refused.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::console::Console;
use cistron_qpcr::read::{Decision, read};

/// Prints a row a file, and how many were read.
pub(super) fn list(files: &[PathBuf], console: &Console) {
    let mut text = String::from(
        "file\tlayout\twells\ttargets\tsamples\tcurves\tcycles\tmeasured\tundetermined\n",
    );
    let (mut rows, mut refused) = (Vec::new(), 0);
    for path in files {
        let found = read(path, &[]);
        let decision = found.as_ref().map(|found| found.decisions.first());
        rows.push(match decision {
            Ok(decision) => {
                text += &row(path, decision);
                json!(decision)
            }
            Err(error) => {
                refused += 1;
                let _ = writeln!(
                    text,
                    "{}\trefused: found {}; expected {}",
                    path.display(),
                    error.found,
                    error.expected
                );
                json!({"path": path, "refused": error.to_string()})
            }
        });
    }
    let _ =
        write!(text, "{} files: {} read, {refused} refused", files.len(), files.len() - refused);
    console.result(&text, Value::Array(rows));
}

fn row(path: &Path, decision: Option<&Decision>) -> String {
    let Some(Decision { layouts, counts: c, .. }) = decision else { return String::new() };
    let layouts: Vec<String> = layouts.iter().map(|layout| format!("{layout:?}")).collect();
    let cycles = match (c.fewest_cycles, c.most_cycles) {
        (_, 0) => "-".to_string(),
        (fewest, most) if fewest == most => most.to_string(),
        (fewest, most) => format!("{fewest}-{most}"),
    };
    format!(
        "{}\t{}\t{}\t{}\t{}\t{}\t{cycles}\t{}\t{}\n",
        path.display(),
        layouts.join(" "),
        c.wells,
        c.targets,
        c.samples,
        c.curves,
        c.measured,
        c.undetermined
    )
}
