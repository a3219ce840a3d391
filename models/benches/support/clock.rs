//! Wall and processor time of a step that is repeated.

use std::fs;
use std::time::{Duration, Instant};

/// What a step was measured to take.
pub struct Measured {
    /// Seconds of the median step.
    #[allow(dead_code, reason = "one of the benchmarks reports it")]
    pub wall: f64,
    /// Processor seconds of the mean step, all threads together.
    pub cpu: f64,
}

/// Processor time of all threads of this process, in seconds, where Linux tells it.
fn processor_seconds() -> Option<f64> {
    let mut nanoseconds = 0_u64;
    for task in fs::read_dir("/proc/self/task").ok()? {
        let text = fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        nanoseconds += text.split(' ').next()?.parse::<u64>().ok()?;
    }
    Some(nanoseconds as f64 / 1e9)
}

/// Repeats `step`, which is given its number, for `seconds`, after three steps that do not count.
///
/// Where the system does not tell the processor time, it is taken as the wall time of all `threads`.
pub fn measure(seconds: f64, threads: usize, mut step: impl FnMut(usize)) -> Measured {
    (0..3).for_each(&mut step);
    let (start, cpu) = (Instant::now(), processor_seconds());
    let mut times: Vec<Duration> = Vec::new();
    while start.elapsed().as_secs_f64() < seconds || times.len() < 3 {
        let begin = Instant::now();
        step(times.len());
        times.push(begin.elapsed());
    }
    let elapsed = start.elapsed().as_secs_f64() * threads as f64;
    let spent = processor_seconds().zip(cpu).map_or(elapsed, |(end, begin)| end - begin);
    times.sort();
    Measured { wall: times[times.len() / 2].as_secs_f64(), cpu: spent / times.len() as f64 }
}
