//! The workflow file as one struct: a key a stage, unknown keys refused.

pub mod baselines;
pub mod check;
pub(crate) mod names;
pub mod parse;
pub mod tree;
pub mod validate;

use std::path::PathBuf;

use cistron_encoders::EncoderConfig;
use cistron_models::architecture::{
    Architecture, Conv, Hybrid, Logistic, Mlp, Recurrent, Residual, Stack, Svm, Transformer,
};
use cistron_models::fit::FitConfig;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::encode::{Longer, ReverseComplement};
pub use baselines::Baselines;
use cistron_audit::verdict::FailOn;
use cistron_data::config::{Input, Read};
use cistron_split::config::Split;

/// Version of the workflow file that this program reads.
pub const SCHEMA: u32 = 1;

/// A workflow: which data, how to split and encode it, which models to train and what to predict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Workflow {
    /// Version of this file format: 1.
    pub schema: u32,
    /// Name of the run; results go to `out/NAME` unless `--out` says otherwise.
    pub name: String,
    /// Seed of every random choice.
    #[serde(default)]
    pub seed: u64,
    /// Where the labelled records come from.
    pub read: Read,
    /// How records are held out.
    #[serde(default)]
    pub split: Split,
    /// How sequences become tensors, for every model that does not say otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encode: Option<EncoderConfig>,
    /// Models to train, by name.
    #[serde(default)]
    pub models: IndexMap<String, Model>,
    /// Baselines beside those that are in every run.
    #[serde(default)]
    pub baselines: Baselines,
    /// Further files to predict, by name; the test split is always predicted.
    #[serde(default)]
    pub predict: IndexMap<String, Input>,
    /// What the audit looks at beside the data, and when it fails the run.
    #[serde(default)]
    pub audit: AuditConfig,
}

/// One model: exactly one architecture, with its own encoder and training settings if it has any.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Model {
    /// Multinomial logistic regression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logistic: Option<Logistic>,
    /// Multi-layer perceptron.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mlp: Option<Mlp>,
    /// Convolutional network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conv: Option<Conv>,
    /// Dilated residual convolutional network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residual: Option<Residual>,
    /// Convolution, then attention.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hybrid: Option<Hybrid>,
    /// Recurrent layers in both directions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurrent: Option<Recurrent>,
    /// Transformer encoder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transformer: Option<Transformer>,
    /// Linear support vector machine on words of whole sequences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub svm: Option<Svm>,
    /// Boosted trees on a support vector machine and on the nearest records of each class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<Stack>,
    /// Encoder of this model, instead of the common one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encode: Option<EncoderConfig>,
    /// What becomes of sequences that are longer than the encoder.
    #[serde(default)]
    pub longer: Longer,
    /// What the model makes of the other strand of DNA and RNA.
    #[serde(default)]
    pub reverse_complement: ReverseComplement,
    /// Training settings.
    #[serde(default)]
    pub train: FitConfig,
    /// Number of seeds: the same model trained from different initial weights.
    #[serde(default = "one")]
    pub seeds: usize,
}

fn one() -> usize {
    1
}

impl Model {
    /// The architectures that are named, of which `validate` allows one.
    #[must_use]
    pub fn architectures(&self) -> Vec<Architecture> {
        [
            self.logistic.map(Architecture::Logistic),
            self.mlp.clone().map(Architecture::Mlp),
            self.conv.clone().map(Architecture::Conv),
            self.residual.clone().map(Architecture::Residual),
            self.hybrid.clone().map(Architecture::Hybrid),
            self.recurrent.clone().map(Architecture::Recurrent),
            self.transformer.clone().map(Architecture::Transformer),
            self.svm.clone().map(Architecture::Svm),
            self.stack.clone().map(Architecture::Stack),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

impl Workflow {
    /// How a model's records are encoded; `None` where nothing is said.
    #[must_use]
    pub fn encoder(&self, model: &Model) -> Option<EncoderConfig> {
        if model.architectures().iter().any(|architecture| !architecture.is_network()) {
            return Some(EncoderConfig::Whole { alphabet: self.read.reading().result() });
        }
        model.encode.as_ref().or(self.encode.as_ref()).cloned()
    }

    /// Whether a model takes the qualities of FASTQ records.
    #[must_use]
    pub fn qualities(&self) -> bool {
        let own = self.models.values().filter_map(|model| model.encode.as_ref());
        self.encode.iter().chain(own).any(EncoderConfig::qualities)
    }
}

/// What the audit looks at beside the data, and when it fails the run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct AuditConfig {
    /// The status from which the exit code is 4.
    pub fail_on: FailOn,
    /// Audits of earlier predictions (`TABLE.audit.json`): none of them should be a label now. Those
    /// beside the files that are read are found without being named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub predictions: Vec<PathBuf>,
    /// Cheap models are trained on other versions of the data, too: does their ranking hold?
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub counterfactual: bool,
}

/// JSON schema of the workflow file.
#[must_use]
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Workflow).to_value()
}
