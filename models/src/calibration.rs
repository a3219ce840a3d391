//! Whether probabilities mean what they say, and making them do so.

mod reliability;
mod temperature;

pub use reliability::{Reliability, ReliabilityBin};
pub use temperature::{CalibrationError, Temperature};
