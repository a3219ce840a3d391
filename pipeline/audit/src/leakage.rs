//! Held-out records that were learnt from, letter for letter or nearly: never a single number.

use super::cell::{EVIDENCE, count, decimal, heads, percent, row, share};
use super::certificate::certificate;
use super::finding::Table;
use super::gate::{Gate, not_applicable, open};
use super::{Finding, Status, Subject};
use cistron_split::neighbour::{Neighbour, Neighbours, Proximity};
use cistron_statistics::interval::wilson;

/// Share of held-out records that are copies. As in the linters for benchmarks, so that verdicts
/// can be compared; every held-out record is counted, so the share itself is judged.
const COPIES: Gate = Gate::warn_fail(0.005, 0.05);

/// Share of held-out records with a containment of .5 or more in a record learnt from.
const NEAR: Gate = Gate::warn_fail(0.01, 0.1);

/// Share of held-out records that are too short to compare.
const NOT_ASSESSABLE: Gate = Gate::warn(0.05);

/// Above this share of records that cannot be compared, nothing is said about the others either.
const MOSTLY_BLIND: f64 = 0.5;

const REMEDY: &str = "hold whole homology clusters out (`split: {homology: {}}`): what is scored \
     here is the memory of the training records";

const NO_SPLIT: &str = "no record is held out; see what a random split would leak";

const EXACT_TITLE: &str = "Are held-out records copies of records learnt from?";
const REVERSE_TITLE: &str = "Are held-out records the other strand of records learnt from?";
const NEAR_TITLE: &str =
    "Are held-out records near copies, fragments or relatives of records learnt from?";
const SHORT_TITLE: &str = "Can every held-out record be compared?";

/// The leakage profile of a split, and what its certificate says.
pub(super) fn leakage(subject: &Subject) -> Vec<Finding> {
    let Some((splits, neighbours)) = subject.held_out else {
        return [
            ("leakage.certificate", "Is the split certified?"),
            ("leakage.exact", EXACT_TITLE),
            ("leakage.reverse-complement", REVERSE_TITLE),
            ("leakage.near", NEAR_TITLE),
            ("leakage.not-assessable", SHORT_TITLE),
        ]
        .map(|(check, title)| not_applicable(check, title, NO_SPLIT))
        .to_vec();
    };
    vec![
        certificate(splits),
        exact(subject, neighbours),
        reverse(subject, neighbours),
        near(subject, neighbours),
        not_assessable(subject, neighbours),
    ]
}

/// What the certificate says of a split of numbers, and the copies that it holds out.
pub(super) fn of_numbers(subject: &Subject) -> Vec<Finding> {
    let Some((splits, neighbours)) = subject.held_out else {
        return [
            ("leakage.certificate", "Is the split certified?"),
            ("leakage.exact", EXACT_TITLE),
        ]
        .map(|(check, title)| not_applicable(check, title, "no record is held out"))
        .to_vec();
    };
    vec![certificate(splits), exact(subject, neighbours)]
}

fn exact(subject: &Subject, neighbours: &Neighbours) -> Finding {
    copies(
        subject,
        neighbours,
        ("leakage.exact", EXACT_TITLE),
        "copies of a record learnt from",
        |n| n.exact,
    )
}

fn reverse(subject: &Subject, neighbours: &Neighbours) -> Finding {
    let title = ("leakage.reverse-complement", REVERSE_TITLE);
    if !subject.dataset.alphabet.is_nucleic() {
        return not_applicable(title.0, title.1, "proteins have one strand");
    }
    let what = "the other strand of a record learnt from";
    copies(subject, neighbours, title, what, |n| n.reverse.filter(|_| n.exact.is_none()))
}

fn copies(
    subject: &Subject,
    neighbours: &Neighbours,
    (check, title): (&str, &str),
    what: &str,
    of: impl Fn(&Neighbour) -> Option<usize>,
) -> Finding {
    let found: Vec<(usize, usize)> =
        neighbours.iter().filter_map(|(_, i, n)| of(n).map(|j| (i, j))).collect();
    let n = neighbours.iter().count();
    let value = share(found.len(), n);
    let pair = |(i, j): &(usize, usize)| {
        format!("{} = {}", subject.dataset.id(*i), subject.dataset.id(*j))
    };
    let finding = Finding {
        statistic: format!("share of held-out records that are {what}"),
        value: Some(value),
        interval: wilson(found.len(), n),
        n,
        message: format!(
            "{} of {} ({}) are {what}",
            found.len(),
            count(n, "held-out record"),
            percent(value)
        ),
        evidence: found.iter().take(EVIDENCE).map(pair).collect(),
        remedy: if found.is_empty() { String::new() } else { REMEDY.into() },
        ..open(check, title)
    };
    if n == 0 { nothing_held_out(finding) } else { COPIES.judge(value, finding) }
}

fn near(subject: &Subject, neighbours: &Neighbours) -> Finding {
    let profile = Profile::of(neighbours);
    let value = share(profile.at_least(0.5), profile.assessable());
    let mut pairs: Vec<(f64, usize, usize)> = neighbours
        .iter()
        .filter(|(_, _, n)| n.exact.is_none())
        .filter_map(|(_, i, n)| Some((n.highest?, i, n.closest?)))
        .filter(|(c, ..)| *c >= 0.5)
        .collect();
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let pair = |(c, i, j): &(f64, usize, usize)| {
        format!("{} ~ {} ({})", subject.dataset.id(*i), subject.dataset.id(*j), decimal(*c))
    };
    let finding = Finding {
        statistic: "share of held-out records with half of their k-mers, or of the other's, in a record learnt from".into(),
        value: Some(value),
        interval: wilson(profile.at_least(0.5), profile.assessable()),
        n: profile.assessable(),
        message: format!(
            "of {}, {} have a containment of 0.95 and more in a record learnt from, {} of 0.5, {} of 0.2 ({}-mers, smaller set)",
            count(profile.assessable(), "held-out record"),
            percent(share(profile.at_least(0.95), profile.assessable())),
            percent(value),
            percent(share(profile.at_least(0.2), profile.assessable())),
            neighbours.k,
        ),
        evidence: pairs.iter().take(EVIDENCE).map(pair).collect(),
        remedy: if profile.at_least(0.5) == 0 { String::new() } else { REMEDY.into() },
        tables: vec![profile.table(), by_fold(neighbours)],
        ..open("leakage.near", NEAR_TITLE)
    };
    if profile.all() == 0 {
        return nothing_held_out(finding);
    }
    let finding = NEAR.judge(value, finding);
    let blind = share(profile.all() - profile.assessable(), profile.all());
    if finding.status == Status::Pass && blind > MOSTLY_BLIND {
        let why = format!("{} of the held-out records are too short to compare", percent(blind));
        return Finding { status: Status::Unknown(why), ..finding };
    }
    finding
}

fn not_assessable(subject: &Subject, neighbours: &Neighbours) -> Finding {
    let n = neighbours.iter().count();
    let short: Vec<usize> = neighbours
        .iter()
        .filter(|(_, _, n)| n.proximity() == Proximity::NotAssessable)
        .map(|(_, i, _)| i)
        .collect();
    let value = share(short.len(), n);
    let finding = Finding {
        statistic: "share of held-out records that are too short to compare".into(),
        value: Some(value),
        interval: wilson(short.len(), n),
        n,
        message: format!(
            "{} of {} ({}) hold too few {}-mers to be compared",
            short.len(),
            count(n, "held-out record"),
            percent(value),
            neighbours.k
        ),
        evidence: short.iter().take(EVIDENCE).map(|i| subject.dataset.id(*i).to_string()).collect(),
        remedy: if short.is_empty() {
            String::new()
        } else {
            "compare with shorter k-mers (`split: {homology: {k: …}}`), or leave fragments out"
                .into()
        },
        ..open("leakage.not-assessable", SHORT_TITLE)
    };
    if n == 0 { nothing_held_out(finding) } else { NOT_ASSESSABLE.judge(value, finding) }
}

fn nothing_held_out(finding: Finding) -> Finding {
    let why = "the split holds no record out".to_string();
    Finding { status: Status::Unknown(why), value: None, interval: None, ..finding }
}

/// Held-out records by how near the nearest record learnt from is.
pub(super) struct Profile {
    counts: [usize; Proximity::ALL.len()],
}

impl Profile {
    /// Counts the held-out records of all folds.
    pub(super) fn of(neighbours: &Neighbours) -> Self {
        Self::counted(neighbours.iter().map(|(_, _, n)| n))
    }

    fn counted<'a>(rows: impl Iterator<Item = &'a Neighbour>) -> Self {
        let mut counts = [0; Proximity::ALL.len()];
        for neighbour in rows {
            counts[neighbour.proximity() as usize] += 1;
        }
        Self { counts }
    }

    pub(super) fn all(&self) -> usize {
        self.counts.iter().sum()
    }

    pub(super) fn assessable(&self) -> usize {
        self.all() - self.counts[Proximity::NotAssessable as usize]
    }

    pub(super) fn exact(&self) -> usize {
        self.counts[Proximity::Exact as usize]
    }

    /// Held-out records with this containment or more, copies included; .95, .5 or .2.
    pub(super) fn at_least(&self, containment: f64) -> usize {
        let last = Proximity::of(false, Some(containment)) as usize;
        self.counts[..=last].iter().sum()
    }

    pub(super) fn table(&self) -> Table {
        let rows = Proximity::ALL.iter().map(|p| {
            let n = self.counts[*p as usize];
            row([p.name().to_string(), n.to_string(), percent(share(n, self.all()))])
        });
        Table {
            title: "Held-out records by containment in the nearest record learnt from".into(),
            columns: heads(["containment", "records", "share"]),
            rows: rows.collect(),
        }
    }
}

fn by_fold(neighbours: &Neighbours) -> Table {
    let rows = (0..neighbours.folds()).map(|fold| {
        let profile = Profile::counted(neighbours.fold(fold).iter().map(|(_, n)| n));
        let part = |n| percent(share(n, profile.assessable()));
        row([
            fold.to_string(),
            profile.all().to_string(),
            part(profile.exact()),
            part(profile.at_least(0.95)),
            part(profile.at_least(0.5)),
            part(profile.at_least(0.2)),
            (profile.all() - profile.assessable()).to_string(),
        ])
    });
    Table {
        title: "Leakage by fold, shares of the records that can be compared".into(),
        columns: heads(["fold", "held out", "exact", "≥ 0.95", "≥ 0.5", "≥ 0.2", "not assessable"]),
        rows: rows.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::planted::{self, Dice};
    use super::*;
    use cistron_data::dataset::Dataset;
    use cistron_split::{Part, Splits};

    /// 400 unrelated records of which the last 100 are held out.
    fn records() -> Vec<Vec<u8>> {
        planted::random(400, 600, 5)
    }

    fn run(records: &[Vec<u8>]) -> Vec<Finding> {
        let dataset = planted::two_classes(records);
        let splits = held_out(&dataset, records.len() - 100);
        let neighbours = Neighbours::compute(&dataset, &splits).unwrap();
        leakage(&Subject::split(&dataset, &splits, &neighbours, 1))
    }

    fn held_out(dataset: &Dataset, from: usize) -> Splits {
        planted::splits(dataset, |i| if i >= from { Part::Test } else { Part::Train })
    }

    fn verdicts(findings: &[Finding]) -> Vec<(&str, &str, Option<f64>)> {
        findings.iter().map(|f| (f.check.as_str(), f.status.name(), f.value)).collect()
    }

    #[test]
    fn unrelated_records_pass() {
        assert_eq!(
            verdicts(&run(&records())),
            [
                ("leakage.certificate", "pass", Some(0.0)),
                ("leakage.exact", "pass", Some(0.0)),
                ("leakage.reverse-complement", "pass", Some(0.0)),
                ("leakage.near", "pass", Some(0.0)),
                ("leakage.not-assessable", "pass", Some(0.0)),
            ]
        );
    }

    #[test]
    fn planted_leaks_are_counted() {
        let mut sequences = records();
        let mut dice = Dice::new(9);
        for i in 0..5 {
            sequences[300 + i] = sequences[i].to_ascii_lowercase();
            let turned =
                cistron_encoders::alphabet::Alphabet::Dna.reverse_complement(&sequences[20 + i]);
            sequences[310 + i] = turned.unwrap();
            sequences[320 + i] = sequences[40 + i][100..400].to_vec(); // a fragment
            // 2 % substitutions: containment about .98^15 = .74
            sequences[330 + i] = planted::mutated(&mut dice, &sequences[60 + i], 0.02);
            sequences[340 + i].truncate(12);
        }
        let findings = run(&sequences);
        assert_eq!(
            verdicts(&findings)[1..],
            [
                ("leakage.exact", "fail", Some(0.05)),
                ("leakage.reverse-complement", "fail", Some(0.05)),
                ("leakage.near", "fail", Some(20.0 / 95.0)),
                ("leakage.not-assessable", "warn", Some(0.05)),
            ]
        );
        assert_eq!(findings[1].evidence[0], "r300 = r0");
        assert_eq!(findings[3].evidence[0], "r310 ~ r20 (1.000)");
        let counts: Vec<&str> = findings[3].tables[0].rows.iter().map(|r| r[1].as_str()).collect();
        assert_eq!(counts, ["5", "10", "5", "0", "75", "5"]);
    }

    #[test]
    fn a_split_of_fragments_is_unknown() {
        let mut sequences = records();
        for sequence in &mut sequences[300..360] {
            sequence.truncate(10);
        }
        let findings = run(&sequences);
        assert!(matches!(findings[3].status, Status::Unknown(_)), "{:?}", findings[3]);
        let findings = {
            let dataset = planted::two_classes(&sequences);
            let splits = held_out(&dataset, 400);
            let neighbours = Neighbours::compute(&dataset, &splits).unwrap();
            leakage(&Subject::split(&dataset, &splits, &neighbours, 1))
        };
        assert!(findings[1..].iter().all(|f| matches!(f.status, Status::Unknown(_))));
    }

    #[test]
    fn without_a_split_the_question_does_not_arise() {
        let dataset = planted::two_classes(&planted::random(4, 40, 1));
        let findings = leakage(&Subject::unsplit(&dataset, &[0, 1, 2, 3], 15, 1));
        assert_eq!(findings.len(), 5);
        assert!(findings.iter().all(|f| matches!(f.status, Status::NotApplicable(_))));
    }
}
