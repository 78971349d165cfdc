//! `cargo xtask layout`: the sources keep to the map of the project, which `docs/architecture.md` draws.
//!
//! - No circle of imports between the files of a crate (`circles.rs`).
//! - The rooms of the engine import only rooms below them (`rooms.rs`).
//! - A crate depends on no other crates of ours than it may (`arrows.rs`).
//! - The engine has no `std` and no floating point, and `unsafe` has two addresses (`words.rs`).
//! - `mod.rs` and `lib.rs` are faces: documents, `mod` and `pub use` (`faces.rs`).

mod arrows;
mod check;
mod circles;
mod faces;
mod imports;
mod rooms;
mod source;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use check::run;
