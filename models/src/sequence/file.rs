//! Models of sequences as the bytes of a safetensors file and back.

use std::collections::HashMap;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::machine::WordMachine;
use super::profile::Vocabulary;
use super::stack::{Records, Stack};
use super::svm::Machine;
use super::views::{Selection, Views};
use super::{Description, SequenceError, SequenceModel};
use crate::architecture::Architecture;
use crate::trees::Trees;

/// Parts of a file by name: type, shape, bytes.
type Parts = Vec<(String, Dtype, Vec<usize>, Vec<u8>)>;

/// The bytes of a model; the same model gives the same bytes.
pub(super) fn save(model: &SequenceModel) -> Result<Vec<u8>, SequenceError> {
    let mut parts = Parts::new();
    match model {
        SequenceModel::Svm(machine) => push_machine(machine, &mut parts),
        SequenceModel::Stack(stack) => {
            push_machine(&stack.machine, &mut parts);
            let Records { sequences, labels, .. } = &stack.records;
            let ends = sequences.iter().scan(0_u64, |end, sequence| {
                *end += sequence.len() as u64;
                Some(*end)
            });
            let ends: Vec<u8> = ends.flat_map(u64::to_le_bytes).collect();
            let labels: Vec<u8> = labels.iter().flat_map(|l| (*l as u64).to_le_bytes()).collect();
            let symbols = sequences.concat();
            let n = sequences.len();
            parts.push(("records.symbols".into(), Dtype::U8, vec![symbols.len()], symbols));
            parts.push(("records.ends".into(), Dtype::U64, vec![n], ends));
            parts.push(("records.labels".into(), Dtype::U64, vec![n], labels));
            let trees =
                stack.trees.save().map_err(|error| SequenceError::Trees(error.to_string()))?;
            for (class, text) in trees.into_iter().enumerate() {
                parts.push((format!("trees.{class}"), Dtype::U8, vec![text.len()], text.into()));
            }
        }
    }
    let views = parts.iter().map(|(name, kind, shape, bytes)| {
        Ok((name.as_str(), TensorView::new(*kind, shape.clone(), bytes)?))
    });
    let views = views.collect::<Result<Vec<_>, safetensors::SafeTensorError>>()?;
    let metadata = HashMap::from([("format".to_owned(), "cistron".to_owned())]);
    Ok(safetensors::serialize(views, Some(metadata))?)
}

fn push_machine(machine: &WordMachine, parts: &mut Parts) {
    for (view, vocabulary) in machine.views.vocabularies.iter().enumerate() {
        let n = vocabulary.words.len();
        let words = vocabulary.words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let idf = vocabulary.idf.iter().flat_map(|value| value.to_le_bytes()).collect();
        parts.push((format!("views.{view}.words"), Dtype::U64, vec![n], words));
        parts.push((format!("views.{view}.idf"), Dtype::F32, vec![n], idf));
    }
    for (class, weights) in machine.machine.weights.iter().enumerate() {
        let bytes = weights.iter().flat_map(|value| value.to_le_bytes()).collect();
        parts.push((format!("machine.{class}"), Dtype::F32, vec![weights.len()], bytes));
    }
}

/// Reads what [`save`] wrote.
pub(super) fn load(
    description: &Description<'_>,
    bytes: &[u8],
) -> Result<SequenceModel, SequenceError> {
    let file = File(SafeTensors::deserialize(bytes)?);
    let Description { architecture, classes, molecule, both_strands } = *description;
    match architecture {
        Architecture::Svm(config) => {
            let machine =
                file.machine(&Selection::of_svm(config, molecule, both_strands), classes)?;
            Ok(SequenceModel::Svm(machine))
        }
        Architecture::Stack(config) => {
            let machine =
                file.machine(&Selection::of_stack(config, molecule, both_strands), classes)?;
            let records = file.records(description)?;
            let own = if classes == 2 { 1 } else { classes };
            let texts = (0..own).map(|class| {
                let bytes = file.bytes(&format!("trees.{class}"), Dtype::U8)?;
                std::str::from_utf8(bytes).map_err(|error| SequenceError::Trees(error.to_string()))
            });
            let trees = Trees::load(&texts.collect::<Result<Vec<_>, _>>()?)
                .map_err(|error| SequenceError::Trees(error.to_string()))?;
            Ok(SequenceModel::Stack(Box::new(Stack::new(config, machine, records, trees))))
        }
        network => Err(SequenceError::Network(network.name())),
    }
}

/// A file that is being read.
struct File<'a>(SafeTensors<'a>);

impl<'a> File<'a> {
    fn bytes(&self, name: &str, kind: Dtype) -> Result<&'a [u8], SequenceError> {
        let view = self.0.tensor(name)?;
        if view.dtype() != kind {
            return Err(SequenceError::Damaged(format!("{name} is of another type")));
        }
        Ok(view.data())
    }

    fn floats(&self, name: &str) -> Result<Vec<f32>, SequenceError> {
        let (values, _) = self.bytes(name, Dtype::F32)?.as_chunks();
        let values: Vec<f32> = values.iter().map(|four| f32::from_le_bytes(*four)).collect();
        if values.iter().any(|value| !value.is_finite()) {
            return Err(SequenceError::Damaged(format!("{name} holds what is no number")));
        }
        Ok(values)
    }

    fn numbers(&self, name: &str) -> Result<Vec<u64>, SequenceError> {
        let (values, _) = self.bytes(name, Dtype::U64)?.as_chunks();
        Ok(values.iter().map(|eight| u64::from_le_bytes(*eight)).collect())
    }

    fn machine(&self, selection: &Selection, classes: usize) -> Result<WordMachine, SequenceError> {
        let vocabulary = |view: usize| {
            let words = self.numbers(&format!("views.{view}.words"))?;
            let idf = self.floats(&format!("views.{view}.idf"))?;
            if words.len() != idf.len() || !words.is_sorted() {
                return Err(SequenceError::Damaged(format!("view {view} has lost words")));
            }
            Ok(Vocabulary { words, idf })
        };
        let vocabularies = (0..selection.words.len()).map(vocabulary).collect::<Result<_, _>>()?;
        let views = Views::new(selection, vocabularies)?;
        let own = if classes == 2 { 1 } else { classes };
        let weights = (0..own).map(|class| {
            let weights = self.floats(&format!("machine.{class}"))?;
            if weights.len() != views.width() + 1 {
                return Err(SequenceError::Damaged(format!("machine.{class} has lost weights")));
            }
            Ok(weights)
        });
        let weights = weights.collect::<Result<_, _>>()?;
        Ok(WordMachine { views, machine: Machine { weights } })
    }

    fn records(&self, description: &Description<'_>) -> Result<Records, SequenceError> {
        let damaged = || SequenceError::Damaged("the records do not fit together".into());
        let symbols = self.bytes("records.symbols", Dtype::U8)?;
        let ends = self.numbers("records.ends")?;
        let labels = self.numbers("records.labels")?;
        let (classes, molecule) = (description.classes, description.molecule);
        let mut start = 0;
        let sequence = |end: &u64| {
            let sequence = symbols.get(start..*end as usize).ok_or_else(damaged)?;
            start = *end as usize;
            Ok(sequence.to_vec())
        };
        let sequences = ends.iter().map(sequence).collect::<Result<Vec<_>, SequenceError>>()?;
        let labels: Vec<usize> = labels.into_iter().map(|label| label as usize).collect();
        if labels.len() != sequences.len() || labels.iter().any(|label| *label >= classes) {
            return Err(damaged());
        }
        Ok(Records { sequences, labels, classes, molecule })
    }
}
