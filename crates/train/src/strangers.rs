//! Words that no row has: a tagger whose lists of values change meets some, and people mistype those that there are.

use crate::augment::mistype;
use crate::random::Random;
use crate::words::Words;
use std::collections::BTreeSet;
use stonechat_engine::text::{TokenKind, tokens};

/// What makes strange words, and where they go.
pub(crate) struct Strangers<'a> {
    /// The slots that have lists of values.
    listed: BTreeSet<&'a str>,
    /// Whether texts that mean nothing are made too.
    labels: bool,
    /// How likely a row gets strange words when it is asked for.
    share: f32,
    /// Words of the rows and of the asset, rising; and what stands for words in scripts without spaces.
    words: [Vec<&'a str>; 2],
}

/// How likely such a row becomes a text that means nothing, where there are labels: without, a model takes any strange word for a
/// value, and texts from outside for its task.
const NONSENSE: f32 = 0.5;
/// How likely a word of these is strange.
const MEANINGLESS: f32 = 0.8;
/// In the others, how likely a value of a list is a new one, and how likely a mistyped one.
const NEW: f32 = 0.3;
const MISTYPED: f32 = 0.4;
/// How likely a word outside of slots is strange, so that strange words alone are no values.
const AROUND: f32 = 0.05;
/// How likely a new value has a second word, and as likely a third; and how likely its words begin with capitals.
const LONGER: f32 = 0.4;
const CAPITAL: f32 = 0.25;
const MOST_WORDS: usize = 3;
/// Words of an asset that values are made of, the most frequent.
const LOOKED_AT: usize = 10_000;
/// Characters that a mistyped value must have to be found in a list.
const LEAST_FORGIVEN: usize = 4;
/// Characters that stand for a word in scripts without spaces.
const RUN: usize = 3;

/// The value of a list's slot in a row with strange words.
pub(crate) enum Value {
    /// As it is.
    Kept,
    /// One that the list is to have.
    New(String),
    Mistyped(String),
}

impl<'a> Strangers<'a> {
    /// None where they are not wanted, where no slot has a list, and where there is nothing to make words of.
    pub(crate) fn new(
        texts: impl Iterator<Item = &'a str>,
        listed: impl Iterator<Item = &'a str>,
        labels: bool,
        share: f32,
        asset: Option<&'a Words>,
    ) -> Option<Self> {
        let listed: BTreeSet<&str> = listed.collect();
        if share <= 0.0 || listed.is_empty() {
            return None;
        }
        // What continues a word is none.
        let whole = |piece: &&str| !piece.starts_with("##");
        let of_asset = asset.iter().flat_map(|asset| asset.pieces.iter().map(String::as_str));
        let of_asset = of_asset.filter(whole).take(LOOKED_AT);
        let mut words: [Vec<&str>; 2] = Default::default();
        for text in texts.chain(of_asset) {
            each_part(text, |part, kind| match kind {
                Part::Word => words[0].push(part),
                Part::Run => words[1].push(part),
                Part::Rest => {}
            });
        }
        for words in &mut words {
            words.sort_unstable();
            words.dedup();
        }
        words.iter().any(|words| !words.is_empty()).then_some(Self { listed, labels, share, words })
    }

    /// By chance, whether a row gets strange words, and whether it is to mean nothing.
    pub(crate) fn come(&self, random: &mut Random) -> Option<bool> {
        (random.unit() < self.share).then(|| self.labels && random.unit() < NONSENSE)
    }

    /// What the value of a slot becomes.
    pub(crate) fn value(&self, slot: &str, value: &str, random: &mut Random) -> Value {
        if !self.listed.contains(slot) {
            return Value::Kept;
        }
        let is_run = tokens(value).any(|token| token.kind == TokenKind::Unspaced);
        let chance = random.unit();
        if chance < NEW {
            return self.phrase(is_run, random).map_or(Value::Kept, Value::New);
        }
        // The engine forgives no wrong digit, and no wrong character of such a script or of so few.
        if chance < NEW + MISTYPED && !is_run && !value.contains(|c: char| c.is_ascii_digit()) {
            let words: Vec<&str> = value.split_whitespace().collect();
            let mistyped = mistype(&words, random);
            if mistyped.chars().count() >= LEAST_FORGIVEN {
                return Value::Mistyped(mistyped);
            }
        }
        Value::Kept
    }

    /// Appends a text outside of slots, with a strange word here and there.
    pub(crate) fn around(&self, text: &str, out: &mut String, random: &mut Random) {
        self.replace(text, AROUND, out, random);
    }

    /// A text of as many words that means nothing.
    pub(crate) fn nonsense(&self, text: &str, random: &mut Random) -> String {
        let mut out = String::new();
        self.replace(text, MEANINGLESS, &mut out, random);
        out
    }

    fn replace(&self, text: &str, share: f32, out: &mut String, random: &mut Random) {
        each_part(text, |part, kind| {
            if kind == Part::Rest || random.unit() >= share {
                out.push_str(part);
                return;
            }
            let is_run = kind == Part::Run;
            let mistyped =
                if random.below(2) == 0 || is_run { String::new() } else { mistype(&[part], random) };
            if mistyped.is_empty() {
                out.push_str(self.phrase(is_run, random).as_deref().unwrap_or(part));
            } else {
                out.push_str(&mistyped);
            }
        });
    }

    /// One to three words: some that there are, others of the beginning of one and the end of another. None where there are none.
    fn phrase(&self, of_runs: bool, random: &mut Random) -> Option<String> {
        let words = &self.words[usize::from(of_runs)];
        if words.is_empty() {
            return None;
        }
        let capital = random.unit() < CAPITAL;
        let mut phrase = String::new();
        for count in 1..=MOST_WORDS {
            let first = words[random.below(words.len())];
            let word: String = if random.below(2) == 0 {
                first.to_owned()
            } else {
                let second = words[random.below(words.len())];
                let half = |word: &str| word.chars().count().div_ceil(2);
                first.chars().take(half(first)).chain(second.chars().skip(half(second))).collect()
            };
            let mut letters = word.chars();
            match letters.next().filter(|_| capital) {
                Some(letter) => phrase.extend(letter.to_uppercase().chain(letters)),
                None => phrase.push_str(&word),
            }
            if count == MOST_WORDS || random.unit() >= LONGER {
                break;
            }
            if !of_runs {
                phrase.push(' ');
            }
        }
        Some(phrase)
    }
}

/// What a part of a text is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// A word of three letters or more, and nothing else.
    Word,
    /// Characters of a script without spaces, that stand for a word.
    Run,
    /// What stays: short words, digits, signs, white space.
    Rest,
}

/// Cuts a text into parts.
fn each_part<'t>(text: &'t str, mut sink: impl FnMut(&'t str, Part)) {
    let mut end = 0;
    for token in tokens(text) {
        let (start, after) = (token.start as usize, token.end as usize);
        // Several may come of one character.
        if start < end {
            continue;
        }
        sink(&text[end..start], Part::Rest);
        let mut word = &text[start..after];
        end = after;
        match token.kind {
            TokenKind::Word if word.chars().count() > 2 && word.chars().all(char::is_alphabetic) => {
                sink(word, Part::Word);
            }
            TokenKind::Unspaced => {
                while let Some((cut, _)) = word.char_indices().nth(RUN) {
                    sink(&word[..cut], Part::Run);
                    word = &word[cut..];
                }
                sink(word, Part::Run);
            }
            TokenKind::Word | TokenKind::Symbol => sink(word, Part::Rest),
        }
    }
    sink(&text[end..], Part::Rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXTS: [&str; 2] = ["lights in the kitchen 2 please", "lock the cellar"];

    fn strangers(labels: bool) -> Strangers<'static> {
        Strangers::new(TEXTS.into_iter(), ["room"].into_iter(), labels, 0.5, None).unwrap()
    }

    /// What no list forgives is not taught.
    #[test]
    fn values_with_digits_and_short_ones_are_not_mistyped() {
        let strangers = strangers(true);
        let mut random = Random::new(1, 0);
        let mut short = 0;
        for _ in 0..1000 {
            assert!(!matches!(strangers.value("room", "channel 5001", &mut random), Value::Mistyped(_)));
            if let Value::Mistyped(value) = strangers.value("room", "hall", &mut random) {
                assert!((4..=5).contains(&value.len()), "{value}");
                short += 1;
            }
        }
        assert!(short > 100, "{short}");
    }

    #[test]
    fn values_of_lists_are_kept_new_or_mistyped_and_others_stay() {
        let strangers = strangers(true);
        let mut random = Random::new(1, 0);
        let mut seen = [0usize; 3];
        for _ in 0..1000 {
            match strangers.value("room", "kitchen", &mut random) {
                Value::Kept => seen[0] += 1,
                Value::New(value) => {
                    seen[1] += 1;
                    assert!((1..=MOST_WORDS).contains(&value.split(' ').count()), "{value}");
                    assert!(value.split(' ').all(|word| word.chars().all(char::is_alphabetic)), "{value}");
                }
                Value::Mistyped(value) => {
                    seen[2] += 1;
                    assert!((6..=8).contains(&value.len()), "{value}");
                }
            }
            assert!(matches!(strangers.value("song", "kitchen", &mut random), Value::Kept));
        }
        assert!((250..350).contains(&seen[0]), "{seen:?}");
        assert!((250..350).contains(&seen[1]), "{seen:?}");
        // No letter of a short word is changed.
        assert!((0..100).all(|_| !matches!(strangers.value("room", "den", &mut random), Value::Mistyped(_))));
    }

    #[test]
    fn words_around_are_strange_here_and_there_and_of_nonsense_most() {
        let strangers = strangers(true);
        let mut random = Random::new(1, 0);
        let text = " lights in the kitchen 2, please ";
        let changed = |made: &dyn Fn(&mut Random) -> String, random: &mut Random| {
            let mut changed = 0;
            for _ in 0..500 {
                let made = made(random);
                assert!(made.starts_with(' ') && made.ends_with(' '), "{made:?}");
                assert!(made.contains(" in ") && made.contains(" 2, "), "{made:?}");
                changed += usize::from(made != text);
            }
            changed
        };
        let around = |random: &mut Random| {
            let mut out = String::new();
            strangers.around(text, &mut out, random);
            out
        };
        // Of four words each with a twentieth; a mistyped one may be what it was.
        let few = changed(&around, &mut random);
        assert!((60..130).contains(&few), "{few}");
        let most = changed(&|random: &mut Random| strangers.nonsense(text, random), &mut random);
        assert!(most > 480, "{most}");
    }

    #[test]
    fn texts_mean_nothing_only_where_there_are_labels() {
        let mut random = Random::new(1, 0);
        let mut count = |labels: bool, nonsense: bool| {
            let strangers = strangers(labels);
            (0..1000).filter(|_| strangers.come(&mut random) == Some(nonsense)).count()
        };
        assert!((200..300).contains(&count(true, true)));
        assert!((200..300).contains(&count(true, false)));
        assert_eq!(count(false, true), 0);
        assert!((450..550).contains(&count(false, false)));
    }

    #[test]
    fn without_lists_or_words_or_a_share_there_are_none() {
        let new = |texts: [&'static str; 2], listed: &[&'static str], share| {
            Strangers::new(texts.into_iter(), listed.iter().copied(), true, share, None)
        };
        assert!(new(TEXTS, &["room"], 0.5).is_some());
        assert!(new(TEXTS, &[], 0.5).is_none());
        assert!(new(TEXTS, &["room"], 0.0).is_none());
        assert!(new(["1 2", "3"], &["room"], 0.5).is_none());
    }

    #[test]
    fn scripts_without_spaces_have_new_values_of_their_own_characters() {
        let texts = ["台所の電気を消してください", "kitchen lights"];
        let strangers = Strangers::new(texts.into_iter(), ["room"].into_iter(), true, 0.5, None).unwrap();
        let mut random = Random::new(1, 0);
        let mut new = 0;
        for _ in 0..200 {
            match strangers.value("room", "台所", &mut random) {
                Value::Kept => {}
                Value::New(value) => {
                    new += 1;
                    assert!(value.chars().all(|character| texts[0].contains(character)), "{value}");
                    assert!((1..=9).contains(&value.chars().count()), "{value}");
                }
                Value::Mistyped(value) => panic!("{value}"),
            }
        }
        assert!(new > 40, "{new}");
        let nonsense = strangers.nonsense("電気 2", &mut random);
        assert!(nonsense.ends_with(" 2"), "{nonsense}");
    }

    #[test]
    fn the_parts_of_a_text_are_the_text() {
        for text in [
            "",
            "  a  ",
            "lights, in Sam's room 2!",
            "台所の電気を消して please、",
            "1½ cups ㎏㍿",
            "e\u{301}té \u{1F44D}\u{200D} x",
        ] {
            let mut all = String::new();
            each_part(text, |part, _| all.push_str(part));
            assert_eq!(all, text);
        }
    }
}
