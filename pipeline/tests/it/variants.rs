//! Variants of a VCF file predicted with the command, alleles without bases among them; bcftools
//! accepts what is written.

use std::path::Path;
use std::process::Command;

use crate::command::{cistron, succeed, text};

const HEAD: &str = "##fileformat=VCFv4.2\n##contig=<ID=chr1,length=600>\n\
    ##INFO=<ID=DP,Number=1,Type=Integer,Description=\"depth\">\n\
    ##INFO=<ID=END,Number=1,Type=Integer,Description=\"end\">\n\
    ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"genotype\">\n\
    #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts1\ts2\n";

/// A contig of 600 bases without a pattern, from a linear congruential generator.
fn genome() -> Vec<u8> {
    let mut state = 3_u32;
    let mut base = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        b"ACGT"[(state >> 30) as usize]
    };
    (0..600).map(|_| base()).collect()
}

/// Substitution, insertion, deletion, several alleles, and every kind of allele without bases.
fn variants(genome: &[u8]) -> String {
    let base = |position: usize| genome[position - 1] as char;
    let other = |position: usize| if base(position) == 'A' { 'C' } else { 'A' };
    let deletion = text(&genome[119..123]);
    let rows = [
        format!("50\trs1\t{}\t{}\t31.5\tPASS\tDP=9\tGT\t0/1\t1|1", base(50), other(50)),
        format!("100\t.\t{0}\t{0}TTG\t.\t.\tDP=3\tGT\t0/1\t./.", base(100)),
        format!("120\t.\t{deletion}\t{}\t.\tPASS\t.\tGT\t0\t1", base(120)),
        format!("200\t.\t{}\t{},<DEL>\t.\tPASS\tEND=260\tGT\t1/2\t0/0", base(200), other(200)),
        format!("300\t.\t{}\t<DUP>\t.\tPASS\tEND=340\tGT\t0/1\t0/0", base(300)),
        format!("400\tbnd\t{0}\t{0}[chr1:500[\t.\tPASS\t.\tGT\t0/1\t0/0", base(400)),
        format!("450\t.\t{}\t*,{}\t.\tPASS\t.\tGT\t0/1\t0/2", base(450), other(450)),
        format!("460\t.\t{}\t.\t.\tPASS\t.\tGT\t0/0\t0/0", base(460)),
    ];
    rows.iter().fold(HEAD.to_string(), |text, row| text + "chr1\t" + row + "\n")
}

/// A bcftools command on the annotated file; its output.
fn bcftools(arguments: &[&str]) -> String {
    let output = Command::new("bcftools").args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

fn trained(folder: &Path) -> String {
    let out = folder.join("run");
    succeed(&["run", "workflows/two-families.yaml", "--out", out.to_str().unwrap()]);
    out.join("models/logistic").to_str().unwrap().to_string()
}

#[test]
fn alleles_without_bases_are_left_unscored_and_bcftools_accepts_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let model = trained(folder.path());
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
    let (vcf, reference, table) = (path("in.vcf"), path("genome.fa"), path("out.tsv"));
    let genome = genome();
    std::fs::write(&reference, format!(">chr1\n{}\n", text(&genome))).unwrap();
    let predict = |lines: &str| {
        std::fs::write(&vcf, lines).unwrap();
        cistron(&["predict", &model, &vcf, "--reference", &reference, "-o", &table])
    };

    let output = predict(&variants(&genome));
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    assert!(said.contains("5 alleles predicted, 4 without bases left unscored"), "{said}");
    let mut rows = csv::ReaderBuilder::new().delimiter(b'\t').from_path(&table).unwrap();
    let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    let unscored: Vec<(&str, bool, bool)> = rows
        .iter()
        .map(|row| (&row[4], row[6].is_empty(), !row[row.len() - 1].is_empty()))
        .collect();
    assert_eq!(unscored.iter().filter(|(_, empty, why)| *empty && *why).count(), 4, "{rows:?}");
    assert_eq!(unscored.iter().filter(|(_, empty, why)| !*empty && !*why).count(), 5);
    let audit = std::fs::read(path("out.audit.json")).unwrap();
    let audit: cistron_audit::Audit = serde_json::from_slice(&audit).unwrap();
    let finding = audit.findings.iter().find(|f| f.check == "query.unscored").unwrap();
    assert_eq!((finding.value, finding.n), (Some(4.0 / 9.0), 9));

    let mut lines: Vec<String> = variants(&genome).lines().map(str::to_string).collect();
    let wrong = if genome[49] == b'A' { "\tC\t" } else { "\tA\t" };
    lines[6] = format!("chr1\t50\t.{wrong}T\t.\t.\t.\tGT\t0\t0");
    let refused = predict(&(lines.join("\n") + "\n"));
    assert_eq!(refused.status.code(), Some(3));
    assert!(text(&refused.stderr).contains("found REF"), "{}", text(&refused.stderr));
    let renamed = predict(&variants(&genome).replace("\nchr1\t", "\n1\t"));
    assert_eq!(renamed.status.code(), Some(3));
    assert!(text(&renamed.stderr).contains("the reference calls it `chr1`"));

    if Command::new("bcftools").arg("--version").output().is_err() {
        eprintln!("SKIPPED: install bcftools to see that it accepts the annotated file");
        return;
    }
    let annotated = path("out.vcf");
    assert_eq!(bcftools(&["view", "-H", &annotated]).lines().count(), 8);
    let shown = bcftools(&["query", "-f", "%POS %CISTRON_blaOXA_ALT\n", &annotated]);
    let shown: Vec<&str> = shown.lines().collect();
    assert_eq!((shown[4], shown[5], shown[7]), ("300 .", "400 .", "460 ."));
    assert!(shown[3].ends_with(",.") && shown[6].starts_with("450 .,"), "{shown:?}");
    let score: f64 = shown[0].split(' ').nth(1).unwrap().parse().unwrap();
    let of_oxa = 8; // id, contig, position, two alleles, three of blaCTX-M, reference score
    let expected: f64 = rows[0][of_oxa + 1].parse().unwrap();
    assert!((score - expected).abs() < 2e-6, "{score} {expected}");
    let checked = bcftools(&["norm", "--check-ref", "e", "-f", &reference, &annotated]);
    assert_eq!(checked.lines().filter(|line| !line.starts_with('#')).count(), 8);
}
