//! The baseline where HMMER is installed; elsewhere these tests say that they were skipped.

use cistron_encoders::alphabet::Alphabet;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

const LETTERS: &[u8] = b"ACDEFGHIKLMNPQRSTVWY";

/// HMMER, or `None` after having said that the test `name` was skipped.
fn installed(name: &str) -> Option<Hmmer> {
    let found = Hmmer::find();
    if let Err(why) = &found {
        eprintln!("SKIPPED {name}: {why}");
    }
    found.ok()
}

fn random(rng: &mut ChaCha8Rng, length: usize) -> Vec<u8> {
    (0..length).map(|_| LETTERS[rng.random_range(0..LETTERS.len())]).collect()
}

/// A copy with each residue replaced at a rate.
fn mutant(rng: &mut ChaCha8Rng, sequence: &[u8], rate: f64) -> Vec<u8> {
    let residue = |symbol: &u8| {
        let other = LETTERS[rng.random_range(0..LETTERS.len())];
        if rng.random_bool(rate) { other } else { *symbol }
    };
    sequence.iter().map(residue).collect()
}

/// Two families of 12 proteins each, of which the last 4 are held out, and one that is of neither.
fn data() -> (Dataset, Vec<u32>, Vec<Part>) {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut dataset = Dataset::new(Alphabet::Protein);
    let (mut labels, mut clusters, mut parts) = (Vec::new(), Vec::new(), Vec::new());
    for (cluster, class) in ["kinase", "lyase"].into_iter().enumerate() {
        let ancestor = random(&mut rng, 120);
        for i in 0..12 {
            let held_out = i >= 8;
            // Those held out share half of their residues with the ancestor, and of words of five
            // residues one in twenty-five.
            let rate = if held_out { 0.5 } else { 0.3 };
            dataset.push(format!("{class}-{i}"), &mutant(&mut rng, &ancestor, rate), 1);
            labels.push(Some(class.to_string()));
            clusters.push(cluster as u32);
            parts.push(if held_out { Part::Test } else { Part::Train });
        }
    }
    dataset.push("other".to_string(), &random(&mut rng, 120), 1);
    labels.push(Some("lyase".to_string()));
    clusters.push(2);
    parts.push(Part::Test);
    dataset.set_labels(&labels);
    (dataset, clusters, parts)
}

/// Scores in bits of the held-out records, and their labels.
fn searched(hmmer: &Hmmer) -> (Vec<Vec<f64>>, Vec<usize>) {
    let (dataset, clusters, parts) = data();
    let of =
        |part: Part| -> Vec<usize> { (0..parts.len()).filter(|i| parts[*i] == part).collect() };
    let (development, test) = (of(Part::Train), of(Part::Test));
    let folder = tempfile::tempdir().unwrap();
    let classes = profiles(hmmer, folder.path(), &dataset, &clusters, &development).unwrap();
    assert_eq!(classes, [0, 1]);
    let bits = search(hmmer, folder.path(), &dataset, &test, &classes).unwrap();
    (bits, test.iter().map(|i| dataset.labels[*i].unwrap() as usize).collect())
}

#[test]
fn remote_members_of_a_family_are_found_and_a_stranger_is_not() {
    let Some(hmmer) = installed("remote_members_of_a_family_are_found_and_a_stranger_is_not")
    else {
        return;
    };
    let (bits, labels) = searched(&hmmer);
    let (stranger, members) = bits.split_last().unwrap();
    assert_eq!(stranger, &[0.0, 0.0]);
    for (row, label) in members.iter().zip(labels) {
        assert!(row[label] > 10.0 && row[1 - label] == 0.0, "{row:?} of class {label}");
    }
    assert_eq!(searched(&hmmer).0, bits, "the same input gave other scores");
}

#[test]
fn odd_proteins_are_taken() {
    let Some(hmmer) = installed("odd_proteins_are_taken") else { return };
    let mut dataset = Dataset::new(Alphabet::Protein);
    let long = vec![b'M'; LONGEST + 1];
    let sequences: [&[u8]; 8] =
        [b"M", b"XXXXXXXX", b"*", b"MKUOBZJX*", b"mkvlaagivg", b"MKVLAAGIVGMKVLAAGIVG", b"", &long];
    for (i, sequence) in sequences.iter().enumerate() {
        dataset.push(format!("r{i}"), sequence, 1);
    }
    dataset.set_labels(&["a", "b", "a", "b", "a", "b", "a", "b"].map(|n| Some(n.to_string())));
    let folder = tempfile::tempdir().unwrap();
    let all: Vec<usize> = (0..sequences.len()).collect();
    let none = profiles(&hmmer, folder.path(), &dataset, &[0; 8], &[6, 7]).unwrap();
    assert_eq!(search(&hmmer, folder.path(), &dataset, &[0], &none).unwrap(), [[0.0; 2]]);
    // Alone, and all of a class as one cluster.
    for clusters in [vec![0, 1, 2, 3, 4, 5, 6, 7], vec![0; 8]] {
        let classes = profiles(&hmmer, folder.path(), &dataset, &clusters, &all).unwrap();
        let bits = search(&hmmer, folder.path(), &dataset, &all, &classes).unwrap();
        assert_eq!((bits.len(), &bits[6], &bits[7]), (8, &vec![0.0; 2], &vec![0.0; 2]));
    }
}

#[test]
fn what_a_program_complains_of_is_passed_on() {
    let Some(hmmer) = installed("what_a_program_complains_of_is_passed_on") else { return };
    let folder = tempfile::tempdir().unwrap();
    let error = hmmer.run("hmmsearch", folder.path(), &["missing.hmm", "missing.fa"]).unwrap_err();
    let message = error.to_string();
    assert!(message.contains("missing.") && message.contains("hmmsearch of HMMER 3."), "{message}");
    assert!(message.contains("baselines: {hmmer: false}"), "{message}");
}
