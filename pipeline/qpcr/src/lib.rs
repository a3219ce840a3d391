//! Quantitative PCR: exports of instruments to one tidy table, quantities, and an audit after MIQE
//! (Bustin et al. 2009, doi:10.1373/clinchem.2008.112797).

pub mod audit;
pub mod cq;
pub mod measurements;
pub mod quantity;
pub mod reaction;
pub mod read;
pub mod records;
pub mod role;
pub mod well;

pub use cq::Cq;
pub use measurements::Measurements;
pub use reaction::{Curve, Reaction};
pub use role::Role;
pub use well::Well;
