//! The features of the training rows, numbered: the trainer's view of a text before features become table rows.

use stonechat_engine::text::{Feature, FeatureSettings, Group, features};

/// A training row: its features, as indices into a [`Dictionary`], and its labels.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    /// The features of each [`Group`], in the order of the text; a feature stands as often as the text has it.
    pub(crate) features: [Vec<u32>; 2],
    /// Indices of the labels: one, or any number in a multi-label task.
    pub(crate) labels: Vec<u32>,
    /// The word pieces of the text, by their places in the set.
    pub(crate) pieces: Vec<u32>,
    /// Which of a teacher's lessons is about this text.
    pub(crate) lesson: Option<u32>,
    /// Whether the text was made, so that only a teacher can tell its label.
    pub(crate) made: bool,
}

/// All features of the rows it was made from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dictionary {
    /// The hash of each feature, rising.
    pub(crate) hashes: Vec<u32>,
    /// In how many rows each feature stands.
    pub(crate) counts: Vec<u32>,
}

/// The features of a text, as the engine takes them.
pub(crate) fn extract(text: &str, settings: &FeatureSettings) -> Vec<Feature> {
    let mut found = Vec::new();
    features(text, settings, |feature| found.push(feature));
    found
}

impl Dictionary {
    /// The features of these texts that stand in at least `least` of them.
    pub(crate) fn new(texts: &[Vec<Feature>], least: u32) -> Self {
        let mut all: Vec<u32> = Vec::new();
        for text in texts {
            let mut hashes: Vec<u32> = text.iter().map(|feature| feature.hash).collect();
            hashes.sort_unstable();
            hashes.dedup();
            all.append(&mut hashes);
        }
        all.sort_unstable();
        let mut dictionary = Self::default();
        for same in all.chunk_by(|a, b| a == b) {
            if let (Some(&hash), true) = (same.first(), same.len() >= least as usize) {
                dictionary.hashes.push(hash);
                dictionary.counts.push(same.len() as u32);
            }
        }
        dictionary
    }

    /// How many features there are.
    pub(crate) fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Keeps the `most` features with the highest worth; of equal worth, those with the lower hash.
    pub(crate) fn keep_best(&mut self, most: usize, worth: impl Fn(usize) -> f32) {
        if self.len() <= most {
            return;
        }
        let mut order: Vec<(f32, usize)> = (0..self.len()).map(|index| (worth(index), index)).collect();
        order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut kept: Vec<usize> = order.into_iter().take(most).map(|(_, index)| index).collect();
        kept.sort_unstable();
        self.hashes = kept.iter().map(|&index| self.hashes[index]).collect();
        self.counts = kept.iter().map(|&index| self.counts[index]).collect();
    }

    /// A text's features as a row; features that are not in the dictionary are left out.
    pub(crate) fn row(&self, text: &[Feature], labels: Vec<u32>) -> Row {
        let mut row = Row { labels, ..Row::default() };
        for feature in text {
            if let Ok(index) = self.hashes.binary_search(&feature.hash) {
                row.features[group_index(feature.group)].push(index as u32);
            }
        }
        row
    }
}

const fn group_index(group: Group) -> usize {
    match group {
        Group::Words => 0,
        Group::Characters => 1,
    }
}

/// What each feature of a row counts, by group: one over the root of the group's size, times the group's weight.
pub(crate) fn scales(sizes: [usize; 2], character_weight: f32) -> [f32; 2] {
    let scale = |size: usize| 1.0 / libm::sqrtf(size.max(1) as f32);
    [scale(sizes[0]), character_weight * scale(sizes[1])]
}

impl Row {
    /// The table rows of the features of each group.
    pub(crate) fn buckets(&self, buckets: &[u32]) -> [Vec<u32>; 2] {
        self.features.each_ref().map(|group| group.iter().map(|&feature| buckets[feature as usize]).collect())
    }
}
