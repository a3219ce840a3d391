//! What a model sees: how much each symbol of a sequence moves the logit of a class.

mod cam;
mod dense;
pub mod filters;
mod integrated;
pub mod motifs;
mod mutagenesis;
pub mod recurring;
pub mod seqlets;
pub mod shuffle;
mod table;

use cistron_encoders::{EncoderConfig, Shape};
use cistron_models::executor::Executor;

use crate::model::Model;
use crate::predict::{Ensemble, Prediction};
use cistron_data::dataset::Dataset;
use cistron_data::error::Error;
pub use table::Table;

/// How symbols are weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Method {
    /// Every symbol is replaced by every other one: the logit less the mean of those of the
    /// replacements (in-silico mutagenesis).
    Mutagenesis,
    /// The gradient times the input (Shrikumar et al. 2016, arXiv:1605.01713).
    Gradient,
    /// The gradient along the way from no sequence at all, times the input: the scores of a sequence
    /// add up to what it adds to the logit (Sundararajan et al. 2017, arXiv:1703.01365).
    Integrated,
    /// Where the last convolution sees the class: its channels, weighed by how the logit rises with them
    /// and spread over the sequence (Grad-CAM; Selvaraju et al. 2017, doi:10.1109/ICCV.2017.74). 0 or more.
    Cam,
}

impl Method {
    /// Whether the method can follow an encoder: gradients need a position for each symbol.
    #[must_use]
    pub fn follows(self, encoder: &EncoderConfig) -> bool {
        let single = encoder.frame() == 1 && !matches!(encoder, EncoderConfig::AllelePair { .. });
        let symbols = matches!(encoder.shape(), Ok(Shape::Symbols { .. }));
        match self {
            Self::Mutagenesis => {
                !encoder.qualities() && !matches!(encoder, EncoderConfig::AllelePair { .. })
            }
            Self::Gradient | Self::Integrated | Self::Cam => single && symbols,
        }
    }
}

/// What the symbols of one sequence add to the logit of a class.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribution {
    /// Class index.
    pub class: usize,
    /// Score of each symbol (L); positive where it speaks for the class. 0 for symbols that stand for
    /// any letter, and for those that did not fit the encoder.
    pub scores: Vec<f32>,
    /// By [`Method::Mutagenesis`], how each letter in the place of the symbol moves the logit (L, A); 0
    /// for the symbol itself. Empty of the other methods.
    pub replaced: Vec<f32>,
    /// By [`Method::Integrated`], what the scores miss of the logit that they should add up to, as a
    /// share of it.
    pub incomplete: Option<f64>,
}

/// The class of each record that is followed: `class`, or the predicted one where it is `None`.
///
/// # Errors
///
/// Where the records cannot be predicted.
pub fn classes(
    ensemble: &Ensemble,
    executor: &Executor,
    dataset: &Dataset,
    class: Option<usize>,
) -> Result<Vec<usize>, Error> {
    match class {
        Some(class) => Ok(vec![class; dataset.len()]),
        None => Ok(ensemble.predict(executor, dataset)?.iter().map(Prediction::class).collect()),
    }
}

/// Attributes the class of each record: the mean over the members.
///
/// `steps` are the points at which [`Method::Integrated`] takes the gradient.
///
/// # Errors
///
/// Where the method cannot follow the model's encoder, or asks for a convolution that it has not.
pub fn attribute(
    ensemble: &Ensemble,
    executor: &Executor,
    dataset: &Dataset,
    method: Method,
    classes: &[usize],
    steps: usize,
) -> Result<Vec<Attribution>, Error> {
    if let Some(member) = ensemble.members.iter().find(|m| !method.follows(&m.card.encoder)) {
        return Err(refused(&member.card.name, &member.card.encoder));
    }
    if method == Method::Cam
        && let Some(member) = ensemble.members.iter().find(|m| !cam::fits(m))
    {
        let name = &member.card.name;
        let help = "`--method integrated` and `--method mutagenesis` take any model of symbols";
        let refused = format!("`{name}` has no convolution for `--method cam`\n  help: {help}");
        return Err(Error::Usage(refused));
    }
    let mut out = Vec::with_capacity(dataset.len());
    for (record, class) in classes.iter().copied().enumerate() {
        let sequence = dataset.sequence(record);
        let of = |model: &Model| match method {
            Method::Mutagenesis => mutagenesis::of(model, executor, sequence, class),
            Method::Gradient => integrated::of(model, executor, sequence, class, None),
            Method::Integrated => integrated::of(model, executor, sequence, class, Some(steps)),
            Method::Cam => cam::of(model, executor, sequence, class),
        };
        let members = ensemble.members.iter().map(of).collect::<Result<Vec<_>, _>>()?;
        out.push(mean(members, class));
    }
    Ok(out)
}

/// The error of a model whose encoder a method cannot follow.
fn refused(name: &str, encoder: &EncoderConfig) -> Error {
    let help = if Method::Mutagenesis.follows(encoder) {
        "`--method mutagenesis` takes its encoder"
    } else if matches!(encoder, EncoderConfig::AllelePair { .. }) {
        "models of allele pairs are not attributed; `cistron predict MODEL FILE.vcf --reference \
         GENOME` scores both alleles of each variant"
    } else {
        "models that take the quality of each base are not attributed"
    };
    Error::Usage(format!("`{name}` cannot be followed to single symbols\n  help: {help}"))
}

/// The mean over members; of what is missing, the largest.
fn mean(members: Vec<Attribution>, class: usize) -> Attribution {
    let n = members.len() as f32;
    let mut members = members.into_iter();
    let empty = Attribution { class, scores: vec![], replaced: vec![], incomplete: None };
    let mut sum = members.next().unwrap_or(empty);
    for member in members {
        sum.scores.iter_mut().zip(&member.scores).for_each(|(sum, score)| *sum += score);
        sum.replaced.iter_mut().zip(&member.replaced).for_each(|(sum, score)| *sum += score);
        sum.incomplete = sum.incomplete.zip(member.incomplete).map(|(a, b)| a.max(b));
    }
    sum.scores.iter_mut().chain(&mut sum.replaced).for_each(|score| *score /= n);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_follow_encoders_that_keep_positions() {
        let follows = |config: &str| {
            let config: EncoderConfig = serde_json::from_str(config).unwrap();
            let methods = [Method::Mutagenesis, Method::Gradient, Method::Integrated, Method::Cam];
            methods.map(|method| method.follows(&config))
        };
        assert_eq!(follows(r#"{"one-hot": {"length": 9}}"#), [true; 4]);
        assert_eq!(follows(r#"{"kmer-counts": {"k": 3}}"#), [true, false, false, false]);
        assert_eq!(follows(r#"{"codons": {"length": 9}}"#), [true, false, false, false]);
        assert_eq!(follows(r#"{"allele-pair": {"length": 9}}"#), [false; 4]);
    }

    #[test]
    fn the_help_of_a_refusal_names_no_method_that_is_refused_too() {
        let help = |config: &str| refused("m", &serde_json::from_str(config).unwrap()).to_string();
        assert!(help(r#"{"kmer-counts": {"k": 3}}"#).contains("--method mutagenesis"));
        let pair = help(r#"{"allele-pair": {"length": 9}}"#);
        assert!(!pair.contains("--method") && pair.contains("cistron predict"), "{pair}");
        let quality = help(r#"{"one-hot-quality": {"length": 9}}"#);
        assert!(!quality.contains("--method") && quality.contains("quality"), "{quality}");
    }

    #[test]
    fn members_are_averaged() {
        let of = |score: f32, incomplete| Attribution {
            class: 1,
            scores: vec![score, 0.0],
            replaced: vec![],
            incomplete: Some(incomplete),
        };
        let found = mean(vec![of(1.0, 0.1), of(3.0, 0.2)], 1);
        assert_eq!((found.scores.as_slice(), found.incomplete), (&[2.0, 0.0][..], Some(0.2)));
    }
}
