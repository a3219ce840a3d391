//! Peak memory of training the reference CNN on many sequences.
//!
//!     cargo bench -p cistron-models --bench memory -- --records 100000 --length 500 --steps 200
//!
//! The records are symbol codes, a byte a position, as a data set holds them; batches of 64 are filled
//! from them in a random order. Prints the peak before training and that of training: no step after
//! the first allocates, so that more steps need no more. Linux only: other systems print `unknown`.

// A benchmark prints, and stops when something is wrong.
#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs, unreachable_pub)]

#[path = "support/networks.rs"]
#[allow(dead_code)]
mod networks;

use std::ops::ControlFlow;
use std::sync::Arc;

use candle_core::Device;
use cistron_models::batch::{Batch, RecordValues};
use cistron_models::executor::Executor;
use cistron_models::fit::{Fit, FitConfig, Progress, Source, SourceError, fit};
use networks::{CLASSES, cnn};

/// Records of one length, side by side.
struct Records {
    codes: Vec<u8>,
    length: usize,
    table: Arc<[f32]>,
}

impl Source for Records {
    fn len(&self) -> usize {
        self.codes.len() / self.length
    }

    fn batch(&self) -> Batch {
        Batch::symbols(self.length, Arc::clone(&self.table), 4)
    }

    fn fill(&self, indices: &[usize], batch: &mut Batch) -> Result<(), SourceError> {
        batch.reset(indices.len());
        for (place, &record) in indices.iter().enumerate() {
            if let Some((valid, RecordValues::Symbols(codes))) = batch.record(place) {
                *valid = self.length as u32;
                codes.copy_from_slice(&self.codes[record * self.length..][..self.length]);
            }
        }
        Ok(())
    }

    fn label(&self, record: usize) -> u32 {
        (record % CLASSES) as u32
    }
}

/// Greatest resident memory of this process so far, in MB.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    kilobytes.map_or("unknown".into(), |kilobytes| format!("{:.0} MB", kilobytes / 1024.0))
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let option = |name: &str, default: usize| {
        let at = arguments.iter().position(|argument| argument == name);
        at.map_or(default, |at| arguments[at + 1].parse().unwrap())
    };
    let (records, length) = (option("--records", 100_000), option("--length", 500));
    let steps = option("--steps", 200) as u64;
    let mut state = 1_u32;
    let codes = (0..records * length).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 30) as u8
    });
    let table = (0..16).map(|i| f32::from(u8::from(i % 5 == 0))).collect();
    let train = Records { codes: codes.collect(), length, table };
    let validation = Records { codes: Vec::new(), length, table: Arc::clone(&train.table) };
    println!("{records} records of {length}\tbefore training {}", peak());
    let (network, executor) = (cnn(length, 64, false), Executor::on(Device::Cpu));
    let config = FitConfig { epochs: 1, batch: 64, ..FitConfig::default() };
    let run = Fit { network: &network, config: &config, executor: &executor, seed: 1, from: None };
    let mut observer = |progress: &Progress<'_>| match progress {
        Progress::Step { step, .. } if *step >= steps => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    fit(&run, &train, &validation, &mut observer).unwrap();
    println!("{records} records of {length}\ttraining {}", peak());
}
