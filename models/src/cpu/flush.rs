//! Denormal numbers become zero while a network runs: they are slower by two orders of magnitude.
#![allow(unsafe_code)]

/// Flushes denormal numbers on this thread until it is dropped.
#[derive(Debug)]
pub(super) struct Flush {
    before: Control,
}

#[cfg(target_arch = "x86_64")]
type Control = u32;
#[cfg(not(target_arch = "x86_64"))]
type Control = u64;

impl Flush {
    /// Starts to flush.
    pub(super) fn new() -> Self {
        let before = read();
        write(before | FLUSH);
        Self { before }
    }
}

impl Drop for Flush {
    fn drop(&mut self) {
        write(self.before);
    }
}

/// Flush to zero and denormals are zero, of MXCSR.
#[cfg(target_arch = "x86_64")]
const FLUSH: Control = (1 << 15) | (1 << 6);

#[cfg(target_arch = "x86_64")]
fn read() -> Control {
    let mut control = 0;
    // SAFETY: the instruction writes the four bytes that it is given.
    unsafe {
        std::arch::asm!("stmxcsr [{}]", in(reg) &raw mut control, options(nostack, preserves_flags));
    }
    control
}

#[cfg(target_arch = "x86_64")]
fn write(control: Control) {
    // SAFETY: the value is one that was read, but for the two bits of denormal numbers: rounding and
    // exceptions stay as they are.
    unsafe {
        std::arch::asm!("ldmxcsr [{}]", in(reg) &raw const control, options(nostack, preserves_flags));
    }
}

/// Flush to zero, of FPCR.
#[cfg(not(target_arch = "x86_64"))]
const FLUSH: Control = 1 << 24;

#[cfg(target_arch = "aarch64")]
fn read() -> Control {
    let control;
    // SAFETY: the instruction only reads a register of the processor.
    unsafe { std::arch::asm!("mrs {}, fpcr", out(reg) control, options(nomem, nostack)) }
    control
}

#[cfg(target_arch = "aarch64")]
fn write(control: Control) {
    // SAFETY: the value is one that was read, but for the bit of denormal numbers.
    unsafe { std::arch::asm!("msr fpcr, {}", in(reg) control, options(nomem, nostack)) }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn read() -> Control {
    0
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn write(_: Control) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    #[test]
    fn denormal_numbers_become_zero_and_come_back() {
        let half = |value: f32| std::hint::black_box(value) * std::hint::black_box(0.5);
        assert!(half(f32::MIN_POSITIVE) > 0.0);
        {
            let _flush = Flush::new();
            assert_eq!(half(f32::MIN_POSITIVE), 0.0);
        }
        assert!(half(f32::MIN_POSITIVE) > 0.0);
    }
}
