//! Filters as a table: a row a letter at a position.

use super::Filters;
use cistron_data::artefact::Tsv;
use cistron_data::error::Error;

/// Column heads; `information` is that of the position in bits.
const COLUMNS: [&str; 9] = [
    "fold",
    "seed",
    "filter",
    "sites",
    "greatest_response",
    "position",
    "letter",
    "frequency",
    "information",
];

/// The table of all filters, those without sites, too: their letters are the background's. Positions
/// are counted from 1.
pub fn table(members: &[Filters]) -> Result<Tsv, Error> {
    let mut table = Tsv::new(COLUMNS)?;
    for Filters { fold, seed, letters, motifs, .. } in members {
        for motif in motifs {
            let head = [
                fold.to_string(),
                seed.to_string(),
                motif.filter.to_string(),
                motif.sites.to_string(),
                format!("{:.6}", motif.greatest),
            ];
            let rows = motif.frequencies.rows().zip(motif.frequencies.information());
            for (at, (row, information)) in rows.enumerate() {
                for (letter, frequency) in letters.iter().zip(row) {
                    let rest = [
                        (at + 1).to_string(),
                        char::from(*letter).to_string(),
                        format!("{frequency:.6}"),
                        format!("{information:.6}"),
                    ];
                    table.row(head.iter().chain(&rest))?;
                }
            }
        }
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribute::filters::tests::example;

    #[test]
    fn a_row_a_letter() {
        let text = String::from_utf8(table(&[example()]).unwrap().into_bytes().unwrap()).unwrap();
        let rows: Vec<&str> = text.lines().collect();
        assert_eq!(rows.len(), 1 + 2 * 2 * 4);
        assert_eq!(rows[1], "0\t7\t1\t3\t2.500000\t1\tA\t0.812500\t1.006607");
        assert_eq!(rows[16], "0\t7\t2\t0\t-1.000000\t2\tT\t0.250000\t0.000000");
    }
}
