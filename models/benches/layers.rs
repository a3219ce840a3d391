//! GFLOP/s of each kind of layer, on one thread, beside the greatest rate of this processor.
//!
//!     cargo bench -p cistron-models --bench layers -- --seconds 1
//!
//! A network of one layer is run on 64 records forward, and forward and backward; operations are
//! those of the products, two a multiplication and addition, three products where slopes of weight
//! and input are found too. Behind a max-pool fewer are needed than are counted, so that a share may
//! exceed 1. The greatest rate is that of independent multiply-adds in registers.

// A benchmark prints, and stops when something is wrong.
#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs, unreachable_pub)]

#[path = "support/clock.rs"]
mod clock;
#[path = "support/peak.rs"]
mod peak;

use candle_core::Device;
use cistron_models::executor::Executor;
use cistron_models::head::{CrossEntropy, Targets};
use cistron_models::input::{Input, InputShape, InputValues};
use cistron_models::layer::{Activation, Convolution, Layer, Pool};
use cistron_models::network::Network;
use cistron_models::weights::Weights;

const RECORDS: usize = 64;
const CLASSES: usize = 2;

/// A layer in front of which a linear map of one channel makes slopes of the input needed.
fn network(length: usize, channels: usize, mut layers: Vec<Layer>, pool: Pool) -> Network {
    layers.insert(0, Layer::Linear { outputs: channels });
    layers.extend([Layer::GlobalPool(pool), Layer::Linear { outputs: CLASSES }]);
    Network::new(InputShape::Dense { length, channels: 1 }, layers, CLASSES).unwrap()
}

fn run(name: &str, network: &Network, operations: f64, seconds: f64, peak: f64) {
    let length = network.input().length();
    let values: Vec<f32> =
        (0..RECORDS * length).map(|i| (i * 37 % 101) as f32 / 50.0 - 1.0).collect();
    let lengths = [length as u32; RECORDS];
    let values = InputValues::Dense { values: &values, channels: 1 };
    let input = Input { n: RECORDS, length, lengths: &lengths, values };
    let executor = Executor::on(Device::Cpu);
    let weights = Weights::initial(network, 1);
    let forward = clock::measure(seconds, 1, |_| {
        std::hint::black_box(executor.logits(network, &weights, &input).unwrap());
    });
    let mut gradients = vec![0.0; weights.len()];
    let targets = Targets { labels: &[1; RECORDS], weights: &[1.0; RECORDS] };
    let both = clock::measure(seconds, 1, |_| {
        let loss = CrossEntropy::default();
        executor
            .loss_and_gradients(network, &weights, &input, &targets, &loss, None, &mut gradients)
            .unwrap();
    });
    let rate = |passes: f64, cpu: f64| passes * operations * RECORDS as f64 / cpu / 1e9;
    let (forward, both) = (rate(1.0, forward.cpu), rate(3.0, both.cpu));
    println!(
        "{name}\tforward {forward:.0} GFLOP/s ({:.2} of peak)\tboth {both:.0} GFLOP/s ({:.2})",
        forward / peak,
        both / peak
    );
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let place = arguments.iter().position(|argument| argument == "--seconds");
    let seconds = place.map_or(1.0, |place| arguments[place + 1].parse().unwrap());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    pool.install(|| {
        let peak = peak::gigaflops(seconds);
        println!("greatest rate\t{peak:.0} GFLOP/s");
        for (length, channels, filters, width) in [
            (500, 64, 64, 7),
            (125, 64, 64, 7),
            (25, 64, 64, 7),
            (125, 128, 128, 7),
            (125, 50, 30, 5),
        ] {
            let operations = (2 * length * channels * filters * width) as f64;
            let name = format!("convolution {channels}→{filters} width {width} length {length}");
            let convolution = Layer::Convolution(Convolution::same(filters, width));
            let plain = network(length, channels, vec![convolution.clone()], Pool::Average);
            run(&name, &plain, operations, seconds, peak);
            let block =
                vec![convolution, Layer::Activation(Activation::Relu), Layer::MaxPool { width: 5 }];
            let pooled = network(length, channels, block, Pool::Average);
            run(&format!("{name}, rectifier, max-pool 5"), &pooled, operations, seconds, peak);
        }
        for (length, channels, outputs) in [(128, 128, 512), (128, 512, 128), (171, 64, 256)] {
            let operations = (2 * length * channels * outputs) as f64;
            let layers = vec![Layer::Linear { outputs }];
            let linear = network(length, channels, layers, Pool::Average);
            let name = format!("linear {channels}→{outputs} length {length}");
            run(&name, &linear, operations, seconds, peak);
        }
        for (length, channels, heads) in [(128, 128, 4), (171, 64, 4), (512, 64, 4)] {
            let maps = 2 * length * channels * 4 * channels;
            let operations = (maps + 4 * length * length * channels) as f64;
            let attention = vec![Layer::Attention { heads, rotary: false }];
            let attention = network(length, channels, attention, Pool::Average);
            let name = format!("attention width {channels} heads {heads} length {length}");
            run(&name, &attention, operations, seconds, peak);
        }
    });
}
