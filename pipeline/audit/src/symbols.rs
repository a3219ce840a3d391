//! Symbols that say how a sequence was obtained rather than what it is: ambiguity, case, poly-A tails.

use super::cell::{count, percent};
use super::gap::Shares;
use super::gate::{Gate, not_applicable, open, unknown};
use super::{Finding, Subject};

/// Lower limit of the largest difference between two classes in the share of records that carry them.
const GATE: Gate = Gate::warn_fail(0.02, 0.3);

/// A at the end of a transcript (T at the start of its other strand) from which it is a tail.
const TAIL: usize = 10;

/// Ambiguity codes, lower case and poly-A tails by class.
pub(super) fn symbols(subject: &Subject) -> Vec<Finding> {
    let letters = subject.dataset.alphabet.letters();
    let lookup = subject.dataset.alphabet.lookup();
    // Letters have the first codes, ambiguity codes the others.
    let ambiguous = |symbol: &u8| usize::from(lookup[usize::from(*symbol)]) > letters;
    let (tail, tail_title) = ("symbols.tail", "Do poly-A tails give the class away?");
    vec![
        by_class(
            subject,
            "symbols.ambiguous",
            "Do ambiguity codes (N, X and the like) give the class away?",
            "ambiguity codes",
            |sequence| sequence.iter().any(ambiguous),
        ),
        by_class(
            subject,
            "symbols.lower-case",
            "Does lower case (soft masking) give the class away?",
            "lower case",
            |sequence| sequence.iter().any(u8::is_ascii_lowercase),
        ),
        if subject.dataset.alphabet.is_nucleic() {
            by_class(subject, tail, tail_title, "a poly-A tail", has_tail)
        } else {
            not_applicable(tail, tail_title, "proteins have no poly-A tail")
        },
    ]
}

fn has_tail(sequence: &[u8]) -> bool {
    let end = sequence.iter().rev().take_while(|s| s.eq_ignore_ascii_case(&b'A')).count();
    let is_t = |s: &&u8| matches!(s.to_ascii_uppercase(), b'T' | b'U');
    end >= TAIL || sequence.iter().take_while(is_t).count() >= TAIL
}

fn by_class(
    subject: &Subject,
    check: &str,
    title: &str,
    what: &str,
    carries: impl Fn(&[u8]) -> bool,
) -> Finding {
    let dataset = subject.dataset;
    let n = dataset.len();
    let hits: Vec<bool> = (0..n).map(|i| carries(dataset.sequence(i))).collect();
    let all = hits.iter().filter(|hit| **hit).count();
    let overall = format!(
        "{} of {} ({}) hold {what}",
        all,
        count(n, "record"),
        percent(super::cell::share(all, n))
    );
    if dataset.classes.len() < 2 {
        return not_applicable(
            check,
            title,
            &format!("there are fewer than two classes; {overall}"),
        );
    }
    let rows: Vec<(usize, bool, u32)> = (0..n)
        .filter_map(|i| Some((dataset.labels[i]? as usize, hits[i], subject.clusters[i])))
        .collect();
    let shares = Shares::new(dataset.classes.len(), &rows);
    let table = shares.table(&format!("Records with {what} by class"), &dataset.classes, "share");
    if all == 0 {
        return Finding {
            statistic: "largest difference between two classes".into(),
            value: Some(0.0),
            n,
            message: format!("no record holds {what}"),
            ..GATE.show(open(check, title))
        };
    }
    let Some(gap) = shares.gap(subject.seed) else {
        let why = "fewer than two classes hold 30 records in 5 homology clusters";
        let finding = unknown(check, title, why, "add records of the small classes");
        return Finding { n: rows.len(), tables: vec![table], ..GATE.show(finding) };
    };
    let finding = Finding {
        statistic: "largest difference between two classes in the share of records that carry them"
            .into(),
        value: Some(gap.value),
        n: rows.len(),
        message: format!(
            "{overall}: {} of {}, {} of {}",
            percent(shares.levels[gap.high].share()),
            dataset.classes[gap.high],
            percent(shares.levels[gap.low].share()),
            dataset.classes[gap.low],
        ),
        tables: vec![table],
        interval: Some(gap.interval.clone()),
        ..open(check, title)
    };
    let finding = GATE.judge_interval(finding);
    if !finding.is_bad() {
        return finding;
    }
    let remedy = format!(
        "treat all classes alike before encoding (mask, trim or upper-case them), or leave records with {what} out"
    );
    Finding { remedy, ..finding }
}

#[cfg(test)]
mod tests {
    use super::super::Status;
    use super::super::planted;
    use super::*;

    fn run(change: impl Fn(usize, &mut Vec<u8>)) -> Vec<Finding> {
        let mut records = planted::random(600, 60, 1);
        records.iter_mut().enumerate().for_each(|(i, r)| change(i, r));
        let dataset = planted::two_classes(&records);
        let clusters: Vec<u32> = (0..600).collect();
        symbols(&Subject::unsplit(&dataset, &clusters, 15, 1))
    }

    #[test]
    fn symbols_of_one_class_are_found() {
        // N in a tenth of class b, lower case in all of class a, tails in two tenths of class b.
        let findings = run(|i, record| match i % 2 {
            0 => record[..20].make_ascii_lowercase(),
            _ if i % 20 == 1 => record[5] = b'N',
            _ if i % 20 == 3 => record.extend([b'a'; 12]),
            _ if i % 20 == 5 => record[..10].fill(b'T'),
            _ => {}
        });
        assert_eq!((findings[0].status.clone(), findings[0].value), (Status::Warn, Some(0.1)));
        assert!(findings[0].message.contains("10.0 % of b, 0.0 % of a"), "{}", findings[0].message);
        assert_eq!((findings[1].status.clone(), findings[1].value), (Status::Fail, Some(0.9)));
        assert_eq!((findings[2].status.clone(), findings[2].value), (Status::Warn, Some(0.2)));
    }

    #[test]
    fn symbols_of_all_classes_pass() {
        let findings = run(|i, record| {
            if i % 3 == 0 {
                record[5] = b'n';
            }
        });
        assert!(findings.iter().all(|f| f.status == Status::Pass), "{findings:#?}");
        assert_eq!(run(|_, _| {})[0].value, Some(0.0));
    }
}
