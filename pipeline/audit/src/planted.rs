//! Data sets whose biases are known because they were planted.

use cistron_encoders::alphabet::Alphabet;

use cistron_data::dataset::Dataset;
use cistron_evaluate::{Role, Scores};
use cistron_split::{Certificate, Part, Splits};

/// A stream of numbers from 0 to 1 (`SplitMix64`).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(super) fn below(&mut self, n: usize) -> usize {
        (self.roll() * n as f64) as usize
    }
}

/// DNA of `length` bases, a share `gc` of them G or C.
pub(super) fn dna(dice: &mut Dice, length: usize, gc: f64) -> Vec<u8> {
    let base = |dice: &mut Dice| {
        let pair = if dice.roll() < gc { b"GC" } else { b"AT" };
        pair[dice.below(2)]
    };
    (0..length).map(|_| base(dice)).collect()
}

/// `n` unrelated sequences of `length` bases, half of them G or C.
pub(super) fn random(n: usize, length: usize, seed: u64) -> Vec<Vec<u8>> {
    let mut dice = Dice::new(seed);
    (0..n).map(|_| dna(&mut dice, length, 0.5)).collect()
}

/// Records r0, r1, … labelled a, b, a, b, …
pub(super) fn two_classes(sequences: &[Vec<u8>]) -> Dataset {
    let labels: Vec<&str> = (0..sequences.len()).map(|i| ["a", "b"][i % 2]).collect();
    labelled(sequences, &labels)
}

/// Records r0, r1, … with one label each.
pub(super) fn labelled(sequences: &[Vec<u8>], labels: &[&str]) -> Dataset {
    let mut dataset = Dataset::new(Alphabet::Dna);
    for (i, sequence) in sequences.iter().enumerate() {
        dataset.push(format!("r{i}"), sequence, i as u64 + 1);
    }
    dataset.set_labels(&labels.iter().map(|l| Some((*l).to_string())).collect::<Vec<_>>());
    dataset
}

/// `sequence` with a share of its bases replaced by others.
pub(super) fn mutated(dice: &mut Dice, sequence: &[u8], share: f64) -> Vec<u8> {
    let base = |b: &u8| {
        if dice.roll() >= share {
            return *b;
        }
        let others: Vec<u8> = b"ACGT".iter().copied().filter(|o| o != b).collect();
        others[dice.below(3)]
    };
    sequence.iter().map(base).collect()
}

/// A certified hold-out of records that are all their own cluster.
pub(super) fn splits(dataset: &Dataset, part: impl Fn(usize) -> Part) -> Splits {
    Splits {
        clusters: (0..dataset.len() as u32).collect(),
        folds: vec![(0..dataset.len()).map(part).collect()],
        certificate: Certificate {
            method: "homology".into(),
            similarity: "shared canonical 15-mers over the smaller set".into(),
            k: Some(15),
            threshold: 0.2,
            identity: Some(0.898),
            hidden_identity: Some(14.0 / 15.0),
            certified: true,
            crossing_pairs: 0,
            highest: 0.1,
            evidence: Vec::new(),
            not_assessable: 0,
            compared_by_letters: 0,
            clusters: dataset.len(),
            largest_cluster: 1,
            clusters_by_class: Vec::new(),
            counts: Vec::new(),
            notes: Vec::new(),
        },
    }
}

/// Scores of a model called conv: .8 for the label where it is right, for another class elsewhere.
pub(super) fn scores(dataset: &Dataset, right: impl Fn(usize) -> bool) -> Scores {
    let classes = dataset.classes.len();
    let row = |i: usize| {
        let label = dataset.labels[i].map_or(0, |l| l as usize);
        let said = if right(i) { label } else { (label + 1) % classes };
        let other = 0.2 / (classes - 1) as f32;
        (0..classes).map(move |c| if c == said { 0.8 } else { other })
    };
    Scores {
        name: "conv".into(),
        role: Role::Model,
        records: (0..dataset.len()).collect(),
        folds: vec![0; dataset.len()],
        probabilities: (0..dataset.len()).flat_map(row).collect(),
    }
}
