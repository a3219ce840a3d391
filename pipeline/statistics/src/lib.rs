//! What is known: intervals and tests behind every number of a report.

pub mod association;
pub mod bootstrap;
pub mod delong;
pub mod false_discovery;
pub mod interval;
pub mod noncentral;
