//! Overlap across the split of records that are intervals of a genome, told by their identifiers.

use super::locus::{Locus, overlap};
use super::{Finding, Subject};
use cistron_split::Part;

/// The overlap of held-out intervals with those learnt from, where every identifier is an interval;
/// of several folds, the one with most of it.
pub(super) fn interval(subject: &Subject) -> Option<Finding> {
    let (splits, _) = subject.held_out?;
    let dataset = subject.dataset;
    let mut loci = (0..dataset.len())
        .map(|i| {
            let label = dataset.labels[i].map(|label| dataset.classes[label as usize].clone());
            locus(dataset.id(i), label)
        })
        .collect::<Option<Vec<Locus>>>()?;
    let folds = splits.folds.iter().enumerate().map(|(fold, parts)| {
        loci.iter_mut().zip(parts).for_each(|(locus, part)| locus.part = *part);
        (fold, overlap(&loci))
    });
    // The first of equals.
    let worse =
        |a: (usize, Finding), b: (usize, Finding)| if b.1.value > a.1.value { b } else { a };
    let (fold, finding) = folds.reduce(worse)?;
    if splits.folds.len() == 1 {
        return Some(finding);
    }
    let message = format!("fold {fold} of {}, the worst: {}", splits.folds.len(), finding.message);
    Some(Finding { message, ..finding })
}

/// The interval that an identifier names: `contig:start-end`, maybe with `(strand)` behind it, the
/// end not included, as `bedtools getfasta` writes it.
fn locus(id: &str, label: Option<String>) -> Option<Locus> {
    let strand = ["(+)", "(-)", "(.)"].into_iter().find_map(|strand| id.strip_suffix(strand));
    let (contig, range) = strand.unwrap_or(id).rsplit_once(':')?;
    let (start, end) = range.split_once('-')?;
    let (start, end): (u64, u64) = (start.parse().ok()?, end.parse().ok()?);
    let valid = !contig.is_empty() && start < end;
    let (id, contig, part) = (id.to_string(), contig.to_string(), Part::Train);
    valid.then_some(Locus { id, contig, start, end, label, part })
}

#[cfg(test)]
mod tests {
    use super::super::{Status, planted};
    use super::*;
    use cistron_data::dataset::Dataset;
    use cistron_split::neighbour::Neighbours;

    /// Twenty intervals of 100 bases, each of which begins 50 bases behind the one before.
    fn dataset(id: impl Fn(usize) -> String) -> Dataset {
        let mut dataset = Dataset::new(cistron_encoders::alphabet::Alphabet::Dna);
        for (i, sequence) in planted::random(20, 100, 5).iter().enumerate() {
            dataset.push(id(i), sequence, 1);
        }
        dataset
            .set_labels(&(0..20).map(|i| Some(["a", "b"][i % 2].to_string())).collect::<Vec<_>>());
        dataset
    }

    fn found(dataset: &Dataset, held_out: impl Fn(usize) -> bool) -> Option<Finding> {
        let part = |i| if held_out(i) { Part::Test } else { Part::Train };
        let splits = planted::splits(dataset, part);
        let neighbours = Neighbours::compute(dataset, &splits).unwrap();
        interval(&Subject::split(dataset, &splits, &neighbours, 1))
    }

    #[test]
    fn overlap_is_told_by_the_identifiers() {
        let intervals = dataset(|i| format!("chr1:{}-{}(+)", i * 50, i * 50 + 100));
        // Interval 10 overlaps 9, which was learnt from; the others overlap held-out ones only.
        let finding = found(&intervals, |i| i >= 10).unwrap();
        assert_eq!((finding.status, finding.value, finding.n), (Status::Fail, Some(0.1), 10));
        assert_eq!(
            finding.evidence,
            ["chr1:500-600(+) ~ chr1:450-550(+) (chr1:500-600, 50 bases shared)"]
        );
        let apart = dataset(|i| format!("chr{i}:0-100"));
        assert_eq!(found(&apart, |i| i >= 10).unwrap().status, Status::Pass);
        let named = dataset(|i| if i == 3 { "x".into() } else { format!("chr1:{i}-100(-)") });
        assert_eq!(found(&named, |i| i >= 10), None);
    }

    #[test]
    fn identifiers_by_hand() {
        let place = |id| locus(id, None).map(|l| (l.contig, l.start, l.end));
        assert_eq!(place("chr1:5-9"), Some(("chr1".into(), 5, 9)));
        assert_eq!(place("HLA:01:5-9(.)"), Some(("HLA:01".into(), 5, 9)));
        for other in ["chr1", "chr1:5", "chr1:9-5", ":5-9", "chr1:5-9(x)", "chr1:a-b"] {
            assert_eq!(place(other), None, "{other}");
        }
    }
}
