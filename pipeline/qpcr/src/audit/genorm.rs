//! geNorm (Vandesompele et al. 2002, doi:10.1186/gb-2002-3-7-research0034).

use crate::quantity::regression::{mean, variance};

/// Stability of reference targets.
#[derive(Debug, Clone, PartialEq)]
pub struct GeNorm {
    /// M of each target among all of them, in log2: lower is steadier.
    pub m: Vec<f64>,
    /// Targets from the steadiest to the least steady, the first two being tied.
    pub ranking: Vec<usize>,
    /// Pairwise variation `V_n/n+1` for n from 2 on.
    pub v: Vec<f64>,
}

/// Computes M, the ranking by removal of the worst, and V.
///
/// `log2` has a row a target and a column a sample: the logarithms of relative quantities (or −Cq
/// where efficiencies are 1). `None` of fewer than two targets or samples, or of ragged rows.
#[must_use]
pub fn genorm(log2: &[Vec<f64>]) -> Option<GeNorm> {
    let samples = log2.first()?.len();
    if log2.len() < 2 || samples < 2 || log2.iter().any(|row| row.len() != samples) {
        return None;
    }
    let all: Vec<usize> = (0..log2.len()).collect();
    let m = stability(log2, &all);
    let (mut kept, mut removed) = (all, Vec::new());
    while kept.len() > 2 {
        let m = stability(log2, &kept);
        let worst = (0..kept.len()).max_by(|a, b| m[*a].total_cmp(&m[*b]))?;
        removed.push(kept.remove(worst));
    }
    let ranking: Vec<usize> = kept.into_iter().chain(removed.into_iter().rev()).collect();
    let factor = |n: usize| -> Vec<f64> {
        let of = |j: usize| mean(ranking[..n].iter().map(|i| log2[*i][j])).unwrap_or(0.0);
        (0..samples).map(of).collect()
    };
    let v = (2..ranking.len()).map(|n| deviation(&factor(n), &factor(n + 1))).collect();
    Some(GeNorm { m, ranking, v })
}

/// M of each of these targets: its mean standard deviation of log ratios with the others.
fn stability(log2: &[Vec<f64>], of: &[usize]) -> Vec<f64> {
    let m = |i: &usize| {
        let others = of.iter().filter(|j| *j != i);
        mean(others.map(|j| deviation(&log2[*i], &log2[*j]))).unwrap_or(0.0)
    };
    of.iter().map(m).collect()
}

/// Standard deviation of the differences.
fn deviation(a: &[f64], b: &[f64]) -> f64 {
    let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    variance(&differences).unwrap_or(0.0).sqrt()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Cq of five targets in ten samples (numpy `default_rng(4)`).
    pub(in super::super) const CQ: [[f64; 10]; 5] = [
        [19.37, 18.98, 19.85, 19.18, 21.09, 20.04, 20.12, 21.11, 20.93, 19.86],
        [21.15, 20.92, 21.76, 21.21, 23.25, 22.35, 21.84, 23.48, 22.43, 22.01],
        [17.48, 17.01, 18.31, 17.35, 19.24, 18.25, 17.87, 19.5, 18.29, 17.58],
        [25.87, 23.7, 24.05, 25.78, 25.99, 26.0, 24.5, 25.94, 24.17, 23.44],
        [19.73, 19.77, 21.4, 21.51, 21.73, 21.66, 20.86, 22.06, 20.78, 20.22],
    ];

    pub(in super::super) fn log2() -> Vec<Vec<f64>> {
        CQ.iter().map(|row| row.iter().map(|cq| -cq).collect()).collect()
    }

    #[test]
    fn m_and_v_are_those_of_numpy() {
        let found = genorm(&log2()).unwrap();
        // numpy 2.4.6: M[j] = mean over i != j of std(Y[j] - Y[i], ddof=1); the worst M is removed
        // again and again; V = std(mean(Y[rank[:n]], 0) - mean(Y[rank[:n + 1]], 0), ddof=1).
        let m = [0.621_118_51, 0.572_027_43, 0.541_865_72, 1.044_956_98, 0.718_595_27];
        let v = [0.091_734_991_4, 0.157_367_546_7, 0.200_331_815_0];
        for (ours, numpy) in found.m.iter().zip(m).chain(found.v.iter().zip(v)) {
            assert!((ours - numpy).abs() < 1e-8, "{ours} {numpy}");
        }
        assert_eq!((found.ranking, found.v.len()), (vec![1, 2, 0, 4, 3], 3));
        assert_eq!(genorm(&log2()[..1]), None);
        assert_eq!(genorm(&[]), None);
    }
}
