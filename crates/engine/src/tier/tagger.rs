//! The tagger: a state runs over the tokens forward, another backward, and both together score the tags of each token
//! (Huang, Xu and Yu, "Bidirectional LSTM-CRF Models for Sequence Tagging", 2015).
//!
//! The recurrent layer is an LSTM whose input gate is what the forget gate leaves (Greff et al., "LSTM: A Search Space
//! Odyssey", 2017). Its cell is a mean of candidates, so it never leaves ±1: 15 bits hold it, and nothing saturates.

use super::piece_rows::PieceRows;
use crate::format::{
    Container, Dense, Direction, Emissions, FeatureSettings, Features, Filter, FormatError, Layer, Phrases,
    Recurrent, Rows, SectionKind, Transitions,
};
use crate::kernel::{Buffer, Kernel, MAX_ACTIVATION, Source, inverse_sqrt, requantize};
use crate::prediction::{Read, Score, Seen};
use crate::text::{Group, PhraseHash, TokenHash, TokenKind, token_features};

/// Features gathered before their rows are added.
const GATHERED: usize = 64;
/// The places that a token can have in a phrase of a list: alone, first, last, between.
pub(crate) const PLACES: u32 = 4;
/// How far scores reach on either side of 0.
const MOST_SCORE: i32 = 1 << 30;

/// A tagger in a model file, proven sound.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tagger<'a> {
    pub(crate) settings: FeatureSettings,
    pub(crate) filter: Filter<'a>,
    /// Rows of features; behind them, for each slot and place, one of phrases that stood in it in training, and, behind these,
    /// one of phrases in its list of values.
    pub(crate) rows: Rows<'a>,
    /// Word pieces, if the model has any.
    pub(crate) pieces: Option<PieceRows<'a>>,
    pub(crate) recurrent: Recurrent,
    /// The layer whose states tell tags and labels, and one whose states tell labels alone, without units where there is none.
    pub(crate) layers: [Layer<'a>; 2],
    /// What finds slots; none in a model of labels alone.
    pub(crate) tags: Option<Tags<'a>>,
    /// What makes scores of labels of the states; none in a model without labels.
    pub(crate) labels: Option<Dense<'a>>,
    slots: u32,
}

/// What a tagger finds slots by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tags<'a> {
    pub(crate) phrases: Phrases<'a>,
    pub(crate) emissions: Emissions<'a>,
    pub(crate) transitions: Transitions<'a>,
}

impl<'a> Tags<'a> {
    /// The sections that a model with slots has beside their names.
    const KINDS: [SectionKind; 3] = [SectionKind::Phrases, SectionKind::Emissions, SectionKind::Transitions];

    /// Whether the file has one of these sections.
    pub(crate) fn are_in(container: &Container<'_>) -> bool {
        Self::KINDS.into_iter().any(|kind| container.find(kind).is_some())
    }

    fn read(container: &Container<'a>, slots: u32) -> Result<Self, FormatError> {
        let [phrases, emissions, transitions] = Self::KINDS.map(|kind| container.section(kind));
        Ok(Self {
            phrases: Phrases::read(phrases?, slots)?,
            emissions: Emissions::read(emissions?)?,
            transitions: Transitions::read(transitions?)?,
        })
    }

    /// What scores the tags of a token: how well each suits it, without its neighbours, in the units of a [`Score`].
    pub(crate) fn scorer(
        &self,
        token: usize,
        kernel: &Kernel,
        scratch: &TaggerScratch<'_>,
    ) -> impl Fn(u32) -> i32 {
        let (layer, dot) = (self.emissions, kernel.dot);
        let width = layer.inputs as usize;
        let first = token * scratch.width;
        let states = scratch.states.get(first..first + width).unwrap_or_default();
        move |tag| {
            let Some((weights, bias, scale)) = layer.output(tag as usize) else { return 0 };
            let score = requantize(dot(weights, states) + bias, scale);
            score.clamp(-i64::from(MOST_SCORE), MOST_SCORE.into()) as i32
        }
    }
}

/// Says whether a phrase, by its hash, is in the list of values of a slot.
pub(crate) trait Membership {
    /// Hands each slot whose list has a phrase of this hash to `found`.
    fn slots(&self, hash: u32, found: &mut dyn FnMut(u32));
}

/// The memory that a tagger computes in.
#[cfg_attr(feature = "alloc", derive(Clone))]
#[derive(Debug)]
pub(crate) struct TaggerScratch<'m> {
    pub(crate) tokens: Buffer<'m, TokenHash>,
    /// How many of the tokens the text at hand has.
    pub(crate) count: usize,
    ids: [u32; GATHERED],
    /// Of each token the sum of the rows of its words and phrases, and that of its characters, in 256ths over the root of their
    /// number; later, the sums of its gates in one direction.
    sums: Buffer<'m, i32>,
    /// The sum of the rows of one token's pieces; empty in a model without.
    pieces: Buffer<'m, i32>,
    /// What goes into the recurrent layers, token by token.
    inputs: Buffer<'m, i16>,
    /// The states of each token: of the first layer forward, then backward, then those of the second.
    states: Buffer<'m, i16>,
    /// How many numbers these are.
    width: usize,
    /// What goes into the layer of the labels.
    pooled: Buffer<'m, i16>,
    /// The sums of that layer.
    outputs: Buffer<'m, i32>,
}

impl<'a> Tagger<'a> {
    pub(crate) fn read(container: &Container<'a>, labels: usize, slots: usize) -> Result<Self, FormatError> {
        let section = |kind| container.section(kind);
        let rows = Rows::read(SectionKind::Rows, section(SectionKind::Rows)?)?;
        let mut layers = [Layer::NONE; 2];
        let recurrent = Recurrent::read(section(SectionKind::Tagger)?, &mut layers)?;
        let tagger = Self {
            settings: Features::read(section(SectionKind::Features)?)?,
            filter: Filter::read(section(SectionKind::Filter)?)?,
            rows,
            pieces: PieceRows::read(container, rows.dim)?,
            recurrent,
            layers,
            tags: if slots == 0 { None } else { Some(Tags::read(container, slots as u32)?) },
            labels: if labels == 0 {
                None
            } else {
                Some(Dense::read(SectionKind::Output, section(SectionKind::Output)?)?)
            },
            slots: slots as u32,
        };
        let broken = |kind, rule| Err(FormatError::Section { kind, offset: 0, rule });
        let (dim, units) = (tagger.recurrent.dim, layers[0].units);
        let listed = tagger.slots * PLACES * 2;
        if tagger.rows.dim != dim || tagger.rows.bits != 8 {
            return broken(SectionKind::Rows, "a row has not as many numbers as a token, or not of 8 bits");
        }
        if tagger.rows.buckets <= listed
            || tagger.filter.owned().is_some_and(|rows| rows + listed != tagger.rows.buckets)
        {
            return broken(
                SectionKind::Rows,
                "there are not as many rows as the filter has places and the slots have lists",
            );
        }
        if let Some(Tags { emissions, transitions, .. }) = &tagger.tags {
            if emissions.inputs != 2 * units || emissions.outputs != 2 * tagger.slots + 1 {
                return broken(
                    SectionKind::Emissions,
                    "the layer does not take two states or does not give one score for each tag",
                );
            }
            if transitions.tags() != emissions.outputs || transitions.labels() as usize != labels {
                return broken(
                    SectionKind::Transitions,
                    "there are not as many tags as slots ask for, or not as many labels as names",
                );
            }
        }
        if let Some(output) = &tagger.labels
            && (output.inputs != tagger.hidden() + dim || output.outputs as usize != labels)
        {
            return broken(
                SectionKind::Output,
                "the layer does not take two states and a token or does not give one score for each label",
            );
        }
        Ok(tagger)
    }

    /// Numbers of both states of a token, in both layers.
    pub(crate) const fn hidden(&self) -> u32 {
        let [first, second] = &self.layers;
        2 * (first.units + second.units)
    }

    /// Rows that features have.
    const fn feature_rows(&self) -> u32 {
        self.rows.buckets - self.slots * PLACES * 2
    }

    /// The most table rows read, keys looked up and multiply-adds done for a text of so many characters, with so many lists of values.
    pub(crate) fn worst_case(&self, characters: u32, lists: u32) -> (u64, u64, u64) {
        let read = characters.saturating_mul(18).min(self.settings.max_characters);
        let features = FeatureSettings { max_characters: read, ..self.settings }.max_features();
        let tokens = u64::from(self.most_tokens(characters));
        let emissions = self
            .tags
            .as_ref()
            .map_or(0, |tags| tags.emissions.width() as u64 * u64::from(tags.emissions.outputs));
        let most_slots = self.tags.as_ref().map_or(0, |tags| tags.phrases.most_slots());
        let Recurrent { dim, max_phrase, .. } = self.recurrent;
        let gates = |layer: &Layer<'_>| 2 * 3 * u64::from(layer.units) * u64::from(dim + layer.units);
        let recurrent: u64 = self.layers.iter().map(gates).sum();
        let labels = self.labels.as_ref().map_or(0, |layer| layer.weights().len() as u64);
        // A character of a script without spaces stands in so many n-grams of each length.
        let runs = (3..=u64::from(self.settings.unspaced_ngrams.1)).sum::<u64>();
        // Beside its n-grams a token has itself, two shapes, its place in a chunk and the chunk's shape, and three pairs, and each phrase
        // that it may be part of, which may stand for some slots in training and in every list.
        let phrases = u64::from(max_phrase) * u64::from(max_phrase + 1) / 2 * u64::from(most_slots + lists);
        let (pieces, keys) = PieceRows::worst_case(self.pieces.as_ref(), read);
        let features = u64::from(features) + tokens * (8 + runs);
        (
            features + pieces + tokens * phrases,
            // Each phrase is looked for among those of training and in every list.
            features
                + keys
                + tokens * u64::from(max_phrase) * u64::from(u32::from(self.tags.is_some()) + lists),
            tokens * (recurrent + emissions) + labels,
        )
    }

    /// The most tokens of a text of so many characters.
    pub(crate) fn most_tokens(&self, characters: u32) -> u32 {
        characters.saturating_mul(18).min(self.settings.max_characters).min(self.recurrent.max_tokens)
    }

    /// Reads the text, computes the states of its tokens, and adds what they tell of its labels to `scores`.
    pub(crate) fn run(
        &self,
        text: &str,
        lists: &dyn Membership,
        kernel: &Kernel,
        scratch: &mut TaggerScratch<'_>,
        scores: &mut [Score],
    ) -> Read {
        let read = self.embed(text, lists, kernel, scratch);
        self.recur(kernel, scratch);
        self.classify(kernel, scratch, scores);
        read
    }

    /// Sums the rows of each token.
    fn embed(
        &self,
        text: &str,
        lists: &dyn Membership,
        kernel: &Kernel,
        scratch: &mut TaggerScratch<'_>,
    ) -> Read {
        let TaggerScratch { tokens, count, ids, sums, pieces, inputs, .. } = scratch;
        let dim = self.recurrent.dim as usize;
        let rows = self.feature_rows();
        let mut known_words = 0;
        let mut known_features = 0;
        let mut seen = [Seen::default(); 2];
        let mut gather = Gather { rows: self.rows.data, kernel, ids, waiting: 0, whose: None, characters: 0 };
        // Tokens come in order, and the first feature of each clears its place.
        let mut cleared = 0;
        let (found, mut read) = token_features(text, &self.settings, tokens, |token, feature| {
            if token >= cleared {
                cleared = token + 1;
                place(sums, 2 * dim, token).fill(0);
            }
            let [words, characters] = &mut seen;
            let seen = if feature.group == Group::Words { words } else { characters };
            let Some(row) = self.filter.row(feature.hash, rows) else {
                seen.unknown += 1;
                return;
            };
            seen.known += 1;
            known_words += u32::from(feature.word);
            known_features += 1;
            gather.push(row, (token, feature.group), dim, sums);
        });
        gather.flush(dim, sums);
        *count = found;
        if let Some(table) = &self.pieces {
            let tokens = tokens.get(..found).unwrap_or_default();
            known_words = known_words.max(self.embed_pieces(
                table,
                text,
                tokens,
                kernel,
                pieces,
                &mut known_features,
                sums,
            ));
        }
        read.known_words = known_words;
        read.features = known_features;
        read.seen = seen;
        let max_phrase = self.recurrent.max_phrase as usize;
        // Without slots there is nothing to look phrases up for.
        let marked = if self.tags.is_some() { found } else { 0 };
        for first in 0..marked {
            let mut phrase = PhraseHash::new();
            for (length, token) in tokens.iter().take(found).skip(first).take(max_phrase).enumerate() {
                phrase = phrase.push(token.hash);
                let hash = phrase.finish();
                let mut mark = |base: u32| {
                    for at in 0..=length {
                        let position = match (at, length) {
                            (_, 0) => 0,
                            (0, _) => 1,
                            (at, length) if at == length => 2,
                            _ => 3,
                        };
                        let words = place(sums, 2 * dim, first + at).get_mut(..dim).unwrap_or_default();
                        (kernel.sum_rows_8)(self.rows.data, &[base + position], words);
                    }
                };
                for slot in self.tags.iter().flat_map(|tags| tags.phrases.slots(hash)) {
                    mark(rows + slot * PLACES);
                }
                lists.slots(hash, &mut |slot| mark(rows + (self.slots + slot) * PLACES));
            }
        }
        for (input, sum) in inputs.chunks_exact_mut(dim).zip(sums.chunks_exact(2 * dim)).take(found) {
            let (words, characters) = sum.split_at(dim);
            (kernel.join)(words, characters, self.recurrent.input, input);
        }
        read
    }

    /// Adds the pieces of each token to the sum of its characters. Returns how many of them are whole words.
    #[allow(clippy::too_many_arguments)] // Parts of the scratch memory, borrowed apart.
    fn embed_pieces(
        &self,
        table: &PieceRows<'_>,
        text: &str,
        tokens: &[TokenHash],
        kernel: &Kernel,
        sum: &mut [i32],
        known: &mut u32,
        sums: &mut [i32],
    ) -> u32 {
        let dim = self.recurrent.dim as usize;
        let end = tokens.last().map_or(0, |token| token.end as usize);
        let (multiplier, shift) = (i64::from(table.rows.multipliers[0]), table.rows.shift);
        let mut token = 0;
        let whose = |start: u32| {
            while tokens.get(token).is_some_and(|token| token.end <= start) {
                token += 1;
            }
            token
        };
        let text = text.get(..end).unwrap_or_default();
        table.sum(text, self.settings.max_characters, kernel, sum, whose, |token, pieces, count| {
            *known += count;
            let root = i64::from(inverse_sqrt(count));
            let place = place(sums, 2 * dim, token).iter_mut().skip(dim);
            for (sum, &piece) in place.zip(pieces.iter()) {
                // Below 2^23 · 2^24 >> 16, times 2^31; what a sound file holds stays within 32 bits.
                *sum = sum.wrapping_add(((((i64::from(piece) * root) >> 16) * multiplier) >> shift) as i32);
            }
        })
    }

    /// Runs the states of each layer over the tokens.
    fn recur(&self, kernel: &Kernel, scratch: &mut TaggerScratch) {
        let TaggerScratch { count, sums, inputs, states, width, .. } = scratch;
        let (dim, count) = (self.recurrent.dim as usize, *count);
        let Some(inputs) = inputs.get(..count * dim) else { return };
        for (index, layer) in self.layers.iter().enumerate() {
            let units = layer.units as usize;
            if units == 0 {
                return;
            }
            // The states of the second layer are the last ones of a token.
            let before = index * (*width - 2 * units);
            // The cell and the state of a direction lie behind all others.
            let (Some((sums, cell)), Some((states, state))) =
                (split_last(sums, units), split_last(states, units))
            else {
                return;
            };
            for (direction, Direction { biases, multipliers, inputs: weights, states: own }) in
                layer.directions.iter().enumerate()
            {
                let Some(sums) = sums.get_mut(..count * 3 * units) else { return };
                sums.fill(0);
                (kernel.dense)(weights, dim, inputs, sums);
                for sums in sums.chunks_exact_mut(3 * units) {
                    for (sum, bias) in sums.iter_mut().zip(biases.iter()) {
                        // Below 2^12 · 2^18 as MAX_LIFTED has it; a bias and the state's products add 2^29 at the most.
                        *sum = (*sum << layer.lift) + bias as i32;
                    }
                }
                cell.fill(0);
                state.fill(0);
                for step in 0..count {
                    let token = if direction == 0 { step } else { count - 1 - step };
                    let sums = place(sums, 3 * units, token);
                    if step > 0 {
                        (kernel.dense)(own, units, state, sums);
                    }
                    (kernel.gates)(sums, multipliers, layer.shift, cell, state);
                    let first = token * *width + before + direction * units;
                    if let Some(place) = states.get_mut(first..first + units) {
                        place.copy_from_slice(state);
                    }
                }
            }
        }
    }

    /// Adds to the scores of the labels what is told by the largest of each number of the states, and the sum of the tokens over the root of their number.
    fn classify(&self, kernel: &Kernel, scratch: &mut TaggerScratch<'_>, scores: &mut [Score]) {
        let Some(output_layer) = &self.labels else { return };
        let TaggerScratch { count, sums, inputs, states, width, pooled, outputs, .. } = scratch;
        let dim = self.recurrent.dim as usize;
        let middle = pooled.len().min(*width);
        let (largest, rest) = pooled.split_at_mut(middle);
        largest.fill(if *count == 0 { 0 } else { -MAX_ACTIVATION });
        for states in states.chunks_exact(*width).take(*count) {
            for (largest, &state) in largest.iter_mut().zip(states) {
                *largest = state.max(*largest);
            }
        }
        let Some(sum) = sums.get_mut(..dim) else { return };
        sum.fill(0);
        for inputs in inputs.chunks_exact(dim).take(*count) {
            for (sum, &input) in sum.iter_mut().zip(inputs) {
                *sum += i32::from(input);
            }
        }
        let root = i64::from(inverse_sqrt(*count as u32));
        let most = i64::from(MAX_ACTIVATION);
        for (pooled, &sum) in rest.iter_mut().zip(sum.iter()) {
            // At most 2^14 tokens of 2^11 over a root: below 2^19 · 2^8.
            let mean = ((i64::from(sum) * root) >> 16) as i32;
            *pooled = requantize(mean, self.recurrent.pooled).clamp(-most, most) as i16;
        }
        let values = kernel.layer(output_layer, pooled, outputs);
        for (score, &value) in scores.iter_mut().zip(values) {
            *score = Score(score.0.saturating_add(value).clamp(-MOST_SCORE, MOST_SCORE));
        }
    }
}

/// The last of the numbers, and those before them.
fn split_last<T>(numbers: &mut [T], last: usize) -> Option<(&mut [T], &mut [T])> {
    let at = numbers.len().checked_sub(last)?;
    Some(numbers.split_at_mut(at))
}

/// The numbers of one token among those of all.
fn place(numbers: &mut [i32], width: usize, token: usize) -> &mut [i32] {
    numbers.get_mut(token * width..(token + 1) * width).unwrap_or_default()
}

/// Rows that wait to be added to the sum of one token: that of its words, or that of its characters.
struct Gather<'s> {
    rows: &'s [u8],
    kernel: &'s Kernel,
    ids: &'s mut [u32; GATHERED],
    waiting: usize,
    /// The token and the group of the rows at hand.
    whose: Option<(usize, Group)>,
    /// How many rows of characters the token at hand has.
    characters: u32,
}

impl Gather<'_> {
    fn push(&mut self, row: u32, whose: (usize, Group), dim: usize, sums: &mut [i32]) {
        if self.whose != Some(whose) {
            self.flush(dim, sums);
            self.whose = Some(whose);
        } else if self.waiting == GATHERED {
            self.add(dim, sums);
        }
        if let Some(place) = self.ids.get_mut(self.waiting) {
            *place = row;
        }
        self.waiting += 1;
        self.characters += u32::from(whose.1 == Group::Characters);
    }

    /// Adds what waits.
    fn add(&mut self, dim: usize, sums: &mut [i32]) {
        let Some((token, group)) = self.whose else { return };
        let ids = self.ids.get(..self.waiting).unwrap_or_default();
        let (words, characters) = place(sums, 2 * dim, token).split_at_mut_checked(dim).unwrap_or_default();
        (self.kernel.sum_rows_8)(self.rows, ids, if group == Group::Words { words } else { characters });
        self.waiting = 0;
    }

    /// Adds what waits, and divides the sum of a token's characters by the root of their number.
    fn flush(&mut self, dim: usize, sums: &mut [i32]) {
        self.add(dim, sums);
        if let Some((token, Group::Characters)) = self.whose {
            let root = i64::from(inverse_sqrt(self.characters));
            for sum in place(sums, 2 * dim, token).iter_mut().skip(dim) {
                // Below 2^23 · 2^24, and in 256ths below 2^31: there are less than 2^16 rows of 2^7.
                *sum = ((i64::from(*sum) * root) >> 16) as i32;
            }
            self.characters = 0;
        }
    }
}

impl<'m> TaggerScratch<'m> {
    pub(crate) fn new(tagger: &Tagger<'_>, source: &mut Source<'m>) -> Self {
        let Recurrent { dim, max_tokens, .. } = tagger.recurrent;
        let (dim, tokens) = (dim as usize, max_tokens as usize);
        let [first, second] = &tagger.layers;
        let units = first.units.max(second.units) as usize;
        let width = tagger.hidden() as usize;
        let nothing = TokenHash { hash: 0, kind: TokenKind::Symbol, start: 0, end: 0, shape: 0 };
        let pooled = tagger.labels.as_ref().map_or(0, Dense::width);
        let outputs = tagger.labels.as_ref().map_or(0, Dense::sums);
        Self {
            tokens: source.take(tokens, nothing),
            count: 0,
            ids: [0; GATHERED],
            sums: source.take(tokens * (2 * dim).max(3 * units) + units, 0),
            pieces: source.take(if tagger.pieces.is_some() { dim } else { 0 }, 0),
            inputs: source.take(tokens * dim, 0),
            states: source.take(tokens * width + units, 0),
            width,
            pooled: source.take(pooled, 0),
            outputs: source.take(outputs, 0),
        }
    }
}
