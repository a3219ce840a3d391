//! Sequence classifiers: from symbol codes (N, L), tokens (N, T) or numbers (N, L, C) to logits
//! (N, K) and back to the gradient of every weight.
//!
//! A network is data, a list of [`layer::Layer`]; an [`executor::Executor`] runs it. Tensors are
//! (N, L, C): sequences, positions, channels.

// Tests compare numbers that are exact: sums of small integers, copies, zeros.
#![cfg_attr(test, allow(clippy::float_cmp))]

pub mod architecture;
pub mod baseline;
pub mod batch;
pub mod calibration;
mod candle_executor;
pub mod checkpoint;
pub mod class_activation;
pub mod cpu;
pub mod device;
pub mod dropout;
pub mod executor;
pub mod filters;
pub mod fit;
pub mod head;
pub mod input;
pub mod layer;
pub mod metrics;
pub mod network;
pub mod optimizer;
mod random;
pub mod sequence;
mod trees;
pub mod weights;
mod wide;
