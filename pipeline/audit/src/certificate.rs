//! What the certificate of the split says.

use super::cell::{EVIDENCE, count, decimal, percent};
use super::gate::open;
use super::{Finding, Status};
use cistron_split::Splits;
use cistron_split::certificate::MOST_BLIND;

const CROSSING: &str = "hold whole homology clusters out (`split: {homology: {}}`); `leakage.near` \
     says how many held-out records are concerned";

/// What the comparison of all pairs across the borders of the split found.
pub(super) fn certificate(splits: &Splits) -> Finding {
    let found = &splits.certificate;
    let Some(k) = found.k else { return of_groups(splits) };
    let bound = format!("containment {} of {k}-mers", found.threshold);
    let compared = found.compared().map_or_else(String::new, |text| format!("; {text}"));
    let status = match (found.certified, found.method.as_str()) {
        (true, _) => Status::Pass,
        // Nothing was found among what could be compared, and that is too little.
        (false, _) if found.crossing_pairs == 0 => Status::Unknown(format!(
            "{} of {} cannot be compared by {k}-mers, more than {}",
            found.not_assessable,
            count(splits.clusters.len(), "record"),
            percent(MOST_BLIND)
        )),
        (false, "homology") => Status::Fail,
        (false, _) => Status::Warn,
    };
    let pair = |(a, b, c): &(String, String, f64)| format!("{a} ~ {b} ({})", decimal(*c));
    Finding {
        statistic: "pairs across a border of the split at or above the threshold".into(),
        value: Some(found.crossing_pairs as f64),
        n: splits.clusters.len(),
        message: if found.certified {
            format!(
                "split by {}: no pair across any border reaches {bound}; the nearest has {}{compared}; {}",
                found.method,
                decimal(found.highest),
                found.caveat().unwrap_or_default()
            )
        } else {
            format!(
                "split by {}: {} across a border reach {bound}; the nearest has {}{compared}",
                found.method,
                count(found.crossing_pairs as usize, "pair"),
                decimal(found.highest)
            )
        },
        evidence: found.evidence.iter().take(EVIDENCE).map(pair).collect(),
        remedy: match status {
            Status::Pass => String::new(),
            Status::Unknown(_) => "compare with shorter k-mers (`split: {homology: {k: …}}`), or leave the records out".into(),
            _ => CROSSING.into(),
        },
        status,
        ..open("leakage.certificate", "Is the split certified?")
    }
}

/// The same of numbers, whose relatives are those of one run or plate.
fn of_groups(splits: &Splits) -> Finding {
    let found = &splits.certificate;
    let pair = |(a, b, _): &(String, String, f64)| format!("{a} ~ {b}");
    let crossing = if found.not_assessable > 0 {
        String::new()
    } else {
        format!("; {} stand on both sides", count(found.crossing_pairs as usize, "pair"))
    };
    Finding {
        status: if found.certified { Status::Pass } else { Status::Warn },
        statistic: "pairs of relatives across a border of the split".into(),
        value: Some(found.crossing_pairs as f64),
        n: splits.clusters.len(),
        message: format!(
            "split by {}: {}{crossing}{}",
            found.method,
            found.similarity,
            if found.certified { "" } else { ": the score may be of the run, not of the biology" },
        ),
        evidence: found.evidence.iter().take(EVIDENCE).map(pair).collect(),
        remedy: if found.certified {
            String::new()
        } else {
            "hold whole runs or plates out: `split: {group: {column: run}}`".into()
        },
        ..open("leakage.certificate", "Is the split certified?")
    }
}

#[cfg(test)]
mod tests {
    use super::super::planted;
    use super::*;
    use cistron_split::{Certificate, Part};

    #[test]
    fn an_uncertified_split_says_how_bad_it_is() {
        let dataset = planted::two_classes(&planted::random(40, 60, 1));
        let mut splits =
            planted::splits(&dataset, |i| if i > 30 { Part::Test } else { Part::Train });
        assert_eq!(certificate(&splits).status, Status::Pass);
        splits.certificate = Certificate {
            certified: false,
            crossing_pairs: 7,
            highest: 0.9,
            evidence: vec![("a".into(), "b".into(), 0.9)],
            ..splits.certificate
        };
        let finding = certificate(&splits);
        assert_eq!((finding.status, finding.value), (Status::Fail, Some(7.0)));
        assert_eq!(finding.evidence, ["a ~ b (0.900)"]);
        splits.certificate.method = "random".into();
        assert_eq!(certificate(&splits).status, Status::Warn);
    }
}
