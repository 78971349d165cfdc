//! Builds the filter of known features (Graf and Lemire, "Xor Filters", JEA 2020), and gives each a place of its own
//! (Botelho, Pagh and Ziviani, "Simple and Space-Efficient Minimal Perfect Hash Functions", WADS 2007).

use stonechat_engine::format::Filter;

/// A filter of known features.
pub(crate) struct Known {
    seed: u32,
    fingerprints: Vec<u16>,
    owners: Vec<u8>,
    /// The place that each hash owns, in the order given to [`Known::new`].
    pub(crate) places: Vec<u32>,
}

impl Known {
    /// How many places a filter of so many hashes has, when the first seeds do.
    pub(crate) const fn size(hashes: usize) -> usize {
        (hashes * 123 / 300 + 11) * 3
    }

    /// A filter that admits these hashes, all different, and others once in 256 times, or 65,536 if its section is wide.
    pub(crate) fn new(hashes: &[u32]) -> Self {
        let mut segment = (Self::size(hashes.len()) / 3) as u32;
        let mut seed = 0u32;
        loop {
            if let Some(known) = Self::build(hashes, seed, segment) {
                return known;
            }
            // A seed fails rarely when there are many hashes and sometimes when there are few; room helps the few.
            seed += 1;
            if seed.is_multiple_of(64) {
                segment += segment / 16 + 1;
            }
        }
    }

    /// How many places there are: a multiple of 3.
    pub(crate) fn len(&self) -> usize {
        self.fingerprints.len()
    }

    /// The section of the file; `owned` says whether each feature gets the table row of its place, `wide` whether fingerprints
    /// have 16 bits and not 8.
    pub(crate) fn section(&self, owned: bool, wide: bool) -> Vec<u8> {
        Filter::write(self.seed, &self.fingerprints, wide, owned.then_some(&self.owners))
    }

    /// Peels the hypergraph: a place that only one hash uses settles that hash, which frees its other places.
    fn build(hashes: &[u32], seed: u32, segment: u32) -> Option<Self> {
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
        let mut known =
            Self { seed, fingerprints: vec![0; size], owners: vec![0; size], places: vec![0; hashes.len()] };
        // In reverse, each hash finds its own place still free, and sets it so that the three add up.
        for &(index, place) in settled.iter().rev() {
            let (three, fingerprint) = places(hashes[index as usize]);
            let (mut print, mut owner) = (fingerprint, 0);
            for other in three.into_iter().filter(|&other| other != place) {
                print ^= known.fingerprints[other as usize];
                owner += known.owners[other as usize];
            }
            let which = three.iter().position(|&other| other == place).unwrap_or(0) as u8;
            known.fingerprints[place as usize] = print;
            known.owners[place as usize] = (which + 6 - owner) % 3;
            known.places[index as usize] = place;
        }
        Some(known)
    }
}
