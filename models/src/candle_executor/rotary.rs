//! Rotary positions: queries and keys turned by angles that grow with their position.

use candle_core::{Result, Tensor};

/// Cosines, then sines, of the angles of each position for heads of `width` channels: (L, 2, W / 2).
pub(crate) fn turns(length: usize, width: usize) -> Vec<f32> {
    let angle = |position: usize, pair: usize| {
        position as f64 * 10_000_f64.powf(-2.0 * pair as f64 / width as f64)
    };
    let row = |position| {
        let angles = (0..width / 2).map(move |pair| angle(position, pair));
        angles.clone().map(f64::cos).chain(angles.map(f64::sin))
    };
    (0..length).flat_map(row).map(|value| value as f32).collect()
}

/// Turns queries and keys of queries, keys and values side by side, (N, L, 3 C).
pub(super) fn rotary(triple: &Tensor, heads: usize) -> Result<Tensor> {
    let (n, length, channels) = triple.dims3()?;
    let channels = channels / 3;
    let width = channels / heads;
    let turns = Tensor::from_vec(turns(length, width), (length, 1, 2, width / 2), triple.device())?;
    let turns = turns.to_dtype(triple.dtype())?;
    let (cosines, sines) = (turns.narrow(2, 0, 1)?, turns.narrow(2, 1, 1)?); // (L, 1, 1, W / 2)
    let pairs = triple.narrow(2, 0, 2 * channels)?.contiguous()?;
    let pairs = pairs.reshape((n, length, 2 * heads, 2, width / 2))?;
    let (left, right) = (pairs.narrow(3, 0, 1)?, pairs.narrow(3, 1, 1)?);
    let turned = [
        (left.broadcast_mul(&cosines)? - right.broadcast_mul(&sines)?)?,
        (left.broadcast_mul(&sines)? + right.broadcast_mul(&cosines)?)?,
    ];
    let turned = Tensor::cat(&turned, 3)?.reshape((n, length, 2 * channels))?;
    Tensor::cat(&[&turned, &triple.narrow(2, 2 * channels, channels)?], 2)
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, IndexOp};

    use super::*;

    #[test]
    fn scores_depend_on_distances() {
        // The same query and key at every position, two heads of four channels.
        let row: Vec<f32> = (0..24).map(|i| (i as f32 * 2.3).sin()).collect();
        let triple = Tensor::from_vec(row.repeat(9), (1, 9, 24), &Device::Cpu).unwrap();
        let turned: Vec<Vec<f32>> = rotary(&triple, 2).unwrap().i(0).unwrap().to_vec2().unwrap();
        assert_eq!(turned[0], row, "the first position is not turned");
        let score = |query: usize, key: usize, head: usize| -> f32 {
            let queries = &turned[query][4 * head..][..4];
            queries.iter().zip(&turned[key][8 + 4 * head..]).map(|(q, k)| q * k).sum()
        };
        for head in 0..2 {
            for distance in 1..5 {
                for position in 1..4 {
                    let (first, second) =
                        (score(0, distance, head), score(position, position + distance, head));
                    assert!((first - second).abs() < 1e-5, "{head} {distance} {position}");
                }
                assert!((score(0, 0, head) - score(0, distance, head)).abs() > 1e-3);
            }
        }
        assert!(turned.iter().all(|turned| turned[16..] == row[16..]), "values are not turned");
    }
}
