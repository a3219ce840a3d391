//! The architectures that a workflow can ask for, and the networks that most of them become.

mod conv;
mod hybrid;
mod logistic;
mod mlp;
mod recurrent;
mod residual;
mod stack;
mod svm;
mod transformer;

pub use conv::{Conv, ConvHead};
pub use hybrid::Hybrid;
pub use logistic::Logistic;
pub use mlp::Mlp;
pub use recurrent::Recurrent;
pub use residual::Residual;
pub use stack::Stack;
pub use svm::Svm;
pub use transformer::{Positions, Transformer};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::baseline::Molecule;
use crate::input::InputShape;
use crate::network::{Network, NetworkError};
use crate::sequence::words::Words;

/// A family of models with its settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Architecture {
    /// Multinomial logistic regression.
    Logistic(Logistic),
    /// A multi-layer perceptron.
    Mlp(Mlp),
    /// A convolutional network along the positions.
    Conv(Conv),
    /// A dilated residual convolutional network.
    Residual(Residual),
    /// Convolution, then attention.
    Hybrid(Hybrid),
    /// Recurrent layers in both directions.
    Recurrent(Recurrent),
    /// A transformer encoder.
    Transformer(Transformer),
    /// A support vector machine on words of whole sequences; no network.
    Svm(Svm),
    /// A support vector machine and nearest records under boosted trees; no network.
    Stack(Stack),
}

/// An architecture that cannot be built for its input.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BuildError {
    /// The encoder's output is of a kind that the model cannot read.
    #[error("{model} {wants}; it got {found}: use {fitting}")]
    Input {
        /// Name of the architecture.
        model: &'static str,
        /// What it reads.
        wants: &'static str,
        /// What the encoder gives.
        found: String,
        /// Encoders that fit.
        fitting: &'static str,
    },
    /// A setting outside its range.
    #[error("{model}: {setting} is {found}, expected {expected}")]
    Setting {
        /// Name of the architecture.
        model: &'static str,
        /// The setting's key.
        setting: &'static str,
        /// Value given.
        found: String,
        /// Values possible.
        expected: &'static str,
    },
    /// The architecture reads whole sequences, and has no layers.
    #[error("{model} is no network")]
    NoNetwork {
        /// Name of the architecture.
        model: &'static str,
    },
    /// The layers do not fit the input.
    #[error("{model}: {source}")]
    Network {
        /// Name of the architecture.
        model: &'static str,
        /// What is wrong.
        source: NetworkError,
    },
}

/// Masks that words may have.
const MASKS: &str = "masks of `1` and `0` with a `1` at both ends, such as `1011`: at most 20 of `1` \
                     with bases, 8 with amino acids, 10 with their groups";

impl Architecture {
    /// The name by which a workflow asks for it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Logistic(_) => "logistic",
            Self::Mlp(_) => "mlp",
            Self::Conv(_) => "conv",
            Self::Residual(_) => "residual",
            Self::Hybrid(_) => "hybrid",
            Self::Recurrent(_) => "recurrent",
            Self::Transformer(_) => "transformer",
            Self::Svm(_) => "svm",
            Self::Stack(_) => "stack",
        }
    }

    /// Whether it is a network, which reads encoded records; [`crate::sequence`] has the others.
    #[must_use]
    pub fn is_network(&self) -> bool {
        !matches!(self, Self::Svm(_) | Self::Stack(_))
    }

    /// Refuses settings of an architecture that is no network: words that sequences of the kind do not
    /// have, numbers below the least.
    pub fn check_sequence(&self, molecule: Molecule) -> Result<(), BuildError> {
        let model = self.name();
        let (words, translate, costs, counts) = match self {
            Self::Svm(config) => {
                let counts = [("trees", 1), ("alignments", 1)];
                (&config.words, config.translate, config.costs(), counts)
            }
            Self::Stack(Stack { words, translate, cost, alignments, trees }) => {
                let counts = [("trees", *trees), ("alignments", *alignments)];
                (words, *translate, std::slice::from_ref(cost), counts)
            }
            _ => return Ok(()),
        };
        let refuse = |setting, found: String, expected| {
            Err(BuildError::Setting { model, setting, found, expected })
        };
        if let Some(cost) = costs.iter().find(|cost| !(**cost > 0.0 && cost.is_finite())) {
            let several = matches!(self, Self::Svm(config) if !config.costs.is_empty());
            let setting = if several { "costs" } else { "cost" };
            return refuse(setting, cost.to_string(), "a number above 0");
        }
        if let Some((setting, found)) = counts.into_iter().find(|(_, n)| !(1..=10_000).contains(n))
        {
            return refuse(setting, found.to_string(), "1 to 10000");
        }
        if translate.is_some() && molecule == Molecule::Protein {
            let expected = "sequences of DNA or RNA: proteins are not translated";
            return refuse("translate", "set".to_string(), expected);
        }
        let foreign = |words: &&Words| words.letters.molecule() != molecule && translate.is_none();
        if let Some(words) = words.iter().find(foreign) {
            let expected = match molecule {
                Molecule::Nucleotide => {
                    "`bases` where sequences are nucleotides, or `translate` beside `words`"
                }
                Molecule::Protein => {
                    "`amino-acids` or groups of these where sequences are proteins"
                }
            };
            return refuse("letters", words.letters.name().to_string(), expected);
        }
        match words.iter().find_map(|words| words.check().err()) {
            Some(error) => refuse("words", error.mask, MASKS),
            None => Ok(()),
        }
    }
}

/// Builds the network of an architecture for an input and a number of classes.
pub fn build(
    architecture: &Architecture,
    input: InputShape,
    classes: usize,
) -> Result<Network, BuildError> {
    let model = architecture.name();
    let layers = match architecture {
        Architecture::Logistic(config) => logistic::layers(*config, input, classes),
        Architecture::Mlp(config) => mlp::layers(config, input, classes),
        Architecture::Conv(config) => conv::layers(config, input, classes),
        Architecture::Residual(config) => residual::layers(config, input, classes),
        Architecture::Hybrid(config) => hybrid::layers(config, input, classes),
        Architecture::Recurrent(config) => recurrent::layers(config, input, classes),
        Architecture::Transformer(config) => transformer::layers(config, input, classes),
        Architecture::Svm(_) | Architecture::Stack(_) => Err(BuildError::NoNetwork { model }),
    }?;
    Network::new(input, layers, classes).map_err(|source| BuildError::Network { model, source })
}

/// An input in words.
fn describe(input: InputShape) -> String {
    match input {
        InputShape::Symbols { length, symbols, .. } => {
            format!("{length} positions of {symbols} symbols")
        }
        InputShape::Tokens { length, vocabulary } => {
            format!("{length} tokens of a vocabulary of {vocabulary}")
        }
        InputShape::Dense { length: 1, channels } => format!("one vector of {channels} numbers"),
        InputShape::Dense { length, channels } => {
            format!("{length} positions of {channels} numbers")
        }
    }
}

/// Refuses a dropout rate outside [0, 1).
fn check_rate(model: &'static str, rate: f32) -> Result<(), BuildError> {
    if (0.0..1.0).contains(&rate) {
        return Ok(());
    }
    let expected = "0 or more and less than 1";
    Err(BuildError::Setting { model, setting: "dropout", found: rate.to_string(), expected })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SYMBOLS: InputShape = InputShape::Symbols { length: 64, symbols: 5, channels: 4 };
    const TOKENS: InputShape = InputShape::Tokens { length: 16, vocabulary: 65 };
    const COUNTS: InputShape = InputShape::Dense { length: 1, channels: 256 };
    const CURVE: InputShape = InputShape::Dense { length: 40, channels: 2 };

    fn all() -> [Architecture; 7] {
        [
            Architecture::Logistic(Logistic::default()),
            Architecture::Mlp(Mlp::default()),
            Architecture::Conv(Conv::default()),
            Architecture::Transformer(Transformer::default()),
            Architecture::Residual(Residual::default()),
            Architecture::Hybrid(Hybrid::default()),
            Architecture::Recurrent(Recurrent::default()),
        ]
    }

    #[test]
    fn blocks_may_differ() {
        use crate::layer::{Convolution, Layer};
        let conv = r#"{"conv": {"filters": [8, 8, 8], "widths": [19, 7, 5], "pools": [4, 1], "dropout": 0}}"#;
        let architecture: Architecture = serde_json::from_str(conv).unwrap();
        let network = build(&architecture, SYMBOLS, 3).unwrap();
        let convolution = |width| Layer::Convolution(Convolution::same(8, width));
        let found: Vec<&Layer> = network
            .layers()
            .iter()
            .filter(|layer| matches!(layer, Layer::Convolution(_) | Layer::MaxPool { .. }))
            .collect();
        let pool = Layer::MaxPool { width: 4 };
        assert_eq!(found, [&convolution(19), &pool, &convolution(7), &convolution(5)]);
    }

    #[test]
    fn a_head_may_keep_positions() {
        use crate::layer::{Layer, Pool};
        let built = |json: &str| {
            let architecture: Architecture = serde_json::from_str(json).unwrap();
            build(&architecture, SYMBOLS, 3)
        };
        let network = built(r#"{"conv": {"filters": [8], "head": "positions", "hidden": 5}}"#);
        let network = network.unwrap();
        let shapes: Vec<_> = network.shapes().iter().map(|s| (s.length, s.channels)).collect();
        assert_eq!(shapes, [(64, 8), (64, 8), (1, 512), (1, 512), (1, 5), (1, 5), (1, 5), (1, 3)]);
        assert!(matches!(network.layers()[2], Layer::Flatten));
        let refused = |json| built(json).unwrap_err().to_string();
        assert_eq!(
            refused(r#"{"conv": {"head": "positions", "global-pool": "average"}}"#),
            "conv: global-pool is average, expected none beside `head: positions`, which pools nothing"
        );
        assert_eq!(
            refused(r#"{"conv": {"head": "positions", "pool": 64}}"#),
            "conv: head is positions, and the max-pools leave one position, expected smaller pools, \
             or `head: pool`"
        );
        // Configurations written before there was a choice stay the same bytes.
        let json = serde_json::to_string(&Conv::default()).unwrap();
        assert!(!json.contains("head") && !json.contains("hidden"), "{json}");
        let pooled = built(r#"{"conv": {"hidden": 5}}"#).unwrap();
        assert!(pooled.layers().contains(&Layer::GlobalPool(Pool::Max)));
    }

    #[test]
    fn rotary_positions_have_no_weights() {
        let weights = |positions, length| {
            let transformer = Transformer { positions, ..Transformer::default() };
            let input = InputShape::Tokens { length, vocabulary: 65 };
            let network = build(&Architecture::Transformer(transformer), input, 3).unwrap();
            network.parameters().iter().map(crate::network::Parameter::len).sum::<usize>()
        };
        assert_eq!(weights(Positions::Rotary, 16), weights(Positions::Rotary, 20_000));
        let learned = weights(Positions::Learned, 16) - weights(Positions::Rotary, 16);
        assert_eq!(learned, 16 * Transformer::default().width);
        let json = serde_json::to_string(&Transformer::default()).unwrap();
        assert!(!json.contains("positions"), "{json}");
    }

    #[test]
    fn residual_blocks_reach_twice_as_far_each() {
        use crate::layer::Layer;
        let residual = Residual { blocks: 3, pool: 1, ..Residual::default() };
        let network = build(&Architecture::Residual(residual), SYMBOLS, 3).unwrap();
        let dilation = |layer: &Layer| match layer {
            Layer::Residual(inner) => inner.iter().find_map(|layer| match layer {
                Layer::Convolution(convolution) => Some(convolution.dilation),
                _ => None,
            }),
            _ => None,
        };
        let found: Vec<usize> = network.layers().iter().filter_map(dilation).collect();
        assert_eq!(found, [1, 2, 4]);
    }

    #[test]
    fn each_architecture_takes_what_fits_and_refuses_the_rest() {
        let fits = |architecture: &Architecture| {
            [SYMBOLS, TOKENS, COUNTS, CURVE].map(|input| build(architecture, input, 3).is_ok())
        };
        let found = all().each_ref().map(fits);
        assert_eq!(found[0], [true, false, true, true]);
        assert_eq!(found[1], [true, false, true, true]);
        assert_eq!(found[2], [true, false, false, true]);
        assert_eq!(found[3], [true, true, false, true]);
        assert_eq!(found[4], [true, false, false, true]);
        assert_eq!(found[5], [true, false, false, true]);
        assert_eq!(found[6], [true, true, false, true]);
    }

    #[test]
    fn a_refusal_names_the_encoders_that_fit() {
        let message = build(&all()[2], COUNTS, 3).unwrap_err().to_string();
        assert_eq!(
            message,
            "conv reads a sequence of more than one position; it got one vector of 256 numbers: \
             use encode: one-hot or curve"
        );
    }

    #[test]
    fn words_must_be_those_of_the_sequences() {
        let check = |json: &str, molecule| {
            let architecture: Architecture = serde_json::from_str(json).unwrap();
            architecture.check_sequence(molecule).map_err(|error| error.to_string())
        };
        let proteins = r#"{"svm": {"words": [{"letters": "amino-acids", "mask": "11"}]}}"#;
        let joined = r#"{"stack": {"translate": "coding", "words": [
            {"letters": "amino-acids", "mask": "11"}, {"letters": "bases", "mask": "111"}]}}"#;
        let bases = r#"{"svm": {"words": [{"letters": "bases", "mask": "11"}]}}"#;
        for (json, molecule) in [
            (proteins, Molecule::Protein),
            (joined, Molecule::Nucleotide),
            (bases, Molecule::Nucleotide),
        ] {
            assert_eq!(check(json, molecule), Ok(()), "{json}");
        }
        assert_eq!(
            check(proteins, Molecule::Nucleotide).unwrap_err(),
            "svm: letters is amino-acids, expected `bases` where sequences are nucleotides, or \
             `translate` beside `words`"
        );
        assert_eq!(
            check(bases, Molecule::Protein).unwrap_err(),
            "svm: letters is bases, expected `amino-acids` or groups of these where sequences are \
             proteins"
        );
        for (json, key) in
            [(r#"{"svm": {"costs": [0]}}"#, "costs is 0"), (r#"{"svm": {"cost": 0}}"#, "cost is 0")]
        {
            assert!(check(json, Molecule::Protein).unwrap_err().contains(key), "{json}");
        }
        let translated = check(joined, Molecule::Protein).unwrap_err();
        assert!(translated.contains("translate is set, expected"), "{translated}");
        // Both kinds of words where there is a choice.
        let svm = |json: &str| match serde_json::from_str(json).unwrap() {
            Architecture::Svm(svm) => svm,
            other => panic!("{other:?}"),
        };
        let count = |json: &str, molecule| svm(json).words(molecule).len();
        assert_eq!(count(r#"{"svm": {"translate": "coding"}}"#, Molecule::Nucleotide), 13);
        assert_eq!(count(r#"{"svm": {}}"#, Molecule::Nucleotide), 3);
        assert_eq!(count(r#"{"svm": {}}"#, Molecule::Protein), 10);
        // Configurations written before there was a choice stay the same bytes.
        assert!(!serde_json::to_string(&Svm::default()).unwrap().contains("translate"));
    }

    #[test]
    fn architectures_are_read_with_defaults_and_unknown_keys_refused() {
        let read = |json: &str| serde_json::from_str::<Architecture>(json);
        assert_eq!(read(r#"{"conv": {}}"#).unwrap(), Architecture::Conv(Conv::default()));
        let conv =
            Conv { filters: vec![8], global_pool: crate::layer::Pool::Average, ..Conv::default() };
        assert_eq!(
            read(r#"{"conv": {"filters": [8], "global-pool": "average"}}"#).unwrap(),
            Architecture::Conv(conv)
        );
        assert!(read(r#"{"conv": {"filter": [8]}}"#).is_err());
        assert!(read(r#"{"logistic": {"x": 1}}"#).is_err());
        for architecture in all() {
            let json = serde_json::to_string(&architecture).unwrap();
            assert_eq!(read(&json).unwrap(), architecture);
        }
    }

    #[test]
    fn settings_out_of_range_are_errors() {
        let conv = Conv { dropout: 1.0, ..Conv::default() };
        let error = build(&Architecture::Conv(conv), SYMBOLS, 3);
        assert!(matches!(error, Err(BuildError::Setting { setting: "dropout", .. })));
        let transformer = Transformer { heads: 5, ..Transformer::default() };
        let error = build(&Architecture::Transformer(transformer), TOKENS, 3);
        assert!(matches!(error, Err(BuildError::Setting { setting: "heads", .. })), "{error:?}");
        let positions = Positions::Rotary;
        let odd = Transformer { width: 12, heads: 4, positions, ..Transformer::default() };
        let error = build(&Architecture::Transformer(odd), TOKENS, 3).unwrap_err().to_string();
        assert!(error.contains("heads") && error.contains("even width"), "{error}");
        let hybrid = Hybrid { heads: 3, ..Hybrid::default() };
        let error = build(&Architecture::Hybrid(hybrid), SYMBOLS, 3);
        assert!(matches!(error, Err(BuildError::Setting { setting: "heads", .. })), "{error:?}");
        let deep = Residual { blocks: 64, ..Residual::default() };
        let error = build(&Architecture::Residual(deep), SYMBOLS, 3);
        assert!(matches!(error, Err(BuildError::Setting { setting: "blocks", .. })), "{error:?}");
        let recurrent = Recurrent { layers: 0, ..Recurrent::default() };
        let error = build(&Architecture::Recurrent(recurrent), SYMBOLS, 3);
        assert!(matches!(error, Err(BuildError::Setting { setting: "layers", .. })), "{error:?}");
        let recurrent = Recurrent { units: 0, ..Recurrent::default() };
        let error = build(&Architecture::Recurrent(recurrent), SYMBOLS, 3).unwrap_err().to_string();
        assert!(error.contains("units is 0"), "{error}");
        let conv = Conv { widths: vec![3], ..Conv::default() };
        let error = build(&Architecture::Conv(conv), SYMBOLS, 3).unwrap_err().to_string();
        assert!(error.contains("widths") && error.contains("[3]"), "{error}");
        let conv = Conv { filters: vec![usize::MAX, usize::MAX], ..Conv::default() };
        assert!(matches!(
            build(&Architecture::Conv(conv), SYMBOLS, 3),
            Err(BuildError::Network { .. })
        ));
    }
}
