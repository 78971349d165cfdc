//! A tagger made by hand: each word has its evidence, and its neighbours change nothing.

use crate::model::{filter, rule, word_hash};
use stonechat_engine::format::{
    DecisionRule, Dense, DirectionWeights, Emissions, FeatureSettings, Features, Labels, LayerWeights,
    Phrases, Recorded, Recurrent, Rows, SectionKind, SlotEntry, SlotRule, Slots, Tier, Transitions, pack,
};
use stonechat_engine::kernel::Requantizer;
use stonechat_engine::value::{Language, ValueType};
use stonechat_task::{Example, Slot};

const DIM: usize = 16;
const BUCKETS: u32 = 4096;
/// Where the evidence for labels begins; that for tags begins at 0.
const LABELS: usize = 9;
/// Rows of a table for each slot, behind those of words.
const LISTED: u32 = 8;

/// The slots of the model, and its tags: outside of all, and the beginning and the rest of each.
const SLOTS: [(&str, ValueType); 4] = [
    ("room", ValueType::Text),
    ("level", ValueType::Number),
    ("city", ValueType::Text),
    ("day", ValueType::Date),
];
const TAGS: usize = 1 + 2 * SLOTS.len();

/// Words, and the tag or label that each is for.
const WORDS: [(&str, usize); 14] = [
    ("kitchen", 1),
    ("living", 1),
    ("room", 2),
    ("30", 3),
    ("lots", 3),
    ("oslo", 5),
    ("new", 5),
    ("york", 6),
    ("tomorrow", 7),
    // Taken for a room.
    ("paris", 1),
    ("dim", LABELS),
    ("weather", LABELS + 1),
    ("joke", LABELS + 2),
    ("lights", 0),
];

fn direction(reads: bool) -> DirectionWeights {
    let gate = |bias: i32| std::iter::repeat_n(bias, DIM);
    // Nothing is kept of the token before, and all of this one is shown.
    let biases = gate(-20_000).chain(gate(0)).chain(gate(20_000)).collect();
    let inputs =
        (0..3 * DIM).map(|output| (0..DIM).map(|input| i8::from(reads && output == DIM + input)).collect());
    DirectionWeights {
        biases,
        multipliers: vec![i16::MAX; 3 * DIM],
        inputs: inputs.collect(),
        states: vec![vec![0; DIM]; 3 * DIM],
    }
}

/// How the rows of a layer become a section.
type Write = fn(u32, &[(i32, Requantizer, Vec<i8>)]) -> Vec<u8>;

/// A layer that takes its outputs from inputs at `first` and behind, each with a bias.
fn layer(write: Write, inputs: usize, first: usize, biases: &[i32], multiplier: i32) -> Vec<u8> {
    let rows = biases.iter().enumerate().map(|(output, &bias)| {
        let weights = (0..inputs).map(|input| i8::from(input == first + output)).collect();
        (bias, Requantizer { multiplier, shift: 1 }, weights)
    });
    write(inputs as u32, &rows.collect::<Vec<_>>())
}

/// A model with the first `labels` of `lights.dim`, `weather` and `oos`, which accepts answers of 0.5 and more. A label has a
/// logit of 8 in a text with its word, a tag in a token that is its word; no tag has 5 everywhere. Lights need a level if
/// `needs_level`.
pub(crate) fn tagger(labels: usize, needs_level: bool) -> Vec<u8> {
    let settings = FeatureSettings {
        max_characters: 256,
        word_ngrams: 1,
        character_ngrams: (3, 3),
        unspaced_ngrams: (1, 2),
    };
    let mut rows = vec![0u8; BUCKETS as usize * DIM];
    let words = BUCKETS - SLOTS.len() as u32 * LISTED;
    let hashes = WORDS.map(|(word, _)| word_hash(word, &settings));
    for (hash, (_, place)) in hashes.iter().zip(WORDS) {
        let bucket = ((u64::from(*hash) * u64::from(words)) >> 32) as usize;
        let row = &mut rows[bucket * DIM..][..DIM];
        assert!(row.iter().all(|&value| value == 0), "two words share a row: choose another");
        row[place] = 100;
    }
    let recurrent = Recurrent {
        dim: DIM as u32,
        max_tokens: 64,
        max_phrase: 4,
        input: Requantizer { multiplier: 1, shift: 4 },
        pooled: Requantizer { multiplier: 2, shift: 1 },
    };
    let slots = SLOTS.map(|(name, kind)| SlotEntry { name, kind: kind.code(), values: &[] });
    let free = SlotRule { allowed: true, required: false, repeated: true };
    let rules = (0..labels.max(1)).map(|label| {
        (0..SLOTS.len())
            .map(|slot| SlotRule { required: needs_level && label == 0 && slot == 1, ..free })
            .collect()
    });
    let names = ["lights.dim", "weather", "oos"];
    let decision = DecisionRule {
        min_confidence: stonechat_engine::Confidence::from_raw(1 << 15),
        slot_sharpness: 94_548,
        min_slot_confidence: stonechat_engine::Confidence::default(),
        ..rule()
    };
    // A state of 1,287 is a word's, and 815 / 2 makes 8 of it.
    let mut outside = [0; TAGS];
    outside[0] = 804;
    let table = Rows {
        buckets: BUCKETS,
        dim: DIM as u32,
        bits: 8,
        multipliers: [1 << 16, 0],
        shift: 16,
        data: &rows,
    };
    let mut sections = vec![
        (SectionKind::Meta, b"{}".to_vec()),
        (SectionKind::Labels, Labels::write(&names[..labels])),
        (SectionKind::Slots, Slots::write(Language::English.code(), &slots, &rules.collect::<Vec<_>>())),
        (SectionKind::Features, Features::write(&settings)),
        (SectionKind::Filter, filter(&hashes)),
        (SectionKind::Rows, table.write()),
        (
            SectionKind::Tagger,
            recurrent.write(&[LayerWeights {
                shift: 0,
                lift: 0,
                directions: [direction(true), direction(false)],
            }]),
        ),
        (SectionKind::Phrases, Phrases::write(&[])),
        (SectionKind::Emissions, layer(Emissions::write, 2 * DIM, 0, &outside, 815)),
        (
            SectionKind::Transitions,
            Transitions::write(&[0; TAGS * TAGS], &[0; TAGS], &vec![0; TAGS * labels]),
        ),
        (SectionKind::Decision, decision.write()),
        (SectionKind::Recorded, Recorded::write(&[])),
    ];
    if labels > 0 {
        sections.push((SectionKind::Output, layer(Dense::write, 3 * DIM, LABELS, &vec![0; labels], 815)));
    }
    pack(Tier::Tagger, &sections)
}

/// A row whose slots are marked in its text, as `dim the [kitchen](room)`.
pub(crate) fn marked(text: &str, labels: &[&str]) -> Example {
    let mut example = crate::model::example("", labels);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        let (span, after) = after.split_once("](").unwrap();
        let (name, after) = after.split_once(')').unwrap();
        example.text.push_str(before);
        let start = example.text.len();
        example.text.push_str(span);
        example.slots.push(Slot { name: name.to_owned(), start, end: example.text.len() });
        rest = after;
    }
    example.text.push_str(rest);
    example
}
