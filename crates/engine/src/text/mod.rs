//! Text to tokens to feature ids.

mod normalize;
mod tables;
mod words;

pub use normalize::{Character, Characters, Class, characters};
pub use words::{Token, TokenKind, Tokens, tokens};
