//! The parts of a `ResFinder` gene name: `symbol_variant_accession`, as in `blaTEM-1B_1_AY458016`.

/// Splits an id into gene symbol and accession at the first `_digits_`.
///
/// `None` where the id has no such part.
pub(crate) fn parts(id: &str) -> Option<(&str, &str)> {
    id.match_indices('_').skip_while(|(start, _)| *start == 0).find_map(|(start, _)| {
        let (variant, accession) = id[start + 1..].split_once('_')?;
        let is_number = !variant.is_empty() && variant.bytes().all(|b| b.is_ascii_digit());
        (is_number && !accession.is_empty()).then(|| (&id[..start], accession))
    })
}

/// Cuts a gene symbol down to its family: the letters and the designator, without allele number.
///
/// Two rules, applied to every symbol alike:
///
/// 1. With a bracket, up to and including the first closing one: `tet(M)`, `erm(44)v` → `erm(44)`,
///    `aac(6')-Ib-cr` → `aac(6')` (the enzyme's activity and the site it modifies).
/// 2. Otherwise up to the first digit, without a hyphen or underscore before it: `blaTEM-1B` →
///    `blaTEM`, `blaCTX-M-15` → `blaCTX-M`, `qnrB19` → `qnrB`, `mcr-1.1` → `mcr`, `sul2` → `sul`.
///
/// A fusion gene (`aac(6')-aph(2'')`) is filed under its first part.
pub(crate) fn family(symbol: &str) -> &str {
    if let Some(end) = symbol.find(')') {
        return &symbol[..=end];
    }
    let end = symbol.find(|c: char| c.is_ascii_digit()).unwrap_or(symbol.len());
    symbol[..end].trim_end_matches(['-', '_'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_falls_into_symbol_and_accession() {
        assert_eq!(parts("blaTEM-1B_1_AY458016"), Some(("blaTEM-1B", "AY458016")));
        assert_eq!(parts("cat(pC194)_1_NC_002013"), Some(("cat(pC194)", "NC_002013")));
        assert_eq!(parts("VanHAX_PA_1_DQ018711"), Some(("VanHAX_PA", "DQ018711")));
        assert_eq!(
            parts("blaKPC-40_1_NG_064726:101-988"),
            Some(("blaKPC-40", "NG_064726:101-988"))
        );
        for id in ["", "blaTEM", "_1_X", "blaTEM-1_", "blaTEM_x_AY458016", "blaTEM_1_"] {
            assert_eq!(parts(id), None, "{id}");
        }
    }

    #[test]
    fn a_family_is_letters_and_designator() {
        for (symbol, expected) in [
            ("blaTEM-1B", "blaTEM"),
            ("blaCTX-M-15", "blaCTX-M"),
            ("blaOXY-2-10", "blaOXY"),
            ("blaOXA-114a", "blaOXA"),
            ("blaSHV-1b-b", "blaSHV"),
            ("blaNMC-A", "blaNMC-A"),
            ("aac(6')-Ib-cr", "aac(6')"),
            ("aac(6')-aph(2'')", "aac(6')"),
            ("ant(2'')-Ia", "ant(2'')"),
            ("tet(M)", "tet(M)"),
            ("tet(O/W/32/O)", "tet(O/W/32/O)"),
            ("tetA(46)", "tetA(46)"),
            ("erm(44)v", "erm(44)"),
            ("mcr-1.1", "mcr"),
            ("mcr-10", "mcr"),
            ("qnrVC1", "qnrVC"),
            ("VanC1XY", "VanC"),
            ("VanXY_C2", "VanXY_C"),
            ("floR", "floR"),
        ] {
            assert_eq!(family(symbol), expected);
        }
    }
}
