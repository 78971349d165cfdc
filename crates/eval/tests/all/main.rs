//! A model made by hand, held against rows whose numbers can be computed on paper.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod evaluation;
mod html;
mod json;
mod model;
mod slots;
mod speed;
mod tagger;
