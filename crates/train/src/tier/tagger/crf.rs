//! The loss of a sequence of tags, and its exact gradient (Lafferty, McCallum and Pereira, "Conditional Random Fields",
//! ICML 2001), by forward and backward sums that are scaled at each token.

use super::matrix::{View, multiply};
use pulp::Arch;

/// Scores of pairs of tags as factors: 0 for a pair that is not allowed.
pub(super) struct Factors {
    pub(super) tags: usize,
    /// From each tag to each, rows of `tags`.
    pub(super) pairs: Vec<f32>,
    /// The same with rows and columns exchanged.
    pub(super) turned: Vec<f32>,
    pub(super) starts: Vec<f32>,
}

/// Whether `next` may follow `previous`; none is the start of a text. Tag 0 is outside, 1 + 2s begins slot s, 2 + 2s continues it.
pub(super) const fn follows(previous: Option<usize>, next: usize) -> bool {
    if next == 0 || next % 2 == 1 {
        return true;
    }
    match previous {
        Some(previous) => previous == next || previous + 1 == next,
        None => false,
    }
}

impl Factors {
    pub(super) fn new(pairs: &[f32], starts: &[f32]) -> Self {
        let tags = starts.len();
        let mut factors = Self {
            tags,
            pairs: vec![0.0; tags * tags],
            turned: vec![0.0; tags * tags],
            starts: vec![0.0; tags],
        };
        for next in 0..tags {
            if follows(None, next) {
                factors.starts[next] = libm::expf(starts[next]);
            }
            for previous in 0..tags {
                if follows(Some(previous), next) {
                    let factor = libm::expf(pairs[previous * tags + next]);
                    factors.pairs[previous * tags + next] = factor;
                    factors.turned[next * tags + previous] = factor;
                }
            }
        }
        factors
    }
}

/// Sums that the gradient of a sequence is added to.
pub(super) struct Sums<'a> {
    /// Of the factors of pairs: still to be multiplied by them.
    pub(super) pairs: &'a mut [f32],
    /// Of the scores of pairs themselves.
    pub(super) pair_scores: &'a mut [f32],
    pub(super) starts: &'a mut [f32],
}

/// Emissions further below the best are as good as this: it keeps every sum above the smallest number.
const LOWEST: f32 = -40.0;

/// The loss of the tags `gold`, one a token: the negative logarithm of their probability. `emissions` has a row for each token, and
/// `gradient` gets, for each, what the loss changes with it, times `share`.
#[allow(clippy::too_many_arguments)] // Each is a different array.
pub(super) fn loss(
    arch: Arch,
    factors: &Factors,
    scores: (&[f32], &[f32]),
    emissions: &[f32],
    gold: &[u32],
    share: f32,
    gradient: &mut [f32],
    sums: Sums<'_>,
) -> f64 {
    let (tags, tokens) = (factors.tags, gold.len());
    let (pair_scores, start_scores) = scores;
    let mut powers = vec![0.0f32; tokens * tags];
    let mut forward = vec![0.0f32; tokens * tags];
    let mut total = 0.0f64;
    for token in 0..tokens {
        let row = &emissions[token * tags..][..tags];
        let most = row.iter().fold(f32::NEG_INFINITY, |most, &score| most.max(score));
        let powers = &mut powers[token * tags..][..tags];
        for (power, &score) in powers.iter_mut().zip(row) {
            *power = libm::expf((score - most).max(LOWEST));
        }
        let (before, here) = forward.split_at_mut(token * tags);
        let here = &mut here[..tags];
        if token == 0 {
            here.copy_from_slice(&factors.starts);
        } else {
            let before = View::rows(&before[(token - 1) * tags..], tags);
            multiply(arch, 1, tags, tags, before, &factors.pairs, here);
        }
        let mut sum = 0.0;
        for (value, power) in here.iter_mut().zip(powers.iter()) {
            *value *= power;
            sum += *value;
        }
        here.iter_mut().for_each(|value| *value /= sum);
        total += f64::from(most) + f64::from(libm::logf(sum));
    }

    let mut backward = vec![1.0f32; tags];
    // Rows of forward sums and of powers times backward sums, whose products are the sums over pairs.
    let mut onward = vec![0.0f32; tokens * tags];
    let mut right = 0.0f64;
    for token in (0..tokens).rev() {
        let gold_tag = gold[token] as usize;
        let place = token * tags..(token + 1) * tags;
        let here = &forward[place.clone()];
        let norm: f32 = here.iter().zip(&backward).map(|(a, b)| a * b).sum();
        let scale = share / norm;
        let gradient = &mut gradient[place.clone()];
        for ((gradient, a), b) in gradient.iter_mut().zip(here).zip(&backward) {
            *gradient = scale * a * b;
        }
        if token == 0 {
            for (sum, gradient) in sums.starts.iter_mut().zip(gradient.iter()) {
                *sum += gradient;
            }
            sums.starts[gold_tag] -= share;
            right += f64::from(start_scores[gold_tag]);
        }
        gradient[gold_tag] -= share;
        right += f64::from(emissions[token * tags + gold_tag]);
        let Some(before) = token.checked_sub(1) else { break };
        let onward = &mut onward[place.clone()];
        for ((onward, power), b) in onward.iter_mut().zip(&powers[place]).zip(&backward) {
            *onward = power * b;
        }
        let mut next = vec![0.0f32; tags];
        multiply(arch, 1, tags, tags, View::rows(onward, tags), &factors.turned, &mut next);
        let before_row = &mut forward[before * tags..][..tags];
        let norm: f32 = before_row.iter().zip(&next).map(|(a, b)| a * b).sum();
        let scale = share / norm;
        onward.iter_mut().for_each(|value| *value *= scale);
        let gold_pair = gold[before] as usize * tags + gold_tag;
        sums.pair_scores[gold_pair] -= share;
        right += f64::from(pair_scores[gold_pair]);
        let most = next.iter().fold(0.0f32, |most, &value| most.max(value));
        next.iter_mut().for_each(|value| *value /= most);
        backward = next;
    }
    if tokens > 1 {
        let before = View::transposed(&forward, tags);
        multiply(arch, tags, tokens - 1, tags, before, &onward[tags..], sums.pairs);
    }
    total - right
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    /// Every sequence of tags, one after another.
    fn all(tags: usize, tokens: usize) -> impl Iterator<Item = Vec<u32>> {
        (0..tags.pow(tokens as u32)).map(move |mut code| {
            (0..tokens)
                .map(|_| {
                    let tag = code % tags;
                    code /= tags;
                    tag as u32
                })
                .collect()
        })
    }

    /// One kind of scores of a case.
    type Field = fn(&mut Case) -> &mut Vec<f32>;

    struct Case {
        pairs: Vec<f32>,
        starts: Vec<f32>,
        emissions: Vec<f32>,
        gold: Vec<u32>,
    }

    impl Case {
        fn score(&self, tags: &[u32]) -> Option<f64> {
            let count = self.starts.len();
            let mut score = 0.0;
            for (token, &tag) in tags.iter().enumerate() {
                let before = token.checked_sub(1).map(|before| tags[before] as usize);
                if !follows(before, tag as usize) {
                    return None;
                }
                let pair = before.map_or(self.starts[tag as usize], |b| self.pairs[b * count + tag as usize]);
                score += f64::from(pair) + f64::from(self.emissions[token * count + tag as usize]);
            }
            Some(score)
        }

        /// By the definition.
        fn loss(&self) -> f64 {
            let total: f64 = all(self.starts.len(), self.gold.len())
                .filter_map(|tags| self.score(&tags))
                .map(f64::exp)
                .sum();
            total.ln() - self.score(&self.gold).unwrap()
        }

        fn gradients(&self) -> (f64, Vec<f32>, Vec<f32>, Vec<f32>) {
            let factors = Factors::new(&self.pairs, &self.starts);
            let mut gradient = vec![0.0; self.emissions.len()];
            let mut pairs = vec![0.0; self.pairs.len()];
            let mut scores = vec![0.0; self.pairs.len()];
            let mut starts = vec![0.0; self.starts.len()];
            let sums = Sums { pairs: &mut pairs, pair_scores: &mut scores, starts: &mut starts };
            let of = (self.pairs.as_slice(), self.starts.as_slice());
            let loss = loss(Arch::new(), &factors, of, &self.emissions, &self.gold, 1.0, &mut gradient, sums);
            for ((score, pair), factor) in scores.iter_mut().zip(&pairs).zip(&factors.pairs) {
                *score += pair * factor;
            }
            (loss, gradient, scores, starts)
        }
    }

    #[test]
    fn loss_and_gradients_are_those_of_the_definition() {
        let mut random = Random::new(5, 0);
        for gold in [vec![1, 2, 0, 3], vec![0, 0, 0, 0], vec![3, 4, 1, 1], vec![1]] {
            let mut numbers =
                |count: usize| (0..count).map(|_| random.unit() * 4.0 - 2.0).collect::<Vec<f32>>();
            let mut case =
                Case { pairs: numbers(25), starts: numbers(5), emissions: numbers(5 * gold.len()), gold };
            let (loss, emissions, pairs, starts) = case.gradients();
            assert!((loss - case.loss()).abs() < 1e-4, "{loss} is not {}", case.loss());
            let fields: [(Field, Vec<f32>); 3] =
                [(|c| &mut c.emissions, emissions), (|c| &mut c.pairs, pairs), (|c| &mut c.starts, starts)];
            for (field, gradient) in fields {
                for (at, found) in gradient.iter().enumerate() {
                    let step = 1e-2;
                    field(&mut case)[at] += step;
                    let above = case.loss();
                    field(&mut case)[at] -= 2.0 * step;
                    let below = case.loss();
                    field(&mut case)[at] += step;
                    let expected = (above - below) / (2.0 * f64::from(step));
                    assert!((f64::from(*found) - expected).abs() < 1e-3, "{found} is not {expected}");
                }
            }
        }
    }
}
