//! The records being predicted against those that were learnt from, counted as they come.

mod copies;
mod outside;
mod unfamiliar;

use super::Finding;
use super::drift::Drift;
use super::gate::{Gate, not_applicable};
use super::profile::{Profile, gc};
use cistron_data::dataset::Dataset;
use cistron_split::neighbour::identity::Identities;
use copies::Copies;
use outside::Outside;
use unfamiliar::Unfamiliar;

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

/// What is asked of the records of a file that is being predicted: are they unfamiliar, copies of
/// training records, of other lengths, GC content or composition?
///
/// Records come a block at a time and none is kept, so that a file may be larger than the memory.
pub struct Query<'p> {
    profile: &'p Profile,
    /// An empty data set of the kind of the records.
    kind: Dataset,
    unfamiliar: Unfamiliar,
    copies: Copies,
    length: Outside,
    gc: Option<Outside>,
    drift: Drift<'p>,
}

impl<'p> Query<'p> {
    /// Nothing was seen yet; the records will be of the kind of those in `kind`.
    #[must_use]
    pub fn new(profile: &'p Profile, kind: &Dataset) -> Self {
        let nucleic = kind.numbers.is_none() && kind.alphabet.is_nucleic();
        Self {
            profile,
            kind: kind.select(&[]),
            unfamiliar: Unfamiliar::default(),
            copies: Copies::default(),
            length: Outside::new(profile.length),
            gc: nucleic.then(|| Outside::new(profile.gc)),
            drift: Drift::new(profile, kind),
        }
    }

    /// Counts a block of records; `familiarity` holds one entry a record.
    pub fn push(
        &mut self,
        block: &Dataset,
        identities: &Identities,
        familiarity: impl Iterator<Item = Familiarity>,
    ) {
        for (i, familiarity) in familiarity.enumerate() {
            let id = block.id(i);
            self.unfamiliar.push(id, familiarity);
            self.copies.push(id, self.profile.holds(identities.canonical(i)));
            self.length.push(id, block.positions(i) as f64);
            if let (Some(outside), Some(gc)) = (&mut self.gc, gc(block.sequence(i))) {
                outside.push(id, gc);
            }
        }
        self.drift.push(block);
    }

    /// What there is to say of all records together.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let numbers = self.kind.numbers.is_some();
        let title = "Is their GC content that of the sequences learnt from?";
        let findings = vec![
            self.unfamiliar.finding(numbers),
            self.copies.finding(),
            self.length.finding(
                "query.length",
                "Are the sequences as long as those learnt from?",
                "length",
            ),
            match &self.gc {
                Some(gc) => gc.finding("query.gc", title, "GC content"),
                None if numbers => not_applicable("query.gc", title, "numbers have no GC content"),
                None => not_applicable("query.gc", title, "proteins have no GC content"),
            },
            self.drift.finding(),
        ];
        super::numeric::worded(findings, &self.kind)
    }
}

/// The verdict on the interval; unknown of too few sequences, unless even those are too many.
fn by_limit(gate: Gate, finding: Finding) -> Finding {
    let finding = gate.judge_interval(finding);
    if finding.status == super::Status::Pass && finding.n < FEWEST {
        let why = format!("only {}", super::cell::count(finding.n, "sequence"));
        return Finding { status: super::Status::Unknown(why), ..finding };
    }
    finding
}

#[cfg(test)]
mod tests {
    use super::super::{Status, planted};
    use super::*;

    fn query(dataset: &Dataset, familiarity: &[Familiarity], profile: &Profile) -> Vec<Finding> {
        let mut query = Query::new(profile, dataset);
        query.push(dataset, &Identities::new(dataset), familiarity.iter().copied());
        query.findings()
    }

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

    #[test]
    fn blocks_say_what_the_whole_file_says() {
        let records = planted::random(200, 100, 1);
        let training = planted::two_classes(&records);
        let profile = Profile::new(&training, &(0..100).collect::<Vec<_>>());
        let mut sequences = planted::random(90, 100, 2);
        sequences[..10].clone_from_slice(&records[..10]);
        sequences[20..40].iter_mut().for_each(|sequence| sequence.truncate(60));
        let queries = planted::two_classes(&sequences);
        let familiarity = familiar(90, 30);
        let mut blocks = Query::new(&profile, &queries);
        for start in (0..90).step_by(7) {
            let range: Vec<usize> = (start..90.min(start + 7)).collect();
            let block = queries.select(&range);
            let familiarity = range.iter().map(|i| familiarity[*i]);
            blocks.push(&block, &Identities::new(&block), familiarity);
        }
        assert_eq!(blocks.findings(), query(&queries, &familiarity, &profile));
    }
}
