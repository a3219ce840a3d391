//! The biases, what strength must be found, and by which check.

use cistron_split::Part;
use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::mutate::{substituted, turned, with_more_gc};
use super::pool::Pool;
use super::sample::{Sample, Shape};
use super::trial::Asked;

/// A bias that is planted alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bias {
    Fragments,
    ReverseComplements,
    Copies,
    FarCopies,
    NearCopies,
    MoreGc,
    Longer,
    Ambiguity,
    LowerCase,
    Tails,
    FlippedLabels,
    Plate,
    Laboratory,
    SingleSex,
    OneSpecies,
    SelfPredicted,
    Overlap,
    WorseGroup,
}

/// Name, check, strengths, the strength that must be found.
type Row = (&'static str, &'static [&'static str], &'static [f64], f64);

impl Bias {
    pub(super) const ALL: [Self; 18] = [
        Self::Fragments,
        Self::ReverseComplements,
        Self::Copies,
        Self::FarCopies,
        Self::NearCopies,
        Self::MoreGc,
        Self::Longer,
        Self::Ambiguity,
        Self::LowerCase,
        Self::Tails,
        Self::FlippedLabels,
        Self::Plate,
        Self::Laboratory,
        Self::SingleSex,
        Self::OneSpecies,
        Self::SelfPredicted,
        Self::Overlap,
        Self::WorseGroup,
    ];

    fn row(self) -> Row {
        const LEAKED: &[f64] = &[0.01, 0.02, 0.05, 0.1];
        match self {
            Self::Fragments => {
                ("300-base fragments of training records", &["leakage.near"], LEAKED, 0.05)
            }
            Self::ReverseComplements => (
                "reverse complements of training records",
                &["leakage.reverse-complement"],
                LEAKED,
                0.05,
            ),
            Self::Copies => ("exact copies of training records", &["leakage.exact"], LEAKED, 0.05),
            Self::FarCopies => {
                ("copies with 12.5 % substitutions", &["leakage.sensitive"], LEAKED, 0.05)
            }
            Self::NearCopies => (
                "copies with 5 % substitutions",
                &["leakage.near", "leakage.related"],
                LEAKED,
                0.05,
            ),
            Self::MoreGc => (
                "GC content higher in one class",
                &["shortcut.length", "shortcut.feature"],
                &[0.02, 0.04, 0.06, 0.1],
                0.06,
            ),
            Self::Longer => (
                "length greater in one class",
                &["shortcut.length", "shortcut.feature"],
                &[0.05, 0.1, 0.15, 0.25],
                0.15,
            ),
            Self::Ambiguity => {
                ("N in a share of one class", &["symbols.ambiguous"], &[0.03, 0.05, 0.1, 0.2], 0.1)
            }
            Self::LowerCase => (
                "lower case in a share of one class",
                &["symbols.lower-case"],
                &[0.05, 0.1, 0.3, 0.5],
                0.3,
            ),
            Self::Tails => (
                "poly-A tails in a share of one class",
                &["symbols.tail"],
                &[0.05, 0.1, 0.2, 0.4],
                0.2,
            ),
            Self::FlippedLabels => (
                "flipped labels among homologues",
                &["label.homologue-vote"],
                &[0.01, 0.02, 0.03, 0.06],
                0.03,
            ),
            Self::Plate => {
                ("label told by the plate (share)", &["group.confounding"], &[0.2, 0.5, 1.0], 1.0)
            }
            Self::Laboratory => (
                "Cramér's V with the laboratory",
                &["group.confounding"],
                &[0.1, 0.2, 0.3, 0.5],
                0.5,
            ),
            Self::SingleSex => {
                ("one class of a single sex (share)", &["group.empty-cells"], &[0.95, 1.0], 1.0)
            }
            Self::OneSpecies => {
                ("share of one species", &["group.representation"], &[0.8, 0.85, 0.9, 0.95], 0.95)
            }
            Self::SelfPredicted => (
                "labels that a model predicted",
                &["feedback.predicted-labels"],
                &[0.01, 0.05, 0.2],
                0.2,
            ),
            Self::Overlap => ("overlapping intervals", &["leakage.interval"], LEAKED, 0.05),
            Self::WorseGroup => (
                "recall lower in one group",
                &["performance.group", "performance.recall"],
                &[0.05, 0.1, 0.15, 0.2],
                0.15,
            ),
        }
    }

    /// The bias in words.
    pub(super) fn name(self) -> &'static str {
        self.row().0
    }

    /// The checks that may find it.
    pub(super) fn checks(self) -> &'static [&'static str] {
        self.row().1
    }

    /// The questions that it is found by.
    pub(super) fn asked(self) -> Asked {
        match self {
            Self::Overlap => Asked::Intervals,
            Self::WorseGroup => Asked::Performance,
            _ => Asked::Data { sensitive: self == Self::FarCopies },
        }
    }

    /// The strengths of the sweep.
    pub(super) fn strengths(self) -> Vec<f64> {
        self.row().2.to_vec()
    }

    /// The strength at which it must be found.
    pub(super) fn required(self) -> f64 {
        self.row().3
    }

    /// Whether this is that strength.
    pub(super) fn is_required(self, strength: f64) -> bool {
        (strength - self.required()).abs() < 1e-9
    }

    /// The clean twin that it is planted in.
    pub(super) fn twin(
        self,
        pool: &Pool,
        shape: Shape,
        rng: &mut ChaCha8Rng,
    ) -> Result<Sample, String> {
        match self {
            Self::FlippedLabels => Sample::families(pool, shape, rng),
            _ => Sample::clean(pool, shape, rng),
        }
    }

    /// Plants the bias.
    pub(super) fn plant(self, sample: &mut Sample, strength: f64, rng: &mut ChaCha8Rng) {
        match self {
            Self::Fragments => leak(sample, strength, rng, |training, rng| {
                let start = rng.random_range(0..=training.len() - 300);
                training[start..start + 300].to_vec()
            }),
            Self::ReverseComplements => leak(sample, strength, rng, |training, _| turned(training)),
            Self::Copies => leak(sample, strength, rng, |training, _| training.to_vec()),
            Self::FarCopies => {
                leak(sample, strength, rng, |training, rng| substituted(training, 0.125, rng));
            }
            Self::NearCopies => {
                leak(sample, strength, rng, |training, rng| substituted(training, 0.05, rng));
            }
            Self::MoreGc => {
                for i in one_class(sample) {
                    sample.sequences[i] = with_more_gc(&sample.sequences[i], strength, rng);
                }
            }
            Self::Longer => {
                for i in one_class(sample) {
                    let more = (sample.sequences[i].len() as f64 * strength) as usize;
                    let behind = &sample.behind[i];
                    let more = behind[..more.min(behind.len())].to_vec();
                    sample.sequences[i].extend(more);
                }
            }
            Self::Ambiguity | Self::LowerCase | Self::Tails => {
                for i in one_class(sample) {
                    if rng.random_bool(strength) {
                        mark(self, &mut sample.sequences[i], rng);
                    }
                }
            }
            Self::FlippedLabels => {
                for i in chosen(sample.labels.len(), strength, rng) {
                    sample.labels[i] = (sample.labels[i] + 1) % sample.shape.classes;
                }
            }
            Self::Plate => {
                for i in 0..sample.labels.len() {
                    if rng.random_bool(strength) {
                        sample.laboratory[i] = sample.labels[i];
                    }
                }
            }
            Self::Laboratory => {
                // As many laboratories as classes; the label's own with probability V, else any.
                for i in 0..sample.labels.len() {
                    sample.laboratory[i] = if rng.random_bool(strength) {
                        sample.labels[i]
                    } else {
                        rng.random_range(0..sample.shape.classes)
                    };
                }
            }
            Self::SingleSex => {
                for i in one_class(sample) {
                    if rng.random_bool(strength) {
                        sample.sex[i] = 0;
                    }
                }
            }
            Self::OneSpecies => {
                for species in &mut sample.species {
                    *species = if rng.random_bool(strength) { 0 } else { rng.random_range(1..4) };
                }
            }
            Self::SelfPredicted => {
                sample.predicted = chosen(sample.labels.len(), strength, rng);
            }
            Self::Overlap => {
                let (learnt, held_out) = (sample.of(Part::Train), sample.of(Part::Test));
                for at in chosen(held_out.len(), strength, rng) {
                    let (start, end) = sample.loci[learnt[rng.random_range(0..learnt.len())]];
                    let shift = rng.random_range(1..end - start);
                    sample.loci[held_out[at]] = (start + shift, end + shift);
                }
            }
            Self::WorseGroup => {
                // .9 is right of sex 0, less of sex 1.
                for i in 0..sample.right.len() {
                    if sample.sex[i] == 1 {
                        sample.right[i] = rng.random_bool(0.9 - strength);
                    }
                }
            }
        }
    }
}

/// Puts an artefact into a sequence.
fn mark(bias: Bias, sequence: &mut Vec<u8>, rng: &mut ChaCha8Rng) {
    match bias {
        Bias::LowerCase => sequence.make_ascii_lowercase(),
        Bias::Tails => sequence.extend(vec![b'A'; rng.random_range(12..40)]),
        _ => {
            let at = rng.random_range(0..sequence.len());
            sequence[at] = b'N';
        }
    }
}

/// Replaces a share of the held-out records by what `make` makes of training records.
fn leak(
    sample: &mut Sample,
    strength: f64,
    rng: &mut ChaCha8Rng,
    make: impl Fn(&[u8], &mut ChaCha8Rng) -> Vec<u8>,
) {
    let (learnt, held_out) = (sample.of(Part::Train), sample.of(Part::Test));
    for at in chosen(held_out.len(), strength, rng) {
        let class = sample.labels[held_out[at]];
        let same: Vec<usize> =
            learnt.iter().copied().filter(|i| sample.labels[*i] == class).collect();
        let from = same[rng.random_range(0..same.len())];
        sample.sequences[held_out[at]] = make(&sample.sequences[from], rng);
    }
}

/// A share of n, at least one.
fn chosen(n: usize, strength: f64, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    order.shuffle(rng);
    order.truncate(((n as f64 * strength).round() as usize).max(1));
    order.sort_unstable();
    order
}

/// Records of the first class.
fn one_class(sample: &Sample) -> Vec<usize> {
    (0..sample.labels.len()).filter(|i| sample.labels[*i] == 0).collect()
}
