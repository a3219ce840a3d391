//! Cistron trains classifiers on biological sequences and never hands out a prediction without the
//! audit of the data behind it.
//!
//! The flow is `read → split → encode → train → evaluate → predict → audit → report`; each step is
//! a module of this crate, and [`run`] puts them in line.

pub mod attribute;
pub mod command;
pub mod compare;
pub mod console;
pub mod earlier;
pub mod encode;
pub mod evaluated;
pub mod init;
pub mod key;
pub mod manifest;
pub mod model;
pub mod predict;
pub mod report;
pub mod run;
pub mod train;
pub mod tune;
pub mod workflow;

pub use cistron_audit as audit;
pub use cistron_data as data;
pub use cistron_evaluate as evaluate;
pub use cistron_qpcr as qpcr;
pub use cistron_split as split;
pub use cistron_statistics as statistics;
