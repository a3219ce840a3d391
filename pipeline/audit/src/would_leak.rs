//! What a random split of this very data would leak, for data that nobody has split yet.

use cistron_encoders::sketch::KmerSets;

use super::cell::{count, percent, share};
use super::gate::{Gate, not_applicable, open, unknown};
use super::leakage::Profile;
use super::{Finding, Status, Subject};
use cistron_data::dataset::Dataset;
use cistron_split::Part;
use cistron_split::deal::{Units, deal};
use cistron_split::neighbour::Neighbours;
use cistron_statistics::interval::wilson;

/// As for a split that was made, but nobody has made this one: it warns, and never fails.
const NEAR: Gate = Gate::warn(0.01);

/// Share of the records that is dealt to the test part.
const TEST: f64 = 0.2;

const CHECK: &str = "leakage.random-split";
const TITLE: &str = "What would a random split of these records leak?";

/// The neighbours of the held-out records: of the split that there is, or of a random one.
pub(super) enum Dealt<'a> {
    /// A split was made, or the random one was compared before.
    Given(&'a Neighbours),
    /// One fifth of the records dealt at random, balanced by class.
    Random(Neighbours),
    /// The records could not be compared, because of this.
    Impossible(String),
}

/// The neighbours of a random fifth of the records, balanced by class, among the others.
#[must_use]
pub fn random_split(dataset: &Dataset, sets: &KmerSets, seed: u64) -> Neighbours {
    Neighbours::with_sets(dataset, &[parts(dataset, seed)], Some(sets))
}

fn parts(dataset: &Dataset, seed: u64) -> Vec<Part> {
    let single: Vec<u32> = (0..dataset.len() as u32).collect();
    let units = Units::new(single, &dataset.labels, dataset.classes.len());
    let dealt = units.spread(&deal(&units, &[1.0 - TEST, TEST], seed));
    dealt.into_iter().map(|part| if part == 1 { Part::Test } else { Part::Train }).collect()
}

impl<'a> Dealt<'a> {
    pub(super) fn new(subject: &Subject<'a>) -> Self {
        if let Some((_, neighbours)) = subject.held_out {
            return Self::Given(neighbours);
        }
        if let Some(neighbours) = subject.random {
            return Self::Given(neighbours);
        }
        let parts = parts(subject.dataset, subject.seed);
        match Neighbours::of_folds(subject.dataset, &[parts], subject.k) {
            Ok(neighbours) => Self::Random(neighbours),
            Err(error) => Self::Impossible(error.to_string()),
        }
    }

    /// The comparison of all records, where there is one.
    pub(super) fn neighbours(&self) -> Option<&Neighbours> {
        match self {
            Self::Given(neighbours) => Some(neighbours),
            Self::Random(neighbours) => Some(neighbours),
            Self::Impossible(_) => None,
        }
    }

    /// The leakage profile of the random split.
    pub(super) fn finding(&self, subject: &Subject) -> Finding {
        match self {
            Self::Given(_) if subject.held_out.is_some() => {
                not_applicable(CHECK, TITLE, "the records are split already")
            }
            Self::Given(neighbours) => of_random(subject, neighbours),
            Self::Impossible(why) => {
                unknown(CHECK, TITLE, why, "compare with another k-mer length")
            }
            Self::Random(neighbours) => of_random(subject, neighbours),
        }
    }
}

fn of_random(subject: &Subject, neighbours: &Neighbours) -> Finding {
    let profile = Profile::of(neighbours);
    let n = profile.assessable();
    let value = share(profile.at_least(0.5), n);
    let (right, labelled) = super::lookup::right(subject.dataset, neighbours);
    let look_up = if labelled > 0 && subject.dataset.classes.len() > 1 {
        format!(
            "; a look-up of the nearest record, without any model, would be right on {} of the test part",
            percent(share(right, labelled))
        )
    } else {
        String::new()
    };
    let finding = Finding {
        statistic: "share of a random fifth with half of their k-mers, or of the other's, in another record".into(),
        value: Some(value),
        interval: wilson(profile.at_least(0.5), n),
        n,
        message: format!(
            "with a random fifth held out, {} of {} would be copies of a record learnt from, and {} near copies, fragments or relatives (containment 0.5 and more){look_up}",
            percent(share(profile.exact(), n)),
            count(n, "record"),
            percent(value),
        ),
        tables: vec![profile.table()],
        ..open(CHECK, TITLE)
    };
    if n == 0 {
        let why = "no record is long enough to be compared".to_string();
        return Finding { status: Status::Unknown(why), value: None, interval: None, ..finding };
    }
    let finding = NEAR.judge(value, finding);
    if finding.status == Status::Pass {
        return finding;
    }
    let remedy =
        "do not split at random: hold whole homology clusters out (`split: {homology: {}}`)";
    Finding { remedy: remedy.into(), ..finding }
}

#[cfg(test)]
mod tests {
    use super::super::planted::{self, Dice};
    use super::*;

    fn run(sequences: &[Vec<u8>]) -> Finding {
        let dataset = planted::two_classes(sequences);
        let clusters: Vec<u32> = (0..dataset.len() as u32).collect();
        let subject = Subject::unsplit(&dataset, &clusters, 15, 7);
        Dealt::new(&subject).finding(&subject)
    }

    #[test]
    fn families_would_leak() {
        // 20 families of 10 close relatives, the classes alternating between families.
        let mut dice = Dice::new(3);
        let founders = planted::random(20, 500, 4);
        let relatives = |family: usize, dice: &mut Dice| {
            (0..10).map(|_| planted::mutated(dice, &founders[family], 0.01)).collect::<Vec<_>>()
        };
        let (mut even, mut odd) = (Vec::new(), Vec::new());
        for family in 0..20 {
            let members = relatives(family, &mut dice);
            if family % 2 == 0 { even.extend(members) } else { odd.extend(members) }
        }
        let sequences: Vec<Vec<u8>> = even.into_iter().zip(odd).flat_map(|(a, b)| [a, b]).collect();
        let finding = run(&sequences);
        assert_eq!((finding.status, finding.value, finding.n), (Status::Warn, Some(1.0), 40));
        assert!(finding.message.contains("right on 100.0 %"), "{}", finding.message);
    }

    #[test]
    fn unrelated_records_would_not() {
        let finding = run(&planted::random(200, 300, 4));
        assert_eq!((finding.status, finding.value, finding.n), (Status::Pass, Some(0.0), 40));
        assert!(matches!(run(&planted::random(20, 9, 4)).status, Status::Unknown(_)));
    }
}
