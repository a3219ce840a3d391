//! Families whose members are known because they were planted.

use crate::alphabet::Alphabet;
use crate::sketch::{Denominator, Index, KmerSets, cluster, cross_pairs, identity};

/// A generator of reproducible numbers: `SplitMix64`, doi:10.1145/2660193.2660195.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ x >> 31) % end as u64) as usize
    }

    fn letters(&mut self, letters: &[u8], length: usize) -> Vec<u8> {
        (0..length).map(|_| letters[self.below(letters.len())]).collect()
    }

    /// Replaces each letter with probability 1 / `rarity` by any letter.
    fn mutate(&mut self, sequence: &mut [u8], letters: &[u8], rarity: usize) {
        for symbol in sequence {
            if self.below(rarity) == 0 {
                *symbol = letters[self.below(letters.len())];
            }
        }
    }
}

fn views(sequences: &[Vec<u8>]) -> Vec<&[u8]> {
    sequences.iter().map(Vec::as_slice).collect()
}

#[test]
fn planted_families_of_dna_are_found() {
    let mut random = Random(7);
    let mut sequences = Vec::new();
    let mut family = Vec::new();
    for number in 0..60_u32 {
        let ancestor = random.letters(b"ACGT", 900);
        for member in 0..8 {
            // 3 in 4 of 1 in 20 letters differ: 96 % identity to the ancestor, containment about
            // .57; 93 % and .32 between members.
            let mut copy = ancestor.clone();
            random.mutate(&mut copy, b"ACGT", 20);
            if member % 2 == 1 {
                copy = Alphabet::Dna.reverse_complement(&copy).unwrap();
            }
            if member == 5 {
                copy = copy[200..600].to_vec();
            }
            sequences.push(copy);
            family.push(number);
        }
    }
    let sets = KmerSets::build(&views(&sequences), Alphabet::Dna, 15).unwrap();
    let clusters = cluster(&sets, 0.2).unwrap();
    assert_eq!((clusters.count, clusters.cluster_of), (60, family.clone()));

    let deal = |number: &u32| Some((number % 5) as u8);
    let parts: Vec<_> = family.iter().map(deal).collect();
    let check = cross_pairs(&sets, &parts, 0.2).unwrap();
    assert!(check.is_clean());
    assert!(check.containment.iter().all(|found| found.is_some_and(|found| found < 0.05)));

    // One family torn apart is found, pair by pair.
    let mut torn = parts;
    torn[0] = Some(4);
    let check = cross_pairs(&sets, &torn, 0.2).unwrap();
    assert_eq!((check.pairs, check.records, check.evidence.len()), (7, 8, 7));
    assert!(check.evidence.iter().all(|pair| pair.a == 0 && (1..8).contains(&pair.b)));
    let mean = check.evidence.iter().map(|pair| identity(pair.containment, 15)).sum::<f64>() / 7.0;
    assert!((mean - 0.9264).abs() < 0.02, "identity {mean}, expected (1 - .0375)^2");
}

#[test]
fn planted_families_of_protein_are_found() {
    let letters = &Alphabet::Protein.symbols()[..20];
    let mut random = Random(11);
    let mut sequences = Vec::new();
    let mut family = Vec::new();
    for number in 0..40_u32 {
        let ancestor = random.letters(letters, 300);
        for _ in 0..5 {
            let mut copy = ancestor.clone();
            random.mutate(&mut copy, letters, 10);
            sequences.push(copy);
            family.push(number);
        }
    }
    let sets = KmerSets::build(&views(&sequences), Alphabet::Protein, 5).unwrap();
    assert_eq!(cluster(&sets, 0.2).unwrap().cluster_of, family);
}

#[test]
fn threads_change_nothing() {
    let mut random = Random(3);
    let shared = random.letters(b"ACGT", 200);
    let sequences: Vec<_> = (0..300)
        .map(|_| {
            let mut sequence = shared.clone();
            random.mutate(&mut sequence, b"ACGT", 8);
            sequence.extend(random.letters(b"ACGT", 150));
            sequence
        })
        .collect();
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let sets = KmerSets::build(&views(&sequences), Alphabet::Dna, 11).unwrap();
            let parts: Vec<_> = (0..300).map(|record| Some((record % 3) as u8)).collect();
            let index = Index::build(&sets);
            let nearest = index.nearest_all(&views(&sequences), Denominator::Query);
            let check = cross_pairs(&sets, &parts, 0.05).unwrap();
            assert!(check.pairs > 1000 && check.evidence.len() == 1000);
            (cluster(&sets, 0.1).unwrap(), check, nearest, index.to_bytes())
        })
    };
    let one = run(1);
    assert!((2..300).contains(&one.0.count), "{}", one.0.count);
    for threads in [2, 5] {
        assert_eq!(run(threads), one);
    }
}

#[test]
fn a_fragment_makes_no_genome_familiar() {
    let mut random = Random(5);
    let genome = random.letters(b"ACGT", 3000);
    let fragment = genome[100..130].to_vec();
    let trained = KmerSets::build(&[&fragment], Alphabet::Dna, 15).unwrap();
    let index = Index::build(&trained);
    let containment = |denominator, query: &[u8]| {
        index.nearest_all(&[query], denominator)[0].map(|nearest| nearest.containment)
    };
    assert_eq!(containment(Denominator::Query, &genome), Some(16.0 / 2986.0));
    assert_eq!(containment(Denominator::Smaller, &genome), Some(1.0));
    assert_eq!(containment(Denominator::Query, &fragment), Some(1.0));
    assert_eq!(containment(Denominator::Query, &random.letters(b"ACGT", 90)), None);
}

#[test]
fn short_copies_stay_together_and_are_certified() {
    let sequences: [&[u8]; 6] = [b"ACGTT", b"aacgt", b"ACGTA", b"ACGTT", b"NNNN", b"nnnn"];
    let sets = KmerSets::build(&sequences, Alphabet::Dna, 15).unwrap();
    assert_eq!(cluster(&sets, 0.2).unwrap().cluster_of, [0, 0, 1, 0, 2, 2]);
    let parts = [Some(0), Some(1), Some(1), Some(0), None, Some(1)];
    let check = cross_pairs(&sets, &parts, 0.2).unwrap();
    assert_eq!((check.pairs, check.records, check.not_assessable), (2, 3, 5));
    assert_eq!(check.nearest, [Some(1), Some(0), None, Some(1), None, None]);
    assert!(!check.is_clean());
}
