//! Clipping of the gradient's norm.

use crate::wide::wide;

/// Scales the gradient so that its Euclidean norm is at most `limit`, and returns the norm before.
pub fn clip_norm(gradients: &mut [f32], limit: f32) -> f64 {
    let norm = wide(|| {
        // Sixteen sums side by side fill vector registers; their order is fixed.
        let mut sums = [0.0_f64; 16];
        for chunk in gradients.chunks(sums.len()) {
            for (sum, &gradient) in sums.iter_mut().zip(chunk) {
                *sum += f64::from(gradient) * f64::from(gradient);
            }
        }
        sums.iter().sum::<f64>().sqrt()
    });
    if norm > f64::from(limit) {
        let scale = (f64::from(limit) / norm) as f32;
        for gradient in gradients.iter_mut() {
            *gradient *= scale;
        }
    }
    norm
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_gradients_are_scaled_and_short_ones_kept() {
        let mut gradients = [3.0, 4.0];
        assert!((clip_norm(&mut gradients, 1.0) - 5.0).abs() < 1e-12);
        assert!((gradients[0] - 0.6).abs() < 1e-6 && (gradients[1] - 0.8).abs() < 1e-6);
        assert!((clip_norm(&mut gradients, 2.0) - 1.0).abs() < 1e-6);
        assert!((gradients[0] - 0.6).abs() < 1e-6);
    }
}
