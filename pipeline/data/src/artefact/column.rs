//! Names that a user gave as names of columns: beside the program's own columns, and joined to a set.

use std::borrow::Cow;

/// The column of a class or group: its `name`, with `mark` before it where the name is one of `own`,
/// the program's columns, or begins with that mark itself. Two names never share a column.
#[must_use]
pub fn column<'a>(mark: &str, name: &'a str, own: &[&str]) -> Cow<'a, str> {
    if own.contains(&name) || name.starts_with(mark) {
        Cow::Owned(format!("{mark}{name}"))
    } else {
        Cow::Borrowed(name)
    }
}

/// The member of a set that is written with `|` between its members: `|` and `\` within a class have
/// a `\` before them.
#[must_use]
pub fn member(class: &str) -> Cow<'_, str> {
    if class.contains(['|', '\\']) {
        Cow::Owned(class.replace('\\', "\\\\").replace('|', "\\|"))
    } else {
        Cow::Borrowed(class)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_class_shares_a_column_with_the_program_or_another_class() {
        let own = ["id", "label", "set"];
        let classes = ["id", "label", "class:id", "class:class:id", "a", "ID"];
        let columns: Vec<_> = classes.iter().map(|class| column("class:", class, &own)).collect();
        let distinct: std::collections::HashSet<_> = columns.iter().collect();
        assert_eq!(distinct.len(), classes.len(), "{columns:?}");
        assert!(columns.iter().all(|column| !own.contains(&column.as_ref())), "{columns:?}");
        assert_eq!(columns[4], "a");
    }

    #[test]
    fn a_set_can_be_taken_apart() {
        let joined = |classes: [&str; 2]| classes.map(member).join("|");
        assert_eq!(joined(["a|b", "c"]), "a\\|b|c");
        assert_ne!(joined(["a\\", "b"]), joined(["a|b", ""]));
    }
}
