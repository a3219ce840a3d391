//! What predictors that learnt no biology score, and a simple model worth beating.
//!
//! They have no epoch to choose, so they learn from training and validation records alike.

use cistron_models::baseline::{
    FeatureSet, Logistic, LogisticConfig, Majority, Molecule, NaiveBayes, NaiveBayesConfig,
    composition, nearest,
};

use super::{Role, Scores};
use crate::dataset::Dataset;
use crate::error::Error;
use crate::neighbour::Neighbours;
use crate::split::Part;

/// Floor: always the class frequencies of the development records.
pub const MAJORITY: &str = "majority";
/// Floor: logistic regression on length, GC content and the frequencies of short words.
pub const COMPOSITION: &str = "composition";
/// Floor: the label of the nearest development record.
pub const LOOK_UP: &str = "look-up";
/// Baseline: multinomial naive Bayes on words of nine symbols.
pub const NAIVE_BAYES: &str = "naive-bayes";

/// Probabilities of every floor and baseline for the held-out records of every fold (a part each).
pub fn floors(
    dataset: &Dataset,
    folds: &[Vec<Part>],
    neighbours: &Neighbours,
) -> Result<Vec<Scores>, Error> {
    let mut out = Vec::new();
    for (name, role) in [
        (MAJORITY, Role::Floor),
        (COMPOSITION, Role::Floor),
        (LOOK_UP, Role::Floor),
        (NAIVE_BAYES, Role::Baseline),
    ] {
        let name = name.to_string();
        out.push(Scores { name, role, records: vec![], folds: vec![], probabilities: vec![] });
    }
    for (fold, parts) in folds.iter().enumerate() {
        let (test, development): (Vec<usize>, Vec<usize>) =
            (0..parts.len()).partition(|i| parts[*i] == Part::Test);
        let predicted = fold_of(dataset, neighbours, fold, &test, &development)
            .map_err(|error| Error::stage("evaluate", error))?;
        for (scores, probabilities) in out.iter_mut().zip(predicted) {
            scores.records.extend(&test);
            scores.folds.extend(test.iter().map(|_| fold as u32));
            scores.probabilities.extend(probabilities);
        }
    }
    Ok(out)
}

/// Probabilities of one fold's held-out records, in the order of [`floors`].
fn fold_of(
    dataset: &Dataset,
    neighbours: &Neighbours,
    fold: usize,
    test: &[usize],
    development: &[usize],
) -> Result<[Vec<f32>; 4], Box<dyn std::error::Error>> {
    let classes = dataset.classes.len();
    let label = |i: &usize| dataset.labels[*i].map_or(0, |l| l as usize);
    let labels: Vec<usize> = development.iter().map(label).collect();
    let sequences = |records: &[usize]| -> Vec<&[u8]> {
        records.iter().map(|i| dataset.sequence(*i)).collect()
    };
    let (learnt, held_out) = (sequences(development), sequences(test));

    let majority = Majority::fit(&labels, classes)?;
    let molecule =
        if dataset.alphabet.is_nucleic() { Molecule::Nucleotide } else { Molecule::Protein };
    let features = |of: &[&[u8]]| composition(of, FeatureSet::Composition, molecule);
    let logistic = Logistic::fit(&features(&learnt), &labels, classes, LogisticConfig::default())?;
    let nearest_labels: Vec<Option<usize>> = test
        .iter()
        .map(|i| neighbours.get(fold, *i).and_then(|n| n.exact.or(n.reverse).or(n.nearest)))
        .map(|found| found.as_ref().map(label))
        .collect();
    let bayes = NaiveBayes::fit(&learnt, &labels, classes, NaiveBayesConfig::default())?;
    Ok([
        majority.predict(test.len()).into_probabilities(),
        logistic.predict(&features(&held_out))?.into_probabilities(),
        nearest(&nearest_labels, &majority)?.into_probabilities(),
        bayes.predict(&held_out).into_probabilities(),
    ])
}
