//! Typed values: what a slot's span of text stands for, or that it is unresolved. Nothing is guessed.

mod amount;
mod automaton;
mod calendar;
mod clock;
mod cursor;
mod date;
mod decimal;
mod duration;
mod kind;
mod lexicon;
mod list;
mod moment;
mod number;
#[cfg(feature = "alloc")]
mod owned;
mod period;
mod resolve;
mod span;
mod typed;
mod unit;

pub use automaton::{Automaton, AutomatonTables};
pub use calendar::{BadReference, Date, Reference, Time};
pub use decimal::Decimal;
pub use duration::Duration;
pub use kind::{Language, ValueType};
pub use list::{Match, ValueList};
#[cfg(feature = "alloc")]
pub(crate) use owned::OwnedList;
pub use resolve::resolve;
pub use typed::{DateTimeValue, DateValue, TimeValue, Value};
pub use unit::{Currency, TemperatureUnit};
