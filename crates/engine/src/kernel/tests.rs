//! Every kernel of this machine against the reference: all lengths, alignments and extreme values.

use super::{BLOCK, Block, HISTORY, Kernel, MAX_SHIFT, MOST_NGRAMS, Requantizer, blocks};
use crate::format::{Dense, Filter, MAX_NGRAM, SectionKind};
use alloc::vec;
use alloc::vec::Vec;

/// Numbers that are random, or as large as they may be.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn weights(&mut self, count: usize, extreme: bool) -> Vec<u8> {
        (0..count)
            .map(|_| {
                let value = self.next();
                (if extreme { [127i8, -127][value as usize % 2] } else { (value % 255) as i8 }) as u8
            })
            .map(|byte| if byte == 0x80 { 0x81 } else { byte })
            .collect()
    }

    fn inputs(&mut self, count: usize, extreme: bool) -> Vec<i16> {
        (0..count)
            .map(|_| {
                let value = self.next();
                if extreme { [2047, -2047][value as usize % 2] } else { (value % 4095) as i16 - 2047 }
            })
            .collect()
    }
}

fn others() -> impl Iterator<Item = &'static Kernel> {
    Kernel::available().iter().filter(|kernel| kernel.name() != "reference")
}

#[test]
fn the_reference_is_always_there_and_names_differ() {
    let names: Vec<_> = Kernel::available().iter().map(Kernel::name).collect();
    assert_eq!(names.last(), Some(&"reference"));
    for name in &names {
        assert_eq!(Kernel::by_name(name).map(|kernel| kernel.name()), Some(*name));
    }
    assert!(Kernel::by_name("nothing").is_none());
}

#[test]
fn dot_products() {
    let mut numbers = Numbers(1);
    for kernel in others() {
        for extreme in [false, true] {
            let (weights, inputs) = (numbers.weights(330, extreme), numbers.inputs(330, extreme));
            for length in 0..=260 {
                for shift in [0, 1, 3, 31, 64] {
                    let (weights, inputs) = (&weights[shift..shift + length], &inputs[shift..shift + length]);
                    let expected = (Kernel::REFERENCE.dot)(weights, inputs);
                    assert_eq!((kernel.dot)(weights, inputs), expected, "{} of {length}", kernel.name());
                    // Of different lengths the shorter counts.
                    let short = &inputs[..length / 2];
                    assert_eq!((kernel.dot)(weights, short), (Kernel::REFERENCE.dot)(weights, short));
                }
            }
        }
    }
}

#[test]
fn sums_of_rows() {
    let mut numbers = Numbers(2);
    for kernel in others() {
        for width in (2..=260).step_by(2) {
            let rows = numbers.weights(20 * width, width % 4 == 0);
            let ids: Vec<u32> = (0..30).map(|_| numbers.next() as u32 % 22).collect();
            for (name, function, expected) in [
                ("8", kernel.sum_rows_8, Kernel::REFERENCE.sum_rows_8),
                ("4", kernel.sum_rows_4, Kernel::REFERENCE.sum_rows_4),
            ] {
                let (mut found, mut wanted) = (vec![7; width], vec![7; width]);
                function(&rows, &ids, &mut found);
                expected(&rows, &ids, &mut wanted);
                assert_eq!(found, wanted, "{} {name} {width}", kernel.name());
            }
        }
    }
}

#[test]
fn sums_of_many_extreme_rows() {
    for kernel in others() {
        for width in [16, 32, 64, 96, 160] {
            let ids: Vec<u32> = (0..9000).map(|at| at % 2).collect();
            for bytes in [[0x80, 0x80], [0x7f, 0x7f], [0xff, 0xff], [0, 0]] {
                let rows: Vec<u8> = bytes.iter().flat_map(|&byte| vec![byte; width]).collect();
                for (name, function, expected) in [
                    ("8", kernel.sum_rows_8, Kernel::REFERENCE.sum_rows_8),
                    ("4", kernel.sum_rows_4, Kernel::REFERENCE.sum_rows_4),
                ] {
                    let (mut found, mut wanted) = (vec![-5; width], vec![-5; width]);
                    function(&rows, &ids, &mut found);
                    expected(&rows, &ids, &mut wanted);
                    assert_eq!(found, wanted, "{} {name} {width}", kernel.name());
                }
            }
        }
    }
}

#[test]
fn layers() {
    let mut numbers = Numbers(6);
    for inputs in (1..=260).step_by(7).chain([16, 32, 48, 64, 192, 256]) {
        for (count, extreme) in [(1, true), (7, false), (8, true), (15, false), (16, true), (77, false)] {
            let rows: Vec<(i32, Requantizer, Vec<i8>)> = (0..count)
                .map(|_| {
                    let bias = (numbers.next() % (1 << 31)) as i32 - (1 << 30);
                    let shift = 1 + numbers.next() as u32 % MAX_SHIFT;
                    let multiplier = if extreme { i32::MAX } else { numbers.next() as i32 & i32::MAX };
                    let weights = numbers.weights(inputs, extreme).into_iter().map(|byte| byte as i8);
                    (bias, Requantizer { multiplier, shift }, weights.collect())
                })
                .collect();
            let bytes = Dense::write(inputs as u32, &rows);
            let layer = Dense::read(SectionKind::Hidden, &bytes).unwrap();
            let values = numbers.inputs(layer.stride() + 3, extreme);
            for kernel in others() {
                for (shift, first) in [(0, 0), (1, 0), (3, 5)] {
                    let values = &values[shift..shift + layer.stride()];
                    let room = count - first.min(count) + shift;
                    let (mut found, mut wanted) = (vec![3; room], vec![3; room]);
                    (kernel.layer)(&layer, first, values, &mut found);
                    (Kernel::REFERENCE.layer)(&layer, first, values, &mut wanted);
                    assert_eq!(found, wanted, "{} {inputs} x {count} from {first}", kernel.name());
                }
            }
        }
    }
}

#[test]
fn dense_layers() {
    let mut numbers = Numbers(3);
    for kernel in others() {
        for width in [2, 4, 16, 30, 32, 48, 64, 96, 130, 260] {
            for (count, rows) in [(16, 1), (16, 3), (32, 4), (48, 5), (96, 9), (16, 0)] {
                for extreme in [false, true] {
                    let weights = numbers.weights(width * count + 1, extreme);
                    let inputs = numbers.inputs(width * rows + 1, extreme);
                    for shift in [0, 1] {
                        let (weights, inputs) =
                            (&weights[shift..][..width * count], &inputs[shift..][..width * rows]);
                        let mut found: Vec<i32> = (0..count * rows).map(|at| at as i32 - 9).collect();
                        let mut wanted = found.clone();
                        (kernel.dense)(weights, width, inputs, &mut found);
                        (Kernel::REFERENCE.dense)(weights, width, inputs, &mut wanted);
                        assert_eq!(found, wanted, "{} {width} x {count} x {rows}", kernel.name());
                    }
                }
            }
        }
    }
}

#[test]
fn gates() {
    let mut numbers = Numbers(4);
    for kernel in others() {
        for units in (16..=256).step_by(16) {
            for shift in [0, 5, 31] {
                let sums: Vec<i32> = (0..3 * units)
                    .map(|_| match numbers.next() % 4 {
                        0 => i32::MAX,
                        1 => i32::MIN,
                        _ => (numbers.next() % (1 << 20)) as i32 - (1 << 19),
                    })
                    .collect();
                let multipliers: Vec<u8> =
                    (0..3 * units).flat_map(|_| (numbers.next() as i16 & i16::MAX).to_le_bytes()).collect();
                let cell: Vec<i32> = (0..units).map(|_| (numbers.next() % 32_769) as i32 - 16_384).collect();
                let run = |kernel: &Kernel| {
                    let (mut cell, mut state) = (cell.clone(), vec![0; units]);
                    (kernel.gates)(&sums, &multipliers, shift, &mut cell, &mut state);
                    (cell, state)
                };
                let (cell, state) = run(kernel);
                assert_eq!((&cell, &state), (&run(&Kernel::REFERENCE).0, &run(&Kernel::REFERENCE).1));
                assert!(cell.iter().all(|cell| cell.abs() <= 16_384), "a cell never leaves its range");
                assert!(state.iter().all(|state| state.abs() <= 2047));
            }
        }
    }
}

#[test]
fn joined_sums() {
    let mut numbers = Numbers(5);
    for kernel in others() {
        for width in 0..=130 {
            for shift in [1, 20, 40, 62] {
                let by = Requantizer { multiplier: (numbers.next() as i32).abs(), shift };
                let mut sums = |bits: u32| -> Vec<i32> {
                    (0..width).map(|_| (numbers.next() % (1 << bits)) as i32 - (1 << (bits - 1))).collect()
                };
                let (words, characters) = (sums(24), sums(31));
                let (mut found, mut wanted) = (vec![1; width], vec![2; width]);
                (kernel.join)(&words, &characters, by, &mut found);
                (Kernel::REFERENCE.join)(&words, &characters, by, &mut wanted);
                assert_eq!(found, wanted, "{}", kernel.name());
            }
        }
    }
}

#[test]
fn ngrams_of_blocks() {
    type Ngrams = fn(&Block, (u8, u8), &mut [u32]) -> usize;
    let mut numbers = Numbers(7);
    let mut block = Block::EMPTY;
    for round in 0..3000 {
        let dense = round % 4;
        block.used = if round % 3 == 0 { BLOCK } else { numbers.next() as usize % (BLOCK + 1) };
        for at in HISTORY..HISTORY + block.used {
            let inside = numbers.next() % 4 >= dense;
            block.characters[at] = if inside { numbers.next() as u32 % 0x11_0000 } else { super::START };
            block.words |= u64::from(inside) << at;
        }
        let least = 1 + (numbers.next() % u64::from(MAX_NGRAM)) as u8;
        let most = least + (numbers.next() % u64::from(MAX_NGRAM - least + 1)) as u8;
        let run = |function: Ngrams| {
            let mut hashes = vec![0; MOST_NGRAMS];
            let count = function(&block, (least, most), &mut hashes);
            hashes.truncate(count);
            hashes.sort_unstable();
            hashes
        };
        let expected = run(Kernel::REFERENCE.ngrams);
        for kernel in others() {
            assert_eq!(run(kernel.ngrams), expected, "{} {least} to {most} of {}", kernel.name(), block.used);
        }
        assert_eq!(run(blocks::ngrams), expected, "blocks {least} to {most} of {}", block.used);
        block.advance();
    }
}

#[test]
fn known_features() {
    type Known = fn(&Filter<'_>, u32, &[u32], &mut [u32]) -> usize;
    let mut numbers = Numbers(8);
    for segment in [1, 2, 3, 5, 6, 7, 64, 1001] {
        for (wide, owned) in [(false, false), (false, true), (true, false), (true, true)] {
            let size = segment as usize * 3;
            // Few kinds of fingerprints, so that many features are known.
            let prints: Vec<u16> = (0..size).map(|_| numbers.next() as u16 % 4 * 0x4040).collect();
            let owners: Vec<u8> = (0..size).map(|_| (numbers.next() % 3) as u8).collect();
            let seed = numbers.next() as u32;
            let bytes = Filter::write(seed, &prints, wide, owned.then_some(&*owners));
            let filter = Filter::read(&bytes).unwrap();
            let mut hashes: Vec<u32> = (0..200_000).map(|_| numbers.next() as u32).collect();
            hashes.retain(|&hash| filter.row(hash, 77).is_some() || hash.is_multiple_of(8192));
            for length in (0..=hashes.len().min(260)).chain([hashes.len()]) {
                let run = |function: Known| {
                    let mut rows = vec![0; length];
                    let count = function(&filter, 77, &hashes[..length], &mut rows);
                    rows.truncate(count);
                    rows.sort_unstable();
                    rows
                };
                let expected = run(Kernel::REFERENCE.known);
                for kernel in others() {
                    assert_eq!(run(kernel.known), expected, "{} {length} of {segment}", kernel.name());
                }
                assert_eq!(run(blocks::known), expected, "blocks {length} of {segment}");
            }
        }
    }
}
