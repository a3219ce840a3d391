//! What a model makes of variants: the score of both alleles, their difference, and the same written
//! into the VCF file.

mod annotated;
mod effects;

use std::path::{Path, PathBuf};

use cistron_encoders::EncoderConfig;
use cistron_models::executor::Executor;
use noodles::vcf::variant::RecordBuf;

use super::{BLOCK, Ensemble, Prediction, audit_path};
use annotated::Annotated;
use cistron_audit::{InputFile, Query as Asked, unscored};
use cistron_data::artefact;
use cistron_data::dataset::Dataset;
use cistron_data::error::Error;
use cistron_data::read::reference::Reference;
use cistron_data::read::vcf::{Alternate, Records, Variant};
use cistron_data::variant::{self, Strand, WINDOW};
use cistron_split::neighbour::identity::Identities;
use effects::Effects;

/// Variants of a block at most.
const VARIANTS: usize = 4096;

/// A file of variants and how they are looked at.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// The VCF file.
    pub vcf: &'a Path,
    /// The FASTA file of the genome that it refers to.
    pub reference: &'a Path,
    /// Bases of a window; what the encoder takes, or [`WINDOW`], where it is not given.
    pub window: Option<usize>,
    /// Strand of the windows.
    pub strand: Strand,
}

/// Scores of the alleles of one record.
struct Scored {
    variant: Variant,
    /// Predictions of the window with each alternate allele; `None` of one without bases.
    alternates: Vec<Option<Prediction>>,
    /// Prediction of the window with the reference bases.
    reference: Prediction,
}

/// What became of the alleles of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Predicted {
    /// Alternate alleles that were scored.
    pub alleles: usize,
    /// Alternate alleles without bases, which have no window to score.
    pub unscored: usize,
    /// The table, the annotated VCF and the audit.
    pub outputs: [PathBuf; 3],
}

impl std::fmt::Display for Predicted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} alleles predicted", self.alleles)?;
        if self.unscored > 0 {
            write!(f, ", {} without bases left unscored", self.unscored)?;
        }
        Ok(())
    }
}

/// Predicts every allele of a VCF file, a block of records at a time; writes a table, the annotated
/// VCF beside it and the audit.
///
/// # Errors
///
/// Where a record is malformed, or the reference has no such sequence or holds other bases.
pub fn predict(
    ensemble: &Ensemble,
    executor: &Executor,
    query: Query<'_>,
    table: &Path,
    input: Option<InputFile>,
) -> Result<Predicted, Error> {
    let card = &ensemble.members[0].card;
    let alphabet = card.encoder.alphabet().ok_or_else(|| {
        let help = "variants are predicted by a model of sequences";
        Error::Usage(format!("the model reads numbers, not sequences\n  help: {help}"))
    })?;
    let mut genome = Reference::open(query.reference)?;
    let mut records = Records::open(query.vcf)?;
    let annotated_path = table.with_extension("vcf");
    let mut annotated = Annotated::create(&annotated_path, &records.header, ensemble.classes())?;
    let mut effects = Effects::create(table, ensemble.classes())?;
    let mut asked = Asked::new(&card.profile, &Dataset::new(alphabet));
    let mut counts = unscored::Unscored::default();
    let mut variants = 0;
    loop {
        // Of each record: the window with its reference bases, then one a alternate allele.
        let mut windows = Dataset::new(alphabet);
        let mut block: Vec<(RecordBuf, Variant)> = Vec::new();
        for record in records.by_ref() {
            let (record, variant) = record?;
            variant::check(query.vcf, &variant, &mut genome)?;
            push_windows(&variant, &mut genome, &query, &card.encoder, &mut windows)?;
            for alternate in &variant.alternates {
                counts.push(&variant.contig, variant.position, alternate);
            }
            block.push((record, variant));
            if block.len() == VARIANTS || windows.total_length() > BLOCK {
                break;
            }
        }
        if block.is_empty() {
            break;
        }
        variants += block.len();
        let rows = ensemble.predict(executor, &windows)?;
        let familiarity = rows.iter().map(Prediction::familiarity);
        asked.push(&windows, &Identities::new(&windows), familiarity);
        let mut rows = rows.into_iter();
        for (record, variant) in block {
            let Some(reference) = rows.next() else { break };
            let mut score = |alternate: &Alternate| match alternate {
                Alternate::Bases(_) => rows.next(),
                Alternate::WithoutBases(_) => None,
            };
            let alternates = variant.alternates.iter().map(&mut score).collect();
            let scored = Scored { variant, alternates, reference };
            effects.push(&scored)?;
            annotated.push(record, &scored)?;
        }
    }
    let mut findings = asked.findings();
    findings.push(counts.finding());
    let inputs = input.map(|input| InputFile { records: variants, ..input });
    let audit = ensemble.audit("variants", inputs.into_iter().collect(), findings);
    let beside = audit_path(table);
    artefact::write_json(&beside, &audit)?;
    annotated.commit()?;
    effects.commit()?;
    let (alleles, unscored) = (counts.scored, counts.unscored);
    Ok(Predicted { alleles, unscored, outputs: [table.to_path_buf(), annotated_path, beside] })
}

/// Appends the window of a record's reference bases and one for each alternate allele with bases; for
/// an encoder of pairs, each below the reference window.
fn push_windows(
    variant: &Variant,
    genome: &mut Reference,
    query: &Query<'_>,
    encoder: &EncoderConfig,
    windows: &mut Dataset,
) -> Result<(), Error> {
    let length = query.window.unwrap_or(match encoder {
        EncoderConfig::OneHot { length, .. } | EncoderConfig::AllelePair { length } => *length,
        _ => WINDOW,
    });
    let mut of = |bases: &[u8]| variant::windows(variant, bases, genome, length, query.strand);
    let reference = of(&variant.reference_bases)?.reference;
    let mut push = |window: Vec<u8>| {
        let window = match encoder {
            // Where nothing changes, the reference stands below itself.
            EncoderConfig::AllelePair { .. } => [reference.as_slice(), &window].concat(),
            _ => window,
        };
        windows.push(variant.name(), &window, variant.line);
    };
    push(reference.clone());
    for alternate in &variant.alternates {
        if let Alternate::Bases(bases) = alternate {
            push(of(bases)?.alternate);
        }
    }
    Ok(())
}
