//! Fits a tagger to rows.

use super::network::{BIASES, Dropout, Gradient, Layers, Loss, Network, Prepared, Shape, Taught, TextRow};
use crate::math::{add_scaled, dot};
use crate::piece::PieceSet;
use crate::random::Random;
use crate::recipe::Recipe;
use crate::tier::bag::Lessons;
use pulp::Arch;
use std::sync::Arc;
use std::thread;

/// Everything that a fit needs beside its rows.
pub(crate) struct Fit<'a> {
    pub(crate) recipe: &'a Recipe,
    pub(crate) shape: Shape,
    /// The word pieces; none in a tagger without.
    pub(crate) pieces: Option<Arc<PieceSet>>,
    /// What a teacher says of the rows; none without one.
    pub(crate) lessons: Option<&'a Lessons>,
    /// Tells apart the fits of one recipe.
    pub(crate) stream: u64,
    pub(crate) threads: usize,
}

/// Texts that one thread computes in step. A part of the arithmetic: another number gives other sums.
const SHARD: usize = 16;
/// A step's gradient of the layers is shortened to this length (Pascanu, Mikolov and Bengio, "On the difficulty of training
/// recurrent neural networks", ICML 2013).
const LONGEST_GRADIENT: f32 = 2.0;
/// The share of the steps in which the step size rises.
const WARM_UP: f64 = 0.05;

/// So many times the epochs are made, at the most, where the rows are few.
const MOST_EPOCHS: usize = 8;
/// The same of labels alone, which gain nothing by more, and where texts have more than [`LONG`] tokens on average: each tells more
/// in a step, and takes longer.
const FEWER_EPOCHS: usize = 4;
const LONG: usize = 32;

/// The least steps of a fit of so many rows, those that were made counted, of so many tokens on average, rounded up.
pub(crate) fn least_steps(recipe: &Recipe, rows: usize, tokens: usize) -> u32 {
    let steps = rows.div_ceil(recipe.batch as usize) * recipe.epochs as usize * FEWER_EPOCHS;
    if tokens > LONG {
        recipe.least_steps.min(u32::try_from(steps).unwrap_or(u32::MAX))
    } else {
        recipe.least_steps
    }
}

/// How many epochs a fit of so many rows takes, with slots or of labels `alone`: these are learned in half the epochs and steps.
pub(crate) fn epochs(recipe: &Recipe, rows: usize, alone: bool) -> u32 {
    let part = |asked: u32| if alone { asked.div_ceil(2) } else { asked };
    let asked = part(recipe.epochs);
    let steps = rows.div_ceil(recipe.batch as usize).max(1);
    let most = if alone { FEWER_EPOCHS } else { MOST_EPOCHS };
    let least = (part(recipe.least_steps) as usize).div_ceil(steps).min(most * asked as usize);
    let least = if recipe.epochs < 5 { 0 } else { least };
    asked.max(least as u32)
}

/// Fits a tagger to the rows, none of which is empty. `vary` is asked for each row of each epoch, in their order: what it returns,
/// which is not empty, is learned in its place. `advance` is told, after every batch, its rows, the epoch (from 1), how
/// many there are, and the mean loss so far in it.
pub(crate) fn fit(
    rows: &[TextRow],
    fit: &Fit<'_>,
    mut vary: impl FnMut(usize, &mut Random) -> Option<TextRow>,
    mut advance: impl FnMut(usize, (u32, u32), f32),
) -> Network {
    let recipe = fit.recipe;
    let mut random = Random::new(recipe.seed, 500 + fit.stream);
    let mut network = Network::random(fit.shape, recipe.piece_start as f32, &mut random);
    network.pieces.clone_from(&fit.pieces);
    let mut steps = Steps::new(fit.shape);
    let alone = fit.shape.is_alone();
    let epochs = epochs(recipe, rows.len(), alone);
    let batch = recipe.batch as usize;
    let total = rows.len().div_ceil(batch) * epochs as usize;
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let arch = Arch::new();
    let dropout = Dropout {
        input: recipe.input_dropout as f32,
        state: recipe.state_dropout as f32,
        word: recipe.word_dropout as f32,
        // Where no tag has to be told for each token, a text is told by fewer of its features.
        feature: if alone { recipe.feature_dropout } else { recipe.token_dropout } as f32,
    };
    for epoch in 1..=epochs {
        random.shuffle(&mut order);
        let (mut loss, mut seen) = (0.0f64, 0usize);
        for batch in order.chunks(batch) {
            let varied: Vec<Option<TextRow>> = batch.iter().map(|&row| vary(row, &mut random)).collect();
            let mut texts: Vec<&TextRow> = batch
                .iter()
                .zip(&varied)
                .map(|(&row, varied)| varied.as_ref().unwrap_or(&rows[row]))
                .collect();
            texts.sort_by_key(|text| std::cmp::Reverse(text.tokens.len()));
            let shards: Vec<(&[&TextRow], Random)> =
                texts.chunks(SHARD).map(|shard| (shard, Random::new(random.bits(), 0))).collect();
            let how = Loss {
                share: 1.0 / batch.len() as f32,
                tags: recipe.tag_weight as f32 * tag_share(&texts),
                smoothing: recipe.label_smoothing as f32,
                taught: fit.lessons.map(|lessons| Taught {
                    lessons,
                    softness: recipe.softness as f32,
                    soft: recipe.soft_weight as f32,
                    embedding: recipe.embedding_weight as f32,
                }),
            };
            let prepared = Prepared::new(&network);
            let learn = |(texts, random): &(&[&TextRow], Random)| {
                let forward = network.forward(arch, texts, dropout, Some(&mut random.clone()), true);
                network.backward(arch, &prepared, texts, forward, how)
            };
            let gradients = side_by_side(fit.threads, &shards, &learn);
            loss += gradients.iter().map(|gradient| gradient.loss).sum::<f64>();
            seen += batch.len();
            steps.taken += 1;
            let rate = rate(steps.taken, total) * recipe.rate as f32;
            steps.take(&mut network, gradients, rate, recipe);
            advance(batch.len(), (epoch, epochs), (loss / seen as f64) as f32);
        }
    }
    network
}

/// What the tags of a text count in a batch: as much in all as where no text was made, whose tags are not known.
fn tag_share(texts: &[&TextRow]) -> f32 {
    let own = texts.iter().filter(|text| !text.made).count().max(1);
    texts.len() as f32 / own as f32
}

/// Does the work with so many threads; the results do not depend on how many.
fn side_by_side<T: Sync, R: Send>(threads: usize, work: &[T], one: &(impl Fn(&T) -> R + Sync)) -> Vec<R> {
    if threads < 2 || work.len() < 2 {
        return work.iter().map(one).collect();
    }
    let share = work.len().div_ceil(threads);
    thread::scope(|scope| {
        let (first, rest) = work.split_at(share);
        let others: Vec<_> = rest
            .chunks(share)
            .map(|part| scope.spawn(move || part.iter().map(one).collect::<Vec<R>>()))
            .collect();
        let mut done: Vec<R> = first.iter().map(one).collect();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    })
}

/// The step size at a step, as a share of the largest: it rises, then falls along half a cosine (Loshchilov and Hutter,
/// "SGDR", ICLR 2017).
fn rate(step: usize, total: usize) -> f32 {
    let done = step as f64 / total.max(1) as f64;
    if done < WARM_UP {
        return (done / WARM_UP) as f32;
    }
    let falling = (done - WARM_UP) / (1.0 - WARM_UP);
    (0.5 * (1.0 + libm::cos(falling * std::f64::consts::PI))) as f32
}

const MEAN: f32 = 0.9;
const SQUARE: f32 = 0.999;

/// AdamW for the layers (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019). For the table, plain
/// gradient descent divided by the root of the mean square of all its gradients of late, so that the row of a rare feature
/// moves little.
struct Steps {
    shape: Shape,
    means: Layers,
    squares: Layers,
    /// What the moments still lack, as powers of their decay.
    unseen: [f64; 2],
    table: Vec<f32>,
    touched: Vec<u32>,
    stamps: Vec<u32>,
    square: f64,
    kept: f64,
    taken: usize,
}

impl Steps {
    fn new(shape: Shape) -> Self {
        Self {
            shape,
            means: Layers::zeros(shape),
            squares: Layers::zeros(shape),
            unseen: [1.0; 2],
            table: vec![0.0; shape.all_rows() * shape.dim],
            touched: Vec::new(),
            stamps: vec![0; shape.all_rows()],
            square: 0.0,
            kept: 1.0,
            taken: 0,
        }
    }

    fn take(&mut self, network: &mut Network, gradients: Vec<Gradient>, rate: f32, recipe: &Recipe) {
        let dim = self.shape.dim;
        let stamp = self.taken as u32;
        for gradient in &gradients {
            for (rows, input) in gradient.rows.iter().zip(gradient.inputs.chunks_exact(dim)) {
                for &(row, weight) in rows {
                    let seen = &mut self.stamps[row as usize];
                    if *seen != stamp {
                        *seen = stamp;
                        self.touched.push(row);
                    }
                    add_scaled(weight, input, &mut self.table[row as usize * dim..][..dim]);
                }
            }
        }
        self.table_step(&mut network.table, rate * recipe.table_step());

        let mut gradients = gradients.into_iter().map(|gradient| gradient.layers);
        let Some(mut sum) = gradients.next() else { return };
        for other in gradients {
            for (sum, other) in sum.arrays_mut().into_iter().zip(other.arrays()) {
                add_scaled(1.0, other, sum);
            }
        }
        let length = libm::sqrtf(sum.arrays().into_iter().map(|array| dot(array, array)).sum());
        let shorten = (LONGEST_GRADIENT / length.max(LONGEST_GRADIENT)).min(1.0);
        self.unseen[0] *= f64::from(MEAN);
        self.unseen[1] *= f64::from(SQUARE);
        let unbias = self.unseen.map(|unseen| (1.0 / (1.0 - unseen)) as f32);
        let arrays = network.layers.arrays_mut().into_iter().zip(sum.arrays());
        let moments = self.means.arrays_mut().into_iter().zip(self.squares.arrays_mut());
        for (index, ((weights, gradients), (means, squares))) in arrays.zip(moments).enumerate() {
            let decay = if BIASES[index] { 0.0 } else { recipe.decay as f32 };
            let numbers = weights.iter_mut().zip(gradients).zip(means.iter_mut().zip(squares));
            for ((weight, &gradient), (mean, square)) in numbers {
                let gradient = gradient * shorten;
                *mean = MEAN * *mean + (1.0 - MEAN) * gradient;
                *square = SQUARE * *square + (1.0 - SQUARE) * gradient * gradient;
                let step = *mean * unbias[0] / ((*square * unbias[1]).sqrt() + 1e-8);
                *weight -= rate * (step + decay * *weight);
            }
        }
    }

    fn table_step(&mut self, table: &mut [f32], rate: f32) {
        const KEPT: f64 = 0.99;
        let dim = self.shape.dim;
        let mut sum = 0.0f64;
        for &row in &self.touched {
            let row = &self.table[row as usize * dim..][..dim];
            sum += f64::from(dot(row, row));
        }
        self.square = KEPT * self.square + (1.0 - KEPT) * sum / (self.touched.len() * dim).max(1) as f64;
        self.kept *= KEPT;
        let rate = rate / (libm::sqrt(self.square / (1.0 - self.kept)) as f32 + 1e-12);
        for row in self.touched.drain(..) {
            let place = row as usize * dim..(row as usize + 1) * dim;
            for (weight, gradient) in table[place.clone()].iter_mut().zip(&mut self.table[place]) {
                *weight -= rate * *gradient;
                *gradient = 0.0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tier::tagger::network::TokenRow;
    use crate::tier::tagger::network::best;

    /// A token's own row tells its tag, but for one, which is told by the token before it.
    fn rows() -> Vec<TextRow> {
        let mut random = Random::new(4, 0);
        (0..60)
            .map(|_| {
                let kinds: Vec<u32> = (0..4 + random.below(5)).map(|_| random.below(4) as u32).collect();
                let tag = |at: usize| match (kinds[at], at.checked_sub(1).map(|before| kinds[before])) {
                    (1, _) => 1,
                    (2, Some(3)) => 3,
                    _ => 0,
                };
                TextRow {
                    tokens: kinds
                        .iter()
                        .map(|&kind| TokenRow { identity: vec![kind], ..TokenRow::default() })
                        .collect(),
                    tags: (0..kinds.len()).map(tag).collect(),
                    label: u32::from(kinds.contains(&1)),
                    ..TextRow::default()
                }
            })
            .collect()
    }

    fn learned(threads: usize) -> Network {
        let recipe = Recipe { epochs: 40, batch: 24, rate: 5e-3, word_dropout: 0.0, ..Recipe::default() };
        let shape = Shape {
            rows: 4,
            dim: 16,
            units: [16, 0],
            private: 0,
            tags: 5,
            labels: 2,
            own: 0,
            width: 0,
            taught: 0,
        };
        fit(
            &rows(),
            &Fit { recipe: &recipe, shape, pieces: None, lessons: None, stream: 0, threads },
            |_, _| None,
            |_, _, _| {},
        )
    }

    #[test]
    fn a_tagger_learns_what_a_neighbour_tells_and_threads_change_nothing() {
        let network = learned(1);
        let rows = rows();
        for row in &rows {
            let forward = network.forward(Arch::new(), &[row], Dropout::default(), None, true);
            assert_eq!(best(&forward.logits) as u32, row.label);
            for (token, &tag) in row.tags.iter().enumerate() {
                assert_eq!(best(forward.emissions(0, token)) as u32, tag, "{row:?}");
            }
        }
        let bits = |network: &Network| -> Vec<u32> {
            let arrays = network.layers.arrays().into_iter().chain([&network.table]);
            arrays.flatten().map(|number| number.to_bits()).collect()
        };
        assert_eq!(bits(&network), bits(&learned(3)));
    }

    #[test]
    fn few_rows_are_learned_more_often() {
        let recipe = Recipe { epochs: 20, least_steps: 4_000, batch: 32, ..Recipe::default() };
        let epochs = |rows, alone| epochs(&recipe, rows, alone);
        assert_eq!(
            [100_000, 6_400, 3_200, 1_600, 800, 320].map(|rows| epochs(rows, false)),
            [20, 20, 40, 80, 160, 160]
        );
        // Long texts are learned half as often.
        assert_eq!([32, 33].map(|tokens| least_steps(&recipe, 320, tokens)), [4_000, 800]);
        assert_eq!(least_steps(&recipe, 100_000, 1_000), 4_000);
        // Half as many steps for labels alone.
        assert_eq!([100_000, 3_200, 1_600, 320].map(|rows| epochs(rows, true)), [10, 20, 40, 40]);
        // Who asks for fewer than five gets these.
        assert_eq!(super::epochs(&Recipe { epochs: 4, ..recipe.clone() }, 100, false), 4);
    }

    #[test]
    fn made_texts_take_nothing_from_the_tags_of_others() {
        let share = |made: &[bool]| {
            let rows: Vec<TextRow> =
                made.iter().map(|&made| TextRow { made, ..TextRow::default() }).collect();
            tag_share(&rows.iter().collect::<Vec<_>>())
        };
        // Where none was made, to the bit what it was.
        assert_eq!(share(&[false; 7]), 1.0);
        assert_eq!(share(&[true, false, true, true]), 4.0);
        assert!(share(&[true; 4]).is_finite());
    }
}
