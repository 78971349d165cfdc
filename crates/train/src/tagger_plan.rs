//! How large a tagger becomes, before it is fitted.

use crate::error::TrainError;
use crate::filter::Known;
use crate::plan::piece_bytes;
use crate::recipe::Recipe;
use crate::sequence::PLACES;

/// What is settled before the rows are looked at more closely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TaggerPlan {
    pub(crate) dim: usize,
    /// Numbers of the state of a direction: of the layer of all, and of one of the labels; 0 without one.
    pub(crate) units: [usize; 2],
    /// Features that are known at the most.
    pub(crate) most_features: usize,
    /// Phrases that are known at the most.
    pub(crate) most_phrases: usize,
    /// Word pieces at the most, whether a larger file would hold no more, and bits of a number in their rows.
    pub(crate) most_pieces: usize,
    pub(crate) all_pieces: bool,
    pub(crate) piece_bits: u32,
    /// Bytes for filter, table and word pieces.
    room: u64,
    slots: usize,
    /// The largest size for such a task.
    largest: (usize, usize),
}

/// Bytes of headers, recorded answers and facts.
const OVERHEAD: u64 = 14_000;
/// Sizes that are tried, the largest first: numbers of a token, and of the state of a direction.
const SIZES: [(usize, usize); 5] = [(96, 80), (64, 64), (48, 48), (32, 32), (16, 16)];
/// A larger one, where there are no labels, in place of the first of these (validation rows, F1: stackoverflow_ner 61.2 to 62.0 %,
/// bc5cdr 83.2 to 83.4; with labels no difference on German massive and atis, and a third slower), and where there are slots and
/// fewer rows than [`LARGE_BELOW`], before the first.
const LARGE: (usize, usize) = (96, 112);
/// Numbers of the state of a second recurrent layer, of labels where there are slots, beside the largest sizes.
const OF_LABELS: usize = 48;
/// It is there where the slots tell less than this share of the labels: what else tells them leaves tags, which have an error at each
/// token, the less room in a layer that both share (docs/recipe.md, *Slots*).
const SLOTS_TELL: f64 = 0.95;
/// With fewer rows it gains nothing (labels and all right: 600 of the smart home 90.2 77.3 and 89.8 77.4 %, 10 a label of English massive 61.0 31.3 and 61.9 31.9).
const OF_LABELS_FROM: usize = 1_000;
/// With so many rows and more the larger size gains nothing where there are labels (docs/recipe.md, *Slots*).
const LARGE_BELOW: usize = 2_000;
/// The share of the file that may go into layers before they become smaller.
const LAYER_SHARE: u64 = 3;
/// Bytes of a phrase, and the share of the room that phrases may take.
const PHRASE_BYTES: u64 = 7;
const PHRASE_SHARE: u64 = 5;
/// The share of the room that the filter may take.
const FILTER_SHARE: f64 = 0.15;
/// The share of the room that word pieces may take.
const PIECE_SHARE: f64 = 0.3;
const MOST_FEATURES: usize = 10_000_000;
const LEAST_ROWS: u64 = 64;

impl TaggerPlan {
    /// Plans a tagger that learns so many rows of so many labels, whose names take so many bytes, and slots, whose names and
    /// values take so many and which tell such a share of the labels.
    pub(crate) fn new(
        recipe: &Recipe,
        max_size: u64,
        rows: usize,
        (labels, label_bytes): (usize, u64),
        (slots, slot_bytes): (usize, u64),
        slots_tell: f64,
    ) -> Result<Self, TrainError> {
        let fixed = |dim: usize, [units, second]: [usize; 2]| {
            let [labels, slots, dim, units, second] = [labels, slots, dim, units, second].map(|n| n as u64);
            let tags = 2 * slots + 1;
            let layer = |units: u64| if units == 0 { 0 } else { 2 * 3 * units * (dim + units + 6) + 512 };
            let recurrent = layer(units) + layer(second);
            let emissions = tags * (2 * units + 9) + 128;
            let transitions = 2 * tags * (tags + 1 + labels);
            let output = labels.next_multiple_of(16) * (2 * (units + second) + dim).next_multiple_of(16)
                + 9 * labels
                + 128;
            let rules = slots * labels.max(1);
            let phrase_rows = 2 * u64::from(PLACES) * slots * dim;
            OVERHEAD
                + label_bytes
                + 4 * labels
                + slot_bytes
                + 16 * slots
                + recurrent
                + emissions
                + transitions
                + output
                + rules
                + phrase_rows
        };
        let own = |given: u32, size: usize| if given == 0 { size } else { given as usize };
        let large = labels == 0 || (slots > 0 && rows < LARGE_BELOW);
        let sizes =
            large.then_some(LARGE).into_iter().chain(SIZES.into_iter().skip(usize::from(labels == 0)));
        let largest = if large { LARGE } else { SIZES[0] };
        let both = labels > 0 && slots > 0;
        let apart = both && rows >= OF_LABELS_FROM && slots_tell < SLOTS_TELL && recipe.units == 0;
        let sizes: Vec<(usize, [usize; 2])> = sizes
            .flat_map(|size| {
                let dim = own(recipe.dim, size.0).next_multiple_of(16);
                let units = own(recipe.units, size.1);
                let largest = size == LARGE || size == SIZES[0];
                // Without room for a second layer there is one of the same size.
                let second = match recipe.label_units {
                    0 if apart && largest => vec![OF_LABELS, 0],
                    given if both => vec![given as usize],
                    _ => vec![0],
                };
                second.into_iter().map(move |second| (dim, [units, second]))
            })
            .collect();
        let least = |&(dim, units): &(usize, [usize; 2])| fixed(dim, units) + LEAST_ROWS * (dim as u64 + 2);
        let chosen = sizes
            .iter()
            .find(|&&(dim, units)| fixed(dim, units) <= max_size / LAYER_SHARE)
            .or_else(|| sizes.iter().rfind(|size| least(size) <= max_size));
        let Some(&(dim, units)) = chosen else {
            return Err(TrainError::Size { max_size, least: sizes.iter().map(least).min().unwrap_or(0) });
        };
        let room = max_size - fixed(dim, units);
        let fitting = |bits: u32| (room as f64 * PIECE_SHARE) as u64 / piece_bytes(1, dim, bits);
        // Labels alone gain more by finer numbers than by the last pieces. Not so slots (validation rows, F1, 4 and 8 bits: stackoverflow_ner 63.2
        // and 62.6, bc5cdr 84.1 and 83.7).
        let mostly = fitting(8) * 4 >= 3 * u64::from(recipe.pieces);
        let piece_bits = match recipe.piece_bits {
            0 if slots == 0 && mostly => 8,
            0 => 4,
            given => given,
        };
        let fitting = fitting(piece_bits);
        Ok(Self {
            most_pieces: fitting.min(recipe.pieces.into()) as usize,
            all_pieces: fitting >= recipe.pieces.into(),
            piece_bits,
            dim,
            units,
            most_features: ((room as f64 * FILTER_SHARE / 2.46) as usize).clamp(1, MOST_FEATURES),
            most_phrases: (room / PHRASE_SHARE / PHRASE_BYTES) as usize,
            room,
            slots,
            largest,
        })
    }

    /// Whether a file of any size would hold as many numbers of a token and of a state.
    pub(crate) fn is_free(&self, recipe: &Recipe) -> bool {
        let asked = |given: u32, size: usize, is: usize| given != 0 || is == size;
        let (dim, units) = self.largest;
        asked(recipe.dim, dim, self.dim) && asked(recipe.units, units, self.units[0])
    }

    /// The plan with so many word pieces: what they take is gone for the table.
    pub(crate) fn with_pieces(mut self, count: usize) -> Self {
        self.room = self.room.saturating_sub(piece_bytes(count, self.dim, self.piece_bits));
        self.most_features = ((self.room as f64 * FILTER_SHARE / 2.46) as usize).clamp(1, MOST_FEATURES);
        self
    }

    /// How many rows features have, when there is a filter of so many places and so many phrases, and whether each feature owns
    /// the row of its place.
    pub(crate) fn feature_rows(&self, known: &Known, phrases: usize) -> (usize, bool) {
        let places = known.len() as u64;
        // Fingerprints of two bytes.
        let filter = 2 * places;
        let room = self.room.saturating_sub(phrases as u64 * PHRASE_BYTES);
        if filter + places.div_ceil(4) + places * self.dim as u64 <= room {
            return (known.len(), true);
        }
        let rows = room.saturating_sub(filter) / self.dim as u64;
        (rows.clamp(1, (1 << 24) - 2 * u64::from(PLACES) * self.slots as u64) as usize, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(max_size: u64, rows: usize, labels: usize, slots: usize, slots_tell: f64) -> (usize, [usize; 2]) {
        let recipe = Recipe::default();
        let plan = TaggerPlan::new(&recipe, max_size, rows, (labels, 100), (slots, 100), slots_tell).unwrap();
        (plan.dim, plan.units)
    }

    #[test]
    fn labels_that_slots_do_not_tell_have_a_layer_of_their_own() {
        let size = |max_size, slots_tell| size(max_size, 10_000, 10, 20, slots_tell).1;
        assert_eq!([0.0, 0.94, 0.95, 1.0].map(|tell| size(2_500_000, tell)[1]), [48, 48, 0, 0]);
        assert_eq!([600_000, 500_000, 300_000].map(|most| size(most, 0.5)), [[80, 48], [80, 0], [64, 0]]);
        let recipe = Recipe { units: 80, ..Recipe::default() };
        let plan = TaggerPlan::new(&recipe, 2_500_000, 10_000, (10, 100), (20, 100), 0.5).unwrap();
        assert_eq!(plan.units, [80, 0], "one layer, of the size that was asked for");
        assert!(plan.is_free(&recipe));
        let narrow = Recipe { dim: 32, ..Recipe::default() };
        let plan = TaggerPlan::new(&narrow, 2_500_000, 10_000, (10, 100), (20, 100), 0.5).unwrap();
        assert_eq!((plan.dim, plan.units), (32, [80, 48]), "fewer numbers of a token");
        let recipe = Recipe { label_units: 32, ..recipe };
        let plan = |slots| TaggerPlan::new(&recipe, 2_500_000, 10_000, (10, 100), (slots, 100), 1.0).unwrap();
        assert_eq!(plan(20).units, [80, 32], "one that was asked for");
        assert_eq!(plan(0).units, [80, 0], "labels alone");
    }

    #[test]
    fn less_than_two_thousand_rows_with_slots_have_larger_states() {
        let free = |rows, labels, slots| size(2_500_000, rows, labels, slots, 0.9);
        assert_eq!(free(LARGE_BELOW - 1, 10, 20), (96, [112, 48]));
        assert_eq!(free(LARGE_BELOW, 10, 20), (96, [80, 48]));
        assert_eq!(free(OF_LABELS_FROM, 10, 20), (96, [112, 48]));
        assert_eq!(free(OF_LABELS_FROM - 1, 10, 20), (96, [112, 0]));
        assert_eq!(free(100, 10, 0), (96, [80, 0]), "labels alone");
        assert_eq!((free(100, 0, 20), free(100_000, 0, 20)), ((96, [112, 0]), (96, [112, 0])), "slots alone");
        // A file too small for the largest may hold the second.
        assert_eq!(size(500_000, 100, 10, 20, 0.9), (96, [80, 0]));
        assert_eq!(size(300_000, 100, 10, 20, 0.9), (64, [64, 0]));
    }
}
