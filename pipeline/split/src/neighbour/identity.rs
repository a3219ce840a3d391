//! Which records are the same sequence, as written or as the other strand, or the same numbers.

use rayon::prelude::*;

use cistron_data::dataset::Dataset;

/// 128-bit hashes of every record's upper-case sequence and of its reverse complement.
#[derive(Debug, Clone)]
pub struct Identities {
    forward: Vec<u128>,
    reverse: Vec<Option<u128>>,
}

impl Identities {
    /// Hashes every record; 128 bits of BLAKE3, so that equal hashes mean equal sequences.
    #[must_use]
    pub fn new(dataset: &Dataset) -> Self {
        let (forward, reverse) = (0..dataset.len())
            .into_par_iter()
            .map(|i| {
                if let Some(numbers) = &dataset.numbers {
                    let values = numbers.record(i).iter().flat_map(|value| value.to_le_bytes());
                    return (hash(&values.collect::<Vec<u8>>()), None);
                }
                let sequence = dataset.sequence(i).to_ascii_uppercase();
                let reverse = dataset.alphabet.reverse_complement(&sequence);
                (hash(&sequence), reverse.map(|r| hash(&r)))
            })
            .unzip();
        Self { forward, reverse }
    }

    /// Hash of record `i` as written.
    #[must_use]
    pub fn forward(&self, i: usize) -> u128 {
        self.forward[i]
    }

    /// Hash of the other strand of record `i`; `None` for proteins.
    #[must_use]
    pub fn reverse(&self, i: usize) -> Option<u128> {
        self.reverse[i]
    }

    /// Hash that both strands of record `i` share.
    #[must_use]
    pub fn canonical(&self, i: usize) -> u128 {
        self.reverse[i].map_or(self.forward[i], |reverse| reverse.min(self.forward[i]))
    }

    /// Records that are one sequence, either strand, in groups of two and more; groups and the
    /// records in them in the order of the data set.
    #[must_use]
    pub fn groups(&self) -> Vec<Vec<usize>> {
        let mut order: Vec<usize> = (0..self.forward.len()).collect();
        order.sort_by_key(|i| (self.canonical(*i), *i));
        let mut groups: Vec<Vec<usize>> = order
            .chunk_by(|a, b| self.canonical(*a) == self.canonical(*b))
            .filter(|group| group.len() > 1)
            .map(<[usize]>::to_vec)
            .collect();
        groups.sort_by_key(|group| group[0]);
        groups
    }
}

fn hash(sequence: &[u8]) -> u128 {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&blake3::hash(sequence).as_bytes()[..16]);
    u128::from_le_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use cistron_encoders::alphabet::Alphabet;

    use super::*;

    fn dataset(alphabet: Alphabet, sequences: &[&str]) -> Dataset {
        let mut dataset = Dataset::new(alphabet);
        for (i, sequence) in sequences.iter().enumerate() {
            dataset.push(format!("r{i}"), sequence.as_bytes(), i as u64 + 1);
        }
        dataset
    }

    #[test]
    fn case_and_strand_do_not_hide_a_copy() {
        let dataset = dataset(Alphabet::Dna, &["AACC", "AC", "aacc", "GGTT", "TTTT", "ggtt"]);
        let identities = Identities::new(&dataset);
        assert_eq!(identities.groups(), [vec![0, 2, 3, 5]]);
        assert_eq!(identities.forward(0), identities.forward(2));
        assert_eq!(identities.reverse(0), Some(identities.forward(3)));
        assert_ne!(identities.forward(0), identities.forward(3));
    }

    #[test]
    fn proteins_have_one_strand() {
        let identities = Identities::new(&dataset(Alphabet::Protein, &["MKV", "VKM", "mkv"]));
        assert_eq!(identities.groups(), [vec![0, 2]]);
        assert_eq!(identities.reverse(0), None);
    }
}
