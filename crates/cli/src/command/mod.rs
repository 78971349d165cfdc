//! The commands, one file each: a command reads, calls, prints.

mod bench;
mod check;
mod convert;
mod demo;
mod eval;
mod inspect;
mod list;
mod new;
mod predict;
mod train;
mod verify;
mod words;

pub(crate) use list::Command;
