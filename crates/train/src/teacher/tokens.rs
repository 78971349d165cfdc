//! The tokens of an encoder.

use super::error::TeacherError;
use super::folder::Folder;
use std::collections::BTreeMap;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::{
    ModelWrapper, NormalizedString, Normalizer, NormalizerWrapper, Tokenizer, TruncationParams,
};

/// The tokenizer that came with an encoder.
pub(crate) struct Tokens {
    tokenizer: Tokenizer,
    vocabulary: usize,
}

/// A vocabulary of word pieces.
pub(crate) struct Vocabulary {
    /// The pieces that stand for text, from the most frequent.
    pub(crate) pieces: Vec<Piece>,
    /// Whether texts are lower-cased.
    pub(crate) lowercase: bool,
    /// Whether accents are taken off.
    pub(crate) strip_accents: bool,
}

/// A piece of words.
pub(crate) struct Piece {
    /// Its letters; those of one that continues a word have `##` before them.
    pub(crate) text: String,
    /// The tokens that stand for it, and what each counts: together 1.
    pub(crate) tokens: Vec<(u32, f64)>,
}

/// What begins a piece of a Unigram vocabulary that begins a word.
const BEGINS: char = '▁';

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

    /// The vocabulary, if it is one of word pieces as BERT has it, or one of Unigram whose words begin with `▁`.
    pub(crate) fn vocabulary(&self, folder: &Folder) -> Result<Vocabulary, TeacherError> {
        let other = |what: &str| {
            let fix = "take an encoder whose tokenizer is WordPiece with the prefix `##`, or Unigram with `▁` before words";
            TeacherError::new(&folder.path(Self::FILE), format_args!("{what}; {fix}"))
        };
        let added = self.tokenizer.get_added_tokens_decoder();
        let count = self.tokenizer.get_vocab_size(true).min(self.vocabulary);
        let stands = |id: &u32| !added.get(id).is_some_and(|token| token.special);
        match self.tokenizer.get_model() {
            ModelWrapper::WordPiece(model) if model.continuing_subword_prefix == "##" => {
                let Some(NormalizerWrapper::BertNormalizer(normalizer)) = self.tokenizer.get_normalizer()
                else {
                    return Err(other("texts are not normalised as BERT does it"));
                };
                let text = |id| self.tokenizer.id_to_token(id).unwrap_or_default();
                let ids = (0..count as u32).filter(stands);
                Ok(Vocabulary {
                    pieces: ids.map(|id| Piece { text: text(id), tokens: vec![(id, 1.0)] }).collect(),
                    lowercase: normalizer.lowercase,
                    strip_accents: normalizer.strip_accents.unwrap_or(normalizer.lowercase),
                })
            }
            ModelWrapper::Unigram(model) => {
                let known = (0u32..).zip(model.iter()).take(count).filter(|(id, _)| stands(id));
                let known: Vec<(u32, &str, f64)> =
                    known.map(|(id, (text, score))| (id, text.as_str(), *score)).collect();
                if !known.iter().any(|(_, text, _)| text.starts_with(BEGINS)) {
                    return Err(other("no piece of the vocabulary begins a word"));
                }
                Ok(Vocabulary { pieces: whole(&known), lowercase: true, strip_accents: true })
            }
            _ => Err(other("the vocabulary is not one of word pieces")),
        }
    }

    /// The numbers of the tokens before and behind a text.
    pub(crate) fn ends(&self, folder: &Folder) -> Result<[u32; 2], TeacherError> {
        let wrong = |what: String| TeacherError::new(&folder.path(Self::FILE), what);
        // Not by name: MPNet has `[CLS]` in its vocabulary and puts `<s>` before a text.
        let around = self.tokenizer.encode_fast("", true).map_err(|error| wrong(error.to_string()))?;
        <[u32; 2]>::try_from(around.get_ids()).map_err(|_| {
            let count = around.get_ids().len();
            wrong(format!(
                "{count} tokens stand around a text; take an encoder with one before it and one behind, as \
                 `[CLS]` and `[SEP]`"
            ))
        })
    }
}

/// A text as BERT normalises it: in lower case, or without accents.
pub(crate) fn plain(text: &str, lowercase: bool, strip_accents: bool) -> String {
    let mut normalised = NormalizedString::from(text);
    match BertNormalizer::new(false, false, Some(strip_accents), lowercase).normalize(&mut normalised) {
        Ok(()) => normalised.get().to_owned(),
        Err(_) => text.to_owned(),
    }
}

/// Pieces of lower-case letters without accents, as texts are read, from the tokens of a Unigram vocabulary and the logarithms of their
/// probabilities: those that differ by case and accents are one, in which each counts as often as it stands in texts. An ASCII
/// character that only begins words, or only continues them, does both.
fn whole(tokens: &[(u32, &str, f64)]) -> Vec<Piece> {
    let most = tokens.iter().map(|&(_, _, score)| score).fold(f64::NEG_INFINITY, f64::max);
    let mut found: BTreeMap<String, Vec<(u32, f64)>> = BTreeMap::new();
    for &(id, token, score) in tokens {
        let (prefix, letters) = token.strip_prefix(BEGINS).map_or(("##", token), |letters| ("", letters));
        let letters = plain(letters, true, true);
        if !letters.is_empty() && !letters.contains(BEGINS) {
            found.entry(format!("{prefix}{letters}")).or_default().push((id, libm::exp(score - most)));
        }
    }
    for letter in ('!'..='~').map(String::from) {
        let other = format!("##{letter}");
        match (found.get(&letter).cloned(), found.get(&other).cloned()) {
            (Some(tokens), None) => drop(found.insert(other, tokens)),
            (None, Some(tokens)) => drop(found.insert(letter, tokens)),
            _ => {}
        }
    }
    let total = |tokens: &[(u32, f64)]| tokens.iter().map(|(_, share)| share).sum::<f64>();
    let mut pieces: Vec<(f64, Piece)> = found
        .into_iter()
        .map(|(text, mut tokens)| {
            let (sum, even) = (total(&tokens), 1.0 / tokens.len() as f64);
            // Of tokens that are next to impossible, none tells more than another.
            tokens.iter_mut().for_each(|(_, share)| *share = if sum > 0.0 { *share / sum } else { even });
            (sum, Piece { text, tokens })
        })
        .collect();
    // A stable sort: of equals, the first in the alphabet.
    pieces.sort_by(|a, b| b.0.total_cmp(&a.0));
    pieces.into_iter().map(|(_, piece)| piece).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unigram_tokens_become_pieces_of_words() {
        let tokens = [
            (7, "▁Für", -1.0),
            (8, "▁fur", -2.0),
            (9, "en", -3.0),
            (10, "▁", -1.0),
            (11, "x", -9000.0),
            (12, "▁a▁b", -1.0),
            (13, "EN", -3.0),
        ];
        let pieces = whole(&tokens);
        let texts: Vec<&str> = pieces.iter().map(|piece| piece.text.as_str()).collect();
        assert_eq!(texts, ["fur", "##en", "##x", "x"]);
        let [(7, upper), (8, lower)] = pieces[0].tokens[..] else { panic!() };
        assert!((upper / lower - std::f64::consts::E).abs() < 1e-9 && (upper + lower - 1.0).abs() < 1e-12);
        assert_eq!(pieces[1].tokens, [(9, 0.5), (13, 0.5)]);
        assert_eq!(pieces[2].tokens, pieces[3].tokens);
    }
}
