//! A model file made by hand.

use std::path::Path;
use stonechat_engine::Confidence;
use stonechat_engine::format::{
    DecisionRule, Dense, Features, Filter, Labels, Recorded, Rows, SectionKind, Tier, pack,
};
use stonechat_engine::kernel::Requantizer;
use stonechat_engine::text::{FeatureSettings, features};
use stonechat_task::{Example, Source};

const DIM: usize = 16;
const BUCKETS: u32 = 4096;

/// The rule of a model that accepts answers of 0.9 and more.
pub(crate) fn rule() -> DecisionRule {
    DecisionRule {
        multi_label: false,
        sharpness: 94_548, // log2(e): a temperature of 1.
        offset: 0,
        min_confidence: Confidence::from_raw(58_982),
        label_threshold: Confidence::from_raw(1 << 15),
        out_of_scope: None,
        slot_sharpness: 0,
        min_slot_confidence: Confidence::default(),
    }
}

/// The hash that stands for a whole word.
pub(crate) fn word_hash(word: &str, settings: &FeatureSettings) -> u32 {
    let mut word_hash = None;
    features(word, settings, |feature| word_hash = word_hash.or(feature.word.then_some(feature.hash)));
    word_hash.expect("a word")
}

/// A model that knows only `words`. A text of one word gets, for each label, a logit of a twentieth of the word's evidence,
/// which is -100 to 100; negative evidence is lost, as the hidden layer rectifies.
pub(crate) fn model(labels: &[&str], words: &[(&str, &[i8])], rule: &DecisionRule) -> Vec<u8> {
    let settings = FeatureSettings {
        max_characters: 256,
        word_ngrams: 1,
        character_ngrams: (3, 3),
        unspaced_ngrams: (1, 2),
    };
    let mut hashes = Vec::new();
    let mut rows = vec![0u8; BUCKETS as usize * DIM];
    for (word, evidence) in words {
        let hash = word_hash(word, &settings);
        hashes.push(hash);
        let bucket = ((u64::from(hash) * u64::from(BUCKETS)) >> 32) as usize;
        for (place, &value) in rows[bucket * DIM..].iter_mut().zip(*evidence) {
            assert_eq!(*place, 0, "two words share a row: choose another");
            *place = value as u8;
        }
    }
    let identity = |outputs: usize, multiplier| -> Vec<_> {
        let row = |output| (0..DIM).map(|input| i8::from(input == output)).collect();
        (0..outputs).map(|output| (0, Requantizer { multiplier, shift: 1 }, row(output))).collect()
    };
    let sections = [
        (SectionKind::Meta, b"{}".to_vec()),
        (SectionKind::Labels, Labels::write(labels)),
        (SectionKind::Features, Features::write(&settings)),
        (SectionKind::Filter, filter(&hashes)),
        (
            SectionKind::Rows,
            Rows {
                buckets: BUCKETS,
                dim: DIM as u32,
                bits: 8,
                multipliers: [1 << 16, 0],
                shift: 16,
                data: &rows,
            }
            .write(),
        ),
        (SectionKind::Hidden, Dense::write(DIM as u32, &identity(DIM, 2))),
        (SectionKind::Output, Dense::write(DIM as u32, &identity(labels.len(), 2 * 65_536 / 20))),
        (SectionKind::Decision, rule.write()),
        (SectionKind::Recorded, Recorded::write(&[])),
    ];
    pack(Tier::Bag, &sections)
}

/// A filter that admits these few hashes: each in turn takes a place that no earlier one uses.
pub(crate) fn filter(hashes: &[u32]) -> Vec<u8> {
    const SEGMENT: u32 = 64;
    let attempt = |seed| {
        let mut fingerprints = vec![0u16; 3 * SEGMENT as usize];
        let mut used = vec![false; fingerprints.len()];
        for &hash in hashes {
            let (places, fingerprint) = Filter::places(hash, seed, SEGMENT);
            let places = places.map(|place| place as usize);
            let own = places.into_iter().find(|&place| !used[place])?;
            fingerprints[own] = places.iter().fold(fingerprint, |xor, &place| xor ^ fingerprints[place]);
            places.iter().for_each(|&place| used[place] = true);
        }
        Some(Filter::write(seed, &fingerprints, false, None))
    };
    (0..).find_map(attempt).unwrap()
}

/// A row.
pub(crate) fn example(text: &str, labels: &[&str]) -> Example {
    Example {
        text: text.to_owned(),
        labels: labels.iter().map(|&label| label.to_owned()).collect(),
        slots: Vec::new(),
        source: Source { file: Path::new("rows.csv").into(), line: 1 },
        split: None,
    }
}

/// The model of the tests: three labels, a word for each, and one that stands between the first two.
pub(crate) fn lights() -> Vec<u8> {
    let words: [(&str, &[i8]); 4] =
        [("on", &[100, 0, 0]), ("off", &[0, 100, 0]), ("dim", &[0, 0, 100]), ("perhaps", &[60, 50, 0])];
    model(&["lights.on", "lights.off", "lights.dim"], &words, &rule())
}

/// Rows for [`lights`]: six of the task, one of them with a label that the model does not know, and three outside it.
pub(crate) fn rows() -> Vec<Example> {
    vec![
        example("on", &["lights.on"]),
        example("off", &["lights.off"]),
        example("ON", &["lights.off"]),
        example("perhaps", &["lights.on"]),
        example("zzz", &["lights.dim"]),
        example("on", &["music.on"]),
        example("zzz", &["oos"]),
        example("perhaps", &["oos"]),
        example("dim", &["oos"]),
    ]
}
