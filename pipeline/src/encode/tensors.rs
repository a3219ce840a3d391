//! Tensors of a fold as a safetensors file, for use outside Cistron.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use cistron_encoders::{Batch, EncoderConfig, Shape, Values};
use safetensors::tensor::{Dtype, View};

use super::{Encoded, Longer, Records, input_shape};
use cistron_data::artefact;
use cistron_data::dataset::Dataset;
use cistron_data::error::Error;
use cistron_split::{Part, Splits};

/// Records encoded at a time.
const CHUNK: usize = 256;

/// Writes one fold: for each part a tensor (N, L, C) of f32 (u32 for tokens), its labels (N) and,
/// of numbers, the valid positions of each record (N), records in the order of `splits.tsv`. One
/// part at a time is held as floats.
///
/// Returns the number of records of which something did not fit the encoder's length.
pub fn write(
    path: &Path,
    config: &EncoderConfig,
    dataset: &Dataset,
    splits: &Splits,
    fold: usize,
) -> Result<usize, Error> {
    let failed = |error: &dyn std::fmt::Display| Error::stage("encode", error);
    let config = super::fit(config, dataset, &splits.records(fold, Part::Train));
    let config = config.map_err(|e| failed(&e))?;
    let all = Encoded::new(&config, Records::all(dataset), Vec::new());
    let truncated = all.map_err(|e| failed(&e))?.truncated().map_err(|e| failed(&e))?;

    let mut tensors = Vec::new();
    for part in [Part::Train, Part::Validation, Part::Test] {
        let records = splits.records(fold, part);
        if records.is_empty() {
            continue;
        }
        let labels = records.iter().map(|i| dataset.labels[*i].unwrap_or(u32::MAX)).collect();
        tensors.push((format!("{}.labels", part.name()), Tensor::counts(labels)));
        let encoded = Encoded::of(&config, Longer::Truncate, false, dataset, &records)
            .map_err(|e| failed(&e))?;
        if dataset.numbers.is_some() {
            let length = input_shape(encoded.shape()).length();
            let valid = records.iter().map(|i| dataset.positions(*i).min(length) as u32).collect();
            tensors.push((format!("{}.lengths", part.name()), Tensor::counts(valid)));
        }
        tensors.push((part.name().to_string(), Tensor::records(encoded, records.len())));
    }
    let information = HashMap::from([
        ("cistron".to_string(), env!("CARGO_PKG_VERSION").to_string()),
        ("axes".to_string(), "N sequences, L positions, C channels".to_string()),
        ("classes".to_string(), dataset.classes.join("\t")),
    ]);
    artefact::write_with(path, |temporary| {
        safetensors::serialize_to_file(tensors, Some(information), temporary)
            .map_err(|error| std::io::Error::other(error.to_string()))
    })?;
    Ok(truncated)
}

/// A tensor whose numbers are made when they are written.
struct Tensor<'a> {
    axes: Vec<usize>,
    dtype: Dtype,
    content: Content<'a>,
}

enum Content<'a> {
    Counts(Vec<u32>),
    Records(Box<Encoded<'a>>),
}

impl<'a> Tensor<'a> {
    fn counts(counts: Vec<u32>) -> Self {
        Self { axes: vec![counts.len()], dtype: Dtype::U32, content: Content::Counts(counts) }
    }

    fn records(encoded: Encoded<'a>, n: usize) -> Self {
        let shape = input_shape(encoded.shape());
        let axes = vec![n, shape.length(), shape.channels()];
        let tokens = matches!(encoded.shape(), Shape::Tokens { .. });
        let dtype = if tokens { Dtype::U32 } else { Dtype::F32 };
        Self { axes, dtype, content: Content::Records(Box::new(encoded)) }
    }
}

impl View for Tensor<'_> {
    fn dtype(&self) -> Dtype {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.axes
    }

    fn data(&self) -> Cow<'_, [u8]> {
        let mut bytes = Vec::with_capacity(self.data_len());
        match &self.content {
            Content::Counts(counts) => bytes.extend(counts.iter().flat_map(|n| n.to_le_bytes())),
            Content::Records(encoded) => {
                let mut batch = Batch::default();
                for chunk in encoded.chunks(CHUNK) {
                    // Every record was encoded once before, so none fails here.
                    if encoded.encode(chunk, &mut batch).is_err() {
                        break;
                    }
                    match (&batch.values, batch.to_dense()) {
                        (Values::Tokens { ids, .. }, _) => {
                            bytes.extend(ids.iter().flat_map(|id| id.to_le_bytes()));
                        }
                        (_, Some(dense)) => {
                            bytes.extend(dense.iter().flat_map(|value| value.to_le_bytes()));
                        }
                        (_, None) => {}
                    }
                }
            }
        }
        Cow::Owned(bytes)
    }

    fn data_len(&self) -> usize {
        self.axes.iter().product::<usize>() * 4
    }
}
