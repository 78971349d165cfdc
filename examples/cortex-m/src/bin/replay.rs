//! Replays the suite of `STONECHAT_SUITE`, which lies in flash: what `cargo xtask everywhere` holds against other targets.

#![no_std]
#![no_main]
#![deny(unsafe_code)]

use core::fmt::Write as _;
use core::mem::MaybeUninit;
use cortex_m_rt::entry;
use stonechat_cortex_m::{Console, Usage, finish};
use stonechat_engine::Kernel;

static SUITE: &[u8] = include_bytes!(env!("STONECHAT_SUITE_FILE"));

/// Enough for the largest of the golden models, which is made for larger machines.
const MEMORY: usize = 1 << 20;

#[entry]
fn main() -> ! {
    finish(run())
}

fn run() -> Result<(), stonechat_replay::Failed> {
    let mut console = Console::new();
    let Some(memory) = cortex_m::singleton!(: [MaybeUninit<u8>; MEMORY] = [MaybeUninit::uninit(); MEMORY])
    else {
        return Ok(());
    };
    stonechat_replay::replay(SUITE, Kernel::detect(), memory, &mut console)?;
    let _ = writeln!(console, "stack {} bytes at the deepest", Usage::now().stack);
    Ok(())
}
