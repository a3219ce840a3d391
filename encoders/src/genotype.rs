//! Genotypes: (N, L, C + 1), samples by variants by copies of the allele and whether they are known.
//!
//! A record holds, for each of L alternate alleles, either its dosage (C = 1: copies among two, 0 to
//! 2) or the two haplotypes (C = 2: 0 or 1 each); what was not called is NaN. Means and deviations
//! are those of the training samples, which [`GenotypeConfig::fit`] finds and keeps. A missing
//! genotype becomes the mean, and the last channel says that it is one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::batch::Batch;
use crate::config::{ConfigError, MAX_LENGTH};
use crate::number::{NumberEncoder, NumberError, Standard};

/// How genotypes become tensors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct GenotypeConfig {
    /// Numbers C of each genotype: 1 of dosages, 2 of haplotypes.
    #[serde(default = "one")]
    pub channels: usize,
    /// What a number of copies becomes.
    #[serde(default)]
    pub scale: GenotypeScale,
    /// What training found, a variant each (L); a workflow leaves it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fitted: Option<Standard>,
}

fn one() -> usize {
    1
}

/// What a number of copies becomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GenotypeScale {
    /// Less the mean of the training samples, over √(p (1 − p)), to which drift changes the allele's
    /// frequency p (Patterson, Price and Reich 2006, doi:10.1371/journal.pgen.0020190), with
    /// p = (1 + copies) / (2 + alleles), which is never 0 (Price et al. 2006, doi:10.1038/ng1847).
    #[default]
    Standard,
    /// The copies themselves.
    Copies,
}

impl GenotypeConfig {
    /// Refuses settings that no genotype fits.
    pub fn check(&self) -> Result<(), ConfigError> {
        let fits = |fitted: &Standard| {
            let variants = fitted.mean.len();
            variants == fitted.deviation.len() && variants * (self.channels + 1) <= MAX_LENGTH
        };
        if matches!(self.channels, 1 | 2) && self.fitted.as_ref().is_none_or(fits) {
            Ok(())
        } else {
            Err(ConfigError::Genotypes { channels: self.channels })
        }
    }

    /// Variants L; `None` before training samples were seen.
    #[must_use]
    pub fn variants(&self) -> Option<usize> {
        self.fitted.as_ref().map(|fitted| fitted.mean.len())
    }

    /// The most copies of an allele that a number stands for.
    fn most(&self) -> f32 {
        if self.channels == 1 { 2.0 } else { 1.0 }
    }

    /// The same settings with the mean and the deviation of each variant among `samples`, the training
    /// records (rows (L, C) each).
    ///
    /// # Errors
    ///
    /// Fails where samples have different numbers of variants, and at numbers that are no copies.
    pub fn fit(&self, samples: &[&[f32]]) -> Result<Self, NumberError> {
        let numbers = samples.first().map_or(0, |sample| sample.len());
        let variants = numbers / self.channels.max(1);
        // Copies and known alleles of each variant.
        let mut seen = vec![(0.0_f64, 0.0_f64); variants];
        let most = self.most();
        for (record, sample) in samples.iter().enumerate() {
            self.check_sample(record, sample, variants)?;
            for (known, genotype) in seen.iter_mut().zip(sample.chunks_exact(self.channels.max(1)))
            {
                for copies in genotype.iter().filter(|copies| !copies.is_nan()) {
                    known.0 += f64::from(*copies);
                    known.1 += f64::from(most);
                }
            }
        }
        let most = f64::from(most);
        // An allele that was never called is taken to be rare.
        let mean = |(copies, alleles): &(f64, f64)| (most * copies / alleles.max(1.0)) as f32;
        let deviation = |(copies, alleles): &(f64, f64)| {
            let p = (1.0 + copies) / (2.0 + alleles);
            (p * (1.0 - p)).sqrt() as f32
        };
        let fitted = Standard {
            mean: seen.iter().map(mean).collect(),
            deviation: seen.iter().map(deviation).collect(),
        };
        Ok(Self { fitted: Some(fitted), ..self.clone() })
    }

    fn check_sample(
        &self,
        record: usize,
        sample: &[f32],
        variants: usize,
    ) -> Result<(), NumberError> {
        let expected = variants * self.channels;
        if sample.len() != expected {
            return Err(NumberError::Variants { record, found: sample.len(), expected });
        }
        let most = self.most();
        let wrong = |copies: &f32| !copies.is_nan() && !(0.0..=most).contains(copies);
        match sample.iter().position(wrong) {
            None => Ok(()),
            Some(at) => {
                let variant = at / self.channels + 1;
                Err(NumberError::Copies { record, variant, found: sample[at], most })
            }
        }
    }
}

impl NumberEncoder for GenotypeConfig {
    fn encode(&self, samples: &[&[f32]], batch: &mut Batch) -> Result<(), NumberError> {
        let Some(Standard { mean, deviation }) = &self.fitted else {
            return Err(NumberError::Unfitted);
        };
        let (variants, channels) = (mean.len(), self.channels);
        for (record, sample) in samples.iter().enumerate() {
            self.check_sample(record, sample, variants)?;
        }
        let available = samples.iter().map(|_| variants);
        let out = batch.begin_dense(variants, channels + 1, available); // (N, L, C + 1)
        let size = (variants * (channels + 1)).max(1);
        for (sample, out) in samples.iter().zip(out.chunks_exact_mut(size)) {
            let rows = sample.chunks_exact(channels).zip(out.chunks_exact_mut(channels + 1));
            for ((genotype, out), (mean, deviation)) in rows.zip(mean.iter().zip(deviation)) {
                let mut known = 0.0;
                for (copies, out) in genotype.iter().zip(out.iter_mut()) {
                    let (called, copies) =
                        if copies.is_nan() { (0.0, *mean) } else { (1.0, *copies) };
                    known += called / channels as f32;
                    *out = match self.scale {
                        GenotypeScale::Standard => (copies - mean) / deviation,
                        GenotypeScale::Copies => copies,
                    };
                }
                out[channels] = known;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Values;

    const MISSING: f32 = f32::NAN;

    fn config(channels: usize, scale: GenotypeScale) -> GenotypeConfig {
        GenotypeConfig { channels, scale, fitted: None }
    }

    fn values(config: &GenotypeConfig, samples: &[&[f32]]) -> Vec<f32> {
        let mut batch = Batch::default();
        config.encode(samples, &mut batch).unwrap();
        let Values::Dense { values, .. } = batch.values else { panic!("not dense") };
        values
    }

    #[test]
    fn copies_by_hand_with_missing_ones_at_the_mean() {
        let samples: [&[f32]; 3] = [&[0.0, 2.0], &[1.0, MISSING], &[2.0, 0.0]];
        let fitted = config(1, GenotypeScale::Copies).fit(&samples).unwrap();
        assert_eq!(fitted.variants(), Some(2));
        let expected = [0.0, 1.0, 2.0, 1.0, 1.0, 1.0, 1.0, 0.0, 2.0, 1.0, 0.0, 1.0];
        assert_eq!(values(&fitted, &samples), expected);
    }

    #[test]
    fn standardised_dosages_are_those_of_eigensoft() {
        // scikit-allel 1.3.13, PattersonScaler().fit([[0, 1, 2, 1]]): mean 1, std .5, with
        // p = mean / 2 = .5; here p = (1 + 4) / (2 + 8) is the same.
        let fitted =
            config(1, GenotypeScale::Standard).fit(&[&[0.0], &[1.0], &[2.0], &[1.0]]).unwrap();
        let standard = fitted.fitted.as_ref().unwrap();
        assert_eq!(standard.mean, [1.0]);
        assert!((standard.deviation[0] - 0.5).abs() < 1e-6);
        let found = values(&fitted, &[&[2.0]]);
        assert!((found[0] - 2.0).abs() < 1e-6);
        assert_eq!(found[1..], [1.0]);
        // One allele of eight: p = 2 / 10, not 1 / 8.
        let rare =
            config(1, GenotypeScale::Standard).fit(&[&[0.0], &[1.0], &[0.0], &[0.0]]).unwrap();
        assert!((rare.fitted.unwrap().deviation[0] - 0.16_f32.sqrt()).abs() < 1e-6);
    }

    #[test]
    fn haplotypes_keep_their_order_and_half_known_ones_say_so() {
        let samples: [&[f32]; 2] = [&[0.0, 1.0], &[1.0, MISSING]];
        let fitted = config(2, GenotypeScale::Copies).fit(&samples).unwrap();
        let found = values(&fitted, &samples);
        assert_eq!(found[..3], [0.0, 1.0, 1.0]);
        for (found, expected) in found[3..].iter().zip([1.0, 2.0 / 3.0, 0.5]) {
            assert!((found - expected).abs() < 1e-6);
        }
    }

    #[test]
    fn an_allele_that_varies_in_no_training_sample_stays_finite() {
        let fitted =
            config(1, GenotypeScale::Standard).fit(&[&[0.0, MISSING], &[0.0, MISSING]]).unwrap();
        assert!(values(&fitted, &[&[2.0, 2.0], &[MISSING, MISSING]]).iter().all(|v| v.is_finite()));
    }

    #[test]
    fn what_is_no_genotype_is_an_error() {
        let fitted = config(1, GenotypeScale::Copies).fit(&[&[0.0, 1.0]]).unwrap();
        let mut batch = Batch::default();
        let found = fitted.encode(&[&[0.0, 1.0], &[0.0]], &mut batch);
        assert_eq!(found, Err(NumberError::Variants { record: 1, found: 1, expected: 2 }));
        let found = fitted.encode(&[&[0.0, 3.0]], &mut batch);
        assert_eq!(
            found,
            Err(NumberError::Copies { record: 0, variant: 2, found: 3.0, most: 2.0 })
        );
        assert!(config(2, GenotypeScale::Copies).fit(&[&[2.0, 0.0]]).is_err());
        let unfitted = config(1, GenotypeScale::Copies).encode(&[], &mut batch);
        assert_eq!(unfitted, Err(NumberError::Unfitted));
        assert!(config(3, GenotypeScale::Copies).check().is_err());
        assert!(fitted.check().is_ok());
    }
}
