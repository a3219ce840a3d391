//! `cistron init`.

use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::console::Console;
use crate::init::{self, Facts, Labels};
use cistron_data::artefact;
use cistron_data::error::Error;
use cistron_data::read::sources::stem;

/// Look at files and write a commented workflow that runs
///
/// Takes a FASTA or FASTQ file and the table of its labels, one with `key=value` labels in its headers,
/// one file a class, or one table with a column of sequences. Nothing is trained.
///
/// Examples:
///   cistron init genes.fasta.gz genes.tsv --label drug_class
///   cistron init positive.fasta negative.fasta -o promoters.yaml --yes
// The examples are shown as they stand: on a command line there are no backticks.
#[allow(clippy::doc_markdown)]
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Init {
    /// FASTA or FASTQ files and tables, plain, gzip, bgzip or zstd.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Column or header key of the class [default: the one that looks most like it].
    #[arg(long, value_name = "COLUMN")]
    label: Option<String>,
    /// Workflow to write [default: the first file's name with `.yaml`].
    #[arg(long, short, value_name = "WORKFLOW")]
    output: Option<PathBuf>,
    /// Replace a workflow that exists; never an input.
    #[arg(long)]
    force: bool,
    /// Ask nothing.
    #[arg(long, short)]
    yes: bool,
}

impl Init {
    /// Writes the workflow.
    pub(super) fn run(self, console: &Console) -> Result<(), Error> {
        let name =
            format!("{}.yaml", self.files.first().map(|file| stem(file)).unwrap_or_default());
        let output = self.output.clone().unwrap_or_else(|| PathBuf::from(name));
        artefact::replace("--force", self.force);
        artefact::protect(&self.files);
        artefact::may_write(&output)?;
        let mut labels = init::find(&self.files, self.label.as_deref())?;
        if self.label.is_none()
            && !self.yes
            && let Some(chosen) = ask(&labels)?
        {
            labels = init::find(&self.files, Some(&chosen))?;
        }
        let facts = init::init(&labels, &output, self.force)?;
        let shown = output.display();
        let text = format!(
            "{}\n{shown} written: read it, then\n  cistron run {shown}",
            summary(&labels, &facts)
        );
        console.result(&text, json!({"workflow": output, "facts": facts, "others": labels.others}));
        Ok(())
    }
}

/// Asks for the label where several columns could be it and someone is there to answer.
fn ask(labels: &Labels) -> Result<Option<String>, Error> {
    let Some(chosen) = labels.name() else { return Ok(None) };
    let (input, mut screen) = (std::io::stdin(), std::io::stderr());
    if labels.others.is_empty() || !input.is_terminal() || !screen.is_terminal() {
        return Ok(None);
    }
    let failed = |error: std::io::Error| Error::Resource(format!("the terminal: {error}"));
    write!(screen, "Which is the class? {chosen}, or {} [{chosen}] ", labels.others.join(", "))
        .and_then(|()| screen.flush())
        .map_err(failed)?;
    let mut answer = String::new();
    input.lock().read_line(&mut answer).map_err(failed)?;
    let answer = answer.trim();
    Ok((!answer.is_empty() && answer != chosen).then(|| answer.to_string()))
}

fn summary(labels: &Labels, facts: &Facts) -> String {
    let [shortest, median, longest] = facts.lengths;
    let classes: Vec<String> = facts
        .classes
        .iter()
        .map(|c| {
            let few = if c.learnable { "" } else { ", too few" };
            let noun = if c.clusters == 1 { "cluster" } else { "clusters" };
            format!("  {} ({} in {} {noun}{few})", c.name, c.records, c.clusters)
        })
        .collect();
    let split = if facts.splits_by_homology() {
        "whole homology clusters can be held out"
    } else {
        "too few homology clusters to hold whole ones out: the split is at random, and scores are inflated"
    };
    let label = labels.name().map_or("each file's name".to_string(), |name| format!("`{name}`"));
    format!(
        "{} {} sequences of {shortest} to {longest} (median {median}), {} exact copies, {} clusters\n\
         class: {label}\n{}\n{split}",
        facts.records,
        facts.alphabet,
        facts.copies,
        facts.clusters,
        classes.join("\n")
    )
}
