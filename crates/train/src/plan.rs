//! How large a model becomes, before it is fitted.

use crate::error::TrainError;
use crate::recipe::Recipe;
use crate::tier::Shape;
use stonechat_engine::format::Dense;

/// What is settled before the rows are looked at more closely.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Plan {
    pub(crate) labels: usize,
    pub(crate) multi_label: bool,
    /// Whether it is a linear machine, and not a network.
    pub(crate) linear: bool,
    pub(crate) dim: usize,
    pub(crate) hidden: usize,
    /// Features that are known at the most.
    pub(crate) most_features: usize,
    /// In how many rows a feature stands at the least.
    pub(crate) least_count: u32,
    /// Word pieces at the most; 0 in a linear machine, unless it is one [of pieces](Self::of_pieces).
    pub(crate) most_pieces: usize,
    /// Whether a larger file would hold no more.
    pub(crate) all_pieces: bool,
    /// Bits of a number in their rows.
    pub(crate) piece_bits: u32,
    /// Bytes for the table and the filter, and for word pieces.
    room: u64,
    bits: u32,
}

/// Bytes that everything but table, filter, layers and label names takes at the most.
const OVERHEAD: u64 = 12_000;
/// The share of the room that the filter may take where features share rows.
const FILTER_SHARE: f64 = 0.08;
/// The share of the room that word pieces may take.
const PIECE_SHARE: f64 = 0.4;
/// Features that share a row of 8-bit numbers, at the most, before numbers of 4 bits and twice the rows are the better choice.
const MOST_SHARED: usize = 8;
/// The longest table row and the widest hidden layer that the format takes.
const MOST_DIM: usize = 1024;
const MOST_HIDDEN: usize = 4096;
/// Features at the most: the filter's segments end at 2²² places.
const MOST_FEATURES: usize = 10_000_000;
/// Table rows at the least.
const LEAST_BUCKETS: usize = 33;

impl Plan {
    /// Plans a model of these labels: a linear machine, or a network. None is a machine that the format or a size that the
    /// recipe gives leaves no room for.
    pub(crate) fn new(
        recipe: &Recipe,
        labels: &[String],
        multi_label: bool,
        linear: bool,
    ) -> Result<Option<Self>, TrainError> {
        let count = labels.len();
        let mut dim = match recipe.dim as usize {
            0 if linear => count.next_multiple_of(2),
            0 if count <= 16 => 32,
            0 => 64,
            dim => dim,
        };
        let mut hidden = match recipe.hidden as usize {
            0 if linear => 2 * count,
            0 => 3 * dim,
            hidden => hidden,
        };
        let names: u64 = labels.iter().map(|name| name.len() as u64 + 4).sum();
        let layers = |dim: usize, hidden: usize| {
            let layer = |inputs: usize, outputs: usize| {
                Dense::weight_bytes(inputs, outputs).unwrap_or(usize::MAX / 4) + 9 * outputs + 128
            };
            (layer(dim, hidden) + layer(hidden, count)) as u64
        };
        let least = |dim: usize, hidden: usize| {
            OVERHEAD + names + layers(dim, hidden) + bytes(LEAST_BUCKETS, dim, 8, true)
        };
        // Many labels make the output layer large: it narrows until it leaves half of the file to the table.
        while recipe.hidden == 0
            && !linear
            && hidden > 16
            && (layers(dim, hidden) > recipe.max_size / 2 || least(dim, hidden) > recipe.max_size)
        {
            hidden /= 2;
            if recipe.dim == 0 {
                dim = dim.min(hidden);
            }
        }
        if least(dim, hidden) > recipe.max_size {
            return Err(TrainError::Size { max_size: recipe.max_size, least: least(dim, hidden) });
        }
        let room = recipe.max_size - OVERHEAD - names - layers(dim, hidden);
        if linear && (count > dim || 2 * count > hidden || dim > MOST_DIM || hidden > MOST_HIDDEN) {
            return Ok(None);
        }
        let piece_bits = if recipe.piece_bits == 0 { 8 } else { recipe.piece_bits };
        let most_pieces = if linear { 0 } else { fitting_pieces(recipe, room, dim, piece_bits) };
        Ok(Some(Self {
            all_pieces: linear || most_pieces == recipe.pieces as usize,
            most_pieces,
            piece_bits,
            labels: count,
            multi_label,
            linear,
            dim,
            hidden,
            most_features: most_features(linear, room, dim, recipe.bits),
            // A linear machine makes good use of what it saw once; elsewhere that is noise.
            least_count: if linear { 1 } else { 2 },
            room,
            bits: recipe.bits,
        }))
    }

    /// The plan with so many word pieces: what they take is gone for the table.
    pub(crate) fn with_pieces(mut self, count: usize) -> Self {
        self.room = self.room.saturating_sub(piece_bytes(count, self.dim, self.piece_bits));
        self.most_features = most_features(self.linear, self.room, self.dim, self.bits);
        self
    }

    /// The plan of a linear machine that knows word pieces, too; none where it may not.
    pub(crate) fn of_pieces(mut self, recipe: &Recipe) -> Option<Self> {
        self.most_pieces = fitting_pieces(recipe, self.room, self.dim, self.piece_bits);
        self.all_pieces = self.most_pieces == recipe.pieces as usize;
        (self.linear && self.most_pieces > 0 && recipe.linear_pieces > 0.0).then_some(self)
    }

    /// The shape of a model with a filter of so many places for so many features, the bits of a number in its table, and
    /// whether each feature owns the table row of its place.
    pub(crate) fn shape(&self, features: usize, places: usize) -> (Shape, u32, bool) {
        let shape =
            |buckets: usize| Shape { buckets, dim: self.dim, hidden: self.hidden, labels: self.labels };
        let owned_bits = if self.bits == 0 { 8 } else { self.bits };
        if bytes(places, self.dim, owned_bits, true) <= self.room {
            return (shape(places), owned_bits, true);
        }
        let room = self.room.saturating_sub(places as u64);
        let fitting = |bits: u32| (room / (self.dim as u64 * u64::from(bits) / 8).max(1)) as usize;
        let bits = match self.bits {
            0 if fitting(8) * MOST_SHARED >= features => 8,
            0 => 4,
            bits => bits,
        };
        (shape(fitting(bits).clamp(1, 1 << 24)), bits, false)
    }
}

/// How many pieces fit into their share of the room.
fn fitting_pieces(recipe: &Recipe, room: u64, dim: usize, bits: u32) -> usize {
    let fitting = (room as f64 * PIECE_SHARE) as u64 / piece_bytes(1, dim, bits);
    fitting.min(recipe.pieces.into()) as usize
}

/// Features that are known at the most.
fn most_features(linear: bool, room: u64, dim: usize, bits: u32) -> usize {
    let most = if linear {
        // Each feature has a row of its own; a hundred features have 123 places.
        let places = room * 400 / bytes(400, dim, if bits == 4 { 4 } else { 8 }, true);
        (places as usize).saturating_sub(LEAST_BUCKETS) * 100 / 124
    } else {
        (room as f64 * FILTER_SHARE / 1.23) as usize
    };
    most.clamp(1, MOST_FEATURES)
}

/// Bytes of so many word pieces: hash, share of a group and row of each.
pub(crate) const fn piece_bytes(count: usize, dim: usize, bits: u32) -> u64 {
    count as u64 * (5 + dim as u64 * bits as u64 / 8)
}

/// Bytes of a filter and a table of so many places each; with owners, two bits more for each.
fn bytes(places: usize, dim: usize, bits: u32, owned: bool) -> u64 {
    let places = places as u64;
    places + places * dim as u64 * u64::from(bits) / 8 + if owned { places.div_ceil(4) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::Known;

    fn recipe() -> Recipe {
        Recipe { max_size: 1_100_000, ..Recipe::default() }
    }

    fn labels(count: usize) -> Vec<String> {
        (0..count).map(|index| format!("label {index}")).collect()
    }

    #[test]
    fn few_labels_make_a_linear_machine() {
        let plan = Plan::new(&recipe(), &labels(5), false, true).unwrap().unwrap();
        assert!(plan.linear && plan.dim == 6 && plan.hidden == 10);
        let plan = Plan::new(&recipe(), &labels(77), false, false).unwrap().unwrap();
        assert!(!plan.linear && plan.dim == 64 && plan.hidden == 192);
    }

    #[test]
    fn many_labels_narrow_the_hidden_layer() {
        let plan = Plan::new(&recipe(), &labels(10_000), false, false).unwrap().unwrap();
        assert!(plan.hidden < 192, "{plan:?}");
        let small = Recipe { max_size: 30_000, ..Recipe::default() };
        let error = Plan::new(&small, &labels(10_000), false, false).unwrap_err();
        assert!(matches!(error, TrainError::Size { max_size: 30_000, least } if least > 30_000), "{error}");
    }

    #[test]
    fn features_own_their_rows_where_these_fit() {
        let plan = Plan::new(&recipe(), &labels(77), false, false).unwrap().unwrap();
        assert_eq!(
            plan.shape(1000, 1263),
            (Shape { buckets: 1263, dim: 64, hidden: 192, labels: 77 }, 8, true)
        );
        let (shape, bits, owned) = plan.shape(20_000, 24_633);
        assert!(!owned && bits == 8 && shape.buckets < 20_000, "{shape:?}");
    }

    #[test]
    fn a_linear_machine_of_the_most_features_fits() {
        for count in 2..=8 {
            for max_size in [20_000, 50_000, 300_000, 1_100_000, 5_000_000] {
                let plan = Plan::new(&Recipe { max_size, ..Recipe::default() }, &labels(count), false, true)
                    .unwrap()
                    .unwrap();
                let (_, _, owned) = plan.shape(plan.most_features, Known::size(plan.most_features));
                assert!(owned, "{count} labels in {max_size} bytes: {plan:?}");
                let recipe = Recipe { max_size, ..Recipe::default() };
                let of_pieces = plan.of_pieces(&recipe).unwrap();
                assert!(of_pieces.most_pieces > 100 || max_size < 50_000, "{of_pieces:?}");
                let full = of_pieces.with_pieces(of_pieces.most_pieces);
                let (_, _, owned) = full.shape(full.most_features, Known::size(full.most_features));
                assert!(owned && full.most_features < plan.most_features, "{full:?}");
                assert_eq!(plan.of_pieces(&Recipe { linear_pieces: 0.0, ..recipe.clone() }), None);
                assert_eq!(plan.of_pieces(&Recipe { pieces: 0, ..recipe }), None);
            }
        }
    }
}
