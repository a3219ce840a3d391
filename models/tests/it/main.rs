//! Statistics and fits held to published programs, in one test program. `allocation` beside it is one
//! of its own, since it counts what the whole process allocates.

// Helpers outside test functions fail a test in the same way.
#![allow(clippy::unwrap_used)]

mod calibration;
mod logistic;
mod metrics;
mod naive_bayes;
