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
            sequence = Some(sequence_column(&first, names.len()));
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
    } else {
        inspection.odd.push("no column looks like sequences".to_string());
    }
    inspection.fields = fields.finish(inspection.records);
}

fn push(tally: &mut Tally, row: &Row, column: Option<usize>) {
    if let Some(sequence) = column.and_then(|at| row.cells.get(at)) {
        let id = row.number.to_string();
        tally.push(&Record { id, sequence: sequence.into(), ..Record::default() });
    }
}

/// The column of the longest cells that are all of symbols of one alphabet.
fn sequence_column(rows: &[Row], columns: usize) -> Option<usize> {
    let length = |at: usize| {
        let cells: Vec<&[u8]> =
            rows.iter().filter_map(|row| row.cells.get(at)).map(str::as_bytes).collect();
        let symbols = |cell: &&[u8]| cell.is_empty() || Alphabet::guess(cell).is_some();
        let most = cells.iter().filter(|cell| symbols(cell)).count() * 10 >= cells.len() * 9;
        let total: usize = cells.iter().map(|cell| cell.len()).sum();
        // Words of letters are amino acids as well: sequences are longer.
        (most && total >= cells.len() * 6).then_some(total)
    };
    (0..columns)
        .filter_map(|at| Some((length(at)?, at)))
        .max_by_key(|(n, at)| (*n, usize::MAX - at))
        .map(|(_, at)| at)
}
