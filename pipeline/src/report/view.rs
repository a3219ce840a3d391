//! The page as plain values: what the template prints, already worded and formatted.

pub(super) mod audit;
mod curves;
pub(super) mod data;
pub(super) mod distance;
pub(super) mod evaluation;
mod filters;
mod groups;
mod interpretation;
pub(super) mod models;
mod motifs;
mod numbers;
pub(super) mod provenance;
pub(super) mod qpcr;
pub(super) mod split;
pub(super) mod table;
pub(super) mod terms;
pub(super) mod training;
pub(super) mod verdict;
mod weights;

use serde::Serialize;

use super::Report;

/// Everything on the page, section by section; a section without content is absent.
#[derive(Debug, Serialize)]
pub(super) struct Page {
    name: String,
    created: String,
    version: String,
    verdict: verdict::Verdict,
    models: Option<models::Models>,
    data: data::Data,
    split: Option<split::Split>,
    training: Vec<training::Training>,
    evaluation: Option<evaluation::EvaluationView>,
    interpretation: Vec<interpretation::Interpretation>,
    audit: audit::AuditView,
    provenance: provenance::ProvenanceView,
}

impl Page {
    pub(super) fn of(report: &Report) -> Self {
        let evaluation = report.evaluation.filter(|e| !e.entries.is_empty());
        Self {
            name: report.name.to_string(),
            created: report.created.to_string(),
            version: report.version.to_string(),
            verdict: verdict::Verdict::of(report),
            models: evaluation.map(models::Models::of),
            data: data::Data::of(report.data),
            split: report.certificate.map(split::Split::of),
            training: training::of(report.training),
            evaluation: evaluation.map(evaluation::EvaluationView::of),
            interpretation: interpretation::of(report.training),
            audit: audit::AuditView::of(report.audit),
            provenance: provenance::ProvenanceView::of(report),
        }
    }
}
