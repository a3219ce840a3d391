//! Damaged files of every format: each is read or refused, none panics, hangs or is read for ever.
//!
//! A second a format by default; `CISTRON_FUZZ_SECONDS=600` makes a long run of it.

use std::io::{Cursor, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use cistron_data::read::open::Source;
use cistron_data::read::reference::Reference;
use cistron_data::read::table::Table;
use cistron_data::read::{fasta, fastq, intervals, vcf};
use cistron_encoders::alphabet::Alphabet;

/// A small generator of numbers (Marsaglia 2003, doi:10.18637/jss.v008.i14), so that a failure can
/// be made again from its round.
struct Xorshift(u64);

impl Xorshift {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }
}

/// Bytes that matter to a parser.
const SPECIAL: &[u8] = b"\n\r\t >@+;#,:=\"'-.*<>[]0129ACGTN\x00\x7f\xff";

/// A few random changes: bytes replaced, removed, put in; stretches repeated; the end cut off.
fn damaged(seed: &[u8], random: &mut Xorshift) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=random.below(6) {
        let at = random.below(bytes.len());
        match random.below(6) {
            0 if !bytes.is_empty() => bytes[at] = random.below(256) as u8,
            1 if !bytes.is_empty() => bytes[at] = SPECIAL[random.below(SPECIAL.len())],
            2 if !bytes.is_empty() => drop(bytes.remove(at)),
            3 => bytes.insert(at, SPECIAL[random.below(SPECIAL.len())]),
            4 => {
                let end = (at + random.below(64)).min(bytes.len());
                let stretch = bytes[at..end].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, stretch);
            }
            _ => bytes.truncate(at),
        }
    }
    bytes
}

/// Reads damaged copies of `seed` for a while; every reader must end within its input's size.
fn torture(name: &str, seed: &[u8], read: impl Fn(&Path, Source) -> usize) {
    let seconds = std::env::var("CISTRON_FUZZ_SECONDS").ok().and_then(|s| s.parse().ok());
    let end = Instant::now() + Duration::from_secs(seconds.unwrap_or(1));
    let path = Path::new("damaged");
    let mut random = Xorshift(0x2545_F491_4F6C_DD1D);
    let mut rounds = 0_u64;
    while Instant::now() < end {
        let bytes = damaged(seed, &mut random);
        let timed = || {
            let start = Instant::now();
            if let Ok(source) = Source::new(path, Box::new(Cursor::new(bytes.clone()))) {
                let items = read(path, source);
                // A stretch repeated within a compressed file may hold more than its bytes.
                assert!(items <= 100 * bytes.len() + 10, "{name}, round {rounds}: {items} items");
            }
            start.elapsed()
        };
        // A machine that is busy may stall any process: what hangs does so again.
        let slow = |took: &Duration| *took >= Duration::from_secs(5);
        let took = Some(timed()).filter(slow).and_then(|_| Some(timed()).filter(slow));
        assert!(took.is_none(), "{name}, round {rounds}: {took:?}");
        rounds += 1;
    }
    eprintln!("{name}: {rounds} damaged files, none panicked");
    assert!(rounds > 100, "{name}: {rounds} rounds only");
}

const FASTA: &[u8] = b">a first one\nACGTNNRYACGT\nACGT\n>b|c class=x\nacgtACGT\r\n\r\n>c\nTTTT";
const FASTQ: &[u8] = b"@a one\nACGT\n+\nIIII\n@b\nAC\nGT\n+b\n@I\n+I\n@c\r\nN\r\n+\r\n!\r\n";
const TABLE: &[u8] = b"id,sequence,label\na,ACGT,1\n\"b\",\"AC\",0\nc,TTTTTTTT,\n";
const VCF: &[u8] = b"##fileformat=VCFv4.2\n##contig=<ID=1,length=99>\n\
##INFO=<ID=DP,Number=1,Type=Integer,Description=\"depth\">\n\
##INFO=<ID=AF,Number=A,Type=Float,Description=\"share\">\n\
##FORMAT=<ID=GT,Number=1,Type=String,Description=\"genotype\">\n\
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts1\ts2\n\
1\t7\trs1\tA\tC,<DEL>\t9.5\tPASS\tDP=3;AF=.1,.2\tGT\t0|1\t./.\n\
1\t9\t.\tAC\tA\t.\t.\t.\tGT\t0/0\t1\n";

const BED: &[u8] =
    b"# by hand\ntrack name=x\nchr1\t2\t6\nchr1\t0\t9\ta\t0\t-\r\n\nchr2\t1\t3\tb\t5\t.\t9\n";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

#[test]
fn damaged_sequences() {
    let fasta = |path: &Path, source| fasta::Records::new(path, source, Alphabet::Dna).count();
    torture("FASTA", FASTA, fasta);
    torture("gzip FASTA", &gzip(FASTA), fasta);
    torture("zstd FASTA", &zstd::encode_all(FASTA, 3).unwrap(), fasta);
    torture("FASTQ", FASTQ, |path, source| {
        fastq::Records::new(path, source, Alphabet::Dna).count()
    });
}

#[test]
fn damaged_tables_and_variants() {
    torture("table", TABLE, |path, source| {
        Table::from_source(path, source).map_or(0, Iterator::count)
    });
    let vcf = |path: &Path, source| vcf::Records::new(path, source).map_or(0, Iterator::count);
    torture("VCF", VCF, vcf);
    torture("zstd VCF", &zstd::encode_all(VCF, 3).unwrap(), vcf);
    torture("zstd table", &zstd::encode_all(TABLE, 3).unwrap(), |path, source| {
        Table::from_source(path, source).map_or(0, Iterator::count)
    });
}

#[test]
fn damaged_intervals_and_genomes() {
    let folder = tempfile::tempdir().unwrap();
    let [genome, damaged] = ["genome.fa", "damaged.fa"].map(|name| folder.path().join(name));
    let bases = b">chr1 one\nACGTAC\nGTTT\n>chr2\nggaN\n";
    std::fs::write(&genome, bases).unwrap();
    torture("BED", BED, |path, source| {
        let genome = Reference::open(&genome).unwrap();
        intervals::Records::new(path, source, genome, Alphabet::Dna).count()
    });
    torture("genome", bases, |path, mut source| {
        let mut file = std::fs::File::create(&damaged).unwrap();
        std::io::copy(&mut source, &mut file).ok();
        let Ok(genome) = Reference::open(&damaged) else { return 0 };
        let bed = Source::new(path, Box::new(BED)).unwrap();
        intervals::Records::new(path, bed, genome, Alphabet::Dna).count()
    });
}

#[test]
fn damaged_files_are_looked_at() {
    torture("inspect", FASTQ, |_, mut source| {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::io::copy(&mut source, &mut file.as_file()).ok();
        cistron_data::inspect::inspect(file.path()).map_or(0, |found| found.records as usize)
    });
}
