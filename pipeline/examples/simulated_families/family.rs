//! Families: a random founder and its mutated members.

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use cistron_encoders::alphabet::Alphabet;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Members of a family.
const MEMBERS: usize = 10;

/// Largest share of a member's bases that are substituted.
const MOST_SUBSTITUTED: f64 = 0.05;

/// Share of the families that is held out.
const HELD_OUT: f64 = 0.2;

/// Writes `families.fasta` and `families.tsv`.
pub(super) fn write(
    folder: &Path,
    records: usize,
    (shortest, longest): (usize, usize),
    seed: u64,
) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(folder)?;
    let mut fasta = BufWriter::new(File::create(folder.join("families.fasta"))?);
    let mut table = BufWriter::new(File::create(folder.join("families.tsv"))?);
    writeln!(table, "id\tlabel\tfamily\tsplit")?;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut written = 0;
    for family in 0.. {
        let length = rng.random_range(shortest..=longest);
        let founder: Vec<u8> = (0..length).map(|_| b"ACGT"[rng.random_range(0..4)]).collect();
        let label = ["a", "b"][rng.random_range(0..2)];
        let split = if rng.random_bool(HELD_OUT) { "test" } else { "train" };
        for member in 0..MEMBERS {
            if written == records {
                fasta.flush()?;
                table.flush()?;
                return Ok(());
            }
            let sequence = member_of(&founder, member, &mut rng);
            writeln!(fasta, ">f{family}_{member}")?;
            fasta.write_all(&sequence)?;
            writeln!(fasta)?;
            writeln!(table, "f{family}_{member}\t{label}\t{family}\t{split}")?;
            written += 1;
        }
    }
    Ok(())
}

fn member_of(founder: &[u8], member: usize, rng: &mut ChaCha8Rng) -> Vec<u8> {
    let rate = if member == 0 { 0.0 } else { rng.random_range(0.0..MOST_SUBSTITUTED) };
    let start = match member % 5 {
        4 => rng.random_range(0..=founder.len() / 2),
        _ => 0,
    };
    let end = if member % 5 == 4 { start + founder.len() / 2 } else { founder.len() };
    let sequence: Vec<u8> = founder[start..end]
        .iter()
        .map(|base| if rng.random_bool(rate) { other(*base, rng) } else { *base })
        .collect();
    let turned = Alphabet::Dna.reverse_complement(&sequence).filter(|_| member % 5 == 3);
    turned.unwrap_or(sequence)
}

fn other(base: u8, rng: &mut ChaCha8Rng) -> u8 {
    loop {
        let drawn = b"ACGT"[rng.random_range(0..4)];
        if drawn != base {
            return drawn;
        }
    }
}
