//! The word pieces that a model may know: chosen from a words asset before anything is fitted.

use crate::report::WordsReport;
use crate::words::Words;
use stonechat_engine::text::{Piece, Token, TokenKind, piece_hash, pieces, tokens};

/// Word pieces with what a pretrained encoder makes of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct PieceSet {
    /// The hash of each piece: first of those that stand in rows, the most frequent first, then of others in the order of the
    /// asset.
    pub(crate) hashes: Vec<u32>,
    /// Characters of the longest piece of the asset.
    pub(crate) longest: u32,
    /// How many of them stand in rows.
    pub(crate) seen: usize,
    /// Numbers of a piece.
    pub(crate) width: usize,
    /// `width` numbers for each piece: those of the asset times the weight of its frequency.
    pub(crate) base: Vec<f32>,
    /// Each hash with its place in `hashes`, rising.
    places: Vec<(u32, u32)>,
}

/// Every usable piece of an asset: its hash, length and place there, in the order of the asset. Of two pieces with one hash the
/// first counts.
struct Usable {
    pieces: Vec<(u32, u32, usize)>,
    /// Each hash with its place in `pieces`, rising.
    places: Vec<(u32, u32)>,
}

impl Usable {
    fn new(words: &Words) -> Self {
        let mut pieces = Vec::new();
        for (index, text) in words.pieces.iter().enumerate() {
            let (text, continues) = match text.strip_prefix("##") {
                Some(rest) if !rest.is_empty() => (rest, true),
                _ => (text.as_str(), false),
            };
            if let Some((hash, length)) = piece_hash(text, continues) {
                pieces.push((hash, length, index));
            }
        }
        let mut places = sorted(pieces.iter().map(|&(hash, _, _)| hash));
        places.dedup_by_key(|&mut (hash, _)| hash);
        Self { pieces, places }
    }
}

/// Hashes with their places, rising.
fn sorted(hashes: impl Iterator<Item = u32>) -> Vec<(u32, u32)> {
    let mut places: Vec<(u32, u32)> = hashes.zip(0..).collect();
    places.sort_unstable();
    places
}

fn find(places: &[(u32, u32)], hash: u32) -> Option<u32> {
    let at = places.binary_search_by_key(&hash, |&(hash, _)| hash).ok()?;
    places.get(at).map(|&(_, place)| place)
}

/// Pieces of a text that are looked at when its language is told.
const TOLD_BY: usize = 100_000;
/// The least share of whole words among the pieces of texts that are in the language of an asset. Measured with the English
/// one: English 0.51 (biomedical abstracts) to 0.91, Spanish and French 0.25 to 0.28, German 0.16, Turkish, Japanese and Chinese below
/// 0.07; with the German one: German 0.46 (encyclopaedias) to 0.58, English 0.17 to 0.27, French and Spanish 0.20 to 0.25; Danish and
/// Swedish, whose words its list has some of, about 0.35 in a few lines.
const LEAST_WHOLE: f64 = 0.4;

/// Whether these texts are in the language of an asset: most of the pieces of their words, numbers aside, are whole words.
pub(crate) fn speaks(words: &Words, texts: &[&str], limit: u32) -> bool {
    let usable = Usable::new(words);
    let longest = usable.pieces.iter().map(|&(_, length, _)| length).max().unwrap_or(1);
    let (mut whole, mut all) = (0usize, 0usize);
    for text in texts {
        let word = |token: &Token| {
            token.kind != TokenKind::Symbol && !text.as_bytes()[token.start as usize].is_ascii_digit()
        };
        let mut found = 0;
        pieces(
            text,
            limit,
            longest,
            |hash| find(&usable.places, hash),
            |piece| {
                whole += usize::from(piece.word);
                found += usize::from(piece.letters);
            },
        );
        all += found.max(tokens(text).filter(word).count());
        if all > TOLD_BY {
            break;
        }
    }
    whole as f64 >= LEAST_WHOLE * all as f64
}

impl PieceSet {
    /// At most `most` pieces of an asset: those that stand in the texts, of which `limit` characters are read, then others.
    pub(crate) fn choose(words: &Words, texts: &[&str], limit: u32, most: usize) -> Self {
        let usable = Usable::new(words);
        let longest = usable.pieces.iter().map(|&(_, length, _)| length).max().unwrap_or(1);
        let mut counts = vec![0u32; usable.pieces.len()];
        for text in texts {
            let look = |hash| find(&usable.places, hash);
            pieces(text, limit, longest, look, |piece| counts[piece.row as usize] += 1);
        }
        let mut order: Vec<usize> = usable.places.iter().map(|&(_, place)| place as usize).collect();
        // Frequent ones first; what never stands in a row is left in the order of the asset, which is that of frequency, too.
        order.sort_unstable_by_key(|&place| (std::cmp::Reverse(counts[place]), place));
        order.truncate(most);
        let seen = order.iter().filter(|&&place| counts[place] > 0).count();
        let width = words.dim;
        let mut base = Vec::with_capacity(order.len() * width);
        for &place in &order {
            let (_, _, index) = usable.pieces[place];
            let weight = words.weights[index];
            base.extend(words.rows[index * width..][..width].iter().map(|value| weight * value));
        }
        let hashes: Vec<u32> = order.iter().map(|&place| usable.pieces[place].0).collect();
        let places = sorted(hashes.iter().copied());
        Self { hashes, longest, seen, width, base, places }
    }

    /// What a report says of them; nothing if there are none.
    pub(crate) fn report(&self, words: Option<&Words>, bits: u32) -> Option<WordsReport> {
        let asset = words.map_or_else(String::new, |words| words.digest.clone());
        (self.len() > 0).then(|| WordsReport { pieces: self.len(), seen: self.seen, bits, asset })
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.hashes.len()
    }

    /// The pieces of a text, by their places, in the order of the text.
    pub(crate) fn find(&self, text: &str, limit: u32) -> Vec<u32> {
        let mut found = Vec::new();
        self.each(text, limit, |piece| found.push(piece.row));
        found
    }

    /// Hands out the pieces of a text, their places as rows, in the order of the text.
    pub(crate) fn each(&self, text: &str, limit: u32, sink: impl FnMut(Piece)) {
        if self.len() > 0 {
            pieces(text, limit, self.longest, |hash| find(&self.places, hash), sink);
        }
    }

    /// What the encoder makes of a piece.
    pub(crate) fn base(&self, piece: u32) -> &[f32] {
        &self.base[piece as usize * self.width..][..self.width]
    }

    /// The places of the pieces in rising order of their hashes, which is that of their rows in the file.
    pub(crate) fn rising(&self) -> impl Iterator<Item = u32> + '_ {
        self.places.iter().map(|&(_, place)| place)
    }
}
