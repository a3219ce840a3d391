//! The file of an index: a header, each record's k-mers as differences, and a checksum.
//!
//! | bytes | content |
//! |---|---|
//! | 8 | `cistron` and a line feed |
//! | 1 | [`FILE_VERSION`] |
//! | 1 | alphabet: 0 DNA, 1 RNA, 2 protein |
//! | 1 | k |
//! | | LEB128: number of records N |
//! | | N times LEB128: number of k-mers, the first k-mer, then the difference to the one before |
//! | 8 | BLAKE3 of all before |

use super::SketchError;
use super::index::Index;
use super::kmers::KmerSpace;
use super::sets::KmerSets;
use crate::alphabet::Alphabet;

/// The version that [`Index::to_bytes`] writes and [`Index::from_bytes`] reads.
pub const FILE_VERSION: u8 = 1;

const MAGIC: &[u8; 8] = b"cistron\n";
const CHECKSUM: usize = 8;
const ALPHABETS: [Alphabet; 3] = [Alphabet::Dna, Alphabet::Rna, Alphabet::Protein];

/// Bytes that are no index file.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SketchFileError {
    /// The file does not start as one.
    #[error("not a k-mer index: expected it to start with `cistron`")]
    NotAnIndex,
    /// The version is unknown.
    #[error("version {found} of the k-mer index is unknown, expected {FILE_VERSION}; train again")]
    Version {
        /// The version found.
        found: u8,
    },
    /// The checksum does not fit: the file is damaged or cut off.
    #[error("the k-mer index is damaged or cut off after {bytes} bytes: its checksum does not fit")]
    Checksum {
        /// Bytes given.
        bytes: usize,
    },
    /// The alphabet is unknown.
    #[error("alphabet {found} of the k-mer index is unknown, expected 0 to 2")]
    Alphabet {
        /// The number found.
        found: u8,
    },
    /// The k-mers make no sense.
    #[error("the k-mer index is damaged at byte {byte}: expected {expected}")]
    Content {
        /// Where.
        byte: usize,
        /// What was expected.
        expected: &'static str,
    },
    /// k or the number of k-mers is out of range.
    #[error(transparent)]
    Sketch(#[from] SketchError),
}

impl Index {
    /// Returns the index as bytes, about 3 a k-mer of 15 bases in records of 1 kb.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut sets: Vec<Vec<u64>> =
            self.sizes.iter().map(|&size| Vec::with_capacity(size as usize)).collect();
        // k-mers are in ascending order, and so they come to each record.
        for (&kmer, &class) in self.inverted.kmers.iter().zip(&self.inverted.class_of) {
            for &record in self.inverted.classes.records(class) {
                sets[record as usize].push(kmer);
            }
        }
        let alphabet = ALPHABETS.iter().position(|&a| a == self.space.alphabet).unwrap_or_default();
        let mut bytes = MAGIC.to_vec();
        bytes.extend([FILE_VERSION, alphabet as u8, self.space.k as u8]);
        write(sets.len() as u64, &mut bytes);
        for set in sets {
            write(set.len() as u64, &mut bytes);
            let mut previous = 0;
            for kmer in set {
                write(kmer - previous, &mut bytes);
                previous = kmer;
            }
        }
        let checksum = checksum(&bytes);
        bytes.extend(checksum);
        bytes
    }

    /// Reads an index from the bytes of its file.
    ///
    /// # Errors
    ///
    /// Fails for bytes that [`Self::to_bytes`] did not write, at no more memory than some 100 bytes
    /// for each byte given.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SketchFileError> {
        if !bytes.starts_with(MAGIC) {
            return Err(SketchFileError::NotAnIndex);
        }
        let [version, alphabet, k] =
            *bytes.get(8..).and_then(<[u8]>::first_chunk).unwrap_or(&[0; 3]);
        if bytes.len() > MAGIC.len() && version != FILE_VERSION {
            return Err(SketchFileError::Version { found: version });
        }
        let (content, _) = bytes
            .split_last_chunk::<CHECKSUM>()
            .filter(|(content, end)| checksum(content) == **end)
            .ok_or(SketchFileError::Checksum { bytes: bytes.len() })?;
        let found = alphabet;
        let alphabet =
            *ALPHABETS.get(usize::from(found)).ok_or(SketchFileError::Alphabet { found })?;
        let space = KmerSpace::new(alphabet, k.into())?;
        Ok(Self::build(&read_sets(space, Reader { bytes: content, at: MAGIC.len() + 3 })?))
    }
}

fn read_sets(space: KmerSpace, mut reader: Reader<'_>) -> Result<KmerSets, SketchFileError> {
    let records = reader.count()?;
    let mut offsets = Vec::with_capacity(records + 1);
    offsets.push(0);
    let mut kmers: Vec<u64> = Vec::new();
    for _ in 0..records {
        let start = kmers.len();
        for _ in 0..reader.count()? {
            let byte = reader.at;
            let step = reader.number()?;
            let kmer = match kmers.get(start..).and_then(<[u64]>::last) {
                None => Some(step),
                Some(_) if step == 0 => None,
                Some(previous) => previous.checked_add(step),
            };
            let fits = kmer.filter(|kmer| kmer >> space.bits() == 0);
            kmers.push(fits.ok_or(SketchFileError::Content { byte, expected: "a larger k-mer" })?);
        }
        offsets.push(kmers.len());
    }
    if reader.at < reader.bytes.len() {
        return Err(SketchFileError::Content { byte: reader.at, expected: "the end" });
    }
    if records.max(kmers.len()) >= u32::MAX as usize {
        return Err(SketchError::TooLarge { records, kmers: kmers.len() }.into());
    }
    Ok(KmerSets::without_fingerprints(space, offsets, kmers))
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    /// Reads the number of things that follow, each of at least one byte.
    fn count(&mut self) -> Result<usize, SketchFileError> {
        let byte = self.at;
        let count = self.number()?;
        if count > (self.bytes.len() - self.at) as u64 {
            return Err(SketchFileError::Content {
                byte,
                expected: "as many entries as it counts",
            });
        }
        Ok(count as usize)
    }

    fn number(&mut self) -> Result<u64, SketchFileError> {
        let byte = self.at;
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let Some(&next) = self.bytes.get(self.at) else {
                return Err(SketchFileError::Content { byte, expected: "a number" });
            };
            self.at += 1;
            let low = u64::from(next & 127);
            if low << shift >> shift != low {
                break;
            }
            number |= low << shift;
            if next < 128 {
                return Ok(number);
            }
        }
        Err(SketchFileError::Content { byte, expected: "a number of 64 bits" })
    }
}

fn write(mut number: u64, bytes: &mut Vec<u8>) {
    while number >= 128 {
        bytes.push(number as u8 | 128);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    let mut checksum = [0; CHECKSUM];
    checksum.copy_from_slice(&blake3::hash(bytes).as_bytes()[..CHECKSUM]);
    checksum
}
