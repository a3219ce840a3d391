//! What a reaction is there for.

use serde::{Deserialize, Serialize};

/// What a reaction is there for, in MIQE's words.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// A sample of unknown quantity.
    #[default]
    Unknown,
    /// A sample of known quantity, for the standard curve.
    Standard,
    /// No template, or another negative control: nothing must amplify.
    NoTemplate,
    /// No amplification is possible: no polymerase, say (RDML's `nac`).
    NoAmplification,
    /// A sample that lacks the target (RDML's `ntp`).
    NoTarget,
    /// No reverse transcription: what amplifies is genomic DNA.
    NoReverseTranscription,
    /// The same sample on every plate, to put plates on one scale.
    Calibrator,
    /// A sample that must amplify.
    Positive,
}

impl Role {
    /// The word in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Standard => "standard",
            Self::NoTemplate => "no-template",
            Self::NoAmplification => "no-amplification",
            Self::NoTarget => "no-target",
            Self::NoReverseTranscription => "no-reverse-transcription",
            Self::Calibrator => "calibrator",
            Self::Positive => "positive",
        }
    }

    /// Whether nothing must amplify, whatever the sample: the reagents are what is tested.
    #[must_use]
    pub fn is_negative(self) -> bool {
        matches!(self, Self::NoTemplate | Self::NoAmplification | Self::NoTarget)
    }

    /// Reads the task, content or type of an instrument's export; `None` where the word says
    /// nothing about the role.
    #[must_use]
    pub fn of_task(task: &str) -> Option<Self> {
        if matches!(task.trim().to_lowercase().as_str(), "-rt" | "rt-" | "- rt") {
            return Some(Self::NoReverseTranscription);
        }
        let word = letters(task);
        Some(match word.as_str() {
            "unknown" | "unkn" | "unk" | "u" | "sample" | "target" | "endogenouscontrol"
            | "endo" | "targ" | "test" => Self::Unknown,
            "standard" | "std" | "s" => Self::Standard,
            "ntc" | "notemplate" | "notemplatecontrol" | "negctrl" | "negativecontrol"
            | "negative" | "neg" | "blank" => Self::NoTemplate,
            "nac" | "noamplification" | "noamplificationcontrol" => Self::NoAmplification,
            "ntp" | "notarget" | "notargetpresent" => Self::NoTarget,
            "nrt" | "nort" | "rtminus" | "minusrt" | "norttranscriptase" => {
                Self::NoReverseTranscription
            }
            "calibrator" | "irc" | "interruncalibrator" | "ipc" => Self::Calibrator,
            "positive" | "pos" | "posctrl" | "positivecontrol" | "opt" => Self::Positive,
            _ => return None,
        })
    }

    /// The role that a sample's name gives away: `NTC`, `water`, `no RT`, `-RT`.
    #[must_use]
    pub fn of_sample(sample: &str) -> Option<Self> {
        const WITHOUT: [&str; 6] = ["-rt", "no rt", "no-rt", "nort", "nrt", "rt-"];
        let name = sample.trim().to_lowercase();
        let parted = |end: &str| {
            let start = name.strip_suffix(end);
            start.is_some_and(|start| start.is_empty() || start.ends_with([' ', '_', '.', '-']))
        };
        if WITHOUT.into_iter().any(parted) {
            return Some(Self::NoReverseTranscription);
        }
        match letters(sample).as_str() {
            "ntc" | "notemplate" | "notemplatecontrol" | "water" | "ho" | "nfw"
            | "negativecontrol" | "negctrl" => Some(Self::NoTemplate),
            "nrt" | "nort" | "rtminus" | "noreversetranscriptase" => {
                Some(Self::NoReverseTranscription)
            }
            "irc" | "interruncalibrator" => Some(Self::Calibrator),
            _ => None,
        }
    }
}

/// The letters of a word in lower case: `Unkn-1` and `NTC 2` are `unkn` and `ntc`.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_several_instruments_mean_the_same() {
        for (task, role) in [
            ("UNKNOWN", Role::Unknown),
            ("Unkn-12", Role::Unknown),
            ("Endogenous Control", Role::Unknown),
            ("Std-3", Role::Standard),
            ("Blank", Role::NoTemplate),
            ("Neg Ctrl", Role::NoTemplate),
            ("NRT-1", Role::NoReverseTranscription),
            ("no-RT", Role::NoReverseTranscription),
            ("ntp", Role::NoTarget),
            ("nac", Role::NoAmplification),
        ] {
            assert_eq!(Role::of_task(task), Some(role), "{task}");
        }
        assert_eq!(Role::of_task("miR-101"), None);
        assert_eq!(Role::of_sample("NTC 2"), Some(Role::NoTemplate));
        assert_eq!(Role::of_sample("H2O"), Some(Role::NoTemplate));
        assert_eq!(Role::of_sample("liver -RT"), Some(Role::NoReverseTranscription));
        for sample in ["no-RT", "liver_noRT", "liver no RT"] {
            assert_eq!(Role::of_sample(sample), Some(Role::NoReverseTranscription), "{sample}");
        }
        assert_eq!(Role::of_sample("SORT-1"), None);
    }
}
