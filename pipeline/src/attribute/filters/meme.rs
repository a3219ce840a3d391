//! Filters in the minimal motif format of the MEME suite (Bailey et al. 2015,
//! doi:10.1093/nar/gkv416), which Tomtom compares with known motifs.

use std::fmt::Write;

use super::Filters;

/// The filters that have sites, as text; all are of one alphabet and seen on the same sequences.
#[must_use]
pub fn meme(members: &[Filters]) -> String {
    let Some(first) = members.first() else { return String::new() };
    let letters = String::from_utf8_lossy(first.letters);
    let mut out = format!("MEME version 4\n\nALPHABET= {letters}\n\n");
    // Only DNA has a second strand for the readers of this format.
    if first.letters == b"ACGT" {
        out.push_str("strands: +\n\n");
    }
    out.push_str("Background letter frequencies\n");
    let shares = first.letters.iter().zip(&first.background);
    let shares: Vec<String> =
        shares.map(|(letter, share)| format!("{} {share:.6}", char::from(*letter))).collect();
    let _ = writeln!(out, "{}", shares.join(" "));
    for Filters { fold, seed, motifs, .. } in members {
        for motif in motifs.iter().filter(|motif| motif.sites > 0) {
            let _ = write!(
                out,
                "\nMOTIF fold-{fold}.seed-{seed}.filter-{}\n\
                 letter-probability matrix: alength= {} w= {} nsites= {} E= 0\n",
                motif.filter,
                first.letters.len(),
                motif.frequencies.information().len(),
                motif.sites,
            );
            for row in motif.frequencies.rows() {
                let row: Vec<String> = row.iter().map(|share| format!("{share:.6}")).collect();
                let _ = writeln!(out, " {}", row.join(" "));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribute::filters::tests::example;

    #[test]
    fn the_format_by_hand() {
        let expected = "MEME version 4\n\nALPHABET= ACGT\n\nstrands: +\n\n\
            Background letter frequencies\nA 0.250000 C 0.250000 G 0.250000 T 0.250000\n\n\
            MOTIF fold-0.seed-7.filter-1\n\
            letter-probability matrix: alength= 4 w= 2 nsites= 3 E= 0\n \
            0.812500 0.062500 0.062500 0.062500\n \
            0.062500 0.062500 0.812500 0.062500\n";
        assert_eq!(meme(&[example()]), expected);
        assert_eq!(meme(&[]), "");
    }
}
