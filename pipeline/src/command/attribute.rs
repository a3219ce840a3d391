//! `cistron attribute`.

mod filters;
mod motifs;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use cistron_models::device::{self, DeviceChoice};
use cistron_models::executor::Executor;
use clap::Args;
use serde_json::{Value, json};

use super::given::GivenFile;
use super::overwrite::Overwrite;
use crate::attribute::{Method, Table, attribute, classes};
use crate::console::Console;
use crate::predict::Ensemble;
use cistron_data::dataset::Dataset;
use cistron_data::error::Error;
use cistron_data::read;
use cistron_data::read::sources::stem;
use cistron_data::spelling::closest;

/// Show which symbols of a sequence a model looks at
///
/// Examples:
///   cistron attribute out/genes/models/conv new.fasta
///   cistron attribute out/genes/models/conv new.fasta --method mutagenesis --class beta-lactam -o new.tsv
///   cistron attribute out/genes/models/conv new.fasta --method cam
///   cistron attribute out/genes/models/conv new.fasta --filters --motifs
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Attribute {
    /// Folder of a model: every fold and seed in it counts.
    model: PathBuf,
    /// FASTA or FASTQ file, plain or compressed; `-` is standard input.
    file: PathBuf,
    /// How symbols are weighed [default: integrated, or mutagenesis where the encoder has no position
    /// for each symbol].
    #[arg(long, value_enum)]
    method: Option<Method>,
    /// Class whose logit is followed; the predicted one of each record where it is not given.
    #[arg(long)]
    class: Option<String>,
    /// Points at which `integrated` takes the gradient.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    steps: u32,
    /// Records that are looked at, from the first on.
    #[arg(long, default_value_t = 100)]
    limit: usize,
    /// Table to write; the bedGraph lies beside it [default: FILE.attribution.tsv here].
    #[arg(long, short)]
    output: Option<PathBuf>,
    #[command(flatten)]
    overwrite: Overwrite,
    /// Also write what the filters of a first convolution look for, beside the table: letters at the sites
    /// that make them respond, in MEME format (FILE.filters.meme) and as a table (FILE.filters.tsv).
    #[arg(long)]
    filters: bool,
    /// Also write the words of six bases that recur where the model looks, compared with what it looks at
    /// in shuffled sequences, beside the table (FILE.motifs.tsv).
    #[arg(long)]
    motifs: bool,
    /// Symbols of the windows that `--motifs` takes words from.
    #[arg(long, default_value_t = 8, requires = "motifs",
        value_parser = clap::value_parser!(u32).range(motifs::NARROWEST..=1000))]
    motif_width: u32,
    /// Decides how `--motifs` shuffles.
    #[arg(long, default_value_t = 0, requires = "motifs")]
    seed: u64,
}

impl Attribute {
    /// Writes the scores of every position.
    pub(super) fn run(self, console: &Console) -> Result<(), Error> {
        let file = GivenFile::open(&self.file)?;
        let default = || PathBuf::from(format!("{}.attribution.tsv", stem(file.name())));
        let output = self.output.clone().unwrap_or_else(default);
        let endings = [
            (true, "bedgraph"),
            (self.filters, "filters.meme"),
            (self.filters, "filters.tsv"),
            (self.motifs, "motifs.tsv"),
        ];
        let beside = endings.into_iter().filter(|(asked, _)| *asked);
        let beside = beside.map(|(_, ending)| output.with_extension(ending));
        let outputs: Vec<PathBuf> = std::iter::once(output.clone()).chain(beside).collect();
        self.overwrite.check([file.path()], &outputs)?;
        let executor = Executor::on(
            device::device(DeviceChoice::Cpu).map_err(|e| Error::Resource(e.to_string()))?,
        );
        let ensemble = Ensemble::load(&self.model, &executor)?;
        let card = &ensemble.members[0].card;
        let alphabet = card.encoder.alphabet().ok_or_else(|| {
            Error::Usage("the model reads numbers: they have no symbols".to_string())
        })?;
        if self.motifs && !alphabet.is_nucleic() {
            let help = "leave `--motifs` out; `--filters` takes proteins";
            return Err(Error::Usage(format!("the model reads proteins\n  help: {help}")));
        }
        let class = self.class.as_deref().map(|name| class(name, &card.classes)).transpose()?;
        let mut dataset = Dataset::new(alphabet);
        let mut more = false;
        for record in read::sequences(file.path(), alphabet)? {
            if dataset.len() == self.limit {
                more = true;
                break;
            }
            let record = record?;
            dataset.push(record.id, &record.sequence, record.line);
        }
        let follows = Method::Integrated.follows(&card.encoder);
        let usual = if follows { Method::Integrated } else { Method::Mutagenesis };
        let method = self.method.unwrap_or(usual);
        let mut also = Vec::new();
        if self.filters {
            also.push(filters::write(&ensemble, &dataset, &output)?);
        }
        let classes = classes(&ensemble, &executor, &dataset, class)?;
        let weigh = |dataset: &Dataset| {
            attribute(&ensemble, &executor, dataset, method, &classes, self.steps as usize)
        };
        let found = weigh(&dataset)?;
        if self.motifs {
            let (width, seed) = (self.motif_width as usize, self.seed);
            also.push(motifs::write(card, (&dataset, &found), width, seed, &weigh, &output)?);
        }
        let table = Table { dataset: &dataset, classes: &card.classes, attributions: &found };
        let [table, track] = table.write(Path::new(&output))?;
        let worst =
            found.iter().filter_map(|a| a.incomplete).fold(None, |most: Option<f64>, share| {
                Some(most.map_or(share, |most| most.max(share)))
            });
        let mut text =
            format!("{} records attributed: {}, {}", found.len(), table.display(), track.display());
        if let Some(worst) = worst {
            let _ = write!(text, "\nscores add up to the logit within {:.2} %", worst * 100.0);
        }
        if more {
            let more = "records were looked at: raise --limit for more";
            let _ = write!(text, "\nonly the first {} {more}", self.limit);
        }
        let mut event =
            json!({"records": found.len(), "table": table, "track": track, "incomplete": worst});
        for also in also {
            let _ = write!(text, "\n{}", also.text);
            event[also.name] = also.event;
        }
        console.result(&text, event);
        Ok(())
    }
}

/// What was written beside the table.
struct Also {
    /// Name within the event.
    name: &'static str,
    /// A line for people.
    text: String,
    /// The same for programs.
    event: Value,
}

fn class(name: &str, classes: &[String]) -> Result<usize, Error> {
    classes.iter().position(|class| class == name).ok_or_else(|| {
        let names: Vec<&str> = classes.iter().map(String::as_str).collect();
        let help = closest(name, &names)
            .map_or(format!("it has {}", names.join(", ")), |c| format!("did you mean `{c}`?"));
        Error::Usage(format!("the model has no class `{name}`\n  help: {help}"))
    })
}
