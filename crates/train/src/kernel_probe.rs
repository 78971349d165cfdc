//! A probe for few rows: labels told by several views of a text at once, through how alike texts are.

use crate::math::{add_scaled, dot, softmax};
use crate::tier::tagger::{View, multiply};
use pulp::Arch;

/// What errors cost beside the length of the weights.
const COST: f32 = 10.0;
/// Steps; the answers have settled by then.
const STEPS: usize = 100;
/// Steps in which the largest eigenvalue is looked for, and what is added to what is found, which is never too large.
const POWERS: usize = 30;
const MARGIN: f32 = 1.1;

/// Texts as they are compared: a few numbers of many, and many numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Looks {
    /// For each text, its numbers that are not 0, and their places, rising.
    pub(crate) sparse: Vec<Vec<(u32, f32)>>,
    /// Places.
    pub(crate) places: usize,
    /// For each text, `width` numbers more.
    pub(crate) dense: Vec<f32>,
    pub(crate) width: usize,
}

impl Looks {
    fn dense(&self, text: usize) -> &[f32] {
        &self.dense[text * self.width..][..self.width]
    }
}

/// Weights for each label.
pub(crate) struct KernelProbe {
    labels: usize,
    /// A number for each label, for each place.
    sparse: Vec<f32>,
    /// For each label, `width` numbers.
    dense: Vec<f32>,
    offsets: Vec<f32>,
}

impl KernelProbe {
    /// Fits a probe to texts and their labels, below `labels`: softmax regression with weights that are sums of the texts
    /// (Zhu and Hastie, "Kernel Logistic Regression and the Import Vector Machine", 2005), by accelerated gradient descent
    /// (Nesterov, 1983). It takes time and memory by the square of the texts.
    pub(crate) fn fit(texts: &Looks, own: &[u32], labels: usize) -> Self {
        let count = own.len();
        let kernel = centred(&alike(texts, count), count);
        let arch = Arch::new();
        let step = 1.0 / (COST * MARGIN * largest(&kernel, count) / 2.0 + 1.0);
        let size = count * labels;
        let (mut before, mut ahead, mut speed) = (vec![0.0f32; size], vec![0.0f32; size], 1.0f32);
        for _ in 0..STEPS {
            let mut slopes = vec![0.0; size];
            multiply(arch, count, count, labels, View::rows(&kernel, count), &ahead, &mut slopes);
            for (slopes, &own) in slopes.chunks_exact_mut(labels).zip(own) {
                softmax(slopes);
                slopes[own as usize] -= 1.0;
            }
            let faster = (1.0 + libm::sqrtf(1.0 + 4.0 * speed * speed)) / 2.0;
            let swing = (speed - 1.0) / faster;
            for ((ahead, before), slope) in ahead.iter_mut().zip(&mut before).zip(&slopes) {
                let next = *ahead - step * (COST * slope + *ahead);
                *ahead = next + swing * (next - *before);
                *before = next;
            }
            speed = faster;
        }
        Self::of(texts, &before, count, labels)
    }

    /// The weights that sums of centred texts, each times its number for a label, come to.
    fn of(texts: &Looks, sums: &[f32], count: usize, labels: usize) -> Self {
        let mut sums = sums.to_vec();
        let mut mean = vec![0.0f32; labels];
        sums.chunks_exact(labels).for_each(|row| add_scaled(1.0 / count as f32, row, &mut mean));
        sums.chunks_exact_mut(labels).for_each(|row| add_scaled(-1.0, &mean, row));
        let mut probe = Self {
            labels,
            sparse: vec![0.0; texts.places * labels],
            dense: vec![0.0; labels * texts.width],
            offsets: vec![0.0; labels],
        };
        for (text, sums) in sums.chunks_exact(labels).enumerate() {
            for &(place, value) in &texts.sparse[text] {
                add_scaled(value, sums, &mut probe.sparse[place as usize * labels..][..labels]);
            }
            for (weights, &sum) in probe.dense.chunks_exact_mut(texts.width.max(1)).zip(sums) {
                add_scaled(sum, texts.dense(text), weights);
            }
        }
        let mut offsets = vec![0.0; labels];
        for text in 0..count {
            add_scaled(-1.0 / count as f32, &probe.logits(texts, text), &mut offsets);
        }
        probe.offsets = offsets;
        probe
    }

    /// A logit for each label, of one of the texts.
    pub(crate) fn logits(&self, texts: &Looks, text: usize) -> Vec<f32> {
        let mut logits = self.offsets.clone();
        for &(place, value) in &texts.sparse[text] {
            add_scaled(value, &self.sparse[place as usize * self.labels..][..self.labels], &mut logits);
        }
        for (logit, weights) in logits.iter_mut().zip(self.dense.chunks_exact(texts.width.max(1))) {
            *logit += dot(weights, texts.dense(text));
        }
        logits
    }
}

/// The products of each two of the first `count` texts.
fn alike(texts: &Looks, count: usize) -> Vec<f32> {
    let mut holders: Vec<Vec<(u32, f32)>> = vec![Vec::new(); texts.places];
    for (text, sparse) in texts.sparse[..count].iter().enumerate() {
        for &(place, value) in sparse {
            holders[place as usize].push((text as u32, value));
        }
    }
    let mut kernel = vec![0.0; count * count];
    for (text, row) in kernel.chunks_exact_mut(count.max(1)).enumerate() {
        for &(place, value) in &texts.sparse[text] {
            for &(other, theirs) in &holders[place as usize] {
                row[other as usize] += value * theirs;
            }
        }
        for (other, value) in row.iter_mut().enumerate() {
            *value += dot(texts.dense(text), texts.dense(other));
        }
    }
    kernel
}

/// The products of the same texts less their mean.
fn centred(kernel: &[f32], count: usize) -> Vec<f32> {
    let means: Vec<f32> =
        kernel.chunks_exact(count.max(1)).map(|row| row.iter().sum::<f32>() / count as f32).collect();
    let mean = means.iter().sum::<f32>() / count.max(1) as f32;
    let mut centred = kernel.to_vec();
    for (row, own) in centred.chunks_exact_mut(count.max(1)).zip(&means) {
        for (value, other) in row.iter_mut().zip(&means) {
            *value += mean - own - other;
        }
    }
    centred
}

/// The largest eigenvalue, by the power method from below.
fn largest(kernel: &[f32], count: usize) -> f32 {
    let mut vector: Vec<f32> = (0..count).map(|at| 1.0 + (at % 7) as f32).collect();
    let mut value = 0.0;
    for _ in 0..POWERS {
        let length = libm::sqrtf(dot(&vector, &vector)).max(1e-20);
        vector.iter_mut().for_each(|number| *number /= length);
        let next: Vec<f32> = kernel.chunks_exact(count.max(1)).map(|row| dot(row, &vector)).collect();
        value = libm::sqrtf(dot(&next, &next));
        vector = next;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two texts a label: what tells them apart stands in the sparse numbers, in the dense ones, or in both.
    #[test]
    fn labels_are_told_by_either_kind_of_number() {
        let looks = Looks {
            sparse: vec![
                vec![(0, 1.0)],
                vec![(0, 1.0)],
                vec![],
                vec![(1, 0.1)],
                vec![(0, 0.9), (1, 0.1)],
                vec![],
            ],
            places: 2,
            dense: vec![0.0, 0.1, 0.1, 0.0, 1.0, 0.0, 1.0, 0.1, 0.0, 0.0, 0.9, 0.0],
            width: 2,
        };
        let probe = KernelProbe::fit(&looks, &[0, 0, 1, 1], 2);
        for (text, label) in [0, 0, 1, 1, 0, 1].into_iter().enumerate() {
            let logits = probe.logits(&looks, text);
            assert!(logits[label] > logits[1 - label] + 1.0, "{text}: {logits:?}");
        }
    }

    #[test]
    fn texts_without_numbers_are_no_fault() {
        let looks = Looks { sparse: vec![vec![]; 3], ..Looks::default() };
        let probe = KernelProbe::fit(&looks, &[0, 1, 1], 2);
        assert!(probe.logits(&looks, 0).iter().all(|logit| logit.is_finite()));
    }

    #[test]
    fn the_largest_eigenvalue_of_a_centred_kernel() {
        let looks = Looks {
            sparse: vec![vec![(0, 3.0)], vec![(0, -1.0)], vec![(0, 1.0)]],
            places: 1,
            ..Looks::default()
        };
        let kernel = centred(&alike(&looks, 3), 3);
        // Less their mean they are 2, -2 and 0.
        assert!((largest(&kernel, 3) - 8.0).abs() < 1e-3, "{kernel:?}");
    }
}
