//! Patterns as tables: a deterministic automaton over bytes.
//!
//! | bytes | what |
//! |---|---|
//! | 4 × 2 | number of states *s*, number of classes *c*, start state, zero; little-endian, as all numbers here |
//! | 256 | the class of each byte, below *c* |
//! | *s* × *c* × 2 | the state behind each state and class |
//! | ⌈*s* / 8⌉ | a bit for each state, lowest first: whether a text may end there |

#![allow(clippy::indexing_slicing)] // Only of the classes, whose number is that of all bytes.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;

const HEADER: usize = 8;

/// A pattern that must match a text from its first byte to its last.
#[derive(Clone, Copy, Debug)]
pub struct Automaton<'a> {
    classes: &'a [u8; 256],
    /// Behind each state, one after the other, for each class.
    transitions: &'a [[u8; 2]],
    accepting: &'a [u8],
    class_count: usize,
    start: u16,
}

/// The tables of an automaton, to be written. States are numbered from 0.
#[derive(Clone, Copy, Debug)]
pub struct AutomatonTables<'a> {
    /// The class of each byte, each below `class_count`.
    pub classes: &'a [u8; 256],
    /// How many classes there are: 1 to 256.
    pub class_count: u16,
    /// The state that every text begins in.
    pub start: u16,
    /// The state behind state `s` on class `c`, at `s * class_count + c`.
    pub transitions: &'a [u16],
    /// Whether a text may end in each state; its length is the number of states, 1 to 65,535.
    pub accepting: &'a [bool],
}

impl<'a> Automaton<'a> {
    /// The bytes of an automaton.
    ///
    /// # Errors
    ///
    /// The rule that the tables break, as words.
    #[cfg(feature = "alloc")]
    pub fn write(tables: &AutomatonTables<'_>) -> Result<Vec<u8>, &'static str> {
        let AutomatonTables { classes, class_count, start, transitions, accepting } = *tables;
        let states =
            u16::try_from(accepting.len()).map_err(|_| "an automaton has more than 65,535 states")?;
        let mut out = Vec::new();
        for number in [states, class_count, start, 0] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out.extend_from_slice(classes);
        transitions.iter().for_each(|state| out.extend_from_slice(&state.to_le_bytes()));
        out.extend(accepting.chunks(8).map(|bits| {
            bits.iter().enumerate().fold(0, |byte, (bit, &accepts)| byte | u8::from(accepts) << bit)
        }));
        Automaton::read(&out)?;
        Ok(out)
    }

    /// The automaton that these bytes are, from the first to the last.
    ///
    /// # Errors
    ///
    /// The rule that the bytes break, as words.
    pub fn read(bytes: &'a [u8]) -> Result<Self, &'static str> {
        const SHORT: &str = "the automaton ends too early";
        let (header, rest) = bytes.split_at_checked(HEADER).ok_or(SHORT)?;
        let &[states, class_count, start, zero] = header.as_chunks::<2>().0 else { return Err(SHORT) };
        let [states, class_count] =
            [states, class_count].map(|number| usize::from(u16::from_le_bytes(number)));
        let start = u16::from_le_bytes(start);
        let (classes, rest) = rest.split_first_chunk::<256>().ok_or(SHORT)?;
        let cells = states.checked_mul(class_count).and_then(|cells| cells.checked_mul(2)).ok_or(SHORT)?;
        let (transitions, accepting) = rest.split_at_checked(cells).ok_or(SHORT)?;
        let transitions = transitions.as_chunks().0;
        if zero != [0, 0] {
            return Err("a field of an automaton that must be 0 is not");
        }
        if class_count == 0 || classes.iter().any(|&class| usize::from(class) >= class_count) {
            return Err("a byte has a class that the automaton does not have");
        }
        let known = |state: u16| usize::from(state) < states;
        if !known(start) || !transitions.iter().all(|&state| known(u16::from_le_bytes(state))) {
            return Err("an automaton leads to a state that it does not have");
        }
        if accepting.len() != states.div_ceil(8) {
            return Err("the accepting states of an automaton are not one bit each");
        }
        Ok(Self { classes, transitions, accepting, class_count, start })
    }

    /// Whether the pattern matches the whole text. The work is one step a byte.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let mut state = usize::from(self.start);
        for byte in text.bytes() {
            let cell = state * self.class_count + usize::from(self.classes[usize::from(byte)]);
            state = self.transitions.get(cell).map_or(0, |&next| usize::from(u16::from_le_bytes(next)));
        }
        self.accepting.get(state / 8).is_some_and(|bits| bits >> (state % 8) & 1 != 0)
    }
}
