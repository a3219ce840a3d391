//! The arrows between the crates go one way, as `pipeline/docs/architecture.md` draws them.

use crate::command::root;

/// The crates with their folders, each above those it may use.
const ORDER: [(&str, &str); 9] = [
    ("cistron-encoders", "encoders"),
    ("cistron-models", "models"),
    ("cistron-statistics", "pipeline/statistics"),
    ("cistron-data", "pipeline/data"),
    ("cistron-split", "pipeline/split"),
    ("cistron-evaluate", "pipeline/evaluate"),
    ("cistron-audit", "pipeline/audit"),
    ("cistron-qpcr", "pipeline/qpcr"),
    ("cistron", "pipeline"),
];

/// Names of the crates of this workspace that the manifest of a folder depends on; tests may look up:
/// those of the statistics hold intervals to metrics of the models.
fn used(folder: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
    let manifest: toml::Table = text.parse().unwrap();
    let names = |table: &str| {
        let table = manifest.get(table).and_then(toml::Value::as_table);
        table.into_iter().flat_map(toml::Table::keys).cloned().collect::<Vec<_>>()
    };
    let mut names = names("dependencies");
    names.retain(|name| name.starts_with("cistron"));
    names
}

#[test]
fn no_crate_uses_one_above_it() {
    let rank = |name: &str| ORDER.iter().position(|(other, _)| *other == name);
    let mut arrows = 0;
    for (at, (name, folder)) in ORDER.iter().enumerate() {
        for used in used(folder) {
            let other = rank(&used).unwrap_or_else(|| panic!("{used} has no place in the order"));
            assert!(other < at, "{name} uses {used}, which stands above it");
            arrows += 1;
        }
    }
    assert!(arrows > 15, "{arrows} arrows were seen");
}

#[test]
fn every_crate_of_the_workspace_has_its_place() {
    let text = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let manifest: toml::Table = text.parse().unwrap();
    let members = manifest["workspace"]["members"].as_array().unwrap();
    for member in members {
        let member = member.as_str().unwrap();
        assert!(ORDER.iter().any(|(_, folder)| *folder == member), "{member}");
        let source = if member == "pipeline" { "pipeline/src" } else { &format!("{member}/src") };
        let lib = std::fs::read_to_string(root().join(source).join("lib.rs")).unwrap();
        assert!(lib.starts_with("//! "), "{member}: what question does it answer?");
    }
}
