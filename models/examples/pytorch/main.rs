//! Writes weights, a batch, logits and gradients of the two reference networks as safetensors, for
//! `compare.py` beside this file to hold against PyTorch.
//!
//!     cargo run --release -p cistron-models --example pytorch -- OUT

// A program of its own, which stops when something is wrong.
#![allow(clippy::unwrap_used, unreachable_pub)]

#[path = "../../benches/support/networks.rs"]
mod networks;

use std::path::Path;

use candle_core::Device;
use cistron_models::executor::Executor;
use cistron_models::head::{CrossEntropy, Targets};
use cistron_models::input::{Input, InputShape, InputValues};
use cistron_models::network::Network;
use cistron_models::weights::Weights;
use safetensors::tensor::{Dtype, TensorView};

const RECORDS: usize = 16;

fn bytes(values: impl IntoIterator<Item = f32>) -> Vec<u8> {
    values.into_iter().flat_map(f32::to_le_bytes).collect()
}

fn write(network: &Network, path: &Path) {
    let length = network.input().length();
    let mut weights = Weights::initial(network, 3);
    // Biases and norms away from 0 and 1.
    for (index, value) in weights.as_mut_slice().iter_mut().enumerate() {
        *value += 0.02 * ((index * 37 % 101) as f32 / 50.0 - 1.0);
    }
    let limit = match network.input() {
        InputShape::Tokens { vocabulary, .. } => vocabulary,
        InputShape::Symbols { symbols, .. } => symbols,
        InputShape::Dense { .. } => 1,
    };
    let draw = |index: usize| (index.wrapping_mul(2_654_435_761) >> 7) % limit;
    let ids: Vec<u32> = (0..RECORDS * length).map(|index| draw(index) as u32).collect();
    let codes: Vec<u8> = ids.iter().map(|&id| id as u8).collect();
    let table: Vec<f32> = (0..16).map(|i| if i % 5 == 0 { 1.0 } else { 0.0 }).collect();
    let values = match network.input() {
        InputShape::Tokens { vocabulary, .. } => InputValues::Tokens { ids: &ids, vocabulary },
        _ => InputValues::Symbols { codes: &codes, table: &table, channels: 4 },
    };
    let lengths = [length as u32; RECORDS];
    let input = Input { n: RECORDS, length, lengths: &lengths, values };
    let labels: Vec<u32> = (0..RECORDS as u32).map(|i| i % networks::CLASSES as u32).collect();
    let targets = Targets { labels: &labels, weights: &[1.0; RECORDS] };
    let executor = Executor::on(Device::Cpu);
    let logits = executor.logits(network, &weights, &input).unwrap();
    let mut gradients = vec![0.0; weights.len()];
    let loss = CrossEntropy::default();
    executor
        .loss_and_gradients(network, &weights, &input, &targets, &loss, None, &mut gradients)
        .unwrap();
    let mut tensors = vec![
        ("ids".to_owned(), vec![RECORDS, length], bytes(ids.iter().map(|&id| id as f32))),
        ("labels".to_owned(), vec![RECORDS], bytes(labels.iter().map(|&label| label as f32))),
        ("logits".to_owned(), vec![RECORDS, networks::CLASSES], bytes(logits)),
    ];
    for (parameter, range) in weights.parameters().iter().zip(weights.ranges()) {
        let (name, shape) = (&parameter.name, &parameter.shape);
        let values = weights.as_slice()[range.clone()].iter().copied();
        tensors.push((format!("weight.{name}"), shape.clone(), bytes(values)));
        let values = gradients[range.clone()].iter().copied();
        tensors.push((format!("gradient.{name}"), shape.clone(), bytes(values)));
    }
    let views = tensors.iter().map(|(name, shape, bytes)| {
        (name.as_str(), TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap())
    });
    safetensors::serialize_to_file(views, None, path).unwrap();
}

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    std::fs::create_dir_all(&folder).unwrap();
    write(&networks::cnn(500, 64, false), &Path::new(&folder).join("cnn.safetensors"));
    write(&networks::cnn(500, 64, true), &Path::new(&folder).join("cnn-average.safetensors"));
    write(&networks::transformer(), &Path::new(&folder).join("transformer.safetensors"));
}
