//! Names that a user gives: they become folders and files, and never stand for something of the
//! program's own.

use cistron_evaluate::{self as evaluate, floor, hmmer, weighted};

/// The longest name, in bytes: file systems take 255, and files get endings.
const LONGEST: usize = 100;

/// Names of devices, which some systems do not take for a file, whatever its ending.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// The held-out records among the tables of predictions.
pub(crate) const TEST: &str = "test";

/// Why a name cannot be that of a file or folder, and what would do.
pub(super) fn unfit(name: &str) -> Option<(String, &'static str)> {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let letters = "use letters, digits, `-`, `_` and `.`: it names a file";
    if name.is_empty() || name.starts_with('.') || !name.chars().all(plain) {
        let shown: String = name.chars().take(LONGEST).collect();
        return Some((format!("`{}` cannot name a folder", shown.escape_debug()), letters));
    }
    if name.len() > LONGEST {
        let shown: String = name.chars().take(20).collect();
        let message = format!("`{shown}…` cannot name a folder: it has {} bytes", name.len());
        return Some((message, "use at most 100"));
    }
    if name.starts_with('-') {
        let help = "begin with a letter or a digit: commands take it for an option";
        return Some((format!("`{name}` cannot name a folder"), help));
    }
    if name.ends_with('.') {
        let help = "end with a letter or a digit: some systems drop a dot at the end";
        return Some((format!("`{name}` cannot name a folder"), help));
    }
    let stem = name.split('.').next().unwrap_or(name).to_lowercase();
    let port = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
    let port = port.is_some_and(|number| matches!(number.as_bytes(), [b'0'..=b'9']));
    if port || DEVICES.contains(&stem.as_str()) {
        let help = "choose another name: some systems take it for a device";
        return Some((format!("`{name}` cannot name a folder"), help));
    }
    None
}

/// Whether tables already have rows of this name: floors, baselines and ensembles stand beside models.
pub(super) fn is_scored_beside(model: &str) -> bool {
    let others = [evaluate::ENSEMBLE, weighted::WEIGHTED, hmmer::HMMER];
    floor::NAMES.contains(&model) || others.contains(&model)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_some_system_dislikes_are_unfit() {
        let long = "x".repeat(300);
        for name in
            ["", ".", "..", ".a", "-rf", "a.", "a/b", "a b", "CON", "nul.tsv", "Com1", &long, "a\n"]
        {
            assert!(unfit(name).is_some(), "{name:?}");
        }
        for name in ["conv", "k-mer.v2", "_a", "Convolution", "com", "com10", "é", "7"] {
            assert!(unfit(name).is_none(), "{name:?}");
        }
        assert!(is_scored_beside("majority") && is_scored_beside("ensemble-weighted"));
    }
}
