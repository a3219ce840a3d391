//! What is there: files become a [`dataset::Dataset`], every record checked.
//!
//! [`read::read`] reads what a [`config::Read`] names; [`inspect::inspect`] says what any file holds.

pub mod artefact;
pub mod config;
pub mod dataset;
pub mod error;
pub mod inputs;
pub mod inspect;
pub mod interrupt;
pub mod path;
pub mod read;
pub mod spelling;
pub mod variant;
