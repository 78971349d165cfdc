//! A linear machine in a tagger: what each token adds to its margins lies in the token's last numbers, and the labels are told by both.
//!
//! A network and a linear machine err on different texts, so that their sum tells labels better than either (wide and deep, Cheng et al.,
//! "Wide & Deep Learning for Recommender Systems", DLRS 2016; here each is fitted by itself, as in an ensemble).

use super::network::{Dropout, Layers, Network, Shape, TextRow, weigh};
use crate::linear::{Linear, Settings};
use crate::random::Random;
use pulp::Arch;

/// The margins of a linear machine, as the tokens of a tagger hold them.
pub(crate) struct Margins {
    /// What the numbers of the tokens are multiplied by.
    unit: f32,
    /// What is added to each label's margin.
    biases: Vec<f32>,
}

/// How much larger the numbers of margins are than others: the weights that read them are the smaller, and those of all have one scale.
const LARGER: f32 = 8.0;

impl Network {
    /// Clears all that reads or writes margins. They stay zeros while the rest learns, as no gradient reaches them then.
    pub(super) fn clear_margins(&mut self) {
        let shape = self.shape;
        let first = shape.dim - shape.margins;
        let Layers { inputs, output, projection, pieces, .. } = &mut self.layers;
        for inputs in inputs {
            inputs[first * shape.gates()..].fill(0.0);
        }
        output[(shape.states() + first) * shape.labels..].fill(0.0);
        projection[(shape.states() + first) * shape.taught..].fill(0.0);
        for row in pieces.chunks_exact_mut(shape.dim).chain(self.table.chunks_exact_mut(shape.dim)) {
            row[first..].fill(0.0);
        }
    }

    /// Fits a linear machine to the rows that are not made, and has the tokens hold its margins; labels are not told by them yet.
    pub(crate) fn fit_margins(&mut self, texts: &[TextRow], cost: f32, random: &mut Random) -> Margins {
        let shape = self.shape;
        let own: Vec<&TextRow> = texts.iter().filter(|text| !text.made).collect();
        let mut sparse: Vec<Vec<(u32, f32)>> = own.iter().map(|text| counted(text, shape)).collect();
        let mut found = vec![0u32; shape.rows];
        for &(row, _) in sparse.iter().flatten() {
            found[row as usize] += 1;
        }
        let rows = sparse.len() as f32;
        let rarity: Vec<f32> =
            found.iter().map(|&count| 1.0 + libm::logf((rows + 1.0) / (count as f32 + 1.0))).collect();
        for (row, weight) in sparse.iter_mut().flatten() {
            *weight *= rarity[*row as usize];
        }
        let wanted = |row: usize, label: u32| own[row].label == label;
        // How much a feature tells counts where a machine answers alone: here it gains nothing (measured on ag_news, sst2 and trec).
        let settings = Settings { cost, ratio: 0.0 };
        let machine = Linear::of(&sparse, &rarity, None, wanted, shape.labels, settings, random);
        let weights = (0..shape.rows).flat_map(|row| machine.weights(row));
        let unit = LARGER * typical(self.table.iter()) / typical(weights);
        for (row, numbers) in self.table.chunks_exact_mut(shape.dim).take(shape.rows).enumerate() {
            for (number, weight) in numbers[shape.dim - shape.margins..].iter_mut().zip(machine.weights(row))
            {
                *number = unit * weight;
            }
        }
        Margins { unit, biases: machine.biases }
    }

    /// The margins of a text, which is not empty, and its logits without them.
    pub(crate) fn apart(&self, text: &TextRow, margins: &Margins) -> (Vec<f32>, Vec<f32>) {
        let shape = self.shape;
        let forward = self.forward(Arch::new(), &[text], Dropout::default(), None, false);
        let held = &forward.pooled_tokens(0, shape)[shape.dim - shape.margins..];
        let own = held.iter().zip(&margins.biases).map(|(number, bias)| number / margins.unit + bias);
        (own.collect(), forward.logits)
    }

    /// Has the labels told by the margins as well, so many times.
    pub(crate) fn mix(&mut self, margins: &Margins, times: f32) {
        if times == 0.0 {
            return self.clear_margins();
        }
        let shape = self.shape;
        let first = shape.states() + shape.dim - shape.margins;
        for (label, bias) in margins.biases.iter().enumerate() {
            self.layers.output[(first + label) * shape.labels + label] = times / margins.unit;
            self.layers.output_biases[label] += times * bias;
        }
    }
}

/// The root of the mean square of those numbers that are not zero; a little above 0, so that it can be divided by.
fn typical<'a>(numbers: impl Iterator<Item = &'a f32>) -> f32 {
    let (sum, count) = numbers
        .filter(|&&number| number != 0.0)
        .fold((0.0f64, 0usize), |(sum, count), &number| (sum + f64::from(number * number), count + 1));
    (libm::sqrt(sum / count.max(1) as f64) as f32).max(1e-9)
}

/// What each table row of features counts in the sum of a text's tokens, rows rising.
fn counted(text: &TextRow, shape: Shape) -> Vec<(u32, f32)> {
    let mut all = Vec::new();
    for token in &text.tokens {
        weigh(token, shape, Dropout::default(), None, &mut all);
    }
    all.retain(|&(row, _)| (row as usize) < shape.rows);
    // Stable: equal rows are added in the order of the text.
    all.sort_by_key(|&(row, _)| row);
    let scale = 1.0 / libm::sqrtf(text.tokens.len().max(1) as f32);
    all.chunk_by(|a, b| a.0 == b.0)
        .map(|same| (same[0].0, scale * same.iter().map(|(_, weight)| weight).sum::<f32>()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::Recipe;
    use crate::tier::tagger::{Fit, TokenRow, fit};

    const SHAPE: Shape = Shape {
        rows: 6,
        dim: 16,
        units: 16,
        private: 0,
        margins: 3,
        tags: 1,
        labels: 3,
        own: 0,
        width: 0,
        taught: 0,
    };

    /// A text's label is that of most of its tokens, each of which has two features.
    fn rows() -> Vec<TextRow> {
        let mut random = Random::new(7, 0);
        (0..90)
            .map(|at| {
                let label = at % 3;
                let kind =
                    |random: &mut Random| if random.unit() < 0.7 { label } else { random.below(3) as u32 };
                let tokens: Vec<TokenRow> = (0..3 + random.below(6))
                    .map(|_| {
                        let kind = kind(&mut random);
                        TokenRow {
                            identity: vec![kind],
                            characters: vec![3 + kind, 3],
                            ..TokenRow::default()
                        }
                    })
                    .collect();
                TextRow { tags: vec![0; tokens.len()], tokens, label, ..TextRow::default() }
            })
            .collect()
    }

    fn learned() -> Network {
        let recipe = Recipe { epochs: 6, least_steps: 0, word_dropout: 0.0, ..Recipe::default() };
        let how = Fit { recipe: &recipe, shape: SHAPE, pieces: None, lessons: None, stream: 0, threads: 1 };
        fit(&rows(), &how, |_, _| None, |_, _, _| {})
    }

    /// Whether anything is read from the last numbers of tokens, or written into them.
    fn touches(network: &Network) -> bool {
        let first = SHAPE.dim - SHAPE.margins;
        let Layers { inputs, output, .. } = &network.layers;
        let read = inputs.iter().flat_map(|inputs| &inputs[first * SHAPE.gates()..]);
        let told = &output[(SHAPE.states() + first) * SHAPE.labels..];
        let held = network.table.chunks_exact(SHAPE.dim).flat_map(|row| &row[first..]);
        read.chain(told).chain(held).any(|&number| number != 0.0)
    }

    #[test]
    fn learning_leaves_the_margins_alone() {
        let network = learned();
        assert!(!touches(&network));
        assert!(network.table.iter().any(|&number| number != 0.0));
    }

    #[test]
    fn logits_are_those_of_the_network_and_so_many_times_the_margins() {
        let plain = learned();
        let mut network = plain.clone();
        let mut texts = rows();
        // What a teacher alone has labels for tells the machine nothing.
        texts.push(TextRow { made: true, label: 2, ..texts[0].clone() });
        let margins = network.fit_margins(&texts, 1.0, &mut Random::new(1, 0));
        let logits = |network: &Network, text: &TextRow| {
            network.forward(Arch::new(), &[text], Dropout::default(), None, false).logits
        };
        let apart: Vec<(Vec<f32>, Vec<f32>)> =
            texts.iter().map(|text| network.apart(text, &margins)).collect();
        let mut right = 0;
        for (text, (own, rest)) in texts.iter().zip(&apart) {
            assert_eq!(*rest, logits(&plain, text), "the network's own logits are what they were");
            right += usize::from(super::super::best(own) as u32 == text.label);
        }
        assert!(right > 80, "the machine is right {right} times in 90");
        network.mix(&margins, 4.0);
        for (text, (own, rest)) in texts.iter().zip(&apart) {
            for ((mixed, own), rest) in logits(&network, text).iter().zip(own).zip(rest) {
                assert!((mixed - (rest + 4.0 * own)).abs() < 1e-3, "{mixed} is not {rest} and 4 times {own}");
            }
        }
    }

    #[test]
    fn margins_that_do_not_count_are_cleared() {
        let mut network = learned();
        let margins = network.fit_margins(&rows(), 1.0, &mut Random::new(1, 0));
        assert!(touches(&network));
        network.mix(&margins, 0.0);
        assert!(!touches(&network));
    }
}
