//! Column heads of many instruments, in one vocabulary.

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Column {
    Well,
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
    Omit,
    Include,
    Plate,
    Run,
}

/// The column that a head names, and how surely: of two heads for one column the surer is taken.
pub(super) fn recognise(head: &str) -> Option<(Column, u8)> {
    let key = key(head);
    Some(match key.as_str() {
        "wellposition" | "pos" | "samplepos" | "position" => (Column::Well, 3),
        "well" | "wellset" | "wellid" | "chamberid" | "throughholeaddress" | "fdataname" => {
            (Column::Well, 2)
        }
        "wellnumber" | "location" | "curve" => (Column::Well, 1),
        "samplename" | "sample" | "sampleid" | "sampleinfosampleid" => (Column::Sample, 3),
        "name" | "sampleinfo" => (Column::Sample, 2),
        "reporter" => (Column::Dye, 1),
        "description" => (Column::Sample, 0),
        "targetname" | "target" | "detector" | "detectorname" | "assayname" | "assayassayname" => {
            (Column::Target, 3)
        }
        "gene" | "genename" | "assay" | "targetid" | "primer" | "geneid" => (Column::Target, 2),
        "task" | "content" | "role" | "welltype" => (Column::Task, 3),
        "type" | "sampletype" | "assayassaytype" => (Column::Task, 1),
        "ct" | "cq" | "cp" | "crt" | "ctvalue" | "cqvalue" | "throughholect" => (Column::Cq, 3),
        "dye" | "fluor" | "channel" | "filter" | "targetdyeid" => (Column::Dye, 2),
        "quantity" | "startingquantitysq" | "sq" | "startingquantity" => (Column::Quantity, 3),
        "ng" | "concentration" | "conc" | "samplerconc" | "copies" => (Column::Quantity, 1),
        "standard" => (Column::StandardQuantity, 3),
        "cycle" | "cycles" | "cyc" | "cycs" | "cyclenumber" | "wellcycles" => (Column::Cycle, 3),
        "rn" | "fluorescence" | "rfu" | "fluor1" => (Column::Fluorescence, 3),
        "deltarn" | "δrn" => (Column::Fluorescence, 2),
        "omit" | "omitted" | "throughholeoutlier" => (Column::Omit, 3),
        "include" => (Column::Include, 3),
        "plate" | "plateid" | "platename" | "openarrayplateserialnumber" => (Column::Plate, 3),
        "run" | "runid" | "runname" | "dataset" => (Column::Run, 3),
        _ if is_filter(head) => (Column::Fluorescence, 3),
        _ => return None,
    })
}

/// Letters and digits of a head in lower case; `Cт` with a Cyrillic т is `ct`.
pub(super) fn key(head: &str) -> String {
    let kept = head.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
    kept.map(|c| if c == 'т' { 't' } else { c }).collect()
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
        for head in ["CT", "Cт", "C(t)", "Cq", "Cp", "Ct Value", "ThroughHole.Ct"] {
            assert_eq!(recognise(head).map(|c| c.0), Some(Column::Cq), "{head}");
        }
        for head in ["Ct Mean", "Delta Ct", "Ct SD", "Cq Mean", "Ct Threshold"] {
            assert_eq!(recognise(head), None, "{head}");
        }
        assert_eq!(recognise("Cycle#").map(|c| c.0), Some(Column::Cycle));
        assert_eq!(recognise("483-533").map(|c| c.0), Some(Column::Fluorescence));
        assert_eq!(recognise("ΔRn").map(|c| c.0), Some(Column::Fluorescence));
        assert!(recognise("Well Position").unwrap().1 > recognise("Well").unwrap().1);
    }
}
