//! Makes `test-data/resistance-genes/` from the `ResFinder` database that Debian packages.
//!
//! ```text
//! sudo apt-get install resfinder-db
//! cargo run --release --example resistance_genes -- /usr/share/resfinder/db test-data/resistance-genes
//! ```
//!
//! Reads one FASTA file a drug class and the phenotype table, counts the homology clusters of each
//! class, and writes
//!
//! - `genes.fasta.gz`, `genes.tsv`: the classes with enough clusters and sequences to be learnt;
//! - `new.fasta`, `new.tsv`: every other gene, to be predicted as unfamiliar.
//!
//! The counts go to standard output as Markdown tables. The same input gives the same bytes.

mod census;
mod gene;
mod homology;
mod name;
mod source;
mod write;

use std::{
    error::Error,
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use census::Census;
use gene::Gene;

fn main() -> ExitCode {
    let outcome = make();
    if let Err(error) = &outcome {
        // Nothing is left to do where even the message cannot be written.
        let _ = writeln!(io::stderr(), "resistance_genes: {error}");
    }
    if outcome.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn make() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(source), Some(destination), None) =
        (arguments.next(), arguments.next(), arguments.next())
    else {
        return Err("usage: resistance_genes RESFINDER_DB_FOLDER OUTPUT_FOLDER".into());
    };
    let genes = source::read(Path::new(&source))?;
    let census = Census::new(&genes, &homology::clusters(&genes)?);
    let (learnable, new): (Vec<&Gene>, Vec<&Gene>) =
        genes.iter().partition(|gene| census.is_learnable(gene));

    let destination = Path::new(&destination);
    std::fs::create_dir_all(destination)?;
    write::fasta_gz(&destination.join("genes.fasta.gz"), &learnable)?;
    write::table(&destination.join("genes.tsv"), &learnable)?;
    write::fasta(&destination.join("new.fasta"), &new)?;
    write::table(&destination.join("new.tsv"), &new)?;

    let mut out = io::stdout().lock();
    writeln!(out, "{} genes to learn, {} new genes\n", learnable.len(), new.len())?;
    write!(out, "{census}")?;
    Ok(())
}
