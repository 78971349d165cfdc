//! Any bytes whose checksums are made right first: the deeper checks refuse them, or they open and run.

#![no_main]

mod attack;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut bytes = bytes.to_vec();
    attack::frame::restate_length(&mut bytes);
    attack::frame::restamp(&mut bytes);
    attack::open(&bytes);
});
