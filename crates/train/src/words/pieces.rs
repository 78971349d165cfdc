//! Which pieces of a vocabulary the asset keeps.

use crate::teacher::{Piece, Vocabulary, plain as normal};
use std::collections::{BTreeSet, HashMap};

/// The beginning of a piece that continues a word.
pub(super) const CONTINUING: &str = "##";

/// Words that a piece must stand in to be kept, where texts choose.
const LEAST_WORDS: usize = 3;

/// Up to `most` pieces, by their places: single ASCII characters, alone and as continuations, then the others, both in the
/// order of the vocabulary. Left out are `[unusedN]`, those with characters beyond ASCII, Latin-1 and Latin Extended-A, and those
/// that are not `spoken`. Single ASCII characters are kept in any case, so that every ASCII word can be split.
pub(super) fn keep(vocabulary: &[Piece], most: usize, spoken: Option<&[bool]>) -> Vec<usize> {
    let known = vocabulary.iter().enumerate().filter(|(_, piece)| !unused(&piece.text) && plain(&piece.text));
    let (mut kept, others): (Vec<usize>, Vec<usize>) =
        known.map(|(at, _)| at).partition(|&at| body(&vocabulary[at].text).len() == 1);
    let room = most.saturating_sub(kept.len());
    kept.extend(others.into_iter().filter(|&at| spoken.is_none_or(|spoken| spoken[at])).take(room));
    kept
}

/// Which pieces the language of a text uses: those that are one of its words, and those that at least 3 of its words, each counted
/// once, fall into, where the longest piece that fits is taken from the left.
pub(super) fn spoken(vocabulary: &Vocabulary, text: &str) -> Vec<bool> {
    let Vocabulary { pieces, lowercase, strip_accents } = vocabulary;
    let places: HashMap<&str, usize> =
        pieces.iter().enumerate().map(|(at, piece)| (piece.text.as_str(), at)).collect();
    let longest = places.keys().map(|piece| characters(piece)).max().unwrap_or(0);
    // Each word once, before what makes it plain, which takes longer.
    let words: BTreeSet<&str> = text.split(|letter: char| !letter.is_alphanumeric()).collect();
    let words: BTreeSet<String> = words
        .into_iter()
        .map(|word| normal(word, *lowercase, *strip_accents))
        .filter(|word| !word.is_empty())
        .collect();
    let mut uses = vec![0usize; pieces.len()];
    for word in &words {
        if let Some(found) = split(word, &places, longest) {
            found.iter().for_each(|&at| uses[at] += 1);
        }
        if let Some(&at) = places.get(word.as_str()) {
            uses[at] += LEAST_WORDS;
        }
    }
    uses.into_iter().map(|uses| uses >= LEAST_WORDS).collect()
}

/// The pieces of a word; none where a part of it is none.
fn split(word: &str, places: &HashMap<&str, usize>, longest: usize) -> Option<Vec<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    while start < word.len() {
        let ends = word[start..].char_indices().map(|(at, letter)| start + at + letter.len_utf8());
        let ends: Vec<usize> = ends.take(longest).collect();
        let prefix = if start == 0 { "" } else { CONTINUING };
        let (end, at) = ends.into_iter().rev().find_map(|end| {
            let piece = format!("{prefix}{}", &word[start..end]);
            places.get(piece.as_str()).map(|&at| (end, at))
        })?;
        found.push(at);
        start = end;
    }
    Some(found)
}

/// Characters of a piece, without the prefix of a continuation.
pub(super) fn characters(piece: &str) -> usize {
    body(piece).chars().count()
}

fn body(piece: &str) -> &str {
    match piece.strip_prefix(CONTINUING) {
        Some(rest) if !rest.is_empty() => rest,
        _ => piece,
    }
}

fn unused(piece: &str) -> bool {
    let number = piece.strip_prefix("[unused").and_then(|rest| rest.strip_suffix(']'));
    number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

fn plain(piece: &str) -> bool {
    let body = body(piece);
    !body.is_empty() && body.chars().all(|c| c.is_ascii_graphic() || ('\u{a1}'..='\u{17f}').contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary(pieces: &[&str]) -> Vec<Piece> {
        pieces.iter().map(|text| Piece { text: (*text).to_owned(), tokens: Vec::new() }).collect()
    }

    #[test]
    fn keeps_what_is_plain_and_every_letter() {
        let all =
            vocabulary(&["[unused1]", "the", "文", "café", "##ing", "a", "##a", "of", "#", "##", "[x]", "z"]);
        let kept = |most| -> Vec<&str> {
            keep(&all, most, None).into_iter().map(|at| all[at].text.as_str()).collect()
        };
        assert_eq!(kept(99), ["a", "##a", "#", "z", "the", "café", "##ing", "of", "##", "[x]"]);
        assert_eq!(kept(6), ["a", "##a", "#", "z", "the", "café"]);
        assert_eq!(kept(0), ["a", "##a", "#", "z"]);
    }

    #[test]
    fn texts_choose_the_pieces_of_their_language() {
        let all = vocabulary(&["licht", "light", "##er", "##ing", "lamp", "lich", "##s", "##e"]);
        let text = "»Licht«, Lichter: lichter\nLampe Lampes Lämper lighting singing.";
        let vocabulary = Vocabulary { pieces: all, lowercase: true, strip_accents: true };
        let spoken = spoken(&vocabulary, text);
        let all = vocabulary.pieces;
        // Capitals, accents and signs do not count, nor do words that stand there twice or cannot be split.
        assert_eq!(spoken, [true, false, false, false, true, false, false, false]);
        let kept: Vec<&str> =
            keep(&all, 99, Some(&spoken)).into_iter().map(|at| all[at].text.as_str()).collect();
        assert_eq!(kept, ["##s", "##e", "licht", "lamp"]);
    }
}
