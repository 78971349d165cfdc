//! Cutting a text into tokens that its slots fit, to be written with their tags.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::lossy::Lossy;
use crate::example::Example;

/// What separates tokens in files of tokens. Other white space, as the no-break space, is part of a token.
pub(super) const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

/// A token and its BIO tag.
pub(super) struct Tagged<'a> {
    pub(super) token: &'a str,
    pub(super) tag: String,
}

/// A slot without blanks around it.
struct Span {
    start: usize,
    end: usize,
    name: String,
}

/// The tokens of a text, cut at blanks and where a slot begins or ends. Of overlapping slots the first is kept,
/// of those that begin together the longest; slots without a token are dropped.
pub(super) fn tagged<'a>(example: &'a Example, lossy: &mut Lossy) -> Result<Vec<Tagged<'a>>, String> {
    let spans = spans(example, lossy)?;
    let cuts: BTreeSet<usize> = spans.iter().flat_map(|span| [span.start, span.end]).collect();
    let text = example.text.as_str();
    let mut tokens: Vec<(usize, &str)> = Vec::new();
    let mut start = 0;
    let ends = text.char_indices().filter(|(at, c)| BLANKS.contains(c) || cuts.contains(at));
    for (at, _) in ends.chain([(text.len(), ' ')]) {
        let part = text.get(start..at).unwrap_or_default();
        let token = part.trim_start_matches(BLANKS);
        if !token.is_empty() {
            tokens.push((at - token.len(), token));
        }
        start = at;
    }
    let mut spans = spans.into_iter().peekable();
    let mut tagged = Vec::with_capacity(tokens.len());
    for (start, token) in tokens {
        while spans.next_if(|span| span.end <= start).is_some() {}
        let tag = match spans.peek() {
            Some(span) if start == span.start => format!("B-{}", span.name),
            Some(span) if start > span.start => format!("I-{}", span.name),
            _ => "O".to_string(),
        };
        tagged.push(Tagged { token, tag });
    }
    let same = tagged.iter().map(|tagged| tagged.token).collect::<Vec<_>>().join(" ") == text;
    if !same && !tagged.is_empty() {
        lossy.text(example);
    }
    Ok(tagged)
}

/// The slots that can be written, in the order of the text.
fn spans(example: &Example, lossy: &mut Lossy) -> Result<Vec<Span>, String> {
    let mut slots: Vec<_> = example.slots.iter().collect();
    slots.sort_by_key(|slot| (slot.start, Reverse(slot.end)));
    let mut spans: Vec<Span> = Vec::new();
    let mut changed = false;
    for slot in slots {
        let Some(marked) = example.text.get(slot.start..slot.end) else {
            return Err(format!("a slot of {:?} does not begin and end between characters", example.text));
        };
        let behind = marked.trim_start_matches(BLANKS);
        let inner = behind.trim_end_matches(BLANKS);
        let start = slot.end - behind.len();
        changed |= inner.len() < marked.len();
        if inner.is_empty() || spans.last().is_some_and(|last| last.end > start) {
            changed = true;
            continue;
        }
        let name = lossy.slot_name(example, &slot.name)?;
        spans.push(Span { start, end: start + inner.len(), name });
    }
    if changed {
        lossy.slots(example);
    }
    Ok(spans)
}
