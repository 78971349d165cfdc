//! Any bytes: refused, or opened and run.

#![no_main]

mod attack;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| attack::open(bytes));
