//! What is wrong with the data, and what to do about it. One file a check.
//!
//! Texts are compared in lower case with white space collapsed, as [`crate::normalise`] gives them. Every
//! check is a function from `Rows` to its findings, listed in `all.rs`.

mod all;
mod conflicting_labels;
mod declared_labels;
mod duplicates;
mod empty_texts;
mod few_examples;
mod imbalance;
mod leaks;
mod long_texts;
mod no_train_rows;
mod one_label;
mod replaced_characters;
mod rows;
mod similar_labels;
mod unseen_labels;

pub use all::all;
