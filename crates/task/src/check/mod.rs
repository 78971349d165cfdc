//! What is wrong with the data, and what to do about it. One file a check.
//!
//! Texts are compared in lower case with white space collapsed, as [`crate::normalise`] gives them. Every
//! check is a function from `Rows` to its findings, listed in `all.rs`.

mod all;
mod ambiguous_phrases;
mod broken_spans;
mod conflicting_labels;
mod conflicting_slots;
mod declared_labels;
mod declared_slots;
mod duplicates;
mod empty_texts;
mod few_examples;
mod few_slot_examples;
mod imbalance;
mod leaks;
mod long_texts;
mod no_slots;
mod no_train_rows;
mod one_label;
mod overlapping_slots;
mod padded_slots;
mod replaced_characters;
mod rows;
mod similar_labels;
mod split_words;
mod unlisted_values;
mod unmarked_phrases;
mod unseen_labels;
mod unseen_slots;

pub use all::all;
pub use one_label::LEAST_OUTSIDE;
