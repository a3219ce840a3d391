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
        let console = Console::new(self.common.format, self.common.quiet);
        if let Some(threads) = self.common.threads {
            if threads == 0 {
                return Err(Error::Usage("--threads 0: at least 1".to_string()));
            }
            let most = most_threads();
            if threads > most {
                console.warn(&format!(
                    "--threads {threads}: more than this machine is good for; {most} are started"
                ));
            }
            rayon::ThreadPoolBuilder::new()
                .num_threads(threads.min(most))
                .build_global()
                .map_err(|error| Error::Resource(format!("cannot start threads: {error}")))?;
        }
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

/// The most threads that are started: several a core, and enough where cores are not told.
fn most_threads() -> usize {
    const A_CORE: usize = 8;
    const LEAST: usize = 64;
    std::thread::available_parallelism().map_or(LEAST, |cores| (A_CORE * cores.get()).max(LEAST))
}
