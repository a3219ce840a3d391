//! Mistakes that the shape of the file cannot show: files and columns that are not there, keys that
//! exclude each other, models that cannot take their encoder.

mod columns;
mod numbers;
mod sequences;
mod training;

use std::path::Path;

use cistron_encoders::EncoderConfig;
use cistron_models::architecture::{self, Architecture};
use serde_saphyr::Spanned;

use super::names;
use super::tree::Node;
use super::validate::Mistake;
use super::{Model, SCHEMA, Workflow};
use crate::encode::{Longer, input_shape};
use cistron_data::config::{Input, SequenceTable};
use cistron_data::path::{resolve, shown};
use cistron_data::read::open::STANDARD_INPUT;
use cistron_data::spelling::closest;
use cistron_models::baseline::Molecule;

/// Every mistake of a well-formed workflow, in the order of its stages.
#[must_use]
pub fn check(workflow: &Workflow, root: &Spanned<Node>, folder: &Path) -> Vec<Mistake> {
    let mut check = Check { root, folder, mistakes: Vec::new() };
    check.head(workflow);
    check.read(workflow);
    check.split(workflow);
    for (name, model) in &workflow.models {
        check.model(workflow, name, model);
    }
    check.baselines(workflow);
    for (name, input) in &workflow.predict {
        check.file_name(&["predict", name], name);
        if name.eq_ignore_ascii_case(names::TEST) {
            let help = "choose another name, such as `new`";
            let message = format!("`{name}` is what the table of the held-out records is called");
            check.push(&["predict", name], message, help);
        }
        check.input(name, input);
        if workflow.qualities() && input.fastq.is_none() {
            let help = "`fastq: FILE`: models take the quality of each symbol";
            check.push(&["predict", name], format!("`{name}` has no qualities"), help);
        }
        if workflow.read.variants.is_some() && input.vcf.is_none() {
            let help = "`vcf: FILE` with `reference: FASTA`";
            let message = format!("`{name}` names no variants, and models learn from variants");
            check.push(&["predict", name], message, help);
        }
        let genotypes = workflow.read.genotypes.is_some();
        let qpcr = !genotypes && workflow.read.measured().is_some();
        if input.measured.is_some() != qpcr || input.genotypes.is_some() != genotypes {
            let help = "`measured: FILE` goes with `read: curves` and `read: delta-cq`, \
                        `genotypes: FILE` with `read: genotypes`";
            let message = format!("`{name}` is of another kind than what is read");
            check.push(&["predict", name], message, help);
        }
    }
    for path in &workflow.audit.predictions {
        check.file(&["audit", "predictions"], path);
    }
    check.distinct("models", workflow.models.keys());
    check.distinct("predict", workflow.predict.keys());
    check.columns(workflow);
    check.mistakes
}

/// The longest window around a variant, in bases.
const MAX_WINDOW: usize = 1_000_000;

struct Check<'a> {
    root: &'a Spanned<Node>,
    folder: &'a Path,
    mistakes: Vec<Mistake>,
}

impl Check<'_> {
    /// Profile search compares proteins.
    fn baselines(&mut self, workflow: &Workflow) {
        let alphabet = workflow.read.reading().result();
        let numbers = workflow.read.measured().is_some();
        if workflow.baselines.hmmer && (numbers || alphabet.is_nucleic()) {
            let found = if numbers { "numbers" } else { "bases" };
            let help =
                "`read: {translate: coding}` reads genes as proteins; leave `hmmer` out elsewhere";
            let message = format!("`hmmer` compares proteins, and `read` gives {found}");
            self.push(&["baselines", "hmmer"], message, help);
        }
    }

    fn push(&mut self, path: &[&str], message: impl Into<String>, help: &str) {
        let path: Vec<String> = path.iter().map(ToString::to_string).collect();
        self.mistakes.push(Mistake {
            location: Node::locate(self.root, &path),
            message: message.into(),
            help: (!help.is_empty()).then(|| help.to_string()),
        });
    }

    fn head(&mut self, workflow: &Workflow) {
        if workflow.schema != SCHEMA {
            let message = format!("this program reads schema {SCHEMA}, not {}", workflow.schema);
            self.push(&["schema"], message, "write `schema: 1`");
        }
        self.file_name(&["name"], &workflow.name);
    }

    /// Names become folders, so they must be plain file names.
    fn file_name(&mut self, path: &[&str], name: &str) {
        if let Some((message, help)) = names::unfit(name) {
            self.push(path, message, help);
        }
    }

    /// Folders of two names that differ in case alone are one folder on some systems.
    fn distinct<'n>(&mut self, stage: &str, given: impl Iterator<Item = &'n String>) {
        let mut seen: Vec<(String, &String)> = Vec::new();
        for name in given {
            let lower = name.to_lowercase();
            if let Some((_, earlier)) = seen.iter().find(|(known, _)| *known == lower) {
                let message = format!("`{name}` and `{earlier}` differ in case alone");
                self.push(&[stage, name], message, "choose another name: it names a file");
            }
            seen.push((lower, name));
        }
    }

    fn file(&mut self, path: &[&str], file: &Path) {
        if file == Path::new(STANDARD_INPUT) {
            let help = "a run reads its files more than once: save standard input to a file";
            return self.push(path, "a workflow cannot read standard input", help);
        }
        let resolved = resolve(self.folder, file);
        if !resolved.is_file() {
            let message = format!("there is no file {}", shown(&resolved).display());
            let help = if file.to_string_lossy().starts_with('$') {
                "set the environment variable that the path starts with"
            } else {
                "relative paths start from the workflow's folder"
            };
            self.push(path, message, help);
        }
    }

    fn table(&mut self, path: &[&str], table: &SequenceTable) {
        let mut path = path.to_vec();
        path.push("path");
        self.file(&path, &table.path);
    }

    fn split(&mut self, workflow: &Workflow) {
        let split = &workflow.split;
        let named = [
            split.homology.is_some(),
            split.random.is_some(),
            split.group.is_some(),
            split.given.is_some(),
        ];
        if named.iter().filter(|named| **named).count() > 1 {
            let help = "one of `homology`, `random`, `group`, `given`";
            self.push(&["split"], "`split` names more than one way", help);
        }
        if let Some(homology) = split.homology {
            if !(homology.containment > 0.0 && homology.containment <= 1.0) {
                let message = format!("a containment of {} is no share", homology.containment);
                self.push(
                    &["split", "homology", "containment"],
                    message,
                    "0.2 is about 90 % identity",
                );
            }
            let nucleic = workflow.read.reading().result().is_nucleic();
            let range = if nucleic { 5..=31 } else { 2..=12 };
            if let Some(k) = homology.k.filter(|k| !range.contains(k)) {
                let message = format!("k-mers of length {k} cannot be compared");
                let help = format!("{} to {}", range.start(), range.end());
                self.push(&["split", "homology", "k"], message, &help);
            }
        }
        if let Some(group) = &split.group
            && !workflow.read.groups.contains_key(&group.column)
        {
            let known: Vec<&str> = workflow.read.groups.keys().map(String::as_str).collect();
            let help = closest(&group.column, &known).map_or_else(
                || "name the column under `read: groups` as well".to_string(),
                |close| format!("did you mean `{close}`?"),
            );
            let message = format!("no group `{}`", group.column);
            self.push(&["split", "group", "column"], message, &help);
        }
        if let Some(given) = &split.given {
            self.file(&["split", "given", "table"], &given.table);
            if split.parts.is_some() || split.folds.is_some() {
                let message = "a given split has its own parts or folds";
                self.push(&["split"], message, "leave out `parts` and `folds`");
            }
        }
        match (split.parts, split.folds) {
            (Some(_), Some(_)) => {
                self.push(&["split"], "`split` takes one of `parts` and `folds`", "");
            }
            (Some(parts), None) => {
                let shares = [parts.train, parts.validation, parts.test];
                let sum: f64 = shares.iter().sum();
                if (sum - 1.0).abs() > 1e-6 || shares.iter().any(|share| *share <= 0.0) {
                    let message = format!("the parts must be positive and add up to 1, not {sum}");
                    self.push(
                        &["split", "parts"],
                        message,
                        "{train: 0.7, validation: 0.15, test: 0.15}",
                    );
                }
            }
            (None, Some(folds)) if !(3..=64).contains(&folds) => {
                let help = "fold i is test, fold i + 1 validation, the rest train: 3 to 64";
                self.push(&["split", "folds"], format!("{folds} folds do not do"), help);
            }
            _ => {}
        }
    }

    fn model(&mut self, workflow: &Workflow, name: &str, model: &Model) {
        self.file_name(&["models", name], name);
        if names::is_scored_beside(name) {
            let help = "choose another name";
            let message = format!("`{name}` is scored beside every model");
            self.push(&["models", name], message, help);
        }
        self.settings(workflow, name, &model.train);
        if !(1..=100).contains(&model.seeds) {
            self.push(&["models", name, "seeds"], "`seeds` must be 1 to 100", "");
        }
        let architectures = model.architectures();
        let [architecture] = architectures.as_slice() else {
            let help = "one of `logistic`, `mlp`, `conv`, `residual`, `hybrid`, `recurrent`, \
                        `transformer`, `svm`, `stack`, such as `logistic: {}`";
            let message = format!("`{name}` names {} architectures", architectures.len());
            return self.push(&["models", name], message, help);
        };
        if !architecture.is_network() {
            return self.of_sequences(workflow, name, model, architecture);
        }
        let own = ["models", name, "encode"];
        let (path, config): (&[&str], _) = match (&model.encode, &workflow.encode) {
            (Some(config), _) => (&own, config),
            (None, Some(config)) => (&["encode"], config),
            (None, None) => {
                let help =
                    "add `encode: {one-hot: {length: 1024}}`, for all models or for this one";
                return self.push(&["models", name], format!("`{name}` has no encoder"), help);
            }
        };
        if !self.encoder_fits(path, config, &workflow.read) {
            return;
        }
        let reads = !workflow.read.files.is_empty() || workflow.read.folder.is_some();
        if config.qualities() && workflow.read.fastq.is_none() && !reads {
            let help = "`read: {fastq: FILE}` with `encode: {one-hot-quality: {length: 150}}`";
            self.push(path, "`one-hot-quality` takes FASTQ records", help);
        }
        if !model.reverse_complement.fits(config) {
            let help = "leave it out; variants have `read: {variants: {strand: …}}`";
            let message = "only sequences of DNA and RNA have another strand";
            self.push(&["models", name, "reverse-complement"], message, help);
        }
        self.augment(name, model, config);
        if model.longer == Longer::Windows && workflow.read.measured().is_some() {
            let help = "leave it out, and give the encoder the `length` of the longest record";
            self.push(&["models", name, "longer"], "numbers are not read as windows", help);
        }
        // How many variants there are shows when the file is read.
        if matches!(config, EncoderConfig::Genotypes(_)) {
            return;
        }
        match config.shape() {
            Err(error) => self.push(path, error.to_string(), ""),
            Ok(shape) => {
                let shape = input_shape(shape);
                // The number of classes does not decide whether a network can be built.
                if let Err(error) = architecture::build(architecture, shape, 2) {
                    self.push(&["models", name], error.to_string(), "");
                }
            }
        }
    }

    /// A model of whole sequences.
    fn of_sequences(
        &mut self,
        workflow: &Workflow,
        name: &str,
        model: &Model,
        architecture: &Architecture,
    ) {
        let path = ["models", name];
        self.without_epochs(name, model, architecture);
        let molecule = Molecule::of(workflow.read.reading().result());
        if let Err(error) = architecture.check_sequence(molecule) {
            self.push(&path, error.to_string(), "");
        }
        if workflow.read.measured().is_some() || workflow.read.variants.is_some() {
            let help = "a network such as `conv` takes variants, genotypes and curves";
            self.push(&path, format!("`{}` reads sequences", architecture.name()), help);
        }
        let whole = EncoderConfig::Whole { alphabet: workflow.read.reading().result() };
        if !model.reverse_complement.fits(&whole) {
            let help = "leave it out";
            let message = "only sequences of DNA and RNA have another strand";
            self.push(&["models", name, "reverse-complement"], message, help);
        }
        for (given, key) in
            [(model.encode.is_some(), "encode"), (model.longer != Longer::Truncate, "longer")]
        {
            if given {
                let message =
                    format!("`{}` reads whole sequences of any length", architecture.name());
                self.push(&["models", name, key], message, "leave it out");
            }
        }
    }

    fn input(&mut self, name: &str, input: &Input) {
        let ways = [
            input.fasta.is_some(),
            input.fastq.is_some(),
            input.table.is_some(),
            input.vcf.is_some(),
            input.bed.is_some(),
            input.genotypes.is_some(),
            input.measured.is_some(),
        ];
        if ways.iter().filter(|named| **named).count() != 1 {
            let message = format!(
                "`{name}` takes one of `fasta`, `fastq`, `table`, `vcf`, `bed`, `genotypes` and `measured`"
            );
            return self.push(&["predict", name], message, "");
        }
        if (input.vcf.is_some() || input.bed.is_some()) != input.reference.is_some() {
            let help =
                "`vcf: FILE` or `bed: FILE` with `reference: FASTA`, the genome it refers to";
            self.push(&["predict", name], "coordinates and their genome go together", help);
        }
        if input.window.is_some_and(|window| !(1..=MAX_WINDOW).contains(&window)) {
            let message = format!("`window` must be 1 to {MAX_WINDOW} bases");
            self.push(&["predict", name, "window"], message, "");
        }
        let files = [
            ("fasta", &input.fasta),
            ("fastq", &input.fastq),
            ("vcf", &input.vcf),
            ("bed", &input.bed),
            ("genotypes", &input.genotypes),
            ("measured", &input.measured),
            ("reference", &input.reference),
        ];
        for (key, file) in files {
            if let Some(file) = file {
                self.file(&["predict", name, key], file);
            }
        }
        if let Some(table) = &input.table {
            self.table(&["predict", name, "table"], table);
        }
    }
}
