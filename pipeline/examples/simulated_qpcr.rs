//! Simulates the files of `test-data/qpcr/`: two plates of Cq with controls, standards and an
//! inter-run calibrator, twelve amplification curves, the rated curves of eight runs, and six plates
//! of treated and untreated samples.
//!
//! ```text
//! cargo run --example simulated_qpcr -- test-data/qpcr
//! ```
//!
//! Treated samples hold four times the MYC of untreated ones. The same seed gives the same bytes.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Targets with the Cq of an untreated sample.
const TARGETS: [(&str, f64); 4] = [("MYC", 26.0), ("RPL13A", 19.0), ("GAPDH", 18.0), ("TBP", 24.0)];
/// Cycles of a tenfold dilution at an efficiency of 98 %.
const TENFOLD: f64 = 3.37;

fn main() -> ExitCode {
    let outcome = std::env::args_os().nth(1).map(|folder| write(Path::new(&folder)));
    match outcome {
        Some(Ok(())) => ExitCode::SUCCESS,
        Some(Err(error)) => fail(&error.to_string()),
        None => fail("usage: simulated_qpcr OUTPUT_FOLDER"),
    }
}

fn fail(message: &str) -> ExitCode {
    // Nothing is left to do where even the message cannot be written.
    let _ = writeln!(std::io::stderr(), "simulated_qpcr: {message}");
    ExitCode::FAILURE
}

fn write(folder: &Path) -> std::io::Result<()> {
    let mut random = ChaCha8Rng::seed_from_u64(4);
    std::fs::create_dir_all(folder)?;
    for plate in 1..=2 {
        let name = format!("simulated-plate-{plate}.csv");
        std::fs::write(folder.join(name), self::plate(plate, &mut random))?;
    }
    std::fs::write(folder.join("simulated-curves.csv"), curves(&mut random))?;
    std::fs::write(folder.join("simulated-rated-curves.csv"), rated(&mut random))?;
    std::fs::write(folder.join("simulated-condition-plates.csv"), conditions(&mut random))
}

/// A value from −1 to 1.
fn noise(random: &mut ChaCha8Rng) -> f64 {
    random.random_range(-1.0..1.0)
}

/// A plate of 88 wells, the reactions dealt over it at random.
fn plate(plate: usize, random: &mut ChaCha8Rng) -> String {
    let mut rows = Vec::new();
    for (target, level) in TARGETS {
        let mut sample = |name: &str, task: &str, treatment: &str, cq: f64| {
            let own = if task == "Calibrator" { 0.0 } else { 0.1 * noise(random) };
            for _ in 0..3 {
                let cq = cq + own + 0.08 * noise(random);
                rows.push(format!("{name},{target},{task},,{cq:.2},{treatment}"));
            }
        };
        for i in [2 * plate - 1, 2 * plate] {
            let effect = if target == "MYC" { -2.0 } else { 0.0 };
            sample(&format!("U{i}"), "Unknown", "untreated", level);
            sample(&format!("T{i}"), "Unknown", "treated", level + effect);
        }
        sample("pool", "Calibrator", "", level - 0.5);
        for step in 0..5 {
            let cq = 15.0 + f64::from(step) * TENFOLD + 0.04 * noise(random);
            let copies = 10_u32.pow(7 - step as u32);
            rows.push(format!("series,{target},Standard,{copies},{cq:.2},"));
        }
        rows.push(format!("water,{target},NTC,,Undetermined,"));
        rows.push(format!("U no RT,{target},NRT,,Undetermined,"));
    }
    for i in (1..rows.len()).rev() {
        rows.swap(i, random.random_range(0..=i));
    }
    let mut out = String::from("Well,Sample,Target,Task,Quantity,Cq,Treatment\n");
    for (i, row) in rows.iter().enumerate() {
        let well = format!("{}{:02}", char::from(b'A' + (i / 12) as u8), i % 12 + 1);
        let _ = writeln!(out, "{well},{row}");
    }
    out
}

/// Ten curves that amplify from cycle 18 on, each a cycle later, and two that do not.
fn curves(random: &mut ChaCha8Rng) -> String {
    let mut out = String::from("Cycle");
    for i in 1..=12 {
        let _ = write!(out, ",A{i:02}");
    }
    for cycle in 1..=40 {
        let _ = write!(out, "\n{cycle}");
        for i in 0..12 {
            let middle = 20.0 + f64::from(i);
            let rise = 1.0 / (1.0 + (-(f64::from(cycle) - middle) / 1.5).exp());
            let signal = if i < 10 { 900.0 * rise } else { 0.0 };
            let _ = write!(out, ",{:.1}", 100.0 + signal + 2.0 * noise(random));
        }
    }
    out.push('\n');
    out
}

/// Cycles and the unit of fluorescence of each run: instruments differ in both.
const RUNS: [(usize, f64); 8] = [
    (40, 1.0),
    (45, 900.0),
    (40, 30.0),
    (45, 4.0),
    (40, 12_000.0),
    (45, 1.0),
    (40, 200.0),
    (45, 8_000.0),
];
/// Curves of a run.
const CURVES: usize = 36;

/// Curves that amplify, that do not, and that raters would call ambiguous: late, or of a low
/// plateau. Backgrounds drift, so that the last cycle alone does not tell them apart.
fn rated(random: &mut ChaCha8Rng) -> String {
    let mut out = String::from("run,curve,rated");
    for cycle in 1..=45 {
        let _ = write!(out, ",F{cycle}");
    }
    for (run, (cycles, unit)) in RUNS.iter().enumerate() {
        for i in 0..CURVES {
            let last = *cycles as f64;
            let plateau = 1.0 + 0.4 * noise(random);
            let (rated, middle, height) = match i % 9 {
                0..4 => ("yes", last - 12.0 + 8.0 * noise(random), plateau),
                4..7 => ("no", last, 0.0),
                7 => ("ambiguous", last + 1.5 * noise(random), plateau),
                _ => ("ambiguous", last - 10.0 + 4.0 * noise(random), 0.12 * plateau),
            };
            let (drift, scale) = (0.004 * noise(random), 1.6 + 0.3 * noise(random));
            let background = 0.3 + 0.2 * noise(random);
            let well = format!("{}{}", char::from(b'A' + (i / 12) as u8), i % 12 + 1);
            let _ = write!(out, "\nsimulated-{},{well},{rated}", run + 1);
            for cycle in 1..=45 {
                if cycle > *cycles {
                    out.push(',');
                    continue;
                }
                let cycle = cycle as f64;
                let rise = height / (1.0 + (-(cycle - middle) / scale).exp());
                let value = background + drift * cycle + rise + 0.012 * noise(random);
                let _ = write!(out, ",{:.4}", value * unit);
            }
        }
    }
    out.push('\n');
    out
}

/// Targets of the plates of conditions: untreated Cq, and what the treatment adds.
const CONDITION_TARGETS: [(&str, f64, f64); 5] = [
    ("MYC", 26.0, -2.0),
    ("FOS", 28.0, -0.8),
    ("TBP", 24.0, 0.0),
    ("RPL13A", 19.0, 0.0),
    ("GAPDH", 18.0, 0.0),
];

/// Six plates of twelve samples, every target twice: samples differ in how much was put in, plates
/// in their threshold, and both move all targets alike.
fn conditions(random: &mut ChaCha8Rng) -> String {
    let mut out = String::from("Plate,Well,Sample,Target,Task,Cq,Treatment\n");
    for plate in 1..=6 {
        let threshold = 0.8 * noise(random);
        let mut well = 0;
        for sample in 1..=12 {
            let treated = sample % 2 == 0;
            let input = 1.5 * noise(random);
            for (target, level, effect) in CONDITION_TARGETS {
                let own = 0.9 * noise(random) + if treated { effect } else { 0.0 };
                for _ in 0..2 {
                    let cq = level + threshold + input + own + 0.1 * noise(random);
                    let place = char::from(b'A' + (well / 24) as u8);
                    let treatment = if treated { "treated" } else { "untreated" };
                    let _ = writeln!(
                        out,
                        "plate-{plate},{place}{},P{plate}-{sample},{target},Unknown,{cq:.2},{treatment}",
                        well % 24 + 1
                    );
                    well += 1;
                }
            }
        }
    }
    out
}
