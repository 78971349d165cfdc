//! Text to tokens to feature ids.

mod features;
mod normalize;
mod tables;
mod words;

pub use crate::format::{FeatureSettings, MAX_CHARACTERS, MAX_NGRAM};
pub use features::{Feature, Group, features};
pub use normalize::{Character, Characters, Class, characters};
pub use words::{Token, TokenKind, Tokens, tokens};
