//! Batches of a source: encoded one ahead of the one in use.

use super::{Augmentation, FitError, Source, SourceError};
use crate::batch::Batch;
use crate::head::TargetError;

/// Records of each class; an error for a label that is no class.
pub(super) fn class_counts(source: &dyn Source, classes: usize) -> Result<Vec<usize>, TargetError> {
    let mut counts = vec![0; classes];
    for record in 0..source.len() {
        let label = source.label(record);
        match counts.get_mut(label as usize) {
            Some(count) => *count += 1,
            None => return Err(TargetError::Label { record, label, classes }),
        }
    }
    Ok(counts)
}

/// Calls `visit` with each batch of `size` records of `order`, changed by `augmentation` if any, while the next one is encoded; the third
/// argument says whether it is the last.
///
/// Ends early, with `Ok(false)`, when `visit` returns `false`.
pub(super) fn each<E: From<Encoding>>(
    source: &dyn Source,
    augmentation: Option<&Augmentation>,
    order: &[usize],
    size: usize,
    mut visit: impl FnMut(&[usize], &Batch, bool) -> Result<bool, E>,
) -> Result<bool, E> {
    let fill = |indices: &[usize], batch: &mut Batch| match augmentation {
        Some(augmentation) => source.fill_augmented(indices, augmentation, batch),
        None => source.fill(indices, batch),
    };
    let mut batches = order.chunks(size.max(1)).peekable();
    let (mut current, mut next) = (source.batch(), source.batch());
    if let Some(first) = batches.peek() {
        fill(first, &mut current).map_err(Encoding)?;
    }
    while let Some(indices) = batches.next() {
        let following = batches.peek().copied();
        let mut filled = Ok(());
        let visited = rayon::in_place_scope(|scope| {
            if let Some(indices) = following {
                scope.spawn(|_| filled = fill(indices, &mut next));
            }
            visit(indices, &current, following.is_none())
        });
        if !visited? {
            return Ok(false);
        }
        filled.map_err(Encoding)?;
        std::mem::swap(&mut current, &mut next);
    }
    Ok(true)
}

/// A source's error on its way up.
#[derive(Debug)]
pub(super) struct Encoding(pub(super) SourceError);

impl From<Encoding> for FitError {
    fn from(error: Encoding) -> Self {
        Self::Source(error.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Numbers;

    impl Source for Numbers {
        fn len(&self) -> usize {
            5
        }

        fn batch(&self) -> Batch {
            Batch::tokens(1, 9)
        }

        fn fill(&self, indices: &[usize], batch: &mut Batch) -> Result<(), SourceError> {
            if indices.contains(&8) {
                return Err("record 8 is broken".into());
            }
            batch.reset(indices.len());
            Ok(())
        }

        fn label(&self, record: usize) -> u32 {
            record as u32
        }
    }

    #[test]
    fn every_batch_is_visited_in_order() {
        let mut seen = Vec::new();
        let finished =
            each::<Encoding>(&Numbers, None, &[4, 3, 2, 1, 0], 2, |indices, batch, last| {
                assert_eq!((batch.len(), last), (indices.len(), indices == [0]));
                seen.push(indices.to_vec());
                Ok(true)
            });
        assert!(finished.unwrap());
        assert_eq!(seen, [vec![4, 3], vec![2, 1], vec![0]]);
    }

    #[test]
    fn a_source_that_fails_ends_the_pass() {
        let mut visited = 0;
        let error = each::<Encoding>(&Numbers, None, &[1, 8], 1, |_, _, _| {
            visited += 1;
            Ok(true)
        });
        assert_eq!(error.unwrap_err().0.to_string(), "record 8 is broken");
        assert_eq!(visited, 1);
    }

    #[test]
    fn labels_beyond_the_classes_are_errors() {
        assert_eq!(class_counts(&Numbers, 5), Ok(vec![1; 5]));
        assert!(matches!(class_counts(&Numbers, 4), Err(TargetError::Label { record: 4, .. })));
    }
}
