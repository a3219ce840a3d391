//! The workflow file as one struct: a key a stage, unknown keys refused.

pub mod baselines;
pub mod check;
pub mod genotypes;
pub(crate) mod names;
pub mod numbers;
pub mod parse;
pub(crate) mod path;
pub mod read;
pub mod tree;
pub mod validate;
pub mod variants;

use std::path::{Path, PathBuf};

use cistron_encoders::EncoderConfig;
use cistron_models::architecture::{
    Architecture, Conv, Hybrid, Logistic, Mlp, Recurrent, Residual, Stack, Svm, Transformer,
};
use cistron_models::fit::FitConfig;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::encode::{Longer, ReverseComplement};
use crate::variant::Strand;
pub use baselines::Baselines;
pub use genotypes::Genotypes;
pub use numbers::{Curves, DeltaCq};
pub use read::{Intervals, Labels, OnError, Read, SequenceTable};
pub use variants::Variants;

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

/// How records are held out. At most one way; homology where none is named.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Split {
    /// Whole homology clusters, certified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub homology: Option<Homology>,
    /// Single records at random, balanced by class: scores are inflated by relatives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub random: Option<Random>,
    /// Whole levels of a metadata column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupSplit>,
    /// As a table says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<Given>,
    /// Shares of one hold-out; train .7, validation .15, test .15 where neither is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Parts>,
    /// Number of folds, instead of `parts`: each is test once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folds: Option<usize>,
}

/// A split at random.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Random {}

/// A split by homology clusters.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Homology {
    /// Shared k-mers over the smaller set from which two records are relatives (0 to 1).
    pub containment: f64,
    /// Length of the k-mers; 15 for nucleotides and 5 for proteins where it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub k: Option<usize>,
}

impl Default for Homology {
    fn default() -> Self {
        Self { containment: 0.2, k: None }
    }
}

/// A split by whole levels of a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupSplit {
    /// A column named under `read: groups`.
    pub column: String,
}

/// A split that a table gives: `train`, `validation`, `test`, or a fold's number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// Table with one row a record.
    pub table: PathBuf,
    /// Column of the record's identifier.
    #[serde(default = "read::id_column")]
    pub id: String,
    /// Column of the part or fold.
    pub column: String,
}

/// Shares of one hold-out; they add up to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parts {
    /// Share that weights are fitted on.
    pub train: f64,
    /// Share that chooses the epoch and calibrates.
    pub validation: f64,
    /// Share that is scored.
    pub test: f64,
}

impl Default for Parts {
    fn default() -> Self {
        Self { train: 0.7, validation: 0.15, test: 0.15 }
    }
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

/// An unlabelled (or labelled) file to predict.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Input {
    /// FASTA file, plain or compressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fasta: Option<PathBuf>,
    /// FASTQ file, plain or compressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fastq: Option<PathBuf>,
    /// Table with a sequence column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<SequenceTable>,
    /// VCF file, plain or compressed: each allele is predicted within its window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vcf: Option<PathBuf>,
    /// BED file, plain or compressed: the bases of each interval are predicted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bed: Option<PathBuf>,
    /// VCF or BCF file whose samples are predicted from their genotypes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub genotypes: Option<PathBuf>,
    /// Export of an instrument, or table, of the same kind as the curves or Cq that were read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<PathBuf>,
    /// FASTA file of the genome that the VCF or BED file refers to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<PathBuf>,
    /// Bases of the windows around variants; as many as were learnt from, as a one-hot encoder takes, or
    /// 101 where it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<usize>,
    /// Strand of the windows around variants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strand: Option<Strand>,
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

impl Input {
    /// The file where it holds numbers: genotypes, curves or Cq.
    #[must_use]
    pub fn numbers(&self) -> Option<&PathBuf> {
        self.genotypes.as_ref().or(self.measured.as_ref())
    }

    /// The file; `None` where none is named.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        let table = self.table.as_ref().map(|table| table.path.as_path());
        let variants = [&self.vcf, &self.bed, &self.genotypes];
        let mut files =
            [&self.fasta, &self.fastq].into_iter().chain(variants).chain([&self.measured]);
        files.find_map(Option::as_deref).or(table)
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

/// The audit status from which the exit code is 4.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum FailOn {
    /// A warning or a failure.
    Warn,
    /// A failure.
    Fail,
    /// Nothing: the audit informs.
    #[default]
    Never,
}

/// JSON schema of the workflow file.
#[must_use]
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Workflow).to_value()
}
