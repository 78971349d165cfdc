//! A list of values that is made while running.

use super::list::ValueList;
use alloc::boxed::Box;

/// A list of values in memory of its own.
#[derive(Clone, Debug)]
pub(crate) struct OwnedList(Box<[u8]>);

impl OwnedList {
    /// The list of `values`, from phrases and the places of the values that they stand for.
    pub(crate) fn new<'s>(phrases: impl Iterator<Item = (&'s str, u32)>, values: &[&str]) -> Self {
        Self(ValueList::write_unordered(phrases, values).into_boxed_slice())
    }

    /// The list. Costs nothing: it was written by this program.
    pub(crate) fn list(&self) -> Option<ValueList<'_>> {
        ValueList::laid_out(&self.0).ok()
    }
}
