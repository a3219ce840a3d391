//! Six-frame translation: what a stretch of DNA may code for, in every reading frame at once.

use crate::alphabet::{Alphabet, UnknownSymbol};
use crate::batch::Batch;
use crate::translate::six_frames;
use crate::{Encoder, Shape};

/// Channels of a frame: the 20 amino acids and the stop.
pub const FRAME_CHANNELS: usize = 21;

/// One-hot amino acids of the six frames (N, L, 126): 21 channels for each of the three frames of
/// the strand as it is, then of its reverse complement.
///
/// Made by [`build`](crate::build). Position l holds codon l of each frame, counted from that
/// strand's first base; a codon that can stand for several amino acids has all channels 0.
#[derive(Clone, Debug)]
pub struct SixFrames {
    alphabet: Alphabet,
    length: usize,
}

impl SixFrames {
    pub(crate) fn new(alphabet: Alphabet, length: usize) -> Self {
        Self { alphabet, length }
    }

    /// Returns the names of the channels: `+1 A` to `-3 *`.
    pub(crate) fn names() -> Vec<String> {
        let letters = Alphabet::Protein.symbols()[..20].iter().chain(b"*");
        let frames = ["+1", "+2", "+3", "-1", "-2", "-3"];
        let of = |frame: &'static str| {
            letters.clone().map(move |letter| format!("{frame} {}", char::from(*letter)))
        };
        frames.into_iter().flat_map(of).collect()
    }
}

impl Encoder for SixFrames {
    fn shape(&self) -> Shape {
        Shape::Dense { length: self.length, channels: 6 * FRAME_CHANNELS }
    }

    fn encode(&self, sequences: &[&[u8]], batch: &mut Batch) -> Result<(), UnknownSymbol> {
        let channels = 6 * FRAME_CHANNELS;
        let available = sequences.iter().map(|sequence| sequence.len() / 3);
        let values = batch.begin_dense(self.length, channels, available); // (N, L, C)
        let rows = values.chunks_mut(self.length * channels);
        for (i, (sequence, row)) in sequences.iter().zip(rows).enumerate() {
            self.alphabet.check(sequence).map_err(|error| error.in_record(i))?;
            for (frame, protein) in six_frames(sequence).iter().enumerate() {
                for (position, residue) in row.chunks_mut(channels).zip(protein) {
                    if let Some(channel) = channel(*residue) {
                        position[frame * FRAME_CHANNELS + channel] = 1.0;
                    }
                }
            }
        }
        Ok(())
    }
}

/// The channel of a residue within its frame; `None` for X.
fn channel(residue: u8) -> Option<usize> {
    if residue == b'*' {
        return Some(20);
    }
    Alphabet::Protein.symbols()[..20].iter().position(|letter| *letter == residue)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(sequence: &[u8], length: usize) -> Vec<Vec<String>> {
        let mut batch = Batch::default();
        SixFrames::new(Alphabet::Dna, length).encode(&[sequence], &mut batch).unwrap();
        let names = SixFrames::names();
        let dense = batch.to_dense().unwrap();
        let position = |row: &[f32]| {
            let on = row.iter().zip(&names).filter(|(value, _)| **value > 0.0);
            on.map(|(_, name)| name.clone()).collect()
        };
        dense.chunks(names.len()).map(position).collect()
    }

    #[test]
    fn frames_by_hand() {
        // Forward MA*, WH, GI; the reverse complement TTATGCCAT: LCH, YA, MP.
        let expected: [&[&str]; 4] = [
            &["+1 M", "+2 W", "+3 G", "-1 L", "-2 Y", "-3 M"],
            &["+1 A", "+2 H", "+3 I", "-1 C", "-2 A", "-3 P"],
            &["+1 *", "-1 H"],
            &[],
        ];
        assert_eq!(named(b"ATGGCATAA", 4), expected);
        // What codes for several amino acids is nothing.
        assert_eq!(named(b"NNN", 1), [Vec::<String>::new()]);
    }

    #[test]
    fn the_reverse_complement_swaps_the_strands() {
        let sequence = b"ATGGCATAACCTGAT";
        let other = Alphabet::Dna.reverse_complement(sequence).unwrap();
        let swap = |name: &String| match name.split_at(1) {
            ("+", rest) => format!("-{rest}"),
            (_, rest) => format!("+{rest}"),
        };
        let (mut ours, theirs) = (named(&other, 5), named(sequence, 5));
        for row in &mut ours {
            *row = row.iter().map(swap).collect();
            row.sort();
        }
        assert_eq!(ours, theirs);
    }
}
