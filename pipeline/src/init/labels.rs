//! Where the labels of some files stand.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use cistron_data::error::{Error, InputError};
use cistron_data::inspect::{self, Inspection};
use cistron_data::read;
use cistron_data::read::table::Table;

/// Records whose identifiers are looked for in a table.
const ASKED: usize = 500;

/// Names that a column of classes usually has, the most telling first.
const USUAL: [&str; 8] =
    ["label", "class", "target", "category", "type", "family", "phenotype", "species"];

/// Which files hold the sequences, and where their labels stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    /// Where they stand.
    pub place: Place,
    /// dna, rna or protein.
    pub alphabet: String,
    /// Other columns or fields that could be the label.
    pub others: Vec<String>,
}

/// Where labels stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A column of a table, by the identifiers of one FASTA or FASTQ file.
    Table {
        /// The sequences.
        sequences: PathBuf,
        /// The table.
        table: PathBuf,
        /// Column of the identifiers.
        id: String,
        /// Column of the classes.
        label: String,
    },
    /// A `key=value` of the headers.
    Header {
        /// The sequences.
        sequences: PathBuf,
        /// The key.
        key: String,
    },
    /// The name of each file is its class.
    Files(Vec<PathBuf>),
    /// Columns of one table that holds the sequences, too.
    Own {
        /// The table.
        table: PathBuf,
        /// Column of the sequences.
        sequence: String,
        /// Column of the classes.
        label: String,
    },
}

impl Labels {
    /// The column or key of the label; `None` where it is each file's name.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match &self.place {
            Place::Table { label, .. } | Place::Own { label, .. } => Some(label),
            Place::Header { key, .. } => Some(key),
            Place::Files(_) => None,
        }
    }
}

/// Finds the labels of files: a FASTA file and a table, a FASTA file with labels in its headers, a
/// file a class, or a table with sequences. `wanted` names the column or key of the label.
pub fn find(files: &[PathBuf], wanted: Option<&str>) -> Result<Labels, Error> {
    let (mut sequences, mut tables) = (Vec::new(), Vec::new());
    for path in files {
        let found = inspect::inspect(path)?;
        match found.format.as_str() {
            "FASTA" | "FASTQ" => sequences.push((path, found)),
            "table" => tables.push((path, found)),
            format => {
                let help = "init writes no workflow for variants: `read: {variants: {vcf: FILE, \
                            reference: GENOME, label: INFO-KEY}}` learns from them, `read: \
                            {genotypes: {vcf: FILE}}` from their samples, and `cistron predict \
                            MODEL FILE.vcf --reference GENOME` predicts them";
                return Err(InputError::new(path, format, "sequences or a table", help).into());
            }
        }
    }
    match (&sequences[..], &tables[..]) {
        ([(path, found)], [(table, columns)]) => {
            let id = identifiers(path, found, table)?;
            let (label, others) = choose(table, columns, wanted, &[&id])?;
            let place =
                Place::Table { sequences: (*path).clone(), table: (*table).clone(), id, label };
            Ok(Labels { place, alphabet: alphabet(path, found)?, others })
        }
        ([(path, found)], []) => {
            let (key, others) = choose(path, found, wanted, &[])?;
            if key.starts_with("field ") {
                let help = "write a pattern for it under `read: labels: header:`, or give a table";
                return Err(InputError::new(
                    path,
                    format!("labels in {key} of the headers"),
                    "labels as key=value, or in a table",
                    help,
                )
                .into());
            }
            let place = Place::Header { sequences: (*path).clone(), key };
            Ok(Labels { place, alphabet: alphabet(path, found)?, others })
        }
        ([(path, found), _, ..], []) => {
            let place = Place::Files(sequences.iter().map(|(path, _)| (*path).clone()).collect());
            Ok(Labels { place, alphabet: alphabet(path, found)?, others: Vec::new() })
        }
        ([], [(table, columns)]) => {
            let of_sequences = columns.columns.iter().find(|column| column.sequence);
            let sequence = of_sequences.map(|column| column.name.clone()).ok_or_else(|| {
                let help = "give the FASTA file of the sequences, too";
                InputError::new(table, "a table without sequences", "a column of sequences", help)
            })?;
            let (label, others) = choose(table, columns, wanted, &[&sequence])?;
            let place = Place::Own { table: (*table).clone(), sequence, label };
            Ok(Labels { place, alphabet: alphabet(table, columns)?, others })
        }
        _ => {
            let help =
                "one FASTA file and its table, a FASTA file a class, or one table with sequences";
            Err(Error::Usage(format!(
                "{} sequence files and {} tables\n  help: {help}",
                sequences.len(),
                tables.len()
            )))
        }
    }
}

fn alphabet(path: &Path, found: &Inspection) -> Result<String, InputError> {
    let known = found.sequences.as_ref().and_then(|sequences| sequences.alphabet.as_deref());
    known.map(str::to_lowercase).ok_or_else(|| {
        let help = "`cistron inspect` shows what the file holds";
        InputError::new(path, "sequences of no one alphabet", "DNA, RNA or proteins", help)
    })
}

/// The column of a table that holds the identifiers of the sequences.
fn identifiers(path: &Path, found: &Inspection, table: &Path) -> Result<String, Error> {
    let alphabet = crate::init::write::alphabet(&alphabet(path, found)?);
    let mut ids = HashSet::new();
    for record in read::sequences(path, alphabet)?.take(ASKED) {
        ids.insert(record?.id);
    }
    let rows = Table::open(table)?;
    let names: Vec<String> = rows.columns().iter().map(ToString::to_string).collect();
    let mut hits = vec![HashSet::new(); names.len()];
    for row in rows {
        let row = row?;
        for (at, cell) in row.cells.iter().enumerate().take(names.len()) {
            if ids.contains(cell) {
                hits[at].insert(cell.to_string());
            }
        }
    }
    let best = (0..names.len()).max_by_key(|at| (hits[*at].len(), usize::MAX - at));
    match best {
        Some(at) if hits[at].len() * 2 >= ids.len() => Ok(names[at].clone()),
        _ => {
            let found = format!("no column with the identifiers of {}", path.display());
            let help = "identifiers are the first word of each header";
            Err(InputError::new(table, found, "a column of identifiers", help).into())
        }
    }
}

/// The column or field of the label, and the others that it could be.
fn choose(
    path: &Path,
    found: &Inspection,
    wanted: Option<&str>,
    not: &[&str],
) -> Result<(String, Vec<String>), InputError> {
    let fields = found.fields.iter().filter(|field| !not.contains(&field.name.as_str()));
    let mut names: Vec<(usize, usize, &str)> = fields
        .map(|field| {
            let name = field.name.to_lowercase();
            let exact = USUAL.iter().position(|usual| name == *usual);
            let within = USUAL.iter().position(|usual| name.contains(usual));
            let rank = exact.or(within.map(|at| USUAL.len() + at)).unwrap_or(2 * USUAL.len());
            (rank, field.distinct, field.name.as_str())
        })
        .collect();
    names.sort_unstable();
    let at = match wanted {
        None => (!names.is_empty()).then_some(0),
        Some(wanted) => names.iter().position(|(_, _, name)| *name == wanted),
    };
    let Some(at) = at else {
        if let Some(error) = too_many(path, found, wanted, not) {
            return Err(error);
        }
        let known: Vec<&str> = names.iter().map(|(_, _, name)| *name).collect();
        let found = match (wanted, known.is_empty()) {
            (_, true) => "nothing that could be a label".to_string(),
            (Some(wanted), _) => format!("no label `{wanted}` among {}", known.join(", ")),
            (None, false) => known.join(", "),
        };
        let help = "give a table of labels beside the FASTA file, or one FASTA file a class";
        return Err(InputError::new(path, found, "2 to 200 classes", help));
    };
    let chosen = names.remove(at).2.to_string();
    Ok((chosen, names.into_iter().map(|(_, _, name)| name.to_string()).collect()))
}

/// The error of a column that would be the label, had it fewer values: `wanted`, or the one that
/// looks most like it.
fn too_many(
    path: &Path,
    found: &Inspection,
    wanted: Option<&str>,
    not: &[&str],
) -> Option<InputError> {
    let usual = |name: &str| {
        let name = name.to_lowercase();
        USUAL.iter().position(|usual| name.contains(usual)).unwrap_or(USUAL.len())
    };
    let columns = found.columns.iter().filter(|column| {
        let named = wanted.is_none_or(|wanted| column.name == wanted);
        named && column.distinct > 1 && !column.sequence && !not.contains(&column.name.as_str())
    });
    let column = columns.min_by_key(|column| usual(&column.name))?;
    let (name, distinct, records) = (&column.name, column.distinct, found.records);
    let told = if distinct as u64 >= records {
        format!("a value of `{name}` of its own for each of {records} records")
    } else {
        format!("{distinct} values of `{name}` in {records} records")
    };
    let expected = "2 to 200 classes of several records each";
    let help = "a class is learnt from several records: add records, or merge classes";
    Some(InputError::new(path, told, expected, help))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(texts: &[(&str, &str)]) -> (tempfile::TempDir, Vec<PathBuf>) {
        let folder = tempfile::tempdir().unwrap();
        let paths = texts.iter().map(|(name, text)| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        });
        let paths = paths.collect();
        (folder, paths)
    }

    const FASTA: &str =
        ">a sex=f\nACGTACGT\n>b sex=m\nACGTTCGT\n>c sex=f\nACGTACCT\n>d sex=m\nACCTACGT\n";

    #[test]
    fn a_table_is_joined_by_the_column_of_identifiers() {
        let table = "n\tname\tgroup\tdrug_class\n1\ta\tu\tx\n2\tb\tv\tx\n3\tc\tu\ty\n4\td\tv\ty\n";
        let (_folder, paths) = files(&[("s.fa", FASTA), ("t.tsv", table)]);
        let found = find(&paths, None).unwrap();
        let Place::Table { id, label, .. } = &found.place else { panic!("{found:?}") };
        assert_eq!((id.as_str(), label.as_str()), ("name", "drug_class"));
        assert_eq!(
            (found.alphabet.as_str(), &found.others[..]),
            ("dna", &["group".to_string()][..])
        );
        assert!(find(&paths, Some("colour")).unwrap_err().to_string().contains("drug_class"));
    }

    #[test]
    fn headers_files_and_tables_with_sequences_have_labels_of_their_own() {
        let (_folder, paths) = files(&[("s.fa", FASTA), ("t.fa", FASTA)]);
        let place = find(&paths[..1], None).unwrap().place;
        assert!(matches!(place, Place::Header { key, .. } if key == "sex"));
        assert!(matches!(find(&paths, None).unwrap().place, Place::Files(files) if files == paths));
        let table = "sequence,label\nACGTACGT,1\nTTGGCCAA,0\nTTGGCCAT,0\nACGTACGA,1\n";
        let (_folder, paths) = files(&[("t.csv", table)]);
        let place = find(&paths, None).unwrap().place;
        assert!(matches!(place, Place::Own { label, .. } if label == "label"));
    }

    #[test]
    fn a_label_that_every_record_has_for_itself_is_named() {
        let table = "id\tdrug_class\na\tx\nb\ty\nc\tz\nd\tw\n";
        let (_folder, paths) = files(&[("s.fa", FASTA), ("t.tsv", table)]);
        let error = find(&paths, None).unwrap_err().to_string();
        assert!(
            error.contains("a value of `drug_class` of its own for each of 4 records"),
            "{error}"
        );
        let named = find(&paths, Some("drug_class")).unwrap_err().to_string();
        assert!(named.contains("2 to 200 classes of several records each"), "{named}");
        let table = "id\tn\tkind\na\t1\tx\nb\t2\tx\nc\t3\ty\nd\t3\ty\n";
        let (_folder, paths) = files(&[("s.fa", FASTA), ("t.tsv", table)]);
        let error = find(&paths, Some("n")).unwrap_err().to_string();
        assert!(error.contains("3 values of `n` in 4 records"), "{error}");
    }

    #[test]
    fn variants_are_pointed_to_the_keys_that_read_them() {
        let vcf = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n1\t5\t.\tA\tC\t.\t.\t.\n";
        let (_folder, paths) = files(&[("v.vcf", vcf)]);
        let error = find(&paths, None).unwrap_err().to_string();
        assert!(error.contains("read: {variants:") && error.contains("genotypes"), "{error}");
    }

    #[test]
    fn files_without_labels_are_refused() {
        let (_folder, paths) = files(&[("s.fa", ">a\nACGT\n>b\nACGA\n")]);
        let error = find(&paths, None).unwrap_err().to_string();
        assert!(error.contains("nothing that could be a label"), "{error}");
    }
}
