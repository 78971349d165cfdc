//! Slots that share a part of the text.

use super::rows::{Rows, count};
use crate::example::Slot;
use crate::finding::{Finding, Place, Places, Severity};

/// `overlapping-slots`: slots that begin before another one ends that begins no later; each is a place.
pub(super) fn check(rows: &Rows<'_>) -> Vec<Finding> {
    let mut places = Places::default();
    for row in rows.splits.all() {
        let mut slots: Vec<&Slot> = row.slots.iter().collect();
        slots.sort_by_key(|slot| (slot.start, slot.end));
        let mut end = 0;
        for slot in slots {
            if slot.start < end {
                places.add(|| Place::of_slot(row, slot));
            }
            end = end.max(slot.end);
        }
    }
    let number = places.len();
    if number == 0 {
        return Vec::new();
    }
    let message = format!("{} over another slot of the text", count(number, "marked slot"));
    let proposal = "keep one of them: a word is in one slot at most";
    vec![places.finding("overlapping-slots", Severity::Error, number, message, proposal)]
}
