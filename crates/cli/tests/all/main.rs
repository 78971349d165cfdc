//! The program as a person or a script meets it, one file a command.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bad_input;
mod bench;
mod check;
mod convert;
mod demo;
mod eval;
mod explain;
mod golden;
mod help;
mod inspect;
mod ladder;
mod new;
mod predict;
mod readme;
mod slots;
mod support;
mod train;
mod verify;
mod words;
