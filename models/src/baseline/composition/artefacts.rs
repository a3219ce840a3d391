//! Traces of how a sequence was obtained.

use super::spectrum::standard;
use super::{Molecule, folded, share};

/// Symbols at each end that are looked at.
fn end_length(molecule: Molecule) -> usize {
    match molecule {
        Molecule::Nucleotide => 6,
        Molecule::Protein => 1,
    }
}

/// The code of an unknown symbol.
fn unknown(molecule: Molecule) -> u8 {
    match molecule {
        Molecule::Nucleotide => b'N',
        Molecule::Protein => b'X',
    }
}

pub(super) fn names(molecule: Molecule) -> Vec<String> {
    let mut names = vec![
        format!("{} share", char::from(unknown(molecule))),
        "other symbols".into(),
        "lower case".into(),
    ];
    let start = match molecule {
        Molecule::Nucleotide => {
            names.extend(["length mod 3 = 1", "length mod 3 = 2", "A tail"].map(String::from));
            "starts with ATG"
        }
        Molecule::Protein => "starts with M",
    };
    names.extend([start, "ends with stop"].map(String::from));
    for end in ["first", "last"] {
        for position in 1..=end_length(molecule) {
            let name = |s: &u8| format!("{end} {position} {}", char::from(*s));
            names.extend(standard(molecule).iter().map(name));
        }
    }
    names
}

/// Appends the features of `names`.
pub(super) fn push(sequence: &[u8], molecule: Molecule, row: &mut Vec<f32>) {
    let length = sequence.len();
    let at = |i: usize| sequence.get(i).map(|symbol| folded(*symbol, molecule));
    let from_end = |i: usize| at(length.checked_sub(i)?);
    let count = |keep: &dyn Fn(u8) -> bool| {
        sequence.iter().filter(|symbol| keep(folded(**symbol, molecule))).count()
    };
    let indicator = |yes: bool| if yes { 1.0 } else { 0.0 };

    let n_unknown = count(&|symbol| symbol == unknown(molecule));
    let n_standard = count(&|symbol| standard(molecule).contains(&symbol));
    row.push(share(n_unknown, length));
    row.push(share(length - n_unknown - n_standard, length));
    row.push(share(sequence.iter().filter(|symbol| symbol.is_ascii_lowercase()).count(), length));
    match molecule {
        Molecule::Nucleotide => {
            row.extend([1, 2].map(|rest| indicator(length % 3 == rest)));
            let tail = (1..=length).take_while(|i| from_end(*i) == Some(b'A')).count();
            row.push(((1 + tail) as f64).ln() as f32);
            row.push(indicator([at(0), at(1), at(2)] == [b'A', b'T', b'G'].map(Some)));
            let last = [from_end(3), from_end(2), from_end(1)];
            let stops = [b"TAA", b"TAG", b"TGA"];
            row.push(indicator(stops.iter().any(|stop| last == stop.map(Some))));
        }
        Molecule::Protein => {
            row.push(indicator(at(0) == Some(b'M')));
            row.push(indicator(from_end(1) == Some(b'*')));
        }
    }
    let ends = end_length(molecule);
    for symbol in (0..ends).map(at).chain((1..=ends).map(from_end)) {
        row.extend(standard(molecule).iter().map(|standard| indicator(symbol == Some(*standard))));
    }
}
