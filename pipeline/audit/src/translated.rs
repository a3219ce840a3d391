//! Relatives of held-out coding sequences that only their proteins show.

use cistron_encoders::alphabet::Alphabet;
use cistron_encoders::translate::translate;

use super::cell::{EVIDENCE, count, decimal, percent, share};
use super::gate::{Gate, not_applicable, open, unknown};
use super::{Finding, Subject};
use cistron_data::dataset::Dataset;
use cistron_split::neighbour::Neighbours;
use cistron_statistics::interval::wilson;

/// Every held-out record is counted, so the share itself is judged; as `leakage.near`.
const GATE: Gate = Gate::warn_fail(0.01, 0.1);

/// Length of the words of the proteins.
const K: usize = 5;

/// Share of the records that must be open reading frames.
const CODING: f64 = 0.5;

/// Codons of an open reading frame, at least.
const FEWEST_CODONS: usize = 30;

const CHECK: &str = "leakage.translated";
const TITLE: &str = "Do held-out coding sequences code for proteins learnt from?";

/// Held-out open reading frames whose protein shares half of its words, or of the other's, with one
/// learnt from: synonymous changes hide it from k-mers of bases.
pub(super) fn translated(subject: &Subject) -> Finding {
    let dataset = subject.dataset;
    if !dataset.alphabet.is_nucleic() {
        return not_applicable(CHECK, TITLE, "proteins need no translation");
    }
    let Some((splits, _)) = subject.held_out else {
        return not_applicable(CHECK, TITLE, "no record is held out");
    };
    let mut proteins = Dataset::new(Alphabet::Protein);
    let mut coding = 0;
    for i in 0..dataset.len() {
        let protein = reading_frame(dataset.sequence(i)).unwrap_or_default();
        coding += usize::from(!protein.is_empty());
        proteins.push(dataset.id(i).to_string(), &protein, dataset.lines[i]);
    }
    if share(coding, dataset.len()) < CODING {
        let why = format!(
            "{} of {} are open reading frames of {FEWEST_CODONS} codons and more",
            coding,
            count(dataset.len(), "record")
        );
        return not_applicable(CHECK, TITLE, &why);
    }
    let found = match Neighbours::of_folds(&proteins, &splits.folds, K) {
        Ok(found) => found,
        Err(error) => return unknown(CHECK, TITLE, &error.to_string(), ""),
    };
    let asked: Vec<(usize, f64, Option<usize>)> = found
        .iter()
        .filter(|(_, i, _)| !proteins.sequence(*i).is_empty())
        .filter_map(|(_, i, n)| Some((i, n.highest?, n.closest)))
        .collect();
    let near: Vec<&(usize, f64, Option<usize>)> = asked.iter().filter(|n| n.1 >= 0.5).collect();
    if asked.is_empty() {
        return unknown(CHECK, TITLE, "no held-out protein can be compared", "hold more out");
    }
    let value = share(near.len(), asked.len());
    let name = |(i, c, j): &&(usize, f64, Option<usize>)| {
        format!("{} ~ {} ({})", dataset.id(*i), j.map_or("", |j| dataset.id(j)), decimal(*c))
    };
    let finding = Finding {
        statistic: format!(
            "share of held-out open reading frames with a containment of 0.5 and more of {K}-residue words in a protein learnt from"
        ),
        value: Some(value),
        interval: wilson(near.len(), asked.len()),
        n: asked.len(),
        message: format!(
            "{} of {} ({}) code for a near copy, fragment or close relative of a protein learnt from",
            near.len(),
            count(asked.len(), "held-out open reading frame"),
            percent(value)
        ),
        evidence: near.iter().take(EVIDENCE).map(name).collect(),
        remedy: if near.is_empty() {
            String::new()
        } else {
            "hold whole clusters of the translated sequences out (translate, then `cistron split`)"
                .into()
        },
        ..open(CHECK, TITLE)
    };
    GATE.judge(value, finding)
}

/// The protein of a sequence that is one open reading frame from its first base, without the last
/// stop; `None` of anything else.
fn reading_frame(sequence: &[u8]) -> Option<Vec<u8>> {
    if !sequence.len().is_multiple_of(3) {
        return None;
    }
    let mut protein = translate(sequence);
    if protein.last() == Some(&b'*') {
        protein.pop();
    }
    (protein.len() >= FEWEST_CODONS && !protein.contains(&b'*')).then_some(protein)
}

#[cfg(test)]
mod tests {
    use super::super::planted::{self, Dice};
    use super::*;
    use crate::Status;
    use cistron_split::Part;

    /// Codons of four synonyms in the third base.
    const FOURFOLD: [&[u8; 2]; 8] = [b"GC", b"GG", b"CC", b"AC", b"GT", b"CT", b"CG", b"TC"];

    fn gene(residues: &[usize], dice: &mut Dice) -> Vec<u8> {
        let codon = |r: &usize, dice: &mut Dice| {
            let pair = FOURFOLD[*r];
            [pair[0], pair[1], b"ACGT"[dice.below(4)]]
        };
        residues.iter().flat_map(|r| codon(r, dice)).collect()
    }

    #[test]
    fn synonymous_copies_are_seen_through_their_proteins() {
        let mut dice = Dice::new(1);
        let mut proteins: Vec<Vec<usize>> =
            (0..100).map(|_| (0..120).map(|_| dice.below(8)).collect()).collect();
        for i in 80..84 {
            proteins[i] = proteins[i - 80].clone();
        }
        let genes: Vec<Vec<u8>> = proteins.iter().map(|p| gene(p, &mut dice)).collect();
        let dataset = planted::two_classes(&genes);
        let splits = planted::splits(&dataset, |i| if i >= 80 { Part::Test } else { Part::Train });
        let neighbours = Neighbours::compute(&dataset, &splits).unwrap();
        let subject = Subject::split(&dataset, &splits, &neighbours, 1);
        let finding = translated(&subject);
        assert_eq!((finding.status, finding.value, finding.n), (Status::Fail, Some(0.2), 20));
        // To 15-mers of bases they are strangers.
        assert!(neighbours.iter().all(|(_, _, n)| n.highest.is_some_and(|c| c < 0.2)));
    }

    #[test]
    fn what_is_no_reading_frame_is_not_translated() {
        assert_eq!(reading_frame(&b"GCN".repeat(40)).map(|p| p.len()), Some(40));
        assert_eq!(reading_frame(&b"GCTA".repeat(40)), None);
        assert_eq!(reading_frame(&[b"TAA".as_slice(), &b"GCA".repeat(40)].concat()), None);
    }
}
