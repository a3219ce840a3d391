//! Words for identifiers: metrics, floors and baselines as a reader knows them.

use cistron_evaluate::{Entry, Role, Score};

/// The metric that models are ranked by where no lift names another.
pub(in crate::report) const HEADLINE: &str = "balanced-accuracy";

/// Name of a metric in running text.
pub(in crate::report) fn metric(id: &str) -> String {
    match id {
        "accuracy" => "accuracy",
        "balanced-accuracy" => "balanced accuracy",
        "macro-f1" => "macro-F1",
        "mcc" => "MCC",
        "auroc" => "AUROC",
        other => return other.replace('-', " "),
    }
    .to_string()
}

/// Name of a metric at the head of a column.
pub(in crate::report) fn metric_head(id: &str) -> String {
    let name = metric(id);
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

/// What a floor or a baseline does, by its name.
pub(in crate::report) fn explain(entry: &Entry) -> &'static str {
    let name = entry.name.as_str();
    let has = |word: &str| name.contains(word);
    match entry.role {
        Role::Model => "is a model of the workflow",
        Role::Ensemble if has("weighted") => {
            "is the mean of the probabilities of all models with weights tuned on validation records"
        }
        Role::Ensemble => "is the plain mean of the probabilities of all models",
        Role::Floor if has("majority") => "answers the most frequent training class every time",
        Role::Floor if has("composition") => {
            "sees only length, GC content and the frequencies of short words, no motif and no order"
        }
        Role::Floor if has("end-point") => "sees only the fluorescence in the last cycle",
        Role::Floor if has("rise") => "sees only the greatest rise from one cycle to the next",
        Role::Floor if has("cycles") => "sees only how many cycles were run",
        Role::Floor if has("look") || has("nearest") => {
            "copies the class of the most similar training sequence"
        }
        Role::Floor => "learns no biology",
        Role::Baseline if has("bayes") => {
            "counts words of a few symbols (naive Bayes), seconds of work"
        }
        Role::Baseline if has("trees") => {
            "sees what composition sees, by boosted trees instead of a linear model"
        }
        Role::Baseline if has("hmmer") => {
            "aligns sequences to profiles of the training sequences of each class (HMMER)"
        }
        Role::Baseline if has("svm") => {
            "weighs words of a few symbols (a linear support vector machine), seconds of work"
        }
        Role::Baseline if has("linear") || has("logistic") => {
            "weighs the counts of words of a few symbols (a linear model)"
        }
        Role::Baseline => "is a simple model worth beating",
    }
}

/// The score of a metric among `scores`.
pub(in crate::report) fn score<'a>(scores: &'a [Score], metric: &str) -> Option<&'a Score> {
    scores.iter().find(|score| score.metric == metric)
}

/// The value of a metric among `scores`, where it is defined and finite.
pub(in crate::report) fn value(scores: &[Score], metric: &str) -> Option<f64> {
    score(scores, metric).and_then(|s| s.value).filter(|v| v.is_finite())
}

/// The entry of a role that scores highest by a metric; the first of equals.
pub(in crate::report) fn best<'a>(
    entries: &'a [Entry],
    role: Role,
    metric: &str,
) -> Option<&'a Entry> {
    let mut best: Option<(&Entry, f64)> = None;
    for entry in entries.iter().filter(|e| e.role == role) {
        let value = value(&entry.scores, metric).unwrap_or(f64::NEG_INFINITY);
        if best.is_none_or(|(_, highest)| value > highest) {
            best = Some((entry, value));
        }
    }
    best.map(|(entry, _)| entry)
}

/// The metric that models and floors are compared by.
pub(in crate::report) fn headline(entries: &[Entry]) -> &str {
    entries.iter().find_map(|e| e.lift.as_ref()).map_or(HEADLINE, |lift| lift.metric.as_str())
}

/// Name of the model that scores highest by a metric.
pub(in crate::report) fn best_of<'a>(entries: &[&'a Entry], metric: &str) -> Option<&'a str> {
    let models = entries.iter().filter(|e| e.role == Role::Model);
    let scored = models.filter_map(|e| value(&e.scores, metric).map(|v| (*e, v)));
    scored.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(entry, _)| entry.name.as_str())
}
