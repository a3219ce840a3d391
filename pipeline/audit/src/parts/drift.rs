//! Whether the held-out records look like those learnt from, number by number.

use std::collections::BTreeSet;

use statrs::distribution::{ContinuousCDF, Normal};

use super::super::cell::{ROWS, count, decimal, heads, p_value, row};
use super::super::drift::{columns, features};
use super::super::finding::Table;
use super::super::gate::{Gate, not_applicable, open};
use super::super::{Finding, Status, Subject};
use super::{NO_SPLIT, Sides, in_fold, sides, worst};
use cistron_data::dataset::Dataset;
use cistron_statistics::delong::area;
use cistron_statistics::false_discovery::benjamini_hochberg;
use cistron_statistics::interval::Interval;

/// Lower limit of the area by which a number tells the two sides apart. It never fails by itself: a
/// score on other records may be what is wanted, as long as it is called so.
const GATE: Gate = Gate::warn(0.6).within(0.75);

/// Adjusted p value from which a difference counts as chance.
const CHANCE: f64 = 0.05;

/// Records of a side, at least.
const FEWEST: usize = 20;

/// Homology clusters of a side, at least.
const CLUSTERS: usize = 5;

const CHECK: &str = "parts.drift";
const TITLE: &str = "Do the held-out records look like those learnt from?";

/// A number of each record.
struct Column {
    name: String,
    values: Vec<f64>,
}

/// A number with the area by which it tells the sides apart.
struct Moved<'c> {
    name: &'c str,
    value: f64,
    interval: Interval,
    p_value: f64,
    higher: bool,
}

/// The numbers of the worst fold: length, GC content and letters, ambiguity, case, quality, and
/// columns of years; of curves and genotypes, what their floors read.
pub(super) fn drift(subject: &Subject) -> Finding {
    let sides = sides(subject);
    if sides.is_empty() {
        return not_applicable(CHECK, TITLE, NO_SPLIT);
    }
    let numbers = numbers(subject.dataset);
    let folds = sides.len();
    let of = |(fold, sides): (usize, &Sides)| one(subject, &numbers, sides, (fold, folds));
    worst(sides.iter().enumerate().map(of).collect())
        .unwrap_or_else(|| not_applicable(CHECK, TITLE, NO_SPLIT))
}

/// The numbers of every record.
fn numbers(dataset: &Dataset) -> Vec<Column> {
    let records: Vec<usize> = (0..dataset.len()).collect();
    let table = features(dataset, &records);
    let mut out: Vec<Column> = columns(dataset, &table)
        .map(|(at, name)| Column {
            name: if name == "log length" { "length".into() } else { name.into() },
            values: table.column(at).map(f64::from).collect(),
        })
        .collect();
    if dataset.numbers.is_none() {
        let letters = dataset.alphabet.letters();
        let lookup = dataset.alphabet.lookup();
        let ambiguous = |s: &u8| usize::from(lookup[usize::from(*s)]) > letters;
        let part = |name: &str, of: &dyn Fn(&u8) -> bool| Column {
            name: name.into(),
            values: records
                .iter()
                .map(|i| dataset.sequence(*i))
                .map(|s| s.iter().filter(|b| of(b)).count() as f64 / s.len().max(1) as f64)
                .collect(),
        };
        out.push(part("share of ambiguity codes", &ambiguous));
        out.push(part("share of lower case", &u8::is_ascii_lowercase));
        let mean = |i: &usize| {
            let q = dataset.qualities(*i);
            q.iter().map(|q| f64::from(*q)).sum::<f64>() / q.len().max(1) as f64
        };
        out.push(Column {
            name: "mean quality".into(),
            values: records.iter().map(mean).collect(),
        });
    }
    for group in dataset.groups.iter().filter(|group| is_time(&group.name)) {
        let years: Option<Vec<f64>> = group.levels.iter().map(|level| year(level)).collect();
        let Some(years) = years else { continue };
        let of = |value: &Option<u32>| value.map_or(f64::NAN, |level| years[level as usize]);
        let values = group.values.iter().map(of).collect();
        out.push(Column { name: format!("`{}`", group.name), values });
    }
    // What is the same for every record cannot move.
    out.retain(|column| column.values.iter().any(|v| (v - column.values[0]).abs() > 0.0));
    out
}

/// Whether the name of a column speaks of time.
fn is_time(name: &str) -> bool {
    let lower = name.to_lowercase();
    ["year", "date", "time", "month"].iter().any(|word| lower.contains(word))
}

/// A date as a year: `2021`, `2021-03`, `2021-03-14`.
fn year(text: &str) -> Option<f64> {
    let mut parts = text.split(['-', '/', '.']);
    let year: f64 = parts.next()?.trim().parse().ok().filter(|y: &f64| y.is_finite())?;
    let month: f64 = parts.next().and_then(|m| m.parse().ok()).unwrap_or(1.0);
    let day: f64 = parts.next().and_then(|d| d.parse().ok()).unwrap_or(1.0);
    Some(year + (month - 1.0) / 12.0 + (day - 1.0) / 372.0)
}

fn one(
    subject: &Subject,
    numbers: &[Column],
    sides: &Sides,
    (fold, folds): (usize, usize),
) -> Finding {
    let mut moved = moved(subject, numbers, sides);
    let finding = Finding {
        statistic: "largest probability that a number of a held-out record is above, or below, that of one learnt from (0.5 is alike)".into(),
        n: sides.held_out.len(),
        ..open(CHECK, TITLE)
    };
    let fewer = sides.held_out.len().min(sides.learnt.len());
    if fewer < FEWEST {
        let why = format!("only {} on one side, {FEWEST} are needed", count(fewer, "record"));
        let message = format!("cannot be told: {why}");
        return Finding { status: Status::Unknown(why), message, ..GATE.show(finding) };
    }
    let clusters = |records: &[usize]| {
        records.iter().map(|i| subject.clusters[*i]).collect::<BTreeSet<u32>>().len()
    };
    let fewer = clusters(&sides.held_out).min(clusters(&sides.learnt));
    if fewer < CLUSTERS {
        let fewer = count(fewer, "homology cluster");
        let why = format!("only {fewer} on one side, {CLUSTERS} are needed");
        let message = format!("cannot be told: {why}");
        return Finding { status: Status::Unknown(why), message, ..GATE.show(finding) };
    }
    // The most certain difference first; chance has no say.
    let low = |m: &Moved| if m.p_value < CHANCE { m.interval.low } else { 0.0 };
    moved.sort_by(|a, b| low(b).total_cmp(&low(a)).then(b.value.total_cmp(&a.value)));
    let Some(worst) = moved.first() else {
        let message = "every number is the same for all records".to_string();
        return Finding { message, ..GATE.show(finding) };
    };
    let widest = moved.iter().map(|m| m.interval.high).fold(0.0, f64::max);
    let finding = Finding {
        value: Some(worst.value),
        interval: Some(Interval { low: worst.interval.low, high: worst.interval.high.max(widest) }),
        message: format!(
            "{} moved most{}: of a held-out record it is {} than of one learnt from with probability {}",
            worst.name,
            in_fold(fold, folds),
            if worst.higher { "higher" } else { "lower" },
            decimal(worst.value),
        ),
        tables: vec![table(&moved, in_fold(fold, folds))],
        ..finding
    };
    let finding = GATE.judge_from(low(worst), finding);
    if !finding.is_bad() {
        return finding;
    }
    let names: Vec<String> =
        moved.iter().filter(|m| low(m) >= 0.6).map(|m| m.name.to_string()).collect();
    let remedy = format!(
        "the score is of records that differ from those learnt from in {}: deal the split anew, or say what it is a score of",
        super::super::cell::list(&names)
    );
    Finding { remedy, ..finding }
}

fn moved<'c>(subject: &'c Subject, numbers: &'c [Column], sides: &'c Sides) -> Vec<Moved<'c>> {
    let normal = Normal::standard();
    let z = normal.inverse_cdf(0.975);
    let of = |column: &'c Column| {
        let side = |records: &'c [usize], held_out: bool| {
            let rows =
                records.iter().map(move |i| (column.values[*i], held_out, subject.clusters[*i]));
            rows.filter(|row| row.0.is_finite())
        };
        let items: Vec<(f64, bool, u32)> =
            side(&sides.held_out, true).chain(side(&sides.learnt, false)).collect();
        let found = area(&items)?;
        let value = found.value.max(1.0 - found.value);
        let error = found.standard_error;
        let p_value = if error > 0.0 {
            2.0 * normal.sf((value - 0.5) / error)
        } else {
            f64::from(u8::from(value < 1.0))
        };
        let interval =
            Interval { low: (value - z * error).max(0.5), high: (value + z * error).min(1.0) };
        let higher = found.value >= 0.5;
        Some(Moved { name: &column.name, value, interval, p_value, higher })
    };
    let mut moved: Vec<Moved> = numbers.iter().filter_map(of).collect();
    let adjusted = benjamini_hochberg(&moved.iter().map(|m| m.p_value).collect::<Vec<_>>());
    for (moved, p_value) in moved.iter_mut().zip(adjusted) {
        moved.p_value = p_value;
    }
    moved
}

fn table(moved: &[Moved], in_fold: String) -> Table {
    let rows = moved.iter().take(ROWS).map(|m| {
        row([
            m.name.to_string(),
            if m.higher { "higher" } else { "lower" }.to_string(),
            decimal(m.value),
            format!("{} to {}", decimal(m.interval.low), decimal(m.interval.high)),
            p_value(m.p_value),
        ])
    });
    Table {
        title: format!("What tells held-out records from those learnt from{in_fold}"),
        columns: heads(["number", "held out", "area", "95 % interval", "adjusted p"]),
        rows: rows.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::planted::{self, Dice};
    use super::*;
    use cistron_split::Part;
    use cistron_split::neighbour::Neighbours;

    fn run(length: impl Fn(usize) -> usize) -> Finding {
        let mut dice = Dice::new(4);
        let sequences: Vec<Vec<u8>> =
            (0..400).map(|i| planted::dna(&mut dice, length(i), 0.5)).collect();
        let dataset = planted::two_classes(&sequences);
        let part = |i: usize| if i.is_multiple_of(5) { Part::Test } else { Part::Train };
        let splits = planted::splits(&dataset, part);
        let neighbours = Neighbours::compute(&dataset, &splits).unwrap();
        drift(&Subject::split(&dataset, &splits, &neighbours, 1))
    }

    #[test]
    fn truncated_held_out_records_are_told() {
        let found = run(|i: usize| if i.is_multiple_of(5) { 40 } else { 120 });
        assert_eq!((found.status.clone(), found.value), (Status::Warn, Some(1.0)));
        assert!(found.message.starts_with("length moved most"), "{}", found.message);
        assert_eq!(run(|_| 120).status, Status::Pass);
    }

    #[test]
    fn dates_by_hand() {
        assert_eq!(year("2021"), Some(2021.0));
        assert_eq!(year("2021-07"), Some(2021.5));
        assert_eq!(year("May 2021"), None);
        assert!(is_time("collection_date") && !is_time("sex"));
    }
}
