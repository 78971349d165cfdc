//! Tags of tokens, as `B-room I-room O`, and the spans that they stand for.

use super::Row;
use crate::document::Document;
use crate::example::Slot;
use crate::finding::{Finding, Places, Severity};

/// Where in a span a token stands, by the letter before the hyphen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// `B`.
    Begin,
    /// `I`.
    Inside,
    /// `E`, or `L` in BILOU.
    End,
    /// `S`, or `U` in BILOU.
    Single,
}

/// The tag of a token inside a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    part: Part,
    name: &'a str,
}

impl<'a> Tag<'a> {
    /// Reads a tag; `None` for `O`. The reason of a failure says what the tag is not.
    pub(super) fn parse(tag: &'a str) -> Result<Option<Tag<'a>>, String> {
        if tag == "O" {
            return Ok(None);
        }
        let (part, name) = tag.split_once('-').unwrap_or((tag, ""));
        let part = match part {
            "B" => Part::Begin,
            "I" => Part::Inside,
            "E" | "L" => Part::End,
            "S" | "U" => Part::Single,
            _ => return Err(format!("{tag:?} is no tag")),
        };
        match name.trim() {
            "" => Err(format!("the tag {tag:?} names no slot")),
            name => Ok(Some(Tag { part, name })),
        }
    }

    /// Whether a token with this tag may stand within a span that the token before it is in.
    fn goes_on(self, before: Option<Tag<'_>>) -> bool {
        matches!(self.part, Part::Inside | Part::End)
            && before.is_some_and(|before| {
                before.name == self.name && matches!(before.part, Part::Begin | Part::Inside)
            })
    }
}

/// What to write instead of a tag that is none.
pub(super) const TAG_FIX: &str = "write O, or B-NAME, I-NAME, E-NAME, S-NAME, or name the column of the tags, as label = 2 under [data] in task.toml";

/// The row of a sentence: its text is the tokens joined by one space, its slots are the spans of the tags as
/// conlleval reads them, where any tag that cannot go on with the span before it begins a new one.
pub(super) fn row(line: u32, tokens: &[&str], tags: &[Option<Tag<'_>>]) -> Row {
    let mut text = String::with_capacity(tokens.iter().map(|token| token.len() + 1).sum());
    let mut slots: Vec<Slot> = Vec::new();
    let mut before = None;
    for (token, &tag) in tokens.iter().zip(tags) {
        if !text.is_empty() {
            text.push(' ');
        }
        let start = text.len();
        text.push_str(token);
        if let Some(tag) = tag {
            match slots.last_mut().filter(|_| tag.goes_on(before)) {
                Some(slot) => slot.end = text.len(),
                None => slots.push(Slot { name: tag.name.to_string(), start, end: text.len() }),
            }
        }
        before = tag;
    }
    Row { line, text, slots, ..Row::default() }
}

/// The tags of a file that break the rules of its scheme, which only the whole file tells: IOB1 and BIO are
/// told apart by how most spans begin.
#[derive(Default)]
pub(super) struct Faults {
    /// Whether there is an E-, S-, L- or U-.
    ends_marked: bool,
    /// Lines of I- that open a span: wrong in BIO, the rule in IOB1.
    opened_by_inside: Vec<u32>,
    /// Lines of B- that do not follow a span of the same name: wrong in IOB1, the rule in BIO.
    opened_by_begin: Vec<u32>,
    /// Lines of tags that are wrong in BIOES: a span without its beginning or its end.
    half: Vec<u32>,
}

impl Faults {
    /// One more sentence, its tags with their lines.
    pub(super) fn sentence<'a>(&mut self, tags: impl IntoIterator<Item = (u32, Option<Tag<'a>>)>) {
        let mut tags = tags.into_iter().peekable();
        let mut before: Option<Tag<'_>> = None;
        while let Some((line, tag)) = tags.next() {
            if let Some(tag) = tag {
                let same = before.is_some_and(|before| before.name == tag.name);
                let next = tags.peek().and_then(|(_, next)| *next);
                match tag.part {
                    Part::Begin if !same => self.opened_by_begin.push(line),
                    Part::Inside if !same => self.opened_by_inside.push(line),
                    Part::End | Part::Single => self.ends_marked = true,
                    Part::Begin | Part::Inside => {}
                }
                let begun = matches!(tag.part, Part::Begin | Part::Single) || tag.goes_on(before);
                let ended = matches!(tag.part, Part::End | Part::Single)
                    || next.is_some_and(|next| next.goes_on(Some(tag)));
                if !(begun && ended) {
                    self.half.push(line);
                }
            }
            before = tag;
        }
    }

    /// A warning about the tags that break the rules, if there are any.
    pub(super) fn finding(self, document: &Document) -> Option<Finding> {
        let (scheme, lines) = if self.ends_marked {
            ("BIOES", self.half)
        } else if self.opened_by_inside.len() > self.opened_by_begin.len() {
            ("IOB1", self.opened_by_begin)
        } else {
            ("BIO", self.opened_by_inside)
        };
        let count = lines.len();
        (count > 0).then(|| {
            let (thing, verb) = if count == 1 { ("tag", "does") } else { ("tags", "do") };
            Places::of_lines(&document.path, &lines).finding(
                "invalid-tag-sequence",
                Severity::Warning,
                count,
                format!("{count} {thing} {verb} not follow from the tag before as {scheme} asks for"),
                "mend the tags; until then a tag that continues no span begins one, as conlleval reads it",
            )
        })
    }
}
