//! Alphabets of biological sequences and their one-byte symbol codes.

mod translate;

use bio::alphabets::{dna, rna};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The code of a position behind the end of a sequence, the same in every alphabet.
pub const PADDING: u8 = 0;

/// Marks a byte that is no symbol of the alphabet in [`Alphabet::lookup`].
pub const NO_SYMBOL: u8 = u8::MAX;

/// The 4 bases of DNA, then the 11 ambiguity codes of IUPAC (doi:10.1093/nar/13.9.3021).
const DNA: &[u8] = b"ACGTRYSWKMBDHVN";
const RNA: &[u8] = b"ACGURYSWKMBDHVN";
/// The 20 amino acids in alphabetical order, then the other symbols of protein sequences.
const PROTEIN: &[u8] = b"ACDEFGHIKLMNPQRSTVWYBZJXUO*";

static DNA_LOOKUP: [u8; 256] = lookup(DNA);
static RNA_LOOKUP: [u8; 256] = lookup(RNA);
static PROTEIN_LOOKUP: [u8; 256] = lookup(PROTEIN);

/// What the symbols of a sequence mean.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Alphabet {
    /// Bases A C G T and the IUPAC ambiguity codes R Y S W K M B D H V N; U is refused.
    #[default]
    Dna,
    /// Bases A C G U and the IUPAC ambiguity codes R Y S W K M B D H V N; T is refused.
    Rna,
    /// The 20 amino acids and B (D or N), Z (E or Q), J (I or L), X (any), U (selenocysteine),
    /// O (pyrrolysine) and * (stop).
    Protein,
}

impl Alphabet {
    /// Returns the symbols in the order of their codes, upper case; the first has code 1.
    #[must_use]
    pub const fn symbols(self) -> &'static [u8] {
        match self {
            Self::Dna => DNA,
            Self::Rna => RNA,
            Self::Protein => PROTEIN,
        }
    }

    /// Returns the number of unambiguous symbols: 4 bases or 20 amino acids, with codes 1 to 4 or
    /// 1 to 20.
    #[must_use]
    pub const fn letters(self) -> usize {
        match self {
            Self::Dna | Self::Rna => 4,
            Self::Protein => 20,
        }
    }

    /// Returns whether the alphabet is of bases, so that a reverse complement exists.
    #[must_use]
    pub const fn is_nucleic(self) -> bool {
        matches!(self, Self::Dna | Self::Rna)
    }

    /// Returns the code of every byte in either case, [`NO_SYMBOL`] for bytes outside the alphabet.
    #[must_use]
    pub fn lookup(self) -> &'static [u8; 256] {
        match self {
            Self::Dna => &DNA_LOOKUP,
            Self::Rna => &RNA_LOOKUP,
            Self::Protein => &PROTEIN_LOOKUP,
        }
    }

    /// Appends the code of every symbol of `sequence` to `out`, which is unchanged after an error.
    pub fn codes(self, sequence: &[u8], out: &mut Vec<u8>) -> Result<(), UnknownSymbol> {
        let start = out.len();
        out.resize(start + sequence.len(), PADDING);
        let written = self.codes_into(sequence, &mut out[start..]);
        if written.is_err() {
            out.truncate(start);
        }
        written
    }

    /// Writes the codes of `sequence` to the front of `out`; stops at the shorter of the two.
    pub(crate) fn codes_into(self, sequence: &[u8], out: &mut [u8]) -> Result<(), UnknownSymbol> {
        let length = sequence.len().min(out.len());
        let (sequence, out) = (&sequence[..length], &mut out[..length]);
        if translate::write(self.lookup(), self.bases(), sequence, out) {
            Ok(())
        } else {
            self.check(sequence)
        }
    }

    /// Checks that every byte of `sequence` is a symbol of the alphabet.
    pub fn check(self, sequence: &[u8]) -> Result<(), UnknownSymbol> {
        let lookup = self.lookup();
        if translate::known(lookup, self.bases(), sequence) {
            return Ok(());
        }
        match sequence.iter().position(|&symbol| lookup[usize::from(symbol)] == NO_SYMBOL) {
            None => Ok(()),
            Some(position) => Err(self.unknown(position, sequence[position])),
        }
    }

    /// The letters of codes 1 to 4; `None` for proteins.
    const fn bases(self) -> Option<[u8; 4]> {
        match self {
            Self::Dna => Some(*b"ACGT"),
            Self::Rna => Some(*b"ACGU"),
            Self::Protein => None,
        }
    }

    pub(crate) fn unknown(self, position: usize, byte: u8) -> UnknownSymbol {
        UnknownSymbol { record: 0, position, byte, alphabet: self }
    }

    /// Returns the symbols of `codes`, upper case; padding is left out.
    ///
    /// Codes beyond the alphabet are left out, too: no encoder writes them.
    #[must_use]
    pub fn decode(self, codes: &[u8]) -> Vec<u8> {
        let symbols = self.symbols();
        codes
            .iter()
            .filter_map(|&code| usize::from(code).checked_sub(1).and_then(|at| symbols.get(at)))
            .copied()
            .collect()
    }

    /// Returns the reverse complement with ambiguity codes complemented and case kept; `None` for
    /// proteins, which have none.
    ///
    /// ```
    /// use cistron_encoders::Alphabet;
    /// assert_eq!(Alphabet::Dna.reverse_complement(b"AcRN"), Some(b"NYgT".to_vec()));
    /// ```
    #[must_use]
    pub fn reverse_complement(self, sequence: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Dna => Some(dna::revcomp(sequence)),
            Self::Rna => Some(rna::revcomp(sequence)),
            Self::Protein => None,
        }
    }

    /// Guesses the alphabet from the symbols of a sequence, or of several behind each other.
    ///
    /// Nucleic where every byte is a nucleic symbol and at least 90 % of them are A, C, G, T, U or
    /// N (RNA where there is U and no T), else protein where every byte is a protein symbol. `None`
    /// for empty input, bytes of no alphabet, and bases with both T and U.
    #[must_use]
    pub fn guess(sequence: &[u8]) -> Option<Self> {
        let mut counts = [0; 256];
        for symbol in sequence {
            counts[usize::from(*symbol)] += 1;
        }
        Self::guess_from_counts(&counts)
    }

    /// Guesses the alphabet as [`Self::guess`] does, from the number of times that each byte occurs.
    #[must_use]
    pub fn guess_from_counts(counts: &[u64; 256]) -> Option<Self> {
        let both = |s: u8| {
            let lower = s.is_ascii_uppercase().then(|| counts[usize::from(s.to_ascii_lowercase())]);
            counts[usize::from(s)] + lower.unwrap_or(0)
        };
        let total: u64 = counts.iter().sum();
        let count = |symbols: &[u8]| symbols.iter().map(|&s| both(s)).sum::<u64>();
        if total == 0 {
            return None;
        }
        let nucleic = count(DNA) + count(b"U") == total && count(b"ACGTUN") * 10 >= total * 9;
        match (nucleic, count(b"T") > 0, count(b"U") > 0) {
            (true, true, true) => None,
            (true, _, false) => Some(Self::Dna),
            (true, false, true) => Some(Self::Rna),
            (false, ..) => (count(PROTEIN) == total).then_some(Self::Protein),
        }
    }
}

impl std::fmt::Display for Alphabet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Dna => "DNA",
            Self::Rna => "RNA",
            Self::Protein => "protein",
        })
    }
}

/// A byte of a sequence that is no symbol of its alphabet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{}` at position {} is no symbol of the {alphabet} alphabet ({}); {}",
    byte.escape_ascii(), position + 1, alphabet.symbols().escape_ascii(), self.hint()
)]
pub struct UnknownSymbol {
    /// The sequence's number within the call that found it, from 0.
    pub record: usize,
    /// The position in the sequence, from 0 (the message counts from 1).
    pub position: usize,
    /// The byte found.
    pub byte: u8,
    /// The alphabet expected.
    pub alphabet: Alphabet,
}

impl UnknownSymbol {
    pub(crate) fn in_record(self, record: usize) -> Self {
        Self { record, ..self }
    }

    fn hint(&self) -> &'static str {
        match (self.alphabet, self.byte.to_ascii_uppercase()) {
            (Alphabet::Dna, b'U') => "if this is RNA, set `alphabet: rna`",
            (Alphabet::Rna, b'T') => "if this is DNA, set `alphabet: dna`",
            (Alphabet::Dna | Alphabet::Rna, b'E' | b'F' | b'I' | b'L' | b'P' | b'Q') => {
                "if this is a protein, set `alphabet: protein`"
            }
            (_, b'-' | b'.') => "remove the gaps of the alignment",
            (_, b' ' | b'\t' | b'\r' | b'\n' | b'0'..=b'9') => {
                "remove spaces and numbers from the sequence"
            }
            _ => "correct the symbol or leave the record out",
        }
    }
}

const fn lookup(symbols: &[u8]) -> [u8; 256] {
    let mut table = [NO_SYMBOL; 256];
    let mut at = 0;
    while at < symbols.len() {
        let code = at as u8 + 1;
        table[symbols[at] as usize] = code;
        table[symbols[at].to_ascii_lowercase() as usize] = code;
        at += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn codes(alphabet: Alphabet, sequence: &[u8]) -> Result<Vec<u8>, UnknownSymbol> {
        let mut out = vec![9];
        let result = alphabet.codes(sequence, &mut out);
        assert_eq!(out.remove(0), 9);
        assert!(result.is_ok() || out.is_empty());
        result.map(|()| out)
    }

    #[test]
    fn codes_by_hand() {
        assert_eq!(codes(Alphabet::Dna, b"ACGTnR").unwrap(), [1, 2, 3, 4, 15, 5]);
        assert_eq!(codes(Alphabet::Rna, b"acgu").unwrap(), [1, 2, 3, 4]);
        assert_eq!(codes(Alphabet::Protein, b"AYB*").unwrap(), [1, 20, 21, 27]);
    }

    #[test]
    fn refusals_say_where_and_why() {
        let error = codes(Alphabet::Dna, b"ACU").unwrap_err();
        assert_eq!(
            error,
            UnknownSymbol { record: 0, position: 2, byte: b'U', alphabet: Alphabet::Dna }
        );
        assert_eq!(
            error.to_string(),
            "`U` at position 3 is no symbol of the DNA alphabet (ACGTRYSWKMBDHVN); \
             if this is RNA, set `alphabet: rna`"
        );
        assert!(codes(Alphabet::Rna, b"T").unwrap_err().to_string().contains("alphabet: dna"));
        assert!(Alphabet::Protein.check(b"MK-V").unwrap_err().to_string().contains("gaps"));
        assert_eq!(Alphabet::Dna.check(b"AC\xff"), Err(Alphabet::Dna.unknown(2, 0xff)));
    }

    #[test]
    fn guesses() {
        for (sequence, expected) in [
            (&b"ACGTACGTNN"[..], Some(Alphabet::Dna)),
            (b"acguacgu", Some(Alphabet::Rna)),
            (b"GGGG", Some(Alphabet::Dna)),
            (b"MKVLAA*", Some(Alphabet::Protein)),
            (b"MKVDHSWRYB", Some(Alphabet::Protein)),
            (b"ACGTU", None),
            (b"", None),
            (b"AC-GT", None),
        ] {
            assert_eq!(Alphabet::guess(sequence), expected, "{}", sequence.escape_ascii());
        }
    }

    #[test]
    fn reverse_complements_by_hand() {
        assert_eq!(
            Alphabet::Dna.reverse_complement(b"AGCTYRWSKMDVHBN").unwrap(),
            b"NVDBHKMSWYRAGCT"
        );
        assert_eq!(Alphabet::Rna.reverse_complement(b"aCGUr").unwrap(), b"yACGu");
        assert_eq!(Alphabet::Protein.reverse_complement(b"MK"), None);
    }

    fn sequences(alphabet: Alphabet) -> impl Strategy<Value = Vec<u8>> {
        prop::collection::vec(prop::sample::select(alphabet.symbols()), 0..80)
    }

    proptest! {
        #[test]
        fn decode_reverts_codes(
            (alphabet, sequence) in
                prop::sample::select(&[Alphabet::Dna, Alphabet::Rna, Alphabet::Protein][..])
                    .prop_flat_map(|a| (Just(a), sequences(a)))
        ) {
            let mut padded = codes(alphabet, &sequence.to_ascii_lowercase()).unwrap();
            padded.push(PADDING);
            prop_assert_eq!(alphabet.decode(&padded), sequence);
        }

        #[test]
        fn reverse_complement_is_an_involution(sequence in sequences(Alphabet::Dna)) {
            let twice = Alphabet::Dna
                .reverse_complement(&sequence)
                .and_then(|once| Alphabet::Dna.reverse_complement(&once));
            prop_assert_eq!(twice, Some(sequence));
        }

        #[test]
        fn bases_in_a_row_have_the_codes_of_the_lookup(
            mut sequence in prop::collection::vec(prop::sample::select(&b"ACGTUacgtu"[..]), 1..300),
            other in any::<u8>(),
            at in any::<prop::sample::Index>(),
            rna in any::<bool>(),
        ) {
            let (alphabet, not) = if rna { (Alphabet::Rna, b"Tt") } else { (Alphabet::Dna, b"Uu") };
            sequence.retain(|symbol| !not.contains(symbol));
            sequence.push(b'A');
            let of = |symbol: &u8| alphabet.lookup()[usize::from(*symbol)];
            let expected: Vec<u8> = sequence.iter().map(of).collect();
            prop_assert_eq!(codes(alphabet, &sequence), Ok(expected));
            let place = at.index(sequence.len());
            sequence[place] = other;
            let known = of(&other) != NO_SYMBOL;
            prop_assert_eq!(alphabet.check(&sequence).is_ok(), known);
            prop_assert_eq!(codes(alphabet, &sequence).is_ok(), known);
        }

        #[test]
        fn check_agrees_with_codes(sequence in prop::collection::vec(any::<u8>(), 0..40)) {
            prop_assert_eq!(
                Alphabet::Protein.check(&sequence),
                codes(Alphabet::Protein, &sequence).map(|_| ())
            );
        }
    }
}
