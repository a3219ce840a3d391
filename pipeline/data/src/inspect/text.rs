//! What was found, as aligned text and as a table.

use std::fmt::Write;

use super::Inspection;

/// Columns of [`row`].
pub const COLUMNS: [&str; 12] = [
    "path",
    "format",
    "compression",
    "records",
    "malformed",
    "complete",
    "alphabet",
    "symbols",
    "shortest",
    "median",
    "longest",
    "gc",
];

/// One file as aligned text.
#[must_use]
pub fn text(inspection: &Inspection) -> String {
    let mut out = format!("{}\n", inspection.path);
    let mut line = |name: &str, value: String| {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "  {name:<12} {value}");
    };
    let compression = match inspection.compression.as_str() {
        "none" => String::new(),
        other => format!(", {other}"),
    };
    line("format", format!("{}{compression}", inspection.format));
    let malformed = match inspection.malformed {
        0 => String::new(),
        n => format!(", and {n} malformed"),
    };
    let cut = if inspection.complete { "" } else { "; not read to the end" };
    line("records", format!("{}{malformed}{cut}", thousands(inspection.records)));
    if let Some(found) = &inspection.sequences {
        line("alphabet", found.alphabet.clone().unwrap_or_else(|| "none, or several".to_string()));
        let lengths = found.lengths;
        line("symbols", thousands(found.symbols));
        line(
            "lengths",
            format!(
                "{} to {}, median {}, N50 {}",
                thousands(lengths.minimum),
                thousands(lengths.maximum),
                thousands(lengths.median),
                thousands(lengths.n50)
            ),
        );
        if let Some(gc) = found.gc {
            line("GC", format!("{:.1} %", gc * 100.0));
        }
        if found.lower_case > 0.0 {
            line("lower case", format!("{:.1} % (kept: soft masking)", found.lower_case * 100.0));
        }
        if found.ambiguous > 0.0 {
            line("ambiguous", format!("{:.2} %", found.ambiguous * 100.0));
        }
        if let Some(q) = found.qualities {
            // Sanger and Illumina 1.8 count from `!`, Illumina 1.3 to 1.7 from `@`
            // (doi:10.1093/nar/gkp1137); Solexa from `;`.
            let offset = if q.minimum < ';' { "Phred+33" } else { "Phred+33 or +64" };
            let (low, high) = (q.minimum, q.maximum);
            line(
                "qualities",
                format!("`{low}` to `{high}`, mean {:.1} from `!` ({offset})", q.mean),
            );
        }
    }
    if let Some(found) = &inspection.variants {
        let contigs: Vec<String> =
            found.contigs.iter().take(8).map(|(name, n)| format!("{name} {n}")).collect();
        let more = if found.contigs.len() > contigs.len() { ", …" } else { "" };
        line("samples", found.samples.to_string());
        line("contigs", format!("{}{more}", contigs.join(", ")));
        line(
            "alleles",
            format!(
                "{} substitutions, {} insertions or deletions, {} without bases; {} records of several",
                thousands(found.substitutions),
                thousands(found.indels),
                thousands(found.without_bases),
                thousands(found.several_alleles)
            ),
        );
    }
    if !inspection.columns.is_empty() && inspection.sequences.is_none() {
        let size = (inspection.columns.len() as u64, inspection.records);
        line("sequences", format!("none: {} columns, {} rows", size.0, thousands(size.1)));
        line("is for", use_of_table(inspection).to_string());
    }
    for column in &inspection.columns {
        let kind = if column.sequence { ", the sequences" } else { "" };
        let empty =
            if column.empty > 0 { format!(", {} empty", column.empty) } else { String::new() };
        line("column", format!("{}: {} values{empty}{kind}", column.name, column.distinct));
    }
    for field in &inspection.fields {
        let mut values: Vec<String> = Vec::new();
        for (value, n) in &field.values {
            values.push(format!("{value} {n}"));
        }
        let more = if field.distinct > values.len() { ", …" } else { "" };
        line("could label", format!("{}: {}{more}", field.name, values.join(", ")));
    }
    for odd in &inspection.odd {
        line("odd", odd.clone());
    }
    out
}

/// What a table without sequences can be used for.
fn use_of_table(inspection: &Inspection) -> &'static str {
    let measured = ["cq", "ct", "cp", "crt", "cycle", "cycles", "fluorescence", "rn"];
    let mut names = inspection.columns.iter().map(|column| column.name.trim().to_lowercase());
    if names.any(|name| measured.contains(&name.as_str())) {
        "qPCR, `cistron qpcr FILE`; or the labels of a FASTA file, `labels: {table: FILE}`"
    } else {
        "the labels of a FASTA file, `labels: {table: FILE}`; `cistron qpcr FILE` reads curves"
    }
}

/// One file as a row of a table, in the order of [`COLUMNS`].
#[must_use]
pub fn row(inspection: &Inspection) -> Vec<String> {
    let found = inspection.sequences.as_ref();
    let number = |value: Option<u64>| value.map_or(String::new(), |n| n.to_string());
    vec![
        inspection.path.clone(),
        inspection.format.clone(),
        inspection.compression.clone(),
        inspection.records.to_string(),
        inspection.malformed.to_string(),
        inspection.complete.to_string(),
        found.and_then(|s| s.alphabet.clone()).unwrap_or_default(),
        number(found.map(|s| s.symbols)),
        number(found.map(|s| s.lengths.minimum)),
        number(found.map(|s| s.lengths.median)),
        number(found.map(|s| s.lengths.maximum)),
        found.and_then(|s| s.gc).map_or(String::new(), |gc| format!("{gc:.4}")),
    ]
}

/// A number with blanks between groups of three digits.
fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_without_sequences_says_what_it_is_for() {
        let shown = |content: &str| {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), content).unwrap();
            text(&crate::inspect::inspect(file.path()).unwrap())
        };
        let labels = shown("id,class\na,x\nb,y\n");
        assert!(labels.contains("  sequences    none: 2 columns, 2 rows\n"), "{labels}");
        assert!(labels.contains("  is for       the labels of a FASTA file"), "{labels}");
        assert!(shown("Well,Cq\nA1,20.5\n").contains("  is for       qPCR, `cistron qpcr FILE`"));
        assert!(!shown("sequence,class\nACGT,x\n").contains("is for"));
    }

    #[test]
    fn digits_are_grouped() {
        assert_eq!([0, 999, 1000, 2_667_854].map(thousands), ["0", "999", "1 000", "2 667 854"]);
    }
}
