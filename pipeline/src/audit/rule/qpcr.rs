//! Checks of a qPCR experiment.

use super::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "qpcr.efficiency",
        meaning: "A cycle does not about double the product: ratios that take doubling for granted are wrong",
        formula: "largest distance from 1 of 10^(-1/slope) - 1 of the standard curves; warns from 0.1, fails from 0.2 (`efficiency-warn`, `efficiency-fail`)",
        source: "Taylor et al. 2010, doi:10.1016/j.ymeth.2010.01.005; thresholds by convention",
        remedy: "Look for inhibitors, dilution errors and primer dimers; use the measured efficiency",
    },
    Rule {
        code: "qpcr.linearity",
        meaning: "A standard curve is not straight: its slope, and with it the efficiency, means little",
        formula: "largest 1 - R² of the standard curves; warns from 0.02, where R² is 0.98 (`linearity-warn`)",
        source: "Taylor et al. 2010, doi:10.1016/j.ymeth.2010.01.005; threshold by convention",
        remedy: "Leave out quantities outside of the linear range, and repeat the dilution",
    },
    Rule {
        code: "qpcr.standard-levels",
        meaning: "Few quantities carry a standard curve: two points are always on a line",
        formula: "different quantities missing to 5 (`standard-levels`) in the shortest standard curve; warns from 1",
        source: "Bustin et al. 2009 (MIQE), doi:10.1373/clinchem.2008.112797; number by convention",
        remedy: "Dilute further: run a series of at least five quantities for each target",
    },
    Rule {
        code: "qpcr.replicates",
        meaning: "Wells of one sample and target disagree: pipetting, not biology, makes part of the differences",
        formula: "highest standard deviation, in cycles, of the wells of one sample and target on a plate, Cq after `late-cq` left out; warns from 0.3, fails from 0.5 (`replicate-warn`, `replicate-fail`)",
        source: "Bustin et al. 2009 (MIQE), doi:10.1373/clinchem.2008.112797; thresholds by convention",
        remedy: "Repeat these wells, or leave out the one that pipetting explains",
    },
    Rule {
        code: "qpcr.no-template",
        meaning: "Wells without template amplify: the reagents are contaminated, or primers amplify themselves",
        formula: "cycles between the latest sample of a target and its earliest no-template control; fails below 5, a 32-fold excess (`no-template-margin`)",
        source: "Bustin et al. 2009 (MIQE), doi:10.1373/clinchem.2008.112797; margin by convention",
        remedy: "Replace the reagents and repeat the plate",
    },
    Rule {
        code: "qpcr.no-reverse-transcription",
        meaning: "Wells without reverse transcriptase amplify: part of the signal is genomic DNA's, not RNA's",
        formula: "cycles between the latest sample of a target and its earliest control without reverse transcription; fails below 7, under 1 % genomic DNA (`no-reverse-transcription-margin`)",
        source: "Nolan et al. 2006, doi:10.1038/nprot.2006.236; margin by convention",
        remedy: "Treat the RNA with DNase, or use primers that span an exon junction",
    },
    Rule {
        code: "qpcr.late",
        meaning: "Many Cq are late: they rest on a few molecules, and chance makes the cycle",
        formula: "share of samples' Cq above 35 (`late-cq`), with its Wilson interval; warns from 0.05 (`late-share`)",
        source: "Bustin et al. 2009 (MIQE), doi:10.1373/clinchem.2008.112797; thresholds by convention (Poisson)",
        remedy: "Use more template, or report these as below the limit of quantification",
    },
    Rule {
        code: "qpcr.imputed",
        meaning: "A number such as 40 stands for \"not detected\": a mean over filled-in numbers measures nothing",
        formula: "share of samples' Cq that are the highest one, where that is a whole number of 30 or more and several wells share it; fails above 0",
        source: "Bustin et al. 2009 (MIQE), doi:10.1373/clinchem.2008.112797; instruments measure fractions of a cycle",
        remedy: "Export these wells as Undetermined",
    },
    Rule {
        code: "qpcr.references",
        meaning: "With one reference target, what it does cannot be told from what the samples do",
        formula: "reference targets missing to 2 (`references`); fails from 1",
        source: "Bustin et al. 2009 (MIQE), doi:10.1373/clinchem.2008.112797; Vandesompele et al. 2002, doi:10.1186/gb-2002-3-7-research0034",
        remedy: "Normalise to two or more reference targets that geNorm finds steady",
    },
    Rule {
        code: "qpcr.reference-stability",
        meaning: "The ratio of the reference targets changes between samples: not all of them are references",
        formula: "geNorm's highest M, in log2; warns from 0.5, the limit for homogeneous samples, fails from 1, that for heterogeneous ones (`m-warn`, `m-fail`)",
        source: "Vandesompele et al. 2002, doi:10.1186/gb-2002-3-7-research0034; Hellemans et al. 2007, doi:10.1186/gb-2007-8-2-r19",
        remedy: "Leave out the least steady target and test other reference targets",
    },
    Rule {
        code: "qpcr.pairwise-variation",
        meaning: "One more reference target would change the normalisation: there are too few of them",
        formula: "geNorm's lowest V_n/n+1; warns from 0.15 (`v-warn`)",
        source: "Vandesompele et al. 2002, doi:10.1186/gb-2002-3-7-research0034",
        remedy: "Use all of these reference targets, or steadier ones",
    },
    Rule {
        code: "qpcr.normfinder",
        meaning: "A reference target varies within or between conditions: it follows what it should not",
        formula: "NormFinder's highest stability value, in log2; warns from 0.5 (`normfinder-warn`)",
        source: "Andersen et al. 2004, doi:10.1158/0008-5472.CAN-04-0496; threshold by convention",
        remedy: "Leave out the least steady target and test other reference targets",
    },
    Rule {
        code: "qpcr.edge",
        meaning: "Wells at the edge of the plate come at other cycles than the same sample and target inside",
        formula: "difference of the median cycles at the edge and inside, absolute; warns from 0.3 (`edge-warn`) where the two-sided p of the Mann-Whitney test is below 0.05",
        source: "Mann and Whitney 1947, doi:10.1214/aoms/1177730491; threshold by convention",
        remedy: "Seal the plate better, leave the edge empty, or spread conditions over it",
    },
    Rule {
        code: "qpcr.plate",
        meaning: "A plate is off the scale of the others: what differs between samples may be the plate",
        formula: "median, over samples and targets on two plates or more, of Cq less the median of the other plates, absolute; the largest warns from 0.3 cycles, fails from 0.5 (`plate-warn`, `plate-fail`). Beside it ICC(1)",
        source: "Shrout and Fleiss 1979, doi:10.1037/0033-2909.86.2.420; thresholds by convention",
        remedy: "Repeat the plate, or calibrate it with samples that it shares with the others",
    },
    Rule {
        code: "qpcr.inter-run-calibrator",
        meaning: "The calibrator does not come at one cycle on all plates, or is missing on some",
        formula: "highest standard deviation, in cycles, of a calibrator's Cq between plates; warns from 0.3 (`calibrator-warn`); fails where a plate has no calibrator",
        source: "Hellemans et al. 2007, doi:10.1186/gb-2007-8-2-r19; threshold by convention",
        remedy: "Calibrate the plates, and put the calibrator on each of them",
    },
    Rule {
        code: "qpcr.condition-plate",
        meaning: "The plate tells the condition: what differs between conditions may be the plates",
        formula: "Cramér's V of condition and plate, over samples on plates; warns from 0.5 (`confounding-warn`), fails at 1",
        source: "Cramér 1946, Mathematical Methods of Statistics, chapter 21; threshold by convention",
        remedy: "Spread every condition over all plates",
    },
];

#[cfg(test)]
mod tests {
    use super::super::rule;
    use crate::qpcr::Measurements;
    use crate::qpcr::audit::{Cutoffs, audit};
    use crate::qpcr::quantity::Design;

    #[test]
    fn every_check_of_an_experiment_has_its_rule_in_the_order_of_the_audit() {
        let findings =
            audit(&Measurements::default(), &Design::default(), &[], &Cutoffs::default());
        let checks: Vec<&str> = findings.iter().map(|finding| finding.check.as_str()).collect();
        let codes: Vec<&str> = super::RULES.iter().map(|rule| rule.code).collect();
        assert_eq!(checks, codes);
    }

    #[test]
    fn formulas_name_the_default_cutoffs() {
        let cutoffs = serde_json::to_value(Cutoffs::default()).unwrap();
        let mut named = 0;
        for (name, value) in cutoffs.as_object().unwrap() {
            let key = format!("`{name}`");
            let value = value.as_f64().unwrap().to_string();
            for rule in super::RULES.iter().filter(|rule| rule.formula.contains(&key)) {
                // Replicates leave late Cq out; `qpcr.late` says from where.
                let elsewhere = rule.code == "qpcr.replicates" && name == "late-cq";
                assert!(elsewhere || rule.formula.contains(&value), "{}: {value}", rule.code);
                named += usize::from(!elsewhere);
            }
        }
        assert_eq!(named, cutoffs.as_object().unwrap().len());
        assert!(rule("qpcr.efficiency").is_some());
    }
}
