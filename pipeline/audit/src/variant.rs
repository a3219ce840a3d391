//! Circularity of records that are variants, told by their identifiers.

use super::circularity::{LabelledVariant, circularity};
use super::{Finding, Subject};
use cistron_data::dataset::Dataset;
use cistron_split::Part;

/// Columns that name the gene of a variant.
const GENE: [&str; 3] = ["gene", "GENE", "gene_symbol"];

/// What variants on both sides of the split have in common, where every identifier is a variant; of
/// several folds, the one with most of it.
pub(super) fn variant(subject: &Subject) -> Vec<Finding> {
    let (Some((splits, _)), Some(mut variants)) = (subject.held_out, variants(subject.dataset))
    else {
        return Vec::new();
    };
    let folds = splits.folds.iter().map(|parts| {
        variants.iter_mut().zip(parts).for_each(|(variant, part)| variant.part = *part);
        circularity(&variants, subject.seed)
    });
    // The first of equals, check by check.
    let worse = |a: Finding, b: Finding| if b.value > a.value { b } else { a };
    let both =
        |a: Vec<Finding>, b: Vec<Finding>| a.into_iter().zip(b).map(|(a, b)| worse(a, b)).collect();
    folds.reduce(both).unwrap_or_default()
}

/// The variants that all identifiers of a data set are; `None` where one is another.
pub(super) fn variants(dataset: &Dataset) -> Option<Vec<LabelledVariant>> {
    let gene = dataset.groups.iter().find(|group| GENE.contains(&group.name.as_str()));
    let of = |i: usize| {
        let label = dataset.labels[i].map(|label| dataset.classes[label as usize].clone());
        let gene = gene.and_then(|g| g.values[i].map(|level| g.levels[level as usize].clone()));
        Some(LabelledVariant { gene, label, ..parse(dataset.id(i))? })
    };
    (!dataset.is_empty()).then(|| (0..dataset.len()).map(of).collect())?
}

/// The variant that an identifier names: `contig:position:REF>ALT`.
fn parse(id: &str) -> Option<LabelledVariant> {
    let (place, alleles) = id.rsplit_once(':')?;
    let (contig, position) = place.rsplit_once(':')?;
    let (reference, alternate) = alleles.split_once('>')?;
    let bases = |text: &str| {
        !text.is_empty() && text.bytes().all(|base| b"ACGTN".contains(&base.to_ascii_uppercase()))
    };
    let position = position.parse().ok().filter(|position| *position > 0)?;
    let valid = !contig.is_empty() && bases(reference) && bases(alternate);
    valid.then(|| LabelledVariant {
        id: id.to_string(),
        contig: contig.to_string(),
        position,
        reference_bases: reference.to_string(),
        alternate_bases: alternate.to_string(),
        gene: None,
        label: None,
        part: Part::Train,
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Status, planted};
    use super::*;
    use cistron_split::neighbour::Neighbours;

    /// Forty variants, 60 bases around each.
    fn dataset(id: impl Fn(usize) -> String) -> Dataset {
        let mut dataset = Dataset::new(cistron_encoders::alphabet::Alphabet::Dna);
        for (i, sequence) in planted::random(40, 60, 5).iter().enumerate() {
            dataset.push(id(i), sequence, 1);
        }
        dataset
            .set_labels(&(0..40).map(|i| Some(["a", "b"][i % 2].to_string())).collect::<Vec<_>>());
        dataset
    }

    fn found(dataset: &Dataset) -> Vec<Finding> {
        let part = |i| if i >= 20 { Part::Test } else { Part::Train };
        let splits = planted::splits(dataset, part);
        let neighbours = Neighbours::compute(dataset, &splits).unwrap();
        variant(&Subject::split(dataset, &splits, &neighbours, 1))
    }

    #[test]
    fn the_same_variant_on_both_sides_is_found_however_it_is_spelt() {
        // Variant 20 is variant 0 with a base before it.
        let spelt = |i: usize| match i {
            20 => "chr1:99:GA>GC".to_string(),
            _ => format!("1:{}:A>C", 100 + i * 50),
        };
        let findings = found(&dataset(spelt));
        assert_eq!(findings[0].check, "circularity.variant");
        assert_eq!((findings[0].status.clone(), findings[0].value), (Status::Fail, Some(0.05)));
        assert!(findings[0].evidence[0].starts_with("chr1:99:GA>GC"));
        let apart = found(&dataset(|i| format!("1:{}:A>C", 100 + i * 50)));
        assert_eq!(apart[0].status, Status::Pass);
        assert!(
            found(&dataset(|i| if i == 3 { "x".into() } else { format!("1:{}:A>C", i + 1) }))
                .is_empty()
        );
    }

    #[test]
    fn identifiers_by_hand() {
        let place = |id| parse(id).map(|v| (v.contig, v.position, v.reference_bases));
        assert_eq!(place("chr1:5:A>G"), Some(("chr1".into(), 5, "A".into())));
        assert_eq!(place("HLA:01:7:AC>A"), Some(("HLA:01".into(), 7, "AC".into())));
        for other in ["chr1:5", "chr1:0:A>G", "1:5:A>", "1:5:A>Q", ":5:A>G", "chr1:5-9", "1:x:A>G"]
        {
            assert_eq!(place(other), None, "{other}");
        }
    }
}
