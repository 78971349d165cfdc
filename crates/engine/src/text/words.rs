//! Tokens: which normalised characters belong together.
//!
//! A run of letters and digits is a word, and an apostrophe between two letters is a part of it (`don't`). A run of a
//! script written without spaces is one token. Every symbol is a token by itself. Spaces separate and belong to none.

#![allow(clippy::indexing_slicing)] // Only into the table of the classes, by a class.

use super::normalize::{Character, Characters, Class, characters};
use core::iter::FusedIterator;
use core::mem;

/// What a token is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum TokenKind {
    /// Letters and digits, with apostrophes inside.
    Word,
    /// Characters of a script written without spaces.
    Unspaced,
    /// One symbol.
    Symbol,
}

/// A token and its place in the original text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is made of.
    pub kind: TokenKind,
    /// Byte offset where it begins.
    ///
    /// Tokens that come from one source character (`½` is the three tokens `1`, `⁄`, `2`) carry the same range.
    pub start: u32,
    /// Byte offset where it ends.
    pub end: u32,
}

/// A character that belongs to a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// The character.
    pub character: Character,
    /// The kind of its token.
    pub kind: TokenKind,
    /// Whether it is the first of its token.
    pub first: bool,
}

/// The characters of all tokens of a text, in order, in one pass and without memory of its own.
#[inline]
pub(super) fn steps(text: &str) -> Steps<'_> {
    Steps { characters: characters(text), previous: Class::Space }
}

/// Iterator over the characters of tokens; made by [`steps`].
#[derive(Clone, Debug)]
pub(super) struct Steps<'a> {
    characters: Characters<'a>,
    /// The class of the character before, a space at the start. An apostrophe inside a word counts as a letter.
    previous: Class,
}

impl Iterator for Steps<'_> {
    type Item = Step;

    #[inline]
    fn next(&mut self) -> Option<Step> {
        loop {
            let character = self.characters.next()?;
            let mut class = character.class;
            if character.value == '\'' && self.previous == Class::Letter && self.letter_follows() {
                class = Class::Letter;
            }
            let previous = mem::replace(&mut self.previous, class);
            if let Some(kind) = kind(class) {
                return Some(Step { character, kind, first: boundary(previous, class) });
            }
        }
    }
}

impl Steps<'_> {
    #[cold]
    fn letter_follows(&self) -> bool {
        self.characters.clone().next().is_some_and(|next| next.class == Class::Letter)
    }
}

impl FusedIterator for Steps<'_> {}

/// The kind of token that a character of each class belongs to. A table, because as branches these choices are
/// mispredicted at every end of a word.
const KINDS: [Option<TokenKind>; 5] = {
    let mut kinds = [None; 5];
    kinds[Class::Letter as usize] = Some(TokenKind::Word);
    kinds[Class::Digit as usize] = Some(TokenKind::Word);
    kinds[Class::Unspaced as usize] = Some(TokenKind::Unspaced);
    kinds[Class::Symbol as usize] = Some(TokenKind::Symbol);
    kinds
};

/// The kind of token that a character of this class belongs to; none for the space.
#[inline]
pub(super) fn kind(class: Class) -> Option<TokenKind> {
    KINDS[class as usize]
}

/// Whether a token ends between two neighbouring characters. The start of a text counts as a space; apostrophes inside
/// words are not known here: [`steps`] counts them as letters.
#[inline]
pub(super) fn boundary(previous: Class, next: Class) -> bool {
    kind(previous) != kind(next) || next == Class::Symbol
}

/// The tokens of a text.
#[inline]
pub fn tokens(text: &str) -> Tokens<'_> {
    let mut steps = steps(text);
    let next = steps.next();
    Tokens { steps, next }
}

/// Iterator over the tokens of a text; made by [`tokens`].
#[derive(Clone, Debug)]
pub struct Tokens<'a> {
    steps: Steps<'a>,
    /// The first character of the next token.
    next: Option<Step>,
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    #[inline]
    fn next(&mut self) -> Option<Token> {
        let Step { character, kind, .. } = self.next?;
        let mut end = character.end;
        self.next = loop {
            match self.steps.next() {
                Some(step) if !step.first => end = step.character.end,
                next => break next,
            }
        };
        Some(Token { kind, start: character.start, end })
    }
}

impl FusedIterator for Tokens<'_> {}
