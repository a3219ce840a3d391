//! Would the ranking of models hold on another version of the data?

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt::Write;

use cistron_models::metrics::{Metric, Outcomes, WeightedMetric};

use super::cell::{count, decimal, heads, list, percent};
use super::finding::Table;
use super::gate::{Gate, not_applicable, open, unknown};
use super::probe::{Probed, Target};
use super::record::Record;
use super::remedy::{Remedies, alike};
use super::{Finding, Status, Subject};
use cistron_data::dataset::{Dataset, GroupKind};
use cistron_data::error::Error;
use cistron_evaluate::floor::{COMPOSITION, LOOK_UP, NAIVE_BAYES, floors};
use cistron_split::deal::{Units, deal};
use cistron_split::neighbour::Neighbours;
use cistron_split::{Dealt, Part};
use cistron_statistics::bootstrap::{self, Bootstrap};

/// Probability that two models change places once whole clusters are held out. It never fails: what
/// a ranking is worth is judged by the leakage.
const GATE: Gate = Gate::warn(0.975);

/// Folds of every version.
const FOLDS: usize = 5;

/// Nuisance columns that a version is balanced by, at most.
const COLUMNS: usize = 3;

/// Models that need no training to speak of.
const MODELS: [&str; 3] = [COMPOSITION, LOOK_UP, NAIVE_BAYES];

const CHECK: &str = "counterfactual.ranking";
const TITLE: &str = "Does the ranking of models hold on other versions of the data?";

/// A version of the data: which records, and what is held out together.
struct Version {
    name: String,
    records: Vec<usize>,
    /// Whole homology clusters are held out, else single records.
    whole: bool,
}

/// What the models score on a version.
struct Scored {
    name: String,
    n: usize,
    /// Balanced accuracy of each of [`MODELS`].
    values: [f64; 3],
    /// Share of the bootstrap draws of clusters in which each of them leads.
    leads: [f64; 3],
    /// Share of the draws in which the one beats the other; ties count half.
    beats: [[f64; 3]; 3],
}

impl Scored {
    /// The best model, the first of equals.
    fn leader(&self) -> usize {
        (0..3).rev().max_by(|a, b| self.values[*a].total_cmp(&self.values[*b])).unwrap_or_default()
    }
}

/// Cheap models, cross-validated on the data as given, without repeats, by homology cluster, with
/// classes matched by length and GC content, and balanced by each nuisance column.
pub(super) fn counterfactual(subject: &Subject, records: &[Record]) -> Finding {
    if !subject.counterfactual {
        let why = "it is asked for with --counterfactual, in a workflow with `audit: {counterfactual: true}`";
        return not_applicable(CHECK, TITLE, why);
    }
    let dataset = subject.dataset;
    if dataset.numbers.is_some() {
        return not_applicable(CHECK, TITLE, "the records are no sequences");
    }
    let target = Target { names: &dataset.classes, values: &dataset.labels };
    let probed = match Probed::of(target, subject.clusters) {
        Ok(probed) => probed,
        Err(Status::NotApplicable(why)) => return not_applicable(CHECK, TITLE, &why),
        Err(Status::Unknown(why)) => {
            let remedy = "add unrelated sequences of the small classes";
            return GATE.show(unknown(CHECK, TITLE, &why, remedy));
        }
        Err(_) => return open(CHECK, TITLE),
    };
    let versions = versions(dataset, records, &probed.records);
    let scored: Result<Vec<Scored>, Error> =
        versions.iter().map(|version| score(subject, version)).collect();
    match scored {
        Ok(scored) => judged(&scored, &probed.left_out),
        Err(error) => GATE.show(unknown(CHECK, TITLE, &error.to_string(), "add records")),
    }
}

fn versions(dataset: &Dataset, records: &[Record], labelled: &[usize]) -> Vec<Version> {
    let remedies = Remedies::of(dataset, records);
    let within = |kept: &[usize]| -> Vec<usize> {
        kept.iter().copied().filter(|i| labelled.binary_search(i).is_ok()).collect()
    };
    let version =
        |name: &str, records: Vec<usize>, whole| Version { name: name.to_string(), records, whole };
    let mut versions = vec![
        version("random folds", labelled.to_vec(), false),
        version("without repeats, random folds", within(&remedies.deduplicated), false),
        version("folds of whole homology clusters", labelled.to_vec(), true),
        version(
            "matched by length and GC content, whole clusters",
            within(&remedies.matched),
            true,
        ),
    ];
    let nuisances = dataset.groups.iter().filter(|g| g.kind == GroupKind::Nuisance);
    for group in nuisances.filter(|g| g.levels.len() > 1).take(COLUMNS) {
        let known: Vec<usize> =
            labelled.iter().copied().filter(|i| group.values[*i].is_some()).collect();
        let bins: Vec<usize> =
            known.iter().map(|i| group.values[*i].unwrap_or_default() as usize).collect();
        let kept = alike(dataset, records, &known, &bins);
        let name = format!("balanced by {}, whole clusters", group.name);
        versions.push(Version { name, records: kept, whole: true });
    }
    versions
}

/// Folds of a version: records, or the units they are held out with, dealt with balanced classes.
fn folds(dataset: &Dataset, unit_of: Vec<u32>, seed: u64) -> Vec<Vec<Part>> {
    let units = Units::new(unit_of, &dataset.labels, dataset.classes.len());
    let fold_of = units.spread(&deal(&units, &[1.0 / FOLDS as f64; FOLDS], seed));
    Dealt::Folds(fold_of, FOLDS).folds()
}

fn score(subject: &Subject, version: &Version) -> Result<Scored, Error> {
    let failed = |what: &dyn std::fmt::Display| Error::stage("audit", what);
    let dataset = subject.dataset.select(&version.records);
    let mut numbers = BTreeMap::new();
    let clusters: Vec<u32> = version
        .records
        .iter()
        .map(|i| {
            let next = numbers.len() as u32;
            *numbers.entry(subject.clusters[*i]).or_insert(next)
        })
        .collect();
    let units = if version.whole { clusters.clone() } else { (0..dataset.len() as u32).collect() };
    let folds = folds(&dataset, units, subject.seed);
    let neighbours =
        Neighbours::of_folds(&dataset, &folds, subject.k).map_err(|error| failed(&error))?;
    let scores = floors(&dataset, &folds, &neighbours)?;
    let mut rows: Vec<u32> = Vec::new();
    let mut metrics = Vec::new();
    for name in MODELS {
        let Some(of) = scores.iter().find(|s| s.name == name) else { continue };
        let label = |i: &usize| dataset.labels[*i].unwrap_or_default() as usize;
        let labels: Vec<usize> = of.records.iter().map(label).collect();
        let outcomes = Outcomes::new(&of.probabilities, &labels, dataset.classes.len())
            .map_err(|error| failed(&error))?;
        rows = of.records.iter().map(|i| clusters[*i]).collect();
        metrics.extend(WeightedMetric::new(Metric::BalancedAccuracy, &outcomes));
    }
    let values = |weights: &[u32]| -> Option<[f64; 3]> {
        let found: Option<Vec<f64>> = metrics.iter().map(|m| m.evaluate(weights)).collect();
        found?.try_into().ok()
    };
    let as_it_is = values(&vec![1; rows.len()]).ok_or_else(|| failed(&"too few records"))?;
    let settings = Bootstrap { seed: subject.seed, ..Bootstrap::default() };
    let drawn: Vec<[f64; 3]> =
        bootstrap::draws(&settings, &rows, values).into_iter().flatten().collect();
    let one = 1.0 / drawn.len().max(1) as f64;
    let (mut leads, mut beats) = ([0.0; 3], [[0.0; 3]; 3]);
    for draw in &drawn {
        let best = draw.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let ties = draw.iter().filter(|v| **v >= best).count() as f64;
        for a in 0..3 {
            leads[a] += if draw[a] >= best { one / ties } else { 0.0 };
            for b in 0..3 {
                beats[a][b] += match draw[a].total_cmp(&draw[b]) {
                    Ordering::Greater => one,
                    Ordering::Equal => one / 2.0,
                    Ordering::Less => 0.0,
                };
            }
        }
    }
    Ok(Scored { name: version.name.clone(), n: dataset.len(), values: as_it_is, leads, beats })
}

/// The pair of models, the better one on random folds first, that most probably changes places with
/// whole clusters held out, and how probable that is.
fn turned(given: &Scored, whole: &Scored) -> (usize, usize, f64) {
    let pairs = (0..3).flat_map(|a| (0..3).map(move |b| (a, b)));
    let ordered = pairs.filter(|(a, b)| given.values[*a] > given.values[*b]);
    let turned = ordered.map(|(a, b)| (a, b, whole.beats[b][a]));
    turned.max_by(|x, y| x.2.total_cmp(&y.2)).unwrap_or_default()
}

fn judged(scored: &[Scored], left_out: &[String]) -> Finding {
    let (given, whole) = (&scored[0], &scored[2]);
    let leads = |scored: &Scored| {
        let leader = scored.leader();
        format!("{} leads with {}", MODELS[leader], decimal(scored.values[leader]))
    };
    let (first, second, value) = turned(given, whole);
    let mut message = format!(
        "balanced accuracy on random folds: {}; with whole homology clusters held out: {}. {} has {} before {} with {} on random folds; with whole clusters {} and {}, the other way round in {} of the bootstrap draws",
        leads(given),
        leads(whole),
        MODELS[first],
        decimal(given.values[first]),
        MODELS[second],
        decimal(given.values[second]),
        decimal(whole.values[first]),
        decimal(whole.values[second]),
        percent(value),
    );
    if !left_out.is_empty() {
        // Writing to a String cannot fail.
        let _ = write!(message, "; without {} (too few homology clusters)", list(left_out));
    }
    let finding = Finding {
        statistic: "largest probability that two models change places between random folds and folds of whole clusters".into(),
        value: Some(value),
        n: whole.n,
        message,
        tables: vec![table(scored)],
        ..open(CHECK, TITLE)
    };
    let finding = GATE.judge(value, finding);
    if finding.status == Status::Pass {
        return finding;
    }
    let remedy = "choose models and settings on folds of whole homology clusters (`cistron split --folds 5`): a random split ranks memory";
    Finding { remedy: remedy.into(), ..finding }
}

fn table(scored: &[Scored]) -> Table {
    let rows = scored.iter().map(|s| {
        let mut row = vec![s.name.clone(), count(s.n, "record")];
        row.extend(s.values.iter().map(|v| decimal(*v)));
        row.push(MODELS[s.leader()].to_string());
        row.push(percent(s.leads[s.leader()]));
        row
    });
    let columns =
        ["version", "records", MODELS[0], MODELS[1], MODELS[2], "leader", "leads in draws"];
    Table {
        title: "Balanced accuracy of cheap models on versions of the data".into(),
        columns: heads(columns),
        rows: rows.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::planted::{self, Dice};
    use super::super::{examine, finding::Finding};
    use super::*;

    fn run(dataset: &Dataset, clusters: &[u32]) -> Finding {
        let subject = Subject::unsplit(dataset, clusters, 15, 1).with_counterfactual(true);
        let (findings, _) = examine(&subject);
        findings.into_iter().find(|f| f.check == CHECK).unwrap()
    }

    #[test]
    fn a_look_up_leads_only_while_relatives_are_learnt_from() {
        // 60 families of five near copies; the class shows in the composition of the founder, too.
        let mut dice = Dice::new(3);
        let mut sequences = Vec::new();
        let mut clusters = Vec::new();
        let mut labels = Vec::new();
        for family in 0..60_u32 {
            let gc = if family % 2 == 0 { 0.48 } else { 0.53 };
            let founder = planted::dna(&mut dice, 300, gc);
            for _ in 0..5 {
                sequences.push(planted::mutated(&mut dice, &founder, 0.02));
                clusters.push(family);
                labels.push(["a", "b"][family as usize % 2]);
            }
        }
        let mut dataset = planted::labelled(&sequences, &labels);
        let plates: Vec<Option<String>> =
            (0..300).map(|i| Some(["p", "q"][i / 3 % 2].to_string())).collect();
        dataset.add_group("plate", GroupKind::Nuisance, &plates);
        let finding = run(&dataset, &clusters);
        assert_eq!(finding.status, Status::Warn, "{finding:?}");
        let rows = &finding.tables[0].rows;
        assert_eq!(rows.len(), 5);
        assert_eq!((rows[0][0].as_str(), rows[0][5].as_str()), ("random folds", "look-up"));
        assert_eq!(rows[2][5], "composition");
        let look_up: f64 = rows[2][3].parse().unwrap();
        assert!((0.3..0.7).contains(&look_up), "{look_up}");
    }

    #[test]
    fn it_is_asked_for_and_needs_clusters() {
        let dataset = planted::two_classes(&planted::random(40, 50, 1));
        let clusters: Vec<u32> = (0..40).collect();
        assert!(matches!(run(&dataset, &clusters).status, Status::Unknown(_)));
        let subject = Subject::unsplit(&dataset, &clusters, 15, 1);
        assert!(matches!(counterfactual(&subject, &[]).status, Status::NotApplicable(_)));
    }
}
