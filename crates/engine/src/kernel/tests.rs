//! What kernels compute of whole layers, blocks of characters and filters, against the reference; their plain sums are held in
//! `agreement.rs`, which needs no allocator.

use super::{BLOCK, Block, HISTORY, Kernel, MAX_SHIFT, MOST_NGRAMS, Requantizer, blocks, requantize};
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
    for inputs in (1..=260).step_by(7).chain([16, 32, 48, 64, 192, 256, 4096]) {
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
            let values = numbers.inputs(layer.width() + 3, extreme);
            // By hand, row by row.
            let by_hand = |values: &[i16]| -> Vec<i32> {
                let output = |(bias, scale, weights): &(i32, Requantizer, Vec<i8>)| {
                    let products = weights.iter().zip(values).map(|(&w, &v)| i32::from(w) * i32::from(v));
                    let value = requantize(products.sum::<i32>() + bias, *scale);
                    value.clamp(i32::MIN.into(), i32::MAX.into()) as i32
                };
                rows.iter().map(output).collect()
            };
            for kernel in Kernel::available() {
                for shift in [0, 1, 3] {
                    let values = &values[shift..shift + layer.width()];
                    let mut sums = vec![3; layer.sums() + 1];
                    assert_eq!(
                        kernel.layer(&layer, values, &mut sums),
                        by_hand(values),
                        "{} {inputs} x {count}",
                        kernel.name()
                    );
                }
                assert_eq!(kernel.layer(&layer, &values, &mut vec![3; layer.sums() - 1]), []);
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
