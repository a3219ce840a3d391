//! Plants known biases in real sequences and counts how often the audit finds them.
//!
//! ```text
//! cargo run --release --example planted_bias -- --seeds 100
//! ```
//!
//! The sequences are disjoint windows of the shipped resistance genes, one gene a homology cluster, or,
//! where `CISTRON_DATA` names the folder of public data, of the human gene families, which are more.
//! Labels and metadata are dealt at random, a fifth is held out: a clean twin. Each bias is then planted
//! in such a twin, alone, at several strengths. The tables go to standard output as Markdown.
//!
//! Options: `--seeds N` a bias and strength (20), `--clean N` clean twins (as many as seeds), `--classes
//! K` (2), `--records N` a class (300), `--only WORD` biases whose name holds the word, `--required` no
//! sweep, `--first-seed N` (0).

mod bias;
mod mutate;
mod pool;
mod sample;
mod table;
mod trial;

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use bias::Bias;
use pool::Pool;

/// What is asked for on the command line.
struct Options {
    seeds: u64,
    clean: u64,
    classes: usize,
    records: usize,
    only: String,
    required: bool,
    first: u64,
}

fn main() -> ExitCode {
    let outcome = suite();
    if let Err(error) = &outcome {
        // Nothing is left to do where even the message cannot be written.
        let _ = writeln!(io::stderr(), "planted_bias: {error}");
    }
    if outcome.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn options(mut arguments: impl Iterator<Item = String>) -> Result<Options, Box<dyn Error>> {
    let mut clean = None;
    let mut options = Options {
        seeds: 20,
        clean: 0,
        classes: 2,
        records: 300,
        only: String::new(),
        required: false,
        first: 0,
    };
    while let Some(name) = arguments.next() {
        if name == "--required" {
            options.required = true;
            continue;
        }
        let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--seeds" => options.seeds = value.parse()?,
            "--first-seed" => options.first = value.parse()?,
            "--clean" => clean = Some(value.parse()?),
            "--classes" => options.classes = value.parse()?,
            "--records" => options.records = value.parse()?,
            "--only" => options.only = value,
            _ => return Err(format!("{name} is no option").into()),
        }
    }
    if options.classes < 2 {
        return Err("--classes: at least 2".into());
    }
    options.clean = clean.unwrap_or(options.seeds);
    Ok(options)
}

fn suite() -> Result<(), Box<dyn Error>> {
    let options = options(std::env::args().skip(1))?;
    let pool = Pool::read()?;
    let shape = sample::Shape { classes: options.classes, records: options.records };
    let first = options.first;
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{} windows of {}; {} classes of {} records\n",
        pool.windows.len(),
        pool.origin,
        shape.classes,
        shape.records
    )?;
    let biases = Bias::ALL.into_iter().filter(|bias| bias.name().contains(&options.only));
    writeln!(out, "{}", table::HEAD)?;
    for bias in biases {
        for strength in bias.strengths() {
            if options.required && !bias.is_required(strength) {
                continue;
            }
            let found =
                trial::detection(&pool, shape, bias, strength, first..first + options.seeds)?;
            writeln!(out, "{}", table::row(bias, strength, &found))?;
            out.flush()?;
        }
    }
    let clean = trial::false_alarms(&pool, shape, first..first + options.clean)?;
    writeln!(out, "\n{}", table::clean(&clean))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small version of the suite: what must always be found is, and clean twins do not fail.
    #[test]
    fn planted_biases_are_found_and_clean_twins_pass() {
        let pool = Pool::read().unwrap();
        let shape = sample::Shape { classes: 2, records: 300 };
        for bias in Bias::ALL {
            let found = trial::detection(&pool, shape, bias, bias.required(), 0..2).unwrap();
            println!("{}", table::row(bias, bias.required(), &found));
            assert!(found.found >= 1, "{}: {found:?}", bias.name());
        }
        let clean = trial::false_alarms(&pool, shape, 0..3).unwrap();
        println!("{}", table::clean(&clean));
        assert_eq!(clean.failed, 0, "{clean:?}");
    }

    #[test]
    fn options_are_read() {
        let words = ["--seeds", "7", "--classes", "5", "--required"].map(str::to_string);
        let options = options(words.into_iter()).unwrap();
        assert_eq!((options.seeds, options.clean, options.classes), (7, 7, 5));
        assert!(options.required);
        assert!(super::options(["--seeds".to_string()].into_iter()).is_err());
    }
}
