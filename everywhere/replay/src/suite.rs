//! A suite: models, and the texts that each is asked, as bytes. Numbers are of 32 bits, little-endian.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `STSUITE1` |
//! | 4 | number of parts |
//! | each part: 4 × 4 | 1 to write down every answer or 0; bytes of the name; bytes of the model; number of texts |
//! | | the name, the model |
//! | each text: 4 | its bytes |
//! | | the text |

#[cfg(feature = "write")]
use alloc::vec::Vec;
use core::fmt;

const MAGIC: &[u8; 8] = b"STSUITE1";

/// How much is written of the answers of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Digests of all of them.
    Digest,
    /// Every answer, and the digests.
    Answers,
}

/// A suite in bytes, whose every length was checked.
#[derive(Clone, Copy, Debug)]
pub struct Suite<'a> {
    parts: u32,
    bytes: &'a [u8],
}

/// A model and what it is asked.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// What is written of the answers.
    pub detail: Detail,
    /// What the part is called.
    pub name: &'a str,
    /// A model file.
    pub model: &'a [u8],
    count: u32,
    texts: &'a [u8],
}

/// The bytes are no suite: which rule they break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken(pub &'static str);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no suite: {}", self.0)
    }
}

impl core::error::Error for Broken {}

const SHORT: Broken = Broken("it ends too early");

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], Broken> {
    let (taken, behind) = rest.split_at_checked(length).ok_or(SHORT)?;
    *rest = behind;
    Ok(taken)
}

fn number(rest: &mut &[u8]) -> Result<u32, Broken> {
    let bytes = take(rest, 4)?.first_chunk().ok_or(SHORT)?;
    Ok(u32::from_le_bytes(*bytes))
}

fn text<'a>(rest: &mut &'a [u8], length: u32) -> Result<&'a str, Broken> {
    core::str::from_utf8(take(rest, length as usize)?).map_err(|_| Broken("a text is not UTF-8"))
}

fn part<'a>(rest: &mut &'a [u8]) -> Result<Part<'a>, Broken> {
    let detail = match number(rest)? {
        0 => Detail::Digest,
        1 => Detail::Answers,
        _ => return Err(Broken("what is to be written is neither 0 nor 1")),
    };
    let (name, model, count) = (number(rest)?, number(rest)?, number(rest)?);
    let name = text(rest, name)?;
    let model = take(rest, model as usize)?;
    let texts = *rest;
    for _ in 0..count {
        let length = number(rest)?;
        text(rest, length)?;
    }
    let length = texts.len() - rest.len();
    Ok(Part { detail, name, model, count, texts: texts.get(..length).unwrap_or_default() })
}

impl<'a> Suite<'a> {
    /// The suite that these bytes are.
    ///
    /// # Errors
    ///
    /// They are none.
    pub fn open(bytes: &'a [u8]) -> Result<Self, Broken> {
        let mut rest = bytes;
        if take(&mut rest, MAGIC.len())? != MAGIC {
            return Err(Broken("it does not begin with STSUITE1"));
        }
        let parts = number(&mut rest)?;
        let bytes = rest;
        for _ in 0..parts {
            part(&mut rest)?;
        }
        if rest.is_empty() { Ok(Self { parts, bytes }) } else { Err(Broken("it is longer than its parts")) }
    }

    /// Its parts, in order.
    pub fn parts(&self) -> impl Iterator<Item = Part<'a>> + use<'a> {
        let mut rest = self.bytes;
        (0..self.parts).map_while(move |_| part(&mut rest).ok())
    }
}

impl<'a> Part<'a> {
    /// Its texts, in order.
    pub fn texts(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let mut rest = self.texts;
        (0..self.count).map_while(move |_| {
            let length = number(&mut rest).ok()?;
            text(&mut rest, length).ok()
        })
    }
}

/// A part to be written.
#[cfg(feature = "write")]
#[derive(Clone, Copy, Debug)]
pub struct Written<'a> {
    /// What is written of the answers.
    pub detail: Detail,
    /// What the part is called.
    pub name: &'a str,
    /// A model file.
    pub model: &'a [u8],
    /// What the model is asked.
    pub texts: &'a [&'a str],
}

/// The bytes of a suite.
#[cfg(feature = "write")]
#[must_use]
pub fn write(parts: &[Written<'_>]) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    let put = |out: &mut Vec<u8>, number: usize| out.extend_from_slice(&(number as u32).to_le_bytes());
    put(&mut out, parts.len());
    for part in parts {
        put(&mut out, usize::from(part.detail == Detail::Answers));
        put(&mut out, part.name.len());
        put(&mut out, part.model.len());
        put(&mut out, part.texts.len());
        out.extend_from_slice(part.name.as_bytes());
        out.extend_from_slice(part.model);
        for text in part.texts {
            put(&mut out, text.len());
            out.extend_from_slice(text.as_bytes());
        }
    }
    out
}
