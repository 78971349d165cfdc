//! What was fitted and quantised, before it is a file.

use crate::dictionary::Dictionary;
use crate::pack::{Package, owns_rows};
use crate::piece::PieceSet;
use crate::plan::Plan;
use crate::sequence::{Numbers, PhraseBook};
use crate::tagger_plan::TaggerPlan;
use crate::tier::Bag;
use crate::tier::tagger::Network;
use std::sync::Arc;
use stonechat_engine::format::{SectionKind, Tier};
use stonechat_engine::text::Feature;

/// A bag.
pub(crate) struct FittedBag {
    pub(crate) plan: Plan,
    pub(crate) bag: Bag,
    pub(crate) dictionary: Dictionary,
    pub(crate) buckets: Vec<u32>,
    pub(crate) pieces: PieceSet,
    pub(crate) bits: u32,
    pub(crate) sections: Vec<(SectionKind, Vec<u8>)>,
}

impl FittedBag {
    /// Whether nothing was left out or shared for want of room.
    pub(crate) fn is_whole(&self) -> bool {
        self.dictionary.len() < self.plan.most_features
            && (self.plan.all_pieces || self.pieces.len() < self.plan.most_pieces)
            && owns_rows(&self.sections)
    }

    pub(crate) fn package<'a>(&self, names: &'a [String]) -> Package<'a> {
        Package { tier: Tier::Bag, labels: names, sections: self.sections.clone() }
    }

    /// The logits of a text of these features, of which so many characters are read.
    pub(crate) fn logits(&self, features: &[Feature], text: &str, limit: u32) -> Vec<f32> {
        let buckets = self.dictionary.row(features, Vec::new()).buckets(&self.buckets);
        self.bag.logits([&buckets[0], &buckets[1]], &self.pieces.find(text, limit))
    }
}

/// A tagger.
pub(crate) struct FittedTagger {
    pub(crate) network: Network,
    pub(crate) features: usize,
    pub(crate) hashes: Vec<u32>,
    pub(crate) buckets: Vec<u32>,
    pub(crate) book: PhraseBook,
    pub(crate) declared: Vec<Vec<u32>>,
    pub(crate) feature_rows: u32,
    pub(crate) pieces: Option<Arc<PieceSet>>,
    /// Characters that are read of a text.
    pub(crate) limit: u32,
    /// The linear machine beside it, whose logits are added; none where it answers alone.
    pub(crate) beside: Option<Arc<FittedBag>>,
    /// How many times they count beside those that the network had, which were divided by that; 0 without.
    pub(crate) times: f32,
    pub(crate) sections: Vec<(SectionKind, Vec<u8>)>,
}

impl FittedTagger {
    pub(crate) fn package<'a>(&self, labels: &'a [String]) -> Package<'a> {
        Package { tier: Tier::Tagger, labels, sections: self.sections.clone() }
    }

    /// Whether nothing was left out or shared for want of room.
    pub(crate) fn is_whole(&self, plan: &TaggerPlan) -> bool {
        self.features < plan.most_features
            && self.book.phrases().len() < plan.most_phrases
            && (plan.all_pieces || self.pieces.as_ref().is_none_or(|set| set.len() < plan.most_pieces))
            && owns_rows(&self.sections)
            && self.beside.as_ref().is_none_or(|bag| bag.is_whole())
    }

    pub(crate) fn numbers(&self, longest: usize) -> Numbers<'_> {
        Numbers {
            hashes: &self.hashes,
            buckets: &self.buckets,
            book: &self.book,
            declared: &self.declared,
            feature_rows: self.feature_rows,
            longest,
            pieces: self.pieces.as_deref(),
            limit: self.limit,
        }
    }
}

/// Drafts: what was fitted without the tuning rows, and is tuned on these.
#[derive(Clone)]
pub(crate) enum Drafts {
    /// One for each plan.
    Bags(Vec<Arc<FittedBag>>),
    Tagger(Arc<FittedTagger>),
}
