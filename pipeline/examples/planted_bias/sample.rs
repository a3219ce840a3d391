//! A clean twin: labels, metadata, coordinates and scores dealt at random to unrelated windows.

use cistron_audit::Predicted;
use cistron_audit::locus::Locus;
use cistron_data::dataset::{Dataset, GroupKind};
use cistron_encoders::alphabet::Alphabet;
use cistron_evaluate::{Role, Scores};
use cistron_split::Part;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::pool::Pool;

/// Share of the records that is held out.
const HELD_OUT: f64 = 0.2;

/// Share of the clean model's answers that are right.
const RIGHT: f64 = 0.9;

/// Bases between two intervals.
const APART: u64 = 10_000;

/// Numbers of classes and of records in each.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) classes: usize,
    pub(super) records: usize,
}

/// Everything that an audit looks at, record by record.
pub(super) struct Sample {
    pub(super) shape: Shape,
    pub(super) sequences: Vec<Vec<u8>>,
    /// The bases that follow each window in its gene.
    pub(super) behind: Vec<Vec<u8>>,
    pub(super) labels: Vec<usize>,
    pub(super) parts: Vec<Part>,
    pub(super) laboratory: Vec<usize>,
    pub(super) sex: Vec<usize>,
    pub(super) species: Vec<usize>,
    pub(super) loci: Vec<(u64, u64)>,
    /// Whether the model is right.
    pub(super) right: Vec<bool>,
    /// Records that an earlier model labelled.
    pub(super) predicted: Vec<usize>,
}

impl Sample {
    /// A clean twin.
    pub(super) fn clean(pool: &Pool, shape: Shape, rng: &mut ChaCha8Rng) -> Result<Self, String> {
        let n = shape.classes * shape.records;
        if pool.windows.len() < n {
            return Err(format!("{n} windows are needed, there are {}", pool.windows.len()));
        }
        let mut order: Vec<usize> = (0..pool.windows.len()).collect();
        order.shuffle(rng);
        let window = |at: &usize| {
            let (bases, length) = &pool.windows[*at];
            (bases[..*length].to_vec(), bases[*length..].to_vec())
        };
        let (sequences, behind) = order[..n].iter().map(window).unzip();
        let labels = (0..n).map(|i| i % shape.classes).collect();
        let held_out = (n as f64 * HELD_OUT) as usize;
        let parts = (0..n).map(|i| if i < n - held_out { Part::Train } else { Part::Test });
        let level = |levels: usize, rng: &mut ChaCha8Rng| -> Vec<usize> {
            (0..n).map(|_| rng.random_range(0..levels)).collect()
        };
        Ok(Self {
            shape,
            sequences,
            behind,
            labels,
            parts: parts.collect(),
            laboratory: level(3, rng),
            sex: level(2, rng),
            species: level(4, rng),
            loci: (0..n as u64).map(|i| (i * APART, i * APART + 400)).collect(),
            right: (0..n).map(|_| rng.random_bool(RIGHT)).collect(),
            predicted: Vec::new(),
        })
    }

    /// A clean twin of families: three near copies (2 % substitutions) of each window, of one label,
    /// on one side of the split.
    pub(super) fn families(
        pool: &Pool,
        shape: Shape,
        rng: &mut ChaCha8Rng,
    ) -> Result<Self, String> {
        let mut sample = Self::clean(pool, shape, rng)?;
        let n = sample.sequences.len();
        for i in 0..n {
            let founder = i - i % 3;
            sample.labels[i] = founder / 3 % shape.classes;
            sample.parts[i] = sample.parts[founder];
            if i != founder {
                let copy = super::mutate::substituted(&sample.sequences[founder], 0.02, rng);
                sample.sequences[i] = copy;
            }
        }
        Ok(sample)
    }

    /// Records that are held out, or that are learnt from.
    pub(super) fn of(&self, part: Part) -> Vec<usize> {
        (0..self.parts.len()).filter(|i| self.parts[*i] == part).collect()
    }

    /// The data set.
    pub(super) fn dataset(&self) -> Dataset {
        let mut dataset = Dataset::new(Alphabet::Dna);
        for (i, sequence) in self.sequences.iter().enumerate() {
            dataset.push(format!("r{i}"), sequence, i as u64 + 1);
        }
        let names = |prefix: &str, values: &[usize]| -> Vec<Option<String>> {
            values.iter().map(|v| Some(format!("{prefix}{v}"))).collect()
        };
        dataset.set_labels(&names("class", &self.labels));
        for (name, values) in
            [("laboratory", &self.laboratory), ("sex", &self.sex), ("species", &self.species)]
        {
            dataset.add_group(name, GroupKind::Nuisance, &names("", values));
        }
        dataset
    }

    /// The intervals.
    pub(super) fn intervals(&self) -> Vec<Locus> {
        let locus = |(i, (start, end)): (usize, &(u64, u64))| Locus {
            id: format!("r{i}"),
            contig: "chr1".into(),
            start: *start,
            end: *end,
            label: Some(self.labels[i].to_string()),
            part: self.parts[i],
        };
        self.loci.iter().enumerate().map(locus).collect()
    }

    /// What earlier models said.
    pub(super) fn earlier(&self, dataset: &Dataset) -> Vec<Predicted> {
        let asked = dataset.select(&self.predicted);
        let class = |i: &usize| dataset.classes[self.labels[*i]].as_str();
        Predicted::of(&asked, self.predicted.iter().map(class))
    }

    /// Scores of a model on every record, each held out once: confidence .8 to 1 where it is right.
    pub(super) fn scores(&self, rng: &mut ChaCha8Rng) -> Scores {
        let classes = self.shape.classes;
        let mut probabilities = Vec::with_capacity(self.labels.len() * classes);
        for (label, right) in self.labels.iter().zip(&self.right) {
            let said = if *right { *label } else { (label + 1) % classes };
            let confidence: f32 = 0.8 + 0.2 * rng.random::<f32>();
            let other = (1.0 - confidence) / (classes - 1) as f32;
            probabilities.extend((0..classes).map(|c| if c == said { confidence } else { other }));
        }
        Scores {
            name: "model".into(),
            role: Role::Model,
            records: (0..self.labels.len()).collect(),
            folds: vec![0; self.labels.len()],
            probabilities,
        }
    }
}

/// The random numbers of a trial.
pub(super) fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}
