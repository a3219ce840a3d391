//! The audit stage.

use super::{Finished, State};
use crate::model::Card;
use cistron_audit as audit;
use cistron_audit::{Audit, Finding};
use cistron_data::artefact;
use cistron_data::error::Error;
use cistron_evaluate::{Evaluation, Scores};

impl State<'_> {
    /// Puts the findings about data, models and queries together.
    pub(super) fn audit(&self) -> Result<Finished, Error> {
        let workflow = &self.loaded.workflow;
        let evaluation: Evaluation = artefact::read_json(&self.out("metrics.json"))?;
        let scores: Vec<Scores> = self.scores()?.iter().map(|run| run.scores.clone()).collect();
        let mut findings = self.findings()?.clone();
        if workflow.audit.counterfactual {
            // The models that were trained carry the other findings: this one is of the run.
            let ranking = audit::ranking(&self.subject()?);
            if let Some(open) = findings.iter_mut().find(|f| f.check == ranking.check) {
                *open = ranking;
            }
        }
        findings.extend(audit::performance(
            self.dataset()?,
            self.splits()?,
            self.neighbours()?,
            &evaluation,
            &scores,
            workflow.seed,
        ));
        for model in workflow.models.keys() {
            let path = self.out(format!("models/{model}/fold-0/seed-0/model.json"));
            let card: Card = artefact::read_json(&path)?;
            let learnt = card.training.records + card.training.validation;
            findings.push(audit::truncation(model, card.training.truncated, learnt));
        }
        if let Some(model) = workflow.models.keys().next() {
            for file in workflow.predict.keys() {
                let path = self.out(format!("predictions/{model}/{file}.audit.json"));
                let query: Audit = artefact::read_json(&path)?;
                let asked = query.findings.into_iter().filter(|f| f.check.starts_with("query."));
                findings.extend(asked.map(|f| Finding {
                    check: format!("{}:{file}", f.check),
                    title: format!("{file}: {}", f.title),
                    ..f
                }));
            }
        }
        let audit = Audit::new(&workflow.name, self.audited()?.clone(), workflow.seed, findings);
        let path = self.out("audit.json");
        artefact::write_json(&path, &audit)?;
        let message = audit::text::summary(&audit);
        Ok(Finished { outputs: vec![path], message })
    }
}
