//! What makes one file of another that is nearly the same: the module without SIMD differs little from the one with it, so the
//! package has one of them whole. `bindings/web/src/patch.js` applies it.
//!
//! A patch is numbers in LEB128, each step three of them: how many bytes to take from the patch, how many to copy from the other
//! file, and how far the copy begins behind the end of the one before (zigzag: 0, -1, 1, -2, …). All taken bytes stand behind the
//! steps; the number of steps comes first.

use std::collections::HashMap;

/// Shorter copies cost more than they save.
const SHORTEST: usize = 8;

/// The patch that makes `target` of `base`.
pub(super) fn make(base: &[u8], target: &[u8]) -> Vec<u8> {
    let mut places: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for (at, window) in base.windows(SHORTEST).enumerate() {
        places.entry(window).or_default().push(at);
    }
    let same = |from: usize, at: usize| {
        base.iter().skip(from).zip(target.iter().skip(at)).take_while(|(a, b)| a == b).count()
    };
    let (mut steps, mut taken) = (Vec::new(), Vec::new());
    let (mut at, mut expected, mut waiting) = (0, 0, 0);
    while at < target.len() {
        let window = target.get(at..at + SHORTEST);
        // Where the last copy would go on after as many bytes as were taken, a short one is cheap.
        let next = expected + waiting;
        let known = window.and_then(|window| places.get(window)).map_or(&[][..], Vec::as_slice);
        let candidates = known.iter().copied().take(64).chain([next]);
        let best = candidates
            .map(|from| (same(from, at), from))
            .max_by_key(|&(length, from)| (length, from == next));
        let enough = |&(length, from): &(usize, usize)| length >= if from == next { 4 } else { SHORTEST };
        match best.filter(enough) {
            Some((length, from)) => {
                steps.push((waiting, length, from as i64 - expected as i64));
                (at, expected, waiting) = (at + length, from + length, 0);
            }
            None => {
                taken.push(target[at]);
                (at, waiting) = (at + 1, waiting + 1);
            }
        }
    }
    steps.push((waiting, 0, 0));
    let mut out = Vec::new();
    put(&mut out, steps.len() as u64);
    // Alike numbers stand together: they compress better.
    steps.iter().for_each(|step| put(&mut out, step.0 as u64));
    steps.iter().for_each(|step| put(&mut out, step.1 as u64));
    steps.iter().for_each(|step| put(&mut out, ((step.2 << 1) ^ (step.2 >> 63)) as u64));
    out.extend(taken);
    out
}

fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 128 {
        out.push(number as u8 | 128);
        number >>= 7;
    }
    out.push(number as u8);
}

/// What a patch makes, as `patch.js` does it; none if it is not one.
pub(super) fn apply(base: &[u8], patch: &[u8]) -> Option<Vec<u8>> {
    let mut at = 0;
    let mut number = || {
        let (mut value, mut shift) = (0_u64, 0);
        loop {
            let byte = *patch.get(at)?;
            at += 1;
            value |= u64::from(byte & 127).checked_shl(shift)?;
            shift += 7;
            if byte < 128 {
                return Some(value);
            }
        }
    };
    let count = number()? as usize;
    let mut column = || (0..count).map(|_| number()).collect::<Option<Vec<u64>>>();
    let (takes, copies, jumps) = (column()?, column()?, column()?);
    let mut rest = patch.get(at..)?;
    let (mut out, mut from) = (Vec::new(), 0_i64);
    for ((take, copy), jump) in takes.into_iter().zip(copies).zip(jumps) {
        out.extend(rest.split_off(..take as usize)?);
        from += (jump >> 1) as i64 ^ -((jump & 1) as i64);
        let start = usize::try_from(from).ok()?;
        out.extend(base.get(start..start.checked_add(copy as usize)?)?);
        from += copy as i64;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_makes_the_other_file() {
        let base: Vec<u8> = (0..5000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 9) as u8).collect();
        let mut changed = base.clone();
        changed[100] ^= 1;
        changed.drain(2000..2100);
        changed.splice(3000..3000, [1, 2, 3, 4, 5]);
        let swapped = [&base[3000..], &base[..3000]].concat();
        for target in [&base[..], &changed, &swapped, &base[..7], &[], &[0; 300]] {
            let patch = make(&base, target);
            assert_eq!(apply(&base, &patch).as_deref(), Some(target));
            assert!(target.len() < 400 || patch.len() < 60, "{} bytes", patch.len());
        }
        assert_eq!(apply(&base, &[3, 255]), None);
    }
}
