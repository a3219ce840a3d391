//! The one place that prints: bars on a terminal, plain lines elsewhere, JSON events on request.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::io::{IsTerminal, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

/// How a command talks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// Text for people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Prints results to standard output and progress to standard error.
#[derive(Debug, Clone, Copy)]
pub struct Console {
    format: Format,
    quiet: bool,
}

impl Console {
    /// A console; `quiet` leaves out progress and finished stages.
    #[must_use]
    pub fn new(format: Format, quiet: bool) -> Self {
        Self { format, quiet }
    }

    /// Whether standard error is a terminal that wants colours.
    #[must_use]
    pub fn styled() -> bool {
        std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none()
    }

    /// A result: always printed.
    pub fn result(&self, text: &str, event: Value) {
        match self.format {
            Format::Text => print(text),
            Format::Json => print(&event.to_string()),
        }
    }

    /// A line about a finished stage.
    pub fn stage(&self, stage: &str, what: &str, seconds: f64) {
        match self.format {
            _ if self.quiet => {}
            Format::Text => print(&format!("{stage:<28} {what}  [{seconds:.1} s]")),
            Format::Json => {
                print(&json!({"stage": stage, "done": what, "seconds": seconds}).to_string());
            }
        }
    }

    /// Something that the user should know but that stops nothing.
    pub fn warn(&self, text: &str) {
        match self.format {
            Format::Text => eprintln!("warning: {text}"),
            Format::Json => print(&json!({"warning": text}).to_string()),
        }
    }

    /// A progress bar over `total` steps: drawn on a terminal, silent elsewhere.
    #[must_use]
    pub fn bar(&self, label: &str, total: u64) -> ProgressBar {
        let shown = !self.quiet && self.format == Format::Text && std::io::stderr().is_terminal();
        let target =
            if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(total), target);
        if let Ok(style) =
            ProgressStyle::with_template("{prefix:28} {bar:30} {pos}/{len} {msg} eta {eta}")
        {
            bar.set_style(style);
        }
        bar.set_prefix(label.to_string());
        bar
    }
}

/// An error, as the last thing a command says.
pub fn error(text: &str) {
    // Rendered workflow errors bring their own heading.
    let heading = if text.starts_with("error") || text.contains('\u{1b}') { "" } else { "error: " };
    eprintln!("{heading}{text}");
}

/// Prints to standard output; a closed pipe (`| head`) is the reader's choice, no error.
fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}");
}
