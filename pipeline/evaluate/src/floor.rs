//! What predictors that learnt no biology score, and a simple model worth beating.
//!
//! They have no epoch to choose, so they learn from training and validation records alike.

pub mod curve;
pub mod genotype;

use cistron_models::architecture::Svm;
use cistron_models::baseline::{
    BoostedTrees, FeatureSet, Logistic, LogisticConfig, Majority, Molecule, NaiveBayes,
    NaiveBayesConfig, composition, nearest,
};
use cistron_models::sequence::words::{Letters, Words};
use cistron_models::sequence::{Labelled, WordMachine};

use super::{Role, Scores};
use cistron_data::dataset::{Dataset, Measured, Numbers};
use cistron_data::error::Error;
use cistron_models::calibration::softmax;
use cistron_split::Part;
use cistron_split::neighbour::Neighbours;
use curve::{Feature, by_cycles};

/// Floor: always the class frequencies of the development records.
pub const MAJORITY: &str = "majority";
/// Floor: logistic regression on length, GC content and the frequencies of short words.
pub const COMPOSITION: &str = "composition";
/// Floor: the label of the nearest development record.
pub const LOOK_UP: &str = "look-up";
/// Baseline: multinomial naive Bayes on words of nine symbols.
pub const NAIVE_BAYES: &str = "naive-bayes";
/// Baseline: gradient-boosted trees on what [`COMPOSITION`] reads.
pub const BOOSTED_TREES: &str = "boosted-trees";
/// Baseline: a linear support vector machine on words of six bases or three amino acids.
pub const WORD_SVM: &str = "word-svm";

/// Floor of curves: logistic regression on the fluorescence in the last cycle.
pub const END_POINT: &str = "end-point";
/// Floor of curves: logistic regression on the greatest rise between two cycles.
pub const STEEPEST_RISE: &str = "steepest-rise";
/// Floor of curves: class frequencies by number of cycles.
pub const CYCLES: &str = "cycles";

/// Floor of genotypes: logistic regression on the share that was called and the share of
/// heterozygotes.
pub const CALLS: &str = "calls";

/// Every floor and baseline: no model of a user's is called so.
pub const NAMES: [&str; 10] = [
    MAJORITY,
    COMPOSITION,
    LOOK_UP,
    NAIVE_BAYES,
    BOOSTED_TREES,
    WORD_SVM,
    END_POINT,
    STEEPEST_RISE,
    CYCLES,
    CALLS,
];

/// Floors and baselines of sequences, in the order of [`of_sequences`].
const SEQUENCES: [(&str, Role); 6] = [
    (MAJORITY, Role::Floor),
    (COMPOSITION, Role::Floor),
    (LOOK_UP, Role::Floor),
    (NAIVE_BAYES, Role::Baseline),
    (BOOSTED_TREES, Role::Baseline),
    (WORD_SVM, Role::Baseline),
];

/// Floors of numbers, in the order of [`of_numbers`]; only curves have all of them.
const NUMBERS: [(&str, Role); 4] = [
    (MAJORITY, Role::Floor),
    (END_POINT, Role::Floor),
    (STEEPEST_RISE, Role::Floor),
    (CYCLES, Role::Floor),
];

/// Floors of genotypes, in the order of [`genotype::floors`].
const GENOTYPES: [(&str, Role); 3] =
    [(MAJORITY, Role::Floor), (CALLS, Role::Floor), (LOOK_UP, Role::Floor)];

type Failure = Box<dyn std::error::Error>;

/// Probabilities of every floor and baseline for the held-out records of every fold (a part each).
pub fn floors(
    dataset: &Dataset,
    folds: &[Vec<Part>],
    neighbours: &Neighbours,
) -> Result<Vec<Scores>, Error> {
    let named = match &dataset.numbers {
        None => &SEQUENCES[..],
        Some(numbers) => match numbers.measured {
            Measured::Curves => &NUMBERS[..],
            Measured::DeltaCq { .. } => &NUMBERS[..1],
            Measured::Genotypes { .. } => &GENOTYPES,
        },
    };
    let empty = |(name, role): &(&str, Role)| Scores {
        name: (*name).to_string(),
        role: *role,
        records: vec![],
        folds: vec![],
        probabilities: vec![],
    };
    let mut out: Vec<Scores> = named.iter().map(empty).collect();
    for (number, parts) in folds.iter().enumerate() {
        let fold = Fold::new(dataset, parts, number);
        let predicted = match &dataset.numbers {
            None => of_sequences(&fold, neighbours),
            Some(numbers) => of_numbers(&fold, numbers),
        };
        let predicted = predicted.map_err(|error| Error::stage("evaluate", error))?;
        for (scores, probabilities) in out.iter_mut().zip(predicted) {
            scores.records.extend(&fold.test);
            scores.folds.extend(fold.test.iter().map(|_| fold.number as u32));
            scores.probabilities.extend(probabilities);
        }
    }
    Ok(out)
}

/// One fold: what may be learnt from, and what is held out.
struct Fold<'a> {
    dataset: &'a Dataset,
    number: usize,
    development: Vec<usize>,
    labels: Vec<usize>,
    test: Vec<usize>,
}

impl<'a> Fold<'a> {
    fn new(dataset: &'a Dataset, parts: &[Part], number: usize) -> Self {
        let (test, development): (Vec<usize>, Vec<usize>) =
            (0..parts.len()).partition(|i| parts[*i] == Part::Test);
        let labels = development.iter().map(|i| label(dataset, *i)).collect();
        Self { dataset, number, development, labels, test }
    }

    fn classes(&self) -> usize {
        self.dataset.classes.len()
    }
}

fn label(dataset: &Dataset, record: usize) -> usize {
    dataset.labels[record].map_or(0, |label| label as usize)
}

/// Probabilities of one fold's held-out sequences.
fn of_sequences(fold: &Fold<'_>, neighbours: &Neighbours) -> Result<Vec<Vec<f32>>, Failure> {
    let Fold { dataset, labels, test, .. } = fold;
    let classes = fold.classes();
    let sequences = |records: &[usize]| -> Vec<&[u8]> {
        records.iter().map(|i| dataset.sequence(*i)).collect()
    };
    let (learnt, held_out) = (sequences(&fold.development), sequences(test));

    let majority = Majority::fit(labels, classes)?;
    let molecule = Molecule::of(dataset.alphabet);
    let features = |of: &[&[u8]]| composition(of, FeatureSet::Composition, molecule);
    let (learnt_features, asked_features) = (features(&learnt), features(&held_out));
    let logistic = Logistic::fit(&learnt_features, labels, classes, LogisticConfig::default())?;
    let trees = BoostedTrees::fit(&learnt_features, labels, classes)?;
    let nearest_labels: Vec<Option<usize>> = test
        .iter()
        .map(|i| neighbours.get(fold.number, *i).and_then(|n| n.exact.or(n.reverse).or(n.nearest)))
        .map(|found| found.map(|i| label(dataset, i)))
        .collect();
    let machine = word_svm(learnt.clone(), labels, classes, molecule)?;
    let mut margins = machine.logits(&held_out);
    margins.chunks_mut(classes).for_each(|row| softmax(row, 1.0));
    let bayes = NaiveBayes::fit(&learnt, labels, classes, NaiveBayesConfig::default())?;
    Ok(vec![
        majority.predict(test.len()).into_probabilities(),
        logistic.predict(&asked_features)?.into_probabilities(),
        nearest(&nearest_labels, &majority)?.into_probabilities(),
        bayes.predict(&held_out).into_probabilities(),
        trees.predict(&asked_features).into_probabilities(),
        margins,
    ])
}

/// The machine of [`WORD_SVM`].
fn word_svm(
    sequences: Vec<&[u8]>,
    labels: &[usize],
    classes: usize,
    molecule: Molecule,
) -> Result<WordMachine, Failure> {
    let (letters, mask) = match molecule {
        Molecule::Nucleotide => (Letters::Bases, "111111"),
        Molecule::Protein => (Letters::AminoAcids, "111"),
    };
    let words = vec![Words { letters, mask: mask.to_string(), positional: false }];
    let labelled = Labelled {
        // A record weighs what it weighs to the other floors: relatives are not told apart.
        clusters: (0..sequences.len()).collect(),
        sequences,
        labels: labels.to_vec(),
        classes,
        molecule,
        both_strands: false,
        seed: 0,
    };
    Ok(WordMachine::plain(&Svm { words, ..Svm::default() }, &labelled)?)
}

/// Probabilities of one fold's held-out records of numbers.
fn of_numbers(fold: &Fold<'_>, numbers: &Numbers) -> Result<Vec<Vec<f32>>, Failure> {
    let Fold { dataset, development, labels, test, .. } = fold;
    let classes = fold.classes();
    let mut out = vec![Majority::fit(labels, classes)?.predict(test.len()).into_probabilities()];
    match numbers.measured {
        Measured::Curves => {}
        Measured::DeltaCq { .. } => return Ok(out),
        Measured::Genotypes { .. } => {
            out.extend(genotype::floors(numbers, development, labels, test, classes)?);
            return Ok(out);
        }
    }
    for feature in [Feature::EndPoint, Feature::SteepestRise] {
        let learnt = curve::table(numbers, development, &[feature])?;
        let asked = curve::table(numbers, test, &[feature])?;
        let rule = Logistic::fit(&learnt, labels, classes, LogisticConfig::default())?;
        out.push(rule.predict(&asked)?.into_probabilities());
    }
    let learnt: Vec<(usize, usize)> =
        development.iter().map(|i| (dataset.positions(*i), label(dataset, *i))).collect();
    out.push(by_cycles(&learnt, test.iter().map(|i| dataset.positions(*i)), classes));
    Ok(out)
}
