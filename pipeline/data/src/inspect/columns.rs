//! A look at a table: its columns, and the sequences in one of them.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use cistron_encoders::alphabet::Alphabet;
use serde::Serialize;

use super::fields::Fields;
use super::tally::Tally;
use super::{Inspection, oddity};
use crate::read::record::Record;
use crate::read::table::{Row, Table};

/// Distinct values that are counted.
const COUNTED: usize = 100_000;
/// Rows that tell which column holds the sequences.
const FIRST: usize = 200;
/// Symbols of a cell that may be a word.
const SHORT: usize = 10;

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Cells without a value.
    pub empty: u64,
    /// Number of distinct values, counted up to 100 000.
    pub distinct: usize,
    /// Whether it looks like the column of the sequences.
    pub sequence: bool,
}

/// Looks at a table.
pub(super) fn table(inspection: &mut Inspection, table: Table) {
    let names: Vec<String> = table.columns().iter().map(ToString::to_string).collect();
    // Hashes: a cell may be as long as a genome.
    let mut values: Vec<HashSet<u64>> = vec![HashSet::new(); names.len()];
    let hasher = RandomState::new();
    let mut empty = vec![0; names.len()];
    let mut fields = Fields::default();
    let mut tally = Tally::default();
    let mut first = Vec::new();
    let mut sequence = None;
    let mut rows = table;
    loop {
        let row = rows.next();
        // The first rows are kept until it is known which column holds the sequences.
        if sequence.is_none() && (first.len() == FIRST || row.is_none()) {
            sequence = Some(sequence_column(&first, &names));
            for row in &first {
                push(&mut tally, row, sequence.flatten());
            }
        }
        let Some(row) = row else { break };
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                if !inspection.malformed(&error) {
                    break;
                }
                continue;
            }
        };
        inspection.records += 1;
        for (at, cell) in row.cells.iter().enumerate() {
            if cell.is_empty() {
                empty[at] += 1;
                continue;
            }
            fields.add(&names[at], cell);
            if values[at].len() < COUNTED {
                values[at].insert(hasher.hash_one(cell));
            }
        }
        match sequence {
            Some(column) => push(&mut tally, &row, column),
            None => first.push(row),
        }
    }
    let sequence = sequence.flatten();
    let columns = names.into_iter().zip(values).zip(empty).enumerate();
    inspection.columns = columns
        .map(|(at, ((name, values), empty))| Column {
            name,
            empty,
            distinct: values.len(),
            sequence: sequence == Some(at),
        })
        .collect();
    if sequence.is_some() {
        inspection.odd.extend(oddity::oddities(&tally));
        inspection.sequences = tally.finish();
    }
    inspection.fields = fields.finish(inspection.records);
}

fn push(tally: &mut Tally, row: &Row, column: Option<usize>) {
    if let Some(sequence) = column.and_then(|at| row.cells.get(at)) {
        let id = row.number.to_string();
        tally.push(&Record { id, sequence: sequence.into(), ..Record::default() });
    }
}

/// The column of the sequences: the one that is named so, else the one of the longest cells, nearly
/// all of which are sequences. Words of letters are amino acids as well: a column of few different
/// words is one of labels.
fn sequence_column(rows: &[Row], names: &[String]) -> Option<usize> {
    let symbols = |cell: &&str| Alphabet::guess(cell.as_bytes()).is_some();
    let longest = |at: usize| {
        let cells: Vec<&str> = rows
            .iter()
            .filter_map(|row| row.cells.get(at))
            .filter(|cell| !cell.is_empty())
            .collect();
        let named = is_sequence(&names[at])
            && cells.iter().filter(|cell| symbols(cell)).count() * 10 >= cells.len() * 9;
        let distinct: HashSet<&str> = cells.iter().copied().collect();
        let looks = cells.iter().filter(|cell| looks_like_one(cell)).count() * 20
            >= cells.len() * 19
            && distinct.len() * 2 >= cells.len();
        let total: usize = cells.iter().map(|cell| cell.len()).sum();
        (!cells.is_empty() && (named || looks)).then_some((named, total))
    };
    (0..names.len())
        .filter_map(|at| Some((longest(at)?, at)))
        .max_by_key(|(n, at)| (*n, usize::MAX - at))
        .map(|(_, at)| at)
}

/// Whether a name is that of a column of sequences.
fn is_sequence(name: &str) -> bool {
    let name = name.trim().to_lowercase();
    let mut words = name.split(|c: char| !c.is_alphabetic());
    words.any(|word| matches!(word, "sequence" | "sequences" | "seq" | "dna" | "rna" | "peptide"))
}

/// Whether a cell is long enough, and of one alphabet; proteins are written in capitals.
fn looks_like_one(cell: &str) -> bool {
    let alphabet = Alphabet::guess(cell.as_bytes()).filter(|_| cell.len() > SHORT);
    alphabet.is_some_and(|a| a.is_nucleic() || !cell.contains(|c: char| c.is_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    /// Name of the column of sequences of a table.
    fn column(text: &str) -> Option<String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let found = crate::inspect::inspect(file.path()).unwrap();
        assert_eq!(found.sequences.is_some(), found.columns.iter().any(|column| column.sequence));
        found.columns.into_iter().find(|column| column.sequence).map(|column| column.name)
    }

    #[test]
    fn a_column_of_sequences_is_named_so_or_looks_so() {
        assert_eq!(column("id,Seq_DNA,x\na,ACGT,1\nb,ACG,2\n").as_deref(), Some("Seq_DNA"));
        let long = "id,x,class\na,ACGTACGTACGTA,yes\nb,TTGTACGTACGTA,no\n";
        assert_eq!(column(long).as_deref(), Some("x"));
        let protein = "id,x\na,MKVLAAGIVGLLLA\nb,MSTNPKPQRKTKRNT\n";
        assert_eq!(column(protein).as_deref(), Some("x"));
        // The name of sequences, but no symbols.
        assert_eq!(column("sequence,class\n1,yes\n2,no\n"), None);
    }

    #[test]
    fn words_and_numbers_are_no_sequences() {
        let labels = "id\tdrug_class\na\taminoglycoside\nb\ttrimethoprim\nc\ttetracycline\n";
        assert_eq!(column(labels), None);
        let capitals = "id,class\na,AMINGLYCSIDES\nb,AMINGLYCSIDES\nc,AMINGLYCSIDES\n";
        assert_eq!(column(capitals), None);
        let plate = "Well,Sample,Target,Task,Cq\nA01,series,MYC,Standard,25.13\n";
        assert_eq!(column(plate), None);
        assert_eq!(column("a,b\n,\n"), None);
    }
}
