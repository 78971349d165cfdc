//! Reading tokens one after the other.

use super::calendar::Reference;
use super::kind::Language;
use super::lexicon::Class;
use super::span::{Content, Token};

/// The number of a filler that may stand behind all others.
const AT_END: u16 = 1;
/// That of an article that a part of the day may have, but no day.
const ARTICLE: u16 = 2;

/// A place among the tokens of a text. Reading moves it; a copy is a way back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'t> {
    /// The tokens to come.
    rest: &'t [Token],
    hour_comes: bool,
    day_comes: bool,
    part_comes: bool,
    /// The language of the text.
    pub(super) language: Option<Language>,
    /// When now is.
    pub(super) reference: Option<&'t Reference>,
}

impl<'t> Cursor<'t> {
    pub(super) const fn new(
        rest: &'t [Token],
        language: Option<Language>,
        reference: Option<&'t Reference>,
    ) -> Self {
        Self { rest, hour_comes: false, day_comes: false, part_comes: false, language, reference }
    }

    /// How many tokens are to come.
    pub(super) const fn left(&self) -> usize {
        self.rest.len()
    }

    /// Whether all tokens are read, but for those that say nothing at the end either.
    pub(super) fn ends(mut self) -> Option<()> {
        while !self.glued() && self.peek(Class::Filler) == Some(AT_END) {
            self.skip();
        }
        self.rest.is_empty().then_some(())
    }

    /// Reads with `read`, or stays where it is if that finds nothing.
    pub(super) fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let mut ahead = *self;
        let found = read(&mut ahead)?;
        *self = ahead;
        Some(found)
    }

    /// What `read` makes of all the tokens to come, but for those in front that say nothing. "In" may do, and may say
    /// that a time is to come: both are tried.
    pub(super) fn whole<T>(mut self, read: impl Fn(&mut Self) -> Option<T>) -> Option<T> {
        let leads = |c: &mut Self| c.take(Class::Lead).or_else(|| c.take(Class::Filler)).is_some();
        while self.peek(Class::In).is_none() && leads(&mut self) {}
        let counted = self.peek(Class::In).map(|_| self);
        while leads(&mut self) {}
        counted.into_iter().chain([self]).find_map(|mut c| {
            let found = read(&mut c)?;
            c.ends()?;
            Some(found)
        })
    }

    /// Whether the words before, none of which says anything, show that an hour is to come.
    pub(super) const fn hour_comes(&self) -> bool {
        self.hour_comes
    }

    /// Whether the words before, none of which says anything, show that a day is to come.
    pub(super) const fn day_comes(&self) -> bool {
        self.day_comes
    }

    /// Whether the word before is an article that a part of the day may have, but no day.
    pub(super) const fn part_comes(&self) -> bool {
        self.part_comes
    }

    /// The number of the next word, if it has this class.
    pub(super) fn peek(&self, class: Class) -> Option<u16> {
        match self.rest.first()?.content {
            Content::Word(rows) => rows.iter().find_map(|row| row.get(class)),
            _ => None,
        }
    }

    /// Reads a word of this class: its number.
    pub(super) fn take(&mut self, class: Class) -> Option<u16> {
        let found = self.peek(class)?;
        self.skip();
        Some(found)
    }

    /// Reads a word of this class and with this number.
    pub(super) fn take_the(&mut self, class: Class, number: u16) -> Option<()> {
        self.attempt(|c| c.take(class).filter(|&found| found == number)).map(|_| ())
    }

    /// Reads a word of this class that touches the token before it.
    pub(super) fn take_glued(&mut self, class: Class) -> Option<u16> {
        self.rest.first().filter(|token| token.glued)?;
        self.take(class)
    }

    /// Reads this sign.
    pub(super) fn symbol(&mut self, symbol: u8) -> Option<()> {
        match self.rest.first()?.content {
            Content::Symbol(found) if found == symbol => {
                self.skip();
                Some(())
            }
            _ => None,
        }
    }

    /// Reads this sign if nothing stands before or behind it but tokens that touch it.
    pub(super) fn inner_symbol(&mut self, symbol: u8) -> Option<()> {
        let glued = |at: usize| self.rest.get(at).is_some_and(|token| token.glued);
        (glued(0) && glued(1)).then_some(())?;
        self.symbol(symbol)
    }

    /// Reads a run of digits: how many there are, and their value.
    pub(super) fn digits(&mut self) -> Option<(u8, u64)> {
        match self.rest.first()?.content {
            Content::Digits(count, value) => {
                self.skip();
                Some((count, value))
            }
            _ => None,
        }
    }

    /// Whether the next token is a sign that touches the one before and is not the last.
    pub(super) fn sign_follows(&self) -> bool {
        let symbol = |token: &Token| token.glued && matches!(token.content, Content::Symbol(_));
        self.rest.len() > 1 && self.rest.first().is_some_and(symbol)
    }

    /// Whether the next token touches the one before.
    pub(super) fn glued(&self) -> bool {
        self.rest.first().is_some_and(|token| token.glued)
    }

    /// Reads the words that say nothing. What touches the token before does: the `s` of "the 70s".
    pub(super) fn fillers(&mut self) {
        while !self.glued() && self.take(Class::Filler).is_some() {}
    }

    fn skip(&mut self) {
        self.part_comes = self.peek(Class::Filler) == Some(ARTICLE);
        let fills = self.peek(Class::Filler).or_else(|| self.peek(Class::Lead)).is_some();
        self.hour_comes = fills && (self.hour_comes || self.peek(Class::At).is_some());
        self.day_comes = fills && (self.day_comes || self.peek(Class::DayArticle).is_some());
        self.rest = self.rest.get(1..).unwrap_or_default();
    }
}
