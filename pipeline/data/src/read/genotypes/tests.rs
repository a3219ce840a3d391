use std::path::PathBuf;

use super::*;

const HEAD: &str = "##fileformat=VCFv4.3\n##contig=<ID=22>\n##contig=<ID=X>\n\
    ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n\
    #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb\tc\n";

/// Diploid, several alleles, a haploid X, a half call, an allele that was not seen.
const ROWS: &str = "22\t7\t.\tA\tC\t.\t.\t.\tGT\t0|1\t1|1\t./.\n\
    22\t9\t.\tG\tT,GA\t.\t.\t.\tGT\t1|2\t0|0\t2|2\n\
    22\t12\t.\tG\t<*>\t.\t.\t.\tGT\t0|0\t0|0\t0|0\n\
    X\t5\t.\tT\tC\t.\t.\t.\tGT\t1\t0|1\t.|1\n";

fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let path = folder.path().to_path_buf();
    (folder, path)
}

fn panel(rows: &str, alleles: Alleles) -> Result<Panel, InputError> {
    let (_folder, path) = folder(&[("a.vcf", &format!("{HEAD}{rows}"))]);
    Panel::read(&path.join("a.vcf"), alleles, None)
}

/// Numbers with -1 where nothing was called.
fn shown(values: &[f32]) -> Vec<f32> {
    values.iter().map(|v| if v.is_nan() { -1.0 } else { *v }).collect()
}

#[test]
fn dosages_of_every_allele_by_hand() {
    let found = panel(ROWS, Alleles::Dosage).unwrap();
    assert_eq!(found.variants, ["22:7:A>C", "22:9:G>T", "22:9:G>GA", "X:5:T>C"]);
    assert_eq!(found.samples, ["a", "b", "c"]);
    assert_eq!(shown(&found.values[0]), [1.0, 1.0, 1.0, 2.0]);
    assert_eq!(shown(&found.values[1]), [2.0, 0.0, 0.0, 1.0]);
    assert_eq!(shown(&found.values[2]), [-1.0, 0.0, 2.0, -1.0]);
}

#[test]
fn haplotypes_by_hand_and_unphased_ones_are_refused() {
    let found = panel(ROWS, Alleles::Haplotypes).unwrap();
    assert_eq!(shown(&found.values[0]), [0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0, -1.0]);
    assert_eq!(shown(&found.values[2]), [-1.0, -1.0, 0.0, 0.0, 1.0, 1.0, -1.0, 1.0]);
    let row = "22\t7\t.\tA\tC\t.\t.\t.\tGT\t0/0\t0/1\t./.\n";
    let error = panel(row, Alleles::Haplotypes).err().unwrap().to_string();
    assert!(error.contains("a.vcf:6: record 1 (22:7:A>C)"), "{error}");
    assert!(error.contains("found the genotype `0/1` of sample b"), "{error}");
}

#[test]
fn wrong_files_say_what_is_wrong() {
    let error = |rows: &str| panel(rows, Alleles::Dosage).err().unwrap();
    let twice = "22\t7\t.\tA\tC\t.\t.\t.\tGT\t0|1\t1|1\t./.\n".repeat(2);
    assert_eq!(error(&twice).line, Some(7));
    let beyond = error("22\t7\t.\tA\tC\t.\t.\t.\tGT\t0|1\t1|2\t./.\n");
    assert!(beyond.found.contains("`1|2` of sample b"), "{}", beyond.found);
    assert_eq!(error("").found, "no genotype that was called");
    let none = "22\t7\t.\tA\tC\t.\t.\t.\tGT\t./.\t.\t./.\n";
    assert_eq!(error(none).found, "no genotype that was called");
}

#[test]
fn samples_without_a_label_are_left_out_and_counted() {
    let config = serde_json::json!({
        "genotypes": {"vcf": "a.vcf"},
        "labels": {"table": "panel.tsv", "id": "sample", "label": "population"},
        "groups": {"sex": "nuisance"},
    });
    let config = serde_json::from_value(config).unwrap();
    let (_folder, path) = folder(&[
        ("a.vcf", &format!("{HEAD}{ROWS}")),
        ("panel.tsv", "sample\tpopulation\tsex\na\tYRI\tf\nc\tCEU\tm\nother\tCEU\tm\n"),
    ]);
    let file = path.join("w.yaml");
    let request = Request { read: &config, folder: &path, path: &file, qualities: false };
    let dataset = crate::read::read(&request).unwrap();
    assert_eq!((dataset.len(), dataset.classes.as_slice()), (2, &["CEU".into(), "YRI".into()][..]));
    assert_eq!((dataset.id(1), dataset.labels[1]), ("c", Some(0)));
    assert!(dataset.skipped.len() == 1 && dataset.skipped[0].contains("no row for `b`"));
    assert_eq!(dataset.groups[0].levels, ["f", "m"]);
}

#[test]
fn samples_to_predict_are_aligned_to_the_variants_that_training_knew() {
    let (_folder, path) = folder(&[("a.vcf", &format!("{HEAD}{ROWS}"))]);
    let path = path.join("a.vcf");
    let variants = ["X:5:T>C".to_string(), "22:8:C>T".into(), "22:7:A>C".into()];
    let found = queries(&path, Alleles::Dosage, &variants).unwrap();
    assert_eq!(shown(found.numbers.as_ref().unwrap().record(0)), [2.0, -1.0, 1.0]);
    let error = queries(&path, Alleles::Dosage, &["1:1:A>C".to_string()]).unwrap_err().to_string();
    assert!(error.contains("variants such as 1:1:A>C"), "{error}");
}

#[test]
fn a_region_is_read_alone() {
    let (_folder, path) = folder(&[("a.vcf", &format!("{HEAD}{ROWS}"))]);
    let read = |text: &str| {
        let region = region::parse(text).unwrap();
        Panel::read(&path.join("a.vcf"), Alleles::Dosage, Some(region)).map(|panel| panel.variants)
    };
    assert_eq!(read("22:8-10").unwrap(), ["22:9:G>T", "22:9:G>GA"]);
    assert_eq!(read("X").unwrap(), ["X:5:T>C"]);
    assert!(read("22:100").is_err());
}

/// The shipped genotypes, simulated.
fn shipped(end: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-data/genotypes");
    folder.join(format!("simulated-populations.vcf.gz{end}"))
}

#[test]
fn an_index_leads_to_the_same_variants_as_reading_on() {
    let (_folder, path) = folder(&[]);
    let plain = path.join("plain.vcf.gz");
    let indexed = path.join("indexed.vcf.gz");
    std::fs::copy(shipped(""), &plain).unwrap();
    std::fs::copy(shipped(""), &indexed).unwrap();
    std::fs::copy(shipped(".csi"), path.join("indexed.vcf.gz.csi")).unwrap();
    for text in ["22:100000-200000", "21", "22:150000"] {
        let read = |path: &Path| {
            let region = region::parse(text).unwrap();
            let records = Records::within(path, Some(region.clone())).unwrap();
            let found: Vec<Variant> = records.map(|record| record.unwrap().1).collect();
            let values = Panel::read(path, Alleles::Dosage, Some(region)).unwrap().values;
            (found, values)
        };
        let ((on, of_all), (led, of_region)) = (read(&plain), read(&indexed));
        assert!(on.len() < 300 && on.len() == led.len(), "{text}: {} {}", on.len(), led.len());
        // Behind an index lines are not counted.
        assert!(on.iter().all(|variant| variant.line > 0));
        assert!(led.iter().all(|variant| variant.line == 0));
        let names = |found: &[Variant]| found.iter().map(Variant::name).collect::<Vec<_>>();
        assert_eq!(names(&on), names(&led));
        assert_eq!(
            of_all.iter().map(|row| shown(row)).collect::<Vec<_>>(),
            of_region.iter().map(|row| shown(row)).collect::<Vec<_>>()
        );
    }
    let nowhere = region::parse("chr22:1-9").unwrap();
    assert!(Panel::read(&indexed, Alleles::Dosage, Some(nowhere)).is_err());
}

#[test]
fn the_binary_form_holds_the_same() {
    use noodles::vcf::variant::io::Write;
    let (_folder, path) = folder(&[]);
    let binary = path.join("a.bcf");
    let records = Records::open(&shipped("")).unwrap();
    let header = records.header.clone();
    let mut writer = noodles::bcf::io::Writer::new(std::fs::File::create(&binary).unwrap());
    writer.write_variant_header(&header).unwrap();
    for record in records {
        writer.write_variant_record(&header, &record.unwrap().0).unwrap();
    }
    drop(writer);
    let (text, bytes) = (
        Panel::read(&shipped(""), Alleles::Haplotypes, None).unwrap(),
        Panel::read(&binary, Alleles::Haplotypes, None).unwrap(),
    );
    assert_eq!((text.variants.len(), &text.variants), (300, &bytes.variants));
    for (a, b) in text.values.iter().zip(&bytes.values) {
        assert_eq!(shown(a), shown(b));
    }
}
