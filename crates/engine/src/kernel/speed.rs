//! How much faster each kernel is than the reference on the matrix part of an answer:
//! `cargo test --release -p stonechat-engine --lib -- --ignored --nocapture matrix_part`.

#![allow(clippy::float_arithmetic)] // Of times, not of answers.

extern crate std;

use super::{Kernel, MAX_ACTIVATION, Requantizer};
use crate::format::{Dense, SectionKind};
use alloc::vec;
use alloc::vec::Vec;
use std::hint::black_box;
use std::println;
use std::time::Instant;

/// Numbers of a row, of the hidden layer and of the labels: those of a model of banking77 of 2 MB.
const SHAPE: [usize; 3] = [64, 192, 77];
/// Answers of a round, and rounds of two kernels in turn.
const ANSWERS: usize = 100;
const ROUNDS: usize = 301;

fn layer(inputs: usize, outputs: usize) -> Vec<u8> {
    let scale = Requantizer { multiplier: 1 << 30, shift: 40 };
    let weights = |row: usize| {
        (0..inputs).map(move |at| ((row * 31 + at * 17) % 255) as i8).map(|weight| weight.max(-127))
    };
    let rows: Vec<_> = (0..outputs).map(|row| (row as i32, scale, weights(row).collect())).collect();
    Dense::write(inputs as u32, &rows)
}

/// Two lines a kernel, each `measured`, a name, a number and its unit: the time of both layers, and how many times as long the
/// reference takes, the median of neighbouring rounds.
#[test]
#[ignore = "measures, and prints what it measured"]
fn matrix_part() {
    let [dim, hidden, labels] = SHAPE;
    // Weights begin at a multiple of 64 bytes, as in a file that is mapped.
    let mut room = vec![0u8; 1 << 16];
    let mut at = room.as_ptr().align_offset(64);
    let mut lay = |bytes: Vec<u8>| {
        let from = at;
        room[from..from + bytes.len()].copy_from_slice(&bytes);
        at = from + bytes.len().next_multiple_of(64);
        from..from + bytes.len()
    };
    let places = [lay(layer(dim, hidden)), lay(layer(hidden, labels))];
    let [first, second] = places.map(|place| Dense::read(SectionKind::Hidden, &room[place]).unwrap());
    let inputs: Vec<i16> = (0..dim).map(|at| (at as i16 * 37) % MAX_ACTIVATION - 900).collect();
    let (mut middle, mut sums) = (vec![0i16; hidden], vec![0; hidden]);
    let mut round = |kernel: &Kernel| {
        let start = Instant::now();
        for _ in 0..ANSWERS {
            let values = kernel.layer(black_box(&first), black_box(&inputs), &mut sums);
            (kernel.rectify)(values, &mut middle);
            black_box(kernel.layer(black_box(&second), black_box(&middle), &mut sums));
        }
        start.elapsed().as_secs_f64() * 1e9 / ANSWERS as f64
    };
    let middle_one = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    for kernel in Kernel::available() {
        let pairs: Vec<(f64, f64)> =
            (0..ROUNDS).map(|_| (round(kernel), round(&Kernel::REFERENCE))).collect();
        let ratio = middle_one(pairs.iter().map(|(own, reference)| reference / own).collect());
        let own = middle_one(pairs.iter().map(|&(own, _)| own).collect());
        println!("measured matrix-part-{} {own:.1} ns", kernel.name());
        println!("measured matrix-part-ratio-{} {ratio:.2} times", kernel.name());
    }
}
