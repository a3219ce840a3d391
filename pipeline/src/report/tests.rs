mod contrast;
mod example;

use std::collections::HashSet;

use example::Example;

use cistron_models::fit::RangeStep;

use super::*;
use cistron_audit::Status;
use cistron_statistics::interval::Interval;

/// Values of an attribute, in order.
fn attributes<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!(" {name}=\"");
    page.split(&start).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn a_small_run_looks_as_it_did() {
    insta::assert_snapshot!(Example::new(3, 2).html());
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    assert_eq!(Example::new(4, 2).html(), Example::new(4, 2).html());
}

#[test]
fn hostile_names_stay_text() {
    let hostile = "<script>alert(1)</script>\"' onload=x $a$ &amp; {{ 7*7 }}";
    let mut example = Example::new(3, 2);
    example.name = hostile.to_string();
    example.data.classes[0].class = hostile.to_string();
    example.data.groups[0].name = hostile.to_string();
    example.data.groups[0].rows[0].0 = hostile.to_string();
    example.data.skipped_examples = vec![hostile.to_string()];
    let certificate = example.certificate.as_mut().unwrap();
    certificate.method = hostile.to_string();
    certificate.evidence[0].0 = hostile.to_string();
    certificate.counts[0].2 = hostile.to_string();
    certificate.notes.push(hostile.to_string());
    let evaluation = example.evaluation.as_mut().unwrap();
    evaluation.classes[0] = hostile.to_string();
    evaluation.entries[0].name = hostile.to_string();
    evaluation.entries[0].classes[0].class = hostile.to_string();
    evaluation.entries[0].slices[0].level = hostile.to_string();
    for run in &mut example.training {
        run.model = hostile.to_string();
    }
    let finding = &mut example.audit.findings[1];
    finding.title = hostile.to_string();
    finding.message = hostile.to_string();
    finding.evidence.push(hostile.to_string());
    finding.tables[0].rows[0][0] = hostile.to_string();
    example.provenance.workflow = hostile.to_string();
    example.provenance.inputs[0].path = hostile.to_string();
    let page = example.html();
    // The page's own script is the only one, and no attribute was broken out of.
    assert_eq!(page.matches("<script").count(), 1);
    assert_eq!(page.matches("</script").count(), 1);
    assert!(!page.contains("\" onload") && !page.contains("' onload"));
    assert!(page.contains("{{ 7*7 }}") && page.contains("&lt;script&gt;"));
    // Figures cut long names but do not read mathematics into them.
    assert!(page.matches("$a$").count() > 10);
    let short = "$x^2$ <i>";
    example.evaluation.as_mut().unwrap().entries[0].name = short.to_string();
    assert!(example.html().contains(">$x^2$ &lt;i&gt;</text>"));
}

#[test]
fn nothing_is_loaded() {
    let page = Example::new(5, 3).html();
    for attribute in
        ["src", "srcset", "data", "action", "poster", "background", "ping", "xlink:href"]
    {
        assert!(attributes(&page, attribute).is_empty(), "{attribute}");
    }
    // What a figure draws is saved from the page itself.
    let save = "data:text/tab-separated-values;charset=utf-8,";
    let targets = attributes(&page, "href");
    assert!(targets.iter().all(|target| target.starts_with('#') || target.starts_with(save)));
    for word in ["http:", "https:", "@import", "<link", "<img", "<iframe", "fetch(", "import("] {
        assert!(!page.contains(word), "{word}");
    }
    let calls: Vec<&str> = page.split("url(").skip(1).collect();
    assert!(!calls.is_empty() && calls.iter().all(|call| call.starts_with('#')));
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn every_identifier_is_unique_and_every_reference_is_kept() {
    let page = Example::new(6, 4).html();
    let ids = attributes(&page, "id");
    let distinct: HashSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), distinct.len());
    let named = attributes(&page, "aria-labelledby");
    for id in named.iter().flat_map(|names| names.split(' ')) {
        assert!(distinct.contains(id), "{id}");
    }
    let targets = attributes(&page, "href").into_iter().filter(|target| target.starts_with('#'));
    for target in targets {
        assert!(distinct.contains(&target[1..]), "{target}");
    }
    for call in page.split("url(#").skip(1) {
        assert!(distinct.contains(call.split(')').next().unwrap()));
    }
    assert_eq!(page.matches("<svg ").count(), page.matches("</title><desc id=").count());
    // Every figure's numbers are in the page, each under a name of its own.
    let names = attributes(&page, "download");
    assert_eq!(names.len(), page.matches("<figure>").count());
    assert_eq!(names.iter().copied().collect::<HashSet<&str>>().len(), names.len());
    assert_eq!(page.matches("<table").count(), page.matches("<caption>").count());
}

#[test]
fn headings_go_down_a_step_at_a_time() {
    let page = Example::new(3, 2).html();
    let mut level = 0;
    for heading in page.split("<h").skip(1) {
        let Some(next) = heading.chars().next().and_then(|c| c.to_digit(10)) else { continue };
        assert!(next <= level + 1, "<h{}", heading.chars().take(60).collect::<String>());
        level = next;
    }
    assert_eq!(page.matches("<h1>").count(), 1);
}

/// The page without its style and script, which are no elements of it.
fn elements(page: &str) -> String {
    let (before, rest) = page.split_once("<style>").unwrap();
    let (body, script) = rest.split_once("</style>").unwrap().1.split_once("<script>").unwrap();
    [before, body, script.split_once("</script>").unwrap().1].concat()
}

/// The start tags of an element, with their attributes.
fn tags<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!("<{name}");
    let tags = page.split(&start).skip(1).filter(|rest| rest.starts_with([' ', '>']));
    tags.filter_map(|rest| rest.split('>').next()).collect()
}

#[test]
fn a_screen_reader_is_told_what_everything_is() {
    let page = elements(&Example::new(9, 3).html());
    assert!(page.contains("<html lang=\"en\">") && tags(&page, "main").len() == 1);
    // Every figure is an image with a name and a description.
    let svg = tags(&page, "svg");
    assert!(svg.len() > 10);
    assert!(svg.iter().all(|tag| tag.contains("role=\"img\"") && tag.contains("aria-labelledby")));
    assert!(page.split("<title id=").skip(1).all(|title| !title.contains("\"></title>")));
    assert!(page.split("<desc id=").skip(1).all(|text| !text.contains("\"></desc>")));
    // Every head says what it heads, every table has a caption and every row a head.
    let heads = tags(&page, "th");
    assert!(heads.iter().all(|tag| tag.contains("scope=\"col\"") || tag.contains("scope=\"row\"")));
    let rows = page.split("<tbody>").skip(1).map(|body| body.split("</tbody>").next().unwrap());
    let rows: usize = rows.map(|body| tags(body, "tr").len()).sum();
    assert_eq!(heads.iter().filter(|tag| tag.contains("scope=\"row\"")).count(), rows);
    assert_eq!(tags(&page, "table").len(), tags(&page, "caption").len());
    // What scrolls can be reached without a mouse and has a name; it is no landmark, of which a page
    // has few.
    let scrolls: Vec<&str> =
        tags(&page, "div").into_iter().filter(|tag| tag.contains("class=\"scroll")).collect();
    assert!(scrolls.len() > svg.len());
    for tag in &scrolls {
        let group = tag.contains("tabindex=\"0\"") && tag.contains("role=\"group\"");
        assert!(
            group && tag.contains("aria-label=\"") && !tag.contains("aria-label=\"\""),
            "{tag}"
        );
    }
    let sections = tags(&page, "section");
    assert!(sections.iter().all(|tag| tag.contains("aria-labelledby")));
    // Nothing needs a script: no button, no handler, nothing hidden.
    for absent in ["<button", " onclick", " hidden", "display:none"] {
        assert!(!page.contains(absent), "{absent}");
    }
}

#[test]
fn names_in_backticks_are_code_in_titles() {
    let mut example = Example::new(3, 1);
    example.audit.findings[0].title = "Does it serve every `plate` alike?".to_string();
    let page = example.html();
    assert!(page.contains("serve every <code>plate</code> alike?") && !page.contains("`plate`"));
}

#[test]
fn an_audit_alone_is_a_page() {
    let mut example = Example::new(3, 1);
    example.certificate = None;
    example.evaluation = None;
    example.training.clear();
    example.provenance = Provenance::default();
    example.data = DataSummary::of(
        &cistron_data::dataset::Dataset::new(cistron_encoders::alphabet::Alphabet::Protein),
        None,
    );
    let page = example.html();
    assert!(page.contains("No model was scored; the audit fails: read why"));
    let sections = ["models", "split", "training", "evaluation", "interpretation"];
    for absent in sections.map(|section| format!("id=\"{section}\"")) {
        assert!(!page.contains(&absent), "{absent}");
    }
    example.audit = Audit::new("empty", Vec::new(), 0, Vec::new());
    assert!(example.html().contains("No check was run."));
}

#[test]
fn undefined_numbers_are_said_to_be_so() {
    let mut example = Example::new(3, 2);
    let nan = || Some(Interval { low: f64::NAN, high: f64::INFINITY });
    let entry = &mut example.evaluation.as_mut().unwrap().entries[0];
    for score in entry.scores.iter_mut().chain(entry.slices.iter_mut().flat_map(|s| &mut s.scores))
    {
        score.value = Some(f64::NAN);
        score.interval = nan();
    }
    for epoch in example.training.iter_mut().flat_map(|run| &mut run.epochs) {
        epoch.train_loss = f64::NAN;
        epoch.validation_loss = Some(f64::INFINITY);
    }
    example.audit.findings[1].value = Some(f64::NAN);
    let page = example.html();
    let text =
        page.split("<style>").next().unwrap().to_string() + page.split("</style>").nth(1).unwrap();
    assert!(!text.contains("NaN") && !text.contains("inf\"") && !text.contains(">inf"));
    assert!(text.contains("n/a"));
}

#[test]
fn the_verdict_says_when_a_model_does_not_beat_the_floors() {
    let mut example = Example::new(3, 1);
    let page = example.html();
    assert!(page.contains("conv: balanced accuracy 0.621 [0.551,\u{a0}0.684]; look-up alone, which copies the class of the \
         most similar training sequence"), "{page}");
    assert!(page.contains("scores 0.411 [0.341,\u{a0}0.474]: lift +0.210 [0.120,\u{a0}0.290]."));
    assert!(page.contains("conv beats the floors, but the audit fails"));
    let lift = |example: &mut Example, value: f64, low: f64| {
        let lift = example.evaluation.as_mut().unwrap().entries[0].lift.as_mut().unwrap();
        lift.value = value;
        lift.interval = Some(Interval { low, high: 2.0 * value - low });
    };
    lift(&mut example, 0.04, -0.02);
    assert!(example.html().contains("No model is shown to beat the floors."));
    lift(&mut example, -0.04, -0.1);
    let page = example.html();
    assert!(page.contains("not shown to differ") && !page.contains("does worse"));
    lift(&mut example, -0.04, -0.07);
    let page = example.html();
    assert!(page.contains("No model beats the floors."));
    assert!(page.contains("does worse than what needs no model"));
    lift(&mut example, 0.2, 0.1);
    example.audit.findings.retain(|f| f.status == Status::Pass);
    example.audit = Audit::new("x", Vec::new(), 7, example.audit.findings);
    assert!(example.html().contains("conv beats the floors on records unlike its training data."));
    let certificate = example.certificate.as_mut().unwrap();
    certificate.certified = false;
    certificate.crossing_pairs = 12;
    let page = example.html();
    assert!(page.contains("but on a split that is not certified"));
    assert!(page.contains("12 pairs of relatives"));
}

#[test]
fn twenty_models_of_thirty_classes_fit() {
    let page = Example::new(30, 20).html();
    assert!(page.len() < 3_000_000, "{} bytes", page.len());
}

#[test]
fn a_range_test_is_drawn_with_the_rate_that_was_chosen() {
    let mut example = Example::new(3, 1);
    assert!(!example.html().contains("range test"));
    // Falls around 10^-3, and breaks down with losses beyond the drawing.
    let loss = |log: f64| if log < -0.5 { 2.0 / (1.0 + (3.0 * (log + 3.0)).exp()) } else { 1e6 };
    let step = |at: u8| {
        let log = f64::from(at) / 10.0 - 5.0;
        let smoothed_loss = (7..43).contains(&at).then_some(loss(log));
        let step = usize::from(at) + 1;
        RangeStep { step, learning_rate: 10_f64.powf(log), loss: loss(log), smoothed_loss }
    };
    let steps = (0..50).map(step).collect();
    example.training[0].rate = Some(FoundRate { learning_rate: 0.0042, steps });
    let page = example.html();
    for part in [
        "the rate that was chosen, 0.0042",
        "give learning-rate a number",
        "download=\"rate-0.tsv\"",
        // Ticks of the axis, and the losses that are not drawn among the numbers to save.
        ">1e\u{2212}3<",
        "%091000000%09",
        "Learning rate",
    ] {
        assert!(page.contains(part), "no {part}");
    }
    assert!(!page.contains("NaN"));
}
