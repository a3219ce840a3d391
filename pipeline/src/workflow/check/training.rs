//! Mistakes under `train`: what the settings ask of records, encoder and architecture.

use cistron_encoders::EncoderConfig;
use cistron_models::architecture::Architecture;
use cistron_models::fit::{FitConfig, Sampling};
use cistron_models::optimizer::LearningRate;

use super::Check;
use crate::encode::augmented;
use crate::workflow::{Model, Workflow};
use cistron_data::spelling::closest;

impl Check<'_> {
    /// Settings outside their ranges, and groups to sample by that are not read.
    pub(super) fn settings(&mut self, workflow: &Workflow, name: &str, config: &FitConfig) {
        for mistake in config.mistakes() {
            let message = format!("`{}` is {}", mistake.setting, mistake.found);
            let help = format!("expected {}", mistake.expected);
            self.push(&["models", name, "train", mistake.setting], message, &help);
        }
        let Sampling::GroupBalanced { column } = &config.sampling else { return };
        if !workflow.read.groups.contains_key(column) {
            let known: Vec<&str> = workflow.read.groups.keys().map(String::as_str).collect();
            let help = closest(column, &known).map_or_else(
                || "name the column under `read: groups` as well".to_string(),
                |close| format!("did you mean `{close}`?"),
            );
            let path = ["models", name, "train", "sampling", "group-balanced", "column"];
            self.push(&path, format!("no group `{column}` to sample by"), &help);
        }
    }

    /// Records that cannot be changed as the settings ask.
    pub(super) fn augment(&mut self, name: &str, model: &Model, encoder: &EncoderConfig) {
        if let Some((setting, why)) = augmented::misfit(&model.train.augment, encoder) {
            let path = ["models", name, "train", "augment", setting];
            let help = "leave it out, or give the model another encoder";
            self.push(&path, format!("`{setting}` does not go with the encoder: {why}"), help);
        }
    }

    /// Settings of training in epochs that a model without epochs would leave unheard.
    pub(super) fn without_epochs(
        &mut self,
        name: &str,
        model: &Model,
        architecture: &Architecture,
    ) {
        let train = &model.train;
        for (given, key) in [
            (train.learning_rate == LearningRate::Auto, "learning-rate"),
            (train.accumulate != 1, "accumulate"),
            (!train.sampling.is_shuffle(), "sampling"),
            (!train.augment.is_none(), "augment"),
        ] {
            if given {
                let message = format!("`{}` is not trained in epochs", architecture.name());
                self.push(&["models", name, "train", key], message, "leave it out");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::workflow::parse;

    /// What `check` says of a model beside a sequence with a group.
    fn mistakes(model: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("s.fa", ">a\nACGT\n");
        write("t.tsv", "id\tkind\tsex\na\tx\tf\n");
        let read = "read: {fasta: s.fa, labels: {table: t.tsv, id: id, label: kind}, \
                    groups: {sex: nuisance}}";
        let encode = "encode: {one-hot: {length: 20}}";
        let text = format!("schema: 1\nname: w\n{read}\n{encode}\nmodels: {{m: {{{model}}}}}\n");
        write("w.yaml", &text);
        match parse::load(&folder.path().join("w.yaml"), &[], false) {
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn every_way_of_training_is_taken() {
        for train in [
            "learning-rate: auto, accumulate: 4",
            "sampling: shuffle",
            "sampling: balanced, class-weights: none",
            "sampling: {group-balanced: {column: sex}}",
            "sampling: cluster, augment: {shift: 19, mutation: 0.1}",
        ] {
            assert_eq!(mistakes(&format!("logistic: {{}}, train: {{{train}}}")), "", "{train}");
        }
    }

    #[test]
    fn settings_that_make_no_sense_are_told_with_what_is_expected() {
        let tokens = "transformer: {}, encode: {kmer-tokens: {k: 3, length: 9}}, \
                      train: {augment: {shift: 1}}";
        for (model, parts) in [
            ("logistic: {}, train: {accumulate: 0}", ["`accumulate` is 0", "at least 1"]),
            ("logistic: {}, train: {learning-rate: 0}", ["`learning-rate` is 0", "or `auto`"]),
            ("logistic: {}, train: {learning-rate: of}", ["unknown learning-rate", "a number or"]),
            (
                "logistic: {}, train: {augment: {mutation: 1}}",
                ["`mutation` is 1", "0 or more and less than 1"],
            ),
            (
                "logistic: {}, train: {augment: {shift: 20}}",
                ["`shift` does not go with the encoder", "less than `length`"],
            ),
            (tokens, ["`shift` does not go with the encoder", "only one symbol a position"]),
            ("logistic: {}, train: {augment: {shfit: 1}}", ["unknown key `shfit`", "`shift`?"]),
            (
                "logistic: {}, train: {sampling: {group-balanced: {column: sexx}}}",
                ["no group `sexx` to sample by", "did you mean `sex`?"],
            ),
            ("logistic: {}, train: {sampling: often}", ["unknown sampling `often`", "`cluster`"]),
            (
                "logistic: {}, train: {sampling: group-balanced}",
                ["`group-balanced` needs its settings", "sampling: {group-balanced: {…}}"],
            ),
            (
                "svm: {}, train: {sampling: cluster}",
                ["`svm` is not trained in epochs", "leave it out"],
            ),
        ] {
            let found = mistakes(model);
            for part in parts {
                assert!(found.contains(part), "{model}: no `{part}` in {found}");
            }
            assert!(found.contains("1 mistake in"), "{model}: {found}");
        }
    }
}
