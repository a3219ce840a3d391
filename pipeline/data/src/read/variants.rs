//! Labelled variants as records: the reference window and the alternate window, one after the other.

use std::path::Path;

use noodles::vcf::variant::RecordBuf;
use noodles::vcf::variant::record_buf::info::field::Value;
use noodles::vcf::variant::record_buf::info::field::value::Array;

use super::labels::{Annotation, Annotations};
use super::record::Record;
use super::reference::Reference;
use super::vcf::{Alternate, Records, Variant};
use super::{Rows, region};
use crate::config::Variants;
use crate::error::InputError;
use crate::variant;

/// The records of a file of variants; `table` holds labels and groups where INFO does not.
pub(super) fn rows(
    path: &Path,
    config: &Variants,
    reference: &Path,
    table: Annotations,
    groups: &[String],
) -> Result<Rows, InputError> {
    let region = config.region.as_deref().map(region::parse).transpose();
    let region =
        region.map_err(|m| InputError::new(path, m, "a region", "positions count from 1"))?;
    let records = Records::within(path, region)?;
    let mut reference = Reference::open(reference)?;
    let (path, config, groups) = (path.to_path_buf(), config.clone(), groups.to_vec());
    let mut number = 0;
    Ok(Box::new(records.flat_map(move |record| {
        let (record, variant) = match record {
            Ok(read) => read,
            Err(error) => return vec![Err(error)],
        };
        if let Err(error) = variant::check(&path, &variant, &mut reference) {
            return vec![Err(error)];
        }
        let alleles = (0..variant.alternates.len()).map(|allele| {
            number += 1;
            let row = allele_row(&path, &config, &record, &variant, allele, &mut reference)?;
            let row = Record { number, ..row };
            let annotation = annotation(&path, &config, &table, &groups, &record, allele, &row)?;
            Ok((row, annotation))
        });
        alleles.collect()
    })))
}

/// Both windows of one alternate allele (from 0).
fn allele_row(
    path: &Path,
    config: &Variants,
    record: &RecordBuf,
    variant: &Variant,
    allele: usize,
    reference: &mut Reference,
) -> Result<Record, InputError> {
    let alternate = &variant.alternates[allele];
    let Alternate::Bases(bases) = alternate else {
        let help =
            "leave such alleles out: `read: {on-error: skip}`, or `bcftools view -V other,bnd`";
        let found = format!("the allele `{alternate}` without bases");
        return Err(variant.error(path, found, "alleles written as bases".into(), help));
    };
    let found = variant::windows(variant, bases, reference, config.window, config.strand)?;
    let id = Variant { alternates: vec![alternate.clone()], ..variant.clone() }.name();
    let header = record.ids().as_ref().iter().cloned().collect::<Vec<_>>().join(";");
    let sequence = [found.reference, found.alternate].concat();
    Ok(Record { id, header, sequence, line: variant.line, ..Record::default() })
}

fn annotation(
    path: &Path,
    config: &Variants,
    table: &Annotations,
    groups: &[String],
    record: &RecordBuf,
    allele: usize,
    row: &Record,
) -> Result<Annotation, InputError> {
    let Some(key) = &config.label else { return table.of(path, row) };
    let groups = groups.iter().map(|name| info(record, name, allele)).collect();
    let label = info(record, key, allele);
    if label.is_none() {
        let help = "fill it in, or set `read: {on-error: skip}` to leave unlabelled variants out";
        let found = format!("no `{key}` in INFO");
        let error = InputError::new(path, found, "the variant's class", help);
        return Err(error.at_record(row.number).at_line(row.line).with_id(row.id.as_str()));
    }
    Ok(Annotation { label, groups })
}

/// One value of a list as text.
fn of<T: ToString>(values: &[Option<T>], at: usize) -> Option<String> {
    values.get(at)?.as_ref().map(ToString::to_string)
}

/// The value of an INFO key as text; of a list with a value for each alternate allele, that of
/// `allele` (from 0).
fn info(record: &RecordBuf, key: &str, allele: usize) -> Option<String> {
    let alleles = record.alternate_bases().as_ref().len();
    let at = |n: usize| if n == alleles { allele } else { 0 };
    let text = match record.info().get(key)?? {
        Value::Integer(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::Flag => "yes".to_string(),
        Value::Character(value) => value.to_string(),
        Value::String(value) => value.clone(),
        Value::Array(Array::Integer(values)) => of(values, at(values.len()))?,
        Value::Array(Array::Float(values)) => of(values, at(values.len()))?,
        Value::Array(Array::Character(values)) => of(values, at(values.len()))?,
        Value::Array(Array::String(values)) => of(values, at(values.len()))?,
    };
    (!matches!(text.as_str(), "" | "." | "NA")).then_some(text)
}

#[cfg(test)]
mod tests {
    use crate::read::{Request, read as read_all};

    const VCF: &str = "##fileformat=VCFv4.2\n##contig=<ID=1>\n\
        ##INFO=<ID=EFFECT,Number=A,Type=String,Description=\"class\">\n\
        ##INFO=<ID=EXON,Number=1,Type=Integer,Description=\"exon\">\n\
        #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n\
        1\t4\trs1\tT\tA,G\t.\t.\tEFFECT=loss,none;EXON=2\n\
        1\t6\t.\tC\t<DEL>\t.\t.\tEFFECT=loss;EXON=2\n\
        1\t8\t.\tT\tTA\t.\t.\tEFFECT=none;EXON=3\n";

    fn read(vcf: &str, on_error: &str) -> Result<crate::dataset::Dataset, crate::error::Error> {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("a.vcf", vcf);
        write("a.fa", ">1\nACGTACGTAC\n");
        let config = serde_json::json!({
            "variants": {"vcf": "a.vcf", "reference": "a.fa", "window": 4, "label": "EFFECT"},
            "groups": {"EXON": "descriptor"},
            "on-error": on_error,
        });
        let config = serde_json::from_value(config).unwrap();
        let path = folder.path().join("w.yaml");
        read_all(&Request { read: &config, folder: folder.path(), path: &path, qualities: false })
    }

    #[test]
    fn alleles_by_hand_with_labels_and_groups_of_info() {
        let found = read(VCF, "skip").unwrap();
        assert_eq!(found.ids(), ["1:4:T>A", "1:4:T>G", "1:8:T>TA"]);
        assert_eq!(found.sequence(0), b"CGTACGAA");
        assert_eq!(found.sequence(1), b"CGTACGGA");
        assert_eq!(found.sequence(2), b"CGTACGTA");
        assert_eq!(found.classes, ["loss", "none"]);
        assert_eq!(found.labels, [Some(0), Some(1), Some(1)]);
        assert_eq!(found.groups[0].levels, ["2", "3"]);
        assert!(found.skipped.len() == 1 && found.skipped[0].contains("`<DEL>` without bases"));
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let error = read(VCF, "stop").unwrap_err().to_string();
        assert!(error.contains("a.vcf:7:"), "{error}");
        let other = read(&VCF.replace("1\t4\trs1\tT", "1\t4\trs1\tC"), "stop").unwrap_err();
        assert!(
            other.to_string().contains("expected `T`, as the reference holds there"),
            "{other}"
        );
        let unlabelled = read(&VCF.replace("EFFECT=none;EXON=3", "EXON=3"), "skip").unwrap();
        assert!(unlabelled.skipped.iter().any(|reason| reason.contains("no `EFFECT` in INFO")));
    }
}
