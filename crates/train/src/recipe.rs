//! Every knob of the training, and the seed.

use serde::{Deserialize, Serialize};
use std::fmt;
use stonechat_task::nearest;

/// How a model is trained. It travels in the model file; the same recipe and data give the same file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Where all chance begins.
    pub seed: u64,
    /// The largest model file, in bytes; 0 takes 1.1 MB, or 2.5 MB where there are slots.
    pub max_size: u64,
    /// Bits of a number in the embedding rows: 8 or 4; 0 takes 8 unless more than eight features would share a row then.
    pub bits: u32,
    /// Numbers in an embedding row: even, up to 1,024; 0 goes by the number of labels.
    pub dim: u32,
    /// Numbers in the state of each direction of a tagger: a multiple of 16 up to 1,024; 0 takes 80, or less where the file is to be small.
    pub units: u32,
    /// Likewise in a second layer, which tells labels alone where there are slots; 0 takes 48 where slots do not tell the labels and
    /// neither `units` nor a small file asks for less, else there is none.
    pub label_units: u32,
    /// Tokens that a tagger reads of a text, up to 16,384; the rest does not count.
    pub max_tokens: u32,
    /// The longest phrase, in tokens, that a tagger looks up in lists of values, up to 16.
    pub max_phrase: u32,
    /// Numbers in the hidden layer, up to 4,096; 0 takes three times `dim`, or twice the labels of a linear machine.
    pub hidden: u32,
    /// The longest n-gram of words: 1 or 2.
    pub word_ngrams: u8,
    /// The shortest n-gram of characters inside a word, its ends counted.
    pub character_min: u8,
    /// The longest one, up to 6.
    pub character_max: u8,
    /// The shortest n-gram of characters in scripts without spaces.
    pub unspaced_min: u8,
    /// The longest one, up to 6.
    pub unspaced_max: u8,
    /// Characters that are read of a text; the rest does not count.
    pub max_characters: u32,
    /// Word pieces that a model knows, at the most; 0 for none.
    pub pieces: u32,
    /// Bits of a number in their rows: 8 or 4. 0 takes 8 in a bag, and in a tagger of labels alone where most of the pieces fit then; in
    /// other taggers 4.
    pub piece_bits: u32,
    /// How large the rows of word pieces are at the start, as a multiple of those of the words asset.
    pub piece_start: f64,
    /// The step size of what is a word piece's own, as a multiple of `rate`; a tagger takes `table_rate`.
    pub piece_rate: f64,
    /// The temperature at which a teacher's labels are learned (Hinton et al., 2015).
    pub softness: f64,
    /// What a teacher's labels count beside those of the rows.
    pub soft_weight: f64,
    /// What the direction of a teacher's embedding counts beside them.
    pub embedding_weight: f64,
    /// How often a teacher learns the rows itself before it teaches; 0 takes it as it is. A build with the feature `fine-tune` can.
    pub tune_epochs: u32,
    /// The largest step of a teacher's weight when it learns.
    pub tune_rate: f64,
    /// Up to how many rows a label, on average, are few: then a probe of words, characters and word pieces labels texts made of
    /// them, with and without a teacher. 0 for never.
    pub few_rows: u32,
    /// Whether names of labels count as rows of that probe: 0 or 1.
    pub few_names: u32,
    /// Texts that are made of few rows where there is no teacher.
    pub few_augment: u32,
    /// Up to how many rows a label, on average, a model with slots learns from a teacher.
    pub taught_rows: u32,
    /// Texts that are made of the rows for a teacher to label.
    pub augment: u32,
    /// Whether some of these have words left out: 0 or 1.
    pub augment_drop: u32,
    /// Whether some are put together from two rows of a label: 0 or 1.
    pub augment_mix: u32,
    /// Whether some are put together from two rows of any labels, where rows are few: 0 or 1.
    pub augment_across: u32,
    /// Whether some have words changed for close ones: 0 or 1.
    pub augment_synonyms: u32,
    /// Whether some are mistyped: 0 or 1.
    pub augment_typos: u32,
    /// What the n-grams of characters weigh beside the words; 0 takes 1, or 0.5 where most of the text is in scripts without
    /// spaces.
    pub character_weight: f64,
    /// Up to how many labels linear support vector machines, without word pieces and with them, are fitted beside the network: the best on the
    /// tuning rows is taken, or, in a tagger of labels alone, the sum of both.
    pub linear_labels: u32,
    /// The cost of an error in that machine.
    pub linear_cost: f64,
    /// Which part of a feature's weight in a bag's machine is how much it tells of a label: 0 to 1. In a tagger's none is.
    pub linear_ratio: f64,
    /// What word pieces weigh in that machine, beside words and characters; 0 leaves them out.
    pub linear_pieces: f64,
    /// Passes over the rows.
    pub epochs: u32,
    /// Steps of a tagger at the least, however few rows there are, in up to eight times the epochs, or four times of long texts and labels alone.
    pub least_steps: u32,
    /// Rows in a step.
    pub batch: u32,
    /// Step size of the layers, at its highest.
    pub rate: f64,
    /// The embedding rows' step size, as a multiple of `rate`; 0 takes 4, or 1 in a bag of few rows.
    pub table_rate: f64,
    /// The share of a label's weight that goes to all labels evenly (Szegedy et al., 2016).
    pub smoothing: f64,
    /// The share of the features that is left out at random in each step.
    pub feature_dropout: f64,
    /// The share of the hidden layer that is left out at random in each step.
    pub hidden_dropout: f64,
    /// In a tagger, the share of a token's numbers that is left out at random in each step.
    pub input_dropout: f64,
    /// The share of its states that is.
    pub state_dropout: f64,
    /// The share of its tokens that are known by their letters and shapes only.
    pub word_dropout: f64,
    /// In a tagger of slots, the share of a token's features that is left out in each step.
    pub token_dropout: f64,
    /// From how many rows on: fewer are too few to do without.
    pub token_dropout_rows: u32,
    /// Where there are labels, the share of a tagger's rows with slots that have other values in these whenever they are learned (Dai
    /// and Adel, 2020).
    pub value_swaps: f64,
    /// Up to how many rows they have.
    pub swap_rows: u32,
    /// In a tagger with slots of type choice, the share of the rows that have strange words whenever they are learned: new and
    /// mistyped values, or nothing that means anything.
    pub strange_words: f64,
    /// What the tags of a text count in training beside its label.
    pub tag_weight: f64,
    /// In a tagger, the share of a label's weight that goes to all labels evenly.
    pub label_smoothing: f64,
    /// Decay of the layers' weights (Loshchilov and Hutter, 2019).
    pub decay: f64,
    /// The least confidence of an accepted answer.
    pub min_confidence: f64,
    /// The least confidence of a label in a multi-label answer.
    pub label_threshold: f64,
    /// The least confidence of a slot that is stood by.
    pub min_slot_confidence: f64,
    /// The largest share of wrong answers among the accepted that is to be promised, in place of `min_confidence`; 0 promises
    /// nothing. What ships then is what the tuning rows told of: rows that were set aside to tune on are not learned from.
    pub max_error: f64,
    /// The share of the tuning rows inside the task that may be taken for outside; 0 takes none for outside.
    pub scope_loss: f64,
    /// The share of the tuning rows outside the task that is not to be answered, where there are 20 at least.
    pub scope_recall: f64,
    /// Whether rows outside the task are learned from, where there are 20 at least: 0 or 1.
    pub learn_outside: u32,
    /// Whether the valid rows that the data names are learned from in the end, as those are that were set aside from the train rows: they tune a
    /// draft that did not see them, and the model itself then learns from all rows, unless it promises an error. 0 or 1.
    pub learn_valid: u32,
    /// Texts whose exact answers are recorded in the file.
    pub recorded: u32,
}

/// The least `max_size` that can be asked for, in bytes.
pub(crate) const LEAST_SIZE: u64 = 4096;

impl Default for Recipe {
    fn default() -> Self {
        Self {
            seed: 1,
            max_size: 0,
            bits: 0,
            dim: 0,
            units: 0,
            label_units: 0,
            max_tokens: 256,
            max_phrase: 8,
            hidden: 0,
            word_ngrams: 2,
            character_min: 3,
            character_max: 5,
            unspaced_min: 1,
            unspaced_max: 4,
            max_characters: 4096,
            pieces: 8000,
            piece_bits: 0,
            piece_start: 0.3,
            piece_rate: 4.0,
            softness: 2.0,
            soft_weight: 1.0,
            embedding_weight: 2.0,
            tune_epochs: 0,
            tune_rate: 1e-4,
            few_rows: 20,
            few_names: 1,
            few_augment: 5000,
            taught_rows: 100,
            augment: 20_000,
            augment_drop: 1,
            augment_mix: 1,
            augment_across: 1,
            augment_synonyms: 1,
            augment_typos: 1,
            character_weight: 0.0,
            linear_labels: 8,
            linear_cost: 1.0,
            linear_ratio: 0.5,
            linear_pieces: 0.7,
            epochs: 20,
            least_steps: 4000,
            batch: 32,
            rate: 1.5e-3,
            table_rate: 0.0,
            smoothing: 0.3,
            feature_dropout: 0.2,
            hidden_dropout: 0.2,
            input_dropout: 0.3,
            state_dropout: 0.4,
            word_dropout: 0.2,
            token_dropout: 0.1,
            token_dropout_rows: 4000,
            value_swaps: 0.0,
            swap_rows: 3000,
            strange_words: 0.5,
            tag_weight: 0.25,
            label_smoothing: 0.1,
            decay: 0.01,
            min_confidence: 0.6,
            label_threshold: 0.5,
            min_slot_confidence: 0.5,
            max_error: 0.0,
            scope_loss: 0.02,
            scope_recall: 0.95,
            learn_outside: 1,
            learn_valid: 0,
            recorded: 16,
        }
    }
}

/// A setting that a recipe does not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecipeError(String);

impl fmt::Display for RecipeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RecipeError {}

impl Recipe {
    /// The names of all fields.
    #[must_use]
    pub fn fields() -> Vec<String> {
        match serde_json::to_value(Self::default()) {
            Ok(serde_json::Value::Object(fields)) => fields.into_iter().map(|(name, _)| name).collect(),
            _ => Vec::new(),
        }
    }

    /// Sets one field by its name.
    ///
    /// # Errors
    ///
    /// There is no such field, it takes no such value, or the recipe with it breaks a rule of [`Recipe::check`].
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), RecipeError> {
        self.set_all([(key, value)])
    }

    /// Sets fields by their names. What they are together counts, not their order.
    ///
    /// # Errors
    ///
    /// As of [`Recipe::set`]; nothing is set then.
    pub fn set_all<'a>(
        &mut self,
        settings: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<(), RecipeError> {
        let mut changed = self.clone();
        for (key, value) in settings {
            changed.assign(key, value)?;
        }
        changed.check()?;
        *self = changed;
        Ok(())
    }

    fn assign(&mut self, key: &str, value: &str) -> Result<(), RecipeError> {
        let mut fields = serde_json::to_value(&*self).map_err(|error| RecipeError(error.to_string()))?;
        let Some(field) = fields.get_mut(key) else {
            let known = Self::fields();
            let fix = match nearest(key, known.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`? It has"),
                None => "it has".to_string(),
            };
            let known = known.join(", ");
            return Err(RecipeError(format!("the recipe has no field `{key}`; {fix} {known}")));
        };
        let kind = if field.is_u64() { "a whole number" } else { "a number" };
        let wrong = RecipeError(format!("`{key}` does not take `{value}`; give {kind} such as {field}"));
        match serde_json::from_str::<serde_json::Number>(value) {
            Ok(number) => *field = number.into(),
            Err(_) => return Err(wrong),
        }
        *self = serde_json::from_value(fields).map_err(|_| wrong)?;
        Ok(())
    }

    /// Whether every field is in its range.
    ///
    /// # Errors
    ///
    /// The first field that is not.
    pub fn check(&self) -> Result<(), RecipeError> {
        let share = |value: f64| (0.0..1.0).contains(&value);
        let rate = |value: f64| value > 0.0 && value <= 100.0;
        let numbers = |units: u32| 2 * u64::from(units);
        let rules = [
            (matches!(self.bits, 0 | 4 | 8), "`bits` is 0, 4 or 8"),
            (self.dim.is_multiple_of(2) && self.dim <= 1024, "`dim` is even and 1024 at most"),
            (self.hidden <= 4096, "`hidden` is 4096 at most"),
            (self.pieces <= 1 << 20, "`pieces` is 1048576 at most"),
            (matches!(self.piece_bits, 0 | 4 | 8), "`piece_bits` is 0, 4 or 8"),
            ((0.0..=100.0).contains(&self.piece_start), "`piece_start` is 0 to 100"),
            (rate(self.piece_rate), "`piece_rate` is above 0 and 100 at most"),
            (rate(self.softness), "`softness` is above 0 and 100 at most"),
            (
                [self.soft_weight, self.embedding_weight]
                    .into_iter()
                    .all(|weight| (0.0..=100.0).contains(&weight)),
                "weights of a teacher are 0 to 100",
            ),
            (self.tune_epochs <= 1000, "`tune_epochs` is 1000 at most"),
            (self.tune_rate > 0.0 && self.tune_rate <= 0.1, "`tune_rate` is above 0 and 0.1 at most"),
            (self.few_rows <= 1000, "`few_rows` is 1000 at most"),
            (self.taught_rows <= 1_000_000, "`taught_rows` is 1000000 at most"),
            (self.few_names <= 1, "`few_names` is 0 or 1"),
            (
                self.augment.max(self.few_augment) <= 10_000_000,
                "`augment` and `few_augment` are 10000000 at most",
            ),
            (
                [
                    self.augment_drop,
                    self.augment_mix,
                    self.augment_across,
                    self.augment_synonyms,
                    self.augment_typos,
                ]
                .into_iter()
                .all(|on| on <= 1),
                "`augment_drop`, `augment_mix`, `augment_across`, `augment_synonyms` and `augment_typos` are 0 or 1",
            ),
            (
                self.features().is_valid(),
                "n-grams are 1 to 6 long (of words 1 to 2), the shortest first, and `max_characters` is 1 to 65536",
            ),
            ((0.0..=100.0).contains(&self.character_weight), "`character_weight` is 0 to 100"),
            (rate(self.linear_cost), "`linear_cost` is above 0 and 100 at most"),
            ((0.0..=1.0).contains(&self.linear_ratio), "`linear_ratio` is 0 to 1"),
            ((0.0..=100.0).contains(&self.linear_pieces), "`linear_pieces` is 0 to 100"),
            ((1..=10_000).contains(&self.epochs), "`epochs` is 1 to 10000"),
            (self.least_steps <= 1_000_000, "`least_steps` is 1000000 at most"),
            ((1..=65_536).contains(&self.batch), "`batch` is 1 to 65536"),
            (
                rate(self.rate) && (self.table_rate == 0.0 || rate(self.table_rate)),
                "`rate` is above 0, `table_rate` 0 or more, and 100 at most",
            ),
            (share(self.smoothing), "`smoothing` is 0 up to, but not including, 1"),
            (
                share(self.feature_dropout) && share(self.hidden_dropout),
                "dropouts are 0 up to, but not including, 1",
            ),
            (
                [self.units, self.label_units].iter().all(|units| units.is_multiple_of(16) && *units <= 1024),
                "`units` and `label_units` are multiples of 16 and 1024 at most",
            ),
            (
                self.label_units == 0
                    || numbers(self.units) + numbers(self.label_units) + u64::from(self.dim) <= 4096,
                "`units` and `label_units`, twice, and `dim` are 4096 together at most",
            ),
            ((1..=16_384).contains(&self.max_tokens), "`max_tokens` is 1 to 16384"),
            ((1..=16).contains(&self.max_phrase), "`max_phrase` is 1 to 16"),
            (
                [self.input_dropout, self.state_dropout, self.word_dropout, self.token_dropout]
                    .into_iter()
                    .all(share),
                "dropouts are 0 up to, but not including, 1",
            ),
            (
                [self.value_swaps, self.strange_words].into_iter().all(|share| (0.0..=1.0).contains(&share)),
                "`value_swaps` and `strange_words` are 0 to 1",
            ),
            (rate(self.tag_weight), "`tag_weight` is above 0 and 100 at most"),
            (share(self.label_smoothing), "`label_smoothing` is 0 up to, but not including, 1"),
            ((0.0..=100.0).contains(&self.decay), "`decay` is 0 to 100"),
            ((0.0..=1.0).contains(&self.min_confidence), "`min_confidence` is 0 to 1"),
            ((0.0..=1.0).contains(&self.label_threshold), "`label_threshold` is 0 to 1"),
            ((0.0..=1.0).contains(&self.min_slot_confidence), "`min_slot_confidence` is 0 to 1"),
            ((0.0..=0.5).contains(&self.max_error), "`max_error` is 0 to 0.5"),
            ((0.0..=0.5).contains(&self.scope_loss), "`scope_loss` is 0 to 0.5"),
            ((0.0..=1.0).contains(&self.scope_recall), "`scope_recall` is 0 to 1"),
            (self.learn_outside <= 1, "`learn_outside` is 0 or 1"),
            (self.learn_valid <= 1, "`learn_valid` is 0 or 1"),
            (self.recorded <= 4096, "`recorded` is 4096 at most"),
            (
                self.max_size == 0 || (LEAST_SIZE..=1 << 32).contains(&self.max_size),
                "`max_size` is 4096 bytes to 4 GiB, or 0",
            ),
        ];
        match rules.into_iter().find(|(kept, _)| !kept) {
            Some((_, rule)) => Err(RecipeError(format!("{rule}; change it"))),
            None => Ok(()),
        }
    }

    /// The step size of the table, as a multiple of `rate`: 4 where it is open.
    pub(crate) fn table_step(&self) -> f32 {
        if self.table_rate == 0.0 { 4.0 } else { self.table_rate as f32 }
    }

    /// How the linear machine of a bag is fitted.
    pub(crate) const fn machine(&self) -> crate::linear::Settings {
        crate::linear::Settings { cost: self.linear_cost as f32, ratio: self.linear_ratio as f32 }
    }

    /// The settings of the features.
    #[must_use]
    pub fn features(&self) -> stonechat_engine::text::FeatureSettings {
        stonechat_engine::text::FeatureSettings {
            max_characters: self.max_characters,
            word_ngrams: self.word_ngrams,
            character_ngrams: (self.character_min, self.character_max),
            unspaced_ngrams: (self.unspaced_min, self.unspaced_max),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_sound_and_its_fields_can_be_set() {
        let mut recipe = Recipe::default();
        assert_eq!(recipe.check(), Ok(()));
        recipe.set("epochs", "3").unwrap();
        recipe.set("rate", "0.01").unwrap();
        assert_eq!((recipe.epochs, recipe.rate), (3, 0.01));
    }

    #[test]
    fn states_and_tokens_fit_into_a_layer() {
        let mut recipe = Recipe::default();
        recipe.set_all([("units", "1024"), ("label_units", "1024")]).unwrap();
        let error = recipe.set("dim", "16").unwrap_err().to_string();
        assert!(error.contains("4096 together"), "{error}");
    }

    #[test]
    fn what_settings_are_together_counts() {
        let six = [("character_min", "6"), ("character_max", "6")];
        for settings in [six, [six[1], six[0]]] {
            let mut recipe = Recipe::default();
            recipe.set_all(settings).unwrap();
            assert_eq!((recipe.character_min, recipe.character_max), (6, 6));
            assert!(recipe.set_all([("epochs", "3"), ("character_max", "5")]).is_err());
            assert_eq!(
                (recipe.epochs, recipe.character_max),
                (Recipe::default().epochs, 6),
                "nothing is set"
            );
        }
    }

    #[test]
    fn wrong_settings_are_refused_and_change_nothing() {
        let mut recipe = Recipe::default();
        for (key, value, word) in [
            ("epoch", "3", "has no field `epoch`"),
            ("epochs", "three", "does not take `three`"),
            ("epochs", "1.5", "does not take `1.5`"),
            ("epochs", "-1", "does not take `-1`"),
            ("epochs", "0", "`epochs` is 1 to"),
            ("rate", "1e999", "does not take"),
            ("smoothing", "1", "`smoothing` is 0"),
            ("character_min", "6", "n-grams"),
            ("dim", "21", "`dim` is even"),
            ("label_units", "24", "multiples of 16"),
            ("label_units", "4294967280", "1024 at most"),
        ] {
            let error = recipe.set(key, value).unwrap_err().to_string();
            assert!(error.contains(word), "{key}={value}: {error}");
        }
        assert_eq!(recipe, Recipe::default());
    }
}
