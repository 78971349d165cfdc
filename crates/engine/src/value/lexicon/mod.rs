//! The words of each language, and the parts that they play.

mod class;
mod english;
mod french;
mod german;
mod lookup;
mod neutral;
mod spanish;

pub(super) use class::{Class, Row};
pub(super) use lookup::{front_number, rows};
