//! Every cut-off of the audit, with its source.

use serde::{Deserialize, Serialize};

/// Cut-offs; a file gives those that differ from the default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Cutoffs {
    /// Efficiency, as a share, further from 1 than this warns: 90 to 110 % (convention; Taylor et
    /// al. 2010, doi:10.1016/j.ymeth.2010.01.005).
    pub efficiency_warn: f64,
    /// Further than this fails (convention).
    pub efficiency_fail: f64,
    /// R² of a standard curve below this warns (convention; Taylor et al. 2010).
    pub linearity_warn: f64,
    /// Different quantities of a standard curve below this warn: five (convention).
    pub standard_levels: usize,
    /// Standard deviation of technical replicates, in cycles, from this warns (convention).
    pub replicate_warn: f64,
    /// From this fails (convention).
    pub replicate_fail: f64,
    /// Cycles between the latest sample and the earliest no-template control; fewer fail: 5 is a
    /// 32-fold excess (convention).
    pub no_template_margin: f64,
    /// The same of controls without reverse transcription: 7 cycles are under 1 % genomic DNA
    /// (convention; Nolan et al. 2006, doi:10.1038/nprot.2006.236).
    pub no_reverse_transcription_margin: f64,
    /// Cq from which few copies make the cycle a matter of chance (convention; Poisson).
    pub late_cq: f64,
    /// Share of later Cq that warns.
    pub late_share: f64,
    /// Reference targets below this fail: two (MIQE; Vandesompele et al. 2002).
    pub references: usize,
    /// geNorm's M from this warns, for homogeneous samples (Hellemans et al. 2007,
    /// doi:10.1186/gb-2007-8-2-r19).
    pub m_warn: f64,
    /// From this fails (the same: heterogeneous samples).
    pub m_fail: f64,
    /// geNorm's V from this warns (Vandesompele et al. 2002, doi:10.1186/gb-2002-3-7-research0034).
    pub v_warn: f64,
    /// `NormFinder`'s standard deviation, in cycles, from this warns (convention).
    pub normfinder_warn: f64,
    /// Cycles between edge and interior from this warn, where the difference is no chance at 5 %.
    pub edge_warn: f64,
    /// Cycles that a plate is off, from this warns (convention).
    pub plate_warn: f64,
    /// From this fails (convention).
    pub plate_fail: f64,
    /// Standard deviation of inter-run calibrators between plates, in cycles, from this warns.
    pub calibrator_warn: f64,
    /// Cramér's V of condition and plate from this warns; 1 fails: no data can tell them apart.
    pub confounding_warn: f64,
}

impl Default for Cutoffs {
    fn default() -> Self {
        Self {
            efficiency_warn: 0.1,
            efficiency_fail: 0.2,
            linearity_warn: 0.98,
            standard_levels: 5,
            replicate_warn: 0.3,
            replicate_fail: 0.5,
            no_template_margin: 5.0,
            no_reverse_transcription_margin: 7.0,
            late_cq: 35.0,
            late_share: 0.05,
            references: 2,
            m_warn: 0.5,
            m_fail: 1.0,
            v_warn: 0.15,
            normfinder_warn: 0.5,
            edge_warn: 0.3,
            plate_warn: 0.3,
            plate_fail: 0.5,
            calibrator_warn: 0.3,
            confounding_warn: 0.5,
        }
    }
}
