//! Small models with random weights, written by the engine's own writers.

use super::filter;
use super::frame::Parts;
use super::lookups::lookups;
use super::random::Random;
use super::taggers::taggers;
use std::path::Path;
use stonechat_engine::format::{
    Answer, DecisionRule, Dense, Features, Labels, Pieces, Recorded, RecordedSlot, Rows, SectionKind, Tier,
    pack, score_hash,
};
use stonechat_engine::kernel::Requantizer;
use stonechat_engine::text::{FeatureSettings, MAX_CHARACTERS, features, piece_hash};
use stonechat_engine::value::{Date, Reference, Time};
use stonechat_engine::{Confidence, Engine, Model, Prediction, Slot};

/// What a model is made of, its weights aside.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) meta: String,
    /// At least one, none empty.
    pub(crate) labels: Vec<String>,
    pub(crate) settings: FeatureSettings,
    pub(crate) buckets: u32,
    /// Whether each feature owns a row; then there are as many as the filter has places.
    pub(crate) owned: bool,
    /// Whether fingerprints have 16 bits.
    pub(crate) wide: bool,
    /// Even.
    pub(crate) dim: u32,
    /// 4 or 8.
    pub(crate) bits: u32,
    pub(crate) hidden: u32,
    pub(crate) rule: DecisionRule,
    /// Texts whose features the model knows, and whose answers it records.
    pub(crate) texts: Vec<String>,
}

/// A rule that leaves every answer to the scores.
pub(crate) const RULE: DecisionRule = DecisionRule {
    multi_label: false,
    sharpness: 94_548, // log2(e)
    offset: 0,
    min_confidence: Confidence::from_raw(30_000),
    label_threshold: Confidence::from_raw(1 << 15),
    out_of_scope: None,
    slot_sharpness: 0,
    min_slot_confidence: Confidence::from_raw(0),
};

/// Settings that make a few features of every kind.
pub(crate) const SETTINGS: FeatureSettings = FeatureSettings {
    max_characters: 256,
    word_ngrams: 2,
    character_ngrams: (2, 4),
    unspaced_ngrams: (1, 3),
};

/// Texts of every kind of token.
pub(crate) const TEXTS: [&str; 6] = [
    "turn the kitchen lights off",
    "",
    "Don't dim them to 30 %!",
    "关灯 電気を消して ปิดไฟ",
    "½ ﷺ e\u{301}\u{323} \u{1F468}\u{200D}\u{1F469} \0",
    "licht aus, licht aus, licht aus",
];

impl Plan {
    /// A small one.
    pub(crate) fn small(seed: u64) -> Self {
        Self {
            seed,
            meta: "{}".to_string(),
            labels: ["lights.on", "lights.off", "oos"].map(str::to_string).to_vec(),
            settings: SETTINGS,
            buckets: 24,
            owned: false,
            wide: false,
            dim: 16,
            bits: 8,
            hidden: 8,
            rule: RULE,
            texts: TEXTS.iter().take(3).map(|text| (*text).to_string()).collect(),
        }
    }

    fn layer(random: &mut Random, inputs: u32, outputs: u32) -> Vec<u8> {
        // The factor keeps the hidden layer within its 8 bits most of the time.
        let rows: Vec<_> = (0..outputs)
            .map(|_| {
                let bias = random.below(4096) as i32 - 2048;
                let scale = Requantizer { multiplier: 1 << 20 | random.below(1 << 20) as i32, shift: 28 };
                let weights = (0..inputs).map(|_| (random.below(255) as i32 - 127) as i8).collect();
                (bias, scale, weights)
            })
            .collect();
        Dense::write(inputs, &rows)
    }

    /// The model, with the answers that it gives to its texts.
    pub(crate) fn build(&self) -> Vec<u8> {
        let mut random = Random(self.seed);
        let mut hashes = Vec::new();
        for text in &self.texts {
            features(text, &self.settings, |feature| hashes.push(feature.hash));
        }
        hashes.sort_unstable();
        hashes.dedup();
        let known = filter::Known::new(&hashes);
        let buckets = if self.owned { known.len() as u32 } else { self.buckets };
        let length = buckets as usize * (self.dim * self.bits / 8) as usize;
        let data: Vec<u8> = (0..length).map(|_| random.next() as u8).collect();
        let multipliers = [1 << 20 | random.below(1 << 20) as u32, 1 << 20 | random.below(1 << 20) as u32];
        let rows = Rows { buckets, dim: self.dim, bits: self.bits, multipliers, shift: 21, data: &data };
        let mut sections = vec![
            (SectionKind::Meta, self.meta.as_bytes().to_vec()),
            (SectionKind::Labels, Labels::write(&self.labels)),
            (SectionKind::Features, Features::write(&self.settings)),
            (SectionKind::Filter, known.section(self.owned, self.wide)),
            (SectionKind::Rows, rows.write()),
            (SectionKind::Hidden, Self::layer(&mut random, self.dim, self.hidden)),
            (SectionKind::Output, Self::layer(&mut random, self.hidden, self.labels.len() as u32)),
            (SectionKind::Decision, self.rule.write()),
            (SectionKind::Recorded, Recorded::write(&[])),
        ];
        let answers = record(&pack(Tier::Bag, &sections), &self.texts);
        sections.pop();
        sections.push((SectionKind::Recorded, answers));
        pack(Tier::Bag, &sections)
    }
}

/// The section of the answers that a model gives to texts.
pub(crate) fn record(draft: &[u8], texts: &[String]) -> Vec<u8> {
    let model = Model::open(draft).expect("a model that the writers wrote");
    let mut engine = Engine::new(&model);
    let answer = |text| {
        let answer = engine.predict(text);
        let slot = |slot: Slot<'_>| RecordedSlot {
            index: slot.index,
            start: slot.start,
            end: slot.end,
            confidence: slot.confidence,
        };
        Answer {
            text,
            reason: answer.reason(),
            confidence: answer.confidence(),
            hash: score_hash(answer.scores()),
            top: answer.ranking().map(|label| (label.index, label.score)).collect(),
            slots: answer.slots().map(slot).collect(),
        }
    };
    Recorded::write(&texts.iter().map(String::as_str).map(answer).collect::<Vec<_>>())
}

/// One model of each kind: bags, taggers and look-ups.
pub(crate) fn kinds() -> Vec<Vec<u8>> {
    let mut kinds = bags();
    kinds.extend(taggers());
    kinds.extend(lookups());
    for (index, bits) in [(0, 8), (1, 4)] {
        let (bag, tagger) = (with_pieces(&bags()[index], bits), with_pieces(&taggers()[index], bits));
        kinds.extend([bag, tagger]);
    }
    kinds
}

/// Word pieces of the texts, some of them in parts.
pub(crate) const PIECES: [&str; 12] =
    ["turn", "the", "kitchen", "light", "##s", "off", "don", "'", "t", "关", "licht", "##us"];

/// The model with word pieces, whose rows have so many bits, and the answers that it gives to its texts then.
pub(crate) fn with_pieces(file: &[u8], bits: u32) -> Vec<u8> {
    let mut parts = Parts::of(file);
    let rows = parts.sections.iter().find(|section| &section.0 == b"ROWS").expect("rows").2.clone();
    let number = |at: usize| u32::from_le_bytes(*rows[at..].first_chunk().expect("a number"));
    let (dim, shift) = (number(4), number(20).max(8));
    let mut hashes: Vec<u32> = PIECES
        .iter()
        .filter_map(|piece| match piece.strip_prefix("##") {
            Some(rest) => piece_hash(rest, true),
            None => piece_hash(piece, false),
        })
        .map(|(hash, _)| hash)
        .collect();
    hashes.sort_unstable();
    let mut random = Random(u64::from(bits));
    let length = hashes.len() * (dim * bits / 8) as usize;
    let data: Vec<u8> = (0..length).map(|_| random.next() as u8).collect();
    let shift = if number(20) == 1 { shift } else { number(20) };
    let multipliers = [1 << (shift - 1) | 12_345, 0];
    let rows = Rows { buckets: hashes.len() as u32, dim, bits, multipliers, shift, data: &data };
    parts.sections.push((*b"PIEC", 0, Pieces::write(7, &hashes)));
    parts.sections.push((*b"PROW", 0, rows.write()));
    let texts: Vec<String> = TEXTS.map(str::to_string).to_vec();
    let answers = record(&parts.join(), &texts);
    parts.sections.iter_mut().find(|section| &section.0 == b"RECO").expect("answers").2 = answers;
    parts.join()
}

/// One bag of each kind: rows of 8 and of 4 bits, one label or any number of them, one label in all, a label for
/// everything outside the task, and shapes that fill no block.
pub(crate) fn bags() -> Vec<Vec<u8>> {
    let plan = Plan::small;
    let multi = DecisionRule { multi_label: true, offset: -9000, ..RULE };
    let plans = [
        plan(1),
        Plan { bits: 4, buckets: 33, wide: true, ..plan(2) },
        Plan { owned: true, wide: true, dim: 6, ..plan(7) },
        Plan { owned: true, dim: 2, bits: 4, texts: TEXTS.map(str::to_string).to_vec(), ..plan(8) },
        Plan { rule: multi, ..plan(3) },
        Plan { rule: DecisionRule { out_of_scope: Some(2), ..RULE }, hidden: 17, ..plan(4) },
        Plan { labels: vec!["only".to_string()], hidden: 1, buckets: 1, texts: Vec::new(), ..plan(5) },
        Plan {
            labels: (0..37).map(|label| format!("étiquette {label}")).collect(),
            dim: 40,
            hidden: 31,
            texts: TEXTS.map(str::to_string).to_vec(),
            settings: FeatureSettings {
                max_characters: 12,
                character_ngrams: (1, 6),
                unspaced_ngrams: (1, 6),
                ..SETTINGS
            },
            ..plan(6)
        },
    ];
    plans.iter().map(Plan::build).collect()
}

/// A model whose every number is as far out as the format allows, and which reads the longest texts.
pub(crate) fn extreme(bits: u32, sign: i8, multi_label: bool) -> Vec<u8> {
    let bounds = FeatureSettings {
        max_characters: MAX_CHARACTERS,
        word_ngrams: 2,
        character_ngrams: (1, 6),
        unspaced_ngrams: (1, 6),
    };
    let (dim, hidden) = (1024, 4096);
    let smallest = if bits == 8 { 0x80 } else { 0x00 };
    let largest = if bits == 8 { 0x7f } else { 0xff };
    let data = vec![if sign < 0 { smallest } else { largest }; dim as usize * bits as usize / 8];
    let layer = |inputs: u32, outputs: u32, shift: u32| {
        let row = |index: u32| {
            let (weight, bias) = if index.is_multiple_of(2) { (127, 1 << 30) } else { (-127, -(1 << 30)) };
            (bias, Requantizer { multiplier: i32::MAX, shift }, vec![weight; inputs as usize])
        };
        Dense::write(inputs, &(0..outputs).map(row).collect::<Vec<_>>())
    };
    let most = 1 << 24;
    let rule = DecisionRule {
        multi_label,
        sharpness: most,
        offset: if multi_label { -(most as i32) } else { 0 },
        min_confidence: Confidence::ONE,
        label_threshold: Confidence::ONE,
        out_of_scope: None,
        slot_sharpness: 0,
        min_slot_confidence: Confidence::default(),
    };
    let rows = Rows { buckets: 1, dim, bits, multipliers: [i32::MAX as u32; 2], shift: 1, data: &data };
    pack(
        Tier::Bag,
        &[
            (SectionKind::Meta, Vec::new()),
            (SectionKind::Labels, Labels::write(&["a", "b", "c"])),
            (SectionKind::Features, Features::write(&bounds)),
            // One segment of zeros: every feature whose fingerprint is zero is known, one in 256.
            (SectionKind::Filter, stonechat_engine::format::Filter::write(0, &[0; 3], false, None)),
            (SectionKind::Rows, rows.write()),
            (SectionKind::Hidden, layer(dim, hidden, 1)),
            (SectionKind::Output, layer(hidden, 3, 1)),
            (SectionKind::Decision, rule.write()),
            (SectionKind::Recorded, Recorded::write(&[])),
        ],
    )
}

/// Every model file that was ever released, with its name; none where the folder is absent.
pub(crate) fn golden() -> Vec<(String, Vec<u8>)> {
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../golden/models/v1"), "stone")
}

/// The files of a folder whose names end so, in order of their names; none where the folder is absent.
pub(crate) fn files(folder: &Path, extension: &str) -> Vec<(String, Vec<u8>)> {
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    paths.sort();
    let read = |path: std::path::PathBuf| {
        let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (path.display().to_string(), bytes)
    };
    paths.into_iter().map(read).collect()
}

/// Everything that can be asked of an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Whole {
    scores: Vec<i32>,
    labels: Vec<(u32, String, u32)>,
    ranking: Vec<(u32, String, u32)>,
    pub(crate) slots: Vec<(u32, u32, u32, u32)>,
    values: Vec<String>,
    missing: Option<String>,
    pub(crate) decision: String,
    pub(crate) confidence: u32,
    read: stonechat_engine::Read,
}

/// Asks for everything, and holds what comes out against what every answer promises.
pub(crate) fn ask(engine: &mut Engine<'_>, text: &str) -> Whole {
    let model = engine.model();
    let answer = engine.predict(text);
    let plain =
        |label: stonechat_engine::Label<'_>| (label.index, label.name.to_string(), label.confidence.raw());
    let best = answer.label();
    assert!(best.confidence <= Confidence::ONE && !best.confidence.to_string().is_empty());
    hold_slots(model, &answer);
    let now = Reference {
        date: Date::new(2026, 11, 28).expect("a day"),
        time: Time::new(9, 30, 0).expect("a time"),
    };
    Whole {
        scores: answer.scores().iter().map(|score| score.0).collect(),
        labels: answer.labels().map(plain).collect(),
        ranking: answer.ranking().map(plain).collect(),
        slots: answer.slots().map(|slot| (slot.index, slot.start, slot.end, slot.confidence.raw())).collect(),
        values: answer.slots().map(|slot| format!("{:?}", answer.value(&slot, Some(&now)))).collect(),
        missing: answer.missing_slot().map(str::to_string),
        decision: format!("{:?} {:?}", answer.decision(), answer.reason()),
        confidence: answer.confidence().raw(),
        read: answer.read(),
    }
}

/// Panics unless slots are parts of the text, in its order and apart, and what the task declares for the label.
fn hold_slots(model: &Model<'_>, answer: &Prediction<'_>) {
    let label = answer.label().index;
    let mut reached = 0;
    let mut seen = Vec::new();
    let Some(slots) = model.slots() else {
        assert_eq!(answer.slots().len(), 0, "a model without slots finds one");
        return;
    };
    for slot in answer.slots() {
        let Slot { index, start, end, .. } = slot;
        assert!(reached <= start && start < end, "{index} at {start}..{end} behind {reached}");
        assert_eq!(
            answer.text().get(start as usize..end as usize),
            Some(slot.text),
            "{index} cuts a character"
        );
        assert!((index as usize) < slots.len() && slot.name == slots.name(index as usize));
        assert!(slot.confidence <= Confidence::ONE);
        let rule = slots.rule(label, index);
        assert!(rule.allowed, "slot {index} is not declared for label {label}");
        assert!(rule.repeated || !seen.contains(&index), "slot {index} may occur once in label {label}");
        seen.push(index);
        reached = end;
    }
    let lacks = |slot: &u32| slots.rule(label, *slot).required && !seen.contains(slot);
    let missing = (0..slots.len() as u32).find(lacks);
    assert_eq!(answer.missing_slot(), missing.map(|slot| slots.name(slot as usize)));
    if missing.is_some() {
        assert_ne!(answer.decision(), stonechat_engine::Decision::Accept, "a required slot is missing");
    }
}
