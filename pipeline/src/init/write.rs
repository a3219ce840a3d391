//! The text of a workflow.

use std::fmt::Write;
use std::path::Path;

use cistron_encoders::alphabet::Alphabet;
use serde_json::json;

use super::Facts;
use super::labels::{Labels, Place};
use cistron_data::error::Error;
use cistron_data::path::written;
use cistron_data::read::sources::stem;

/// The longest encoder that is written: longer sequences are read as windows.
const LONGEST: usize = 4096;

/// The fewest records that a single hold-out is written for; folds use fewer of them better.
const HOLD_OUT: usize = 500;

/// The alphabet of its name in a workflow.
pub(super) fn alphabet(name: &str) -> Alphabet {
    serde_json::from_value(json!(name)).unwrap_or_default()
}

/// What every workflow begins with.
pub(super) fn head(name: &str, read: &str) -> String {
    format!("schema: 1\nname: {}\nseed: 1\n{read}", json!(name))
}

/// The key `read` of a workflow in `folder`; where `classes` is not empty, only these are kept.
pub(super) fn read(labels: &Labels, classes: &[&str], folder: &Path) -> Result<String, Error> {
    let path = |path: &Path| -> Result<String, Error> {
        let shown = written(folder, path)
            .map_err(|error| Error::Usage(format!("cannot find {}: {error}", path.display())))?;
        Ok(json!(shown.display().to_string()).to_string())
    };
    let alphabet = &labels.alphabet;
    let mut out = String::from("read:\n");
    let mut line = |text: String| {
        let _ = writeln!(out, "  {text}");
    };
    let kept = (!classes.is_empty()).then(|| format!(", classes: {}", json!(classes)));
    let kept = kept.unwrap_or_default();
    match &labels.place {
        Place::Table { sequences, table, id, label } => {
            line(format!("fasta: {}", path(sequences)?));
            let (id, label) = (json!(id), json!(label));
            line(format!("labels: {{table: {}, id: {id}, label: {label}{kept}}}", path(table)?));
        }
        Place::Header { sequences, key } => {
            line(format!("fasta: {}", path(sequences)?));
            let pattern = format!(r"(?:^|[\s;|]){}=(?<label>[^\s;|]+)", regex::escape(key));
            line(format!("labels: {{header: '{}'{kept}}}", pattern.replace('\'', "''")));
        }
        Place::Files(files) => {
            line("files:                                   # one file a class".to_string());
            let wanted = |name: &str| classes.is_empty() || classes.contains(&name);
            for file in files.iter().filter(|file| wanted(&stem(file))) {
                line(format!("  {}: {}", json!(stem(file)), path(file)?));
            }
        }
        Place::Own { table, sequence, label } => {
            let (table, sequence, label) = (path(table)?, json!(sequence), json!(label));
            line(format!("table: {{path: {table}, sequence: {sequence}, label: {label}}}"));
        }
    }
    line(format!("alphabet: {alphabet}"));
    Ok(out)
}

/// The whole workflow, commented.
pub(super) fn workflow(
    name: &str,
    labels: &Labels,
    facts: &Facts,
    folder: &Path,
) -> Result<String, Error> {
    let homology = facts.splits_by_homology();
    let learnable: Vec<&str> =
        facts.classes.iter().filter(|c| c.learnable).map(|c| c.name.as_str()).collect();
    let some = homology && learnable.len() < facts.classes.len();
    // A table with sequences has no list of classes: all are kept.
    let classes =
        if some && !matches!(labels.place, Place::Own { .. }) { &learnable[..] } else { &[] };
    let mut out = String::new();
    let [shortest, median, longest] = facts.lengths;
    let _ = writeln!(
        out,
        "# {} {} sequences of {shortest} to {longest} (median {median}), {} exact copies, {} homology clusters.\n\
         # Run it: cistron run THIS-FILE; every mistake at once: cistron check THIS-FILE",
        facts.records, facts.alphabet, facts.copies, facts.clusters
    );
    if some {
        let left: Vec<String> = facts
            .classes
            .iter()
            .filter(|class| !class.learnable)
            .map(|class| format!("{} ({} in {})", class.name, class.records, class.clusters))
            .collect();
        let _ = writeln!(
            out,
            "# Too few records or homology clusters to be learnt and held out: {}.",
            left.join(", ").replace('\n', " ")
        );
    }
    if !labels.others.is_empty() {
        let _ =
            writeln!(out, "# Other columns that could be the label: {}.", labels.others.join(", "));
    }
    out.push_str(&head(name, &read(labels, classes, folder)?));
    out.push_str(&split(facts, homology));
    out.push_str(&models(labels, facts));
    Ok(out)
}

fn split(facts: &Facts, homology: bool) -> String {
    let dealt = if facts.records < HOLD_OUT {
        "folds: 5                                 # each record is tested once"
    } else {
        "parts: {train: 0.7, validation: 0.15, test: 0.15}"
    };
    if homology {
        format!(
            "split:                                     # whole homology clusters, certified\n  homology: {{containment: 0.2}}\n  {dealt}\n"
        )
    } else {
        format!(
            "# No two classes have enough homology clusters to hold whole ones out. Records are dealt at random\n\
             # instead: relatives stand on both sides, so scores are inflated, and the audit says how much.\n\
             split:\n  random: {{}}\n  {dealt}\n"
        )
    }
}

fn models(labels: &Labels, facts: &Facts) -> String {
    let protein = labels.alphabet == "protein";
    let length = facts.most.clamp(16, LONGEST).next_multiple_of(8);
    let longer = if facts.lengths[2] > length {
        "\n    longer: windows                        # what exceeds the encoder is read in windows"
    } else {
        ""
    };
    // About as many steps whatever the number of records.
    let epochs = (60_000 / facts.records.max(1)).clamp(4, 40);
    let k = if protein { 3 } else { 6 };
    let width = if protein { 7 } else { 12 };
    let alphabet = &labels.alphabet;
    let mut out = format!(
        "encode: {{one-hot: {{alphabet: {alphabet}, length: {length}}}}}   # 95 of 100 sequences fit\n\
         models:\n  \
           words:                                   # fast, and often hard to beat\n    \
             logistic: {{}}\n    \
             encode: {{kmer-counts: {{k: {k}, alphabet: {alphabet}}}}}\n    \
             train: {{epochs: 40, learning-rate: 0.003}}\n  \
           conv:\n    \
             conv: {{filters: [64, 64], width: {width}}}{longer}\n    \
             train: {{epochs: {epochs}, patience: 3}}\n"
    );
    if !protein {
        let tokens = length.div_ceil(6);
        let _ = write!(
            out,
            "  transformer:\n    transformer: {{layers: 1, width: 32}}\n    \
             encode: {{kmer-tokens: {{k: 6, stride: 6, length: {tokens}, alphabet: {alphabet}}}}}{longer}\n    \
             train: {{epochs: {}, learning-rate: 0.002, patience: 3}}\n",
            epochs.min(12)
        );
    }
    out.push_str(
        "audit: {fail-on: never}                    # warn or fail: the exit code is then 4\n",
    );
    out
}
