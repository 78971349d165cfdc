//! Understands text on a Cortex-M4F: the model stays in flash, the engine computes in static memory, and nothing is allocated.
//!
//! The texts are those that every model file records with its answers; each must be answered as recorded, bit for bit.

#![no_std]
#![no_main]
#![deny(unsafe_code)]

use core::fmt::Write as _;
use core::mem::MaybeUninit;
use cortex_m_rt::entry;
use stonechat_cortex_m::{Console, Counter, Usage, finish};
use stonechat_engine::{Engine, Kernel, Model, verify_engine};

/// The model file, in flash.
static MODEL: &[u8] = include_bytes!(env!("STONECHAT_MODEL_FILE"));

/// Bytes that its engine needs, as `build.rs` found out.
const MEMORY: usize = bytes(env!("STONECHAT_MEMORY"));

/// Answers that are shown; of the others only what they took.
const SHOWN: u64 = 3;

const fn bytes(digits: &str) -> usize {
    match usize::from_str_radix(digits, 10) {
        Ok(bytes) => bytes,
        Err(_) => panic!("no number"),
    }
}

#[entry]
fn main() -> ! {
    finish(run())
}

fn run() -> Result<(), &'static str> {
    let mut console = Console::new();
    let memory = cortex_m::singleton!(: [MaybeUninit<u8>; MEMORY] = [MaybeUninit::uninit(); MEMORY]);
    let memory = memory.ok_or("the memory is taken")?;
    let timer = cortex_m::Peripherals::take().ok_or("the timer is taken")?.SYST;
    let mut counter = Counter::new(timer);

    let (model, opening) = counter.count(|| Model::open(MODEL));
    let model = model.map_err(|_| "the model is refused")?;
    let mut engine =
        Engine::in_memory(&model, Kernel::REFERENCE, memory).map_err(|_| "the memory is too short")?;

    let (mut count, mut characters) = (0, 0);
    let (mut least, mut most, mut all) = (u64::MAX, 0, 0);
    for recorded in model.recorded().iter() {
        let (answer, taken) = counter.count(|| engine.predict(recorded.text));
        if count < SHOWN {
            let _ = writeln!(
                console,
                "\"{}\": {} {} at {}, {taken} instructions",
                recorded.text,
                answer.decision().name(),
                answer.label().name,
                answer.confidence()
            );
            for slot in answer.slots() {
                let _ = writeln!(console, "  {} = \"{}\"", slot.name, slot.text);
            }
        }
        (least, most, all) = (taken.min(least), taken.max(most), all + taken);
        count += 1;
        characters += recorded.text.chars().count();
    }
    let mean = all / count.max(1);
    let verified = verify_engine(&mut engine).map_err(|_| "an answer is not as recorded")?;
    counter.stop();

    let usage = Usage::now();
    let program = usage.flash - MODEL.len();
    let _ = writeln!(console, "verified: {verified} recorded answers, bit for bit");
    let _ = writeln!(
        console,
        "flash: {} bytes, of these {program} program and {} model",
        usage.flash,
        MODEL.len()
    );
    let _ = writeln!(
        console,
        "memory: {} bytes, of these {} static, {MEMORY} of them the engine's, and {} stack at the deepest",
        usage.statics + usage.stack,
        usage.statics,
        usage.stack
    );
    let _ = writeln!(console, "opening: {opening} instructions");
    let _ = writeln!(
        console,
        "answer: {mean} instructions on average, {least} at the least, {most} at the most, of {count} texts of {} characters on average",
        characters / count.max(1) as usize
    );
    Ok(())
}
