//! Data formats: which there are, how they are recognised, read and written.
//!
//! One file a format, reading and writing side by side.

mod clinc;
mod columns;
mod conll;
mod delimited;
mod detect;
mod fasttext;
mod folder;
mod jsonl;
mod kind;
mod lossy;
mod massive;
mod options;
mod read;
mod row;
mod seqio;
mod tags;
mod tokens;
mod trec;
mod write;

pub(crate) use clinc::is_clinc;
pub(crate) use detect::{detect, is_class_folder};
pub(crate) use folder::read_classes;
pub use kind::Format;
pub use options::{LabelLevel, ReadOptions};
pub(crate) use read::parse;
pub(crate) use row::Row;
pub(crate) use seqio::{TOKENS, is_part, is_tagged_part, read_parallel};
pub use write::{write, write_jsonl};
