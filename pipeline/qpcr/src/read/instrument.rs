//! The instrument that wrote a file, where the content says so.

// ΔCq and the names of instruments are words, not code.
#![allow(clippy::doc_markdown)]

use serde::{Deserialize, Serialize};

use super::sheet::Sheet;

/// Family of instruments with one export format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Instrument {
    /// QuantStudio.
    QuantStudio,
    /// StepOne, StepOnePlus, ViiA 7 and 7500.
    StepOne,
    /// SDS software of the 7900HT.
    Sds,
    /// Bio-Rad CFX.
    Cfx,
    /// LightCycler 480.
    LightCycler480,
    /// Fluidigm BioMark.
    BioMark,
    /// OpenArray.
    OpenArray,
    /// RDML, whatever wrote it.
    Rdml,
    /// The content names none.
    Unnamed,
}

impl Instrument {
    /// The name in text.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::QuantStudio => "QuantStudio",
            Self::StepOne => "StepOne, ViiA 7 or 7500",
            Self::Sds => "SDS",
            Self::Cfx => "CFX",
            Self::LightCycler480 => "LightCycler 480",
            Self::BioMark => "BioMark",
            Self::OpenArray => "OpenArray",
            Self::Rdml => "RDML",
            Self::Unnamed => "unnamed",
        }
    }

    /// Looks for the marks that instruments leave in the first rows; returns the mark too.
    pub(super) fn sniff(sheets: &[Sheet]) -> (Self, Option<String>) {
        const ROWS: usize = 80;
        let rows = || sheets.iter().flat_map(|sheet| sheet.rows.iter().take(ROWS));
        for row in rows() {
            let line = row.bare().filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join(" ");
            if let Some(instrument) = mark(&line) {
                let shown: String = line.chars().take(60).collect();
                return (instrument, Some(format!("`{shown}` in line {}", row.line)));
            }
        }
        (Self::Unnamed, None)
    }
}

/// The instrument that a line of an export gives away.
fn mark(line: &str) -> Option<Instrument> {
    let has = |words: &[&str]| words.iter().all(|word| line.contains(word));
    let any = |words: &[&str]| words.iter().any(|word| line.contains(word));
    Some(if has(&["Instrument Type", "QuantStudio"]) {
        Instrument::QuantStudio
    } else if line.contains("Instrument Type") && any(&["StepOne", "steponeplus", "ViiA", "7500"]) {
        Instrument::StepOne
    } else if line.starts_with("SDS ") {
        Instrument::Sds
    } else if line.contains("OpenArray") {
        Instrument::OpenArray
    } else if any(&["Chip Run Filename"]) || line.starts_with("Chamber Sample") {
        Instrument::BioMark
    } else if has(&["Experiment:", "Selected Filter:"]) || has(&["Raw Data", "LCS480"]) {
        Instrument::LightCycler480
    } else if has(&["Well", "Fluor", "Content"]) || has(&["Well", "Dye", "Content", "C(t)"]) {
        Instrument::Cfx
    } else {
        return None;
    })
}
