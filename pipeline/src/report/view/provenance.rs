//! Provenance: what is needed to make the page again.

use serde::Serialize;

use super::table::{Cell, Table};
use crate::report::Report;
use crate::report::number::{bytes, duration};

/// The section of the provenance.
#[derive(Debug, Serialize)]
pub(in crate::report) struct ProvenanceView {
    facts: Vec<(&'static str, String)>,
    inputs: Option<Table>,
    stages: Option<Table>,
    workflow: String,
    citations: Vec<String>,
}

impl ProvenanceView {
    pub(in crate::report) fn of(report: &Report) -> Self {
        let provenance = report.provenance;
        let mut facts = vec![
            ("Program", format!("cistron {}", report.version)),
            ("Command", provenance.command.clone()),
            ("Seed", report.seed.to_string()),
            ("Device", report.device.to_string()),
            ("Made", report.created.to_string()),
        ];
        let programs = report.evaluation.iter().flat_map(|evaluation| &evaluation.programs);
        facts
            .extend(programs.map(|(name, version)| ("Other program", format!("{name} {version}"))));
        facts.retain(|(_, value)| !value.is_empty());
        Self {
            facts,
            inputs: inputs(report),
            stages: stages(report),
            workflow: provenance.workflow.clone(),
            citations: provenance.citations.clone(),
        }
    }
}

fn inputs(report: &Report) -> Option<Table> {
    let inputs = &report.provenance.inputs;
    if inputs.is_empty() {
        return None;
    }
    let mut table = Table::new("Input files", &["File", "Read as", "#Size", "Hash"]);
    for input in inputs {
        table.rows.push(vec![
            Cell::text(&input.path),
            Cell::text(&input.role),
            Cell::quantity(bytes(input.size), input.size as f64),
            Cell::text(&input.hash),
        ]);
    }
    Some(table)
}

fn stages(report: &Report) -> Option<Table> {
    let stages = &report.provenance.stages;
    if stages.is_empty() {
        return None;
    }
    let mut table = Table::new(
        "Stages: wall time when each was last run, and the process's peak memory",
        &["Stage", "#Time", "#Memory"],
    );
    for stage in stages {
        let memory = stage
            .peak_memory
            .map_or_else(|| Cell::text("n/a"), |size| Cell::quantity(bytes(size), size as f64));
        table.rows.push(vec![
            Cell::text(&stage.stage),
            Cell::quantity(duration(stage.seconds), stage.seconds),
            memory,
        ]);
    }
    Some(table)
}
