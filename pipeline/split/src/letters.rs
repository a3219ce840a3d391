//! Records with too few k-mers are compared letter by letter.

use cistron_encoders::alphabet::Alphabet;
use cistron_encoders::sketch::{Clusters, KmerSets};
use petgraph::unionfind::UnionFind;
use rayon::prelude::*;

/// Positions that are compared at most: beyond it such records stay uncompared.
const MOST_WORK: u64 = 4_000_000_000;

/// Letters that must agree where neither is ambiguous: fewer agree by chance.
const FEWEST_BASES: usize = 12;
const FEWEST_RESIDUES: usize = 6;

/// What a comparison by letters found.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Letters {
    /// Records compared by letters.
    pub(super) compared: usize,
    /// Pairs across a border: record, other record, share of letters that are compatible.
    pub(super) pairs: Vec<(usize, usize, f64)>,
}

/// Compares the records `short` with every record of another cell: the shorter of two is laid along
/// the other without gaps, on either strand. Two are relatives where a share `identity` of the letters
/// is compatible (`N` with everything, `R` with `A` and `G`) and enough of them are the same.
pub(super) fn compare(
    sequences: &[&[u8]],
    alphabet: Alphabet,
    cells: &[Option<u32>],
    short: &[usize],
    identity: f64,
) -> Letters {
    let masked: Vec<Vec<u32>> =
        sequences.iter().map(|s| s.iter().map(|b| mask(*b, alphabet)).collect()).collect();
    let work: u64 = short
        .iter()
        .map(|i| {
            let own = masked[*i].len() as u64;
            let places = |other: &Vec<u32>| (other.len() as u64).abs_diff(own) + 1;
            // Few letters are looked at before enough of them differ.
            masked.iter().map(places).sum::<u64>() * (4 + own / 8)
        })
        .sum();
    if short.is_empty() || work > MOST_WORK {
        return Letters::default();
    }
    let fewest = if alphabet.is_nucleic() { FEWEST_BASES } else { FEWEST_RESIDUES };
    let is_short: Vec<bool> = {
        let mut is_short = vec![false; sequences.len()];
        for i in short {
            is_short[*i] = true;
        }
        is_short
    };
    let of = |i: &usize| -> Vec<(usize, usize, f64)> {
        let own = &masked[*i];
        let turned: Option<Vec<u32>> = alphabet.is_nucleic().then(|| turned(own));
        let others = (0..sequences.len()).filter(|j| {
            let apart = cells[*i].is_some() && cells[*j].is_some() && cells[*i] != cells[*j];
            // Of two such records the earlier one asks.
            apart && (!is_short[*j] || *j > *i)
        });
        others
            .filter_map(|j| {
                let forward = best(own, &masked[j], identity, fewest);
                let reverse = turned.as_ref().and_then(|t| best(t, &masked[j], identity, fewest));
                let share = forward
                    .into_iter()
                    .chain(reverse)
                    .fold(None, |a: Option<f64>, b| Some(a.map_or(b, |a| a.max(b))))?;
                Some((*i, j, share))
            })
            .collect()
    };
    let pairs: Vec<(usize, usize, f64)> = short.par_iter().flat_map_iter(of).collect();
    Letters { compared: short.iter().filter(|i| cells[**i].is_some()).count(), pairs }
}

/// Joins the clusters of records that too few k-mers tell apart and that letters show to be relatives.
pub(super) fn join(
    sequences: &[&[u8]],
    alphabet: Alphabet,
    sets: &KmerSets,
    clusters: Clusters,
    identity: f64,
) -> Clusters {
    let short: Vec<usize> = (0..sequences.len()).filter(|i| !sets.assessable(*i)).collect();
    let cells: Vec<Option<u32>> = clusters.cluster_of.iter().copied().map(Some).collect();
    let pairs = compare(sequences, alphabet, &cells, &short, identity).pairs;
    if pairs.is_empty() {
        return clusters;
    }
    let mut joined = UnionFind::<u32>::new(clusters.count);
    for (a, b, _) in pairs {
        joined.union(clusters.cluster_of[a], clusters.cluster_of[b]);
    }
    let mut numbers = std::collections::HashMap::new();
    let number = |cluster: &u32| {
        let next = numbers.len() as u32;
        *numbers.entry(joined.find(*cluster)).or_insert(next)
    };
    let cluster_of: Vec<u32> = clusters.cluster_of.iter().map(number).collect();
    Clusters { cluster_of, count: numbers.len(), ignored_kmers: clusters.ignored_kmers }
}

/// The largest compatible share over the places of the shorter along the longer, where it reaches
/// `identity`.
fn best(a: &[u32], b: &[u32], identity: f64, fewest: usize) -> Option<f64> {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if short.len() < fewest {
        return None;
    }
    let allowed = ((1.0 - identity) * short.len() as f64).floor() as usize;
    let mut best: Option<usize> = None;
    for start in 0..=long.len() - short.len() {
        let (mut differ, mut same) = (0, 0);
        for (x, y) in short.iter().zip(&long[start..]) {
            if x & y == 0 {
                differ += 1;
                if differ > allowed {
                    break;
                }
            } else if x.is_power_of_two() && y.is_power_of_two() {
                same += 1;
            }
        }
        if differ <= allowed && same >= fewest && best.is_none_or(|b| differ < b) {
            best = Some(differ);
        }
    }
    best.map(|differ| 1.0 - differ as f64 / short.len() as f64)
}

/// The other strand: masks of A, C, G and T are the bits 1, 2, 4 and 8.
fn turned(masks: &[u32]) -> Vec<u32> {
    masks.iter().rev().map(|m| (m & 1) << 3 | (m & 2) << 1 | (m & 4) >> 1 | (m & 8) >> 3).collect()
}

/// The letters that a symbol stands for, a bit each; 0 of a symbol that stands for none.
fn mask(symbol: u8, alphabet: Alphabet) -> u32 {
    let symbol = symbol.to_ascii_uppercase();
    if alphabet.is_nucleic() {
        return match symbol {
            b'A' => 1,
            b'C' => 2,
            b'G' => 4,
            b'T' | b'U' => 8,
            b'R' => 1 | 4,
            b'Y' => 2 | 8,
            b'S' => 2 | 4,
            b'W' => 1 | 8,
            b'K' => 4 | 8,
            b'M' => 1 | 2,
            b'B' => 2 | 4 | 8,
            b'D' => 1 | 4 | 8,
            b'H' => 1 | 2 | 8,
            b'V' => 1 | 2 | 4,
            b'N' => 15,
            _ => 0,
        };
    }
    let bit = |letter: u8| 1_u32 << (letter - b'A');
    match symbol {
        b'X' => u32::MAX >> 6,
        b'B' => bit(b'N') | bit(b'D'),
        b'Z' => bit(b'Q') | bit(b'E'),
        b'J' => bit(b'I') | bit(b'L'),
        b'A'..=b'Z' => bit(symbol),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GENE: &[u8] = b"ATGGCGTACCTGATTCGAGGCATTACC";

    fn found(sequences: &[&[u8]], cells: &[u32], short: &[usize]) -> Letters {
        let cells: Vec<Option<u32>> = cells.iter().map(|cell| Some(*cell)).collect();
        compare(sequences, Alphabet::Dna, &cells, short, 0.9)
    }

    #[test]
    fn ambiguity_fragments_and_strands_by_hand() {
        let ambiguous = b"ATGGCNTACCTGRTTCGAGGCATTACC";
        let turned = Alphabet::Dna.reverse_complement(GENE).unwrap();
        let inside = &GENE[5..20];
        let all: [&[u8]; 5] = [GENE, ambiguous, &turned, inside, b"TTTTTTTTTTTTTTTTTTTTTTTTTTT"];
        let letters = found(&all, &[0, 1, 1, 1, 1], &[1, 2, 3, 4]);
        assert_eq!(letters.pairs, [(1, 0, 1.0), (2, 0, 1.0), (3, 0, 1.0)]);
        assert_eq!(letters.compared, 4);
        // Within one cell nothing is compared.
        assert!(found(&all, &[0; 5], &[1, 2, 3, 4]).pairs.is_empty());
    }

    #[test]
    fn relatives_by_letters_are_one_cluster() {
        let other = b"TTTTTTTTTTTTTTTTTTTTTTTTTTT";
        let all: [&[u8]; 4] = [other, GENE, b"ATGGCNTACCTGRTTCGAGGCATTACC", &GENE[5..20]];
        let sets = KmerSets::build(&all, Alphabet::Dna, 25).unwrap();
        let cluster_of = vec![0, 1, 2, 3];
        let apart = Clusters { cluster_of, count: 4, ignored_kmers: 0 };
        let joined = join(&all, Alphabet::Dna, &sets, apart, 0.9);
        assert_eq!((joined.cluster_of, joined.count), (vec![0, 1, 1, 1], 2));
    }

    #[test]
    fn nothing_but_ambiguity_is_no_likeness() {
        let all: [&[u8]; 2] = [GENE, b"NNNNNNNNNNNNNNNNNNNNNNNNNNN"];
        assert!(found(&all, &[0, 1], &[1]).pairs.is_empty());
        let all: [&[u8]; 2] = [GENE, b"ATGGCG"];
        assert!(found(&all, &[0, 1], &[1]).pairs.is_empty());
    }
}
