//! Stopping on Ctrl-C and SIGTERM: between two steps, with everything finished kept.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use crate::error::Error;

static SIGNAL: OnceLock<Arc<AtomicUsize>> = OnceLock::new();

/// Starts to listen; a second Ctrl-C ends the process at once.
pub fn listen() -> std::io::Result<()> {
    let signal = Arc::clone(SIGNAL.get_or_init(Arc::default));
    let pressed = Arc::new(std::sync::atomic::AtomicBool::new(false));
    // The order matters: the shutdown looks at the flag before the press sets it.
    signal_hook::flag::register_conditional_shutdown(
        signal_hook::consts::SIGINT,
        130,
        Arc::clone(&pressed),
    )?;
    signal_hook::flag::register(signal_hook::consts::SIGINT, pressed)?;
    for (number, code) in [(signal_hook::consts::SIGINT, 130), (signal_hook::consts::SIGTERM, 143)]
    {
        signal_hook::flag::register_usize(number, Arc::clone(&signal), code)?;
    }
    Ok(())
}

/// Whether the user asked to stop.
#[must_use]
pub fn requested() -> bool {
    code() != 0
}

/// An error where the user asked to stop.
pub fn check() -> Result<(), Error> {
    match code() {
        0 => Ok(()),
        code => Err(Error::Interrupted(code as u8)),
    }
}

fn code() -> usize {
    SIGNAL.get().map_or(0, |signal| signal.load(Ordering::Relaxed))
}
