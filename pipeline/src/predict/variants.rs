//! What a model makes of variants: the score of both alleles, their difference, and the same written
//! into the VCF file.

use std::io::BufWriter;
use std::path::{Path, PathBuf};

use cistron_models::executor::Executor;
use noodles::vcf;
use noodles::vcf::header::record::value::Map;
use noodles::vcf::header::record::value::map::Info;
use noodles::vcf::header::record::value::map::info::{Number, Type};
use noodles::vcf::variant::io::Write;
use noodles::vcf::variant::record_buf::info::field::Value;
use noodles::vcf::variant::record_buf::info::field::value::Array;

use super::{Ensemble, Prediction, audit_path};
use crate::artefact::{self, Tsv};
use crate::audit::InputFile;
use crate::dataset::Dataset;
use crate::error::Error;
use crate::read::reference::Reference;
use crate::read::vcf::{Records, Variant};
use crate::variant::{self, Strand};

/// Bases of a window where nothing says otherwise.
pub const WINDOW: usize = 101;

/// A file of variants and how they are looked at.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// The VCF file.
    pub vcf: &'a Path,
    /// The FASTA file of the genome that it refers to.
    pub reference: &'a Path,
    /// Bases of a window.
    pub window: usize,
    /// Strand of the windows.
    pub strand: Strand,
}

/// Scores of the alleles of one record.
struct Scored {
    variant: Variant,
    /// Predictions of the window with each alternate allele.
    alternates: Vec<Prediction>,
    /// Prediction of the window with the reference bases.
    reference: Prediction,
}

/// Predicts every allele of a VCF file; writes a table, the annotated VCF beside it and the audit.
///
/// Returns the number of alleles, and the files.
pub fn predict(
    ensemble: &Ensemble,
    executor: &Executor,
    query: Query<'_>,
    table: &Path,
    input: Option<InputFile>,
) -> Result<(usize, Vec<PathBuf>), Error> {
    let alphabet = ensemble.members[0].card.encoder.alphabet().ok_or_else(|| {
        let help = "variants are predicted by a model of sequences";
        Error::Usage(format!("the model reads numbers, not sequences\n  help: {help}"))
    })?;
    let mut genome = Reference::open(query.reference)?;
    let mut variants = Vec::new();
    // Of each record: the window with its reference bases, then one a alternate allele.
    let mut windows = Dataset::new(alphabet);
    for record in Records::open(query.vcf)? {
        let (_, variant) = record?;
        variant::check(query.vcf, &variant, &mut genome)?;
        let mut push = |bases: &[u8]| windows.push(variant.name(), bases, variant.line);
        let empty = variant::windows(
            &variant,
            &variant.reference_bases,
            &mut genome,
            query.window,
            query.strand,
        )?;
        push(&empty.reference);
        for alternate in &variant.alternates {
            let bases = variant::bases(query.vcf, &variant, alternate)?;
            let both = variant::windows(&variant, bases, &mut genome, query.window, query.strand)?;
            push(&both.alternate);
        }
        variants.push(variant);
    }
    let rows = ensemble.predict(executor, &windows)?;
    let inputs = input.map(|input| InputFile { records: variants.len(), ..input });
    let audit = ensemble.audit("variants", inputs.into_iter().collect(), &windows, &rows);
    let mut rows = rows.into_iter();
    let mut scored = Vec::with_capacity(variants.len());
    for variant in variants {
        let Some(reference) = rows.next() else { break };
        let alternates = rows.by_ref().take(variant.alternates.len()).collect();
        scored.push(Scored { variant, alternates, reference });
    }
    let alleles = scored.iter().map(|record| record.alternates.len()).sum();
    let beside = audit_path(table);
    artefact::write_json(&beside, &audit)?;
    let annotated = table.with_extension("vcf");
    annotate(&annotated, query.vcf, ensemble.classes(), &scored)?;
    write_table(table, ensemble.classes(), &scored)?;
    Ok((alleles, vec![table.to_path_buf(), annotated, beside]))
}

fn write_table(path: &Path, classes: &[String], scored: &[Scored]) -> Result<(), Error> {
    let head = ["id", "contig", "position", "reference", "alternate"].map(str::to_string);
    let scores = classes.iter().flat_map(|class| {
        ["reference", "alternate", "difference"].map(|what| format!("{class} {what}"))
    });
    let last = ["nearest_train", "containment", "unfamiliar", "outside"].map(str::to_string);
    let mut table = Tsv::new(head.into_iter().chain(scores).chain(last))?;
    for record in scored {
        let variant = &record.variant;
        for (alternate, prediction) in variant.alternates.iter().zip(&record.alternates) {
            let reference = String::from_utf8_lossy(&variant.reference_bases).into_owned();
            let mut row = vec![
                format!("{}:{}:{reference}>{alternate}", variant.contig, variant.position),
                variant.contig.clone(),
                variant.position.to_string(),
                reference,
                alternate.to_string(),
            ];
            let pairs = record.reference.probabilities.iter().zip(&prediction.probabilities);
            for (with_reference, with_alternate) in pairs {
                row.push(format!("{with_reference:.6}"));
                row.push(format!("{with_alternate:.6}"));
                row.push(format!("{:.6}", with_alternate - with_reference));
            }
            row.push(prediction.nearest.clone().unwrap_or_default());
            row.push(prediction.containment.map_or(String::new(), |c| format!("{c:.4}")));
            row.push(prediction.unfamiliar.map_or(String::new(), |u| u.to_string()));
            row.push(prediction.outside.to_string());
            table.row(row)?;
        }
    }
    table.write(path)
}

/// Copies a VCF file with three INFO fields a class.
fn annotate(
    path: &Path,
    source: &Path,
    classes: &[String],
    scored: &[Scored],
) -> Result<(), Error> {
    let records = Records::open(source)?;
    let mut header = records.header.clone();
    for class in classes {
        let [reference, alternate, difference] = keys(class);
        let mut add = |key: String, number: Number, what: &str| {
            let text = format!("Cistron: probability of {class} {what}");
            header.infos_mut().insert(key, Map::<Info>::new(number, Type::Float, text));
        };
        add(reference, Number::Count(1), "with the reference allele");
        add(alternate, Number::AlternateBases, "with the alternate allele");
        add(
            difference,
            Number::AlternateBases,
            "with the alternate less with the reference allele",
        );
    }
    let mut copies = Vec::with_capacity(scored.len());
    for (record, scores) in records.zip(scored) {
        let (mut record, _) = record?;
        for (at, class) in classes.iter().enumerate() {
            let with_reference = scores.reference.probabilities[at];
            let each = |shift: f32| {
                let values = scores.alternates.iter().map(|p| Some(p.probabilities[at] - shift));
                Some(Value::Array(Array::Float(values.collect())))
            };
            let [reference, alternate, difference] = keys(class);
            let info = record.info_mut();
            info.insert(reference, Some(Value::Float(with_reference)));
            // A record without an alternate allele has no score of one.
            if !scores.alternates.is_empty() {
                info.insert(alternate, each(0.0));
                info.insert(difference, each(with_reference));
            }
        }
        copies.push(record);
    }
    artefact::write_with(path, |temporary| {
        let file = BufWriter::new(std::fs::File::create(temporary)?);
        let mut writer = vcf::io::Writer::new(file);
        writer.write_variant_header(&header)?;
        for record in &copies {
            writer.write_variant_record(&header, record)?;
        }
        std::io::Write::flush(writer.get_mut())
    })
}

/// INFO keys of a class: of the reference allele, of the alternate one, of the difference.
fn keys(class: &str) -> [String; 3] {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '.') { c } else { '_' };
    let class: String = class.chars().map(plain).collect();
    ["REF", "ALT", "DIFF"].map(|what| format!("CISTRON_{class}_{what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::vcf::Alternate;

    fn prediction(p: f32) -> Prediction {
        let probabilities = vec![1.0 - p, p];
        Prediction {
            probabilities,
            nearest: None,
            containment: None,
            unfamiliar: None,
            outside: "",
        }
    }

    #[test]
    fn an_annotated_file_is_read_back_with_its_scores() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("a.vcf");
        std::fs::write(
            &source,
            "##fileformat=VCFv4.2\n##contig=<ID=1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n\
             1\t7\trs1\tA\tC,G\t.\tPASS\t.\n",
        )
        .unwrap();
        let variant = Variant {
            contig: "1".into(),
            position: 7,
            reference_bases: b"A".to_vec(),
            alternates: vec![Alternate::Bases(b"C".to_vec()), Alternate::Bases(b"G".to_vec())],
            number: 1,
            line: 4,
        };
        let alternates = vec![prediction(0.75), prediction(0.25)];
        let scored = vec![Scored { variant, alternates, reference: prediction(0.5) }];
        let classes = ["no change".to_string(), "loss".to_string()];
        let out = folder.path().join("b.vcf");
        annotate(&out, &source, &classes, &scored).unwrap();
        let text = std::fs::read_to_string(&out).unwrap();
        assert!(text.contains("##INFO=<ID=CISTRON_no_change_DIFF,Number=A,Type=Float"), "{text}");
        assert!(text.contains("CISTRON_loss_REF=0.5;CISTRON_loss_ALT=0.75,0.25"), "{text}");
        assert!(text.contains("CISTRON_loss_DIFF=0.25,-0.25"), "{text}");
        assert_eq!(Records::open(&out).unwrap().flatten().count(), 1);
        let table = folder.path().join("b.tsv");
        write_table(&table, &classes, &scored).unwrap();
        let text = std::fs::read_to_string(&table).unwrap();
        let row = text.lines().nth(2).unwrap();
        assert!(row.starts_with("1:7:A>G\t1\t7\tA\tG\t0.5"), "{row}");
    }
}
