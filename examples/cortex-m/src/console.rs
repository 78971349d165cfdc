//! Text for the emulator.

use core::fmt::{self, Write};
use core::panic::PanicInfo;
use cortex_m_semihosting::debug::{EXIT_FAILURE, EXIT_SUCCESS, exit};
use cortex_m_semihosting::hio::{self, HostStream};

const SIZE: usize = 512;

/// Gathers text, because each call of the emulator stops the processor.
pub struct Console {
    host: Option<HostStream>,
    waiting: [u8; SIZE],
    count: usize,
}

impl Console {
    /// The standard output of the emulator.
    #[must_use]
    pub fn new() -> Self {
        Self { host: hio::hstdout().ok(), waiting: [0; SIZE], count: 0 }
    }

    fn flush(&mut self) {
        if let Some(host) = &mut self.host {
            let _ = host.write_all(self.waiting.get(..self.count).unwrap_or_default());
        }
        self.count = 0;
    }
}

impl Default for Console {
    fn default() -> Self {
        Self::new()
    }
}

impl Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for &byte in text.as_bytes() {
            if self.count == SIZE {
                self.flush();
            }
            if let Some(place) = self.waiting.get_mut(self.count) {
                *place = byte;
                self.count += 1;
            }
        }
        Ok(())
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.flush();
    }
}

/// Ends the emulator, with exit code 0 if all went well, else with 1 and the reason.
pub fn finish(done: Result<(), impl fmt::Display>) -> ! {
    let code = match done {
        Ok(()) => EXIT_SUCCESS,
        Err(error) => {
            let _ = writeln!(Console::new(), "failed: {error}");
            EXIT_FAILURE
        }
    };
    loop {
        exit(code);
    }
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    finish(Err(info))
}
