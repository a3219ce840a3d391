//! Every command of the README and of the pages under `pipeline/docs` does what its page says, run
//! in the page's order from the folder that holds the README.

use std::path::{Path, PathBuf};

use crate::command::{root, succeed};

/// Pages of measurements name commands on data that are not shipped.
const MEASURED: &str = "-measured.md";

const DOCS: &str = "pipeline/docs";

/// The README and the pages, relative to the root.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![PathBuf::from("README.md")];
    let mut folders = vec![PathBuf::from(DOCS)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(root().join(&folder)).unwrap() {
            let path = folder.join(entry.unwrap().file_name());
            if root().join(&path).is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "md") {
                pages.push(path);
            }
        }
    }
    pages.sort();
    pages
}

/// Whether the page's commands can run here; a binary with CUDA does not say that it lacks it.
fn runs(page: &Path) -> bool {
    let page = page.to_string_lossy();
    !(page.ends_with(MEASURED) || cfg!(feature = "cuda") && page.ends_with("gpu.md"))
}

fn content(page: &Path) -> String {
    std::fs::read_to_string(root().join(page)).unwrap()
}

/// Commands in indented blocks, without what cargo is asked to do first.
fn indented_commands(page: &str) -> Vec<Vec<&str>> {
    let commands = page.lines().filter_map(|line| line.strip_prefix("    "));
    let own = commands.filter_map(|line| {
        line.strip_prefix("cargo run --release -- ").or_else(|| line.strip_prefix("cistron "))
    });
    own.map(|line| {
        assert!(!line.contains(['\'', '"']), "a quoted word belongs into a console block: {line}");
        line.split(' ').collect()
    })
    .collect()
}

/// A page writes below `target/`, into a folder of its own name that is not there yet.
fn clear(page: &Path) {
    let target = root().join("target");
    std::fs::create_dir_all(&target).unwrap();
    let folder = target.join(page.file_stem().unwrap());
    if folder.exists() {
        std::fs::remove_dir_all(folder).unwrap();
    }
}

#[test]
fn every_command_does_what_its_page_says() {
    std::env::set_current_dir(root()).unwrap();
    for page in pages().iter().filter(|page| runs(page)) {
        clear(page);
        let content = content(page);
        let (indented, shown) = (indented_commands(&content), content.contains("```console\n"));
        // The README's come before those whose output it shows; elsewhere the order is the page's.
        let ordered = indented.is_empty() || !shown || page == Path::new("README.md");
        assert!(ordered, "{}: write every command into a console block", page.display());
        for arguments in &indented {
            succeed(arguments);
        }
        if shown {
            trycmd::TestCases::new().case(page).run();
        }
    }
}

#[test]
fn the_readme_starts_with_what_a_clean_clone_runs() {
    let readme = content(Path::new("README.md"));
    assert!(readme.contains("    cargo test --workspace\n"), "the command that runs this test");
    let first = "    cargo run --release -- run workflows/resistance-genes.yaml\n";
    assert!(readme.contains(first), "the main job");
}

#[test]
fn every_link_leads_to_a_file() {
    for page in pages() {
        let content = content(&page);
        for link in content.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap();
            if path.is_empty() || path.starts_with("http") {
                continue;
            }
            let target = root().join(&page).parent().unwrap().join(path);
            assert!(target.exists(), "{}: {link}", page.display());
        }
    }
}
