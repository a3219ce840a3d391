//! `cistron inspect`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::console::Console;
use cistron_data::error::{Error, InputError};
use cistron_data::inspect::{self, text};

/// Look at files: format, compression, records, alphabet, lengths, what could be labels, what is odd
///
/// Every file is read once, in memory that does not grow with it. The exit code is 3 where a record
/// is malformed; everything else is shown all the same.
///
/// Examples:
///   cistron inspect genes.fasta.gz reads.fastq.zst table.csv
///   zcat genes.fasta.gz | cistron inspect -
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Inspect {
    /// FASTA, FASTQ or tables, plain, gzip, bgzip or zstd; `-` is standard input.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// One row a file, tab separated with a header line.
    #[arg(long)]
    tsv: bool,
}

impl Inspect {
    /// Looks at each file.
    pub(super) fn run(self, console: &Console) -> Result<(), Error> {
        if self.tsv {
            console.result(&text::COLUMNS.join("\t"), json!({"columns": text::COLUMNS}));
        }
        let mut wrong: Option<Error> = None;
        for (at, path) in self.files.iter().enumerate() {
            match inspect::inspect(path) {
                Ok(found) => {
                    let shown =
                        if self.tsv { text::row(&found).join("\t") } else { text::text(&found) };
                    let gap = if at > 0 && !self.tsv { "\n" } else { "" };
                    console.result(&format!("{gap}{}", shown.trim_end()), json!(found));
                    if found.malformed > 0 {
                        let records = format!("{} malformed records", found.malformed);
                        let help = "see above for the first of them";
                        let error = InputError::new(path, records, "none", help);
                        wrong.get_or_insert(error.into());
                    }
                }
                // One file that cannot be read does not hide the others.
                Err(error) if self.files.len() > 1 => {
                    console.warn(&error.to_string());
                    wrong.get_or_insert(error.into());
                }
                Err(error) => return Err(error.into()),
            }
        }
        wrong.map_or(Ok(()), Err)
    }
}
