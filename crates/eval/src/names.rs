//! Names with their numbers.

use std::collections::{BTreeMap, BTreeSet};

/// The names of the model, in its order, then those that only the examples have, sorted: each with its index.
#[derive(Debug)]
pub(crate) struct Names<'a> {
    all: Vec<&'a str>,
    index: BTreeMap<&'a str, u32>,
    /// How many are the model's.
    own: usize,
}

impl<'a> Names<'a> {
    pub(crate) fn new(model: impl Iterator<Item = &'a str>, examples: impl Iterator<Item = &'a str>) -> Self {
        let mut all: Vec<&str> = model.collect();
        let own = all.len();
        let of_model: BTreeSet<&str> = all.iter().copied().collect();
        let of_examples: BTreeSet<&str> = examples.collect();
        all.extend(of_examples.difference(&of_model));
        let index = all.iter().zip(0u32..).map(|(name, index)| (*name, index)).collect();
        Self { all, index, own }
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &'a str> {
        self.all.iter().copied()
    }

    /// Those that only the examples have.
    pub(crate) fn of_examples(&self) -> impl Iterator<Item = &'a str> {
        self.iter().skip(self.own)
    }

    /// The name at an index; empty beyond the last.
    pub(crate) fn name(&self, index: u32) -> &'a str {
        self.all.get(index as usize).copied().unwrap_or_default()
    }

    pub(crate) fn index(&self, name: &str) -> Option<u32> {
        self.index.get(name).copied()
    }

    /// Whether the name at an index is one of the model.
    pub(crate) const fn is_own(&self, index: u32) -> bool {
        (index as usize) < self.own
    }
}
