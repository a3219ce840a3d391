//! `cistron qpcr`.

mod list;
mod tables;
mod text;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::overwrite::Overwrite;
use crate::console::Console;
use crate::key::Keys;
use crate::report::{self, QpcrReport};
use cistron_audit::verdict::FailOn;
use cistron_audit::{Audit, InputFile, gate};
use cistron_data::artefact;
use cistron_data::error::{Error, InputError};
use cistron_data::read::table::Table;
use cistron_qpcr::audit::{Cutoffs, audit};
use cistron_qpcr::quantity::{Design, calibrate, call, compare, standard_curves};
use cistron_qpcr::read::read_all;
use cistron_qpcr::{Measurements, Well};

/// What `--out` gets.
const OUTPUTS: [&str; 4] = ["cq.tsv", "quantities.tsv", "qpcr-audit.json", "report.html"];

/// Read qPCR exports, quantify, and audit the experiment after MIQE.
///
/// Examples:
///   cistron qpcr plate1.csv plate2.csv --reference GAPDH --condition treatment --calibrator none
///   cistron qpcr amplification.txt cq.txt --out out/qpcr
// The examples are shown as they stand: on a command line there are no backticks.
#[allow(clippy::doc_markdown)]
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Qpcr {
    /// Exports: text, xlsx, xls or RDML; the format is told by the content.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Reference target; may be repeated [default: endogenous controls that the files name].
    #[arg(long, value_name = "TARGET")]
    reference: Vec<String>,
    /// Condition (or sample, where no --condition is given) that the others are compared with.
    #[arg(long, value_name = "NAME")]
    calibrator: Option<String>,
    /// Column that names the condition, in the files or in --samples.
    #[arg(long, value_name = "COLUMN")]
    condition: Option<String>,
    /// Table with a column `sample` and the column of the condition.
    #[arg(long, value_name = "TABLE", requires = "condition")]
    samples: Option<PathBuf>,
    /// Well to leave out, `A1` or `PLATE:A1`; may be repeated.
    #[arg(long, value_name = "WELL")]
    exclude: Vec<String>,
    /// YAML or JSON file with cut-offs that differ from the default.
    #[arg(long, value_name = "FILE")]
    cutoffs: Option<PathBuf>,
    /// Folder for report.html, cq.tsv, quantities.tsv and qpcr-audit.json.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    overwrite: Overwrite,
    /// Only say what each file holds, or why it is refused: a row a file.
    #[arg(long)]
    list: bool,
    /// Status from which the exit code is 4.
    #[arg(long, value_enum, default_value_t)]
    fail_on: FailOn,
}

impl Qpcr {
    /// Reads, quantifies and audits.
    pub(super) fn run(self, console: &Console) -> Result<(), Error> {
        if self.list {
            list::list(&self.files, console);
            return Ok(());
        }
        if let Some(out) = &self.out {
            let inputs = self.files.iter().chain(&self.samples).chain(&self.cutoffs);
            self.overwrite.check_folder(inputs, out, &OUTPUTS)?;
        }
        let cutoffs = self.cutoffs()?;
        let keep: Vec<String> = self.condition.iter().cloned().collect();
        let mut measurements = read_all(&self.files, &keep)?;
        if let (Some(table), Some(column)) = (&self.samples, &self.condition) {
            name_conditions(&mut measurements, table, column)?;
        }
        self.leave_out(&mut measurements)?;
        let called = call(&mut measurements);
        let design = self.design(&measurements)?;
        let curves = standard_curves(&measurements);
        let mut calibrated = measurements.clone();
        let corrections = calibrate(&mut calibrated);
        let comparisons = if design.references.is_empty() || self.calibrator.is_none() {
            Vec::new()
        } else {
            compare(&calibrated, &design, &curves)
        };
        let findings = audit(&measurements, &design, &curves, &cutoffs);
        let mut inputs = Vec::new();
        for decision in &measurements.decisions {
            let (blake3, _) = Keys::open(Path::new("")).input(&decision.path)?;
            inputs.push(InputFile {
                path: decision.path.display().to_string(),
                blake3,
                records: decision.counts.reactions,
                skipped: 0,
            });
        }
        let audit = Audit::new("qpcr", inputs, 0, findings);
        if let Some(out) = &self.out {
            tables::write_cq(&out.join("cq.tsv"), &measurements, &calibrated)?;
            tables::write_quantities(&out.join("quantities.tsv"), &comparisons)?;
            artefact::write_json(&out.join("qpcr-audit.json"), &audit)?;
            let page = report::qpcr_html(&QpcrReport {
                name: &out.file_name().unwrap_or_default().to_string_lossy(),
                created: &report::now(),
                version: env!("CARGO_PKG_VERSION"),
                measurements: &measurements,
                curves: &curves,
                comparisons: &comparisons,
                audit: &audit,
            })
            .map_err(|error| Error::stage("report", error))?;
            artefact::write(&out.join("report.html"), page.as_bytes())?;
        }
        let text = text::text(&measurements, called, &corrections, &comparisons, &audit);
        let event = json!({
            "files": measurements.decisions,
            "total": measurements.counts(),
            "calibration": corrections,
            "quantities": comparisons,
            "audit": audit,
        });
        console.result(text.trim_end(), event);
        gate(&audit, self.fail_on)
    }

    /// The cut-offs, the default's where no file gives others.
    fn cutoffs(&self) -> Result<Cutoffs, Error> {
        let Some(path) = &self.cutoffs else { return Ok(Cutoffs::default()) };
        let text = std::fs::read_to_string(path).map_err(|error| {
            InputError::new(path, error.to_string(), "a file of cut-offs", "check the path")
        })?;
        Ok(serde_saphyr::from_str(&text).map_err(|error| {
            let expected = "keys such as `no-template-margin: 5`";
            InputError::new(path, error.to_string(), expected, "leave out what is as usual")
        })?)
    }

    /// Marks the wells that `--exclude` names.
    fn leave_out(&self, measurements: &mut Measurements) -> Result<(), Error> {
        for name in &self.exclude {
            let (plate, well) = name
                .rsplit_once(':')
                .map_or((None, name.as_str()), |parts| (Some(parts.0), parts.1));
            let written = Well::parse(well).map_or(well.to_string(), |well| well.to_string());
            let mut any = false;
            for r in measurements.reactions.iter_mut().filter(|r| r.well == written) {
                if plate.is_none_or(|plate| plate == r.plate) {
                    (r.omitted, any) = (true, true);
                }
            }
            if !any {
                let wells = measurements.reactions.iter().map(|r| r.well.as_str());
                return Err(unknown("--exclude", name, wells));
            }
        }
        Ok(())
    }

    /// What is compared, every name of it checked against the files.
    fn design(&self, measurements: &Measurements) -> Result<Design, Error> {
        let targets = || measurements.reactions.iter().map(|r| r.target.as_str());
        for name in &self.reference {
            if !targets().any(|target| target == name) {
                return Err(unknown("--reference", name, targets()));
            }
        }
        let references = if self.reference.is_empty() {
            let found = measurements.references.iter();
            found.filter(|name| targets().any(|target| target == *name)).cloned().collect()
        } else {
            self.reference.clone()
        };
        let design = Design {
            references,
            calibrator: self.calibrator.clone().unwrap_or_default(),
            condition: self.condition.clone(),
        };
        let conditions = || measurements.reactions.iter().filter_map(|r| design.condition_of(r));
        if let Some(column) = self.condition.as_ref().filter(|_| conditions().next().is_none()) {
            let help = "name a column of the files, or give it in a table with --samples";
            return Err(Error::Usage(format!(
                "--condition {column}: no sample has a value in such a column\n  help: {help}"
            )));
        }
        let known = |name: &&String| conditions().any(|condition| condition == *name);
        if let Some(name) = self.calibrator.as_ref().filter(|name| !known(name)) {
            return Err(unknown("--calibrator", name, conditions()));
        }
        Ok(design)
    }
}

/// The error of a name that the files do not have.
fn unknown<'a>(option: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Error {
    const SHOWN: usize = 10;
    let mut known: Vec<&str> = known.filter(|name| !name.is_empty()).collect();
    known.sort_unstable();
    known.dedup();
    let close = cistron_data::spelling::closest(name, &known);
    let help = close.map_or_else(
        || format!("the files have {}", known[..known.len().min(SHOWN)].join(", ")),
        |close| format!("did you mean `{close}`?"),
    );
    Error::Usage(format!("{option} {name}: the files have no such name\n  help: {help}"))
}

/// Gives every sample the condition that a table names.
fn name_conditions(
    measurements: &mut Measurements,
    path: &Path,
    column: &str,
) -> Result<(), InputError> {
    let table = Table::open(path)?;
    let (sample, condition) = (table.column("sample")?, table.column(column)?);
    let mut names: HashMap<String, String> = HashMap::new();
    for row in table {
        let row = row?;
        let (sample, condition) = (row.cells[sample].to_string(), row.cells[condition].to_string());
        if names.insert(sample.clone(), condition).is_some() {
            let help = "give each sample once";
            let error = InputError::new(path, format!("sample `{sample}` twice"), "one row", help);
            return Err(error.at_line(row.line));
        }
    }
    for reaction in &mut measurements.reactions {
        if let Some(condition) = names.get(&reaction.sample) {
            reaction.columns.insert(column.to_string(), condition.clone());
        }
    }
    Ok(())
}
