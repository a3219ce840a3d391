//! The report: one self-contained HTML page of a run.
//!
//! The page loads nothing: style, figures and the few lines of script that sort tables are in it.
//! It is a pure function of [`Report`]: the same values give the same bytes. Names, identifiers and
//! messages may come from hostile files, so everything but the figures is escaped by the template,
//! the figures escape their own labels, and a content security policy forbids every request.

mod figure;
pub mod history;
mod number;
pub mod provenance;
pub mod summary;
mod view;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};
use thiserror::Error;

use cistron_audit::Audit;
use cistron_evaluate::Evaluation;
use cistron_qpcr::Measurements;
use cistron_qpcr::quantity::{Comparison, StandardCurve};
use cistron_split::Certificate;

pub use history::{Epoch, FoundRate, TrainingRun};
pub use provenance::{InputFile, Provenance, StageCost};
pub use summary::DataSummary;

/// Everything that the page shows.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// Name of the run, or of the file that was audited.
    pub name: &'a str,
    /// When the page was made, as it should be printed.
    pub created: &'a str,
    /// Version of the program.
    pub version: &'a str,
    /// Seed of every random choice.
    pub seed: u64,
    /// Where the models were trained: `cpu, 2 threads`; empty where none was.
    pub device: &'a str,
    /// The data set, counted.
    pub data: &'a DataSummary,
    /// The certificate of the split; absent where nothing was held out.
    pub certificate: Option<&'a Certificate>,
    /// How each model learnt; empty where none was trained.
    pub training: &'a [TrainingRun],
    /// What models, floors and baselines score; absent where nothing was scored.
    pub evaluation: Option<&'a Evaluation>,
    /// The audit.
    pub audit: &'a Audit,
    /// Inputs, command, stages and citations.
    pub provenance: &'a Provenance,
}

/// Everything that the page of a qPCR experiment shows.
#[derive(Debug, Clone, Copy)]
pub struct QpcrReport<'a> {
    /// Name of the experiment.
    pub name: &'a str,
    /// When the page was made, as it should be printed.
    pub created: &'a str,
    /// Version of the program.
    pub version: &'a str,
    /// What was read.
    pub measurements: &'a Measurements,
    /// The standard curve of each target that has standards.
    pub curves: &'a [StandardCurve],
    /// Ratios over the calibrator.
    pub comparisons: &'a [Comparison],
    /// The audit.
    pub audit: &'a Audit,
}

/// The page could not be made: a defect of the template, not of the run.
#[derive(Debug, Error)]
#[error("the report's template failed: {message}; please report this as a bug")]
pub struct ReportError {
    /// What the template engine says, with the line of the template.
    pub message: String,
}

impl From<minijinja::Error> for ReportError {
    fn from(error: minijinja::Error) -> Self {
        Self { message: format!("{error:#}") }
    }
}

/// Templates by name; `page.html` includes the others.
const TEMPLATES: [(&str, &str); 13] = [
    ("head.html", include_str!("report/template/head.html")),
    ("qpcr.html", include_str!("report/template/qpcr.html")),
    ("page.html", include_str!("report/template/page.html")),
    ("macros.html", include_str!("report/template/macros.html")),
    ("verdict.html", include_str!("report/template/verdict.html")),
    ("models.html", include_str!("report/template/models.html")),
    ("data.html", include_str!("report/template/data.html")),
    ("split.html", include_str!("report/template/split.html")),
    ("training.html", include_str!("report/template/training.html")),
    ("evaluation.html", include_str!("report/template/evaluation.html")),
    ("interpretation.html", include_str!("report/template/interpretation.html")),
    ("audit.html", include_str!("report/template/audit.html")),
    ("provenance.html", include_str!("report/template/provenance.html")),
];

const STYLE: &str = include_str!("report/template/style.css");
const SCRIPT: &str = include_str!("report/template/sort.js");

/// Makes the page of a run.
///
/// # Errors
///
/// [`ReportError`] where the template cannot be rendered, which no input should bring about.
pub fn html(report: &Report) -> Result<String, ReportError> {
    render("page.html", view::Page::of(report))
}

/// Makes the page of a qPCR experiment.
///
/// # Errors
///
/// As [`html`].
pub fn qpcr_html(report: &QpcrReport) -> Result<String, ReportError> {
    render("qpcr.html", view::qpcr::QpcrPage::of(report))
}

/// The time of the clock, as pages print it.
#[must_use]
pub fn now() -> String {
    let now = time::OffsetDateTime::now_utc();
    let now = now.format(&time::format_description::well_known::Rfc3339).unwrap_or_default();
    format!("{} UTC", now.get(..19).unwrap_or_default().replace('T', " "))
}

fn render(name: &str, page: impl serde::Serialize) -> Result<String, ReportError> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    for (name, source) in TEMPLATES {
        environment.add_template(name, source)?;
    }
    let template = environment.get_template(name)?;
    Ok(template
        .render(context! { page => Value::from(Serde(page)), style => STYLE, script => SCRIPT })?)
}

#[cfg(test)]
mod tests;
