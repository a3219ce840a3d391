//! `cistron audit`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::labelled::{Given, Labelled};
use super::located;
use super::overwrite::Overwrite;
use crate::console::Console;
use crate::earlier;
use crate::report::{self, DataSummary, Provenance, Report};
use cistron_audit as audit;
use cistron_audit::record::{self, Record};
use cistron_audit::verdict::FailOn;
use cistron_audit::{Finding, InputFile, Reference, Remedies, Subject, gate, regressions};
use cistron_data::artefact;
use cistron_data::error::{Error, InputError};
use cistron_data::read::table::Table;
use cistron_split as split;
use cistron_split::config::{self, Homology, Split};
use cistron_split::neighbour::Neighbours;
use cistron_split::{Part, Splits};

/// Audit a labelled data set: what would a score on it be worth?
///
/// Examples:
///   cistron audit genes.fasta.gz --labels genes.tsv --label drug_class --group mechanism
///   cistron audit human.txt --sequence sequence --label class --splits splits.tsv:fold
///   cistron audit positive.fa negative.fa --out audit
///   cistron audit --train train.csv --test test.csv --sensitive --fail-on fail
///   cistron audit --train train/*.csv --test test/*.csv    (tables of contig, start, end, or of
///                                              contig, position, ref, alt, gene, label)
// The examples are shown as they stand: on a command line there are no backticks.
#[allow(clippy::doc_markdown)]
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Audit {
    /// FASTA or FASTQ files or tables with a sequence column, plain, gzip, bgzip or zstd; `-` is
    /// standard input. Several FASTA files without labels are a class each.
    #[arg(value_name = "FILE", required_unless_present = "train")]
    files: Vec<PathBuf>,
    /// Files that were learnt from, instead of FILE.
    #[arg(long, value_name = "FILE", num_args = 1.., requires = "test", conflicts_with = "files")]
    train: Vec<PathBuf>,
    /// Files that were held out.
    #[arg(long, value_name = "FILE", num_args = 1.., requires = "train")]
    test: Vec<PathBuf>,
    #[command(flatten)]
    labelled: Labelled,
    /// Column of a table that gives the split: train, validation, test, or a fold's number.
    #[arg(long, value_name = "TABLE:COLUMN", conflicts_with = "train")]
    splits: Option<String>,
    /// Column of the identifier in the table of splits.
    #[arg(long, value_name = "COLUMN", default_value = "id")]
    splits_id: String,
    /// Population that the score is for: a table of level and share for a metadata column.
    #[arg(long, value_name = "COLUMN=TABLE")]
    reference: Vec<String>,
    /// Audits of earlier predictions: none of them should be a label now. Those beside the files,
    /// TABLE.audit.json for TABLE.tsv, are found without being named.
    #[arg(long, value_name = "AUDIT.json", num_args = 1..)]
    predictions: Vec<PathBuf>,
    /// Look for distant relatives across the split, too (about 80 % identity); takes longer.
    #[arg(long)]
    sensitive: bool,
    /// Train cheap models on other versions of the data, too: does their ranking hold? Takes longer.
    #[arg(long)]
    counterfactual: bool,
    /// Folder for audit.json, audit.html, audit.md and records.tsv.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Folder for the deduplicated, reweighted and matched sets, with a log of every change.
    #[arg(long, value_name = "DIR")]
    fix: Option<PathBuf>,
    #[command(flatten)]
    overwrite: Overwrite,
    /// Status from which the exit code is 4.
    #[arg(long, value_enum, default_value_t)]
    fail_on: FailOn,
    /// An earlier audit.json: only what is worse than there counts for --fail-on.
    #[arg(long, value_name = "AUDIT.json")]
    baseline: Option<PathBuf>,
}

/// What an audit is made from.
struct Audited {
    given: Given,
    splits: Option<Splits>,
    findings: Vec<Finding>,
    records: Vec<Record>,
}

impl Audit {
    /// Audits the files.
    pub(super) fn run(self, console: &Console) -> Result<(), Error> {
        self.check_outputs()?;
        let baseline = self.baseline.as_deref().map(artefact::read_json::<audit::Audit>);
        let baseline = baseline.transpose()?;
        let learnt = self.train.iter().map(|file| (file.clone(), Part::Train));
        let held_out = self.test.iter().map(|file| (file.clone(), Part::Test));
        let sides: Vec<(PathBuf, Part)> = learnt.chain(held_out).collect();
        let (sequence, label) = (self.labelled.sequence(), self.labelled.label());
        let located = located::findings(&sides, label, self.labelled.seed)?;
        if let Some(audit) = located::audit(&sides, sequence, &located, self.labelled.seed)? {
            if let Some(out) = &self.out {
                artefact::write_json(&out.join("audit.json"), &audit)?;
                artefact::write(&out.join("audit.md"), audit::card(&audit).as_bytes())?;
            }
            return self.verdict(console, &audit, baseline.as_ref());
        }
        let mut audited = self.audited()?;
        audited.findings.extend(located);
        let Audited { given, findings, .. } = &audited;
        let seed = self.labelled.seed;
        let audit = audit::Audit::new(&given.name, given.inputs.clone(), seed, findings.clone());
        if let Some(out) = &self.out {
            self.write(out, &audited, &audit)?;
        }
        if let Some(folder) = &self.fix {
            let remedies = Remedies::of(&given.dataset, &audited.records);
            remedies.write(folder, &given.dataset, &audited.records)?;
        }
        self.verdict(console, &audit, baseline.as_ref())
    }

    /// Asks, before any work, whether everything that is asked for may be written.
    fn check_outputs(&self) -> Result<(), Error> {
        let tables = self.reference.iter().filter_map(|text| text.split_once('='));
        let splits = self.splits.as_ref().and_then(|text| text.rsplit_once(':'));
        let files = [&self.files, &self.train, &self.test, &self.predictions];
        let inputs = files.into_iter().flatten().chain(self.labelled.labels());
        let inputs = inputs.chain(&self.baseline).map(PathBuf::as_path);
        let inputs = inputs.chain(tables.map(|(_, table)| Path::new(table)));
        let inputs: Vec<&Path> = inputs.chain(splits.map(|(table, _)| Path::new(table))).collect();
        if let Some(out) = &self.out {
            let files = ["audit.json", "audit.md", "audit.html", "records.tsv"];
            self.overwrite.check_folder(&inputs, out, &files)?;
        }
        if let Some(folder) = &self.fix {
            self.overwrite.check_folder(&inputs, folder, &Remedies::FILES)?;
        }
        Ok(())
    }

    fn verdict(
        &self,
        console: &Console,
        audit: &audit::Audit,
        baseline: Option<&audit::Audit>,
    ) -> Result<(), Error> {
        console.result(audit::text(audit).trim_end(), json!(audit));
        match baseline {
            None => gate(audit, self.fail_on),
            Some(earlier) => {
                if earlier.rules != audit.rules {
                    console.warn(&format!(
                        "the baseline was made by rules {}, this audit by rules {}",
                        earlier.rules, audit.rules
                    ));
                }
                gate(&regressions(audit, earlier), self.fail_on)
            }
        }
    }

    fn audited(&self) -> Result<Audited, Error> {
        let seed = self.labelled.seed;
        let files: Vec<PathBuf> =
            self.files.iter().chain(&self.train).chain(&self.test).cloned().collect();
        let given = self.labelled.read(&files)?;
        let dataset = &given.dataset;
        let labels = files.iter().chain(self.labelled.labels()).map(PathBuf::as_path);
        let predictions = earlier::predicted(&earlier::audits(&self.predictions, labels))?;
        let references = self.references()?;
        let told = |subject: Subject| {
            let subject = subject
                .with_references(&references)
                .with_sensitivity(self.sensitive)
                .with_counterfactual(self.counterfactual);
            match &predictions {
                Some(predictions) => audit::examine(&subject.with_predictions(predictions)),
                None => audit::examine(&subject),
            }
        };
        let Some((parts, config)) = self.parts(&given)? else {
            let (sets, clusters) = split::clusters(dataset, Homology::default())?;
            let (k, random) = (sets.k(), audit::random_split(dataset, &sets, seed));
            drop(sets);
            let subject = Subject::unsplit(dataset, &clusters.cluster_of, k, seed);
            let subject = subject.with_random_split(&random);
            let (findings, records) = told(subject);
            return Ok(Audited { given, splits: None, findings, records });
        };
        let (splits, sets) = split::split_with_sets(&config, dataset, Some(parts), seed)?;
        let neighbours = Neighbours::with_sets(dataset, &splits.folds, sets.as_ref());
        drop(sets);
        let subject = Subject::split(dataset, &splits, &neighbours, seed);
        let (findings, records) = told(subject);
        Ok(Audited { given, splits: Some(splits), findings, records })
    }

    /// The split that the command line gives, if any.
    fn parts(&self, given: &Given) -> Result<Option<(split::given::Given, Split)>, Error> {
        if !self.train.is_empty() {
            let part =
                |file: &usize| if *file < self.train.len() { Part::Train } else { Part::Test };
            let parts = given.file_of.iter().map(part).collect();
            return Ok(Some((split::given::Given::Parts(parts), Split::default())));
        }
        let Some(splits) = &self.splits else { return Ok(None) };
        let (table, column) = splits
            .rsplit_once(':')
            .ok_or_else(|| Error::Usage(format!("--splits {splits}: expected TABLE:COLUMN")))?;
        let (table, column) = (PathBuf::from(table), column.to_string());
        let parts = split::given::read(&table, &self.splits_id, &column, &given.dataset)?;
        let named = config::Given { table, id: self.splits_id.clone(), column };
        let config = Split { given: Some(named), ..Split::default() };
        Ok(Some((parts, config)))
    }

    fn references(&self) -> Result<Vec<Reference>, Error> {
        let read = |text: &String| {
            let (column, path) = text.split_once('=').ok_or_else(|| {
                Error::Usage(format!("--reference {text}: expected COLUMN=TABLE"))
            })?;
            let table = Table::open(Path::new(path))?;
            let (level, share) = (table.column("level")?, table.column("share")?);
            let mut shares = BTreeMap::new();
            for row in table {
                let row = row?;
                let cell = row.cells[share].trim();
                let value = cell.parse::<f64>().ok().filter(|v| v.is_finite() && *v >= 0.0);
                let value = value.ok_or_else(|| {
                    let help = "a share is a number from 0 on; any scale";
                    InputError::new(Path::new(path), format!("`{cell}`"), "a share", help)
                        .at_line(row.line)
                })?;
                shares.insert(row.cells[level].trim().to_string(), value);
            }
            Ok(Reference { column: column.to_string(), shares })
        };
        self.reference.iter().map(read).collect()
    }

    /// Writes audit.json, the page, the section of a data card and a row a record.
    fn write(&self, out: &Path, audited: &Audited, audit: &audit::Audit) -> Result<(), Error> {
        let Audited { given, splits, records, .. } = audited;
        let dataset = &given.dataset;
        artefact::write_json(&out.join("audit.json"), audit)?;
        artefact::write(&out.join("audit.md"), audit::card(audit).as_bytes())?;
        let parts = splits
            .as_ref()
            .and_then(|s| s.folds.first())
            .filter(|_| splits.as_ref().is_some_and(|s| s.folds.len() == 1));
        record::write(&out.join("records.tsv"), dataset, parts.map(Vec::as_slice), records)?;
        let now = time::OffsetDateTime::now_utc();
        let created = now.format(&time::format_description::well_known::Rfc3339);
        let input = |file: &InputFile| report::InputFile {
            path: file.path.clone(),
            role: "sequences".into(),
            hash: format!("blake3:{}", file.blake3),
            size: std::fs::metadata(&file.path).map_or(0, |m| m.len()),
        };
        let provenance = Provenance {
            command: std::env::args().collect::<Vec<_>>().join(" "),
            inputs: given.inputs.iter().map(input).collect(),
            ..Provenance::default()
        };
        let html = report::html(&Report {
            name: &given.name,
            created: created.unwrap_or_default().get(..19).unwrap_or_default(),
            version: env!("CARGO_PKG_VERSION"),
            seed: self.labelled.seed,
            device: "",
            data: &DataSummary::of(dataset, splits.as_ref()),
            certificate: splits.as_ref().map(|s| &s.certificate),
            training: &[],
            evaluation: None,
            audit,
            provenance: &provenance,
        })
        .map_err(|error| Error::stage("report", error))?;
        artefact::write(&out.join("audit.html"), html.as_bytes())
    }
}
