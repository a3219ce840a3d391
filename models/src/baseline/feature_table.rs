//! Named features of records.

/// Features that do not form a table.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FeatureError {
    /// The values are not one row a record.
    #[error("{found} feature values for {rows} records of {names} features")]
    Shape {
        /// Number of values.
        found: usize,
        /// Number of records.
        rows: usize,
        /// Number of feature names.
        names: usize,
    },
    /// A value is infinite or not a number.
    #[error("record {row} has {value} for feature {name:?}, expected a finite number")]
    Value {
        /// 0-based record.
        row: usize,
        /// The feature.
        name: String,
        /// The value found.
        value: f32,
    },
}

/// Finite features by record, (N, 1, F) row by row, with the name of each feature.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureTable {
    n_rows: usize,
    names: Vec<String>,
    values: Vec<f32>,
}

impl FeatureTable {
    /// Takes the values of `n_rows` records.
    ///
    /// # Errors
    ///
    /// Where there is not one value for each record and name, or one is not finite.
    pub fn new(n_rows: usize, names: Vec<String>, values: Vec<f32>) -> Result<Self, FeatureError> {
        if n_rows.checked_mul(names.len()) != Some(values.len()) {
            let found = values.len();
            return Err(FeatureError::Shape { found, rows: n_rows, names: names.len() });
        }
        match values.iter().position(|value| !value.is_finite()) {
            None => Ok(Self { n_rows, names, values }),
            Some(at) => {
                let name = names[at % names.len()].clone();
                Err(FeatureError::Value { row: at / names.len(), name, value: values[at] })
            }
        }
    }

    /// Takes values known to be finite and one for each record and name.
    pub(super) fn of_finite(n_rows: usize, names: Vec<String>, values: Vec<f32>) -> Self {
        Self { n_rows, names, values }
    }

    /// The number of records N.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// The names of the F features.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The features of record `row`; empty beyond the last.
    #[must_use]
    pub fn row(&self, row: usize) -> &[f32] {
        let width = self.names.len();
        self.values.get(row * width..(row + 1) * width).unwrap_or_default()
    }

    /// One feature over the records.
    pub fn column(&self, feature: usize) -> impl Iterator<Item = f32> {
        self.values.iter().copied().skip(feature).step_by(self.names.len().max(1))
    }

    /// The features of both tables side by side.
    ///
    /// # Errors
    ///
    /// Where the tables are not of the same number of records.
    pub fn beside(&self, other: &Self) -> Result<Self, FeatureError> {
        if self.n_rows != other.n_rows {
            return Err(FeatureError::Shape {
                found: other.values.len(),
                rows: self.n_rows,
                names: other.names.len(),
            });
        }
        let rows = (0..self.n_rows).flat_map(|row| self.row(row).iter().chain(other.row(row)));
        Ok(Self {
            n_rows: self.n_rows,
            names: [self.names.as_slice(), &other.names].concat(),
            values: rows.copied().collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(names: &[&str], values: &[f32]) -> Result<FeatureTable, FeatureError> {
        FeatureTable::new(2, names.iter().map(ToString::to_string).collect(), values.to_vec())
    }

    #[test]
    fn rows_columns_and_tables_side_by_side() {
        let both = table(&["a", "b"], &[1.0, 2.0, 3.0, 4.0])
            .unwrap()
            .beside(&table(&["c"], &[5.0, 6.0]).unwrap())
            .unwrap();
        assert_eq!(both.names(), ["a", "b", "c"]);
        assert_eq!(both.row(1), [3.0, 4.0, 6.0]);
        assert_eq!(both.column(2).collect::<Vec<_>>(), [5.0, 6.0]);
        assert!(both.row(2).is_empty());
    }

    #[test]
    fn bad_values_are_named() {
        assert!(matches!(table(&["a"], &[1.0]), Err(FeatureError::Shape { found: 1, .. })));
        let error = table(&["a", "b"], &[1.0, 2.0, 3.0, f32::NAN]).unwrap_err();
        assert!(matches!(&error, FeatureError::Value { row: 1, name, .. } if name == "b"));
    }
}
