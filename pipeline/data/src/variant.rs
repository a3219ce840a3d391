//! Windows around variants: the same stretch with the reference and with an alternate allele.

use std::path::Path;

use cistron_encoders::alphabet::Alphabet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::InputError;
use crate::read::reference::Reference;
use crate::read::vcf::Variant;

/// Bases of a window where nothing says otherwise.
pub const WINDOW: usize = 101;

/// The strand that a window is read from.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Strand {
    /// As the reference is written.
    #[default]
    Forward,
    /// The reverse complement.
    Reverse,
}

/// The two windows of an allele, of one length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Windows {
    /// With the reference bases.
    pub reference: Vec<u8>,
    /// With the alternate bases; behind an insertion or a deletion it starts like the other one and
    /// ends earlier or later in the genome.
    pub alternate: Vec<u8>,
}

/// Checks that the reference holds a variant's reference bases.
///
/// # Errors
///
/// Where the reference has no such sequence, is too short, or holds other bases.
pub fn check(path: &Path, variant: &Variant, reference: &mut Reference) -> Result<(), InputError> {
    let Some(length) = reference.length(&variant.contig) else {
        let found = format!("the sequence `{}`", variant.contig);
        let help = reference.suggestion(&variant.contig);
        return Err(variant.error(path, found, "one of the reference's names".into(), &help));
    };
    let start = variant.position.cast_signed() - 1;
    let end = start + variant.reference_bases.len().cast_signed();
    let there = reference.window(&variant.contig, start, end)?;
    let shown = |bases: &[u8]| String::from_utf8_lossy(&bases[..bases.len().min(20)]).into_owned();
    if end.unsigned_abs() as u64 > length {
        let expected = format!("a position up to {length}, where `{}` ends", variant.contig);
        let help = "is it another assembly?";
        return Err(variant.error(path, format!("position {}", variant.position), expected, help));
    }
    // N in either is any base.
    let same = |(a, b): (&u8, &u8)| a == b || *a == b'N' || *b == b'N';
    if there.iter().zip(&variant.reference_bases).all(same) {
        return Ok(());
    }
    let found = format!("REF `{}`", shown(&variant.reference_bases));
    let expected = format!("`{}`, as the reference holds there", shown(&there));
    let help = "is it another assembly, or are the alleles of the other strand? \
                `bcftools norm --check-ref w` lists such records";
    Err(variant.error(path, found, expected, help))
}

/// The windows of `length` bases around one alternate allele, half of them before the variant.
pub fn windows(
    variant: &Variant,
    alternate: &[u8],
    reference: &mut Reference,
    length: usize,
    strand: Strand,
) -> Result<Windows, InputError> {
    let start = variant.position.cast_signed() - 1;
    let before = (length / 2).cast_signed();
    let first = start - before;
    let with_reference = reference.window(&variant.contig, first, first + length.cast_signed())?;
    let behind = start + variant.reference_bases.len().cast_signed();
    let mut with_alternate = with_reference[..length / 2].to_vec();
    with_alternate.extend_from_slice(alternate);
    let missing = length.saturating_sub(with_alternate.len()).cast_signed();
    with_alternate.extend(reference.window(&variant.contig, behind, behind + missing)?);
    with_alternate.truncate(length);
    let turn = |bases: Vec<u8>| match strand {
        Strand::Forward => bases,
        Strand::Reverse => Alphabet::Dna.reverse_complement(&bases).unwrap_or(bases),
    };
    Ok(Windows { reference: turn(with_reference), alternate: turn(with_alternate) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::vcf::Alternate;

    fn variant(contig: &str, position: usize, reference: &str, alternate: &str) -> Variant {
        Variant {
            contig: contig.into(),
            position,
            reference_bases: reference.into(),
            alternates: vec![Alternate::Bases(alternate.into())],
            number: 1,
            line: 9,
        }
    }

    fn reference() -> (tempfile::NamedTempFile, Reference) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), ">chr1\nACGTACGGTT\n").unwrap();
        let reference = Reference::open(file.path()).unwrap();
        (file, reference)
    }

    #[test]
    fn windows_by_hand() {
        let (_file, mut genome) = reference();
        let mut of = |position, from: &str, to: &str, strand| {
            let variant = variant("chr1", position, from, to);
            check(Path::new("x"), &variant, &mut genome).unwrap();
            let found = windows(&variant, to.as_bytes(), &mut genome, 5, strand).unwrap();
            [found.reference, found.alternate].map(|bases| String::from_utf8(bases).unwrap())
        };
        // ACGTACGGTT: position 5 is the second A.
        assert_eq!(of(5, "A", "T", Strand::Forward), ["GTACG", "GTTCG"]);
        assert_eq!(of(5, "A", "T", Strand::Reverse), ["CGTAC", "CGAAC"]);
        // A deletion of CG behind A, an insertion of TT behind A.
        assert_eq!(of(5, "ACG", "A", Strand::Forward), ["GTACG", "GTAGT"]);
        assert_eq!(of(5, "A", "ATT", Strand::Forward), ["GTACG", "GTATT"]);
        // At the ends of the sequence.
        assert_eq!(of(1, "A", "C", Strand::Forward), ["NNACG", "NNCCG"]);
        assert_eq!(of(10, "T", "A", Strand::Forward), ["GTTNN", "GTANN"]);
    }

    #[test]
    fn what_does_not_fit_the_reference_says_what_to_do() {
        let (_file, mut genome) = reference();
        let mut error = |variant: &Variant| {
            check(Path::new("x"), variant, &mut genome).unwrap_err().to_string()
        };
        let text = error(&variant("chr1", 5, "G", "T"));
        assert!(text.contains("x:9: record 1 (chr1:5:G>T): found REF `G`; expected `A`"), "{text}");
        assert!(error(&variant("1", 5, "A", "T")).contains("the reference calls it `chr1`"));
        assert!(error(&variant("chr1", 11, "A", "T")).contains("up to 10"));
    }
}
