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
    /// Whether the table starts from a linear machine.
    pub(crate) linear: bool,
    pub(crate) dim: usize,
    pub(crate) hidden: usize,
    /// Features that are known at the most.
    pub(crate) most_features: usize,
    /// In how many rows a feature stands at the least.
    pub(crate) least_count: u32,
    /// Bytes for the table and the filter.
    room: u64,
    bits: u32,
}

/// Bytes that everything but table, filter, layers and label names takes at the most.
const OVERHEAD: u64 = 12_000;
/// The share of the room that the filter may take.
const FILTER_SHARE: f64 = 0.08;
/// Bytes of the filter for each feature.
const FILTER_BYTES: f64 = 1.23;
/// Table rows for each feature, at the most: more would lie empty.
const ROWS_PER_FEATURE: usize = 4;
/// Table rows at the least.
const LEAST_BUCKETS: u64 = 64;
/// A filter of hardly any features is not smaller than this.
const LEAST_FILTER: u64 = 64;

impl Plan {
    /// Plans a model of these labels.
    pub(crate) fn new(recipe: &Recipe, labels: &[String], multi_label: bool) -> Result<Self, TrainError> {
        let count = labels.len();
        let fits_linear = |dim: usize, hidden: usize| count <= dim && 2 * count <= hidden;
        let few = count <= recipe.linear_start_labels as usize;
        let mut dim = match recipe.dim as usize {
            0 if few => count.next_multiple_of(8),
            0 if count <= 16 => 32,
            0 => 64,
            dim => dim,
        };
        let mut hidden = if recipe.hidden == 0 { 2 * dim } else { recipe.hidden as usize };
        let names: u64 = labels.iter().map(|name| name.len() as u64 + 4).sum();
        let layers = |dim: usize, hidden: usize| {
            let layer =
                |inputs: usize, outputs: usize| outputs * (inputs.next_multiple_of(Dense::BLOCK) + 9) + 128;
            (layer(dim, hidden) + layer(hidden, count)) as u64
        };
        let least = |dim: usize, hidden: usize| {
            OVERHEAD + names + layers(dim, hidden) + LEAST_BUCKETS * dim as u64 + LEAST_FILTER
        };
        // Many labels make the output layer large: it narrows until it leaves half of the file to the table.
        while recipe.hidden == 0 && !few && hidden > 16 && layers(dim, hidden) > recipe.max_size / 2 {
            hidden /= 2;
            if recipe.dim == 0 {
                dim = dim.min(hidden);
            }
        }
        if least(dim, hidden) > recipe.max_size {
            return Err(TrainError::Size { max_size: recipe.max_size, least: least(dim, hidden) });
        }
        let room = recipe.max_size - OVERHEAD - names - layers(dim, hidden);
        let linear = few && fits_linear(dim, hidden);
        Ok(Self {
            labels: count,
            multi_label,
            linear,
            dim,
            hidden,
            most_features: ((room as f64 * FILTER_SHARE / FILTER_BYTES) as usize)
                .max(LEAST_FILTER as usize / 2),
            // A linear machine makes good use of what it saw once; elsewhere that is noise.
            least_count: if linear { 1 } else { 2 },
            room,
            bits: recipe.bits,
        })
    }

    /// The shape of a model that knows so many features, and the bits of a number in its table.
    pub(crate) fn shape(&self, features: usize) -> (Shape, u32) {
        let filter = LEAST_FILTER + (features as f64 * (FILTER_BYTES + 0.01)) as u64;
        let room = self.room.saturating_sub(filter);
        let wanted = (features * ROWS_PER_FEATURE).max(LEAST_BUCKETS as usize);
        let fitting = |bits: u32| (room / (self.dim as u64 * u64::from(bits) / 8)) as usize;
        let bits = match self.bits {
            0 if self.linear || fitting(8) >= features => 8,
            0 => 4,
            bits => bits,
        };
        let buckets = fitting(bits).min(wanted).clamp(LEAST_BUCKETS as usize, 1 << 24);
        (Shape { buckets, dim: self.dim, hidden: self.hidden, labels: self.labels }, bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(count: usize) -> Vec<String> {
        (0..count).map(|index| format!("label {index}")).collect()
    }

    #[test]
    fn few_labels_start_from_a_linear_machine() {
        let plan = Plan::new(&Recipe::default(), &labels(6), false).unwrap();
        assert!(plan.linear && plan.dim == 8 && plan.hidden == 16);
        let plan = Plan::new(&Recipe::default(), &labels(77), false).unwrap();
        assert!(!plan.linear && plan.dim == 64 && plan.hidden == 128);
    }

    #[test]
    fn many_labels_narrow_the_hidden_layer() {
        let plan = Plan::new(&Recipe::default(), &labels(10_000), false).unwrap();
        assert!(plan.hidden < 128, "{plan:?}");
        let small = Recipe { max_size: 30_000, ..Recipe::default() };
        let error = Plan::new(&small, &labels(10_000), false).unwrap_err();
        assert!(matches!(error, TrainError::Size { max_size: 30_000, least } if least > 30_000), "{error}");
    }

    #[test]
    fn small_tasks_make_small_tables() {
        let plan = Plan::new(&Recipe::default(), &labels(3), false).unwrap();
        assert_eq!(plan.shape(200).0.buckets, 800);
    }
}
