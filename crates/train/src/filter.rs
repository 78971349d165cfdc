//! Builds the filter of known features (Graf and Lemire, "Xor Filters", JEA 2020).

use stonechat_engine::format::Filter;

/// The section of a filter that admits these feature hashes, and others once in 256 times. Hashes may repeat.
pub(crate) fn build(hashes: &[u32]) -> Vec<u8> {
    let mut hashes = hashes.to_vec();
    hashes.sort_unstable();
    hashes.dedup();
    let mut segment = (hashes.len() as u64 * 123 / 300 + 11) as u32;
    for seed in 0u32.. {
        // A seed fails rarely when there are many hashes and sometimes when there are few; room helps the few.
        if seed % 64 == 63 {
            segment += segment / 16 + 1;
        }
        if let Some(fingerprints) = try_build(&hashes, seed, segment) {
            return Filter::write(seed, &fingerprints);
        }
    }
    Vec::new()
}

/// Peels the hypergraph: a place that only one hash uses settles that hash, which frees its other places.
fn try_build(hashes: &[u32], seed: u32, segment: u32) -> Option<Vec<u8>> {
    let size = segment as usize * 3;
    let mut counts = vec![0u32; size];
    let mut indices = vec![0u32; size];
    let places = |hash: u32| Filter::places(hash, seed, segment);
    for (index, &hash) in hashes.iter().enumerate() {
        for place in places(hash).0 {
            counts[place as usize] += 1;
            indices[place as usize] ^= index as u32;
        }
    }
    let mut single: Vec<u32> = (0..size as u32).filter(|&place| counts[place as usize] == 1).collect();
    let mut settled = Vec::with_capacity(hashes.len());
    while let Some(place) = single.pop() {
        if counts[place as usize] != 1 {
            continue;
        }
        let index = indices[place as usize];
        settled.push((index, place));
        for other in places(hashes[index as usize]).0 {
            counts[other as usize] -= 1;
            indices[other as usize] ^= index;
            if counts[other as usize] == 1 {
                single.push(other);
            }
        }
    }
    if settled.len() < hashes.len() {
        return None;
    }
    let mut fingerprints = vec![0u8; size];
    for &(index, place) in settled.iter().rev() {
        let (three, fingerprint) = places(hashes[index as usize]);
        let value = three.iter().fold(fingerprint, |x, &other| x ^ fingerprints[other as usize]);
        fingerprints[place as usize] ^= value;
    }
    Some(fingerprints)
}
