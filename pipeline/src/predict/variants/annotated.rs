//! The VCF file with three INFO fields a class.

use std::io;
use std::path::{Path, PathBuf};

use noodles::vcf;
use noodles::vcf::header::record::value::Map;
use noodles::vcf::header::record::value::map::Info;
use noodles::vcf::header::record::value::map::info::{Number, Type};
use noodles::vcf::variant::RecordBuf;
use noodles::vcf::variant::io::Write;
use noodles::vcf::variant::record_buf::info::field::Value;
use noodles::vcf::variant::record_buf::info::field::value::Array;

use super::Scored;
use cistron_data::artefact::Partial;
use cistron_data::error::Error;

/// A copy of a VCF file that is written as its records are scored.
pub(super) struct Annotated {
    path: PathBuf,
    header: vcf::Header,
    classes: Vec<String>,
    writer: vcf::io::Writer<Partial>,
}

impl Annotated {
    /// Begins the copy with the header of its source and the new fields.
    pub(super) fn create(
        path: &Path,
        source: &vcf::Header,
        classes: &[String],
    ) -> Result<Self, Error> {
        let mut header = source.clone();
        for class in classes {
            let [reference, alternate, difference] = keys(class);
            let mut add = |key: String, number: Number, what: &str| {
                let text = format!("Cistron: probability of {class} {what}");
                header.infos_mut().insert(key, Map::<Info>::new(number, Type::Float, text));
            };
            add(reference, Number::Count(1), "with the reference allele");
            add(alternate, Number::AlternateBases, "with the alternate allele");
            let less = "with the alternate less with the reference allele";
            add(difference, Number::AlternateBases, less);
        }
        let mut writer = vcf::io::Writer::new(Partial::create(path)?);
        writer.write_variant_header(&header).map_err(|error| failed(path, &error))?;
        Ok(Self { path: path.to_path_buf(), header, classes: classes.to_vec(), writer })
    }

    /// Appends a record with its scores; an allele that was not scored has the missing value.
    pub(super) fn push(&mut self, mut record: RecordBuf, scores: &Scored) -> Result<(), Error> {
        for (at, class) in self.classes.iter().enumerate() {
            let with_reference = scores.reference.probabilities[at];
            let each = |shift: f32| {
                let score =
                    |p: &Option<super::Prediction>| Some(p.as_ref()?.probabilities[at] - shift);
                Some(Value::Array(Array::Float(scores.alternates.iter().map(score).collect())))
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
        let written = self.writer.write_variant_record(&self.header, &record);
        written.map_err(|error| failed(&self.path, &error))
    }

    pub(super) fn commit(self) -> Result<(), Error> {
        self.writer.into_inner().commit()
    }
}

fn failed(path: &Path, error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => Error::stage("predict", error),
        _ => Error::write(path, error),
    }
}

/// INFO keys of a class: of the reference allele, of the alternate one, of the difference.
fn keys(class: &str) -> [String; 3] {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '.') { c } else { '_' };
    let class: String = class.chars().map(plain).collect();
    ["REF", "ALT", "DIFF"].map(|what| format!("CISTRON_{class}_{what}"))
}

#[cfg(test)]
mod tests {
    use super::super::effects::Effects;
    use super::super::{Prediction, Variant};
    use super::*;
    use cistron_data::read::vcf::{Alternate, Records};

    fn prediction(p: f32) -> Prediction {
        let probabilities = vec![1.0 - p, p];
        Prediction {
            probabilities,
            set: Vec::new(),
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
             1\t7\trs1\tA\tC,<DEL>,G\t.\tPASS\t.\n",
        )
        .unwrap();
        let variant = Variant {
            contig: "1".into(),
            position: 7,
            reference_bases: b"A".to_vec(),
            alternates: vec![
                Alternate::Bases(b"C".to_vec()),
                Alternate::WithoutBases("<DEL>".into()),
                Alternate::Bases(b"G".to_vec()),
            ],
            number: 1,
            line: 4,
        };
        let alternates = vec![Some(prediction(0.75)), None, Some(prediction(0.25))];
        let scored = Scored { variant, alternates, reference: prediction(0.5) };
        let classes = ["no change".to_string(), "loss".to_string()];
        let out = folder.path().join("b.vcf");
        let mut records = Records::open(&source).unwrap();
        let mut annotated = Annotated::create(&out, &records.header, &classes).unwrap();
        annotated.push(records.next().unwrap().unwrap().0, &scored).unwrap();
        annotated.commit().unwrap();
        let text = std::fs::read_to_string(&out).unwrap();
        assert!(text.contains("##INFO=<ID=CISTRON_no_change_DIFF,Number=A,Type=Float"), "{text}");
        assert!(text.contains("CISTRON_loss_REF=0.5;CISTRON_loss_ALT=0.75,.,0.25"), "{text}");
        assert!(text.contains("CISTRON_loss_DIFF=0.25,.,-0.25"), "{text}");
        assert_eq!(Records::open(&out).unwrap().flatten().count(), 1);

        let path = folder.path().join("b.tsv");
        let mut effects = Effects::create(&path, &classes).unwrap();
        effects.push(&scored).unwrap();
        effects.commit().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let rows: Vec<&str> = text.lines().collect();
        assert!(rows[3].starts_with("1:7:A>G\t1\t7\tA\tG\t0.5"), "{text}");
        let empty = "<DEL>\t0.500000\t\t\t0.500000\t\t\t\t\t\t\tan allele without bases";
        assert!(rows[2].ends_with(empty), "{text}");
    }
}
