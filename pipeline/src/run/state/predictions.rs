//! The predict stage: the held-out records, and every file that the workflow names.

use cistron_models::calibration::prediction_set;

use super::{Finished, State};
use crate::key::Keys;
use crate::predict::variants::{self, Query};
use crate::predict::{self, BLOCK, Blocks, Ensemble, Prediction, Table};
use crate::run::plan::inputs;
use crate::workflow::names;
use cistron_audit::{Audit, InputFile};
use cistron_data::error::Error;
use cistron_evaluate::Run;
use cistron_qpcr::records;
use cistron_split::neighbour::identity::Identities;

impl State<'_> {
    /// Writes one table of predictions with its audit.
    pub(super) fn predict(
        &self,
        name: &str,
        file: &str,
        keys: &mut Keys,
    ) -> Result<Finished, Error> {
        let path = self.out(format!("predictions/{name}/{file}.tsv"));
        let folder = self.out(format!("models/{name}"));
        let workflow = &self.loaded.workflow;
        let outputs = if file == names::TEST {
            let dataset = self.dataset()?;
            let run = self.scores()?.iter().find(|run| run.scores.name == name);
            let run = run.ok_or_else(|| Error::stage("predict", "no scores"))?;
            let ensemble = Ensemble::load(&folder, &self.executor)?;
            let rows = self.held_out(run, &ensemble)?;
            let audit = Audit::new(
                &workflow.name,
                self.audited()?.clone(),
                workflow.seed,
                self.findings()?.clone(),
            );
            let mut table = Table::create(&path, &dataset.classes)?;
            table.push(dataset, &run.scores.records, &rows, &Identities::new(dataset))?;
            table.finish(&audit)?
        } else {
            let input = &workflow.predict[file];
            if let (Some(vcf), Some(reference)) = (&input.vcf, &input.reference) {
                let given = self.given(file, 0, keys);
                let learnt = workflow.read.variants.as_ref().map(|variants| variants.window);
                let query = Query {
                    vcf: &self.loaded.resolve(vcf),
                    reference: &self.loaded.resolve(reference),
                    window: input.window.or(learnt),
                    strand: input.strand.unwrap_or_default(),
                };
                let ensemble = Ensemble::load(&folder, &self.executor)?;
                let done = variants::predict(&ensemble, &self.executor, query, &path, given)?;
                let message = format!("{done}: {}", path.display());
                return Ok(Finished { outputs: done.outputs.to_vec(), message });
            }
            let ensemble = Ensemble::load(&folder, &self.executor)?;
            let card = &ensemble.members[0].card;
            let blocks = if let (Some(path), Some(measured)) = (input.numbers(), &card.measured) {
                let path = self.loaded.resolve(path);
                Blocks::whole(records::queries(&path, measured, &card.channels)?)
            } else {
                let resolve = |path: &std::path::Path| self.loaded.resolve(path);
                Blocks::open(resolve, input, workflow.read.reading(), BLOCK)?
            };
            let given = |records| self.given(file, records, keys);
            predict::predict(&ensemble, &self.executor, file, blocks, &path, given)?.outputs
        };
        let message = format!("{}", path.display());
        Ok(Finished { outputs: outputs.to_vec(), message })
    }

    /// A file to predict, as audited.
    fn given(&self, file: &str, records: usize, keys: &mut Keys) -> Option<InputFile> {
        let role = format!("predict: {file}");
        let given = inputs(self.loaded, keys).into_iter().find(|given| given.role == role)?;
        Some(InputFile { path: given.path, blake3: given.blake3, records, skipped: 0 })
    }

    /// Rows of the held-out records: the look-up is against their own fold's development records.
    fn held_out(&self, run: &Run, ensemble: &Ensemble) -> Result<Vec<Prediction>, Error> {
        let scores = &run.scores;
        let threshold = |fold: u32| Some(run.sets.as_ref()?.thresholds[fold as usize]);
        let dataset = self.dataset()?;
        let neighbours = self.neighbours()?;
        let classes = dataset.classes.len();
        let rows =
            scores.records.iter().zip(&scores.folds).zip(scores.probabilities.chunks(classes));
        Ok(rows
            .map(|((record, fold), probabilities)| {
                let found = neighbours.get(*fold as usize, *record);
                let containment = found.and_then(|n| n.containment);
                let member = ensemble
                    .members
                    .iter()
                    .find(|member| member.card.training.fold == *fold as usize);
                let below = member.and_then(|member| member.card.unfamiliar_below);
                let profile = member.map(|member| &member.card.profile);
                Prediction {
                    probabilities: probabilities.to_vec(),
                    set: threshold(*fold)
                        .map_or(Vec::new(), |threshold| prediction_set(probabilities, threshold)),
                    nearest: found
                        .and_then(|n| n.exact.or(n.nearest))
                        .map(|at| dataset.id(at).to_string()),
                    containment,
                    unfamiliar: containment.zip(below).map(|(c, below)| c < below),
                    outside: profile.map_or("", |p| p.outside(dataset.sequence(*record))),
                }
            })
            .collect())
    }
}
