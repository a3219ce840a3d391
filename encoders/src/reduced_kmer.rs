//! k-mer counts of proteins in a reduced alphabet: longer words than 20 letters allow.

use crate::alphabet::{Alphabet, NO_SYMBOL, UnknownSymbol};
use crate::batch::Batch;
use crate::kmer::Scale;
use crate::reduction::Reduction;
use crate::{Encoder, Shape};

/// k-mer counts of groups of amino acids (N, 1, G^k), in lexicographic order of the groups.
///
/// Made by [`build`](crate::build). k-mers that hold an ambiguity code or a stop are skipped.
#[derive(Clone, Debug)]
pub struct ReducedKmerCounts {
    reduction: Reduction,
    group_of: [usize; 20],
    k: usize,
    channels: usize,
    scale: Scale,
}

impl ReducedKmerCounts {
    pub(crate) fn new(reduction: Reduction, k: usize, scale: Scale) -> Self {
        let channels = reduction.groups().len().pow(k as u32);
        Self { reduction, group_of: reduction.group_of(), k, channels, scale }
    }

    /// Returns the k-mer of each channel, by the first amino acid of each group.
    pub(crate) fn names(&self) -> Vec<String> {
        let groups = self.reduction.groups();
        let letter = |kmer: usize, at: usize| {
            let group = kmer / groups.len().pow((self.k - 1 - at) as u32) % groups.len();
            &groups[group][..1]
        };
        (0..self.channels).map(|kmer| (0..self.k).map(|at| letter(kmer, at)).collect()).collect()
    }
}

impl Encoder for ReducedKmerCounts {
    fn shape(&self) -> Shape {
        Shape::Dense { length: 1, channels: self.channels }
    }

    fn encode(&self, sequences: &[&[u8]], batch: &mut Batch) -> Result<(), UnknownSymbol> {
        let groups = self.reduction.groups().len();
        let lookup = Alphabet::Protein.lookup();
        // (N, 1, C)
        let values = batch.begin_dense(1, self.channels, sequences.iter().map(|_| 1));
        for (i, (sequence, counts)) in
            sequences.iter().zip(values.chunks_mut(self.channels)).enumerate()
        {
            // `run` counts the amino acids since the last other symbol.
            let (mut kmer, mut run) = (0, 0);
            for (position, symbol) in sequence.iter().enumerate() {
                let code = lookup[usize::from(*symbol)];
                if code == NO_SYMBOL {
                    return Err(Alphabet::Protein.unknown(position, *symbol).in_record(i));
                }
                let Some(group) = self.group_of.get(usize::from(code) - 1) else {
                    run = 0;
                    continue;
                };
                kmer = (kmer * groups + group) % self.channels;
                run += 1;
                if run >= self.k {
                    counts[kmer] += 1.0;
                }
            }
            self.scale.apply(counts);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_by_hand() {
        let encoder = ReducedKmerCounts::new(Reduction::Polarity, 2, Scale::None);
        assert_eq!(encoder.names(), ["AA", "AC", "CA", "CC"]);
        let mut batch = Batch::default();
        // A and L are hydrophobic, K and R polar: aa ap, then pp behind the X, then nothing.
        encoder.encode(&[b"ALKXrk*", b"A"], &mut batch).unwrap();
        assert_eq!(batch.to_dense().unwrap(), [1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
        let error = encoder.encode(&[b"A", b"A-"], &mut batch).unwrap_err();
        assert_eq!((error.record, error.position), (1, 1));
    }

    #[test]
    fn the_sum_of_groups_is_the_sum_of_their_words() {
        use crate::kmer::{KmerCounts, kmer_names};
        let sequence: &[u8] = b"MKVLAATRHGWYEDEMKVLQNCCPSTFIX";
        let (mut whole, mut reduced) = (Batch::default(), Batch::default());
        KmerCounts::new(Alphabet::Protein, 2, false, Scale::None)
            .encode(&[sequence], &mut whole)
            .unwrap();
        let encoder = ReducedKmerCounts::new(Reduction::Dayhoff6, 2, Scale::None);
        encoder.encode(&[sequence], &mut reduced).unwrap();
        let group = Reduction::Dayhoff6.group_of();
        let letter = |l: u8| Alphabet::Protein.symbols().iter().position(|s| *s == l).unwrap();
        let mut expected = vec![0.0; 36];
        for (name, count) in kmer_names(Alphabet::Protein, 2).zip(whole.to_dense().unwrap()) {
            let at = name.bytes().fold(0, |at, l| at * 6 + group[letter(l)]);
            expected[at] += count;
        }
        assert_eq!(reduced.to_dense().unwrap(), expected);
    }
}
