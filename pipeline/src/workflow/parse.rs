//! From the text of a workflow file to a checked [`Workflow`], or every mistake as a snippet.

use std::path::{Path, PathBuf};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::Value;
use serde_saphyr::{Location, Spanned};

use super::check::check;
use super::tree::Node;
use super::validate::{Mistake, validate};
use super::{Workflow, schema};
use cistron_data::dataset::Dataset;
use cistron_data::error::Error;
use cistron_data::inputs;
use cistron_data::path::resolve;
use cistron_data::read::Request;
use cistron_qpcr::records;

/// A workflow that passed every check, with the folder that its relative paths start from.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The workflow.
    pub workflow: Workflow,
    /// Folder of the file.
    pub folder: PathBuf,
    /// The file itself.
    pub path: PathBuf,
}

impl Loaded {
    /// A path of the workflow, seen from the working directory.
    #[must_use]
    pub fn resolve(&self, path: &Path) -> PathBuf {
        resolve(&self.folder, path)
    }

    /// Reads its labelled records: sequences, genotypes, or what qPCR measured.
    pub fn dataset(&self) -> Result<Dataset, Error> {
        let read = &self.workflow.read;
        let (folder, path) = (self.folder.as_path(), self.path.as_path());
        let request = Request { read, folder, path, qualities: self.workflow.qualities() };
        if read.genotypes.is_none() && read.measured().is_some() {
            return records::read(&request);
        }
        cistron_data::read::read(&request)
    }
}

/// Reads, parses and checks a workflow file; `settings` are `key.path=value` overrides.
pub fn load(path: &Path, settings: &[String], styled: bool) -> Result<Loaded, Error> {
    inputs::remember(path);
    let text = std::fs::read_to_string(path).map_err(|error| {
        let help = "give the path of a workflow file, such as workflows/resistance-genes.yaml";
        Error::Usage(format!("cannot read {}: {error}\n  help: {help}", path.display()))
    })?;
    let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
    let show = |mistakes: &[Mistake]| Error::Usage(render(&text, path, mistakes, &renderer));

    let mut root = Node::parse(&text).map_err(|error| {
        let location = error.location().unwrap_or(Location::UNKNOWN);
        let message = error.without_snippet().to_string();
        show(&[Mistake { location, message, help: None }])
    })?;
    for setting in settings {
        apply(&mut root, setting).map_err(Error::Usage)?;
    }
    let mut mistakes = validate(&root, &schema());
    let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
    if mistakes.is_empty() {
        let workflow: Workflow = root
            .value
            .to()
            .map_err(|error| Error::Usage(format!("{}: {error}", path.display())))?;
        mistakes = check(&workflow, &root, &folder);
        if mistakes.is_empty() {
            return Ok(Loaded { workflow, folder, path: path.to_path_buf() });
        }
    }
    Err(show(&mistakes))
}

/// Puts `a.b.c=value` into the tree; the value is read as YAML.
pub(crate) fn apply(root: &mut Spanned<Node>, setting: &str) -> Result<(), String> {
    let (path, value) = setting.split_once('=').ok_or_else(|| {
        format!("--set {setting}: expected key=value, such as models.conv.train.epochs=5")
    })?;
    let value =
        Node::parse(value).map_err(|e| format!("--set {setting}: {}", e.without_snippet()))?;
    let mut node = root;
    for step in path.split('.') {
        if matches!(node.value, Node::Scalar(Value::Null)) {
            node.value = Node::Map(Vec::new());
        }
        let Node::Map(entries) = &mut node.value else {
            return Err(format!("--set {setting}: nothing can be set below `{step}`"));
        };
        let at = entries.iter().position(|(key, _)| key.value == step).unwrap_or_else(|| {
            let unknown = Location::UNKNOWN;
            entries.push((
                Spanned { value: step.to_string(), referenced: unknown, defined: unknown },
                Spanned { value: Node::Scalar(Value::Null), referenced: unknown, defined: unknown },
            ));
            entries.len() - 1
        });
        node = &mut entries[at].1;
    }
    node.value = value.value;
    Ok(())
}

/// All mistakes as one text: cargo-style snippets and a closing count.
fn render(text: &str, path: &Path, mistakes: &[Mistake], renderer: &Renderer) -> String {
    let path = path.display().to_string();
    let mut out = Vec::new();
    for mistake in mistakes {
        let mut groups = vec![snippet(text, &path, mistake)];
        if let Some(help) = &mistake.help {
            let last = groups.remove(0);
            groups.push(last.element(Level::HELP.message(help.as_str())));
        }
        out.push(renderer.render(&groups));
    }
    let noun = if mistakes.len() == 1 { "mistake" } else { "mistakes" };
    out.push(format!("{} {noun} in {path}; nothing was run", mistakes.len()));
    out.join("\n\n")
}

fn snippet<'a>(text: &'a str, path: &'a str, mistake: &'a Mistake) -> Group<'a> {
    let title = Level::ERROR.primary_title(mistake.message.as_str());
    let (line, column) = (mistake.location.line(), mistake.location.column());
    if line == 0 {
        return title
            .element(Level::NOTE.message("from the command line (--set), or a whole file"));
    }
    let start = offset(text, line, column);
    let end = text[start..].find([':', ',', '}', ']', '\n']).map_or(text.len(), |n| start + n);
    let end = if end == start { (start + 1).min(text.len()) } else { end };
    title.element(
        Snippet::source(text).path(path).annotation(AnnotationKind::Primary.span(start..end)),
    )
}

/// Byte offset of a line and column (both from 1, columns in characters).
fn offset(text: &str, line: u64, column: u64) -> usize {
    let line_start = text
        .split_inclusive('\n')
        .take(usize::try_from(line).unwrap_or(1).saturating_sub(1))
        .map(str::len)
        .sum::<usize>();
    let within = text[line_start..]
        .char_indices()
        .nth(usize::try_from(column).unwrap_or(1).saturating_sub(1))
        .map_or(0, |(at, _)| at);
    line_start + within
}
