//! Columns that the tables of a workflow lack: their header lines are read, nothing else.

use std::path::Path;

use super::Check;
use crate::workflow::Workflow;
use cistron_data::config::SequenceTable;
use cistron_data::path::{resolve, shown};
use cistron_data::read::table::Table;
use cistron_data::spelling::closest;

/// Columns that a help lists, at most.
const SHOWN: usize = 12;

/// A key of the workflow and the column that it names.
type Named<'a> = (Vec<&'a str>, &'a str);

impl Check<'_> {
    /// Every column that a key names and its table does not have. A table that cannot be opened is
    /// told of elsewhere.
    pub(super) fn columns(&mut self, workflow: &Workflow) {
        let read = &workflow.read;
        let groups = || {
            read.groups.keys().map(|name| (vec!["read", "groups", name.as_str()], name.as_str()))
        };
        if let Some(labels) = &read.labels
            && let Some(table) = &labels.table
        {
            let mut named: Vec<Named<'_>> = vec![(vec!["read", "labels", "id"], &labels.id)];
            if read.label_column().is_none() {
                named.push((vec!["read", "labels", "label"], &labels.label));
            }
            // Groups of curves and ΔCq may be columns of the measured files.
            if read.curves.is_none() && read.delta_cq.is_none() {
                named.extend(groups());
            }
            let table = self.opened(table, Table::open);
            self.has(table, named);
        }
        if let Some(table) = &read.table {
            let mut named = sequence_columns(&["read", "table"], table);
            named.extend(groups());
            let label =
                table.label.iter().map(|name| (vec!["read", "table", "label"], name.as_str()));
            named.extend(label);
            let table = self.sequence_table(table);
            self.has(table, named);
        }
        if let Some(given) = &workflow.split.given {
            let named = vec![
                (vec!["split", "given", "id"], given.id.as_str()),
                (vec!["split", "given", "column"], given.column.as_str()),
            ];
            let table = self.opened(&given.table, Table::open);
            self.has(table, named);
        }
        for (name, input) in &workflow.predict {
            if let Some(table) = &input.table {
                let named = sequence_columns(&["predict", name, "table"], table);
                let table = self.sequence_table(table);
                self.has(table, named);
            }
        }
    }

    /// A table that is there and whose header line can be read.
    fn opened<E>(&self, file: &Path, open: impl Fn(&Path) -> Result<Table, E>) -> Option<Table> {
        let path = resolve(self.folder, file);
        if path.is_file() { open(&path).ok() } else { None }
    }

    fn sequence_table(&self, table: &SequenceTable) -> Option<Table> {
        let open = |path: &Path| Table::with(path, table.columns.as_deref(), table.separator);
        self.opened(&table.path, open)
    }

    fn has(&mut self, table: Option<Table>, named: Vec<Named<'_>>) {
        let Some(table) = table else { return };
        let known = table.columns();
        for (key, column) in named {
            if known.contains(&column) {
                continue;
            }
            let help = closest(column, &known).map_or_else(
                || {
                    let more = if known.len() > SHOWN { ", …" } else { "" };
                    format!("it has {}{more}", known[..known.len().min(SHOWN)].join(", "))
                },
                |close| format!("did you mean `{close}`?"),
            );
            let message = format!("no column `{column}` in {}", shown(table.path()).display());
            self.push(&key, message, &help);
        }
    }
}

/// The columns of sequence and identifier.
fn sequence_columns<'a>(path: &[&'a str], table: &'a SequenceTable) -> Vec<Named<'a>> {
    let key = |name| [path, &[name]].concat();
    let id = table.id.iter().map(|id| (key("id"), id.as_str()));
    id.chain([(key("sequence"), table.sequence.as_str())]).collect()
}

#[cfg(test)]
mod tests {
    use crate::workflow::parse;

    /// What `check` says of a workflow beside two tables.
    fn mistakes(workflow: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("s.fa", ">a\nACGT\n");
        write("t.tsv", "id\tdrug_class\tsex\na\tx\tf\n");
        write("s.csv", "sequence,kind\nACGT,x\n");
        write("w.yaml", &format!("schema: 1\nname: w\n{workflow}"));
        match parse::load(&folder.path().join("w.yaml"), &[], false) {
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn columns_of_every_table_are_looked_for_in_its_header_line() {
        let found = mistakes(
            "read:\n  fasta: s.fa\n  labels: {table: t.tsv, label: nothing}\n  groups: {sexx: nuisance}\n\
             split: {given: {table: t.tsv, id: name, column: sex}}\nmodels: {}\n",
        );
        for part in [
            "no column `nothing` in",
            "it has id, drug_class, sex",
            "w.yaml:5:",
            "no column `sexx` in",
            "did you mean `sex`?",
            "no column `name` in",
            "3 mistakes",
        ] {
            assert!(found.contains(part), "no `{part}` in {found}");
        }
        let found = mistakes(
            "read: {table: {path: s.csv, label: kin}}\nmodels: {}\n\
             predict: {new: {table: {path: s.csv, sequence: seq}}}\n",
        );
        for part in ["`kin`", "did you mean `kind`?", "no column `seq`", "2 mistakes"] {
            assert!(found.contains(part), "no `{part}` in {found}");
        }
    }

    #[test]
    fn right_columns_and_tables_that_are_not_there_are_no_mistake_of_columns() {
        let right = "read: {fasta: s.fa, labels: {table: t.tsv, label: drug_class}}\nmodels: {}\n";
        assert_eq!(mistakes(right), "");
        let names = "read: {table: {path: s.csv, columns: [a, b], sequence: a}}\nmodels: {}\n";
        assert_eq!(mistakes(names), "");
        let none = mistakes("read: {fasta: s.fa, labels: {table: none.tsv}}\nmodels: {}\n");
        assert!(none.contains("there is no file") && none.contains("1 mistake in"), "{none}");
    }
}
