//! A slot's text as tokens: runs of digits, symbols, and the parts that known words can play.
//!
//! Accents fall away, hyphens and apostrophes between letters part words, full stops behind letters are dropped.

use super::kind::Language;
use super::lexicon::{Row, front_number, rows};
use crate::text::{Character, Class, characters};
use core::{iter, str};

/// The most tokens that a text may have to be understood.
const TOKENS: usize = 24;
/// The most pieces that it may have before words are joined.
const PIECES: usize = 32;
/// The most bytes that they may have.
const BYTES: usize = 192;
/// The most words that the tables know as one.
const JOINED: usize = 4;
/// The most digits that a run may have.
const DIGITS: usize = 18;

/// One token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    /// What it is.
    pub(super) content: Content,
    /// Whether nothing stands between it and the token before.
    pub(super) glued: bool,
}

/// What a token is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Content {
    /// So many digits and their value.
    Digits(u8, u64),
    /// A sign that is no word.
    Symbol(u8),
    /// A known word, and the parts that it can play.
    Word(&'static [Row]),
}

/// The tokens of a text.
pub(super) struct Span {
    tokens: [Token; TOKENS],
    count: usize,
}

impl Span {
    /// The tokens of a text; none if there are too many, or if one is unknown.
    pub(super) fn read(text: &str, language: Option<Language>) -> Option<Self> {
        let folded = Folded::read(text, language == Some(Language::German))?;
        let mut span =
            Self { tokens: [Token { content: Content::Symbol(0), glued: false }; TOKENS], count: 0 };
        let mut rest = folded.pieces.get(..folded.count)?;
        while let Some((piece, behind)) = rest.split_first() {
            let text = folded.text(piece, piece)?;
            let joined = match piece.class {
                Class::Digit => {
                    let value =
                        text.bytes().fold(0_u64, |sum, digit| sum.wrapping_mul(10) + u64::from(digit - b'0'));
                    (text.len() <= DIGITS).then_some(())?;
                    span.push(Content::Digits(text.len() as u8, value), piece.glued)?;
                    0
                }
                Class::Letter => span.words(&folded, piece, behind, language)?,
                _ => {
                    let content = match (rows(text, language), text.as_bytes()) {
                        ([], &[symbol]) => Content::Symbol(symbol),
                        ([], _) => return None,
                        (rows, _) => Content::Word(rows),
                    };
                    span.push(content, piece.glued)?;
                    0
                }
            };
            rest = behind.get(joined..)?;
        }
        Some(span)
    }

    /// The tokens, in order.
    pub(super) fn tokens(&self) -> &[Token] {
        self.tokens.get(..self.count).unwrap_or_default()
    }

    fn push(&mut self, content: Content, glued: bool) -> Option<()> {
        *self.tokens.get_mut(self.count)? = Token { content, glued };
        self.count += 1;
        Some(())
    }

    /// Takes in the longest known run of words that begins with `first`, else the parts of that word, and returns how many
    /// pieces behind it belong to the run.
    fn words(
        &mut self,
        folded: &Folded,
        first: &Piece,
        behind: &[Piece],
        language: Option<Language>,
    ) -> Option<usize> {
        let run = behind.iter().take(JOINED - 1).take_while(|piece| piece.class == Class::Letter).count();
        for joined in (0..=run).rev() {
            let last = joined.checked_sub(1).and_then(|at| behind.get(at)).unwrap_or(first);
            let found = rows(folded.text(first, last)?, language);
            if !found.is_empty() {
                self.push(Content::Word(found), first.glued)?;
                return Some(joined);
            }
        }
        // German writes numbers as one word.
        let mut rest = folded.text(first, first).filter(|_| language == Some(Language::German))?;
        let mut glued = first.glued;
        loop {
            let whole = rows(rest, language);
            if !whole.is_empty() {
                self.push(Content::Word(whole), glued)?;
                return Some(0);
            }
            let (end, found) = front_number(rest)?;
            self.push(Content::Word(found), glued)?;
            rest = rest.get(end..)?;
            glued = true;
        }
    }
}

/// A run of digits, a run of letters, or a symbol.
#[derive(Clone, Copy)]
struct Piece {
    class: Class,
    start: usize,
    end: usize,
    glued: bool,
}

/// The pieces of a text, folded.
struct Folded {
    /// Each piece, one space between two.
    bytes: [u8; BYTES],
    used: usize,
    pieces: [Piece; PIECES],
    count: usize,
}

impl Folded {
    /// Reads a text; where `digraphs` are folded, `ae`, `oe` and `ue` lose their `e`, as if they were `ä`, `ö` and `ü`.
    fn read(text: &str, digraphs: bool) -> Option<Self> {
        let mut folded = Self {
            bytes: [0; BYTES],
            used: 0,
            pieces: [Piece { class: Class::Space, start: 0, end: 0, glued: false }; PIECES],
            count: 0,
        };
        let mut previous = Class::Space;
        let mut sign = None;
        let mut characters = characters(text);
        while let Some(character) = characters.next() {
            if sign == Some(character.start) {
                continue; // Another part of the same sign.
            }
            let source = text.get(character.start as usize..character.end as usize)?.chars().next()?;
            if matches!(source, '¼' | '½' | '¾') {
                sign = Some(character.start);
                folded.begin(Class::Symbol, previous != Class::Space)?;
                folded.put(source)?;
                previous = Class::Symbol;
                continue;
            }
            let class = class(&character, previous, || characters.clone().next())?;
            match class {
                Class::Space => {}
                Class::Digit if is_raised_or_circled(source) => return None,
                class => {
                    if class != previous || class == Class::Symbol {
                        folded.begin(class, previous != Class::Space)?;
                    }
                    let before = folded.bytes.get(folded.used.wrapping_sub(1)).copied().unwrap_or_default();
                    let digraph = character.value == 'e' && previous == Class::Letter;
                    if !(digraphs && digraph && matches!(before, b'a' | b'o' | b'u')) {
                        fold(character.value).try_for_each(|c| folded.put(c))?;
                    }
                }
            }
            previous = class;
        }
        Some(folded)
    }

    fn begin(&mut self, class: Class, glued: bool) -> Option<()> {
        if self.count > 0 {
            self.put(' ')?;
        }
        *self.pieces.get_mut(self.count)? = Piece { class, start: self.used, end: self.used, glued };
        self.count += 1;
        Some(())
    }

    fn put(&mut self, c: char) -> Option<()> {
        let mut utf8 = [0; 4];
        for &byte in c.encode_utf8(&mut utf8).as_bytes() {
            *self.bytes.get_mut(self.used)? = byte;
            self.used += 1;
        }
        if let Some(piece) = self.count.checked_sub(1).and_then(|last| self.pieces.get_mut(last))
            && c != ' '
        {
            piece.end = self.used;
        }
        Some(())
    }

    /// The text from one piece to another.
    fn text(&self, first: &Piece, last: &Piece) -> Option<&str> {
        str::from_utf8(self.bytes.get(first.start..last.end)?).ok()
    }
}

/// What a character counts as behind one of the class `previous`; none if no text that has it is understood.
fn class(character: &Character, previous: Class, next: impl Fn() -> Option<Character>) -> Option<Class> {
    let digit_next = || next().is_some_and(|next| next.class == Class::Digit);
    Some(match (character.class, character.value) {
        (Class::Unspaced, _) => return None,
        (Class::Symbol, '?' | '!') => Class::Space,
        (Class::Symbol, '-' | '.' | '\'') if previous == Class::Letter => Class::Space,
        (Class::Symbol, ',') if previous != Class::Digit || !digit_next() => Class::Space,
        (class, _) => class,
    })
}

/// Whether a digit is written so that it means something else than its value: an exponent, a note, a bullet.
fn is_raised_or_circled(source: char) -> bool {
    matches!(source, '²' | '³' | '¹' | '\u{2070}'..='\u{209F}' | '\u{2460}'..='\u{24FF}' | '\u{2776}'..='\u{2793}'
        | '\u{3248}'..='\u{325F}' | '\u{3280}'..='\u{3289}' | '\u{32B1}'..='\u{32BF}')
}

/// A letter without its accent.
fn fold(c: char) -> impl Iterator<Item = char> {
    let (first, second) = match c {
        'à'..='å' => ('a', None),
        'è'..='ë' => ('e', None),
        'ì'..='ï' => ('i', None),
        'ò'..='ö' => ('o', None),
        'ù'..='ü' => ('u', None),
        'ç' => ('c', None),
        'ñ' => ('n', None),
        'ł' => ('l', None),
        'ß' => ('s', Some('s')),
        'œ' => ('o', Some('e')),
        c => (c, None),
    };
    iter::once(first).chain(second)
}
