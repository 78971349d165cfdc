//! Runs one model file over text.
#![no_std]

pub mod text;
