//! No command writes over an input, nor, unasked, over what Cistron did not write.

use std::fmt::Write;
use std::path::PathBuf;

use crate::command::{cistron, succeed, text};

/// A folder with small inputs: two classes of random bases, 24 records each, and a table of labels.
struct Scene(tempfile::TempDir);

impl Scene {
    fn new() -> Self {
        let scene = Self(tempfile::tempdir().unwrap());
        let (mut fasta, mut labels) = (String::new(), "id,label\n".to_string());
        let mut state = 7_u32;
        for record in 0..48 {
            let class = ["label", "a|b"][record % 2];
            let base = |_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                char::from(b"ACGT"[(state >> 30) as usize])
            };
            let bases: String = (0..60).map(base).collect();
            let mark = ["AAAAAAAAAAAA", "CGCGCGCGCGCG"][record % 2];
            let _ = writeln!(fasta, ">r{record}\n{bases}{mark}");
            let _ = writeln!(labels, "r{record},{class}");
        }
        scene.write("g.fa", &fasta);
        scene.write("labels.csv", &labels);
        scene.write("w.yaml", &scene.workflow("w", ""));
        scene
    }

    /// A workflow of these inputs, with more keys.
    fn workflow(&self, name: &str, more: &str) -> String {
        format!(
            "schema: 1\nname: {name}\nread: {{fasta: {}, labels: {{table: {}, id: id, label: label}}}}\n\
             split: {{random: {{}}}}\nmodels:\n  words: {{logistic: {{}}, encode: {{kmer-counts: {{k: 2}}}}, \
             train: {{epochs: 2}}}}\n{more}",
            self.path("g.fa").display(),
            self.path("labels.csv").display()
        )
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, content: &str) {
        std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        std::fs::write(self.path(name), content).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// The arguments with `@name` replaced by a path of the scene.
    fn arguments(&self, arguments: &str) -> Vec<String> {
        let place = |word: &str| match word.strip_prefix('@') {
            Some(name) => self.path(name).display().to_string(),
            None => word.to_string(),
        };
        arguments.split_whitespace().map(place).collect()
    }

    fn succeed(&self, arguments: &str) -> String {
        let arguments = self.arguments(arguments);
        succeed(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// What a command says that is refused with exit code 2.
    fn refused(&self, arguments: &str) -> String {
        let arguments = self.arguments(arguments);
        let output = cistron(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        said
    }
}

#[test]
fn no_command_writes_over_an_input() {
    let scene = Scene::new();
    scene.succeed("run @w.yaml --out @o");
    scene.write("splits.tsv", &scene.read("labels.csv"));
    scene.write("cq.tsv", "Well\tSample\tTarget\tCq\nA1\ts\tt\t20\n");
    let before: Vec<(&str, String)> =
        ["g.fa", "splits.tsv", "cq.tsv"].map(|name| (name, scene.read(name))).to_vec();
    let model = "@o/models/words";
    #[cfg(unix)]
    {
        std::fs::hard_link(scene.path("g.fa"), scene.path("hard.fa")).unwrap();
        std::os::unix::fs::symlink(scene.path("g.fa"), scene.path("soft.fa")).unwrap();
        for link in ["hard.fa", "soft.fa"] {
            scene.refused(&format!("predict {model} @g.fa -o @{link} --force"));
        }
    }
    for command in [
        format!("predict {model} @g.fa -o @g.fa --force"),
        format!("attribute {model} @g.fa -o @g.fa --force"),
        "init @g.fa @labels.csv -o @g.fa --yes --force".to_string(),
        "split @g.fa --labels @splits.tsv --label label --out @. --force".to_string(),
        "qpcr @cq.tsv --out @. --force".to_string(),
    ] {
        let said = scene.refused(&command);
        assert!(said.contains("is an input"), "{command}: {said}");
    }
    for (name, content) in before {
        assert_eq!(scene.read(name), content, "{name}");
    }
}

#[test]
fn what_somebody_else_wrote_is_replaced_only_when_asked() {
    let scene = Scene::new();
    scene.succeed("run @w.yaml --out @o");
    let model = "@o/models/words";
    let cases = [
        (format!("predict {model} @g.fa -o @p/t.tsv"), "p/t.tsv"),
        (format!("attribute {model} @g.fa --limit 2 -o @a/t.tsv"), "a/t.bedgraph"),
        ("audit @g.fa --labels @labels.csv --label label --out @d".to_string(), "d/records.tsv"),
        (
            "split @g.fa --labels @labels.csv --label label --by random --out @s".to_string(),
            "s/split.json",
        ),
        ("man @m".to_string(), "m/cistron.1"),
    ];
    for (command, file) in cases {
        scene.write(file, "precious");
        let said = scene.refused(&command);
        assert!(said.contains("Cistron did not write it") && said.contains("--force"), "{said}");
        assert_eq!(scene.read(file), "precious");
        scene.succeed(&format!("{command} --force"));
        assert_ne!(scene.read(file), "precious");
        // What Cistron wrote it writes again unasked, until somebody changes it.
        scene.succeed(&command);
        scene.write(file, "edited");
        assert!(scene.refused(&command).contains("was changed since"), "{command}");
    }
    // The label table lies where the run's own table would.
    scene.write("r/splits.tsv", &scene.read("labels.csv"));
    let said = scene.refused("run @w.yaml --out @r");
    assert!(said.contains("--overwrite"), "{said}");
    assert_eq!(scene.read("r/splits.tsv"), scene.read("labels.csv"));
}

#[test]
fn a_folder_belongs_to_one_workflow_and_keeps_no_stale_member() {
    let scene = Scene::new();
    scene.write(
        "two.yaml",
        &scene.workflow(
            "two",
            &format!("predict: {{a: {{fasta: {}}}}}\n", scene.path("g.fa").display()),
        ),
    );
    scene.succeed("run @two.yaml --out @o --set models.words.seeds=2");
    let said = scene.refused("run @w.yaml --out @o");
    assert!(said.contains("belongs to the workflow `two` of two.yaml"), "{said}");
    assert!(scene.path("o/models/words/fold-0/seed-1").is_dir());
    // A seed less: what it left no longer predicts.
    scene.succeed("run @two.yaml --out @o --set predict={}");
    assert!(!scene.path("o/models/words/fold-0/seed-1").exists());
    assert!(scene.path("o/predictions/words/a.tsv").is_file());
    scene.succeed("run @two.yaml --out @o --set predict={} --prune");
    assert!(!scene.path("o/predictions/words/a.tsv").exists());
    assert!(
        !scene.path("o/.retired").exists() && scene.path("o/predictions/words/test.tsv").is_file()
    );
    scene.succeed("run @w.yaml --out @o --overwrite");
    assert!(scene.succeed("run @w.yaml --out @o").contains("nothing to do"));
}

#[test]
fn names_of_the_user_and_of_the_program_do_not_meet() {
    let scene = Scene::new();
    let predict =
        |name: &str| format!("predict: {{{name}: {{fasta: {}}}}}\n", scene.path("g.fa").display());
    for name in ["test", "CON", "-x", "x."] {
        scene.write("named.yaml", &scene.workflow("named", &predict(&format!("\"{name}\""))));
        let said = scene.refused("check @named.yaml");
        assert!(said.contains(&format!("`{name}`")), "{said}");
    }
    scene.succeed("run @w.yaml --out @o");
    let table = scene.read("o/predictions/words/test.tsv");
    let head: Vec<&str> = table.lines().next().unwrap().split('\t').collect();
    let distinct: std::collections::HashSet<_> = head.iter().collect();
    assert_eq!(distinct.len(), head.len(), "{head:?}");
    assert_eq!(head[2..4], ["a|b", "class:label"]);
    let set = head.iter().position(|column| *column == "set").unwrap();
    let sets = table.lines().skip(1).map(|line| line.split('\t').nth(set).unwrap());
    assert!(sets.filter(|set| set.contains('|')).all(|set| set.starts_with("a\\|b")));
}

#[cfg(unix)]
#[test]
fn links_within_a_folder_are_not_followed() {
    use std::os::unix::fs::symlink;
    let scene = Scene::new();
    scene.write("precious.txt", "precious");
    std::fs::create_dir(scene.path("o")).unwrap();
    symlink(scene.path("precious.txt"), scene.path("o/.lock")).unwrap();
    scene.refused("run @w.yaml --out @o");
    assert_eq!(scene.read("precious.txt"), "precious");
    std::fs::remove_file(scene.path("o/.lock")).unwrap();
    std::fs::create_dir(scene.path("elsewhere")).unwrap();
    symlink(scene.path("elsewhere"), scene.path("o/models")).unwrap();
    assert!(scene.refused("run @w.yaml --out @o").contains("are not followed"));
    assert_eq!(std::fs::read_dir(scene.path("elsewhere")).unwrap().count(), 0);
    // A whole folder may be a link.
    symlink(scene.path("elsewhere"), scene.path("linked")).unwrap();
    scene.succeed("run @w.yaml --out @linked");
    assert!(scene.path("elsewhere/report.html").is_file());
}
