//! The sequences being predicted against those that were learnt from.

use super::Finding;
use super::cell::{EVIDENCE, count, heads, percent, row, share};
use super::drift::drift;
use super::finding::Table;
use super::gate::{Gate, not_applicable, open, unknown};
use super::profile::{Profile, Range, gc};
use crate::dataset::Dataset;
use crate::evaluate::interval::wilson;
use crate::neighbour::identity::Identities;

/// Lower limit of the share of unfamiliar sequences; 5 % of the validation records carry the mark.
const UNFAMILIAR: Gate = Gate::warn_fail(0.1, 0.5);

/// Share of exact copies of training records; every record is counted, so the share is judged.
const COPIES: Gate = Gate::warn(0.05);

/// Lower limit of the share outside the range that holds 99 % of the training records.
const OUTSIDE: Gate = Gate::warn(0.05);

/// The fewest sequences that a share is judged on.
const FEWEST: usize = 30;

/// What the look-up found for one sequence being predicted.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Familiarity {
    /// Highest share of the sequence's own k-mers found in one training record; `None` where the
    /// sequence is too short.
    pub containment: Option<f64>,
    /// Whether that is less than nearly every validation record reaches; `None` where the model was
    /// trained without a threshold, or the sequence is too short.
    pub unfamiliar: Option<bool>,
}

/// The findings about a file that is being predicted: unfamiliar sequences, copies of training
/// records, lengths and GC content outside the training records' range.
///
/// `familiarity` holds one entry a record.
#[must_use]
pub fn query(dataset: &Dataset, familiarity: &[Familiarity], profile: &Profile) -> Vec<Finding> {
    let findings = vec![
        unfamiliar(dataset, familiarity),
        copies(dataset, profile),
        outside(
            dataset,
            "query.length",
            "Are the sequences as long as those learnt from?",
            "length",
            profile.length,
            |i| Some(dataset.positions(i) as f64),
        ),
        if dataset.numbers.is_none() && dataset.alphabet.is_nucleic() {
            outside(
                dataset,
                "query.gc",
                "Is their GC content that of the sequences learnt from?",
                "GC content",
                profile.gc,
                |i| gc(dataset.sequence(i)),
            )
        } else {
            not_applicable(
                "query.gc",
                "Is their GC content that of the sequences learnt from?",
                if dataset.numbers.is_some() {
                    "numbers have no GC content"
                } else {
                    "proteins have no GC content"
                },
            )
        },
        drift(dataset, profile),
    ];
    super::numeric::worded(findings, dataset)
}

fn unfamiliar(dataset: &Dataset, familiarity: &[Familiarity]) -> Finding {
    let (check, title) = ("query.unfamiliar", "Are the sequences like those learnt from?");
    let known: Vec<usize> =
        (0..familiarity.len()).filter(|i| familiarity[*i].unfamiliar.is_some()).collect();
    if dataset.numbers.is_some() {
        let why = "numbers have no k-mers to look up among those learnt from";
        let remedy = "look at the drift and at the range of cycles instead";
        return unknown(check, title, why, remedy);
    }
    if known.is_empty() && familiarity.iter().any(|f| f.containment.is_some()) {
        // After a homology split, one validation record in twenty shares nothing with training.
        let why = "more than 5 % of the validation records share no k-mer with any training record, so none is less familiar than what the model was scored on";
        let remedy =
            "rely on a row no more than on the score of distant sequences; look at `containment`";
        return Finding {
            tables: vec![histogram(familiarity)],
            ..unknown(check, title, why, remedy)
        };
    }
    if known.is_empty() {
        return unknown(
            check,
            title,
            "no sequence could be compared with the training records",
            "predict longer sequences, or train with a validation part that calibrates the threshold",
        );
    }
    let far: Vec<usize> =
        known.iter().copied().filter(|i| familiarity[*i].unfamiliar == Some(true)).collect();
    let value = share(far.len(), known.len());
    let interval = wilson(far.len(), known.len());
    let too_short = familiarity.iter().filter(|f| f.containment.is_none()).count();
    let finding = Finding {
        statistic: "share of sequences unlike any training record".into(),
        value: Some(value),
        interval: interval.clone(),
        n: known.len(),
        message: format!(
            "{} of {} ({}) are less like any training record than 95 % of the validation records are{}",
            far.len(),
            count(known.len(), "sequence"),
            percent(value),
            if too_short > 0 {
                format!("; {} too short to compare", count(too_short, "sequence"))
            } else {
                String::new()
            },
        ),
        evidence: far.iter().take(EVIDENCE).map(|i| dataset.id(*i).to_string()).collect(),
        remedy: if far.is_empty() {
            String::new()
        } else {
            "do not rely on the rows marked `unfamiliar`: no score was measured on sequences like these".into()
        },
        tables: vec![histogram(familiarity)],
        ..open(check, title)
    };
    by_limit(UNFAMILIAR, interval.map(|i| i.low), finding)
}

fn copies(dataset: &Dataset, profile: &Profile) -> Finding {
    let identities = Identities::new(dataset);
    let copies: Vec<usize> =
        (0..dataset.len()).filter(|i| profile.holds(identities.canonical(*i))).collect();
    let value = share(copies.len(), dataset.len());
    let finding = Finding {
        statistic: "share of sequences that are training records".into(),
        value: Some(value),
        interval: wilson(copies.len(), dataset.len()),
        n: dataset.len(),
        message: format!(
            "{} of {} ({}) are training records, letter for letter or as the other strand",
            copies.len(),
            count(dataset.len(), "sequence"),
            percent(value)
        ),
        evidence: copies.iter().take(EVIDENCE).map(|i| dataset.id(*i).to_string()).collect(),
        remedy: if copies.is_empty() {
            String::new()
        } else {
            "take their labels from the training data; a score on them measures memory".into()
        },
        ..open("query.copies", "Were the sequences learnt from already?")
    };
    COPIES.judge(value, finding)
}

fn outside(
    dataset: &Dataset,
    check: &str,
    title: &str,
    what: &str,
    range: Option<Range>,
    measure: impl Fn(usize) -> Option<f64>,
) -> Finding {
    let Some(range) = range else {
        return unknown(check, title, "the model was stored without it", "train the model again");
    };
    let values: Vec<(usize, f64)> =
        (0..dataset.len()).filter_map(|i| measure(i).map(|value| (i, value))).collect();
    let out: Vec<usize> =
        values.iter().filter(|(_, v)| !range.contains(*v)).map(|(i, _)| *i).collect();
    let value = share(out.len(), values.len());
    let interval = wilson(out.len(), values.len());
    let show = |v: f64| if check == "query.length" { format!("{v:.0}") } else { percent(v) };
    let here = Range::of(values.iter().map(|(_, v)| *v).collect());
    let rows = [("training", Some(range)), ("here", here)]
        .into_iter()
        .filter_map(|(name, r)| r.map(|r| row([name.to_string(), show(r.low), show(r.high)])));
    let finding = Finding {
        statistic: format!("share of sequences outside the training records' {what}"),
        value: Some(value),
        interval: interval.clone(),
        n: values.len(),
        message: format!(
            "{} of {} ({}) have a {what} outside {} to {}, where 99 % of the training records lie",
            out.len(),
            count(values.len(), "sequence"),
            percent(value),
            show(range.low),
            show(range.high),
        ),
        evidence: out.iter().take(EVIDENCE).map(|i| dataset.id(*i).to_string()).collect(),
        remedy: if out.is_empty() {
            String::new()
        } else {
            "expect less of the model on the listed sequences: it has seen few or none like them"
                .into()
        },
        tables: vec![Table {
            title: format!("Range of {what} that holds 99 %"),
            columns: heads(["sequences", "from", "to"]),
            rows: rows.collect(),
        }],
        ..open(check, title)
    };
    by_limit(OUTSIDE, interval.map(|i| i.low), finding)
}

/// The verdict on the lower limit; unknown of too few sequences, unless even those are too many.
fn by_limit(gate: Gate, low: Option<f64>, finding: Finding) -> Finding {
    let finding = gate.judge(low.unwrap_or(0.0), finding);
    if finding.status == super::Status::Pass && finding.n < FEWEST {
        let why = format!("only {}", count(finding.n, "sequence"));
        return Finding { status: super::Status::Unknown(why), ..finding };
    }
    finding
}

/// Sequences by range of containment.
fn histogram(familiarity: &[Familiarity]) -> Table {
    let ranges = [
        ("0.95 to 1", 0.95, 1.1),
        ("0.5 to 0.95", 0.5, 0.95),
        ("0.2 to 0.5", 0.2, 0.5),
        ("0 to 0.2", 0.0, 0.2),
    ];
    let within = |low: f64, high: f64| {
        let hit = |f: &&Familiarity| f.containment.is_some_and(|c| c >= low && c < high);
        familiarity.iter().filter(hit).count()
    };
    let rows = ranges.map(|(name, low, high)| (name, within(low, high))).into_iter();
    let short = familiarity.iter().filter(|f| f.containment.is_none()).count();
    let rows = rows.chain([("too short to compare", short)]);
    Table {
        title: "Share of the sequence's own k-mers in the nearest training record".into(),
        columns: heads(["containment", "sequences", "share"]),
        rows: rows
            .map(|(name, n)| {
                row([name.to_string(), n.to_string(), percent(share(n, familiarity.len()))])
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Status, planted};
    use super::*;

    fn familiar(n: usize, far: usize) -> Vec<Familiarity> {
        (0..n)
            .map(|i| Familiarity {
                containment: Some(if i < far { 0.01 } else { 0.7 }),
                unfamiliar: Some(i < far),
            })
            .collect()
    }

    #[test]
    fn familiar_sequences_pass() {
        let training = planted::two_classes(&planted::random(200, 100, 1));
        let profile = Profile::new(&training, &(0..200).collect::<Vec<_>>());
        let queries = planted::two_classes(&planted::random(60, 100, 2));
        let findings = query(&queries, &familiar(60, 3), &profile);
        assert!(findings.iter().all(|f| f.status == Status::Pass), "{findings:#?}");
    }

    #[test]
    fn strangers_copies_and_odd_lengths_are_found() {
        let records = planted::random(200, 100, 1);
        let training = planted::two_classes(&records);
        let profile = Profile::new(&training, &(0..100).collect::<Vec<_>>());
        let mut sequences = planted::random(100, 100, 2);
        sequences[..10].clone_from_slice(&records[..10]);
        sequences[10..20].clone_from_slice(&records[100..110]); // not among the training records
        for sequence in &mut sequences[20..40] {
            sequence.truncate(60);
            sequence.fill(b'G');
        }
        let queries = planted::two_classes(&sequences);
        let findings = query(&queries, &familiar(100, 70), &profile);
        let verdicts: Vec<_> =
            findings.iter().map(|f| (f.check.as_str(), f.status.name(), f.value)).collect();
        assert_eq!(verdicts[0], ("query.unfamiliar", "fail", Some(0.7)));
        assert_eq!(verdicts[1], ("query.copies", "warn", Some(0.1)));
        assert_eq!(verdicts[2], ("query.length", "warn", Some(0.2)));
        assert_eq!((verdicts[3].0, verdicts[3].1), ("query.gc", "warn"));
        assert_eq!(findings[0].tables[0].rows[3], ["0 to 0.2", "70", "70.0 %"]);
    }

    #[test]
    fn without_a_threshold_nothing_passes() {
        let dataset = planted::two_classes(&planted::random(60, 100, 1));
        let profile = Profile::new(&dataset, &(0..60).collect::<Vec<_>>());
        let strangers = [Familiarity { containment: Some(0.0), unfamiliar: None }; 60];
        let finding = &query(&dataset, &strangers, &profile)[0];
        assert!(matches!(finding.status, Status::Unknown(_)), "{finding:#?}");
        assert_eq!(finding.tables[0].rows[3][1], "60");
    }

    #[test]
    fn a_handful_is_unknown() {
        let dataset = planted::two_classes(&planted::random(5, 100, 1));
        let profile = Profile::new(&dataset, &[]);
        let findings = query(&dataset, &familiar(5, 0), &profile);
        assert_eq!(findings[0].status, Status::Unknown("only 5 sequences".into()));
        assert!(matches!(findings[2].status, Status::Unknown(_)));
        let findings = query(&dataset, &[Familiarity::default(); 5], &profile);
        assert!(matches!(findings[0].status, Status::Unknown(_)));
    }
}
