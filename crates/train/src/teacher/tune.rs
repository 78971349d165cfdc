//! Fine-tuning: an encoder learns the labels of rows, so that its embeddings tell them better.

use super::back::{ARRAYS, Arrays, Gradient, Head, MATRICES, Shard, arrays, put};
use super::batches::in_batches;
use super::contrast;
use super::encoder::Encoder;
use super::kernel::{Real, add_times, dot};
use super::pooling::Pooling;
use crate::random::Random;
use candle_core::Result;
use std::thread;

/// Rows of a step.
const BATCH: usize = 32;
/// Rows that are computed together. A part of the arithmetic: another number gives other sums.
const SHARD: usize = 16;
/// The step size of what tells the labels, for one of the encoder.
const HEAD_RATE: f64 = 10.0;
/// The share of the steps in which the step size rises.
const WARM_UP: f64 = 0.1;
const DECAY: f64 = 0.01;
const DROPOUT: f32 = 0.1;
/// A step's gradient is shortened to this length.
const LONGEST_GRADIENT: f64 = 1.0;
const MEAN: f64 = 0.9;
const SQUARE: f64 = 0.999;

/// How an encoder is tuned.
pub(super) struct How {
    pub(super) epochs: u32,
    /// The largest step of a weight.
    pub(super) rate: f64,
    pub(super) seed: u64,
}

/// What an encoder learns.
pub(super) enum Aim<T> {
    /// To tell labels, `labels` in number, by embeddings of unit length: `head` has for each number, and for a bias, a row of a weight
    /// for each label.
    Labels { head: Vec<T>, labels: usize },
    /// To put texts of a label close together and others apart.
    Closeness,
}

impl<T: Real> Aim<T> {
    /// The rows of the steps of an epoch.
    fn steps(&self, own: &[u32], order: &mut [usize], random: &mut Random) -> Vec<Vec<usize>> {
        match self {
            Self::Labels { .. } => {
                random.shuffle(order);
                order.chunks(BATCH).map(<[usize]>::to_vec).collect()
            }
            Self::Closeness => contrast::steps(own, random),
        }
    }

    /// How many weights the head has.
    const fn head(&self) -> usize {
        match self {
            Self::Labels { head, .. } => head.len(),
            Self::Closeness => 0,
        }
    }
}

/// Adam's moments of an array (Kingma and Ba, ICLR 2015).
struct Moments<T> {
    mean: Vec<T>,
    square: Vec<T>,
}

impl<T: Real> Moments<T> {
    fn new(count: usize) -> Self {
        Self { mean: vec![T::zero(); count], square: vec![T::zero(); count] }
    }

    /// Takes a step; `unseen` are the shares of all gradients that the moments have.
    fn step(
        &mut self,
        weights: &mut [T],
        gradient: &[T],
        rate: f64,
        shorten: f64,
        unseen: [f64; 2],
        decay: f64,
    ) {
        let number = |value: f64| T::from_f64(value);
        let (keep, new) = (number(MEAN), number((1.0 - MEAN) * shorten));
        let (keep_square, new_square) = (number(SQUARE), number((1.0 - SQUARE) * shorten * shorten));
        let (rate_now, root) = (number(rate / unseen[0]), number(1.0 / unseen[1]));
        let (shrink, tiny) = (number(1.0 - rate * decay), number(1e-8));
        let moments = self.mean.iter_mut().zip(&mut self.square);
        for ((weight, &gradient), (mean, square)) in weights.iter_mut().zip(gradient).zip(moments) {
            *mean = *mean * keep + gradient * new;
            *square = *square * keep_square + gradient * gradient * new_square;
            *weight = *weight * shrink - rate_now * *mean / ((*square * root).root() + tiny);
        }
    }
}

impl<T: Real> Encoder<T> {
    /// Tunes the layers on texts, given by their tokens, none without any, and their labels; what is before the layers stays as it
    /// is. `done` hears how many rows of how many were learned.
    pub(super) fn tune(
        &mut self,
        texts: &[(Vec<u32>, u32)],
        pooling: Pooling,
        mut aim: Aim<T>,
        how: &How,
        mut done: impl FnMut(u64, u64),
    ) -> Result<()> {
        let mut weights: Vec<Arrays<T>> = self.layers.iter().map(arrays).collect::<Result<_>>()?;
        let mut moments: Vec<[Moments<T>; ARRAYS]> =
            weights.iter().map(|layer| std::array::from_fn(|at| Moments::new(layer[at].len()))).collect();
        let mut head_moments = Moments::new(aim.head());
        let mut random = Random::new(how.seed, 6000);
        let own: Vec<u32> = texts.iter().map(|(_, label)| *label).collect();
        let mut order: Vec<usize> = (0..texts.len()).collect();
        // Each epoch has as many as any.
        let epoch = aim.steps(&own, &mut order.clone(), &mut random.clone());
        let steps = epoch.len() * how.epochs as usize;
        let total = epoch.iter().map(Vec::len).sum::<usize>() as u64 * u64::from(how.epochs);
        let (mut step, mut unseen, mut rows) = (0, [1.0f64; 2], 0u64);
        for _ in 0..how.epochs {
            for batch in aim.steps(&own, &mut order, &mut random) {
                let shards: Vec<(Shard, Random)> = batch
                    .chunks(SHARD)
                    .map(|some| (shard(texts, some), Random::new(random.bits(), 0)))
                    .collect();
                let gradient = match &aim {
                    Aim::Labels { head, labels } => {
                        let share = 1.0 / batch.len() as f64;
                        let told = Head { weights: head, labels: *labels };
                        let learn = |(shard, random): &(Shard, Random)| {
                            self.learn(shard, pooling, &told, share, DROPOUT, &mut random.clone())
                        };
                        sum(in_batches(self.threads, &shards, learn, |_| ())?)
                    }
                    Aim::Closeness => self.contrast(&shards, pooling)?,
                };
                let Some(Gradient { layers, head: head_gradient, .. }) = gradient else { continue };
                let square =
                    layers.iter().flatten().chain([&head_gradient]).map(|array| dot(array, array).to_f64());
                let length = square.sum::<f64>().sqrt();
                if !length.is_finite() {
                    let what = "fine-tuning led to numbers that are not finite; set `tune_rate` lower";
                    return Err(candle_core::Error::Msg(what.to_owned()));
                }
                let shorten = LONGEST_GRADIENT / length.max(LONGEST_GRADIENT);
                step += 1;
                unseen = [unseen[0] * MEAN, unseen[1] * SQUARE];
                let seen = unseen.map(|unseen| 1.0 - unseen);
                let rate = how.rate * height(step, steps);
                if let Aim::Labels { head, .. } = &mut aim {
                    head_moments.step(head, &head_gradient, HEAD_RATE * rate, shorten, seen, 0.0);
                }
                let part = weights.len().div_ceil(self.threads.max(1)).max(1);
                let parts = weights
                    .chunks_mut(part)
                    .zip(moments.chunks_mut(part))
                    .zip(layers.chunks(part))
                    .zip(self.layers.chunks_mut(part));
                thread::scope(|scope| {
                    let parts: Vec<_> = parts
                        .map(|(((weights, moments), gradients), layers)| {
                            scope.spawn(move || {
                                let all = weights.iter_mut().zip(moments).zip(gradients).zip(layers);
                                for (((weights, moments), gradients), layer) in all {
                                    for at in 0..ARRAYS {
                                        let decay = if MATRICES.contains(&at) { DECAY } else { 0.0 };
                                        let (weights, gradients) = (&mut weights[at], &gradients[at]);
                                        moments[at].step(weights, gradients, rate, shorten, seen, decay);
                                    }
                                    put(weights, layer)?;
                                }
                                Ok::<(), candle_core::Error>(())
                            })
                        })
                        .collect();
                    parts.into_iter().try_for_each(|part| {
                        part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                    })
                })?;
                rows += batch.len() as u64;
                done(rows, total);
            }
        }
        Ok(())
    }

    /// The gradient of a step in which texts of a label are to lie close together; none without texts. The way to the embeddings is
    /// gone twice, so that what it leaves need not be kept of all shards at once (Gao et al., "Scaling Deep Contrastive Learning Batch
    /// Size under Memory Limited Setup", 2021).
    fn contrast(&self, shards: &[(Shard, Random)], pooling: Pooling) -> Result<Option<Gradient<T>>> {
        let dim = self.config.dim;
        let there = |(shard, random): &(Shard, Random)| self.there(shard, DROPOUT, &mut random.clone());
        let sums = |job: &(Shard, Random)| Ok::<_, candle_core::Error>(self.sums(&there(job)?, pooling));
        let mut sums = in_batches(self.threads, shards, sums, |_| ())?.concat();
        let labels: Vec<u32> = shards.iter().flat_map(|(shard, _)| &shard.labels).copied().collect();
        let loss = contrast::loss(&mut sums, dim, &labels);
        let mut rest = sums.as_slice();
        let mut jobs = Vec::with_capacity(shards.len());
        for job in shards {
            let (own, others) = rest.split_at(job.0.lengths.len() * dim);
            rest = others;
            jobs.push((job, own));
        }
        let back = |&(job, sums): &(&(Shard, Random), &[T])| {
            let layers = self.back_again(there(job)?, pooling, sums)?;
            Ok::<_, candle_core::Error>(Gradient { loss: 0.0, layers, head: Vec::new() })
        };
        // A gradient is as large as the encoder. One is added after another, whatever the number of threads.
        let mut total = None;
        for some in jobs.chunks(self.threads.max(1)) {
            total = sum(total.into_iter().chain(in_batches(self.threads, some, back, |_| ())?));
        }
        Ok(total.map(|total| Gradient { loss, ..total }))
    }
}

/// The texts at these places.
fn shard(texts: &[(Vec<u32>, u32)], places: &[usize]) -> Shard {
    let of = |&at: &usize| &texts[at];
    Shard {
        lengths: places.iter().map(of).map(|(tokens, _)| tokens.len()).collect(),
        tokens: places.iter().map(of).flat_map(|(tokens, _)| tokens).copied().collect(),
        labels: places.iter().map(of).map(|(_, label)| *label).collect(),
    }
}

/// The sum of gradients; none of none.
fn sum<T: Real>(gradients: impl IntoIterator<Item = Gradient<T>>) -> Option<Gradient<T>> {
    gradients.into_iter().reduce(|mut sum, other| {
        sum.loss += other.loss;
        let arrays = sum.layers.iter_mut().flatten().chain([&mut sum.head]);
        for (sum, other) in arrays.zip(other.layers.iter().flatten().chain([&other.head])) {
            add_times(T::one(), other, sum);
        }
        sum
    })
}

/// The step size at a step, from 1, as a share of the largest: it rises, then falls in a line.
fn height(step: usize, steps: usize) -> f64 {
    let done = step as f64 / steps.max(1) as f64;
    if done < WARM_UP { done / WARM_UP } else { (1.0 - done) / (1.0 - WARM_UP) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The loss of all texts, in two shards, and the gradients of these.
    fn contrast(encoder: &Encoder<f64>, pooling: Pooling) -> Gradient<f64> {
        let texts = [(vec![0, 4, 2], 0), (vec![1], 1), (vec![3, 3], 0), (vec![2, 1], 1), (vec![4], 0)];
        let shards = [shard(&texts, &[0, 1, 2]), shard(&texts, &[4, 3])];
        let shards = shards.map(|shard| (shard, Random::new(8, 0)));
        encoder.contrast(&shards, pooling).unwrap().unwrap()
    }

    #[test]
    fn gradients_of_closeness_are_differences_of_the_loss() {
        let mut encoder = Encoder::<f64>::random(5, &mut Random::new(5, 0)).unwrap();
        for pooling in [Pooling::Mean, Pooling::First] {
            let gradient = contrast(&encoder, pooling);
            assert!(gradient.loss > 0.1);
            let (step, mut moved) = (1e-6, 0);
            for layer in 0..encoder.layers.len() {
                let plain = arrays(&encoder.layers[layer]).unwrap();
                for array in 0..ARRAYS {
                    for at in (0..plain[array].len()).step_by(7) {
                        let mut at_step = |by: f64| {
                            let mut changed = plain.clone();
                            changed[array][at] += by;
                            put(&changed, &mut encoder.layers[layer]).unwrap();
                            contrast(&encoder, pooling).loss
                        };
                        let expected = (at_step(step) - at_step(-step)) / (2.0 * step);
                        let found = gradient.layers[layer][array][at];
                        moved += usize::from(found.abs() > 1e-4);
                        assert!(
                            (found - expected).abs() < 1e-6 + 1e-5 * expected.abs(),
                            "layer {layer}, array {array}, {at}: {found} {expected}"
                        );
                    }
                }
                put(&plain, &mut encoder.layers[layer]).unwrap();
            }
            assert!(moved > 50, "{moved}");
        }
    }
}
