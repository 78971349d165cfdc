//! `cargo xtask golden`: small model files and what they answer, the same through every door.
//!
//! - The models of the current format version, trained anew (`models.rs`).
//! - The texts that each is asked (`texts.rs`).
//! - The tables of what it answers (`table.rs`), which `golden/README.md` defines.
//! - Writing all of it, or holding what is there against it (`run.rs`).

mod models;
mod run;
mod table;
mod texts;

pub(crate) use run::run;
