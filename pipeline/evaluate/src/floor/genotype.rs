//! What genotypes tell without a model: how many were called, and whose they resemble most.

use cistron_models::baseline::{
    FeatureError, FeatureTable, Logistic, LogisticConfig, Majority, nearest,
};
use rayon::prelude::*;

use super::Failure;
use cistron_data::dataset::Numbers;

/// Probabilities of the floors `calls` and `look-up` for the samples `test`.
pub(super) fn floors(
    numbers: &Numbers,
    development: &[usize],
    labels: &[usize],
    test: &[usize],
    classes: usize,
) -> Result<Vec<Vec<f32>>, Failure> {
    let rule =
        Logistic::fit(&calls(numbers, development)?, labels, classes, LogisticConfig::default())?;
    let called = rule.predict(&calls(numbers, test)?)?.into_probabilities();
    let found: Vec<Option<usize>> =
        test.par_iter().map(|i| closest(numbers, *i, development).map(|at| labels[at])).collect();
    let majority = Majority::fit(labels, classes)?;
    Ok(vec![called, nearest(&found, &majority)?.into_probabilities()])
}

/// Share of the numbers that were called, and share of heterozygotes among them (N, 1, 2).
///
/// # Errors
///
/// Never, as both are finite.
pub fn calls(numbers: &Numbers, samples: &[usize]) -> Result<FeatureTable, FeatureError> {
    let channels = numbers.channels.len().max(1);
    let mut values = Vec::with_capacity(samples.len() * 2);
    for sample in samples {
        let row = numbers.record(*sample); // (L, C)
        let known = row.iter().filter(|copies| !copies.is_nan()).count();
        // A dosage of 1, or one haplotype of two: the sum of a haploid, or of none, is not a number.
        let one = |genotype: &&[f32]| (genotype.iter().sum::<f32>() - 1.0).abs() < 1e-6;
        let mixed = row.chunks_exact(channels).filter(one);
        let mixed = mixed.count() as f32 / (known / channels).max(1) as f32;
        values.extend([known as f32 / row.len().max(1) as f32, mixed]);
    }
    let names = ["share called", "share heterozygous"].map(str::to_string).to_vec();
    FeatureTable::new(samples.len(), names, values)
}

/// Place among `others` of the sample whose genotypes differ least from those of `sample`, over what
/// was called in both (identity by state); the first of several, `None` without a shared call.
fn closest(numbers: &Numbers, sample: usize, others: &[usize]) -> Option<usize> {
    let own = numbers.record(sample);
    let mut best: Option<(f32, usize)> = None;
    for (at, other) in others.iter().enumerate() {
        let (mut difference, mut shared) = (0.0_f32, 0.0_f32);
        for (a, b) in own.iter().zip(numbers.record(*other)) {
            let d = (a - b).abs();
            if !d.is_nan() {
                difference += d;
                shared += 1.0;
            }
        }
        let mean = difference / shared;
        if shared > 0.0 && best.is_none_or(|(least, _)| mean < least) {
            best = Some((mean, at));
        }
    }
    best.map(|(_, at)| at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cistron_data::dataset::{Alleles, Dataset, Measured};

    const MISSING: f32 = f32::NAN;

    fn numbers(samples: &[&[f32]]) -> Numbers {
        let alleles = Alleles::Dosage;
        let measured = Measured::Genotypes { alleles, variants: Vec::new() };
        let mut dataset = Dataset::of_numbers(measured, alleles.channels());
        for (i, sample) in samples.iter().enumerate() {
            dataset.push_numbers(i.to_string(), sample, 0);
        }
        dataset.numbers.unwrap()
    }

    #[test]
    fn the_closest_sample_by_hand() {
        let all = numbers(&[
            &[0.0, 1.0, 2.0, 0.0],
            &[2.0, 1.0, 0.0, MISSING],
            &[0.0, 1.0, MISSING, 1.0],
            &[MISSING; 4],
        ]);
        // Differences: 4 over 3 calls, 1 over 3, none shared.
        assert_eq!(closest(&all, 0, &[1, 2, 3]), Some(1));
        assert_eq!(closest(&all, 3, &[0, 1]), None);
    }

    #[test]
    fn calls_by_hand() {
        let all = numbers(&[&[0.0, 1.0, 1.0, MISSING], &[MISSING; 4]]);
        let found = calls(&all, &[0, 1]).unwrap();
        assert_eq!(found.row(0), [0.75, 2.0 / 3.0]);
        assert_eq!(found.row(1), [0.0, 0.0]);
    }
}
