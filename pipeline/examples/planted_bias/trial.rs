//! Audits of samples, counted.

use std::collections::BTreeMap;
use std::ops::Range;

use cistron_audit as audit;
use cistron_audit::locus::overlap;
use cistron_audit::{Finding, Status, Subject};
use cistron_evaluate::Evaluation;
use cistron_split::config::Split;
use cistron_split::given::Given;
use cistron_split::neighbour::Neighbours;
use cistron_split::split_with_sets;
use rayon::prelude::*;

use super::bias::Bias;
use super::pool::Pool;
use super::sample::{Sample, Shape, rng};

/// How often a bias was found.
#[derive(Debug, Clone, Default)]
pub(super) struct Detection {
    pub(super) trials: u64,
    /// The right check warned or failed.
    pub(super) found: u64,
    /// The right check failed.
    pub(super) failed: u64,
    /// The right checks said that they cannot tell.
    pub(super) unknown: u64,
}

/// How often clean twins were found fault with.
#[derive(Debug, Clone, Default)]
pub(super) struct Alarms {
    pub(super) trials: u64,
    pub(super) failed: u64,
    pub(super) warned: u64,
    pub(super) unknown: u64,
    /// Which checks, how often.
    pub(super) checks: BTreeMap<String, u64>,
}

/// Which questions of the audit are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// All of them.
    All,
    /// Those of records, labels and metadata, the sensitive comparison included or not.
    Data { sensitive: bool },
    /// Those of a model's scores.
    Performance,
    /// Those of coordinates.
    Intervals,
}

/// The audit of a sample, as `cistron audit` and `cistron run` make it.
fn audited(sample: &Sample, seed: u64, asked: Asked) -> Result<Vec<Finding>, String> {
    if asked == Asked::Intervals {
        return Ok(vec![overlap(&sample.intervals())]);
    }
    let dataset = sample.dataset();
    let given = Given::Parts(sample.parts.clone());
    let (splits, sets) = split_with_sets(&Split::default(), &dataset, Some(given), seed)
        .map_err(|e| e.to_string())?;
    let neighbours = Neighbours::with_sets(&dataset, &splits.folds, sets.as_ref());
    let mut findings = Vec::new();
    if asked != Asked::Performance {
        let earlier = sample.earlier(&dataset);
        let subject = Subject::split(&dataset, &splits, &neighbours, seed)
            .with_sensitivity(matches!(asked, Asked::All | Asked::Data { sensitive: true }))
            .with_predictions(&earlier);
        findings.extend(audit::data(&subject));
    }
    if matches!(asked, Asked::All | Asked::Performance) {
        let evaluation = Evaluation {
            schema: 1,
            classes: Vec::new(),
            folds: 1,
            entries: Vec::new(),
            ..Evaluation::default()
        };
        let scores = [sample.scores(&mut rng(seed))];
        findings.extend(audit::performance(
            &dataset,
            &splits,
            &neighbours,
            &evaluation,
            &scores,
            seed,
        ));
    }
    if asked == Asked::All {
        findings.push(overlap(&sample.intervals()));
    }
    Ok(findings)
}

/// Plants a bias in `seeds` twins and counts what its checks say.
pub(super) fn detection(
    pool: &Pool,
    shape: Shape,
    bias: Bias,
    strength: f64,
    seeds: Range<u64>,
) -> Result<Detection, String> {
    let one = |seed: u64| {
        let mut rng = rng(seed);
        let mut sample = bias.twin(pool, shape, &mut rng)?;
        bias.plant(&mut sample, strength, &mut rng);
        let findings = audited(&sample, seed, bias.asked())?;
        let code = |f: &&Finding| {
            let code = f.check.split(':').next().unwrap_or_default();
            bias.checks().contains(&code)
        };
        let asked: Vec<&Status> = findings.iter().filter(code).map(|f| &f.status).collect();
        let any = |keep: fn(&Status) -> bool| u64::from(asked.iter().any(|s| keep(s)));
        let found = any(|s| matches!(s, Status::Warn | Status::Fail));
        Ok(Detection {
            trials: 1,
            found,
            failed: any(|s| matches!(s, Status::Fail)),
            unknown: if found == 0 { any(|s| matches!(s, Status::Unknown(_))) } else { 0 },
        })
    };
    let all: Vec<Detection> = seeds.into_par_iter().map(one).collect::<Result<_, String>>()?;
    Ok(all.into_iter().fold(Detection::default(), |a, b| Detection {
        trials: a.trials + b.trials,
        found: a.found + b.found,
        failed: a.failed + b.failed,
        unknown: a.unknown + b.unknown,
    }))
}

/// Audits clean twins and counts false alarms.
pub(super) fn false_alarms(pool: &Pool, shape: Shape, seeds: Range<u64>) -> Result<Alarms, String> {
    let one = |seed: u64| {
        // Other seeds than those of the planted samples.
        let seed = seed + 1_000_000;
        audited(&Sample::clean(pool, shape, &mut rng(seed))?, seed, Asked::All)
    };
    let all: Vec<Vec<Finding>> = seeds.into_par_iter().map(one).collect::<Result<_, String>>()?;
    let mut alarms = Alarms { trials: all.len() as u64, ..Alarms::default() };
    for findings in all {
        let any = |keep: fn(&Status) -> bool| u64::from(findings.iter().any(|f| keep(&f.status)));
        alarms.failed += any(|s| matches!(s, Status::Fail));
        alarms.warned += any(|s| matches!(s, Status::Warn));
        alarms.unknown += any(|s| matches!(s, Status::Unknown(_)));
        for finding in findings {
            if !matches!(finding.status, Status::Pass | Status::NotApplicable(_)) {
                let name = format!("{} {}", finding.check, finding.status.name());
                *alarms.checks.entry(name).or_default() += 1;
            }
        }
    }
    Ok(alarms)
}
