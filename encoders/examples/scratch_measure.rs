//! x
#![allow(clippy::all, clippy::pedantic, clippy::unwrap_used, clippy::print_stdout)]
use cistron_encoders::{Alphabet, sketch::*};
use std::time::Instant;
fn cpu() -> f64 {
    let s = std::fs::read_to_string("/proc/self/stat").unwrap();
    let f: Vec<&str> = s.rsplit(')').next().unwrap().split_whitespace().collect();
    (f[11].parse::<f64>().unwrap() + f[12].parse::<f64>().unwrap()) / 100.0
}
fn rss() -> String {
    std::fs::read_to_string("/proc/self/status")
        .unwrap()
        .lines()
        .find(|l| l.starts_with("VmHWM"))
        .unwrap()
        .to_owned()
}
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let text: Vec<Vec<u8>> = if args[1] == "family" {
        // n mutated copies of one gene: the worst case
        let n: usize = args[2].parse().unwrap();
        let rate: u64 = args[3].parse().unwrap();
        let mut x = 1u64;
        let mut r = move || {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            x
        };
        let a: Vec<u8> = (0..1200).map(|_| b"ACGT"[(r() >> 20) as usize % 4]).collect();
        (0..n)
            .map(|_| {
                a.iter()
                    .map(|&b| {
                        if (r() >> 20) % rate == 0 { b"ACGT"[(r() >> 20) as usize % 4] } else { b }
                    })
                    .collect()
            })
            .collect()
    } else if args[1] == "random" {
        let n: usize = args[2].parse().unwrap();
        let l: usize = args[3].parse().unwrap();
        let mut x = 1u64;
        let mut r = move || {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            x
        };
        (0..n).map(|_| (0..l).map(|_| b"ACGT"[(r() >> 20) as usize % 4]).collect()).collect()
    } else {
        std::fs::read_to_string(&args[1])
            .unwrap()
            .lines()
            .skip(1)
            .map(|l| l.split('\t').next().unwrap().as_bytes().to_vec())
            .collect()
    };
    let views: Vec<&[u8]> = text.iter().map(|v| v.as_slice()).collect();
    println!(
        "{} sequences {} bases {}",
        views.len(),
        views.iter().map(|v| v.len()).sum::<usize>(),
        rss()
    );
    let (t, c) = (Instant::now(), cpu());
    let lap = |what: &str, t: &mut Instant, c: &mut f64| {
        println!("{what}: wall {:.2} cpu {:.2} {}", t.elapsed().as_secs_f64(), cpu() - *c, rss());
        *t = Instant::now();
        *c = cpu();
    };
    let (mut t, mut c) = (t, c);
    let sets = KmerSets::build(&views, Alphabet::Dna, 15).unwrap();
    lap("sets", &mut t, &mut c);
    for th in [0.2, 0.5] {
        let cl = cluster(&sets, th).unwrap();
        lap(&format!("cluster {th}: {} ignored {}", cl.count, cl.ignored_kmers), &mut t, &mut c);
        let parts: Vec<_> = cl.cluster_of.iter().map(|x| Some((x % 5) as u8)).collect();
        let ck = cross_pairs(&sets, &parts, th).unwrap();
        lap(
            &format!(
                "cross: pairs {} clean {} notass {} max {:?}",
                ck.pairs,
                ck.is_clean(),
                ck.not_assessable,
                ck.containment.iter().flatten().cloned().fold(0.0, f64::max)
            ),
            &mut t,
            &mut c,
        );
    }
    let parts: Vec<_> = (0..views.len()).map(|i| Some((i % 5) as u8)).collect();
    let ck = cross_pairs(&sets, &parts, 0.2).unwrap();
    lap(&format!("random cross: pairs {} records {}", ck.pairs, ck.records), &mut t, &mut c);
    let index = Index::build(&sets);
    lap("index", &mut t, &mut c);
    let near = index.nearest_all(&views, Denominator::Query);
    lap(
        &format!("nearest {}", near.iter().flatten().filter(|n| n.containment == 1.0).count()),
        &mut t,
        &mut c,
    );
    let bytes = index.to_bytes();
    lap(&format!("bytes {}", bytes.len()), &mut t, &mut c);
    let back = Index::from_bytes(&bytes).unwrap();
    lap(&format!("read {}", back == index), &mut t, &mut c);
}
