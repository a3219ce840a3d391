//! Physico-chemical channels of amino acids, as published.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::alphabet::Alphabet;

/// Published numbers for each of the 20 amino acids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PropertyScale {
    /// Three z-scales: lipophilicity, bulk, polarity (Hellberg et al. 1987,
    /// doi:10.1021/jm00390a003).
    #[serde(rename = "z-scales-3")]
    ZScales3,
    /// Five z-scales: lipophilicity, bulk, polarity, and two of electronic effects (Sandberg et al.
    /// 1998, doi:10.1021/jm9700575).
    #[serde(rename = "z-scales-5")]
    ZScales5,
    /// Hydropathy (Kyte and Doolittle 1982, doi:10.1016/0022-2836(82)90515-0).
    Hydropathy,
}

impl PropertyScale {
    /// Returns the names of the channels.
    #[must_use]
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::ZScales3 => &["z1", "z2", "z3"],
            Self::ZScales5 => &["z1", "z2", "z3", "z4", "z5"],
            Self::Hydropathy => &["hydropathy"],
        }
    }

    /// Returns the values of each amino acid in the order of [`Alphabet::symbols`]: (20, C).
    #[must_use]
    pub fn channels(self) -> &'static [f32] {
        match self {
            Self::ZScales3 => Z_SCALES_3.as_flattened(),
            Self::ZScales5 => Z_SCALES_5.as_flattened(),
            Self::Hydropathy => HYDROPATHY.as_flattened(),
        }
    }
}

const _: () = assert!(Alphabet::Protein.letters() == 20);

// The z3 of lysine is -3.14, and no multiple of a circle.
#[allow(clippy::approx_constant)]
#[rustfmt::skip]
const Z_SCALES_3: [[f32; 3]; 20] = [
    [0.07, -1.73, 0.09], // A
    [0.71, -0.97, 4.13], // C
    [3.64, 1.13, 2.36], // D
    [3.08, 0.39, -0.07], // E
    [-4.92, 1.3, 0.45], // F
    [2.23, -5.36, 0.3], // G
    [2.41, 1.74, 1.11], // H
    [-4.44, -1.68, -1.03], // I
    [2.84, 1.41, -3.14], // K
    [-4.19, -1.03, -0.98], // L
    [-2.49, -0.27, -0.41], // M
    [3.22, 1.45, 0.84], // N
    [-1.22, 0.88, 2.23], // P
    [2.18, 0.53, -1.14], // Q
    [2.88, 2.52, -3.44], // R
    [1.96, -1.63, 0.57], // S
    [0.92, -2.09, -1.4], // T
    [-2.69, -2.53, -1.29], // V
    [-4.75, 3.65, 0.85], // W
    [-1.39, 2.32, 0.01], // Y
];

#[rustfmt::skip]
const Z_SCALES_5: [[f32; 5]; 20] = [
    [0.24, -2.32, 0.6, -0.14, 1.3], // A
    [0.84, -1.67, 3.71, 0.18, -2.65], // C
    [3.98, 0.93, 1.93, -2.46, 0.75], // D
    [3.11, 0.26, -0.11, -3.04, -0.25], // E
    [-4.22, 1.94, 1.06, 0.54, -0.62], // F
    [2.05, -4.06, 0.36, -0.82, -0.38], // G
    [2.47, 1.95, 0.26, 3.9, 0.09], // H
    [-3.89, -1.73, -1.71, -0.84, 0.26], // I
    [2.29, 0.89, -2.49, 1.49, 0.31], // K
    [-4.28, -1.3, -1.49, -0.72, 0.84], // L
    [-2.85, -0.22, 0.47, 1.94, -0.98], // M
    [3.05, 1.62, 1.04, -1.15, 1.61], // N
    [-1.66, 0.27, 1.84, 0.7, 2.0], // P
    [1.75, 0.5, -1.44, -1.34, 0.66], // Q
    [3.52, 2.5, -3.5, 1.99, -0.17], // R
    [2.39, -1.07, 1.15, -1.39, 0.67], // S
    [0.75, -2.18, -1.12, -1.46, -0.4], // T
    [-2.59, -2.64, -1.54, -0.85, -0.02], // V
    [-4.36, 3.94, 0.59, 3.44, -1.59], // W
    [-2.54, 2.44, 0.43, 0.04, -1.47], // Y
];

#[rustfmt::skip]
const HYDROPATHY: [[f32; 1]; 20] = [
    [1.8], // A
    [2.5], // C
    [-3.5], // D
    [-3.5], // E
    [2.8], // F
    [-0.4], // G
    [-3.2], // H
    [4.5], // I
    [-3.9], // K
    [3.8], // L
    [1.9], // M
    [-3.5], // N
    [-1.6], // P
    [-3.5], // Q
    [-4.5], // R
    [-0.8], // S
    [-0.7], // T
    [4.2], // V
    [-0.9], // W
    [-1.3], // Y
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_values_by_hand() {
        let symbols = Alphabet::Protein.symbols();
        let of = |scale: PropertyScale, letter: u8| {
            let width = scale.names().len();
            let at = symbols.iter().position(|symbol| *symbol == letter).unwrap();
            scale.channels()[at * width..][..width].to_vec()
        };
        assert_eq!(of(PropertyScale::ZScales5, b'W'), [-4.36, 3.94, 0.59, 3.44, -1.59]);
        assert_eq!(of(PropertyScale::ZScales3, b'G'), [2.23, -5.36, 0.3]);
        assert_eq!(of(PropertyScale::Hydropathy, b'I'), [4.5]);
        assert_eq!(of(PropertyScale::Hydropathy, b'R'), [-4.5]);
        // The mean hydropathy of the 20 amino acids is -0.49.
        let sum: f32 = PropertyScale::Hydropathy.channels().iter().sum();
        assert!((sum / 20.0 + 0.49).abs() < 1e-6, "{sum}");
    }
}
