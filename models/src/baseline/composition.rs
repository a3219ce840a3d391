//! What a model that learnt no biology can see: length, composition and traces of how the data was
//! made.

mod artefacts;
mod spectrum;

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use cistron_encoders::alphabet::Alphabet;

use super::FeatureTable;
use spectrum::Spectrum;

/// What a sequence is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Molecule {
    /// DNA or RNA; U is read as T.
    Nucleotide,
    /// Amino acids.
    Protein,
}

impl Molecule {
    /// What sequences of an alphabet are made of.
    #[must_use]
    pub fn of(alphabet: Alphabet) -> Self {
        if alphabet.is_nucleic() { Self::Nucleotide } else { Self::Protein }
    }
}

/// Which features a shortcut probe looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FeatureSet {
    /// Logarithm of the length, and the share of G and C of a nucleotide sequence.
    Length,
    /// Length, with the frequencies of words of up to three nucleotides (4 + 16 + 64) or two
    /// residues (20 + 400).
    Composition,
    /// Ambiguity, case, reading frame, tail and ends, which say how a sequence was obtained.
    Artefacts,
}

/// The features of ASCII sequences, (N, 1, F), case as in the source.
///
/// Frequencies are over the windows of standard symbols only; where there is none they are 0, as
/// are shares of an empty sequence.
#[must_use]
pub fn composition<S: AsRef<[u8]> + Sync>(
    sequences: &[S],
    set: FeatureSet,
    molecule: Molecule,
) -> FeatureTable {
    let spectrum = Spectrum::of(molecule);
    let names = match set {
        FeatureSet::Length => length_names(molecule),
        FeatureSet::Composition => [length_names(molecule), spectrum.names()].concat(),
        FeatureSet::Artefacts => artefacts::names(molecule),
    };
    let values: Vec<f32> = sequences
        .par_iter()
        .flat_map_iter(|sequence| {
            let sequence = sequence.as_ref();
            let mut row = Vec::with_capacity(names.len());
            match set {
                FeatureSet::Length => push_length(sequence, molecule, &mut row),
                FeatureSet::Composition => {
                    push_length(sequence, molecule, &mut row);
                    spectrum.push(sequence, &mut row);
                }
                FeatureSet::Artefacts => artefacts::push(sequence, molecule, &mut row),
            }
            row
        })
        .collect();
    FeatureTable::of_finite(sequences.len(), names, values)
}

fn length_names(molecule: Molecule) -> Vec<String> {
    let names: &[&str] = match molecule {
        Molecule::Nucleotide => &["log length", "GC"],
        Molecule::Protein => &["log length"],
    };
    names.iter().map(ToString::to_string).collect()
}

fn push_length(sequence: &[u8], molecule: Molecule, row: &mut Vec<f32>) {
    row.push((sequence.len().max(1) as f64).ln() as f32);
    if molecule == Molecule::Nucleotide {
        let count = |symbols: &[u8]| sequence.iter().filter(|s| symbols.contains(s)).count();
        row.push(share(count(b"GCgc"), count(b"ACGTUacgtu")));
    }
}

/// A part of a whole; 0 of nothing.
fn share(part: usize, whole: usize) -> f32 {
    if whole == 0 { 0.0 } else { (part as f64 / whole as f64) as f32 }
}

/// Upper case, with T for U in a nucleotide sequence.
fn folded(symbol: u8, molecule: Molecule) -> u8 {
    match (symbol.to_ascii_uppercase(), molecule) {
        (b'U', Molecule::Nucleotide) => b'T',
        (symbol, _) => symbol,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(table: &FeatureTable, row: usize, name: &str) -> f32 {
        let feature = table.names().iter().position(|n| n == name).unwrap();
        table.row(row)[feature]
    }

    fn assert_values(table: &FeatureTable, expected: &[(&str, f32)]) {
        for (name, expected) in expected {
            let found = value(table, 0, name);
            assert!((found - expected).abs() < 1e-6, "{name}: {found}, not {expected}");
        }
    }

    #[test]
    fn nucleotides_by_hand() {
        let table =
            composition(&[&b"ACGUNacg"[..], b""], FeatureSet::Composition, Molecule::Nucleotide);
        assert_eq!(table.names().len(), 2 + 4 + 16 + 64);
        assert_values(
            &table,
            &[
                ("log length", 8.0_f32.ln()),
                ("GC", 4.0 / 7.0),
                ("A", 2.0 / 7.0),
                // Windows: AC CG GU | AC CG.
                ("AC", 0.4),
                ("GT", 0.2),
                // ACG CGU | ACG.
                ("ACG", 2.0 / 3.0),
            ],
        );
        assert!(table.row(1).iter().all(|v| *v == 0.0));
    }

    #[test]
    fn proteins_by_hand() {
        let table = composition(&[b"MKKX"], FeatureSet::Composition, Molecule::Protein);
        assert_eq!(table.names().len(), 1 + 20 + 400);
        assert_values(&table, &[("K", 2.0 / 3.0), ("MK", 0.5)]);
        let length = composition(&[b"MKKX"], FeatureSet::Length, Molecule::Protein);
        assert_eq!(length.names(), ["log length"]);
    }

    #[test]
    fn artefacts_by_hand() {
        let table = composition(&[b"ATGnRCtaaaa"], FeatureSet::Artefacts, Molecule::Nucleotide);
        assert_values(
            &table,
            &[
                ("N share", 1.0 / 11.0),
                ("other symbols", 1.0 / 11.0),
                ("lower case", 6.0 / 11.0),
                ("length mod 3 = 2", 1.0),
                ("length mod 3 = 1", 0.0),
                ("A tail", 5.0_f32.ln()),
                ("starts with ATG", 1.0),
                ("ends with stop", 0.0),
                ("first 1 A", 1.0),
                ("first 2 T", 1.0),
                ("first 4 A", 0.0),
                ("last 1 A", 1.0),
                ("last 5 T", 1.0),
                ("last 6 C", 1.0),
            ],
        );
        assert_eq!(table.names().len(), 8 + 2 * 6 * 4);
        let protein = composition(&[b"MKX*"], FeatureSet::Artefacts, Molecule::Protein);
        assert_values(
            &protein,
            &[
                ("X share", 0.25),
                ("other symbols", 0.25),
                ("starts with M", 1.0),
                ("ends with stop", 1.0),
                ("first 1 M", 1.0),
            ],
        );
        let empty = composition(&[b""], FeatureSet::Artefacts, Molecule::Nucleotide);
        assert!(empty.row(0).iter().all(|v| *v == 0.0));
    }
}
