//! From probabilities to metrics with intervals, by slice, beside the best floor.

use std::collections::BTreeSet;

use cistron_models::metrics::{Confusion, Metric, Outcomes, WeightedMetric, per_class};

use super::curves::Curves;
use super::sets;
use super::weighted::Weighted;
use super::{
    ClassScore, ENSEMBLE, Entry, Evaluation, Lift, Role, Run, SCHEMA, Score, Scores, Slice,
};
use cistron_data::dataset::Dataset;
use cistron_data::error::Error;
use cistron_split::Splits;
use cistron_split::neighbour::{Neighbours, Proximity};
use cistron_statistics::bootstrap::{self, Bootstrap};
use cistron_statistics::interval::Interval;

/// The metric that models and floors are compared by: it does not reward guessing the largest class.
pub const METRIC: Metric = Metric::BalancedAccuracy;

/// Metrics of every table, in order.
const METRICS: [Metric; 5] =
    [Metric::Accuracy, Metric::BalancedAccuracy, Metric::MacroF1, Metric::Mcc, Metric::Auroc];

/// The fewest records of a slice that get an interval.
const FEWEST: usize = 30;

/// Scores every model, floor and baseline on the held-out records.
pub fn evaluate(
    runs: &[Run],
    dataset: &Dataset,
    splits: &Splits,
    neighbours: &Neighbours,
    seed: u64,
) -> Result<Evaluation, Error> {
    let judge = Judge { dataset, splits, neighbours, seed };
    let floor = runs
        .iter()
        .filter(|run| run.scores.role == Role::Floor)
        .map(|run| Ok((judge.value(&run.scores, METRIC)?.unwrap_or(f64::NEG_INFINITY), run)))
        .collect::<Result<Vec<_>, Error>>()?
        .into_iter()
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, run)| &run.scores);
    let entries =
        runs.iter().map(|run| judge.entry(run, floor)).collect::<Result<Vec<_>, Error>>()?;
    let notes = entries.first().and_then(|entry: &Entry| few_clusters(&entry.classes));
    Ok(Evaluation {
        schema: SCHEMA,
        classes: dataset.classes.clone(),
        folds: splits.folds.len(),
        notes: notes.into_iter().collect(),
        entries,
        weighted: judge.weighted(runs)?,
        ..Evaluation::default()
    })
}

/// Held-out clusters of a class below which an interval is too narrow.
pub const FEWEST_CLUSTERS: usize = 5;

/// What the intervals are worth where a class holds a handful of clusters out; `None` where none does.
///
/// Of 40 and 3 clusters a nominal 95 % interval of balanced accuracy held the true value in 84 % of
/// simulations.
#[must_use]
pub fn few_clusters(classes: &[ClassScore]) -> Option<String> {
    let few = classes.iter().filter(|c| c.support > 0 && c.clusters < FEWEST_CLUSTERS);
    let few: Vec<String> = few.map(|c| format!("{} of {}", c.clusters, c.class)).collect();
    (!few.is_empty()).then(|| {
        format!(
            "fewer than {FEWEST_CLUSTERS} clusters are held out of a class ({}): the intervals are \
             narrower than 95 % ones should be",
            few.join(", ")
        )
    })
}

/// Held-out records of one predictor, or some of them, with what they are scored by.
struct Rows {
    labels: Vec<usize>,
    clusters: Vec<u32>,
    probabilities: Vec<f32>,
}

impl Rows {
    /// Clusters that hold a record of a class.
    fn clusters_of(&self, class: usize) -> usize {
        let own = self.labels.iter().zip(&self.clusters).filter(|(label, _)| **label == class);
        own.map(|(_, cluster)| *cluster).collect::<BTreeSet<u32>>().len()
    }
}

struct Judge<'a> {
    dataset: &'a Dataset,
    splits: &'a Splits,
    neighbours: &'a Neighbours,
    seed: u64,
}

impl Judge<'_> {
    /// The labelled rows that `keep` accepts, by their position.
    fn rows(&self, scores: &Scores, keep: impl Fn(usize) -> bool) -> Rows {
        let classes = self.dataset.classes.len();
        let mut rows = Rows { labels: vec![], clusters: vec![], probabilities: vec![] };
        for (at, record) in scores.records.iter().enumerate() {
            let Some(label) = self.dataset.labels[*record].filter(|_| keep(at)) else { continue };
            rows.labels.push(label as usize);
            rows.clusters.push(self.splits.clusters[*record]);
            rows.probabilities.extend(&scores.probabilities[at * classes..(at + 1) * classes]);
        }
        rows
    }

    fn outcomes<'r>(&self, rows: &'r Rows) -> Result<Outcomes<'r>, Error> {
        Outcomes::new(&rows.probabilities, &rows.labels, self.dataset.classes.len())
            .map_err(|error| Error::stage("evaluate", error))
    }

    fn value(&self, scores: &Scores, metric: Metric) -> Result<Option<f64>, Error> {
        let rows = self.rows(scores, |_| true);
        Ok(metric.compute(&self.outcomes(&rows)?))
    }

    fn entry(&self, run: &Run, floor: Option<&Scores>) -> Result<Entry, Error> {
        let scores = &run.scores;
        let rows = self.rows(scores, |_| true);
        let outcomes = self.outcomes(&rows)?;
        let confusion = Confusion::new(&outcomes).map_err(|e| Error::stage("evaluate", e))?;
        let classes = 0..self.dataset.classes.len();
        let judged = matches!(scores.role, Role::Model | Role::Ensemble);
        let lift = match floor.filter(|_| judged) {
            Some(floor) => self.lift(scores, floor)?,
            None => None,
        };
        Ok(Entry {
            name: scores.name.clone(),
            role: scores.role,
            scores: [self.scores(&rows, true)?, self.of_sets(run, &rows.clusters)].concat(),
            runs: self.runs(run)?,
            slices: self.slices(scores)?,
            classes: per_class(&outcomes)
                .into_iter()
                .map(|row| ClassScore {
                    class: self.dataset.classes[row.class].clone(),
                    support: row.support as usize,
                    clusters: rows.clusters_of(row.class),
                    precision: row.precision,
                    recall: row.recall,
                    f1: row.f1,
                })
                .collect(),
            confusion: classes
                .clone()
                .map(|label| classes.clone().map(|p| confusion.get(label, p)).collect())
                .collect(),
            curves: (scores.role == Role::Model)
                .then(|| Curves::of(&outcomes, &self.dataset.classes))
                .flatten(),
            lift,
            set_level: run.sets.as_ref().map(|sets| sets.level),
        })
    }

    /// How often sets hold the class, and how large they are; nothing where none was calibrated.
    fn of_sets(&self, run: &Run, clusters: &[u32]) -> Vec<Score> {
        let Some(calibrated) = &run.sets else { return Vec::new() };
        let values = calibrated.held(&run.scores, self.dataset);
        let n = clusters.len();
        let score = |(metric, values): (&str, &Vec<f64>)| {
            let mean = |weights: &[u32]| sets::mean(values, weights);
            let interval = if n < FEWEST {
                None
            } else {
                bootstrap::interval(&self.bootstrap(), clusters, mean)
            };
            Score { metric: metric.to_string(), value: mean(&vec![1; n]), interval, n }
        };
        ["set-coverage", "set-size"].into_iter().zip(&values).map(score).collect()
    }

    /// Every metric of some rows, with intervals where they are wanted and can be had.
    fn scores(&self, rows: &Rows, intervals: bool) -> Result<Vec<Score>, Error> {
        let outcomes = self.outcomes(rows)?;
        let n = rows.labels.len();
        let mut out = Vec::new();
        for metric in METRICS {
            let weighted = WeightedMetric::new(metric, &outcomes).filter(|_| n > 0);
            let value = weighted.as_ref().and_then(|w| w.evaluate(&vec![1; n]));
            let interval = weighted
                .filter(|_| intervals && n >= FEWEST)
                .and_then(|weighted| self.interval(rows, value, |w| weighted.evaluate(w)));
            out.push(Score { metric: metric.name().to_string(), value, interval, n });
        }
        Ok(out)
    }

    /// 95 % interval of a metric: whole clusters are drawn, each class among its own, and a perfect
    /// score has a lower limit only.
    fn interval(
        &self,
        rows: &Rows,
        value: Option<f64>,
        metric: impl Fn(&[u32]) -> Option<f64> + Sync,
    ) -> Option<Interval> {
        let strata: Vec<u32> = rows.labels.iter().map(|label| *label as u32).collect();
        let settings = self.bootstrap();
        let found = bootstrap::estimate_within(&settings, &rows.clusters, &strata, metric);
        if value.is_some_and(|value| value >= 1.0) && found.clusters > 1 {
            let fewest = bootstrap::fewest_clusters(&rows.clusters, &strata);
            return Some(bootstrap::perfect(fewest, settings.level));
        }
        found.interval
    }

    fn bootstrap(&self) -> Bootstrap {
        Bootstrap { seed: self.seed, ..Bootstrap::default() }
    }

    /// Each fold and seed alone.
    fn runs(&self, run: &Run) -> Result<Vec<(usize, usize, Vec<Score>)>, Error> {
        let one = |(fold, seed, probabilities): &(usize, usize, Vec<f32>)| {
            let of_fold = |at: &usize| run.scores.folds[*at] as usize == *fold;
            let at: Vec<usize> = (0..run.scores.records.len()).filter(of_fold).collect();
            let part = Scores {
                records: at.iter().map(|at| run.scores.records[*at]).collect(),
                folds: at.iter().map(|at| run.scores.folds[*at]).collect(),
                probabilities: probabilities.clone(),
                ..run.scores.clone()
            };
            let rows = self.rows(&part, |_| true);
            Ok((*fold, *seed, self.scores(&rows, false)?))
        };
        run.parts.iter().map(one).collect()
    }

    /// Scores by distance to the records learnt from, and by the levels of each group.
    fn slices(&self, scores: &Scores) -> Result<Vec<Slice>, Error> {
        let mut out = Vec::new();
        // Numbers have no containment: whole runs or plates tell how far apart they are.
        let ranges = if self.dataset.numbers.is_some() { &[][..] } else { &Proximity::ALL };
        for range in ranges {
            let keep = |at: usize| {
                let (fold, record) = (scores.folds[at] as usize, scores.records[at]);
                self.neighbours.get(fold, record).is_some_and(|n| n.proximity() == *range)
            };
            self.slice("containment", range.name(), &self.rows(scores, keep), &mut out)?;
        }
        for group in &self.dataset.groups {
            for (level, name) in group.levels.iter().enumerate() {
                let keep = |at: usize| group.values[scores.records[at]] == Some(level as u32);
                self.slice(&group.name, name, &self.rows(scores, keep), &mut out)?;
            }
        }
        Ok(out)
    }

    fn slice(&self, by: &str, level: &str, rows: &Rows, out: &mut Vec<Slice>) -> Result<(), Error> {
        if !rows.labels.is_empty() {
            let scores = self.scores(rows, true)?;
            out.push(Slice { by: by.to_string(), level: level.to_string(), scores });
        }
        Ok(())
    }

    /// What the models were weighed by, with what that gave beside their plain mean.
    fn weighted(&self, runs: &[Run]) -> Result<Option<Weighted>, Error> {
        let weighted = runs.iter().find_map(|run| Some((&run.scores, run.weights.as_ref()?)));
        let Some((scores, weights)) = weighted else { return Ok(None) };
        let plain = runs.iter().find(|run| run.scores.name == ENSEMBLE);
        let gain = match plain {
            Some(plain) => self.lift(scores, &plain.scores)?,
            None => None,
        };
        Ok(Some(Weighted { gain, ..weights.clone() }))
    }

    /// The paired difference of a model to the best floor, on the same records.
    fn lift(&self, model: &Scores, floor: &Scores) -> Result<Option<Lift>, Error> {
        let (ours, theirs) = (self.rows(model, |_| true), self.rows(floor, |_| true));
        let strata: Vec<u32> = ours.labels.iter().map(|label| *label as u32).collect();
        let (ours, clusters) = (self.outcomes(&ours)?, ours.clusters.clone());
        let theirs = self.outcomes(&theirs)?;
        // The metric looks at the answers only: of equal ones no draw can tell the two apart.
        let alike = ours.predicted() == theirs.predicted();
        let pair = WeightedMetric::new(METRIC, &ours).zip(WeightedMetric::new(METRIC, &theirs));
        let Some((ours, theirs)) = pair else { return Ok(None) };
        let difference = |w: &[u32]| Some(ours.evaluate(w)? - theirs.evaluate(w)?);
        let Some(value) = difference(&vec![1; clusters.len()]) else { return Ok(None) };
        let interval = if alike {
            Some(Interval { low: 0.0, high: 0.0 })
        } else {
            bootstrap::estimate_within(&self.bootstrap(), &clusters, &strata, difference).interval
        };
        Ok(Some(Lift {
            over: floor.name.clone(),
            metric: METRIC.name().to_string(),
            value,
            interval,
        }))
    }
}
