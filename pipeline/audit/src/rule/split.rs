//! Checks of what is held out.

use super::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "leakage.certificate",
        meaning: "Relatives stand on both sides of the split: the score is partly memory",
        formula: "pairs across a border with containment at or above the threshold, counted over all k-mers; of curves and ΔCq, pairs of one run or plate; fails where a homology split has one, warns elsewhere",
        source: "Broder 1997, doi:10.1109/SEQUEN.1997.666900; Kapoor and Narayanan 2023, leak type L3.2",
        remedy: "Hold whole homology clusters out (`cistron split`)",
    },
    Rule {
        code: "leakage.exact",
        meaning: "Held-out records are copies of records learnt from: a look-up is right on them",
        formula: "held-out records equal to one learnt from, ignoring case / held-out records; warns from 0.5 %, fails from 5 %",
        source: "thresholds as seqleak 0.4; Kapoor and Narayanan 2023, leak type L1.4",
        remedy: "Hold whole homology clusters out (`cistron split`)",
    },
    Rule {
        code: "leakage.reverse-complement",
        meaning: "Held-out records are the other strand of records learnt from",
        formula: "as leakage.exact, for reverse complements",
        source: "thresholds as seqleak 0.4; Kapoor and Narayanan 2023, leak type L1.4",
        remedy: "Hold whole homology clusters out (`cistron split`)",
    },
    Rule {
        code: "leakage.near",
        meaning: "Held-out records are near copies, fragments or isoforms of records learnt from",
        formula: "held-out records with containment 0.5 and more (shared canonical k-mers / the smaller set) in a record learnt from / those that can be compared; warns from 1 %, fails from 10 %",
        source: "thresholds as seqleak 0.4; Broder 1997, doi:10.1109/SEQUEN.1997.666900",
        remedy: "Hold whole homology clusters out (`cistron split`)",
    },
    Rule {
        code: "leakage.related",
        meaning: "Held-out records have a relative (about 90 % identity for DNA) among the records learnt from",
        formula: "as leakage.near with containment 0.2 and more; warns from 1 %, fails from 25 %",
        source: "identity = containment^(1/k), Ondov et al. 2019, doi:10.1186/s13059-019-1841-x; failing limit as seqleak's windows",
        remedy: "Hold whole homology clusters out (`cistron split`)",
    },
    Rule {
        code: "leakage.sensitive",
        meaning: "Held-out records have a distant relative (about 82 % identity) that long k-mers do not see",
        formula: "held-out records that share 8 % of their 11-mers with one record learnt from, where at most 2 % are expected by chance; warns from 1 %, fails from 25 %",
        source: "Ma et al. 2002 on seeds, doi:10.1093/bioinformatics/18.3.440; (0.08)^(1/11) = 0.795",
        remedy: "Split with shorter k-mers (`cistron split --k 11 --containment 0.08`)",
    },
    Rule {
        code: "leakage.translated",
        meaning: "Held-out coding sequences code for proteins learnt from; synonymous changes hide it from k-mers of bases",
        formula: "held-out open reading frames whose protein has a containment of 0.5 and more of 5-residue words in one learnt from / held-out open reading frames; warns from 1 %, fails from 10 %; asked where half of the records are open reading frames",
        source: "thresholds as leakage.near; standard genetic code, NCBI translation table 1",
        remedy: "Translate, split the proteins (`cistron split`), and hold those records out",
    },
    Rule {
        code: "leakage.not-assessable",
        meaning: "Held-out records are too short to be compared: nothing is known of them",
        formula: "held-out records with fewer than 5 different k-mers / held-out records; warns from 5 %",
        source: "Broder 1997, doi:10.1109/SEQUEN.1997.666900; the number of k-mers is a convention",
        remedy: "Compare with shorter k-mers, or leave fragments out",
    },
    Rule {
        code: "leakage.look-up",
        meaning: "Looking up the nearest record scores this much without any model",
        formula: "skill of the nearest record's label on held-out records; the lower limit of its bootstrap interval warns from 0.5",
        source: "Cover and Hart 1967, doi:10.1109/TIT.1967.1053964",
        remedy: "Quote it beside the model's score: what the model adds is the difference",
    },
    Rule {
        code: "leakage.random-split",
        meaning: "What a random split of these records would leak",
        formula: "leakage.near of a random fifth; warns from 1 %",
        source: "thresholds as seqleak 0.4",
        remedy: "Do not split at random: hold whole homology clusters out (`cistron split`)",
    },
    Rule {
        code: "leakage.interval",
        meaning: "Held-out intervals overlap intervals learnt from on the same contig: the same bases on both sides",
        formula: "held-out intervals that share a base with one learnt from / held-out intervals; warns from 1 %, fails from 10 %. Beside it: how often the label of the overlapped interval is right, and, with the commonest label of intervals learnt from that overlap no other for the rest, how often that rule is right on all",
        source: "Whalen et al. 2022, doi:10.1038/s41576-021-00434-9",
        remedy: "Hold whole contigs out, or whole groups of overlapping intervals",
    },
    Rule {
        code: "counterfactual.ranking",
        meaning: "Models change places on another version of the data: which one is chosen rests on the split",
        formula: "composition, look-up and naive Bayes in 5 folds on the records as given, without repeats, with whole clusters held out, with classes matched by length and GC content, and balanced by each nuisance column; the largest share, over pairs of models, of the bootstrap draws of clusters in which the worse one on random folds is the better one with whole clusters held out; warns from 0.975",
        source: "Efron and Tibshirani 1993, chapter 10; Iacus et al. 2012, doi:10.1093/pan/mpr013",
        remedy: "Choose models and settings on folds of whole homology clusters",
    },
    Rule {
        code: "circularity.variant",
        meaning: "A held-out variant was learnt from: type 1 circularity",
        formula: "held-out variants with the contig, position and alleles (common bases at the ends left out) of one learnt from / held-out variants; warns from 0.5 %, fails from 5 %",
        source: "Grimm et al. 2015, doi:10.1002/humu.22768; thresholds as leakage.exact",
        remedy: "Keep a variant on one side; better, hold whole genes out",
    },
    Rule {
        code: "circularity.gene",
        meaning: "The gene alone tells the label of a variant: type 2 circularity, the score is that of the gene",
        formula: "skill (BA - 1/K) / (1 - 1/K) of the commonest label learnt from of the variant's gene; the lower limit of its bootstrap interval over genes warns from 0.1, fails from 0.3; at least 30 held-out variants",
        source: "Grimm et al. 2015, doi:10.1002/humu.22768; thresholds as shortcut.length",
        remedy: "Hold whole genes out (`split: {group: {column: gene}}`), and score within genes that hold both labels",
    },
];
