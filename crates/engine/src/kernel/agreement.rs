//! Every kernel of the machine at hand against the reference: all lengths, alignments and extreme values.
//!
//! The checks need neither an allocator nor a harness, so that they also run where tests cannot: the feature `agreement` has them
//! in [`CHECKS`].

#![allow(clippy::indexing_slicing)] // These are tests: whatever fails must stop the program.

use super::Kernel;
use crate::format::{GROUP, LANES, MAX_ACTIVATION, Requantizer};

/// A check that panics where a kernel computes anything else than the reference.
pub type Check = fn(&Kernel);

/// The list of checks, and a test of each that runs it with every kernel that there is.
macro_rules! checks {
    ($($name:ident),* $(,)?) => {
        /// Every check and its name.
        pub const CHECKS: &[(&str, Check)] = &[$((stringify!($name), $name)),*];

        #[cfg(test)]
        mod tests {
            use super::Kernel;

            $(
                #[test]
                fn $name() {
                    for kernel in Kernel::available() {
                        super::$name(kernel);
                    }
                }
            )*
        }
    };
}

checks!(dot_products, sums_of_rows, dense_layers, gates, joined_sums, pooled_sums, names);

/// The longest row of numbers that is tried.
const LONGEST: usize = 260;
/// Places where numbers may begin: every one in the widest vector register.
const PLACES: usize = 64;

/// How numbers are chosen.
#[derive(Clone, Copy)]
enum Choice {
    Any,
    /// As large as they may be, of either sign.
    Extreme,
    /// As large as they may be, and all of one sign, so that sums are the largest that there can be.
    Largest,
}

const CHOICES: [Choice; 3] = [Choice::Any, Choice::Extreme, Choice::Largest];

struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn number(&mut self, most: i32, choice: Choice) -> i32 {
        let value = self.next();
        match choice {
            Choice::Any => (value % (2 * most as u64 + 1)) as i32 - most,
            Choice::Extreme => [most, -most][value as usize % 2],
            Choice::Largest => most,
        }
    }

    fn weights<const N: usize>(&mut self, choice: Choice) -> [u8; N] {
        core::array::from_fn(|_| self.number(127, choice) as i8 as u8)
    }

    fn inputs<const N: usize>(&mut self, choice: Choice) -> [i16; N] {
        core::array::from_fn(|_| self.number(MAX_ACTIVATION.into(), choice) as i16)
    }
}

fn dot_products(kernel: &Kernel) {
    let mut numbers = Numbers(1);
    for choice in CHOICES {
        let weights: [u8; LONGEST + PLACES] = numbers.weights(choice);
        let inputs: [i16; LONGEST + PLACES] = numbers.inputs(choice);
        for length in 0..=LONGEST {
            for place in 0..PLACES {
                // Neither is aligned as the other is.
                let other = (place * 7 + length) % PLACES;
                let (weights, inputs) = (&weights[place..][..length], &inputs[other..][..length]);
                let expected = (Kernel::REFERENCE.dot)(weights, inputs);
                assert_eq!((kernel.dot)(weights, inputs), expected, "{} of {length}", kernel.name());
                // Of different lengths the shorter counts.
                let short = &inputs[..length / 2];
                assert_eq!((kernel.dot)(weights, short), (Kernel::REFERENCE.dot)(weights, short));
                let short = &weights[..length / 3];
                assert_eq!((kernel.dot)(short, inputs), (Kernel::REFERENCE.dot)(short, inputs));
            }
        }
    }
}

fn sums_of_rows(kernel: &Kernel) {
    const ROWS: usize = 20;
    let mut numbers = Numbers(2);
    for choice in CHOICES {
        let rows: [u8; ROWS * LONGEST + PLACES] = numbers.weights(choice);
        for width in (0..=LONGEST).step_by(2) {
            // Some rows are not there.
            let ids: [u32; 30] = core::array::from_fn(|_| numbers.next() as u32 % (ROWS as u32 + 2));
            let place = numbers.next() as usize % PLACES;
            let rows = &rows[place..][..ROWS * width];
            for (bits, function, expected) in [
                (8, kernel.sum_rows_8, Kernel::REFERENCE.sum_rows_8),
                (4, kernel.sum_rows_4, Kernel::REFERENCE.sum_rows_4),
            ] {
                let (mut found, mut wanted) = ([7; LONGEST + 1], [7; LONGEST + 1]);
                let start = place % 2;
                for count in [ids.len(), 1, 0] {
                    function(rows, &ids[..count], &mut found[start..][..width]);
                    expected(rows, &ids[..count], &mut wanted[start..][..width]);
                    assert_eq!(found, wanted, "{} {bits} bits, {width} numbers", kernel.name());
                }
            }
        }
    }
}

fn dense_layers(kernel: &Kernel) {
    const OUTPUTS: usize = 6 * LANES;
    const MOST: usize = 13 * LANES;
    const ROWS: usize = 9;
    let mut numbers = Numbers(3);
    for choice in CHOICES {
        let weights: [u8; LONGEST * MOST + PLACES] = numbers.weights(choice);
        let inputs: [i16; LONGEST * ROWS + PLACES] = numbers.inputs(choice);
        for width in (0..=LONGEST).step_by(GROUP) {
            for (count, rows) in [
                (16, 1),
                (16, 3),
                (32, 4),
                (48, 5),
                (64, 1),
                (80, 2),
                (112, 1),
                (208, 1),
                (OUTPUTS, ROWS),
                (16, 0),
            ] {
                let (place, other) = (numbers.next() as usize % PLACES, numbers.next() as usize % PLACES);
                let (weights, inputs) =
                    (&weights[place..][..width * count], &inputs[other..][..width * rows]);
                let mut found: [i32; OUTPUTS * ROWS] = core::array::from_fn(|at| at as i32 - 9);
                let mut wanted = found;
                // What lies behind the outputs is left alone.
                (kernel.dense)(weights, width, inputs, &mut found[..count * rows]);
                (Kernel::REFERENCE.dense)(weights, width, inputs, &mut wanted[..count * rows]);
                assert!(found == wanted, "{}: {width} x {count} x {rows}", kernel.name());
            }
        }
    }
}

fn gates(kernel: &Kernel) {
    const UNITS: usize = 256;
    let mut numbers = Numbers(4);
    for units in (16..=UNITS).step_by(16) {
        for shift in [0, 5, 31] {
            let sums: [i32; 3 * UNITS] = core::array::from_fn(|_| match numbers.next() % 4 {
                0 => i32::MAX,
                1 => i32::MIN,
                _ => (numbers.next() % (1 << 20)) as i32 - (1 << 19),
            });
            // Two bytes each, of numbers that are not below 0.
            let multipliers: [u8; 6 * UNITS] =
                core::array::from_fn(|at| numbers.next() as u8 & if at % 2 == 1 { 0x7f } else { 0xff });
            let cell: [i32; UNITS] = core::array::from_fn(|_| (numbers.next() % 32_769) as i32 - 16_384);
            let run = |kernel: &Kernel| {
                let (mut cell, mut state) = (cell, [0; UNITS]);
                let (sums, multipliers) = (&sums[..3 * units], &multipliers[..6 * units]);
                (kernel.gates)(sums, multipliers, shift, &mut cell[..units], &mut state[..units]);
                (cell, state)
            };
            let (cell, state) = run(kernel);
            assert!((cell, state) == run(&Kernel::REFERENCE), "{} of {units}", kernel.name());
            assert!(cell.iter().all(|cell| cell.abs() <= 16_384), "a cell never leaves its range");
            assert!(state.iter().all(|state| state.abs() <= MAX_ACTIVATION));
        }
    }
}

fn joined_sums(kernel: &Kernel) {
    const WIDTH: usize = 130;
    let mut numbers = Numbers(5);
    for width in 0..=WIDTH {
        for shift in [1, 20, 40, 62] {
            let by = Requantizer { multiplier: (numbers.next() as i32).abs(), shift };
            let mut sums = |bits: u32| -> [i32; WIDTH] {
                core::array::from_fn(|_| (numbers.next() % (1 << bits)) as i32 - (1 << (bits - 1)))
            };
            let (words, characters) = (sums(24), sums(31));
            let (mut found, mut wanted) = ([1; WIDTH], [1; WIDTH]);
            (kernel.join)(&words[..width], &characters[..width], by, &mut found[..width]);
            (Kernel::REFERENCE.join)(&words[..width], &characters[..width], by, &mut wanted[..width]);
            assert!(found == wanted, "{} of {width}", kernel.name());
        }
    }
}

fn pooled_sums(kernel: &Kernel) {
    const WIDTH: usize = 130;
    let mut numbers = Numbers(6);
    for width in 0..=WIDTH {
        for shift in [1, 20, 40] {
            let mut sums = || -> [i32; WIDTH] {
                core::array::from_fn(|_| (numbers.next() % (1 << 29)) as i32 - (1 << 28))
            };
            let sums = [sums(), sums(), sums()];
            let sums = sums.each_ref().map(|sums| &sums[..width]);
            let factors = [0, i32::MAX, (numbers.next() as i32) & i32::MAX];
            let (mut found, mut wanted) = ([1; WIDTH], [1; WIDTH]);
            // What lies behind the sums is left alone.
            (kernel.pool)(sums, factors, shift, &mut found);
            (Kernel::REFERENCE.pool)(sums, factors, shift, &mut wanted);
            assert!(found == wanted, "{} of {width}", kernel.name());
            (kernel.rectify)(sums[0], &mut found);
            (Kernel::REFERENCE.rectify)(sums[0], &mut wanted);
            assert!(found == wanted, "{} of {width}", kernel.name());
        }
    }
    let (mut found, mut wanted) = ([0; 8], [0; 8]);
    let values = [i32::MIN, -1, 0, 1, 2046, 2047, 2048, i32::MAX];
    (kernel.rectify)(&values, &mut found);
    (Kernel::REFERENCE.rectify)(&values, &mut wanted);
    assert!(found == wanted, "{}", kernel.name());
}

fn names(kernel: &Kernel) {
    assert_eq!(Kernel::available().last().map(Kernel::name), Some("reference"));
    let same = Kernel::available().iter().filter(|other| other.name() == kernel.name());
    assert_eq!(same.count(), 1, "names differ");
    assert_eq!(Kernel::by_name(kernel.name()).map(|found| found.name()), Some(kernel.name()));
    assert!(Kernel::by_name("nothing").is_none());
}
