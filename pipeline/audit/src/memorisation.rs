//! How much of a score is memory: the score on all held-out records against the far ones.

use super::cell::{count, decimal, heads, optional, percent, row, share};
use super::finding::Table;
use super::gate::{Gate, not_applicable, open};
use super::scored::Scored;
use super::{Finding, Status};
use cistron_split::neighbour::{Neighbour, Neighbours, Proximity};
use cistron_statistics::bootstrap::{self, Bootstrap};

/// Lower limit of the inflation.
const GATE: Gate = Gate::warn_fail(0.05, 0.1);

/// The fewest far records that the clean score is measured on.
const FEWEST: usize = 30;

/// Inflation of the accuracy: on all held-out records that can be compared, minus on those far from
/// every record learnt from (containment below .2).
pub(super) fn memorisation(model: &Scored, neighbours: &Neighbours, seed: u64) -> Finding {
    let check = format!("performance.memorisation:{}", model.name);
    let title = format!("How much of the score of {} is memory?", model.name);
    let ranges: Vec<Proximity> = (0..model.len())
        .map(|at| {
            let found = neighbours.get(model.folds[at], model.records[at]);
            found.map_or(Proximity::NotAssessable, Neighbour::proximity)
        })
        .collect();
    let assessed: Vec<usize> =
        (0..model.len()).filter(|at| ranges[*at] != Proximity::NotAssessable).collect();
    let clusters: Vec<u32> = assessed.iter().map(|at| model.clusters[*at]).collect();
    let of = |weights: &[u32], keep: &dyn Fn(Proximity) -> bool| {
        let (mut hits, mut n) = (0, 0);
        for (at, weight) in assessed.iter().zip(weights) {
            if keep(ranges[*at]) {
                n += weight;
                hits += weight * u32::from(model.right[*at]);
            }
        }
        (n > 0).then(|| f64::from(hits) / f64::from(n))
    };
    let far = |range: Proximity| range == Proximity::Far;
    let near = |range: Proximity| range <= Proximity::Near;
    let ones = vec![1; assessed.len()];
    let n_far = assessed.iter().filter(|at| far(ranges[**at])).count();
    let n_near = assessed.iter().filter(|at| near(ranges[**at])).count();
    let (all, clean, leaked) = (of(&ones, &|_| true), of(&ones, &far), of(&ones, &near));
    let inflation = |w: &[u32]| Some(of(w, &|_| true)? - of(w, &far)?);
    let value = inflation(&ones);
    let settings = Bootstrap { seed, ..Bootstrap::default() };
    let interval = value.and_then(|_| bootstrap::interval(&settings, &clusters, inflation));
    let finding = Finding {
        statistic: "accuracy on all held-out records minus accuracy on the far ones".into(),
        value,
        n: n_far,
        message: format!(
            "accuracy {} on all {}, {} on the {} far from every record learnt from (containment below 0.2), {} on the {} near one (0.5 and more)",
            optional(all),
            count(assessed.len(), "held-out record"),
            optional(clean),
            n_far,
            optional(leaked),
            n_near,
        ),
        tables: vec![by_range(model, &ranges)],
        interval,
        ..open(&check, &title)
    };
    let finding = GATE.show(finding);
    if n_far == assessed.len() && n_far > 0 {
        let message = format!(
            "every held-out record is far from all records learnt from; accuracy {}",
            optional(all)
        );
        return Finding { status: Status::Pass, message, ..finding };
    }
    if n_far < FEWEST {
        let why = format!(
            "only {}, {FEWEST} are needed{}",
            count(n_far, "far record"),
            value.map_or(String::new(), |v| format!(" (measured: {})", decimal(v)))
        );
        let remedy = "hold whole homology clusters out: only records far from the training records show what was learnt".into();
        return Finding { status: Status::Unknown(why), remedy, ..finding };
    }
    if value == Some(0.0) && finding.interval.is_none() {
        // All draws agree: every record is right, or every one is wrong.
        return Finding { status: Status::Pass, ..finding };
    }
    let finding = GATE.judge_interval(finding);
    if !finding.is_bad() {
        return finding;
    }
    let remedy = format!(
        "quote the accuracy on the far records ({}), or hold whole homology clusters out",
        optional(clean)
    );
    Finding { remedy, ..finding }
}

/// Numbers have no containment to tell near records from far ones.
pub(super) fn of_numbers(model: &Scored) -> Finding {
    let check = format!("performance.memorisation:{}", model.name);
    let title = format!("How much of the score of {} is memory?", model.name);
    let why = "the records are numbers, which no containment tells apart: whole runs or plates held out are the answer";
    not_applicable(&check, &title, why)
}

fn by_range(model: &Scored, ranges: &[Proximity]) -> Table {
    let of = |range: Proximity| {
        let within: Vec<usize> = (0..ranges.len()).filter(|at| ranges[*at] == range).collect();
        let right = within.iter().filter(|at| model.right[**at]).count();
        row([range.name().into(), within.len().to_string(), percent(share(right, within.len()))])
    };
    Table {
        title: format!(
            "Accuracy of {} by containment in the nearest record learnt from",
            model.name
        ),
        columns: heads(["containment", "records", "accuracy"]),
        rows: Proximity::ALL.into_iter().map(of).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::planted::{self, Dice};
    use super::*;
    use cistron_split::Part;

    /// 300 records learnt from and 200 held out, of which the first `near` are relatives; a model
    /// that is right on every relative and on a share of the others.
    fn run(near: usize, elsewhere: f64) -> Finding {
        let mut dice = Dice::new(1);
        let mut sequences = planted::random(500, 300, 2);
        for i in 0..near {
            sequences[300 + i] = planted::mutated(&mut dice, &sequences[i], 0.01);
        }
        let dataset = planted::two_classes(&sequences);
        let splits = planted::splits(&dataset, |i| if i >= 300 { Part::Test } else { Part::Train });
        let neighbours = Neighbours::compute(&dataset, &splits).unwrap();
        let hits: Vec<bool> = (0..500).map(|i| i < 300 + near || dice.roll() < elsewhere).collect();
        let mut scores = planted::scores(&dataset, |i| hits[i]);
        scores.records = (300..500).collect();
        scores.folds = vec![0; 200];
        scores.probabilities.drain(..600);
        memorisation(&Scored::new(&dataset, &splits.clusters, &scores), &neighbours, 1)
    }

    #[test]
    fn memory_inflates_the_score() {
        let finding = run(100, 0.6);
        assert_eq!((finding.status.clone(), finding.n), (Status::Fail, 100), "{finding:?}");
        // .5 * 1 + .5 * .6 - .6
        assert!(finding.value.is_some_and(|v| (v - 0.2).abs() < 0.06), "{finding:?}");
        assert_eq!(finding.tables[0].rows[4][1], "100");
        assert_eq!(run(100, 1.0).status, Status::Pass);
    }

    #[test]
    fn too_few_far_records_are_unknown_with_the_value_beside_it() {
        let finding = run(180, 0.5);
        assert!(
            matches!(&finding.status, Status::Unknown(why) if why.starts_with("only 20 far records"))
        );
        assert!(finding.value.is_some_and(|v| v > 0.2));
        let clean = run(0, 0.7);
        assert_eq!((clean.status, clean.value), (Status::Pass, Some(0.0)));
    }
}
