//! What looks odd in sequences, and what it may mean.

use cistron_encoders::alphabet::Alphabet;

use super::tally::Tally;

/// What looks odd, most serious first.
pub(super) fn oddities(tally: &Tally) -> Vec<String> {
    let total = tally.total().max(1);
    let records: u64 = tally.lengths.values().sum();
    let percent = |n: u64, of: u64| format!("{:.1} %", 100.0 * n as f64 / of.max(1) as f64);
    let mut odd = Vec::new();

    let empty = tally.lengths.get(&0).copied().unwrap_or(0);
    if empty > 0 {
        odd.push(format!("{} without a sequence", plural(empty, "record")));
    }
    if let (n @ 1.., Some(id)) = (tally.repeated[0], &tally.repeated_id) {
        let stands = if n == 1 { "stands" } else { "stand" };
        odd.push(format!("{} {stands} more than once, first `{id}`", plural(n, "identifier")));
    }
    let gaps = tally.count(b"-.");
    if gaps > 0 {
        odd.push(format!("{}: is this an alignment?", plural(gaps, "gap")));
    }
    let [dna, rna, protein, other] = tally.kinds;
    let nucleic = dna + rna;
    // A short protein may be of bases only: a few such are no mixture.
    if nucleic > 0 && protein > 0 && nucleic.min(protein) * 20 > records {
        odd.push(format!("{nucleic} records look like DNA or RNA and {protein} like proteins"));
    }
    if rna > 0 && dna > 0 && tally.count(b"T") > 0 && tally.count(b"U") > 0 {
        odd.push("both T and U: is this a mixture of DNA and RNA?".to_string());
    }
    let foreign = other.saturating_sub(empty);
    if foreign > 0 && gaps == 0 {
        odd.push(format!("{} of no alphabet: {}", plural(foreign, "record"), symbols(tally)));
    }
    let repeated = tally.repeated[1];
    if repeated > 0 {
        let stands = if repeated == 1 { "stands" } else { "stand" };
        let share = percent(repeated, records);
        odd.push(format!("{} {stands} more than once ({share})", plural(repeated, "sequence")));
    }
    if tally.forgotten {
        odd.push("repeated records were looked for among the first two million only".to_string());
    }
    if tally.alphabet() == Some(Alphabet::Protein) {
        let stops = tally.count(b"*");
        if stops > records {
            odd.push(format!("{} within proteins: is the frame right?", plural(stops, "stop")));
        }
        let unusual = tally.count(b"BZJXUO");
        if unusual > 0 {
            odd.push(format!("{} B, Z, J, X, U or O", plural(unusual, "residue")));
        }
    } else {
        let n = tally.count(b"N");
        if n * 20 > total {
            odd.push(format!("{} of the bases are N", percent(n, total)));
        }
        let short: u64 = tally.lengths.range(..20).map(|(_, n)| n).sum();
        if short > empty {
            let short = plural(short - empty, "record");
            odd.push(format!("{short} under 20 bases: too short to be compared by 15-mers"));
        }
        if records >= 10 && tally.coding * 10 >= records * 9 {
            let share = percent(tally.coding, records);
            odd.push(format!(
                "{share} start with .TG and are of whole codons: coding sequences, which \
                 `translate: coding` reads as proteins"
            ));
        }
    }
    odd
}

/// Symbols of no alphabet, with their number.
fn symbols(tally: &Tally) -> String {
    let of_no_alphabet = |byte: &u8| Alphabet::Protein.check(&[*byte]).is_err();
    let found = (0..=u8::MAX).filter(|b| tally.symbols[usize::from(*b)] > 0 && of_no_alphabet(b));
    let list: Vec<String> = found
        .take(8)
        .map(|byte| format!("`{}` {}", byte.escape_ascii(), tally.symbols[usize::from(byte)]))
        .collect();
    if list.is_empty() { "T and U, or more codes than bases".into() } else { list.join(", ") }
}

fn plural(n: u64, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}
