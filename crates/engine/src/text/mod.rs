//! Text to tokens to feature ids.

mod ascii;
mod batches;
mod exact;
mod features;
mod normalize;
mod phrase;
mod pieces;
mod tables;
mod token_features;
mod words;

pub use crate::format::{FeatureSettings, MAX_CHARACTERS, MAX_NGRAM};
pub(crate) use batches::feature_batches;
pub use exact::exact_hash;
pub use features::{Feature, Group, features};
pub use normalize::{Character, Characters, Class, characters};
#[cfg(feature = "alloc")]
pub(crate) use phrase::normalised_phrase;
pub(crate) use phrase::phrase_characters;
pub use phrase::{PhraseHash, TokenHash, TokenHashes, phrase_hash, token_hashes};
pub use pieces::{Piece, piece_hash, pieces};
pub use token_features::token_features;
pub use words::{Token, TokenKind, Tokens, tokens};
