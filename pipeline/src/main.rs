//! The `cistron` command.

use std::process::ExitCode;

use clap::Parser;

use cistron::command::Cli;
use cistron::console;
use cistron_data::interrupt;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    if let Err(error) = interrupt::listen() {
        console::error(&format!("cannot listen for Ctrl-C: {error}"));
    }
    match cli.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            console::error(&error.to_string());
            ExitCode::from(error.exit_code())
        }
    }
}
