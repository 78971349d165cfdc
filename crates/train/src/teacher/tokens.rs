//! The tokens of an encoder.

use super::error::TeacherError;
use super::folder::Folder;
use tokenizers::{ModelWrapper, NormalizerWrapper, Tokenizer, TruncationParams};

/// The tokenizer that came with an encoder.
pub(crate) struct Tokens {
    tokenizer: Tokenizer,
    vocabulary: usize,
}

/// A vocabulary of word pieces.
pub(crate) struct Vocabulary {
    /// The pieces by their numbers.
    pub(crate) pieces: Vec<String>,
    /// Which of them stand for no text.
    pub(crate) special: Vec<bool>,
    /// The numbers of the tokens before and behind a text.
    pub(crate) ends: [u32; 2],
    /// Whether texts are lower-cased.
    pub(crate) lowercase: bool,
    /// Whether accents are taken off.
    pub(crate) strip_accents: bool,
}

impl Tokens {
    /// The name of the file.
    pub(crate) const FILE: &str = "tokenizer.json";

    /// Reads the tokenizer of an encoder whose table has `vocabulary` rows.
    pub(crate) fn read(folder: &Folder, bytes: &[u8], vocabulary: usize) -> Result<Self, TeacherError> {
        let wrong = |error: tokenizers::Error| {
            let what =
                format_args!("no tokenizer that can be read: {error}; take the file as it was published");
            TeacherError::new(&folder.path(Self::FILE), what)
        };
        let mut tokenizer = Tokenizer::from_bytes(bytes).map_err(wrong)?;
        tokenizer.with_truncation(None).map_err(wrong)?;
        tokenizer.with_padding(None);
        Ok(Self { tokenizer, vocabulary })
    }

    /// Reads no more than so many tokens of a text, its ends counted.
    pub(crate) fn truncate(&mut self, folder: &Folder, most: usize) -> Result<(), TeacherError> {
        let truncation = TruncationParams { max_length: most, ..TruncationParams::default() };
        match self.tokenizer.with_truncation(Some(truncation)) {
            Ok(_) => Ok(()),
            Err(error) => Err(TeacherError::new(&folder.path(Self::FILE), error)),
        }
    }

    /// The tokens of a text, its ends among them: at least one.
    pub(crate) fn encode(&self, text: &str) -> Result<Vec<u32>, String> {
        let encoded = self.tokenizer.encode_fast(text, true).map_err(|error| error.to_string())?;
        match encoded.get_ids() {
            [] => {
                Err("the tokenizer gives an empty text no token; take an encoder with [CLS] or <s>"
                    .to_string())
            }
            ids => Ok(ids.to_vec()),
        }
    }

    /// The vocabulary, if it is one of word pieces as BERT has it.
    pub(crate) fn vocabulary(&self, folder: &Folder) -> Result<Vocabulary, TeacherError> {
        let wrong = |what: String| TeacherError::new(&folder.path(Self::FILE), what);
        let other = |what: &str| {
            wrong(format!("{what}; take an encoder whose tokenizer is WordPiece with the prefix `##`"))
        };
        match self.tokenizer.get_model() {
            ModelWrapper::WordPiece(model) if model.continuing_subword_prefix == "##" => {}
            _ => return Err(other("the vocabulary is not one of word pieces")),
        }
        let Some(NormalizerWrapper::BertNormalizer(normalizer)) = self.tokenizer.get_normalizer() else {
            return Err(other("texts are not normalised as BERT does it"));
        };
        // Not by name: MPNet has `[CLS]` in its vocabulary and puts `<s>` before a text.
        let around = self.tokenizer.encode_fast("", true).map_err(|error| wrong(error.to_string()))?;
        let ends = <[u32; 2]>::try_from(around.get_ids()).map_err(|_| {
            let count = around.get_ids().len();
            wrong(format!(
                "{count} tokens stand around a text; take an encoder with one before it and one behind, as \
                 `[CLS]` and `[SEP]`"
            ))
        })?;
        let count = self.tokenizer.get_vocab_size(true).min(self.vocabulary);
        let added = self.tokenizer.get_added_tokens_decoder();
        let ids = 0..count as u32;
        Ok(Vocabulary {
            // A number without a piece has the empty one, which no text holds.
            pieces: ids.clone().map(|id| self.tokenizer.id_to_token(id).unwrap_or_default()).collect(),
            special: ids.map(|id| added.get(&id).is_some_and(|token| token.special)).collect(),
            ends,
            lowercase: normalizer.lowercase,
            strip_accents: normalizer.strip_accents.unwrap_or(normalizer.lowercase),
        })
    }
}
