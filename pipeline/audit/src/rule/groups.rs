//! Checks of who is in the data.

use super::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "group.representation",
        meaning: "One species, sex, laboratory … makes up most of the data: the score is that level's",
        formula: "share of the commonest level; the lower limit of its Wilson interval warns from 0.8 for a nuisance column. Beside it Hill numbers and Good-Turing coverage",
        source: "Hill 1973, doi:10.2307/1934352; Good 1953, doi:10.1093/biomet/40.3-4.237",
        remedy: "Do not quote the score for other levels; add records of them",
    },
    Rule {
        code: "group.reference",
        meaning: "The levels are not there in the shares of the population that the score is meant for",
        formula: "population stability index sum (p - π) ln(p / π) over levels against a declared reference, less (levels - 1) / n; warns from 0.1, fails from 0.25",
        source: "Yurdakul 2018 (Western Michigan University); limits by convention in credit scoring",
        remedy: "Add or weight records of the levels that lack; quote the score by level",
    },
    Rule {
        code: "group.missing",
        meaning: "Metadata are missing: nothing can be said about those records",
        formula: "records without a value / all records; warns from 5 %",
        source: "Gebru et al. 2021 (datasheets), doi:10.1145/3458723",
        remedy: "Fill the column in",
    },
    Rule {
        code: "group.confounding",
        meaning: "A column that should not tell the label does: a model can learn the laboratory",
        formula: "Cramér's V without its bias; the lower limit of its interval (noncentral chi-squared, statistic and records divided by the design effect of the clusters) warns from 0.1, fails from 0.3 for a nuisance column, and passes only where the upper limit is below 0.3",
        source: "Bergsma 2013, doi:10.1016/j.jkss.2012.10.002; Smithson 2003, doi:10.4135/9781412983761; Rao and Scott 1984, doi:10.1214/aos/1176346391",
        remedy: "Hold whole levels out (`cistron split --by COLUMN`), balance within classes, or drop levels",
    },
    Rule {
        code: "group.empty-cells",
        meaning: "A class is never seen in a common level: there the level alone rules the class out",
        formula: "cells without a record where 5 and more were expected; warns from 1; fails for a nuisance column where a class is seen in one level only",
        source: "Kapoor and Narayanan 2023, leak type L2, doi:10.1016/j.patter.2023.100804",
        remedy: "Add records of these classes and levels, or leave the level out",
    },
    Rule {
        code: "group.columns",
        meaning: "All nuisance columns together tell the label, though each alone may not",
        formula: "skill of a logistic regression on the columns' levels, 5 folds of whole clusters; the lower limit of its bootstrap interval warns from 0.1, fails from 0.3",
        source: "Soneson et al. 2014 on batch effects, doi:10.1371/journal.pone.0100335",
        remedy: "Balance the columns within classes; hold whole levels out",
    },
    Rule {
        code: "group.from-sequence",
        meaning: "The sequence tells the laboratory or batch: what differs between batches can be learnt",
        formula: "skill of the composition probe for the column's levels, 5 folds of whole clusters; the lower limit warns from 0.3 for a nuisance column",
        source: "Leek et al. 2010, doi:10.1038/nrg2825",
        remedy: "Hold whole levels out and see whether the score holds",
    },
];
