//! What the engine does not answer: texts unlike those that it learned from, and labels that are too often wrong.

#[cfg(feature = "alloc")]
use super::bytes::put;
use super::bytes::{Cursor, Words};
use super::error::FormatError;
use super::names::SectionKind;
use crate::prediction::{Confidence, Score};
#[cfg(feature = "alloc")]
use alloc::vec::Vec;

/// When a text counts as unlike those that the model learned from.
///
/// Its outsideness is `−best + outside · z + words · uw + characters · uc`, in the units of a [`Score`]: `best` is the highest score
/// of a label inside the task (Hendrycks et al., "Scaling Out-of-Distribution Detection for Real-World Settings", ICML 2022), `z`
/// the score of the label for texts outside it, `uw` and `uc` the shares of unknown features of words and of characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScopeRule {
    /// What the score of the label for texts outside the task weighs, in 65,536ths; 0 to 2²⁰, and 0 without such a label.
    pub outside: u32,
    /// What a text gets whose features of words are all unknown, in the units of a [`Score`]; 0 to 2³⁰.
    pub words: u32,
    /// The same for its features of characters.
    pub characters: u32,
    /// The highest outsideness of a text that is answered.
    pub most: Score,
    /// The largest share of unknown features of a text that is answered, of all groups together; in 65,536ths, 0 to 65,536.
    pub most_unknown: u32,
}

impl ScopeRule {
    pub(crate) fn read(bytes: &[u8], has_outside: bool) -> Result<Self, FormatError> {
        let mut cursor = Cursor::new(SectionKind::Scope, bytes);
        let broken = cursor.broken("a number of the scope is out of its range");
        let rule = Self {
            outside: cursor.u32()?,
            words: cursor.u32()?,
            characters: cursor.u32()?,
            most: Score(cursor.u32()? as i32),
            most_unknown: cursor.u32()?,
        };
        cursor.finish()?;
        let most = 1 << 30;
        if rule.outside > 1 << 20
            || (rule.outside != 0 && !has_outside)
            || rule.words > most
            || rule.characters > most
            || rule.most_unknown > 1 << 16
        {
            return Err(broken);
        }
        Ok(rule)
    }

    /// The section.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put(&mut out, &[self.outside, self.words, self.characters, self.most.0 as u32, self.most_unknown]);
        out
    }
}

/// For each label the least confidence of an accepted answer, beside that of the decision rule.
#[derive(Clone, Copy, Debug)]
pub struct LabelLimits<'a> {
    limits: Words<'a>,
}

impl<'a> LabelLimits<'a> {
    /// The limit of a label that is never accepted: more than certain.
    pub const NEVER: u32 = Confidence::ONE.raw() + 1;

    pub(crate) fn read(bytes: &'a [u8], labels: u32) -> Result<Self, FormatError> {
        let mut cursor = Cursor::new(SectionKind::Limits, bytes);
        let broken = cursor.broken("the limit of a label is not 0 to 65,537");
        let limits = cursor.words(labels)?;
        cursor.finish()?;
        if limits.iter().any(|limit| limit > Self::NEVER) { Err(broken) } else { Ok(Self { limits }) }
    }

    /// The section for these limits, one for each label: 0 to [`LabelLimits::NEVER`], in 65,536ths.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn write(limits: &[u32]) -> Vec<u8> {
        let mut out = Vec::new();
        put(&mut out, limits);
        out
    }

    /// The limit of a label, in 65,536ths.
    #[must_use]
    pub fn get(&self, label: u32) -> u32 {
        self.limits.get(label as usize)
    }
}
