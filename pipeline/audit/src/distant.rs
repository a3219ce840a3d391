//! Relatives of held-out records that only a sensitive comparison sees.

use super::cell::{EVIDENCE, count, decimal, percent, share};
use super::gate::{Gate, not_applicable, open, unknown};
use super::leakage::Profile;
use super::{Finding, Status, Subject};
use cistron_split::neighbour::Neighbours;
use cistron_statistics::interval::wilson;

/// Share of held-out records with a relative; every record is counted, so the share itself is judged.
const GATE: Gate = Gate::warn_fail(0.01, 0.25);

/// Length of the sensitive k-mers of bases and of residues.
const BASES: usize = 11;
const RESIDUES: usize = 4;

/// Containment of sensitive k-mers from which a pair counts: .08^(1/11) is an identity of 79 %, and
/// a copy with 12.5 % random substitutions keeps .23 of its 11-mers.
const THRESHOLD: f64 = 0.08;

/// Containment that chance may give the longest pair before the comparison says nothing.
const BY_CHANCE: f64 = 0.02;

/// Held-out records with a containment of .2 and more in a record learnt from.
pub(super) fn related(subject: &Subject) -> Finding {
    let (check, title) =
        ("leakage.related", "Do held-out records have relatives among the records learnt from?");
    let Some((_, neighbours)) = subject.held_out else {
        let why = "no record is held out; see what a random split would leak";
        return not_applicable(check, title, why);
    };
    let profile = Profile::of(neighbours);
    let (hits, n) = (profile.at_least(0.2), profile.assessable());
    if n == 0 {
        return unknown(check, title, "no held-out record can be compared", "use shorter k-mers");
    }
    let value = share(hits, n);
    let finding = Finding {
        statistic:
            "share of held-out records with a containment of 0.2 and more in a record learnt from"
                .into(),
        value: Some(value),
        interval: wilson(hits, n),
        n,
        message: format!(
            "{hits} of {} ({}) have a relative of about {} identity and more among the records learnt from",
            count(n, "held-out record"),
            percent(value),
            percent(cistron_encoders::sketch::identity(0.2, neighbours.k)),
        ),
        remedy: if hits == 0 { String::new() } else { REMEDY.into() },
        ..open(check, title)
    };
    GATE.judge(value, finding)
}

const REMEDY: &str = "hold whole homology clusters out (`cistron split`)";

/// Held-out records that share 8 % of their 11-mers (of proteins, of their 4-mers) with a record
/// learnt from; only where it was asked for, as it takes longer.
pub(super) fn sensitive(subject: &Subject) -> Finding {
    let (check, title) = (
        "leakage.sensitive",
        "Do held-out records have distant relatives that long k-mers do not see?",
    );
    let Some((splits, _)) = subject.held_out else {
        return not_applicable(check, title, "no record is held out");
    };
    if !subject.sensitive {
        return not_applicable(check, title, "it is asked for with --sensitive");
    }
    let dataset = subject.dataset;
    let k = if dataset.alphabet.is_nucleic() { BASES } else { RESIDUES };
    let longest = (0..dataset.len()).map(|i| dataset.sequence(i).len()).max().unwrap_or(0) as f64;
    // A k-mer is found by chance in a record of L positions with probability L / number of k-mers.
    let space = if dataset.alphabet.is_nucleic() {
        4_f64.powf(k as f64) / 2.0
    } else {
        20_f64.powf(k as f64)
    };
    if longest / space > BY_CHANCE {
        let why =
            format!("the longest record has {longest:.0} symbols: chance alone shares k-mers");
        return GATE.show(unknown(check, title, &why, "compare windows of long records"));
    }
    let found = match Neighbours::of_folds(dataset, &splits.folds, k) {
        Ok(found) => found,
        Err(error) => return unknown(check, title, &error.to_string(), ""),
    };
    let mut pairs: Vec<(f64, usize, usize)> = found
        .iter()
        .filter_map(|(_, i, n)| Some((n.highest?, i, n.closest?)))
        .filter(|(c, ..)| *c >= THRESHOLD)
        .collect();
    // The least alike are what other comparisons miss.
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let n = found.iter().filter(|(_, _, n)| n.highest.is_some()).count();
    let value = share(pairs.len(), n);
    let name = |(c, i, j): &(f64, usize, usize)| {
        format!("{} ~ {} ({})", dataset.id(*i), dataset.id(*j), decimal(*c))
    };
    let finding = Finding {
        statistic: format!(
            "share of held-out records with a containment of {THRESHOLD} and more of {k}-mers in a record learnt from"
        ),
        value: Some(value),
        interval: wilson(pairs.len(), n),
        n,
        message: format!(
            "{} of {} ({}) share {} and more of their {k}-mers with a record learnt from, about {} identity",
            pairs.len(),
            count(n, "held-out record"),
            percent(value),
            percent(THRESHOLD),
            percent(cistron_encoders::sketch::identity(THRESHOLD, k)),
        ),
        evidence: pairs.iter().take(EVIDENCE).map(name).collect(),
        remedy: if pairs.is_empty() {
            String::new()
        } else {
            format!("{REMEDY}, with `--k {k} --containment {THRESHOLD}`")
        },
        ..open(check, title)
    };
    if n == 0 {
        let why = "no held-out record can be compared".to_string();
        return Finding { status: Status::Unknown(why), value: None, ..finding };
    }
    GATE.judge(value, finding)
}

#[cfg(test)]
mod tests {
    use super::super::planted::{self, Dice};
    use super::*;
    use cistron_split::Part;

    #[test]
    fn copies_with_an_eighth_of_their_bases_changed_are_seen() {
        let mut dice = Dice::new(2);
        let mut sequences = planted::random(600, 400, 5);
        for i in 480..486 {
            let mut copy = sequences[i - 480].clone();
            for base in &mut copy {
                if dice.roll() < 0.125 {
                    let others: Vec<u8> = b"ACGT".iter().copied().filter(|b| b != base).collect();
                    *base = others[dice.below(3)];
                }
            }
            sequences[i] = copy;
        }
        let dataset = planted::two_classes(&sequences);
        let splits = planted::splits(&dataset, |i| if i >= 480 { Part::Test } else { Part::Train });
        let neighbours = Neighbours::compute(&dataset, &splits).unwrap();
        let subject = Subject::split(&dataset, &splits, &neighbours, 1);
        assert!(matches!(sensitive(&subject).status, Status::NotApplicable(_)));
        let finding = sensitive(&subject.with_sensitivity(true));
        assert_eq!((finding.status, finding.value), (Status::Warn, Some(0.05)));
        assert!(related(&subject).value.is_some_and(|v| v < 0.05));
    }
}
