//! The command line: a subcommand a file.

mod attribute;
mod audit;
mod check;
mod compare;
mod completions;
mod coordinates;
mod explain;
mod given;
mod init;
mod inspect;
mod labelled;
mod located;
mod man;
mod overwrite;
mod predict;
mod qpcr;
mod run;
mod schema;
mod split;
mod tune;
mod variants;

use clap::{Args, Parser, Subcommand};

use crate::console::{Console, Format};
use cistron_data::error::Error;

/// Trains classifiers on biological sequences and never hands out a prediction without the audit
/// of the data behind it.
#[derive(Debug, Parser)]
#[command(name = "cistron", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    common: Common,
}

/// Options of every subcommand.
#[derive(Debug, Args)]
struct Common {
    /// Print results and errors only.
    #[arg(long, short, global = true)]
    quiet: bool,
    /// Text for people, or one JSON object a line.
    #[arg(long, global = true, value_enum, default_value_t)]
    format: Format,
    /// Number of threads; every core where it is not given. Results do not depend on it.
    #[arg(long, global = true, value_name = "N")]
    threads: Option<usize>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Inspect(inspect::Inspect),
    Init(init::Init),
    Run(run::Run),
    Check(check::Check),
    Compare(compare::Compare),
    Predict(predict::Predict),
    Attribute(attribute::Attribute),
    Qpcr(qpcr::Qpcr),
    Audit(Box<audit::Audit>),
    Split(split::Split),
    Tune(Box<tune::Tune>),
    Explain(explain::Explain),
    Schema(schema::Schema),
    Completions(completions::Completions),
    Man(man::Man),
}

impl Cli {
    /// Does what the command line asks for.
    pub fn run(self) -> Result<(), Error> {
        if let Some(threads) = self.common.threads {
            if threads == 0 {
                return Err(Error::Usage("--threads 0: at least 1".to_string()));
            }
            rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build_global()
                .map_err(|error| Error::Resource(format!("cannot start threads: {error}")))?;
        }
        let console = Console::new(self.common.format, self.common.quiet);
        match self.command {
            Command::Inspect(command) => command.run(&console),
            Command::Init(command) => command.run(&console),
            Command::Run(command) => command.run(&console),
            Command::Check(command) => command.run(&console),
            Command::Compare(command) => command.run(&console),
            Command::Predict(command) => command.run(&console),
            Command::Attribute(command) => command.run(&console),
            Command::Audit(command) => command.run(&console),
            Command::Qpcr(command) => command.run(&console),
            Command::Split(command) => command.run(&console),
            Command::Tune(command) => command.run(&console),
            Command::Explain(command) => command.run(&console),
            Command::Schema(command) => command.run(&console),
            Command::Completions(command) => command.run(),
            Command::Man(command) => command.run(&console),
        }
    }
}
