//! Column heads of many instruments, in one vocabulary.

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Column {
    Well,
    /// The well's number, beside its position.
    WellNumber,
    Sample,
    Target,
    Task,
    Cq,
    Dye,
    Quantity,
    /// Known quantity of a standard, 0 for other wells (`LightCycler` 480).
    StandardQuantity,
    Cycle,
    Fluorescence,
    Temperature,
    Omit,
    Include,
    Plate,
    Run,
}

/// The column that a head names, and how surely: of two heads for one column the surer is taken.
pub(super) fn recognise(head: &str) -> Option<(Column, u8)> {
    named(&key(head))
        .or_else(|| named(&key(without_unit(head)?)))
        .or_else(|| is_filter(head).then_some((Column::Fluorescence, 3)))
}

/// A head without the unit or kind of signal behind it: `Ct (dR)` is `Ct`; `Ct (SD)` is no Ct.
fn without_unit(head: &str) -> Option<&str> {
    let (name, unit) = head.trim().strip_suffix([')', ']'])?.rsplit_once(['(', '['])?;
    let unit = unit.to_lowercase();
    let summary = ["mean", "avg", "average", "median", "sd", "std", "dev", "sem", "threshold"];
    let summarises = unit.split(|c: char| !c.is_alphanumeric()).any(|w| summary.contains(&w));
    // `C(t)` is one word.
    (name.ends_with(' ') && !summarises).then_some(name)
}

/// The column of a key.
fn named(key: &str) -> Option<(Column, u8)> {
    Some(match key {
        "wellposition" | "pos" | "samplepos" | "position" | "лунка" => (Column::Well, 3),
        "well" | "wellset" | "wellid" | "chamberid" | "throughholeaddress" | "fdataname" => {
            (Column::Well, 2)
        }
        "wellnumber" | "location" | "curve" => (Column::Well, 1),
        "samplename" | "sample" | "sampleid" | "sampleinfosampleid" | "образец" => {
            (Column::Sample, 3)
        }
        "name" | "sampleinfo" | "wellname" => (Column::Sample, 2),
        "reporter" => (Column::Dye, 1),
        "description" => (Column::Sample, 0),
        "targetname" | "target" | "мишень" | "detector" | "detectorname" | "assayname"
        | "assayassayname" => (Column::Target, 3),
        "gene" | "genename" | "assay" | "targetid" | "primer" | "geneid" => (Column::Target, 2),
        "task" | "content" | "role" | "welltype" => (Column::Task, 3),
        "type" | "sampletype" | "assayassaytype" => (Column::Task, 1),
        "ct" | "cq" | "cp" | "crt" | "ctvalue" | "cqvalue" | "cpvalue" | "throughholect" => {
            (Column::Cq, 3)
        }
        "dye" | "fluor" | "fluorophore" | "channel" | "filter" | "targetdyeid" => (Column::Dye, 2),
        "quantity" | "startingquantitysq" | "sq" | "startingquantity" | "givenconc" => {
            (Column::Quantity, 3)
        }
        "ng" | "concentration" | "conc" | "samplerconc" | "copies" => (Column::Quantity, 1),
        "standard" => (Column::StandardQuantity, 3),
        "cycle" | "cycles" | "cyc" | "cycs" | "cyclenumber" | "wellcycles" | "cycleno" => {
            (Column::Cycle, 3)
        }
        "rn" | "fluorescence" | "rfu" | "fluor1" | "fluorescencevalue" => (Column::Fluorescence, 3),
        "deltarn" | "δrn" | "drn" => (Column::Fluorescence, 2),
        "temperature" | "temp" | "temperaturec" => (Column::Temperature, 3),
        "omit" | "omitted" | "throughholeoutlier" | "exclude" | "excluded" | "excl"
        | "isexcluded" | "isomitted" | "ignore" | "ignored" | "skip" | "skipped" | "discard"
        | "discarded" => (Column::Omit, 3),
        "include" | "included" | "use" | "used" | "isincluded" | "keep" => (Column::Include, 3),
        "plate" | "plateid" | "platename" | "openarrayplateserialnumber" => (Column::Plate, 3),
        "run" | "runid" | "runname" | "dataset" => (Column::Run, 3),
        _ => return None,
    })
}

/// Letters and digits of a head in lower case; a word of Latin letters in which some are Cyrillic
/// twins, such as `Cт`, is the Latin one.
pub(super) fn key(head: &str) -> String {
    const TWINS: [(char, char); 9] = [
        ('т', 't'),
        ('с', 'c'),
        ('р', 'p'),
        ('а', 'a'),
        ('е', 'e'),
        ('о', 'o'),
        ('х', 'x'),
        ('у', 'y'),
        ('в', 'b'),
    ];
    let kept = head.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
    let key: String = kept.collect();
    let twin = |c: char| TWINS.iter().find(|t| t.0 == c).map(|t| t.1);
    let latin: String = key.chars().map(|c| twin(c).unwrap_or(c)).collect();
    // A word that stays Cyrillic in part is one of that language.
    let cyrillic = |c: char| ('\u{400}'..='\u{4ff}').contains(&c);
    if latin.chars().any(cyrillic) { key } else { latin }
}

/// Excitation and emission in nanometres: `483-533`.
pub(super) fn is_filter(head: &str) -> bool {
    let digits = |s: &str| s.len() == 3 && s.bytes().all(|b| b.is_ascii_digit());
    head.split_once('-').is_some_and(|(from, to)| digits(from) && digits(to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_of_several_instruments_are_one_column() {
        for head in ["CT", "Cт", "Ст", "C(t)", "Cq", "Cp", "Ct Value", "ThroughHole.Ct", "Ct (dR)"]
        {
            assert_eq!(recognise(head).map(|c| c.0), Some(Column::Cq), "{head}");
        }
        for head in ["Ct Mean", "Delta Ct", "Ct SD", "Cq Mean", "Ct (SD)", "Threshold (dR)"] {
            assert_eq!(recognise(head), None, "{head}");
        }
        assert_eq!(recognise("Cycle#").map(|c| c.0), Some(Column::Cycle));
        assert_eq!(recognise("483-533").map(|c| c.0), Some(Column::Fluorescence));
        assert_eq!(recognise("ΔRn").map(|c| c.0), Some(Column::Fluorescence));
        assert!(recognise("Well Position").unwrap().1 > recognise("Well").unwrap().1);
    }
}
