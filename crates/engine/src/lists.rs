//! The lists of values of a model's slots, and those that took their place.

use crate::kernel::{Frozen, Source};
use crate::model::Model;
use crate::tier::Membership;
#[cfg(feature = "alloc")]
use crate::value::OwnedList;
use crate::value::{ValueList, ValueType};
#[cfg(feature = "alloc")]
use alloc::vec::Vec;

/// The list that a model has of a slot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choice<'m> {
    slot: u32,
    list: Option<ValueList<'m>>,
}

/// The lists of values, by slot.
#[cfg_attr(feature = "alloc", derive(Clone))]
#[derive(Debug)]
pub(crate) struct Lists<'m> {
    /// Those of the model, in the order of the slots.
    of_model: Frozen<'m, Choice<'m>>,
    /// Those that were set since, with their slots.
    #[cfg(feature = "alloc")]
    own: Vec<(u32, OwnedList)>,
}

impl<'m> Lists<'m> {
    pub(crate) fn new(model: &'m Model<'m>, source: &mut Source<'m>) -> Self {
        let slots = || {
            let all = 0..model.slots().map_or(0, |slots| slots.len() as u32);
            all.filter(|&slot| model.slot_type(slot) == ValueType::Choice)
        };
        let mut of_model = source.take(slots().count(), Choice { slot: 0, list: None });
        for (place, slot) in of_model.iter_mut().zip(slots()) {
            let bytes = model.slots().map_or(&[][..], |slots| slots.values(slot as usize));
            *place = Choice { slot, list: ValueList::read(bytes).ok() };
        }
        Self {
            of_model: of_model.freeze(),
            #[cfg(feature = "alloc")]
            own: Vec::new(),
        }
    }

    /// Puts a list in the place of the one that the slot has.
    #[cfg(feature = "alloc")]
    pub(crate) fn set(&mut self, slot: u32, list: OwnedList) {
        match self.own.iter_mut().find(|(of, _)| *of == slot) {
            Some(place) => place.1 = list,
            None => self.own.push((slot, list)),
        }
    }

    pub(crate) fn view(&self) -> ListsView<'_> {
        ListsView {
            of_model: &self.of_model,
            #[cfg(feature = "alloc")]
            own: &self.own,
        }
    }
}

/// The lists, to be read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ListsView<'e> {
    of_model: &'e [Choice<'e>],
    #[cfg(feature = "alloc")]
    own: &'e [(u32, OwnedList)],
}

impl<'e> ListsView<'e> {
    /// The list of a slot, if it has one.
    pub(crate) fn get(&self, slot: u32) -> Option<ValueList<'e>> {
        let place = self.of_model.binary_search_by_key(&slot, |choice| choice.slot).ok()?;
        self.of_model.get(place).and_then(|choice| self.list(choice))
    }

    /// The list in a place of the model's.
    #[inline]
    fn list(&self, choice: &Choice<'e>) -> Option<ValueList<'e>> {
        #[cfg(feature = "alloc")]
        if let Some((_, own)) = self.own.iter().find(|(of, _)| *of == choice.slot) {
            return own.list();
        }
        choice.list
    }
}

impl Membership for ListsView<'_> {
    fn slots(&self, hash: u32, found: &mut dyn FnMut(u32)) {
        for choice in self.of_model {
            if self.list(choice).is_some_and(|list| list.contains(hash)) {
                found(choice.slot);
            }
        }
    }
}
