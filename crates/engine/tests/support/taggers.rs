//! Small taggers with random weights, written by the engine's own writers.

use super::filter;
use super::models::{RULE, SETTINGS, TEXTS, record};
use super::random::Random;
use stonechat_engine::Confidence;
use stonechat_engine::format::{
    DecisionRule, Dense, DirectionWeights, Emissions, Features, Labels, LayerWeights, MAX_LIFTED, MAX_PHRASE,
    Phrases, Recorded, Recurrent, Rows, SectionKind, SlotEntry, SlotRule, Slots, Tier, Transitions, pack,
};
use stonechat_engine::kernel::Requantizer;
use stonechat_engine::text::{
    FeatureSettings, MAX_CHARACTERS, TokenHash, TokenKind, phrase_hash, token_features,
};
use stonechat_engine::value::{Automaton, AutomatonTables, Language, ValueList, ValueType};

/// How the rows of a layer become a section.
type Write = fn(u32, &[(i32, Requantizer, Vec<i8>)]) -> Vec<u8>;

/// What a tagger is made of, its weights aside.
#[derive(Clone, Debug)]
pub(crate) struct TaggerPlan {
    pub(crate) seed: u64,
    /// None of them empty; none at all in a model of slots alone.
    pub(crate) labels: Vec<String>,
    /// Its name, its type, and its list or automaton; none at all in a model of labels alone.
    pub(crate) slots: Vec<(String, ValueType, Vec<u8>)>,
    /// A row for each label, one if there are none.
    pub(crate) rules: Vec<Vec<SlotRule>>,
    pub(crate) language: u8,
    pub(crate) settings: FeatureSettings,
    /// Rows of features, if they share them.
    pub(crate) buckets: u32,
    /// Whether each feature owns a row; then there are as many as the filter has places.
    pub(crate) owned: bool,
    /// Whether fingerprints have 16 bits.
    pub(crate) wide: bool,
    /// Multiples of 16.
    pub(crate) dim: u32,
    pub(crate) units: u32,
    /// Those of a second recurrent layer; 0 without one.
    pub(crate) second: u32,
    pub(crate) max_tokens: u32,
    pub(crate) max_phrase: u32,
    pub(crate) rule: DecisionRule,
    /// What a tag scores more wherever it stands, in 1,024ths, by its number modulo two, the one outside aside: the weights want
    /// slots to begin, or to go on.
    pub(crate) eager: [i16; 2],
    /// How far transitions reach on either side of 0, in 1,024ths.
    pub(crate) reach: i16,
    /// What it scores more that a slot is followed by the same one, and less that it is by another, in 1,024ths.
    pub(crate) loyal: i16,
    /// Texts whose features the model knows, and whose answers it records.
    pub(crate) texts: Vec<String>,
    /// Phrases that stood in slots.
    pub(crate) phrases: Vec<(String, u16)>,
}

/// The sections that a tagger of labels alone does not have.
const OF_SLOTS: [SectionKind; 4] =
    [SectionKind::Slots, SectionKind::Phrases, SectionKind::Emissions, SectionKind::Transitions];

/// It may occur once.
pub(crate) const ONCE: SlotRule = SlotRule { allowed: true, required: false, repeated: false };
/// It may occur, however often.
pub(crate) const OFTEN: SlotRule = SlotRule { repeated: true, ..ONCE };
/// It must occur, once.
pub(crate) const MUST: SlotRule = SlotRule { required: true, ..ONCE };
/// It may not occur.
pub(crate) const NEVER: SlotRule = SlotRule { allowed: false, required: false, repeated: false };

/// Texts that have phrases of the lists in them.
pub(crate) const ORDERS: [&str; 4] = [
    "turn the Living  room lights to 30 percent",
    "kitchen kitchen living room 12 kitchen",
    "dim 42 lights in the kitchen, please",
    "灯 in the küche 7",
];

/// A list of rooms.
pub(crate) fn rooms() -> Vec<u8> {
    let phrases = [("kitchen", 0), ("Küche", 0), ("living room", 1), ("lounge", 1), ("灯", 2)];
    ValueList::write(phrases.into_iter(), &["kitchen", "living room", "lamp"])
}

/// An automaton of one digit or more.
pub(crate) fn digits() -> Vec<u8> {
    let mut classes = [0; 256];
    classes[usize::from(b'0')..=usize::from(b'9')].fill(1);
    // States: nothing yet, digits only, something else.
    let transitions = [2, 1, 2, 1, 2, 2];
    let tables = AutomatonTables {
        classes: &classes,
        class_count: 2,
        start: 0,
        transitions: &transitions,
        accepting: &[false, true, false],
    };
    Automaton::write(&tables).expect("an automaton")
}

fn strings<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_string).to_vec()
}

impl TaggerPlan {
    /// A small one: three labels, and four slots of a type each.
    pub(crate) fn small(seed: u64) -> Self {
        let slot = |name: &str, kind: ValueType, values: Vec<u8>| (name.to_string(), kind, values);
        Self {
            seed,
            labels: strings(["lights.on", "lights.dim", "oos"]),
            slots: vec![
                slot("room", ValueType::Choice, rooms()),
                slot("level", ValueType::Regex, digits()),
                slot("count", ValueType::Number, Vec::new()),
                slot("name", ValueType::Text, Vec::new()),
            ],
            rules: vec![vec![ONCE, NEVER, OFTEN, OFTEN], vec![MUST, ONCE, ONCE, OFTEN], vec![NEVER; 4]],
            language: Language::English.code(),
            settings: SETTINGS,
            buckets: 40,
            owned: false,
            wide: true,
            dim: 16,
            units: 16,
            second: 0,
            max_tokens: 12,
            max_phrase: 3,
            rule: DecisionRule { slot_sharpness: 94_548, ..RULE },
            eager: [0; 2],
            reach: 2048,
            loyal: 0,
            texts: ORDERS.iter().chain(&TEXTS[..3]).map(|text| (*text).to_string()).collect(),
            phrases: vec![
                ("living room".to_string(), 0),
                ("kitchen".to_string(), 0),
                ("kitchen".to_string(), 3),
                ("30".to_string(), 1),
                ("to 30 percent".to_string(), 2),
            ],
        }
    }

    /// One of labels alone.
    pub(crate) fn slotless(seed: u64) -> Self {
        Self { slots: Vec::new(), rules: Vec::new(), phrases: Vec::new(), ..Self::small(seed) }
    }

    /// One whose weights want every slot everywhere, although none may occur twice.
    pub(crate) fn eager(seed: u64, slots: usize) -> Self {
        Self {
            labels: strings(["only"]),
            slots: (0..slots).map(|slot| (format!("slot {slot}"), ValueType::Text, Vec::new())).collect(),
            rules: vec![vec![ONCE; slots]],
            eager: [6 * 1024, 0],
            phrases: Vec::new(),
            ..Self::small(seed)
        }
    }

    fn layer(write: Write, random: &mut Random, inputs: u32, outputs: u32) -> Vec<u8> {
        let rows: Vec<_> = (0..outputs)
            .map(|_| {
                let bias = random.below(1 << 17) as i32 - (1 << 16);
                let scale = Requantizer { multiplier: 1 << 20 | random.below(1 << 20) as i32, shift: 20 };
                (bias, scale, weights(random, inputs))
            })
            .collect();
        write(inputs, &rows)
    }

    fn recurrent(&self, random: &mut Random, units: u32) -> LayerWeights {
        let directions = [self.direction(random, units), self.direction(random, units)];
        LayerWeights { shift: 4, lift: 2, directions }
    }

    fn direction(&self, random: &mut Random, units: u32) -> DirectionWeights {
        let outputs = 3 * units;
        let each = |random: &mut Random, width| (0..outputs).map(|_| weights(random, width)).collect();
        DirectionWeights {
            biases: (0..outputs).map(|_| random.below(1 << 17) as i32 - (1 << 16)).collect(),
            multipliers: (0..outputs).map(|_| (1 << 12 | random.below(1 << 12)) as i16).collect(),
            inputs: each(random, self.dim),
            states: each(random, units),
        }
    }

    fn transitions(&self, random: &mut Random) -> Vec<u8> {
        let tags = 2 * self.slots.len() + 1;
        let reach = i32::from(self.reach);
        let mut score = |more: i16| {
            let score = random.below(2 * reach.unsigned_abs() as usize + 1) as i32 - reach + i32::from(more);
            score.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
        };
        let slot = |tag: usize| tag.checked_sub(1).map(|tag| tag / 2);
        let mut pairs = Vec::new();
        for from in 0..tags {
            for to in 0..tags {
                let same = slot(from) == slot(to) && to % 2 == 1;
                let other = slot(from) != slot(to);
                pairs.push(score(if same {
                    self.loyal
                } else if other {
                    -self.loyal
                } else {
                    0
                }));
            }
        }
        let mut own = |tag: usize| score(if tag == 0 { 0 } else { self.eager[(tag + 1) % 2] });
        let starts: Vec<i16> = (0..tags).map(&mut own).collect();
        let biases: Vec<i16> = (0..self.labels.len() * tags).map(|at| own(at % tags)).collect();
        Transitions::write(&pairs, &starts, &biases)
    }

    /// The filter of the features of these texts, and its places.
    fn known(&self) -> filter::Known {
        let nothing = TokenHash { hash: 0, kind: TokenKind::Word, start: 0, end: 0, shape: 0 };
        let mut tokens = vec![nothing; self.max_tokens as usize];
        let mut hashes = Vec::new();
        for text in &self.texts {
            token_features(text, &self.settings, &mut tokens, |_, feature| hashes.push(feature.hash));
        }
        hashes.sort_unstable();
        hashes.dedup();
        filter::Known::new(&hashes)
    }

    /// The model, with the answers that it gives to its texts.
    pub(crate) fn build(&self) -> Vec<u8> {
        let mut random = Random(self.seed);
        let known = self.known();
        let features = if self.owned { known.len() as u32 } else { self.buckets };
        let buckets = features + 8 * self.slots.len() as u32;
        let data: Vec<u8> = (0..buckets * self.dim).map(|_| random.next() as u8).collect();
        let rows = Rows { buckets, dim: self.dim, bits: 8, multipliers: [0; 2], shift: 1, data: &data };
        let input = Requantizer { multiplier: 1 << 20 | random.below(1 << 20) as i32, shift: 25 };
        let pooled = Requantizer { multiplier: 1 << 20 | random.below(1 << 20) as i32, shift: 28 };
        let (max_tokens, max_phrase) = (self.max_tokens, self.max_phrase);
        let recurrent = Recurrent { dim: self.dim, max_tokens, max_phrase, input, pooled };
        let units = [self.units, self.second].into_iter().filter(|&units| units > 0);
        let layers: Vec<_> = units.map(|units| self.recurrent(&mut random, units)).collect();
        let entries: Vec<SlotEntry<'_>> = self
            .slots
            .iter()
            .map(|(name, kind, values)| SlotEntry { name, kind: kind.code(), values })
            .collect();
        let mut phrases: Vec<(u32, u16)> =
            self.phrases.iter().map(|(phrase, slot)| (phrase_hash(phrase), *slot)).collect();
        phrases.sort_unstable();
        phrases.dedup();
        let tags = 2 * self.slots.len() as u32 + 1;
        let mut sections = vec![
            (SectionKind::Meta, b"{}".to_vec()),
            (SectionKind::Labels, Labels::write(&self.labels)),
            (SectionKind::Slots, Slots::write(self.language, &entries, &self.rules)),
            (SectionKind::Features, Features::write(&self.settings)),
            (SectionKind::Filter, known.section(self.owned, self.wide)),
            (SectionKind::Tagger, recurrent.write(&layers)),
            (SectionKind::Emissions, Self::layer(Emissions::write, &mut random, 2 * self.units, tags)),
            (SectionKind::Transitions, self.transitions(&mut random)),
            (SectionKind::Phrases, Phrases::write(&phrases)),
            (SectionKind::Decision, self.rule.write()),
            (SectionKind::Rows, rows.write()),
        ];
        if self.slots.is_empty() {
            sections.retain(|(kind, _)| !OF_SLOTS.contains(kind));
        }
        if !self.labels.is_empty() {
            let inputs = 2 * (self.units + self.second) + self.dim;
            sections.push((
                SectionKind::Output,
                Self::layer(Dense::write, &mut random, inputs, self.labels.len() as u32),
            ));
        }
        sections.push((SectionKind::Recorded, Recorded::write(&[])));
        let answers = record(&pack(Tier::Tagger, &sections), &self.texts);
        sections.pop();
        sections.push((SectionKind::Recorded, answers));
        pack(Tier::Tagger, &sections)
    }
}

fn weights(random: &mut Random, count: u32) -> Vec<i8> {
    (0..count).map(|_| (random.below(255) as i32 - 127) as i8).collect()
}

/// One tagger of each kind: with labels and without, with slots and without, features that share rows and that own them, slots that are counted and that
/// are not, one recurrent layer and two, and shapes that differ.
pub(crate) fn taggers() -> Vec<Vec<u8>> {
    let plan = TaggerPlan::small;
    let plans = [
        TaggerPlan { eager: [2048, 1024], wide: false, ..plan(51) },
        TaggerPlan {
            labels: Vec::new(),
            rules: vec![vec![ONCE, OFTEN, MUST, ONCE]],
            owned: true,
            ..plan(52)
        },
        TaggerPlan { reach: 4096, loyal: 6 * 1024, units: 32, ..TaggerPlan::eager(53, 8) },
        TaggerPlan {
            slots: vec![("day".to_string(), ValueType::Date, Vec::new())],
            rules: vec![vec![OFTEN], vec![MUST], vec![ONCE]],
            language: Slots::NO_LANGUAGE,
            settings: FeatureSettings {
                max_characters: 20,
                word_ngrams: 1,
                character_ngrams: (1, 6),
                ..SETTINGS
            },
            rule: DecisionRule {
                out_of_scope: Some(2),
                slot_sharpness: 30_000,
                min_slot_confidence: Confidence::default(),
                min_confidence: RULE.label_threshold,
                ..RULE
            },
            dim: 32,
            max_tokens: 5,
            max_phrase: 1,
            phrases: Vec::new(),
            ..plan(54)
        },
        TaggerPlan {
            owned: true,
            dim: 32,
            rule: DecisionRule { out_of_scope: Some(2), ..RULE },
            ..TaggerPlan::slotless(55)
        },
        TaggerPlan { eager: [2048, 1024], second: 32, ..plan(56) },
    ];
    plans.iter().map(TaggerPlan::build).collect()
}

/// A tagger of this shape whose every number is as far out as the format allows: all weights of one sign, or, for 0, of both in
/// turn.
pub(crate) fn extreme_tagger(sign: i8, dim: u32, units: u32, max_tokens: u32) -> Vec<u8> {
    let settings = FeatureSettings {
        max_characters: MAX_CHARACTERS,
        word_ngrams: 2,
        character_ngrams: (1, 6),
        unspaced_ngrams: (1, 6),
    };
    let number = |at: usize, most: i32| match (sign, at % 2) {
        (1, _) | (0, 0) => most,
        _ => -most,
    };
    let row = |width: u32| (0..width as usize).map(|at| number(at, 127) as i8).collect::<Vec<_>>();
    let scale = Requantizer { multiplier: i32::MAX, shift: 1 };
    let layer = |write: Write, inputs: u32, outputs: usize| {
        let output = |at: usize| (number(at, 1 << 30), scale, row(inputs));
        write(inputs, &(0..outputs).map(output).collect::<Vec<_>>())
    };
    let direction = |units: u32| {
        let outputs = 3 * units as usize;
        DirectionWeights {
            biases: (0..outputs).map(|at| number(at, 1 << 28)).collect(),
            multipliers: vec![i16::MAX; outputs],
            inputs: vec![row(dim); outputs],
            states: vec![row(units); outputs],
        }
    };
    let phrases = ["a", "a a", "a b a", "灯", "灯 灯"];
    let list = ValueList::write(phrases.into_iter().map(|phrase| (phrase, 0)), &["value"]);
    let (names, kind) = (["one", "two", "three"], ValueType::Choice.code());
    let slots = names.map(|name| SlotEntry { name, kind, values: &list });
    let mut known: Vec<(u32, u16)> =
        phrases.iter().flat_map(|phrase| (0..3).map(|slot| (phrase_hash(phrase), slot))).collect();
    known.sort_unstable();
    let score = |at: usize| number(at, i32::from(i16::MAX)) as i16;
    let scores = |count: usize| (0..count).map(score).collect::<Vec<_>>();
    let most = 1 << 24;
    let rule = DecisionRule {
        sharpness: most,
        slot_sharpness: most,
        min_slot_confidence: Confidence::default(),
        min_confidence: Confidence::ONE,
        label_threshold: Confidence::ONE,
        ..RULE
    };
    // One row for all features, and those of the lists.
    let buckets = 1 + 8 * 3;
    let data: Vec<u8> =
        (0..buckets * dim).map(|at| if number(at as usize, 1) > 0 { 0x7f } else { 0x80 }).collect();
    let rows = Rows { buckets, dim, bits: 8, multipliers: [i32::MAX as u32; 2], shift: 1, data: &data };
    let plan = TaggerPlan {
        settings,
        texts: vec!["aaaaaaaaaa a b".to_string(), "灯灯灯灯灯灯灯ab".to_string()],
        ..TaggerPlan::small(0)
    };
    let recurrent = Recurrent { dim, max_tokens, max_phrase: MAX_PHRASE, input: scale, pooled: scale };
    let recurrent_layer = |units: u32| {
        let directions = [direction(units), direction(units)];
        LayerWeights { shift: 0, lift: (MAX_LIFTED / dim).ilog2(), directions }
    };
    pack(
        Tier::Tagger,
        &[
            (SectionKind::Meta, Vec::new()),
            (SectionKind::Labels, Labels::write(&["a", "b"])),
            (SectionKind::Slots, Slots::write(Slots::NO_LANGUAGE, &slots, &[vec![ONCE; 3], vec![MUST; 3]])),
            (SectionKind::Features, Features::write(&settings)),
            (SectionKind::Filter, plan.known().section(false, false)),
            (SectionKind::Tagger, recurrent.write(&[recurrent_layer(units), recurrent_layer(16)])),
            (SectionKind::Emissions, layer(Emissions::write, 2 * units, 7)),
            (SectionKind::Transitions, Transitions::write(&scores(49), &scores(7), &scores(14))),
            (SectionKind::Phrases, Phrases::write(&known)),
            (SectionKind::Output, layer(Dense::write, 2 * (units + 16) + dim, 2)),
            (SectionKind::Decision, rule.write()),
            (SectionKind::Rows, rows.write()),
            (SectionKind::Recorded, Recorded::write(&[])),
        ],
    )
}
