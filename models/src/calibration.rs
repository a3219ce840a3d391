//! Whether probabilities mean what they say, and making them do so.

mod conformal;
mod pool;
mod reliability;
mod temperature;

pub use conformal::{Conformal, prediction_set};
pub use pool::Pool;
pub use reliability::{Reliability, ReliabilityBin};
pub use temperature::{CalibrationError, Temperature};
