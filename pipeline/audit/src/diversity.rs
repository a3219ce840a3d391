//! How many kinds there are, and how evenly records spread over them.

/// Diversity of order q, the number of equally common kinds that would be as diverse: the count of
/// kinds at q = 0, exp(Shannon entropy) at q = 1, the inverse Simpson index at q = 2 (Hill 1973,
/// doi:10.2307/1934352).
///
/// Kinds without a record do not count; 0 where there is no record.
#[must_use]
pub fn hill(counts: &[usize], q: f64) -> f64 {
    let total: usize = counts.iter().sum();
    let shares = || counts.iter().filter(|c| **c > 0).map(|c| *c as f64 / total as f64);
    if total == 0 {
        0.0
    } else if (q - 1.0).abs() < 1e-9 {
        shares().map(|p| -p * p.ln()).sum::<f64>().exp()
    } else {
        shares().map(|p| p.powf(q)).sum::<f64>().powf(1.0 / (1.0 - q))
    }
}

/// Share of the population that belongs to the kinds seen, 1 - f1/n with f1 kinds seen once (Good
/// 1953, doi:10.1093/biomet/40.3-4.237). `None` where there is no record.
#[must_use]
pub fn coverage(counts: &[usize]) -> Option<f64> {
    let total: usize = counts.iter().sum();
    let once = counts.iter().filter(|c| **c == 1).count();
    (total > 0).then(|| 1.0 - once as f64 / total as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) -> bool {
        (found - expected).abs() < 5e-3
    }

    #[test]
    fn equal_kinds_count_whole() {
        for q in [0.0, 1.0, 2.0, 3.5] {
            assert!((hill(&[5, 5, 5, 0], q) - 3.0).abs() < 1e-12, "order {q}");
        }
        assert!(hill(&[], 1.0).abs() < 1e-15 && (hill(&[7], 2.0) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn human_gene_families() {
        // Classes of the human gene families; 6.16 and 5.47 as published with that data's audit.
        let counts = [531, 534, 349, 672, 711, 240, 1343];
        assert!((hill(&counts, 0.0) - 7.0).abs() < 1e-12);
        assert!(close(hill(&counts, 1.0), 6.16), "{}", hill(&counts, 1.0));
        assert!(close(hill(&counts, 2.0), 5.47), "{}", hill(&counts, 2.0));
    }

    #[test]
    fn coverage_by_hand() {
        assert_eq!(coverage(&[3, 1, 1]), Some(0.6));
        assert_eq!(coverage(&[0]), None);
    }
}
