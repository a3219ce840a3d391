//! Temporary.
use cistron_models::architecture::*; use cistron_models::executor::Executor; use cistron_models::head::*;
use cistron_models::dropout::DropoutKey; use cistron_models::input::*; use cistron_models::weights::Weights; use cistron_models::optimizer::*;
use std::time::Instant;
fn cpu() -> f64 { let s = std::fs::read_to_string("/proc/self/stat").unwrap(); let f: Vec<&str> = s.rsplit(')').next().unwrap().split_whitespace().collect(); (f[11].parse::<f64>().unwrap() + f[12].parse::<f64>().unwrap()) / 100.0 }
fn main() {
    let seconds: f64 = std::env::args().nth(1).map_or(4.0, |s| s.parse().unwrap());
    let what = std::env::args().nth(2).unwrap_or_default();
    let mut x = 1_u64; let mut r = || { x = x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407); (x >> 33) as usize };
    let executor = Executor::Candle(candle_core::Device::Cpu);
    let table: Vec<f32> = (0..20).map(|i| f32::from(u8::from(i < 16 && i % 5 == 0))).collect();
    let codes: Vec<Vec<u8>> = (0..16).map(|_| (0..64 * 1024).map(|_| (r() % 4) as u8).collect()).collect();
    let ids: Vec<Vec<u32>> = (0..16).map(|_| (0..64 * 171).map(|_| (r() % 4098) as u32).collect()).collect();
    let labels: Vec<u32> = (0..64).map(|_| (r() % 7) as u32).collect();
    let reference = Conv { filters: vec![64, 64], ..Conv::default() };
    for (name, architecture, shape) in [
        ("conv", Architecture::Conv(reference), InputShape::Symbols { length: 1024, symbols: 5, channels: 4 }),
        ("transformer", Architecture::Transformer(Transformer::default()), InputShape::Tokens { length: 171, vocabulary: 4098 }),
    ] {
        if !name.starts_with(&what) { continue; }
        let network = build(&architecture, shape, 7).unwrap();
        let mut weights = Weights::initial(&network, 1);
        let length = shape.length();
        let lengths = vec![length as u32; 64];
        let input = |i: usize| Input { n: 64, length, lengths: &lengths, values: if name == "conv" { InputValues::Symbols { codes: &codes[i % 16], table: &table, channels: 4 } } else { InputValues::Tokens { ids: &ids[i % 16], vocabulary: 4098 } } };
        let mut g = vec![0.0; weights.len()];
        let mut o = Optimizer::new(OptimizerChoice::default(), 0.01, &weights);
        for train in [true, false] {
            let (start, c) = (Instant::now(), cpu()); let mut i = 0;
            while start.elapsed().as_secs_f64() < seconds {
                if train {
                    let t = Targets { labels: &labels, weights: &[1.0; 64] };
                    executor.loss_and_gradients(&network, &weights, &input(i), &t, &CrossEntropy::default(), Some(DropoutKey { seed: 1, step: i as u64 }), &mut g).unwrap();
                    clip_norm(&mut g, 1.0); o.step(&mut weights, &g, 3e-4);
                } else { executor.logits(&network, &weights, &input(i)).unwrap(); }
                i += 1;
            }
            let n = (i * 64) as f64;
            println!("{name} train={train} wall {:.0}/s cpu {:.0}/s", n / start.elapsed().as_secs_f64(), n / (cpu() - c));
        }
    }
}
