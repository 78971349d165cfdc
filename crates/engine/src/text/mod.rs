//! Text to tokens to feature ids.

mod features;
mod normalize;
mod tables;
mod words;

pub use features::{Feature, FeatureSettings, Group, MAX_CHARACTERS, MAX_NGRAM, features};
pub use normalize::{Character, Characters, Class, characters};
pub use words::{Token, TokenKind, Tokens, tokens};
