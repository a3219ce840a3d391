//! The program and its library as a user meets them: every test that runs the binary or reads the
//! shipped data, in one program, so that it is linked once.

// Helpers outside test functions fail a test in the same way.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::print_stderr, clippy::print_stdout)]

mod architecture;
mod attribute;
mod audit;
mod blocks;
mod command;
mod curves;
mod data;
mod docs;
mod hmmer;
mod init;
mod inputs;
mod mutations;
mod outputs;
mod page;
mod qpcr;
mod qualities;
mod reference;
mod robustness;
mod run;
mod schema;
mod sequences;
mod shell;
mod tune;
mod variants;
mod windows;
