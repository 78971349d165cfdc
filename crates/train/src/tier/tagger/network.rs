//! The tagger in floating point: what `stonechat_engine`'s tier of the same name runs in integers, and how its errors flow back.

use super::crf::{Factors, Sums, loss};
use super::matrix::{View, multiply, transpose};
use crate::math::{add_scaled, softmax};
use crate::piece::PieceSet;
use crate::random::Random;
use crate::tier::bag::{Lessons, soften, toward};
use pulp::Arch;
use std::array;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How large a tagger is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Rows of the table.
    pub(crate) rows: usize,
    /// Numbers in a row, and of a token.
    pub(crate) dim: usize,
    /// Numbers in the state of a direction, of each recurrent layer: that of all, and one of the labels, by which tags are not
    /// scored; 0 where there is none.
    pub(crate) units: [usize; 2],
    /// The last numbers of the first one's states, which tell labels alone, too.
    pub(crate) private: usize,
    /// Tags: twice the slots and one.
    pub(crate) tags: usize,
    /// Labels; 0 where there are none.
    pub(crate) labels: usize,
    /// Word pieces with a row of their own, behind the other rows of the table.
    pub(crate) own: usize,
    /// Numbers of a word piece in the asset; 0 where there are none.
    pub(crate) width: usize,
    /// Numbers of a teacher's embedding; 0 without one.
    pub(crate) taught: usize,
}

impl Shape {
    /// Whether there are labels alone: the only tag is the one outside of slots.
    pub(crate) const fn is_alone(&self) -> bool {
        self.tags == 1
    }

    /// All rows of the table.
    pub(crate) const fn all_rows(&self) -> usize {
        self.rows + self.own
    }

    /// The recurrent layers that there are: the place of each, the numbers of its state, and where those begin among the numbers
    /// that the labels are told by.
    pub(crate) fn layers(&self) -> impl Iterator<Item = (usize, usize, usize)> + use<> {
        let [first, second] = self.units;
        [(0, first, 0), (1, second, 2 * first)].into_iter().filter(|&(_, units, _)| units > 0)
    }

    /// Outputs of the three gates of one of the directions of both layers: forget, candidate, output.
    const fn gates(&self, direction: usize) -> usize {
        3 * self.units[direction / 2]
    }

    /// Numbers of both states of a token in the first layer.
    pub(crate) const fn states(&self) -> usize {
        2 * self.units[0]
    }

    /// How many of the numbers of each direction tell labels alone where there are tags too: a fifth. Tags, which have an error at
    /// each token, leave labels too little of a state that both share (measured on held-out groups of atis' train rows: labels
    /// 95.6 to 96.0 %, all right 86.1 to 87.4).
    pub(crate) const fn private_of(units: usize, labels: usize, tags: usize) -> usize {
        if labels > 0 && tags > 1 { units / 5 } else { 0 }
    }

    /// Clears what scores tags by the numbers that tell labels alone.
    fn silence(&self, emissions: &mut [f32]) {
        let units = self.units[0];
        for direction in emissions.chunks_exact_mut((units * self.tags).max(1)) {
            direction[(units - self.private) * self.tags..].fill(0.0);
        }
    }

    /// Numbers that the labels are told by: all states and a token.
    pub(crate) const fn pooled(&self) -> usize {
        self.all_states() + self.dim
    }

    /// Numbers of the states of a token in all layers.
    pub(crate) const fn all_states(&self) -> usize {
        2 * (self.units[0] + self.units[1])
    }
}

/// A token of a training row: its features, as rows of the table.
#[derive(Clone, Debug, Default)]
pub(crate) struct TokenRow {
    /// The token itself, its chunk and its pairs: what tells it by heart.
    pub(crate) identity: Vec<u32>,
    pub(crate) shapes: Vec<u32>,
    pub(crate) characters: Vec<u32>,
    /// Phrases in lists that it is part of.
    pub(crate) phrases: Vec<u32>,
    /// Its word pieces, by their places in the set.
    pub(crate) pieces: Vec<u32>,
}

/// A training row: a text's tokens, their tags, and its label, which is 0 where there are none.
#[derive(Clone, Debug, Default)]
pub(crate) struct TextRow {
    pub(crate) tokens: Vec<TokenRow>,
    pub(crate) tags: Vec<u32>,
    pub(crate) label: u32,
    /// What a teacher says of it, by its place among the lessons.
    pub(crate) lesson: Option<u32>,
    /// Whether it was made of others, so that only the teacher's labels count.
    pub(crate) made: bool,
    /// Whether it was made so that its tags are not known.
    pub(crate) untagged: bool,
    /// Whether it means nothing: no label is likelier than another.
    pub(crate) even: bool,
}

/// The weights but for the table. Matrices lie with one row for each input.
#[derive(Clone, Debug)]
pub(crate) struct Layers {
    /// Of each recurrent layer and of it each direction, from a token to the gates: `dim` rows.
    pub(crate) inputs: [Vec<f32>; 4],
    /// Likewise from the state before to the gates: `units` rows.
    pub(crate) states: [Vec<f32>; 4],
    pub(crate) gate_biases: [Vec<f32>; 4],
    /// From both states of the first recurrent layer to the tags.
    pub(crate) emissions: Vec<f32>,
    pub(crate) emission_biases: Vec<f32>,
    /// From each tag to each.
    pub(crate) pairs: Vec<f32>,
    pub(crate) starts: Vec<f32>,
    /// What a tag scores more in a text of each label: `labels` rows.
    pub(crate) tag_biases: Vec<f32>,
    /// From what is pooled to the labels.
    pub(crate) output: Vec<f32>,
    pub(crate) output_biases: Vec<f32>,
    /// From the numbers of word pieces to those of a token: `width` rows.
    pub(crate) pieces: Vec<f32>,
    /// From what is pooled to the embedding of a teacher, while learning only.
    pub(crate) projection: Vec<f32>,
}

/// How many arrays of weights there are.
pub(super) const ARRAYS: usize = 21;
/// Those that are biases, which do not decay.
pub(super) const BIASES: [bool; ARRAYS] = [
    false, false, false, false, true, true, false, true, false, true, false, false, true, false, false,
    false, false, false, false, true, true,
];

impl Layers {
    pub(super) fn arrays(&self) -> [&Vec<f32>; ARRAYS] {
        let Self { inputs: [a, b, g, h], states: [c, d, i, j], gate_biases: [e, f, k, l], .. } = self;
        let Self {
            emissions,
            emission_biases,
            pairs,
            starts,
            tag_biases,
            output,
            output_biases,
            pieces,
            projection,
            ..
        } = self;
        [
            a,
            b,
            c,
            d,
            e,
            f,
            emissions,
            emission_biases,
            pairs,
            starts,
            tag_biases,
            output,
            output_biases,
            pieces,
            projection,
            g,
            h,
            i,
            j,
            k,
            l,
        ]
    }

    pub(super) fn arrays_mut(&mut self) -> [&mut Vec<f32>; ARRAYS] {
        let Self {
            inputs: [a, b, g, h],
            states: [c, d, i, j],
            gate_biases: [e, f, k, l],
            emissions,
            emission_biases,
            pairs,
            starts,
            tag_biases,
            output,
            output_biases,
            pieces,
            projection,
        } = self;
        [
            a,
            b,
            c,
            d,
            e,
            f,
            emissions,
            emission_biases,
            pairs,
            starts,
            tag_biases,
            output,
            output_biases,
            pieces,
            projection,
            g,
            h,
            i,
            j,
            k,
            l,
        ]
    }

    pub(crate) fn zeros(shape: Shape) -> Self {
        let Shape { dim, units, tags, labels, width, taught, .. } = shape;
        let zeros = |count: usize| vec![0.0; count];
        let each = |rows: [usize; 2]| array::from_fn(|at| zeros(rows[at / 2] * shape.gates(at)));
        Self {
            inputs: each([dim; 2]),
            states: each(units),
            gate_biases: each([1; 2]),
            emissions: zeros(shape.states() * tags),
            emission_biases: zeros(tags),
            pairs: zeros(tags * tags),
            starts: zeros(tags),
            tag_biases: zeros(labels * tags),
            output: zeros(shape.pooled() * labels),
            output_biases: zeros(labels),
            pieces: zeros(width * dim),
            projection: zeros(shape.pooled() * taught),
        }
    }
}

/// The weights of a tagger.
#[derive(Clone, Debug)]
pub(crate) struct Network {
    pub(crate) shape: Shape,
    /// `rows` rows of `dim` numbers, and behind them those of the word pieces' own.
    pub(crate) table: Vec<f32>,
    pub(crate) layers: Layers,
    /// The word pieces; none in a tagger without.
    pub(crate) pieces: Option<Arc<PieceSet>>,
}

/// Table rows start within this much of zero.
const SPREAD: f32 = 0.15;

impl Network {
    pub(super) fn random(shape: Shape, start: f32, random: &mut Random) -> Self {
        let mut layers = Layers::zeros(shape);
        let mut fill = |numbers: &mut [f32], spread: f32| {
            for number in numbers {
                *number = (random.unit() * 2.0 - 1.0) * spread;
            }
        };
        let spread = |inputs: usize| libm::sqrtf(3.0 / inputs as f32);
        for (layer, units, _) in shape.layers() {
            for direction in 2 * layer..2 * layer + 2 {
                fill(&mut layers.inputs[direction], spread(shape.dim));
                fill(&mut layers.states[direction], 0.7 * spread(units));
                // A cell remembers before it has learned what (Gers, Schmidhuber and Cummins, "Learning to Forget", 2000).
                layers.gate_biases[direction][..units].fill(1.0);
            }
        }
        fill(&mut layers.emissions, spread(shape.states()));
        shape.silence(&mut layers.emissions);
        fill(&mut layers.pairs, 0.05);
        fill(&mut layers.output, 0.6 * spread(shape.pooled()));
        let mut table = vec![0.0; shape.all_rows() * shape.dim];
        fill(&mut table[..shape.rows * shape.dim], SPREAD);
        fill(&mut layers.projection, spread(shape.pooled()));
        // The first numbers of the asset vary most: each goes to a number of its own.
        for number in 0..shape.dim.min(shape.width) {
            layers.pieces[number * shape.dim + number] = start;
        }
        Self { shape, table, layers, pieces: None }
    }

    /// A tagger that knows nothing.
    pub(crate) fn empty(shape: Shape) -> Self {
        Self { shape, table: Vec::new(), layers: Layers::zeros(shape), pieces: None }
    }

    /// Clears the table rows that no row reads and that are not among `others`: they stay out of the way of the quantisation, and
    /// say nothing of new texts.
    pub(crate) fn forget_unread(&mut self, texts: &[TextRow], others: &BTreeSet<u32>) {
        let mut read = vec![false; self.shape.all_rows()];
        read[self.shape.rows..].fill(true);
        for &row in others {
            read[row as usize] = true;
        }
        for token in texts.iter().flat_map(|text| &text.tokens) {
            let TokenRow { identity, shapes, characters, phrases, .. } = token;
            for &row in identity.iter().chain(shapes).chain(characters).chain(phrases) {
                read[row as usize] = true;
            }
        }
        for (row, read) in self.table.chunks_exact_mut(self.shape.dim).zip(read) {
            if !read {
                row.fill(0.0);
            }
        }
    }

    /// Makes the logits so many times smaller.
    pub(crate) fn divide_logits(&mut self, times: f32) {
        let Layers { output, output_biases, .. } = &mut self.layers;
        output.iter_mut().chain(output_biases).for_each(|number| *number /= times);
    }

    /// A row of `dim` numbers for each word piece.
    pub(crate) fn piece_rows(&self) -> Vec<f32> {
        let Shape { rows, dim, width, .. } = self.shape;
        let Some(set) = &self.pieces else { return Vec::new() };
        let mut out = vec![0.0; set.len() * dim];
        let bases = View::rows(&set.base, width);
        multiply(Arch::new(), set.len(), width, dim, bases, &self.layers.pieces, &mut out);
        add_scaled(1.0, &self.table[rows * dim..], &mut out);
        out
    }

    /// Whether every weight is a number.
    pub(crate) fn is_finite(&self) -> bool {
        self.layers.arrays().into_iter().chain([&self.table]).flatten().all(|weight| weight.is_finite())
    }
}

/// What is left out at random while learning: shares from 0 up to, but not including, 1.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Dropout {
    /// Of the numbers of a token, the same ones in the whole text (Gal and Ghahramani, "A Theoretically Grounded Application of
    /// Dropout in Recurrent Neural Networks", 2016).
    pub(crate) input: f32,
    /// Of the numbers of both states, likewise.
    pub(crate) state: f32,
    /// Of the tokens, what they are: these are known by their letters and shapes only.
    pub(crate) word: f32,
    /// Of the features of a token.
    pub(crate) feature: f32,
}

/// A hyperbolic tangent made of two parabolas: x (1 − |x| / 4) between −2 and 2, where it reaches −1 and 1. The engine
/// computes the same in integers.
fn tanh(x: f32) -> f32 {
    let x = x.clamp(-2.0, 2.0);
    x * (1.0 - x.abs() * 0.25)
}

fn tanh_slope(x: f32) -> f32 {
    (1.0 - x.abs() * 0.5).max(0.0)
}

fn sigmoid(x: f32) -> f32 {
    0.5 + 0.5 * tanh(x * 0.5)
}

fn sigmoid_slope(x: f32) -> f32 {
    0.25 * tanh_slope(x * 0.5)
}

/// Texts that are computed in step, the longest first: token after token, and of each token all texts that have it.
struct Steps {
    lengths: Vec<usize>,
    /// Where each step's tokens begin.
    starts: Vec<usize>,
    /// How many texts each step has.
    widths: Vec<usize>,
    tokens: usize,
}

impl Steps {
    fn new(texts: &[&TextRow]) -> Self {
        let lengths: Vec<usize> = texts.iter().map(|text| text.tokens.len()).collect();
        let (mut starts, mut widths, mut tokens) = (Vec::new(), Vec::new(), 0);
        for step in 0..lengths.first().copied().unwrap_or(0) {
            let width = lengths.partition_point(|&length| length > step);
            starts.push(tokens);
            widths.push(width);
            tokens += width;
        }
        Self { lengths, starts, widths, tokens }
    }

    fn at(&self, text: usize, token: usize) -> usize {
        self.starts[token] + text
    }

    /// Each token's place, and its place when every text is read from its end.
    fn turned(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.lengths.iter().enumerate().flat_map(move |(text, &length)| {
            (0..length).map(move |token| (self.at(text, token), self.at(text, length - 1 - token)))
        })
    }

    /// Copies rows of `width` numbers so that texts read forward are read backward, and the other way round.
    fn turn(&self, numbers: &[f32], width: usize) -> Vec<f32> {
        let mut out = vec![0.0; numbers.len()];
        for (at, turned) in self.turned() {
            out[at * width..][..width].copy_from_slice(&numbers[turned * width..][..width]);
        }
        out
    }
}

/// What a direction computed.
struct Pass {
    /// The sums of the gates.
    gates: Vec<f32>,
    cells: Vec<f32>,
    states: Vec<f32>,
}

/// What was computed for some texts.
pub(crate) struct Forward {
    steps: Steps,
    /// The table rows of each token, and what each counts.
    rows: Vec<Vec<(u32, f32)>>,
    /// What the asset says of each token's word pieces; empty without.
    bases: Vec<f32>,
    /// Tokens, with what was dropped.
    inputs: Vec<f32>,
    /// The same of texts that are read backward.
    turned: Vec<f32>,
    input_masks: Vec<f32>,
    /// Of each recurrent layer and of it each direction.
    passes: Vec<Pass>,
    /// Of each recurrent layer both states of each token, with what was dropped.
    states: [Vec<f32>; 2],
    state_masks: [Vec<f32>; 2],
    /// A score for each tag of each token.
    emissions: Vec<f32>,
    pooled: Vec<f32>,
    /// Where the largest of each number of the states of a recurrent layer was.
    largest: [Vec<usize>; 2],
    /// A logit for each label of each text.
    pub(crate) logits: Vec<f32>,
}

impl Forward {
    /// The scores of the tags of a text's token.
    pub(crate) fn emissions(&self, text: usize, token: usize) -> &[f32] {
        let tags = self.emissions.len() / self.steps.tokens.max(1);
        &self.emissions[self.steps.at(text, token) * tags..][..tags]
    }

    /// A text's tokens before the recurrent layers, one after another.
    pub(crate) fn inputs(&self) -> &[f32] {
        &self.inputs
    }

    /// The part of what tells the labels that comes from the tokens themselves, of a text.
    pub(crate) fn pooled_tokens(&self, text: usize, shape: Shape) -> &[f32] {
        &self.pooled[text * shape.pooled() + shape.all_states()..][..shape.dim]
    }
}

/// What each table row of a token counts.
pub(super) fn weigh(
    token: &TokenRow,
    shape: Shape,
    dropout: Dropout,
    mut random: Option<&mut Random>,
    rows: &mut Vec<(u32, f32)>,
) {
    let mut leaves = |share: f32| match &mut random {
        Some(random) if share > 0.0 => random.unit() < share,
        _ => false,
    };
    let unknown = leaves(dropout.word);
    for &row in &token.identity {
        if !unknown && !leaves(dropout.feature) {
            rows.push((row, 1.0));
        }
    }
    for &row in token.shapes.iter().chain(&token.phrases) {
        if !leaves(dropout.feature) {
            rows.push((row, 1.0));
        }
    }
    let first = rows.len();
    for &row in &token.characters {
        if !leaves(dropout.feature) {
            rows.push((row, 1.0));
        }
    }
    let scale = 1.0 / libm::sqrtf((rows.len() - first).max(1) as f32);
    for (_, weight) in &mut rows[first..] {
        *weight = scale;
    }
    if !unknown {
        let scale = piece_scale(token);
        let own = token.pieces.iter().filter(|&&piece| (piece as usize) < shape.own);
        rows.extend(own.map(|&piece| (shape.rows as u32 + piece, scale)));
    }
}

/// What each word piece of a token counts.
fn piece_scale(token: &TokenRow) -> f32 {
    1.0 / libm::sqrtf(token.pieces.len().max(1) as f32)
}

fn mask(count: usize, share: f32, random: Option<&mut Random>) -> Vec<f32> {
    match random {
        Some(random) if share > 0.0 => {
            (0..count).map(|_| if random.unit() < share { 0.0 } else { 1.0 / (1.0 - share) }).collect()
        }
        _ => vec![1.0; count],
    }
}

impl Network {
    /// Computes some texts, the longest first, none empty. With `random`, some of it is dropped. The tags of each text are scored
    /// for `labels`, its own or those that are found.
    pub(crate) fn forward(
        &self,
        arch: Arch,
        texts: &[&TextRow],
        dropout: Dropout,
        mut random: Option<&mut Random>,
        own_labels: bool,
    ) -> Forward {
        let shape = self.shape;
        let Shape { dim, tags, labels, .. } = shape;
        let steps = Steps::new(texts);
        let tokens = steps.tokens;
        let input_masks = mask(texts.len() * dim, dropout.input, random.as_deref_mut());
        let state_masks =
            shape.units.map(|units| mask(texts.len() * 2 * units, dropout.state, random.as_deref_mut()));
        let mut rows = vec![Vec::new(); tokens];
        let mut inputs = vec![0.0; tokens * dim];
        let width = shape.width;
        let mut bases = vec![0.0; tokens * width];
        if let Some(set) = &self.pieces {
            for (text, row) in texts.iter().enumerate() {
                for (token, features) in row.tokens.iter().enumerate() {
                    let base = &mut bases[steps.at(text, token) * width..][..width];
                    for &piece in &features.pieces {
                        add_scaled(piece_scale(features), set.base(piece), base);
                    }
                }
            }
            multiply(arch, tokens, width, dim, View::rows(&bases, width), &self.layers.pieces, &mut inputs);
        }
        for (text, row) in texts.iter().enumerate() {
            for (token, features) in row.tokens.iter().enumerate() {
                let at = steps.at(text, token);
                weigh(features, shape, dropout, random.as_deref_mut(), &mut rows[at]);
                let input = &mut inputs[at * dim..][..dim];
                for &(row, weight) in &rows[at] {
                    add_scaled(weight, &self.table[row as usize * dim..][..dim], input);
                }
                for (input, mask) in input.iter_mut().zip(&input_masks[text * dim..]) {
                    *input *= mask;
                }
            }
        }
        let turned = steps.turn(&inputs, dim);
        let mut passes = Vec::new();
        let mut states = shape.units.map(|units| vec![0.0; tokens * 2 * units]);
        for (layer, units, _) in shape.layers() {
            let both = [&inputs, &turned].into_iter().zip(2 * layer..);
            passes.extend(both.map(|(inputs, direction)| self.pass(arch, direction, &steps, inputs)));
            let passes = &passes[2 * layer..];
            for (text, &length) in steps.lengths.iter().enumerate() {
                for token in 0..length {
                    let (at, turned) = (steps.at(text, token), steps.at(text, length - 1 - token));
                    let state = &mut states[layer][at * 2 * units..][..2 * units];
                    state[..units].copy_from_slice(&passes[0].states[at * units..][..units]);
                    state[units..].copy_from_slice(&passes[1].states[turned * units..][..units]);
                    for (state, mask) in state.iter_mut().zip(&state_masks[layer][text * 2 * units..]) {
                        *state *= mask;
                    }
                }
            }
        }
        let layers = &self.layers;
        let mut emissions = layers.emission_biases.repeat(tokens);
        let both = shape.states();
        multiply(arch, tokens, both, tags, View::rows(&states[0], both), &layers.emissions, &mut emissions);
        let mut forward = Forward {
            steps,
            rows,
            bases,
            inputs,
            turned,
            input_masks,
            passes,
            states,
            state_masks,
            emissions,
            pooled: Vec::new(),
            largest: [Vec::new(), Vec::new()],
            logits: Vec::new(),
        };
        if labels > 0 {
            self.classify(arch, &mut forward);
            for (text, row) in texts.iter().enumerate() {
                let label = if own_labels {
                    row.label as usize
                } else {
                    best(&forward.logits[text * labels..][..labels])
                };
                for token in 0..row.tokens.len() {
                    let at = forward.steps.at(text, token);
                    add_scaled(
                        1.0,
                        &layers.tag_biases[label * tags..][..tags],
                        &mut forward.emissions[at * tags..][..tags],
                    );
                }
            }
        }
        forward
    }

    /// Runs a direction of a recurrent layer over the tokens, which lie in its order.
    fn pass(&self, arch: Arch, direction: usize, steps: &Steps, inputs: &[f32]) -> Pass {
        let (dim, units) = (self.shape.dim, self.shape.units[direction / 2]);
        let width = self.shape.gates(direction);
        let mut gates = self.layers.gate_biases[direction].repeat(steps.tokens);
        multiply(
            arch,
            steps.tokens,
            dim,
            width,
            View::rows(inputs, dim),
            &self.layers.inputs[direction],
            &mut gates,
        );
        let mut cells = vec![0.0; steps.tokens * units];
        let mut states = vec![0.0; steps.tokens * units];
        for (step, (&start, &count)) in steps.starts.iter().zip(&steps.widths).enumerate() {
            let before = step.checked_sub(1).map(|before| steps.starts[before]);
            let gates = &mut gates[start * width..][..count * width];
            if let Some(before) = before {
                let state = View::rows(&states[before * units..], units);
                multiply(arch, count, units, width, state, &self.layers.states[direction], gates);
            }
            let (cells_before, cells_here) = cells.split_at_mut(start * units);
            for text in 0..count {
                let (forget, rest) = gates[text * width..][..width].split_at(units);
                let (candidate, output) = rest.split_at(units);
                let cell_before = before.map(|before| &cells_before[(before + text) * units..][..units]);
                let cell = &mut cells_here[text * units..][..units];
                let state = &mut states[(start + text) * units..][..units];
                for unit in 0..units {
                    let new = tanh(candidate[unit]);
                    let old = cell_before.map_or(0.0, |cell| cell[unit]);
                    cell[unit] = new + sigmoid(forget[unit]) * (old - new);
                    state[unit] = sigmoid(output[unit]) * cell[unit];
                }
            }
        }
        Pass { gates, cells, states }
    }

    fn classify(&self, arch: Arch, forward: &mut Forward) {
        let shape = self.shape;
        let Shape { dim, labels, .. } = shape;
        let width = shape.pooled();
        let texts = forward.steps.lengths.len();
        forward.pooled = vec![0.0; texts * width];
        for (layer, units, first) in shape.layers() {
            let both = 2 * units;
            forward.largest[layer] = vec![0; texts * both];
            for (text, &length) in forward.steps.lengths.iter().enumerate() {
                let states = &mut forward.pooled[text * width + first..][..both];
                states.fill(f32::NEG_INFINITY);
                for token in 0..length {
                    let at = forward.steps.at(text, token);
                    let largest = &mut forward.largest[layer][text * both..][..both];
                    for ((most, place), &state) in
                        states.iter_mut().zip(largest).zip(&forward.states[layer][at * both..])
                    {
                        if state > *most {
                            (*most, *place) = (state, at);
                        }
                    }
                }
            }
        }
        for (text, &length) in forward.steps.lengths.iter().enumerate() {
            let tokens = &mut forward.pooled[text * width + shape.all_states()..][..dim];
            let scale = 1.0 / libm::sqrtf(length as f32);
            for token in 0..length {
                let at = forward.steps.at(text, token);
                add_scaled(scale, &forward.inputs[at * dim..][..dim], tokens);
            }
        }
        forward.logits = self.layers.output_biases.repeat(texts);
        let pooled = View::rows(&forward.pooled, width);
        multiply(arch, texts, width, labels, pooled, &self.layers.output, &mut forward.logits);
    }
}

/// The place of the largest number; of equals the first.
pub(crate) fn best(numbers: &[f32]) -> usize {
    (1..numbers.len()).fold(0, |best, at| if numbers[at] > numbers[best] { at } else { best })
}

/// What a step's texts share: weights in other forms.
pub(super) struct Prepared {
    factors: Factors,
    inputs: [Vec<f32>; 4],
    states: [Vec<f32>; 4],
    emissions: Vec<f32>,
    output: Vec<f32>,
    projection: Vec<f32>,
}

impl Prepared {
    pub(super) fn new(network: &Network) -> Self {
        let (shape, layers) = (network.shape, &network.layers);
        let turn = |numbers: &Vec<f32>, width: usize| {
            let mut out = vec![0.0; numbers.len()];
            transpose(numbers, width, &mut out);
            out
        };
        Self {
            factors: Factors::new(&layers.pairs, &layers.starts),
            inputs: array::from_fn(|at| turn(&layers.inputs[at], shape.gates(at))),
            states: array::from_fn(|at| turn(&layers.states[at], shape.gates(at))),
            emissions: turn(&layers.emissions, shape.tags),
            output: turn(&layers.output, shape.labels),
            projection: turn(&layers.projection, shape.taught),
        }
    }
}

/// What the loss changes with each weight.
pub(super) struct Gradient {
    pub(super) layers: Layers,
    /// The table rows of each token, what each counts, and where their gradient is.
    pub(super) rows: Vec<Vec<(u32, f32)>>,
    /// A gradient for each token.
    pub(super) inputs: Vec<f32>,
    pub(super) loss: f64,
}

/// How the loss is put together.
#[derive(Clone, Copy)]
pub(super) struct Loss<'a> {
    /// What each text counts.
    pub(super) share: f32,
    /// What its tags count beside its label.
    pub(super) tags: f32,
    /// The share of a label's weight that goes to all labels evenly.
    pub(super) smoothing: f32,
    /// What a teacher says; none without one.
    pub(super) taught: Option<Taught<'a>>,
}

/// What a teacher says of texts, and what it counts beside their labels.
#[derive(Clone, Copy)]
pub(super) struct Taught<'a> {
    pub(super) lessons: &'a Lessons,
    /// The temperature of its labels.
    pub(super) softness: f32,
    /// What these count.
    pub(super) soft: f32,
    /// What the cosine with its embedding counts.
    pub(super) embedding: f32,
}

impl Network {
    pub(super) fn backward(
        &self,
        arch: Arch,
        prepared: &Prepared,
        texts: &[&TextRow],
        mut forward: Forward,
        how: Loss<'_>,
    ) -> Gradient {
        let shape = self.shape;
        let Shape { dim, tags, labels, .. } = shape;
        let steps = &forward.steps;
        let tokens = steps.tokens;
        let mut layers = Layers::zeros(shape);
        let mut loss = 0.0;
        let emissions = self.tag_loss(arch, prepared, texts, &forward, how, &mut layers, &mut loss);

        let mut states = shape.units.map(|units| vec![0.0; tokens * 2 * units]);
        let both = shape.states();
        let back = View::rows(&emissions, tags);
        multiply(arch, tokens, tags, both, back, &prepared.emissions, &mut states[0]);
        let from = View::transposed(&forward.states[0], both);
        multiply(arch, both, tokens, tags, from, &emissions, &mut layers.emissions);
        shape.silence(&mut layers.emissions);
        for row in emissions.chunks_exact(tags) {
            add_scaled(1.0, row, &mut layers.emission_biases);
        }
        let mut inputs = vec![0.0; tokens * dim];
        if labels > 0 {
            for (text, row) in texts.iter().enumerate() {
                let biases = &mut layers.tag_biases[row.label as usize * tags..][..tags];
                for token in 0..row.tokens.len() {
                    add_scaled(1.0, &emissions[steps.at(text, token) * tags..][..tags], biases);
                }
            }
            self.label_loss(
                arch,
                prepared,
                texts,
                &mut forward,
                how,
                &mut layers,
                (&mut states, &mut inputs),
                &mut loss,
            );
        }
        let steps = &forward.steps;
        for (layer, units, _) in shape.layers() {
            for (turned, from) in [&forward.inputs, &forward.turned].into_iter().enumerate() {
                let mut own = vec![0.0; tokens * units];
                for (text, &length) in steps.lengths.iter().enumerate() {
                    let mask = &forward.state_masks[layer][(text * 2 + turned) * units..][..units];
                    for token in 0..length {
                        let at = steps.at(text, token);
                        let place = if turned == 0 { at } else { steps.at(text, length - 1 - token) };
                        let states = &states[layer][(at * 2 + turned) * units..][..units];
                        for ((own, state), mask) in
                            own[place * units..][..units].iter_mut().zip(states).zip(mask)
                        {
                            *own = state * mask;
                        }
                    }
                }
                let direction = 2 * layer + turned;
                let pass = &forward.passes[direction];
                let passed = self.pass_back(arch, prepared, direction, steps, pass, from, own, &mut layers);
                if turned == 0 {
                    add_scaled(1.0, &passed, &mut inputs);
                } else {
                    add_scaled(1.0, &steps.turn(&passed, dim), &mut inputs);
                }
            }
        }
        for (text, &length) in steps.lengths.iter().enumerate() {
            for token in 0..length {
                let input = &mut inputs[steps.at(text, token) * dim..][..dim];
                for (input, mask) in input.iter_mut().zip(&forward.input_masks[text * dim..]) {
                    *input *= mask;
                }
            }
        }
        if shape.width > 0 {
            let bases = View::transposed(&forward.bases, shape.width);
            multiply(arch, shape.width, tokens, dim, bases, &inputs, &mut layers.pieces);
        }
        Gradient { layers, rows: forward.rows, inputs, loss }
    }

    /// The loss of the tags; returns what it changes with each emission.
    #[allow(clippy::too_many_arguments)] // Each is a different part of a step.
    fn tag_loss(
        &self,
        arch: Arch,
        prepared: &Prepared,
        texts: &[&TextRow],
        forward: &Forward,
        how: Loss<'_>,
        layers: &mut Layers,
        total: &mut f64,
    ) -> Vec<f32> {
        let tags = self.shape.tags;
        let mut gradient = vec![0.0; forward.emissions.len()];
        let mut pairs = vec![0.0; tags * tags];
        for (text, row) in texts.iter().enumerate().filter(|(_, row)| !row.made && !row.untagged) {
            let places = || (0..row.tags.len()).map(|token| forward.steps.at(text, token) * tags);
            let mut emissions = Vec::with_capacity(row.tags.len() * tags);
            for place in places() {
                emissions.extend_from_slice(&forward.emissions[place..place + tags]);
            }
            let mut own = vec![0.0; emissions.len()];
            let sums = Sums { pairs: &mut pairs, pair_scores: &mut layers.pairs, starts: &mut layers.starts };
            let scores = (self.layers.pairs.as_slice(), self.layers.starts.as_slice());
            let share = how.share * how.tags;
            let one = loss(arch, &prepared.factors, scores, &emissions, &row.tags, share, &mut own, sums);
            *total += f64::from(how.tags) * one;
            for (place, own) in places().zip(own.chunks_exact(tags)) {
                gradient[place..place + tags].copy_from_slice(own);
            }
        }
        for ((sum, pair), factor) in layers.pairs.iter_mut().zip(&pairs).zip(&prepared.factors.pairs) {
            *sum += pair * factor;
        }
        gradient
    }

    /// The loss of the labels, carried back to states and tokens.
    #[allow(clippy::too_many_arguments)] // Each is a different part of a step.
    fn label_loss(
        &self,
        arch: Arch,
        prepared: &Prepared,
        texts: &[&TextRow],
        forward: &mut Forward,
        how: Loss<'_>,
        layers: &mut Layers,
        (states, inputs): (&mut [Vec<f32>; 2], &mut [f32]),
        total: &mut f64,
    ) {
        let shape = self.shape;
        let (labels, width, dim) = (shape.labels, shape.pooled(), shape.dim);
        for (row, logits) in texts.iter().zip(forward.logits.chunks_exact_mut(labels)) {
            let lesson = how.taught.zip(row.lesson);
            let soft = lesson.map(|(taught, lesson)| {
                let mut soft = logits.to_vec();
                let loss = soften(&mut soft, taught.lessons.logits(lesson), taught.softness);
                *total += f64::from(taught.soft * loss);
                (taught.soft * how.share, soft)
            });
            if row.made {
                logits.fill(0.0);
            } else {
                let label = row.label as usize;
                let smoothing = if row.even { 1.0 } else { how.smoothing };
                let even = smoothing / labels as f32;
                let mean = logits.iter().sum::<f32>() / labels as f32;
                let right = logits[label];
                let norm = softmax(logits);
                *total += f64::from(norm - (1.0 - smoothing) * right - smoothing * mean);
                for logit in logits.iter_mut() {
                    *logit = how.share * (*logit - even);
                }
                logits[label] -= how.share * (1.0 - smoothing);
            }
            if let Some((weight, soft)) = soft {
                add_scaled(weight, &soft, logits);
            }
        }
        let count = texts.len();
        let pooled = View::transposed(&forward.pooled, width);
        multiply(arch, width, count, labels, pooled, &forward.logits, &mut layers.output);
        let mut back = vec![0.0; count * width];
        let logits = View::rows(&forward.logits, labels);
        multiply(arch, count, labels, width, logits, &prepared.output, &mut back);
        self.direction_loss(arch, prepared, texts, forward, how, layers, &mut back, total);
        for (text, (logits, back)) in
            forward.logits.chunks_exact(labels).zip(back.chunks_exact(width)).enumerate()
        {
            add_scaled(1.0, logits, &mut layers.output_biases);
            for (layer, units, first) in shape.layers() {
                let both = 2 * units;
                let largest = &forward.largest[layer][text * both..][..both];
                for (number, (&place, gradient)) in largest.iter().zip(&back[first..]).enumerate() {
                    states[layer][place * both + number] += gradient;
                }
            }
            let length = forward.steps.lengths[text];
            let scale = 1.0 / libm::sqrtf(length as f32);
            let back = &back[shape.all_states()..];
            for token in 0..length {
                add_scaled(scale, back, &mut inputs[forward.steps.at(text, token) * dim..][..dim]);
            }
        }
    }

    /// The loss of the direction of a teacher's embeddings, carried back to what is pooled.
    #[allow(clippy::too_many_arguments)] // Each is a different part of a step.
    fn direction_loss(
        &self,
        arch: Arch,
        prepared: &Prepared,
        texts: &[&TextRow],
        forward: &Forward,
        how: Loss<'_>,
        layers: &mut Layers,
        back: &mut [f32],
        total: &mut f64,
    ) {
        let (dim, width, count) = (self.shape.taught, self.shape.pooled(), texts.len());
        let Some(taught) = how.taught.filter(|_| dim > 0) else { return };
        let mut projected = vec![0.0; count * dim];
        let pooled = View::rows(&forward.pooled, width);
        multiply(arch, count, width, dim, pooled, &self.layers.projection, &mut projected);
        for (row, projected) in texts.iter().zip(projected.chunks_exact_mut(dim)) {
            let Some(lesson) = row.lesson else {
                projected.fill(0.0);
                continue;
            };
            *total +=
                f64::from(toward(projected, taught.lessons.embedding(lesson), taught.embedding, how.share));
        }
        let pooled = View::transposed(&forward.pooled, width);
        multiply(arch, width, count, dim, pooled, &projected, &mut layers.projection);
        multiply(arch, count, dim, width, View::rows(&projected, dim), &prepared.projection, back);
    }

    /// Carries the gradient of the states of a direction back through time; returns that of what went in.
    #[allow(clippy::too_many_arguments)] // Each is a different part of a step.
    fn pass_back(
        &self,
        arch: Arch,
        prepared: &Prepared,
        direction: usize,
        steps: &Steps,
        pass: &Pass,
        inputs: &[f32],
        mut states: Vec<f32>,
        layers: &mut Layers,
    ) -> Vec<f32> {
        let (dim, units) = (self.shape.dim, self.shape.units[direction / 2]);
        let (width, tokens) = (self.shape.gates(direction), steps.tokens);
        let mut gates = vec![0.0; tokens * width];
        // What flows back along the cells of each text.
        let mut carried = vec![0.0; steps.lengths.len() * units];
        // The state that each token started from.
        let mut before_states = vec![0.0; tokens * units];
        let nothing = vec![0.0; units];
        for step in (0..steps.starts.len()).rev() {
            let (start, count) = (steps.starts[step], steps.widths[step]);
            let before = step.checked_sub(1).map(|before| steps.starts[before]);
            for text in 0..count {
                let at = start + text;
                let (forget, rest) = pass.gates[at * width..][..width].split_at(units);
                let (candidate, output) = rest.split_at(units);
                let (to_forget, rest) = gates[at * width..][..width].split_at_mut(units);
                let (to_candidate, to_output) = rest.split_at_mut(units);
                let cell = &pass.cells[at * units..][..units];
                let old =
                    before.map_or(&nothing[..], |before| &pass.cells[(before + text) * units..][..units]);
                let state = &states[at * units..][..units];
                let carried = &mut carried[text * units..][..units];
                for unit in 0..units {
                    let (keep, new, open) =
                        (sigmoid(forget[unit]), tanh(candidate[unit]), sigmoid(output[unit]));
                    let to_cell = state[unit] * open + carried[unit];
                    to_output[unit] = state[unit] * cell[unit] * sigmoid_slope(output[unit]);
                    to_forget[unit] = to_cell * (old[unit] - new) * sigmoid_slope(forget[unit]);
                    to_candidate[unit] = to_cell * (1.0 - keep) * tanh_slope(candidate[unit]);
                    carried[unit] = to_cell * keep;
                }
            }
            if let Some(before) = before {
                let here = View::rows(&gates[start * width..], width);
                let earlier = &mut states[before * units..][..count * units];
                multiply(arch, count, width, units, here, &prepared.states[direction], earlier);
                before_states[start * units..][..count * units]
                    .copy_from_slice(&pass.states[before * units..][..count * units]);
            }
        }
        let before = View::transposed(&before_states, units);
        multiply(arch, units, tokens, width, before, &gates, &mut layers.states[direction]);
        let inputs = View::transposed(inputs, dim);
        multiply(arch, dim, tokens, width, inputs, &gates, &mut layers.inputs[direction]);
        for row in gates.chunks_exact(width) {
            add_scaled(1.0, row, &mut layers.gate_biases[direction]);
        }
        let mut inputs = vec![0.0; tokens * dim];
        multiply(
            arch,
            tokens,
            width,
            dim,
            View::rows(&gates, width),
            &prepared.inputs[direction],
            &mut inputs,
        );
        inputs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The emissions among the arrays.
    const EMISSIONS: usize = 6;
    const SHAPE: Shape = Shape {
        rows: 12,
        dim: 5,
        units: [4, 3],
        private: 1,
        tags: 5,
        labels: 3,
        own: 0,
        width: 0,
        taught: 2,
    };

    fn texts() -> Vec<TextRow> {
        let token = |a: u32, b: u32| TokenRow {
            identity: vec![a],
            shapes: vec![b],
            characters: vec![(a + b) % 12, (a + 2 * b) % 12],
            phrases: vec![],
            pieces: vec![],
        };
        let text = |tags: &[u32], label: u32| TextRow {
            tokens: tags
                .iter()
                .enumerate()
                .map(|(at, &tag)| token((tag * 3 + at as u32) % 12, label + 4))
                .collect(),
            tags: tags.to_vec(),
            label,
            ..TextRow::default()
        };
        vec![
            TextRow { lesson: Some(1), ..text(&[1, 2, 0, 3, 4], 0) },
            TextRow { lesson: Some(0), made: true, ..text(&[0, 3, 1], 2) },
            TextRow { untagged: true, even: true, ..text(&[2, 1], 0) },
            text(&[0], 1),
        ]
    }

    fn loss_of(network: &Network, how: Loss<'_>) -> (f64, Gradient) {
        let texts = texts();
        let texts: Vec<&TextRow> = texts.iter().collect();
        let arch = Arch::new();
        let forward = network.forward(arch, &texts, Dropout::default(), None, true);
        let gradient = network.backward(arch, &Prepared::new(network), &texts, forward, how);
        (gradient.loss, gradient)
    }

    #[test]
    fn gradients_are_differences_of_the_loss() {
        gradients_of(SHAPE);
        gradients_of(Shape { units: [4, 0], ..SHAPE });
    }

    /// With two recurrent layers, and with one.
    fn gradients_of(shape: Shape) {
        let mut random = Random::new(2, 0);
        let mut network = Network::random(shape, 0.0, &mut random);
        for array in network.layers.arrays_mut() {
            for number in array.iter_mut() {
                *number += (random.unit() - 0.5) * 0.3;
            }
        }
        let lessons = Lessons {
            labels: SHAPE.labels,
            dim: SHAPE.taught,
            logits: vec![2.0, -1.0, 0.5, 0.0, 3.0, -2.0],
            embeddings: vec![0.6, -0.8, 0.8, 0.6],
        };
        let taught = Taught { lessons: &lessons, softness: 2.0, soft: 0.7, embedding: 0.5 };
        let how = Loss { share: 1.0, tags: 0.5, smoothing: 0.1, taught: Some(taught) };
        let (_, gradient) = loss_of(&network, how);
        let mut table = vec![0.0; network.table.len()];
        for (rows, input) in gradient.rows.iter().zip(gradient.inputs.chunks_exact(SHAPE.dim)) {
            for &(row, weight) in rows {
                add_scaled(weight, input, &mut table[row as usize * SHAPE.dim..][..SHAPE.dim]);
            }
        }
        let step = 2e-3f32;
        let mut difference = |change: &dyn Fn(&mut Network, f32)| {
            change(&mut network, step);
            let above = loss_of(&network, how).0;
            change(&mut network, -2.0 * step);
            let below = loss_of(&network, how).0;
            change(&mut network, step);
            (above - below) / (2.0 * f64::from(step))
        };
        let compare = |found: f32, expected: f64, what: &str| {
            let close = (f64::from(found) - expected).abs() < 3e-3 + 0.02 * expected.abs();
            assert!(close, "{what}: {found} is not {expected}");
        };
        for array in 0..ARRAYS {
            for at in 0..gradient.layers.arrays()[array].len() {
                // What scores tags by the last number of each direction stays zero.
                if array == EMISSIONS && at / SHAPE.tags % SHAPE.units[0] == SHAPE.units[0] - SHAPE.private {
                    assert_eq!(gradient.layers.arrays()[array][at], 0.0);
                    continue;
                }
                let expected = difference(&|network, by| network.layers.arrays_mut()[array][at] += by);
                compare(gradient.layers.arrays()[array][at], expected, &format!("array {array}, {at}"));
            }
        }
        for (at, &found) in table.iter().enumerate() {
            let expected = difference(&|network, by| network.table[at] += by);
            compare(found, expected, &format!("table {at}"));
        }
    }

    /// Of a text that was made neither tags nor label are known: only the lesson counts.
    #[test]
    fn made_texts_are_learned_from_their_lessons_alone() {
        let network = Network::random(SHAPE, 0.0, &mut Random::new(3, 0));
        let lessons = Lessons { labels: 3, dim: 2, logits: vec![1.0, 0.0, -1.0], embeddings: vec![1.0, 0.0] };
        let taught = Taught { lessons: &lessons, softness: 2.0, soft: 1.0, embedding: 1.0 };
        let loss = |label: u32, tag: u32, lesson: Option<u32>| {
            let row = TextRow { label, lesson, made: true, tags: vec![tag; 5], ..texts().swap_remove(0) };
            let arch = Arch::new();
            let forward = network.forward(arch, &[&row], Dropout::default(), None, false);
            let how = Loss { share: 1.0, tags: 0.5, smoothing: 0.1, taught: Some(taught) };
            network.backward(arch, &Prepared::new(&network), &[&row], forward, how).loss
        };
        assert!(loss(0, 1, Some(0)) > 0.0);
        assert_eq!(loss(0, 1, Some(0)).to_bits(), loss(2, 3, Some(0)).to_bits());
        assert_eq!(loss(0, 1, None), 0.0);
    }

    /// What means nothing is learned neither from its tags nor from its label, and best told by logits that are all the same.
    #[test]
    fn texts_that_mean_nothing_ask_for_even_labels() {
        let mut network = Network::random(SHAPE, 0.0, &mut Random::new(3, 0));
        let how = Loss { share: 1.0, tags: 0.5, smoothing: 0.1, taught: None };
        let loss = |network: &Network, label: u32, tag: u32, untagged: bool| {
            let row = TextRow { label, untagged, even: true, tags: vec![tag; 5], ..texts().swap_remove(0) };
            let arch = Arch::new();
            let forward = network.forward(arch, &[&row], Dropout::default(), None, false);
            network.backward(arch, &Prepared::new(network), &[&row], forward, how).loss
        };
        let untagged = loss(&network, 0, 1, true);
        assert_eq!(untagged.to_bits(), loss(&network, 2, 3, true).to_bits());
        assert!(untagged < loss(&network, 0, 1, false));
        let even = f64::from(SHAPE.labels as u32).ln();
        assert!(untagged > even + 1e-6, "{untagged}");
        network.layers.output.fill(0.0);
        network.layers.output_biases.fill(0.0);
        assert!((loss(&network, 0, 1, true) - even).abs() < 1e-6);
    }

    /// Tags are not scored by the second layer, and do not teach it.
    #[test]
    fn the_second_layer_is_of_the_labels() {
        let network = Network::random(SHAPE, 0.0, &mut Random::new(9, 0));
        let row = texts().swap_remove(3);
        let mut other = network.clone();
        other.layers.inputs[2..].iter_mut().flatten().for_each(|weight| *weight *= -1.0);
        let [one, two] = [&network, &other]
            .map(|network| network.forward(Arch::new(), &[&row], Dropout::default(), None, true));
        assert_eq!(one.emissions(0, 0), two.emissions(0, 0));
        assert_ne!(one.logits, two.logits);
        // Labels teach nothing that is not heard.
        other.layers.output.fill(0.0);
        let how = Loss { share: 1.0, tags: 1.0, smoothing: 0.1, taught: None };
        let inputs = loss_of(&other, how).1.layers.inputs;
        let taught = inputs.map(|inputs| inputs.iter().any(|&weight| weight != 0.0));
        assert_eq!(taught, [true, true, false, false]);
    }

    #[test]
    fn texts_do_not_depend_on_those_beside_them() {
        let network = Network::random(SHAPE, 0.0, &mut Random::new(9, 0));
        let texts = texts();
        let all: Vec<&TextRow> = texts.iter().collect();
        let together = network.forward(Arch::new(), &all, Dropout::default(), None, true);
        for (index, text) in texts.iter().enumerate() {
            let alone = network.forward(Arch::new(), &[text], Dropout::default(), None, true);
            assert_eq!(alone.logits, together.logits[index * 3..][..3]);
            for token in 0..text.tokens.len() {
                assert_eq!(alone.emissions(0, token), together.emissions(index, token));
            }
        }
    }
}
