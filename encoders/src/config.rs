//! The encoder of a workflow as data, and the function that builds it.

mod error;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::allele_pair::AllelePair;
use crate::alphabet::Alphabet;
use crate::codon::{CodonView, Codons};
use crate::curve::CurveConfig;
use crate::genotype::GenotypeConfig;
use crate::kmer::{KmerCounts, Scale, kmer_names};
use crate::number::{NumberEncoder, NumberError};
use crate::one_hot::OneHot;
use crate::property::PropertyScale;
use crate::quality::OneHotQuality;
use crate::reduced_kmer::ReducedKmerCounts;
use crate::reduction::Reduction;
use crate::six_frames::SixFrames;
use crate::symbol_table::UnknownAs;
use crate::token::KmerTokens;
use crate::{Encoder, Shape};

pub use error::ConfigError;

/// The largest number of k-mers an encoder takes: 4^10.
pub const MAX_KMERS: usize = 1 << 20;

/// The largest length L or T of an encoder: 2^24 positions.
pub const MAX_LENGTH: usize = 1 << 24;

/// What a sequence becomes before a model sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum EncoderConfig {
    /// One channel a letter at every position: (N, L, 4) for bases, (N, L, 20) for proteins.
    OneHot {
        /// The alphabet of the sequences.
        #[serde(default)]
        alphabet: Alphabet,
        /// Positions L; what is beyond is cut off and counted.
        length: usize,
        /// What N and X become.
        #[serde(default)]
        unknown: UnknownAs,
    },
    /// One-hot bases of FASTQ records, and the probability that each call is right: (N, L, 5).
    OneHotQuality {
        /// The alphabet of the sequences, DNA or RNA.
        #[serde(default)]
        alphabet: Alphabet,
        /// Positions L; what is beyond is cut off and counted.
        length: usize,
        /// What N becomes.
        #[serde(default)]
        unknown: UnknownAs,
    },
    /// How often each k-mer occurs: (N, 1, 4^k), wherever it stands.
    KmerCounts {
        /// Letters of a k-mer.
        k: usize,
        /// Count a k-mer and its reverse complement as one.
        #[serde(default)]
        canonical: bool,
        /// How the counts of a sequence are scaled.
        #[serde(default)]
        scale: Scale,
        /// The alphabet of the sequences.
        #[serde(default)]
        alphabet: Alphabet,
    },
    /// One number a k-mer, in the order of the sequence: (N, T, 1), for models with an embedding.
    KmerTokens {
        /// Letters of a k-mer.
        k: usize,
        /// Positions from one k-mer to the next; k where not given.
        #[serde(default)]
        stride: Option<usize>,
        /// Tokens T; what is beyond is cut off and counted.
        #[serde(default)]
        length: Option<usize>,
        /// The alphabet of the sequences.
        #[serde(default)]
        alphabet: Alphabet,
    },
    /// One channel a group of amino acids at every position of a protein: (N, L, G).
    Reduced {
        /// The groups.
        reduction: Reduction,
        /// Positions L; what is beyond is cut off and counted.
        length: usize,
    },
    /// How often each k-mer of groups of amino acids occurs in a protein: (N, 1, G^k).
    ReducedKmerCounts {
        /// The groups.
        reduction: Reduction,
        /// Letters of a k-mer.
        k: usize,
        /// How the counts of a sequence are scaled.
        #[serde(default)]
        scale: Scale,
    },
    /// Published physico-chemical numbers at every position of a protein: (N, L, C).
    Properties {
        /// Where the numbers are from.
        scale: PropertyScale,
        /// Positions L; what is beyond is cut off and counted.
        length: usize,
    },
    /// One channel a codon, from the first base on: (N, L, 64); or other views of it.
    Codons {
        /// Codons L; what is beyond is cut off and counted.
        length: usize,
        /// The alphabet of the sequences, DNA or RNA.
        #[serde(default)]
        alphabet: Alphabet,
        /// By what a codon is told, side by side: by its `bases` (12 channels), as one of 64 `codons`,
        /// by its `amino-acids` (21 channels, the stop is one).
        #[serde(default = "codons_only", skip_serializing_if = "is_codons_only")]
        views: Vec<CodonView>,
    },
    /// The amino acids and stops of all six reading frames: (N, L, 126).
    SixFrames {
        /// Codons L of each frame; what is beyond is cut off and counted.
        length: usize,
        /// The alphabet of the sequences, DNA or RNA.
        #[serde(default)]
        alphabet: Alphabet,
    },
    /// Reference above alternate, one channel a base each: (N, L, 8). The two windows of a variant.
    AllelePair {
        /// Positions L; of longer windows both ends are cut off, and counted.
        length: usize,
    },
    /// No tensor: the sequence as it is, of any length, for models that read words of it.
    Whole {
        /// The alphabet of the sequences.
        #[serde(default)]
        alphabet: Alphabet,
    },
    /// Amplification curves, or other numbers by position: (N, L, C).
    Curve(CurveConfig),
    /// Genotypes of samples: (N, L, C + 1).
    Genotypes(GenotypeConfig),
}

impl EncoderConfig {
    /// Returns the alphabet of the sequences; `None` where the records are numbers.
    #[must_use]
    pub fn alphabet(&self) -> Option<Alphabet> {
        Some(match self {
            Self::Curve(_) | Self::Genotypes(_) => return None,
            Self::AllelePair { .. } => Alphabet::Dna,
            Self::OneHot { alphabet, .. }
            | Self::OneHotQuality { alphabet, .. }
            | Self::KmerCounts { alphabet, .. }
            | Self::KmerTokens { alphabet, .. }
            | Self::Codons { alphabet, .. }
            | Self::SixFrames { alphabet, .. }
            | Self::Whole { alphabet } => *alphabet,
            Self::Reduced { .. } | Self::ReducedKmerCounts { .. } | Self::Properties { .. } => {
                Alphabet::Protein
            }
        })
    }

    /// Returns the shape of one encoded record.
    pub fn shape(&self) -> Result<Shape, ConfigError> {
        match self {
            Self::Curve(curve) => {
                curve.check()?;
                Ok(Shape::Dense { length: curve.length, channels: curve.channels })
            }
            Self::Genotypes(genotypes) => {
                genotypes.check()?;
                let length = genotypes.variants().ok_or(ConfigError::Unfitted)?;
                Ok(Shape::Dense { length, channels: genotypes.channels + 1 })
            }
            sequences => Ok(build(sequences)?.shape()),
        }
    }

    /// Returns whether a sequence is encoded with the qualities of its symbols.
    #[must_use]
    pub fn qualities(&self) -> bool {
        matches!(self, Self::OneHotQuality { .. })
    }

    /// Returns the encoder of numbers; `None` where records are sequences.
    #[must_use]
    pub fn numbers(&self) -> Option<Box<dyn NumberEncoder>> {
        match self {
            Self::Curve(curve) => Some(Box::new(curve.clone())),
            Self::Genotypes(genotypes) => Some(Box::new(genotypes.clone())),
            _ => None,
        }
    }

    /// Returns the encoder with what it takes from training records of numbers (rows (L, C) each).
    ///
    /// # Errors
    ///
    /// Fails at the first record that does not fit the settings.
    pub fn fit(&self, records: &[&[f32]]) -> Result<Self, NumberError> {
        Ok(match self {
            Self::Curve(curve) => Self::Curve(curve.fit(records)?),
            Self::Genotypes(genotypes) => Self::Genotypes(genotypes.fit(records)?),
            sequences => sequences.clone(),
        })
    }

    /// Returns the number of symbols that one encoded sequence covers; `None` where there is no limit,
    /// and where records are numbers.
    #[must_use]
    pub fn reach(&self) -> Option<usize> {
        match *self {
            Self::OneHot { length, .. }
            | Self::OneHotQuality { length, .. }
            | Self::Reduced { length, .. }
            | Self::Properties { length, .. } => Some(length),
            Self::KmerTokens { k, stride, length, .. } => {
                let steps = length?.saturating_sub(1);
                Some(steps.saturating_mul(stride.unwrap_or(k)).saturating_add(k))
            }
            Self::Codons { length, .. } | Self::SixFrames { length, .. } => {
                Some(length.saturating_mul(3))
            }
            Self::KmerCounts { .. }
            | Self::ReducedKmerCounts { .. }
            | Self::AllelePair { .. }
            | Self::Whole { .. }
            | Self::Curve(_)
            | Self::Genotypes(_) => None,
        }
    }

    /// Returns the number of symbols that belong together: 3 where codons are read, otherwise 1.
    #[must_use]
    pub fn frame(&self) -> usize {
        if matches!(self, Self::Codons { .. } | Self::SixFrames { .. }) { 3 } else { 1 }
    }

    /// Returns what each channel, or each token id, stands for: a letter or a k-mer.
    pub fn names(&self) -> Result<Vec<String>, ConfigError> {
        Ok(match *self {
            Self::OneHot { alphabet, .. } => kmer_names(alphabet, 1).collect(),
            Self::OneHotQuality { alphabet, .. } => {
                kmer_names(check_bases(alphabet)?, 1).chain(["quality".to_string()]).collect()
            }
            Self::KmerCounts { k, canonical, scale, alphabet } => {
                check_counts(k, canonical, alphabet)?;
                KmerCounts::new(alphabet, k, canonical, scale).names()
            }
            Self::KmerTokens { k, alphabet, .. } => {
                check_k(k, alphabet)?;
                let special = ["(padding)", "(unknown)"].map(str::to_owned);
                special.into_iter().chain(kmer_names(alphabet, k)).collect()
            }
            Self::Reduced { reduction, .. } => {
                reduction.groups().iter().map(ToString::to_string).collect()
            }
            Self::ReducedKmerCounts { reduction, k, scale } => {
                check_words(k, reduction.groups().len(), Alphabet::Protein)?;
                ReducedKmerCounts::new(reduction, k, scale).names()
            }
            Self::Properties { scale, .. } => {
                scale.names().iter().map(ToString::to_string).collect()
            }
            Self::Codons { alphabet, ref views, .. } => {
                let (alphabet, views) = (check_bases(alphabet)?, check_views(views)?);
                views.iter().flat_map(|view| view.names(alphabet)).collect()
            }
            Self::SixFrames { alphabet, .. } => {
                check_bases(alphabet)?;
                SixFrames::names()
            }
            Self::AllelePair { .. } => AllelePair::names(),
            Self::Whole { .. } => return Err(ConfigError::Whole),
            Self::Curve(ref curve) => (1..=curve.channels).map(|c| c.to_string()).collect(),
            Self::Genotypes(ref genotypes) => {
                let names =
                    if genotypes.channels == 1 { &["dosage"][..] } else { &["first", "second"] };
                names.iter().chain(&["called"]).map(ToString::to_string).collect()
            }
        })
    }
}

/// Builds the encoder of sequences that a configuration describes; numbers have [`EncoderConfig::numbers`].
pub fn build(config: &EncoderConfig) -> Result<Box<dyn Encoder>, ConfigError> {
    Ok(match *config {
        EncoderConfig::OneHot { alphabet, length, unknown } => {
            Box::new(OneHot::new(alphabet, check_length(length)?, unknown))
        }
        EncoderConfig::OneHotQuality { alphabet, length, unknown } => {
            Box::new(OneHotQuality::new(check_bases(alphabet)?, check_length(length)?, unknown))
        }
        EncoderConfig::KmerCounts { k, canonical, scale, alphabet } => {
            check_counts(k, canonical, alphabet)?;
            Box::new(KmerCounts::new(alphabet, k, canonical, scale))
        }
        EncoderConfig::KmerTokens { k, stride, length, alphabet } => {
            check_k(k, alphabet)?;
            let length = check_length(length.ok_or(ConfigError::LengthMissing)?)?;
            match stride.unwrap_or(k) {
                0 => return Err(ConfigError::ZeroStride),
                stride => Box::new(KmerTokens::new(alphabet, k, stride, length)),
            }
        }
        EncoderConfig::Reduced { reduction, length } => {
            let groups = reduction.groups().len();
            Box::new(OneHot::of_proteins(&reduction.channels(), groups, check_length(length)?))
        }
        EncoderConfig::ReducedKmerCounts { reduction, k, scale } => {
            check_words(k, reduction.groups().len(), Alphabet::Protein)?;
            Box::new(ReducedKmerCounts::new(reduction, k, scale))
        }
        EncoderConfig::Properties { scale, length } => {
            let channels = scale.names().len();
            Box::new(OneHot::of_proteins(scale.channels(), channels, check_length(length)?))
        }
        EncoderConfig::Codons { length, alphabet, ref views } => {
            let (alphabet, length) = (check_bases(alphabet)?, check_length(length)?);
            Box::new(Codons::new(alphabet, length, check_views(views)?))
        }
        EncoderConfig::SixFrames { length, alphabet } => {
            Box::new(SixFrames::new(check_bases(alphabet)?, check_length(length)?))
        }
        EncoderConfig::AllelePair { length } => Box::new(AllelePair::new(check_length(length)?)),
        EncoderConfig::Whole { .. } => return Err(ConfigError::Whole),
        EncoderConfig::Curve(_) | EncoderConfig::Genotypes(_) => return Err(ConfigError::Numbers),
    })
}

fn codons_only() -> Vec<CodonView> {
    vec![CodonView::Codons]
}

fn is_codons_only(views: &[CodonView]) -> bool {
    views == [CodonView::Codons]
}

/// Refuses no view, and a view twice.
fn check_views(views: &[CodonView]) -> Result<&[CodonView], ConfigError> {
    let twice = (1..views.len()).any(|at| views[..at].contains(&views[at]));
    if views.is_empty() || twice { Err(ConfigError::Views) } else { Ok(views) }
}

pub(crate) fn check_length(length: usize) -> Result<usize, ConfigError> {
    match length {
        0 => Err(ConfigError::ZeroLength),
        1..=MAX_LENGTH => Ok(length),
        _ => Err(ConfigError::TooLong { length }),
    }
}

fn check_counts(k: usize, canonical: bool, alphabet: Alphabet) -> Result<(), ConfigError> {
    check_k(k, alphabet)?;
    if canonical && !alphabet.is_nucleic() {
        return Err(ConfigError::CanonicalProtein);
    }
    Ok(())
}

fn check_bases(alphabet: Alphabet) -> Result<Alphabet, ConfigError> {
    if alphabet.is_nucleic() { Ok(alphabet) } else { Err(ConfigError::CodonsOfProtein) }
}

fn check_k(k: usize, alphabet: Alphabet) -> Result<(), ConfigError> {
    check_words(k, alphabet.letters(), alphabet)
}

/// Refuses k-mers of which there are too many.
fn check_words(k: usize, letters: usize, alphabet: Alphabet) -> Result<(), ConfigError> {
    let fits = |k: &usize| letters.checked_pow(*k as u32).is_some_and(|n| n <= MAX_KMERS);
    let largest = (1..=MAX_KMERS.ilog2() as usize).take_while(fits).last().unwrap_or(0);
    match k {
        0 => Err(ConfigError::ZeroK),
        _ if k > largest => Err(ConfigError::TooManyKmers { k, letters, alphabet, largest }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Shape;

    fn counts(k: usize, canonical: bool, alphabet: Alphabet) -> EncoderConfig {
        EncoderConfig::KmerCounts { k, canonical, scale: Scale::L2, alphabet }
    }

    fn tokens(k: usize, stride: Option<usize>, length: Option<usize>) -> EncoderConfig {
        EncoderConfig::KmerTokens { k, stride, length, alphabet: Alphabet::Dna }
    }

    fn codons(length: usize, alphabet: Alphabet, views: &[CodonView]) -> EncoderConfig {
        EncoderConfig::Codons { length, alphabet, views: views.to_vec() }
    }

    fn one_hot(length: usize) -> EncoderConfig {
        EncoderConfig::OneHot { alphabet: Alphabet::Dna, length, unknown: UnknownAs::Zeros }
    }

    #[test]
    fn shapes() {
        let shape = |config: EncoderConfig| build(&config).unwrap().shape();
        assert_eq!(shape(one_hot(9)), Shape::Symbols { length: 9, symbols: 16, channels: 4 });
        let dense = |channels| Shape::Dense { length: 1, channels };
        assert_eq!(shape(counts(3, false, Alphabet::Dna)), dense(64));
        assert_eq!(shape(counts(3, true, Alphabet::Dna)), dense(32));
        assert_eq!(shape(counts(2, true, Alphabet::Rna)), dense(10));
        assert_eq!(shape(counts(2, false, Alphabet::Protein)), dense(400));
        let symbols = |channels, symbols| Shape::Symbols { length: 9, symbols, channels };
        let (reduction, scale) = (Reduction::Murphy10, Scale::None);
        assert_eq!(shape(EncoderConfig::Reduced { reduction, length: 9 }), symbols(10, 28));
        assert_eq!(shape(EncoderConfig::ReducedKmerCounts { reduction, k: 3, scale }), dense(1000));
        let scale = PropertyScale::ZScales5;
        assert_eq!(shape(EncoderConfig::Properties { scale, length: 9 }), symbols(5, 28));
        let alphabet = Alphabet::Dna;
        assert_eq!(shape(codons(9, alphabet, &[CodonView::Codons])), symbols(64, 66));
        let all = [CodonView::Bases, CodonView::Codons, CodonView::AminoAcids];
        assert_eq!(shape(codons(9, alphabet, &all)), symbols(97, 66));
        let frames = Shape::Dense { length: 9, channels: 126 };
        assert_eq!(shape(EncoderConfig::SixFrames { length: 9, alphabet }), frames);
        let expected = Shape::Tokens { length: 7, vocabulary: 66 };
        assert_eq!(shape(tokens(3, None, Some(7))), expected);
    }

    #[test]
    fn reach_is_what_is_not_truncated() {
        let alphabet = Alphabet::Dna;
        for config in [
            one_hot(9),
            tokens(4, Some(3), Some(5)),
            tokens(4, None, Some(1)),
            codons(4, alphabet, &[CodonView::AminoAcids, CodonView::Bases]),
            EncoderConfig::SixFrames { length: 4, alphabet },
        ] {
            let reach = config.reach().unwrap();
            let truncated = |length: usize| {
                let mut batch = crate::Batch::default();
                build(&config).unwrap().encode(&[&vec![b'A'; length]], &mut batch).unwrap();
                batch.truncated
            };
            // What is beyond the reach counts once it makes a symbol, a token or a codon.
            assert_eq!((truncated(reach), truncated(reach + 4)), (0, 1), "{config:?}");
            assert_eq!(reach % config.frame(), 0);
        }
        assert_eq!(counts(6, false, alphabet).reach(), None);
    }

    #[test]
    fn names() {
        assert_eq!(one_hot(9).names().unwrap(), ["A", "C", "G", "T"]);
        assert_eq!(counts(1, true, Alphabet::Rna).names().unwrap(), ["A", "C"]);
        let names = tokens(2, None, None).names().unwrap();
        assert_eq!(
            (names.len(), &names[1..4]),
            (18, &["(unknown)", "AA", "AC"].map(str::to_owned)[..])
        );
        assert!(counts(40, false, Alphabet::Dna).names().is_err());
    }

    #[test]
    fn refusals() {
        let refusal = |config: EncoderConfig| build(&config).err().unwrap();
        assert_eq!(refusal(one_hot(0)), ConfigError::ZeroLength);
        assert_eq!(refusal(one_hot(usize::MAX)), ConfigError::TooLong { length: usize::MAX });
        assert_eq!(refusal(counts(0, false, Alphabet::Dna)), ConfigError::ZeroK);
        assert_eq!(
            refusal(counts(11, false, Alphabet::Dna)).to_string(),
            "`k` is 11: 4^11 k-mers are more than the 1048576 that an encoder takes; \
             expected at most 10 for DNA sequences"
        );
        let protein = Alphabet::Protein;
        let expected =
            ConfigError::TooManyKmers { k: usize::MAX, letters: 20, alphabet: protein, largest: 4 };
        assert_eq!(refusal(counts(usize::MAX, false, protein)), expected);
        assert_eq!(refusal(counts(2, true, protein)), ConfigError::CanonicalProtein);
        let of_protein = codons(3, protein, &[CodonView::Codons]);
        assert_eq!(of_protein.names().unwrap_err(), ConfigError::CodonsOfProtein);
        assert_eq!(refusal(of_protein), ConfigError::CodonsOfProtein);
        for views in [&[][..], &[CodonView::Bases, CodonView::Bases]] {
            assert_eq!(refusal(codons(3, Alphabet::Dna, views)), ConfigError::Views);
        }
        assert_eq!(refusal(tokens(3, None, None)), ConfigError::LengthMissing);
        assert_eq!(refusal(tokens(3, Some(0), Some(1))), ConfigError::ZeroStride);
        assert!(build(&counts(10, true, Alphabet::Dna)).is_ok());
    }

    fn parse(json: &str) -> Result<EncoderConfig, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn defaults_of_the_workflow_file() {
        let config = parse(r#"{"one-hot": {"alphabet": "dna", "length": 1024}}"#);
        assert_eq!(config, Ok(one_hot(1024)));
        let config = parse(r#"{"kmer-counts": {"k": 6}}"#);
        assert_eq!(config, Ok(counts(6, false, Alphabet::Dna)));
        let config = parse(r#"{"kmer-tokens": {"k": 6, "stride": 3}}"#);
        assert_eq!(config, Ok(tokens(6, Some(3), None)));
        let config = parse(r#"{"kmer-counts": {"k": 2, "scale": "log-l2"}}"#).unwrap();
        assert!(matches!(config, EncoderConfig::KmerCounts { scale: Scale::LogL2, .. }));
        let written = serde_json::to_string(&config).unwrap();
        assert_eq!(parse(&written), Ok(config));
        let error = parse(r#"{"one-hot": {"lenght": 3}}"#).unwrap_err();
        assert!(error.contains("unknown field `lenght`"), "{error}");
    }

    #[test]
    fn the_schema_refuses_unknown_keys() {
        let schema = schemars::schema_for!(EncoderConfig).to_value().to_string();
        assert_eq!(schema.matches(r#""additionalProperties":false"#).count(), 29, "{schema}");
        assert!(schema.contains("kmer-tokens") && schema.contains("log-l2"), "{schema}");
    }
}
