//! `cistron split`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::labelled::Labelled;
use super::overwrite::Overwrite;
use crate::console::Console;
use cistron_data::error::Error;
use cistron_split as split;
use cistron_split::certificate::{Certificate, MOST_BLIND};
use cistron_split::config::{GroupSplit, Homology, Parts, Random, Split as Config};
use cistron_split::{Part, table};

/// Split labelled sequences and certify the split; the tables are usable elsewhere
///
/// Writes DIR/splits.tsv (id, label, cluster, fold, split) and DIR/split.json, the certificate: the
/// highest containment that any pair has across any border, counted over all k-mers.
///
/// Examples:
///   cistron split genes.fasta.gz --labels genes.tsv --label drug_class --out split
///   cistron split positive.fa negative.fa --folds 5 --out split
#[allow(clippy::doc_markdown)]
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Split {
    /// FASTA files or tables with a sequence column; several files without labels are a class each.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    labelled: Labelled,
    /// Folder for splits.tsv and split.json.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    overwrite: Overwrite,
    /// homology, random, or a metadata column (named with --group, too) whose levels stay whole.
    #[arg(long, value_name = "homology|random|COLUMN", default_value = "homology")]
    by: String,
    /// Shared k-mers over the smaller set from which two records are relatives.
    #[arg(long, default_value_t = Homology::default().containment)]
    containment: f64,
    /// Length of the k-mers [default: 15 for nucleotides, 5 for proteins].
    #[arg(long)]
    k: Option<usize>,
    /// Shares of train, validation and test.
    #[arg(long, value_name = "TRAIN,VALIDATION,TEST", value_delimiter = ',', num_args = 3)]
    parts: Option<Vec<f64>>,
    /// Number of folds, each test once, instead of one hold-out.
    #[arg(long, conflicts_with = "parts")]
    folds: Option<usize>,
}

impl Split {
    /// Splits the files.
    pub(super) fn run(self, console: &Console) -> Result<(), Error> {
        let config = self.config()?;
        let inputs = self.files.iter().chain(self.labelled.labels());
        self.overwrite.check_folder(inputs, &self.out, &["splits.tsv", "split.json"])?;
        let given = self.labelled.read(&self.files)?;
        let splits = split::split(&config, &given.dataset, None, self.labelled.seed)?;
        table::write(&self.out, &given.dataset, &splits)?;
        let found = &splits.certificate;
        let of =
            |part| (0..splits.folds.len()).map(|f| splits.records(f, part).len()).sum::<usize>();
        let dealt = if splits.folds.len() > 1 {
            format!("{} folds", splits.folds.len())
        } else {
            format!(
                "{} train, {} validation, {} test",
                of(Part::Train),
                of(Part::Validation),
                of(Part::Test)
            )
        };
        let verdict = told(found);
        let text = format!(
            "{} records in {} homology clusters by {}: {dealt}\n{verdict}\n{}",
            given.dataset.len(),
            found.clusters,
            found.method,
            self.out.join("splits.tsv").display()
        );
        console.result(&text, json!(found));
        Ok(())
    }

    fn config(&self) -> Result<Config, Error> {
        let wrong = |text: String| Err(Error::Usage(text));
        if !(self.containment > 0.0 && self.containment <= 1.0) {
            return wrong(format!("--containment {}: above 0 and at most 1", self.containment));
        }
        if let Some(folds) = self.folds
            && !(3..=64).contains(&folds)
        {
            return wrong(format!("--folds {folds}: 3 to 64 (test, validation and training)"));
        }
        let parts = match self.parts.as_deref() {
            None => None,
            Some([train, validation, test])
                if [train, validation, test].iter().all(|s| **s >= 0.0)
                    && *train > 0.0
                    && *test > 0.0
                    && (train + validation + test - 1.0).abs() < 1e-6 =>
            {
                Some(Parts { train: *train, validation: *validation, test: *test })
            }
            Some(parts) => {
                return wrong(format!("--parts {parts:?}: three shares that add up to 1"));
            }
        };
        let homology = Homology { containment: self.containment, k: self.k };
        Ok(Config {
            // The certificate of every kind of split is told with these k-mers.
            homology: Some(homology),
            random: (self.by == "random").then_some(Random {}),
            group: (!["random", "homology"].contains(&self.by.as_str()))
                .then(|| GroupSplit { column: self.by.clone() }),
            parts,
            folds: self.folds,
            ..Config::default()
        })
    }
}

/// What was compared, what was found, and what that does not say.
fn told(found: &Certificate) -> String {
    let Some(k) = found.k else { return found.verdict() };
    let compared = found.compared().map_or_else(String::new, |text| format!("\n{text}"));
    if found.certified {
        return format!(
            "certified: no pair across a border shares {} of its {k}-mers; the nearest has {:.3}\n{}{compared}",
            found.threshold,
            found.highest,
            found.caveat().unwrap_or_default()
        );
    }
    if found.crossing_pairs == 0 {
        return format!(
            "not certified: above {:.0} % of records that cannot be compared, nothing is{compared}",
            MOST_BLIND * 100.0
        );
    }
    format!(
        "not certified: {} pairs across a border share {} and more of their {k}-mers or letters; the nearest has {:.3}{compared}",
        found.crossing_pairs, found.threshold, found.highest
    )
}
