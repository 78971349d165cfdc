//! How many instructions something takes, counted by the system timer.
//!
//! The timer counts processor cycles. An emulator that is told to take the same time for each instruction (`-icount shift=0`) makes them
//! instructions; how many there are for one count is found by a loop of known length.

use cortex_m::asm;
use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;

/// The largest count of the timer.
const MOST: u32 = 0x00ff_ffff;
/// Instructions of the known loop.
const KNOWN: u32 = 4_000_000;

/// Counts instructions.
pub struct Counter {
    timer: SYST,
    /// Counts of the timer for [`KNOWN`] instructions.
    known: u32,
}

impl Counter {
    /// Starts the timer and finds out what it counts.
    #[must_use]
    pub fn new(mut timer: SYST) -> Self {
        timer.set_clock_source(SystClkSource::Core);
        timer.set_reload(MOST);
        timer.clear_current();
        timer.enable_counter();
        let mut counter = Self { timer, known: 1 };
        // Two instructions a round.
        let (_, known) = counter.counts(|| asm::delay(KNOWN));
        counter.known = known.max(1);
        counter
    }

    /// Does something. Returns what it gives and how many instructions it took, up to about 600 million.
    pub fn count<T>(&mut self, what: impl FnOnce() -> T) -> (T, u64) {
        let (given, counts) = self.counts(what);
        (given, u64::from(counts) * u64::from(KNOWN) / u64::from(self.known))
    }

    fn counts<T>(&mut self, what: impl FnOnce() -> T) -> (T, u32) {
        let start = SYST::get_current();
        let given = what();
        // It counts down.
        (given, start.wrapping_sub(SYST::get_current()) & MOST)
    }

    /// Stops the timer.
    pub fn stop(mut self) {
        self.timer.disable_counter();
    }
}
