//! The two reference networks, trained and predicted with on the CPU.
//!
//! Prints one line a work: name, sequences/s by wall clock (median step), sequences/s by CPU second.
//! Every step takes a fresh batch out of 64 made beforehand, 16 of those longer than 500.
//!
//!     cargo bench -p cistron-models --bench reference -- cnn,transformer,sweep --threads 2 --seconds 4
//!
//! CNN: batch 64, length 500, 4 symbols, 7 classes; convolution 4→64 width 19, rectifier, max-pool 4;
//! 64→64 width 7, rectifier, max-pool 5; 64→64 width 7, rectifier, global max; linear 64→7. `sweep`:
//! with average pools, with 128 filters, with lengths 2000 and 200, and `cnn mixed`: lengths from 50 to
//! 500, padded to 500, of which only the valid positions are computed. Transformer: batch 64, 128 tokens
//! of 4096, width 128, 4 heads, 2 pre-norm layers, feed-forward 512 with a rectifier, mean, linear
//! 128→7. Training: cross-entropy and Adam.

// A benchmark prints, and stops when something is wrong.
#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs, unreachable_pub)]

#[path = "support/clock.rs"]
mod clock;
#[path = "support/networks.rs"]
mod networks;

use candle_core::Device;
use cistron_models::executor::Executor;
use cistron_models::head::{CrossEntropy, Targets};
use cistron_models::input::{Input, InputShape, InputValues};
use cistron_models::network::Network;
use cistron_models::optimizer::{Optimizer, OptimizerChoice};
use cistron_models::weights::Weights;
use networks::{CLASSES, VOCABULARY, cnn, transformer};

const BATCH: usize = 64;

/// Numbers without a pattern (`SplitMix64`).
fn draw(state: &mut u64, limit: u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut bits = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (bits ^ (bits >> 31)) % limit
}

/// The batches of a network, and what is run on them.
struct Bench {
    network: Network,
    codes: Vec<Vec<u8>>,
    ids: Vec<Vec<u32>>,
    labels: Vec<Vec<u32>>,
    table: Vec<f32>,
    lengths: Vec<u32>,
}

impl Bench {
    fn new(network: Network) -> Self {
        let mut state = 0;
        let length = network.input().length();
        let batches = if length <= 500 { 64 } else { 16 };
        let tokens = matches!(network.input(), InputShape::Tokens { .. });
        let limit = if tokens { VOCABULARY } else { 4 } as u64;
        let ids: Vec<Vec<u32>> = (0..batches)
            .map(|_| (0..BATCH * length).map(|_| draw(&mut state, limit) as u32).collect())
            .collect();
        let codes = ids.iter().map(|ids| ids.iter().map(|&id| id as u8).collect()).collect();
        let labels = (0..64)
            .map(|_| (0..BATCH).map(|_| draw(&mut state, CLASSES as u64) as u32).collect())
            .collect();
        let table = (0..16).map(|i| f32::from(u8::from(i % 5 == 0))).collect();
        Self { network, codes, ids, labels, table, lengths: vec![length as u32; BATCH] }
    }

    fn input(&self, number: usize) -> Input<'_> {
        let number = number % self.ids.len();
        let values = match self.network.input() {
            InputShape::Tokens { vocabulary, .. } => {
                InputValues::Tokens { ids: &self.ids[number], vocabulary }
            }
            _ => {
                InputValues::Symbols { codes: &self.codes[number], table: &self.table, channels: 4 }
            }
        };
        Input { n: BATCH, length: self.network.input().length(), lengths: &self.lengths, values }
    }

    fn run(&self, work: &str, seconds: f64, threads: usize) {
        let executor = Executor::on(Device::Cpu);
        let mut weights = Weights::initial(&self.network, 1);
        let measured = clock::measure(seconds, threads, |number| {
            let logits = executor.logits(&self.network, &weights, &self.input(number)).unwrap();
            std::hint::black_box(logits);
        });
        report(&format!("{work} predict"), &measured);
        let mut optimizer = Optimizer::new(OptimizerChoice::Adamw {}, 0.0, &weights);
        let mut gradients = vec![0.0; weights.len()];
        let measured = clock::measure(seconds, threads, |number| {
            let labels = &self.labels[number % self.labels.len()];
            let targets = Targets { labels, weights: &[1.0; BATCH] };
            let (input, loss) = (self.input(number), CrossEntropy::default());
            executor
                .loss_and_gradients(
                    &self.network,
                    &weights,
                    &input,
                    &targets,
                    &loss,
                    None,
                    &mut gradients,
                )
                .unwrap();
            optimizer.step(&mut weights, &gradients, 1e-3);
        });
        report(&format!("{work} train"), &measured);
    }
}

fn report(name: &str, measured: &clock::Measured) {
    let rate = |seconds: f64| BATCH as f64 / seconds;
    println!("{name}\twall {:.0}/s\tcpu {:.0}/s", rate(measured.wall), rate(measured.cpu));
}

fn main() {
    let mut what = "cnn,transformer".to_owned();
    let (mut threads, mut seconds) = (2_usize, 4.0_f64);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--threads" => threads = arguments.next().unwrap().parse().unwrap(),
            "--seconds" => seconds = arguments.next().unwrap().parse().unwrap(),
            // Cargo adds this one.
            "--bench" => {}
            _ => what = argument,
        }
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| {
        let run = |work, network| Bench::new(network).run(work, seconds, threads);
        if what.contains("cnn") {
            run("cnn", cnn(500, 64, false));
        }
        if what.contains("sweep") {
            run("cnn average", cnn(500, 64, true));
            run("cnn width-128", cnn(500, 128, false));
            run("cnn length-2000", cnn(2000, 64, false));
            run("cnn length-200", cnn(200, 64, false));
            let mut mixed = Bench::new(cnn(500, 64, false));
            mixed.lengths =
                (0..BATCH).map(|record| 50 + (record * 450 / (BATCH - 1)) as u32).collect();
            mixed.run("cnn mixed", seconds, threads);
        }
        if what.contains("transformer") {
            run("transformer", transformer());
        }
    });
}
