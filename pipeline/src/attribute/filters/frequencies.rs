//! How often each letter stands at each position of aligned sites, and how much that says.

/// Sites that are added to those counted, with letters as the background has them, so that no
/// frequency is 0.
const PSEUDO_SITES: f64 = 1.0;

/// A position frequency matrix with its information content.
#[derive(Debug, Clone, PartialEq)]
pub struct Frequencies {
    letters: usize,
    /// (W, A)
    values: Vec<f64>,
    /// Bits of each position (W).
    information: Vec<f64>,
}

impl Frequencies {
    /// Frequencies from counts (W, A), against the share of each letter in the background (A).
    #[must_use]
    pub fn new(counts: &[u64], background: &[f64]) -> Self {
        let letters = background.len();
        let (mut values, mut information) = (Vec::with_capacity(counts.len()), Vec::new());
        for counts in counts.chunks(letters.max(1)) {
            let total = counts.iter().sum::<u64>() as f64 + PSEUDO_SITES;
            let pairs = counts.iter().zip(background);
            let row: Vec<f64> =
                pairs.map(|(n, share)| (*n as f64 + PSEUDO_SITES * share) / total).collect();
            information.push(bits(&row, background));
            values.extend(row);
        }
        Self { letters, values, information }
    }

    /// Frequencies of the letters (A) of each position.
    pub fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks(self.letters.max(1))
    }

    /// Information content of each position (W), in bits.
    #[must_use]
    pub fn information(&self) -> &[f64] {
        &self.information
    }

    /// Information content of all positions, in bits.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.information.iter().sum()
    }
}

/// Relative entropy of a position in bits: Σ p log2(p / q) of the frequencies p and the background q
/// (Stormo 2000, doi:10.1093/bioinformatics/16.1.16).
fn bits(frequencies: &[f64], background: &[f64]) -> f64 {
    let pairs = frequencies.iter().zip(background).filter(|(p, q)| **p > 0.0 && **q > 0.0);
    pairs.map(|(p, q)| p * (p / q).log2()).sum::<f64>().max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frequencies_and_bits_by_hand() {
        // Three As and a pseudo-site: A 3.25 / 4 = 0.8125, the others 0.25 / 4 = 0.0625.
        // 0.8125 log2(3.25) + 3 * 0.0625 log2(0.25) = 1.381607 - 0.375.
        let found = Frequencies::new(&[3, 0, 0, 0, 0, 0, 0, 0], &[0.25; 4]);
        let rows: Vec<&[f64]> = found.rows().collect();
        assert_eq!(rows[0], [0.8125, 0.0625, 0.0625, 0.0625]);
        assert!((found.information()[0] - 1.006_607).abs() < 1e-6, "{found:?}");
        // What nothing is known of looks like the background and says nothing.
        assert_eq!(rows[1], [0.25; 4]);
        assert!(found.information()[1].abs() < 1e-12);
        assert!((found.total() - found.information()[0]).abs() < 1e-12);
    }

    #[test]
    fn bits_are_counted_against_the_background() {
        // One fair bit, two letters of share 1/8 each at 1/2: log2(4) = 2 bits.
        assert!((bits(&[0.5, 0.5, 0.0], &[0.125, 0.125, 0.75]) - 2.0).abs() < 1e-12);
        assert!(bits(&[0.7, 0.1, 0.1, 0.1], &[0.7, 0.1, 0.1, 0.1]).abs() < 1e-12);
    }
}
