//! Tests of clusters, certificates and look-up against planted truth and naive implementations.

mod naive;
mod planted;

use proptest::prelude::*;

use super::{
    Denominator, Index, KmerSets, Scratch, SketchError, SketchFileError, cluster, cross_pairs,
};
use crate::alphabet::Alphabet;
use naive::Naive;

fn views(sequences: &[Vec<u8>]) -> Vec<&[u8]> {
    sequences.iter().map(Vec::as_slice).collect()
}

fn sets(sequences: &[Vec<u8>], k: usize) -> KmerSets {
    KmerSets::build(&views(sequences), Alphabet::Dna, k).unwrap()
}

/// Sequences of which many are parts, copies or other strands of each other.
fn related() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let sequence = prop_oneof![8 => "[ACGT]{5,60}", 2 => "[ACGTN]{0,12}"];
    let derived = (0..64_usize, 0..40_usize, 5..60_usize, 0..4_u8);
    (prop::collection::vec(sequence, 1..7), prop::collection::vec(derived, 0..10)).prop_map(
        |(sequences, derived)| {
            let mut all: Vec<Vec<u8>> = sequences.into_iter().map(String::into_bytes).collect();
            for (parent, start, length, change) in derived {
                let parent = all[parent % all.len()].clone();
                let start = start.min(parent.len());
                let mut child = parent[start..parent.len().min(start + length)].to_vec();
                match change {
                    0 => child = Alphabet::Dna.reverse_complement(&child).unwrap(),
                    1 => child.make_ascii_lowercase(),
                    2 if !child.is_empty() => {
                        let middle = child.len() / 2;
                        child[middle] = if child[middle] == b'A' { b'C' } else { b'A' };
                    }
                    _ => child.extend_from_slice(b"ACCGTTGACC"),
                }
                all.push(child);
            }
            all
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn containment_agrees_with_the_naive(sequences in related(), k in 4_usize..9) {
        let (sets, naive) = (sets(&sequences, k), Naive::new(&sequences, k));
        for a in 0..sequences.len() {
            prop_assert_eq!(sets.assessable(a), naive.assessable(a));
            for b in 0..sequences.len() {
                prop_assert_eq!(sets.containment(a, b), naive.containment(a, b), "{} {}", a, b);
            }
        }
    }

    #[test]
    fn clusters_agree_with_the_naive(
        sequences in related(), k in 4_usize..9, threshold in 0.05_f64..=1.0
    ) {
        let found = cluster(&sets(&sequences, k), threshold).unwrap();
        let expected = Naive::new(&sequences, k).clusters(threshold);
        prop_assert_eq!(found.count, expected.iter().max().map_or(0, |&last| last as usize + 1));
        prop_assert_eq!(found.cluster_of, expected);
        prop_assert_eq!(found.ignored_kmers, 0);
    }

    #[test]
    fn cross_pairs_agree_with_the_naive(
        sequences in related(), k in 4_usize..9, threshold in 0.05_f64..=1.0,
        parts in prop::collection::vec(prop::option::weighted(0.9, 0_u8..3), 17)
    ) {
        let parts = &parts[..sequences.len()];
        let found = cross_pairs(&sets(&sequences, k), parts, threshold).unwrap();
        let expected = Naive::new(&sequences, k).cross_pairs(parts, threshold);
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn whole_clusters_are_always_certified(
        sequences in related(), k in 4_usize..9, threshold in 0.05_f64..=1.0, deal in any::<u64>()
    ) {
        let sets = sets(&sequences, k);
        let clusters = cluster(&sets, threshold).unwrap();
        let part = |&cluster: &u32| Some((deal >> (cluster % 64) & 1) as u8);
        let parts: Vec<_> = clusters.cluster_of.iter().map(part).collect();
        prop_assert!(cross_pairs(&sets, &parts, threshold).unwrap().is_clean());
    }

    #[test]
    fn look_up_agrees_with_the_naive(
        sequences in related(), queries in related(), k in 4_usize..9, minimum in 0.0_f64..1.0
    ) {
        let index = Index::build(&sets(&sequences, k));
        let (naive, mut scratch, mut kmers) =
            (Naive::new(&sequences, k), Scratch::default(), Vec::new());
        let mut queries = queries;
        queries.extend(sequences);
        for denominator in [Denominator::Query, Denominator::Smaller] {
            for query in &queries {
                index.kmers(query, &mut kmers);
                let expected = naive.neighbours(query, denominator, k);
                prop_assert_eq!(
                    index.nearest(&kmers, denominator, &mut scratch),
                    expected.first().copied()
                );
                let near: Vec<_> =
                    expected.into_iter().filter(|near| near.containment >= minimum).collect();
                prop_assert_eq!(index.neighbours(&kmers, denominator, minimum, &mut scratch), near);
            }
            let one_by_one: Vec<_> = queries
                .iter()
                .map(|query| naive.neighbours(query, denominator, k).first().copied())
                .collect();
            prop_assert_eq!(index.nearest_all(&views(&queries), denominator), one_by_one);
        }
    }

    #[test]
    fn an_index_survives_its_file(sequences in related(), k in 4_usize..32) {
        let index = Index::build(&sets(&sequences, k));
        prop_assert_eq!(Index::from_bytes(&index.to_bytes()), Ok(index));
    }

    #[test]
    fn a_cut_off_index_is_an_error(sequences in related(), cut in 0.0_f64..1.0) {
        let bytes = Index::build(&sets(&sequences, 6)).to_bytes();
        let cut = (bytes.len() as f64 * cut) as usize;
        prop_assert!(Index::from_bytes(&bytes[..cut]).is_err());
    }

    #[test]
    fn a_changed_index_is_an_error(
        sequences in related(), at in any::<prop::sample::Index>(), bit in 0..8_u8
    ) {
        let mut bytes = Index::build(&sets(&sequences, 6)).to_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(Index::from_bytes(&bytes).is_err());
    }

    #[test]
    fn content_under_a_right_checksum_never_panics(
        content in prop::collection::vec(any::<u8>(), 0..60), alphabet in 0..3_u8, k in 2_u8..32
    ) {
        let mut bytes = b"cistron\n\x01".to_vec();
        bytes.extend([alphabet, k]);
        bytes.extend(content);
        let sum = blake3::hash(&bytes);
        bytes.extend(&sum.as_bytes()[..8]);
        if let Ok(index) = Index::from_bytes(&bytes) {
            prop_assert_eq!(Index::from_bytes(&index.to_bytes()), Ok(index));
        }
    }
}

#[test]
fn files_say_what_is_wrong() {
    let bytes = Index::build(&sets(&[b"ACGGTCATTGCA".to_vec()], 5)).to_bytes();
    assert_eq!(Index::from_bytes(b"PK\x03\x04"), Err(SketchFileError::NotAnIndex));
    let cut = Err(SketchFileError::Checksum { bytes: 15 });
    assert_eq!(Index::from_bytes(&bytes[..15]), cut);
    let mut newer = bytes.clone();
    newer[8] = 2;
    assert_eq!(Index::from_bytes(&newer), Err(SketchFileError::Version { found: 2 }));
}

#[test]
fn a_file_that_counts_too_much_is_an_error() {
    let mut bytes = b"cistron\n\x01\x00\x0f".to_vec();
    bytes.extend([0xff; 8]); // 2^56 - 1 records
    bytes.push(0);
    let sum = blake3::hash(&bytes);
    bytes.extend(&sum.as_bytes()[..8]);
    let expected = SketchFileError::Content { byte: 11, expected: "as many entries as it counts" };
    assert_eq!(Index::from_bytes(&bytes), Err(expected));
}

#[test]
fn requests_are_checked() {
    let sets = sets(&[b"ACGT".to_vec()], 15);
    for threshold in [0.0, -1.0, 1.1, f64::NAN] {
        assert!(matches!(cluster(&sets, threshold), Err(SketchError::Threshold(_))));
        assert!(matches!(cross_pairs(&sets, &[None], threshold), Err(SketchError::Threshold(_))));
    }
    let expected = SketchError::Parts { parts: 2, records: 1 };
    assert_eq!(cross_pairs(&sets, &[None, None], 0.2), Err(expected));
}
