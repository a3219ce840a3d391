//! Cistron trains classifiers on biological sequences and never hands out a prediction without the
//! audit of the data behind it.
//!
//! The flow is `read → split → encode → train → evaluate → predict → audit → report`; each step is
//! a module of this crate, and [`run`] puts them in line.

pub mod artefact;
pub mod attribute;
pub mod audit;
pub mod command;
pub mod compare;
pub mod console;
pub mod dataset;
pub mod earlier;
pub mod encode;
pub mod error;
pub mod evaluate;
pub mod init;
pub mod inspect;
pub mod interrupt;
pub mod key;
pub mod manifest;
pub mod model;
pub mod neighbour;
pub mod predict;
pub mod qpcr;
pub mod read;
pub mod report;
pub mod run;
pub mod sampling;
pub mod split;
pub mod train;
pub mod tune;
pub mod variant;
pub mod workflow;
