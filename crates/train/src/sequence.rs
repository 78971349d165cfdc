//! Texts as tokens with tags: the trainer's view of a text before its features become table rows.

use crate::piece::PieceSet;
use crate::tier::tagger::{TextRow, TokenRow};
use stonechat_engine::text::{
    Feature, FeatureSettings, Group, PhraseHash, TokenHash, TokenKind, token_features,
};
use stonechat_task::Example;

/// The places that a token can have in a phrase of a list: alone, first, last, between. As in the engine.
pub(crate) const PLACES: u32 = 4;

/// A slot in a text: its tokens, from the first to the last, and which slot it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) first: usize,
    pub(crate) last: usize,
    pub(crate) slot: u32,
}

/// A text's tokens, with what the engine knows of each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sequence {
    pub(crate) tokens: Vec<TokenHash>,
    /// The text, up to the end of the last token.
    pub(crate) text: String,
    /// Each feature with the index of its token.
    pub(crate) features: Vec<(u32, Feature)>,
    pub(crate) spans: Vec<Span>,
    pub(crate) label: u32,
}

/// A feature that tells what a token is, how it is spelt, or which letters it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aspect {
    /// The token itself: the first of its features in the group of words.
    Word,
    /// The second and third of them.
    Shape,
    /// The others: its chunk and its pairs.
    Pair,
    Characters,
}

impl Sequence {
    /// The tokens of a text, as the engine takes them, up to `max_tokens`. Slots that are not among `names` are left out, as are
    /// those that no token belongs to, and of slots that share a token all but the first.
    pub(crate) fn read(
        example: &Example,
        names: &[String],
        label: u32,
        settings: &FeatureSettings,
        max_tokens: usize,
    ) -> Self {
        let nothing = TokenHash { hash: 0, kind: TokenKind::Symbol, start: 0, end: 0, shape: 0 };
        // A token is a byte at least.
        let mut tokens = vec![nothing; max_tokens.min(example.text.len())];
        let mut features = Vec::new();
        let sink = |token: usize, feature| features.push((token as u32, feature));
        let (count, _) = token_features(&example.text, settings, &mut tokens, sink);
        tokens.truncate(count);
        let mut spans: Vec<Span> = Vec::new();
        for slot in &example.slots {
            let Some(index) = names.iter().position(|name| *name == slot.name) else { continue };
            let inside =
                |token: &TokenHash| (token.start as usize) < slot.end && (token.end as usize) > slot.start;
            let Some(first) = tokens.iter().position(inside) else { continue };
            let last = tokens.iter().rposition(inside).unwrap_or(first);
            if spans.iter().all(|span| last < span.first || span.last < first) {
                spans.push(Span { first, last, slot: index as u32 });
            }
        }
        spans.sort_by_key(|span| span.first);
        let end = tokens.last().map_or(0, |token| token.end as usize);
        let text = example.text.get(..end).unwrap_or_default().to_owned();
        Self { tokens, text, features, spans, label }
    }

    /// Each feature with its token and what it tells.
    pub(crate) fn aspects(&self) -> impl Iterator<Item = (usize, Feature, Aspect)> + '_ {
        // Words of a token come in order, but its chunk and its pairs only behind those of all tokens.
        let mut seen = vec![0u8; self.tokens.len()];
        self.features.iter().map(move |&(token, feature)| {
            let token = token as usize;
            let aspect = match (feature.group, seen[token]) {
                (Group::Characters, _) => Aspect::Characters,
                (Group::Words, 0) => Aspect::Word,
                (Group::Words, 1 | 2) => Aspect::Shape,
                (Group::Words, _) => Aspect::Pair,
            };
            if feature.group == Group::Words {
                seen[token] = seen[token].saturating_add(1);
            }
            (token, feature, aspect)
        })
    }

    /// The tag of each token: 0 outside of every slot, 1 + 2s for the first of slot s, 2 + 2s for the others.
    pub(crate) fn tags(&self) -> Vec<u32> {
        let mut tags = vec![0; self.tokens.len()];
        for span in &self.spans {
            for (offset, tag) in tags[span.first..=span.last].iter_mut().enumerate() {
                *tag = 2 * span.slot + if offset == 0 { 1 } else { 2 };
            }
        }
        tags
    }

    /// Hands the first and last token of every phrase of up to `longest` tokens to `sink`, with its hash.
    pub(crate) fn phrases(&self, longest: usize, mut sink: impl FnMut(usize, usize, u32)) {
        for first in 0..self.tokens.len() {
            let mut phrase = PhraseHash::new();
            for (length, token) in self.tokens[first..].iter().take(longest).enumerate() {
                phrase = phrase.push(token.hash);
                sink(first, first + length, phrase.finish());
            }
        }
    }
}

/// The phrases of the training texts' slots, sorted: hash and slot, with how often they stand there.
#[derive(Clone, Debug, Default)]
pub(crate) struct PhraseBook(Vec<((u32, u16), u32)>);

impl PhraseBook {
    pub(crate) fn new(texts: &[&Sequence], longest: usize) -> Self {
        let mut all: Vec<(u32, u16)> = texts.iter().flat_map(|text| own(text, longest)).collect();
        all.sort_unstable();
        let counted = all.chunk_by(|a, b| a == b);
        Self(counted.filter_map(|same| same.first().map(|&phrase| (phrase, same.len() as u32))).collect())
    }

    /// Keeps the `most` that stand there most often; of equals those with the lower hash.
    pub(crate) fn keep_most(&mut self, most: usize) {
        if self.0.len() > most {
            self.0.sort_by_key(|&(phrase, count)| (std::cmp::Reverse(count), phrase));
            self.0.truncate(most);
            self.0.sort_unstable();
        }
    }

    pub(crate) fn phrases(&self) -> Vec<(u32, u16)> {
        self.0.iter().map(|&(phrase, _)| phrase).collect()
    }

    /// The phrases of a text's own slots, each as often as the book counts it: what leaves them out altogether.
    pub(crate) fn all_of(&self, text: &Sequence, longest: usize) -> Vec<(u32, u16)> {
        let counted = own(text, longest).into_iter().flat_map(|(hash, slot)| {
            let counts = self.slots(hash).filter(move |&(other, _)| other == slot);
            counts.flat_map(move |(_, count)| std::iter::repeat_n((hash, slot), count as usize))
        });
        counted.collect()
    }

    /// The slots that a phrase stands in, with how often.
    fn slots(&self, hash: u32) -> impl Iterator<Item = (u16, u32)> + '_ {
        let start = self.0.partition_point(|&((other, _), _)| other < hash);
        self.0[start..]
            .iter()
            .take_while(move |((other, _), _)| *other == hash)
            .map(|&((_, slot), count)| (slot, count))
    }
}

/// Rows before and behind a text that count as its neighbours: they may be of one document, which says the same name again
/// and again, as a new document will not.
const NEIGHBOURS: usize = 15;

/// For each text, the phrases of its own slots and of its neighbours', in no order.
pub(crate) fn near(texts: &[Sequence], longest: usize) -> Vec<Vec<(u32, u16)>> {
    let each: Vec<Vec<(u32, u16)>> = texts.iter().map(|text| own(text, longest)).collect();
    (0..texts.len())
        .map(|at| each[at.saturating_sub(NEIGHBOURS)..(at + NEIGHBOURS + 1).min(texts.len())].concat())
        .collect()
}

/// The phrases of a text's own slots.
fn own(text: &Sequence, longest: usize) -> Vec<(u32, u16)> {
    let short = text.spans.iter().filter(|span| span.last - span.first < longest);
    short
        .map(|span| {
            let tokens = &text.tokens[span.first..=span.last];
            let hash =
                tokens.iter().fold(PhraseHash::new(), |phrase, token| phrase.push(token.hash)).finish();
            (hash, span.slot as u16)
        })
        .collect()
}

/// The place of a token in a phrase, by whether it is the first and whether it is the last of it.
const fn place(first: bool, last: bool) -> u32 {
    match (first, last) {
        (true, true) => 0,
        (true, false) => 1,
        (false, true) => 2,
        (false, false) => 3,
    }
}

/// Numbers features and phrases by table row.
pub(crate) struct Numbers<'a> {
    /// The hash of each known feature, rising, and the table row of each.
    pub(crate) hashes: &'a [u32],
    pub(crate) buckets: &'a [u32],
    pub(crate) book: &'a PhraseBook,
    /// The hashes of the phrases of each slot's declared values, sorted.
    pub(crate) declared: &'a [Vec<u32>],
    /// Rows of features; those of phrases come behind.
    pub(crate) feature_rows: u32,
    pub(crate) longest: usize,
    pub(crate) pieces: Option<&'a PieceSet>,
    /// Characters that are read of a text.
    pub(crate) limit: u32,
}

impl Numbers<'_> {
    /// Marks a span of a text as one that stands in its slot's list of values, unless it does; hands each row to `read`.
    pub(crate) fn mark_listed(&self, row: &mut TextRow, span: Span, mut read: impl FnMut(u32)) {
        let base = self.feature_rows + (self.declared.len() as u32 + span.slot) * PLACES;
        for token in span.first..=span.last {
            let place = base + place(token == span.first, token == span.last);
            let phrases = &mut row.tokens[token].phrases;
            if !phrases.contains(&place) {
                phrases.push(place);
                read(place);
            }
        }
    }

    /// A text as table rows. The phrases of `left_out` count in the book as often less as they are there: what a text and its
    /// neighbours brought into it, a new text will not have brought.
    pub(crate) fn row(&self, text: &Sequence, left_out: &[(u32, u16)]) -> TextRow {
        let mut tokens = vec![TokenRow::default(); text.tokens.len()];
        for (token, feature, aspect) in text.aspects() {
            let Ok(index) = self.hashes.binary_search(&feature.hash) else { continue };
            let token = &mut tokens[token];
            let rows = match aspect {
                Aspect::Word | Aspect::Pair => &mut token.identity,
                Aspect::Shape => &mut token.shapes,
                Aspect::Characters => &mut token.characters,
            };
            rows.push(self.buckets[index]);
        }
        if let Some(pieces) = self.pieces {
            let mut token = 0;
            pieces.each(&text.text, self.limit, |piece| {
                while text.tokens.get(token).is_some_and(|token| token.end <= piece.start) {
                    token += 1;
                }
                if let Some(token) = tokens.get_mut(token) {
                    token.pieces.push(piece.row);
                }
            });
        }
        let slots = self.declared.len() as u32;
        text.phrases(self.longest, |first, last, hash| {
            let mut mark = |base: u32| {
                for (token, features) in tokens.iter_mut().enumerate().take(last + 1).skip(first) {
                    features.phrases.push(base + place(token == first, token == last));
                }
            };
            for (slot, count) in self.book.slots(hash) {
                let brought = left_out.iter().filter(|&&phrase| phrase == (hash, slot)).count();
                if count as usize > brought {
                    mark(self.feature_rows + u32::from(slot) * PLACES);
                }
            }
            for (slot, hashes) in self.declared.iter().enumerate() {
                if hashes.binary_search(&hash).is_ok() {
                    mark(self.feature_rows + (slots + slot as u32) * PLACES);
                }
            }
        });
        TextRow { tags: text.tags(), tokens, label: text.label, ..TextRow::default() }
    }
}
