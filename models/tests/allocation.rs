//! A training step allocates nothing after the first.

// Helpers outside test functions fail a test in the same way.
#![allow(clippy::unwrap_used)]
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use candle_core::Device;
use cistron_models::architecture::{
    Architecture, Conv, ConvHead, Hybrid, Positions, Recurrent, Residual, Transformer, build,
};
use cistron_models::dropout::DropoutKey;
use cistron_models::executor::Executor;
use cistron_models::head::{CrossEntropy, Targets};
use cistron_models::input::{Input, InputShape, InputValues};
use cistron_models::layer::Cell;
use cistron_models::optimizer::{Optimizer, OptimizerChoice, clip_norm};
use cistron_models::weights::Weights;

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the allocator of the system unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

const RECORDS: usize = 32;
const LENGTH: usize = 60;

fn allocations_of_ten_steps(architecture: &Architecture, shape: InputShape) -> usize {
    let network = build(architecture, shape, 3).unwrap();
    let mut weights = Weights::initial(&network, 1);
    let mut optimizer = Optimizer::new(OptimizerChoice::default(), 0.01, &weights);
    let mut gradients = vec![0.0; weights.len()];
    let codes: Vec<u8> = (0..RECORDS * LENGTH).map(|i| (i * 7 % 5) as u8).collect();
    let ids: Vec<u32> = codes.iter().map(|&code| u32::from(code)).collect();
    let table: Vec<f32> = (0..20).map(|i| if i < 16 && i % 5 == 0 { 1.0 } else { 0.0 }).collect();
    let lengths: Vec<u32> = (0..RECORDS).map(|i| (LENGTH - i) as u32).collect();
    let values = match shape {
        InputShape::Tokens { vocabulary, .. } => InputValues::Tokens { ids: &ids, vocabulary },
        _ => InputValues::Symbols { codes: &codes, table: &table, channels: 4 },
    };
    let input = Input { n: RECORDS, length: LENGTH, lengths: &lengths, values };
    let labels: Vec<u32> = (0..RECORDS as u32).map(|i| i % 3).collect();
    let targets = Targets { labels: &labels, weights: &[1.0; RECORDS] };
    let executor = Executor::on(Device::Cpu);
    let mut step = |number: u64| {
        let key = Some(DropoutKey { seed: 1, step: number });
        let loss = CrossEntropy::default();
        executor
            .loss_and_gradients(&network, &weights, &input, &targets, &loss, key, &mut gradients)
            .unwrap();
        clip_norm(&mut gradients, 1.0);
        optimizer.step(&mut weights, &gradients, 1e-3);
    };
    // Each thread takes its own buffers in the first steps that it has part in.
    (0..20).for_each(&mut step);
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    (20..30).for_each(&mut step);
    ALLOCATIONS.load(Ordering::Relaxed) - before
}

#[test]
fn a_step_allocates_nothing_after_the_first() {
    let symbols = InputShape::Symbols { length: LENGTH, symbols: 5, channels: 4 };
    let tokens = InputShape::Tokens { length: LENGTH, vocabulary: 5 };
    let positions = Conv { head: ConvHead::Positions, hidden: 32, ..Conv::default() };
    let rotary = Transformer { positions: Positions::Rotary, ..Transformer::default() };
    let lstm = Recurrent { cell: Cell::Lstm, layers: 2, filters: 0, ..Recurrent::default() };
    let cases = [
        (Architecture::Conv(Conv::default()), symbols),
        (Architecture::Conv(positions), symbols),
        (Architecture::Transformer(Transformer::default()), tokens),
        (Architecture::Transformer(Transformer::default()), symbols),
        (Architecture::Transformer(rotary), tokens),
        (Architecture::Residual(Residual::default()), symbols),
        (Architecture::Hybrid(Hybrid::default()), symbols),
        (Architecture::Recurrent(Recurrent::default()), symbols),
        (Architecture::Recurrent(lstm), tokens),
    ];
    // One thread: on several, the system's own queues between them grow now and then.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    for (architecture, shape) in cases {
        let found = pool.install(|| allocations_of_ten_steps(&architecture, shape));
        assert_eq!(found, 0, "{architecture:?}");
    }
}
