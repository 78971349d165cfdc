//! Which pieces of a vocabulary the asset keeps.

/// The beginning of a piece that continues a word.
pub(super) const CONTINUING: &str = "##";

/// The identifiers of up to `most` pieces: single ASCII characters, alone and as continuations, then the others, both in the
/// order of the vocabulary. Left out are pieces that are `special`, `[unusedN]`, and those with characters beyond ASCII,
/// Latin-1 and Latin Extended-A. Single ASCII characters are kept in any case, so that every ASCII word can be split.
pub(super) fn keep(vocabulary: &[String], most: usize, special: &[bool]) -> Vec<u32> {
    let known = (0u32..).zip(vocabulary).zip(special);
    let known = known.filter(|((_, piece), special)| !**special && !unused(piece) && plain(piece));
    let (mut kept, others): (Vec<_>, Vec<_>) =
        known.map(|(numbered, _)| numbered).partition(|(_, piece)| body(piece).len() == 1);
    let room = most.saturating_sub(kept.len());
    kept.extend(others.into_iter().take(room));
    kept.into_iter().map(|(id, _)| id).collect()
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

    #[test]
    fn keeps_what_is_plain_and_every_letter() {
        let all =
            ["[PAD]", "[unused1]", "the", "文", "café", "##ing", "a", "##a", "of", "#", "##", "[x]", "z"];
        let all = all.map(str::to_string);
        let special = [&[true][..], &[false; 12]].concat();
        let kept = |most| {
            let ids = keep(&all, most, &special);
            ids.iter().map(|&id| all[id as usize].as_str()).collect::<Vec<_>>()
        };
        assert_eq!(kept(99), ["a", "##a", "#", "z", "the", "café", "##ing", "of", "##", "[x]"]);
        assert_eq!(kept(6), ["a", "##a", "#", "z", "the", "café"]);
        assert_eq!(kept(0), ["a", "##a", "#", "z"]);
    }
}
