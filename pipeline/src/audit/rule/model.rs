//! Checks of models and of what they are asked to predict.

use super::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "encode.truncated",
        meaning: "Records are longer than the encoder: the model never sees their ends",
        formula: "records longer than the encoder's length / all records; warns from 5 %",
        source: "Kapoor and Narayanan 2023, leak type L1.2 (pre-processing), doi:10.1016/j.patter.2023.100804",
        remedy: "Raise the encoder's `length`, or use k-mer counts",
    },
    Rule {
        code: "performance.lift",
        meaning: "The model does not beat a predictor that learnt no biology",
        formula: "balanced accuracy minus that of the best floor (majority, composition, look-up; of curves, end point, steepest rise, number of cycles) on the same records; fails unless the paired bootstrap interval over clusters lies above 0",
        source: "Efron 1987, doi:10.1080/01621459.1987.10478410",
        remedy: "Use the floor, or give the model more to learn from",
    },
    Rule {
        code: "performance.memorisation",
        meaning: "The score is inflated by held-out records near to records learnt from",
        formula: "accuracy on all held-out records minus accuracy on those of containment below 0.2; the lower limit of its interval warns from 0.05, fails from 0.1; at least 30 far records",
        source: "Kapoor and Narayanan 2023, doi:10.1016/j.patter.2023.100804",
        remedy: "Quote the accuracy on the far records, or hold whole clusters out",
    },
    Rule {
        code: "performance.group",
        meaning: "Some levels of a column are served worse than others",
        formula: "largest difference of accuracy between two levels of 30 records and 5 clusters; the lower limit of a simultaneous interval warns from 0.03, fails from 0.1",
        source: "Hardt et al. 2016, doi:10.48550/arXiv.1610.02413; Newcombe 1998",
        remedy: "Quote the score by level; add or weight records of the worst",
    },
    Rule {
        code: "performance.intersection",
        meaning: "A combination of two columns is served worse than either column shows",
        formula: "largest difference of accuracy between two combinations, judged as performance.group; shares beside it are shrunk towards the mean (beta-binomial, empirical Bayes)",
        source: "Buolamwini and Gebru 2018 (PMLR 81:77-91); Efron and Morris 1975, doi:10.2307/2285814",
        remedy: "Quote the score by combination; add records of the worst",
    },
    Rule {
        code: "performance.recall",
        meaning: "A class is missed more often at some levels of a column, which the accuracy may hide",
        formula: "largest difference of the recall of a class between two levels of 30 records and 5 clusters each; the lower limit of an interval simultaneous over levels and classes warns from 0.03, fails from 0.1",
        source: "Hardt et al. 2016 (equalised odds), doi:10.48550/arXiv.1610.02413; Newcombe 1998",
        remedy: "Quote the recall of each class by level; add or weight records of the worst",
    },
    Rule {
        code: "performance.group-calibration",
        meaning: "A probability means something else at some levels of a column, or combinations of two",
        formula: "largest difference between two levels of the mean of confidence less accuracy; the lower limit of a simultaneous interval warns from 0.05. Beside it Brier score and, from 100 records on, the calibration error in 15 bins of equal mass less what chance adds",
        source: "Pleiss et al. 2017, doi:10.48550/arXiv.1709.02012; Brier 1950",
        remedy: "Calibrate by level, or do not compare probabilities across levels",
    },
    Rule {
        code: "performance.calibration",
        meaning: "The probabilities do not mean what they say",
        formula: "expected calibration error in 15 bins of equal mass, less what chance gives a calibrated model; warns from 0.1; at least 100 records",
        source: "Guo et al. 2017, arXiv:1706.04599; Kumar et al. 2019, arXiv:1909.10155",
        remedy: "Rank by the probabilities, do not read them as chances",
    },
    Rule {
        code: "performance.label-noise",
        meaning: "Confident answers of the model contradict the labels: wrong labels, or a model that has not learnt",
        formula: "confident learning: C(i, j) counts records of label i whose class j reaches the mean probability of the records labelled j; noise = 1 - trace / n, rows calibrated. Informs only: with whole clusters held out its precision was 0.08",
        source: "Northcutt et al. 2021, doi:10.1613/jair.1.12125",
        remedy: "Check the listed labels; believe label.homologue-vote first",
    },
    Rule {
        code: "query.unfamiliar",
        meaning: "The sequences being predicted are unlike those learnt from: no score holds for them",
        formula: "share of sequences whose containment in the nearest training record is below that of 95 % of the validation records; the lower limit of its Wilson interval warns from 0.1, fails from 0.5",
        source: "Wilson 1927, doi:10.1080/01621459.1927.10502953",
        remedy: "Do not rely on the rows marked `unfamiliar`",
    },
    Rule {
        code: "query.copies",
        meaning: "The sequences being predicted were learnt from",
        formula: "share of sequences equal to a training record, either strand; warns from 5 %",
        source: "Kapoor and Narayanan 2023, leak type L1.4",
        remedy: "Take their labels from the training data",
    },
    Rule {
        code: "query.length",
        meaning: "The sequences being predicted are longer or shorter than those learnt from",
        formula: "share outside the range of 99 % of the training records; the lower limit of its Wilson interval warns from 0.05",
        source: "Wilson 1927, doi:10.1080/01621459.1927.10502953",
        remedy: "Expect less of the model on the listed sequences",
    },
    Rule {
        code: "query.gc",
        meaning: "The GC content of the sequences being predicted is not that of those learnt from",
        formula: "as query.length",
        source: "Wilson 1927, doi:10.1080/01621459.1927.10502953",
        remedy: "Expect less of the model on the listed sequences",
    },
    Rule {
        code: "query.drift",
        meaning: "The composition of the sequences being predicted has moved from that of those learnt from",
        formula: "population stability index of length and of each base's or residue's share (of curves: end point, steepest rise, number of cycles) over the training records' deciles, less what chance adds; the largest warns from 0.1, fails from 0.25 where its Benjamini-Hochberg adjusted chi-squared p is below 0.05",
        source: "Yurdakul 2018, population stability index; Benjamini and Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x",
        remedy: "Label some of the new sequences and score the model on them",
    },
];
