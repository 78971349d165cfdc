//! The filter admits everything that was seen, and one in 256 of the rest.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use stonechat_engine::format::Filter;
use stonechat_engine::text::features;
use stonechat_engine::{Engine, Model};
use support::filter::Known;
use support::models::{Plan, SETTINGS};
use support::random::Random;

/// What a filter's section says of a hash, as the format defines it.
fn admits(section: &[u8], hash: u32) -> bool {
    let word = |at: usize| u32::from_le_bytes(*section[at..].first_chunk().unwrap());
    let (places, fingerprint) = Filter::places(hash, word(0), word(4));
    let print = |place: u32| match word(12) {
        8 => u16::from(section[16 + place as usize]),
        _ => u16::from_le_bytes([section[16 + 2 * place as usize], section[17 + 2 * place as usize]]),
    };
    let mask = ((1u32 << word(12)) - 1) as u16;
    places.iter().fold(0, |xor, &place| xor ^ print(place)) == fingerprint & mask
}

/// Whether `hits` of `trials` is one in 256, give or take five standard deviations.
fn one_in_256(hits: usize, trials: usize) -> bool {
    let (hits, expected) = (hits as f64, trials as f64 / 256.0);
    (hits - expected).abs() < 5.0 * expected.sqrt()
}

#[test]
fn all_that_was_seen_and_one_in_256_of_the_rest() {
    let mut random = Random(11);
    for count in [0, 1, 2, 3, 5, 10, 100, 1000, 30_000, 300_000] {
        let seen: BTreeSet<u32> = (0..count).map(|_| random.next() as u32).collect();
        let section = Known::new(&seen.iter().copied().collect::<Vec<_>>()).section(false, false);
        assert!(seen.iter().all(|&hash| admits(&section, hash)), "{count} hashes");
        let trials = 1 << 20;
        let rest = (0..trials).map(|_| random.next() as u32).filter(|hash| !seen.contains(hash));
        let wrong = rest.filter(|&hash| admits(&section, hash)).count();
        assert!(one_in_256(wrong, trials), "{count} hashes: {wrong} of {trials} are admitted wrongly");
        // A small table would repeat itself; from a thousand hashes on it costs about ten bits for each.
        assert!(count < 1000 || section.len() * 8 < count * 11, "{} bytes for {count}", section.len());
    }
}

#[test]
fn wide_fingerprints_are_rarely_wrong() {
    let mut random = Random(14);
    let seen: BTreeSet<u32> = (0..30_000).map(|_| random.next() as u32).collect();
    let section = Known::new(&seen.iter().copied().collect::<Vec<_>>()).section(false, true);
    assert!(seen.iter().all(|&hash| admits(&section, hash)));
    let rest = (0..1 << 22).map(|_| random.next() as u32).filter(|hash| !seen.contains(hash));
    let wrong = rest.filter(|&hash| admits(&section, hash)).count();
    assert!((24..=104).contains(&wrong), "{wrong} of 4 million, of which 64 are due");
}

#[test]
fn every_feature_owns_a_place() {
    let mut random = Random(13);
    for count in [0, 1, 2, 3, 5, 10, 100, 1000, 100_000] {
        let seen: BTreeSet<u32> = (0..count).map(|_| random.next() as u32).collect();
        let known = Known::new(&seen.iter().copied().collect::<Vec<_>>());
        let places: BTreeSet<u32> = known.places.iter().copied().collect();
        assert_eq!(places.len(), seen.len(), "no two features share a place");
        // The section says the same: the sum of three numbers of two bits each, modulo 3.
        let section = known.section(true, false);
        let owners = &section[16 + known.len()..];
        let segment = known.len() as u32 / 3;
        let seed = u32::from_le_bytes(*section.first_chunk().unwrap());
        for (hash, owned) in seen.iter().zip(&known.places) {
            let (three, _) = Filter::places(*hash, seed, segment);
            let sum: u8 = three.iter().map(|&place| owners[place as usize / 4] >> (place % 4 * 2) & 3).sum();
            assert_eq!(three[usize::from(sum % 3)], *owned);
        }
    }
}

#[test]
fn neighbouring_hashes_are_no_harder() {
    let seen: Vec<u32> = (0..20_000).collect();
    let section = Known::new(&seen).section(false, false);
    assert!(seen.iter().all(|&hash| admits(&section, hash)));
    let wrong = (20_000..1_020_000).filter(|&hash| admits(&section, hash)).count();
    assert!(one_in_256(wrong, 1_000_000), "{wrong} of a million");
}

#[test]
fn the_engine_asks_it() {
    let mut random = Random(12);
    let mut sentence = || {
        let word = |random: &mut Random| -> String {
            (0..2 + random.below(6)).map(|_| char::from(b'a' + random.below(26) as u8)).collect()
        };
        (0..6).map(|_| word(&mut random)).collect::<Vec<_>>().join(" ")
    };
    let texts: Vec<String> = (0..300).map(|_| sentence()).collect();
    let mut seen = BTreeSet::new();
    for text in &texts {
        features(text, &SETTINGS, |feature| {
            seen.insert(feature.hash);
        });
    }
    let file = Plan { texts: texts.clone(), ..Plan::small(7) }.build();
    let model = Model::open(&file).unwrap();
    let mut engine = Engine::new(&model);
    for text in &texts {
        let mut all = 0;
        features(text, &SETTINGS, |_| all += 1);
        let read = engine.predict(text).read();
        assert_eq!((read.features, read.known_words), (all, read.words), "{text}");
    }
    let (mut unseen, mut admitted) = (0, 0);
    for _ in 0..5000 {
        let text = sentence();
        let (mut all, mut known) = (0, 0);
        features(&text, &SETTINGS, |feature| {
            all += 1;
            known += u32::from(seen.contains(&feature.hash));
        });
        unseen += (all - known) as usize;
        admitted += (engine.predict(&text).read().features - known) as usize;
    }
    // Common n-grams come back, and with them their errors: hence the room.
    let share = admitted as f64 / unseen as f64 * 256.0;
    assert!((0.6..1.6).contains(&share), "{admitted} of {unseen} unseen features are admitted");
}
