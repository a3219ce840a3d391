//! Models of sequences on families that share stretches.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::architecture::{self, Svm};
use crate::metrics::argmax;

const AMINO_ACIDS: &[u8] = b"ACDEFGHIKLMNPQRSTVWY";

/// Proteins of three families: an ancestor of 60 each, of which three quarters mutate.
fn families(count: usize, seed: u64) -> (Vec<Vec<u8>>, Vec<usize>) {
    let mut ancestors = ChaCha8Rng::seed_from_u64(1);
    let letter = |rng: &mut ChaCha8Rng| AMINO_ACIDS[rng.random_range(0..20)];
    let ancestors: Vec<Vec<u8>> =
        (0..3).map(|_| (0..60).map(|_| letter(&mut ancestors)).collect()).collect();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let labels: Vec<usize> = (0..count).map(|i| i % 3).collect();
    let descend = |label: &usize| {
        let mutate = |symbol: &u8| if rng.random_bool(0.5) { letter(&mut rng) } else { *symbol };
        ancestors[*label].iter().map(mutate).collect()
    };
    (labels.iter().map(descend).collect(), labels)
}

fn fit(architecture: &Architecture, classes: usize) -> (Fitted, Vec<Vec<u8>>, Vec<usize>) {
    let (sequences, mut labels) = families(90, 2);
    for label in &mut labels {
        *label = (*label).min(classes - 1);
    }
    let labelled = Labelled {
        sequences: sequences.iter().map(Vec::as_slice).collect(),
        labels,
        clusters: (0..90).collect(),
        classes,
        molecule: Molecule::Protein,
        both_strands: false,
        seed: 4,
    };
    let mut last = (0, 0);
    let fitted = SequenceModel::fit(architecture, &labelled, &mut |done, steps| {
        last = (done, steps);
        ControlFlow::Continue(())
    });
    assert!(last.0 > 0 && last.0 == last.1, "{last:?}");
    let (asked, mut truth) = families(60, 3);
    for label in &mut truth {
        *label = (*label).min(classes - 1);
    }
    (fitted.unwrap(), asked, truth)
}

fn all() -> [Architecture; 2] {
    [Architecture::Svm(Svm::default()), Architecture::Stack(architecture::Stack::default())]
}

#[test]
fn families_are_told_apart_and_models_read_back() {
    for (architecture, classes) in all().iter().zip([3, 2]).chain(all().iter().zip([2, 3])) {
        let (fitted, asked, truth) = fit(architecture, classes);
        let asked: Vec<&[u8]> = asked.iter().map(Vec::as_slice).collect();
        let logits = fitted.model.logits(&asked);
        let right = logits.chunks(classes).zip(&truth).filter(|(row, t)| argmax(row) == **t);
        let right = right.count();
        assert!(right >= 57, "{}: {right} of 60", architecture.name());
        let bytes = fitted.model.save().unwrap();
        let description =
            Description { architecture, classes, molecule: Molecule::Protein, both_strands: false };
        let read = SequenceModel::load(&description, &bytes).unwrap();
        assert_eq!(read.logits(&asked), logits);
        assert_eq!(read.save().unwrap(), bytes);
        // One at a time is the same as all at once, and nothing at all is no error.
        assert_eq!(read.logits(&asked[..1]), logits[..classes]);
        assert_eq!(read.logits(&[b""]).len(), classes);
        for end in [0, 8, 100, bytes.len() - 1] {
            assert!(SequenceModel::load(&description, &bytes[..end]).is_err());
        }
    }
}

/// A gene of each protein, its codons drawn among those of the amino acid.
fn genes(proteins: &[Vec<u8>], seed: u64) -> Vec<Vec<u8>> {
    let codons = (0..64).map(|i: usize| [i >> 4 & 3, i >> 2 & 3, i & 3].map(|b| b"ACGT"[b]));
    let codons: Vec<([u8; 3], u8)> =
        codons.map(|codon| (codon, cistron_encoders::translate::translate(&codon)[0])).collect();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut gene = |protein: &Vec<u8>| {
        let codon = |residue: &u8| {
            let own: Vec<&[u8; 3]> =
                codons.iter().filter(|(_, r)| r == residue).map(|(codon, _)| codon).collect();
            *own[rng.random_range(0..own.len())]
        };
        protein.iter().flat_map(codon).collect()
    };
    proteins.iter().map(&mut gene).collect()
}

#[test]
fn genes_are_read_as_proteins_beside_their_bases() {
    use words::{Letters, Words};
    let (learnt, labels) = families(90, 2);
    let (asked, truth) = families(60, 3);
    let fit = |architecture: &Architecture, sequences: &[Vec<u8>], molecule| {
        let labelled = Labelled {
            sequences: sequences.iter().map(Vec::as_slice).collect(),
            labels: labels.clone(),
            clusters: (0..90).collect(),
            classes: 3,
            molecule,
            both_strands: false,
            seed: 4,
        };
        SequenceModel::fit(architecture, &labelled, &mut |_, _| ControlFlow::Continue(())).unwrap()
    };
    let (learnt_genes, asked_genes) = (genes(&learnt, 5), genes(&asked, 6));
    let logits = |fitted: &Fitted, sequences: &[Vec<u8>]| {
        let sequences: Vec<&[u8]> = sequences.iter().map(Vec::as_slice).collect();
        fitted.model.logits(&sequences)
    };
    // Words of amino acids alone say of genes what they say of proteins.
    let letters = Letters::AminoAcids;
    let pairs = vec![Words { letters, mask: "11".to_string(), positional: false }];
    let translate = Some(cistron_encoders::translate::Translation::Coding);
    let of_genes = Architecture::Svm(Svm { words: pairs.clone(), translate, ..Svm::default() });
    let of_proteins = Architecture::Svm(Svm { words: pairs, ..Svm::default() });
    let by_genes = fit(&of_genes, &learnt_genes, Molecule::Nucleotide);
    let by_proteins = fit(&of_proteins, &learnt, Molecule::Protein);
    assert_eq!(logits(&by_genes, &asked_genes), logits(&by_proteins, &asked));
    // Families whose codons are drawn are told apart by proteins, with the words of bases beside them.
    for architecture in [
        Architecture::Svm(Svm { translate, ..Svm::default() }),
        Architecture::Stack(architecture::Stack { translate, ..Default::default() }),
    ] {
        let fitted = fit(&architecture, &learnt_genes, Molecule::Nucleotide);
        let found = logits(&fitted, &asked_genes);
        let right = found.chunks(3).zip(&truth).filter(|(row, t)| argmax(row) == **t).count();
        assert!(right >= 54, "{}: {right} of 60", architecture.name());
        let bytes = fitted.model.save().unwrap();
        let description = Description {
            architecture: &architecture,
            classes: 3,
            molecule: Molecule::Nucleotide,
            both_strands: false,
        };
        let read = SequenceModel::load(&description, &bytes).unwrap();
        let asked: Vec<&[u8]> = asked_genes.iter().map(Vec::as_slice).collect();
        assert_eq!(read.logits(&asked), found);
        // A gene without a codon is no error.
        assert_eq!(read.logits(&[b"AC"]).len(), 3);
    }
}

#[test]
fn the_observer_may_stop() {
    let (sequences, labels) = families(30, 2);
    let labelled = Labelled {
        sequences: sequences.iter().map(Vec::as_slice).collect(),
        labels,
        clusters: (0..30).collect(),
        classes: 3,
        molecule: Molecule::Protein,
        both_strands: false,
        seed: 4,
    };
    let stopped = SequenceModel::fit(&all()[1], &labelled, &mut |_, _| ControlFlow::Break(()));
    assert!(matches!(stopped, Err(SequenceError::Stopped)));
}

#[test]
fn inner_folds_choose_the_cost() {
    let svm = |cost: f32, costs: &[f32]| {
        fit(&Architecture::Svm(Svm { cost, costs: costs.to_vec(), ..Svm::default() }), 2).0
    };
    let truth = families(90, 2).1.into_iter().map(|label| label.min(1));
    let truth: Vec<usize> = truth.collect();
    let right = |fitted: &Fitted| {
        fitted.held_out.chunks(2).zip(&truth).filter(|(row, t)| argmax(row) == **t).count()
    };
    // With a cost of next to nothing the larger class takes all.
    let (low, high) = (svm(1e-6, &[]), svm(2.0, &[]));
    assert!(right(&low) < right(&high), "{} {}", right(&low), right(&high));
    assert_eq!(low.cost, None);
    let chosen = svm(1.0, &[1e-6, 2.0]);
    assert_eq!(chosen.cost, Some(2.0));
    assert_eq!(chosen.held_out, high.held_out);
    let asked: Vec<&[u8]> = vec![b"MKVLAAGIVGLCAKAYLERMKV", b"WYWYACDC"];
    assert_eq!(chosen.model.logits(&asked), high.model.logits(&asked));
}
