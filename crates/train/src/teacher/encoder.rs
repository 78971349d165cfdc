//! The forward pass of an encoder (Devlin et al., "BERT", NAACL 2019; Song et al., "MPNet", NeurIPS 2020).

use super::batches::{cores, in_batches};
use super::config::Config;
use super::error::TeacherError;
use super::folder::Folder;
use super::kernel::{Distances, Real, add, add_row, attend, gelu, layer_norm};
use super::pooling::Pooling;
use super::weights::Weights;
use candle_core::{Device, Tensor};

/// An encoder that computes with numbers of type `T`.
pub(crate) struct Encoder<T> {
    pub(super) config: Config,
    /// A row for each token.
    words: Vec<T>,
    /// A row for each position, with that of the first kind of text added.
    positions: Vec<T>,
    norm: Norm<T>,
    /// What distances add to attention, in all layers.
    pub(super) distances: Distances<T>,
    pub(super) layers: Vec<Layer<T>>,
    /// Threads that compute; what they compute does not depend on it.
    pub(crate) threads: usize,
}

/// Texts of the same number of tokens.
pub(crate) struct Batch {
    /// Tokens of a text: at least 1, at most what the encoder has positions for.
    pub(crate) length: usize,
    /// The tokens of one text behind those of another.
    pub(crate) tokens: Vec<u32>,
}

impl Batch {
    /// How many texts there are.
    fn texts(&self) -> usize {
        self.tokens.len() / self.length
    }
}

/// A matrix, inputs by outputs, and what is added to each output.
pub(super) struct Linear<T> {
    pub(super) matrix: Tensor,
    pub(super) bias: Vec<T>,
}

pub(super) struct Norm<T> {
    pub(super) scale: Vec<T>,
    pub(super) shift: Vec<T>,
    pub(super) epsilon: f64,
}

pub(super) struct Layer<T> {
    /// Queries, keys and values in one.
    pub(super) attention: Linear<T>,
    pub(super) attended: Linear<T>,
    pub(super) attended_norm: Norm<T>,
    pub(super) between: Linear<T>,
    pub(super) out: Linear<T>,
    pub(super) out_norm: Norm<T>,
}

impl<T: Real> Encoder<T> {
    /// The name of the file with its weights.
    pub(crate) const FILE: &str = Weights::FILE;

    /// Reads an encoder, given the bytes of its weights.
    pub(crate) fn read(folder: &Folder, config: Config, bytes: &[u8]) -> Result<Self, TeacherError> {
        let weights = Weights::new(folder, bytes)?;
        let dim = config.dim;
        let mut positions =
            weights.numbers("embeddings.position_embeddings.weight", &[config.positions, dim])?;
        if config.kinds > 0 {
            let kinds: Vec<T> =
                weights.numbers("embeddings.token_type_embeddings.weight", &[config.kinds, dim])?;
            add_row(&mut positions, &kinds[..dim]);
        }
        let mut distances = Distances::none();
        if config.mpnet {
            let table = weights
                .numbers("encoder.relative_attention_bias.weight", &[Config::BUCKETS, config.heads])?;
            distances = Distances::new(&table, config.heads, config.most_tokens());
        }
        weights.end_before(config.layers)?;
        let layers = (0..config.layers).map(|at| Layer::read(folder, &weights, &config, at));
        Ok(Self {
            words: weights.numbers("embeddings.word_embeddings.weight", &[config.vocabulary, dim])?,
            positions,
            norm: Norm::read(&weights, "embeddings.LayerNorm", &config)?,
            distances,
            layers: layers.collect::<Result<_, _>>()?,
            threads: cores(),
            config,
        })
    }

    /// Numbers of a token's state.
    pub(crate) fn dim(&self) -> usize {
        self.config.dim
    }

    /// The row of a token in the table that texts are looked up in, [`Self::dim`] numbers; none where there is no such token.
    pub(crate) fn word(&self, token: u32) -> &[T] {
        let dim = self.config.dim;
        self.words.get(token as usize * dim..(token as usize + 1) * dim).unwrap_or_default()
    }

    /// An embedding of each text of the batches, [`Self::dim`] numbers; `done` hears how many texts came through.
    pub(crate) fn pooled(
        &self,
        batches: &[Batch],
        pooling: Pooling,
        mut done: impl FnMut(usize),
    ) -> candle_core::Result<Vec<T>> {
        let dim = self.config.dim;
        let work = |batch: &Batch| {
            let count = T::from_f64(batch.length as f64);
            let mut out = Vec::with_capacity(batch.texts() * dim);
            for text in self.forward(batch)?.chunks_exact(batch.length * dim) {
                match pooling {
                    Pooling::First => out.extend(&text[..dim]),
                    Pooling::Mean => {
                        let mut mean = vec![T::zero(); dim];
                        text.chunks_exact(dim).for_each(|state| add(&mut mean, state));
                        out.extend(mean.into_iter().map(|sum| sum / count));
                    }
                }
            }
            Ok::<_, candle_core::Error>(out)
        };
        Ok(in_batches(self.threads, batches, work, |batch| done(batch.texts()))?.concat())
    }

    /// The states of the last layer, [`Self::dim`] numbers a token.
    fn forward(&self, batch: &Batch) -> candle_core::Result<Vec<T>> {
        let mut states = Vec::with_capacity(batch.tokens.len() * self.config.dim);
        for tokens in batch.tokens.chunks_exact(batch.length) {
            self.begin(tokens, &mut states)?;
        }
        for layer in &self.layers {
            states = layer.apply(states, &self.config, &self.distances, batch.length)?;
        }
        Ok(states)
    }

    /// Appends the states that a text's tokens have before the first layer.
    pub(super) fn begin(&self, tokens: &[u32], states: &mut Vec<T>) -> candle_core::Result<()> {
        let dim = self.config.dim;
        let start = states.len();
        for (at, &token) in tokens.iter().enumerate() {
            let position = self.config.first_position + at;
            let row = self.words.get(token as usize * dim..).and_then(|rest| rest.get(..dim));
            let row = row.ok_or_else(|| candle_core::Error::Msg(format!("no row for token {token}")))?;
            let place = &self.positions[position * dim..][..dim];
            states.extend(row.iter().zip(place).map(|(&word, &place)| word + place));
        }
        self.norm.apply(&mut states[start..]);
        Ok(())
    }
}

impl<T: Real> Layer<T> {
    fn read(
        folder: &Folder,
        weights: &Weights<'_>,
        config: &Config,
        at: usize,
    ) -> Result<Self, TeacherError> {
        let (dim, between) = (config.dim, config.between);
        let name = |rest: &str| format!("encoder.layer.{at}.{rest}");
        let linear = |rest: &[&str], from: usize, to: usize| {
            let names: Vec<String> = rest.iter().map(|rest| name(rest)).collect();
            Linear::read(folder, weights, &names, from, to)
        };
        let (three, attended, norm) = if config.mpnet {
            (
                ["attention.attn.q", "attention.attn.k", "attention.attn.v"],
                "attention.attn.o",
                "attention.LayerNorm",
            )
        } else {
            (
                ["attention.self.query", "attention.self.key", "attention.self.value"],
                "attention.output.dense",
                "attention.output.LayerNorm",
            )
        };
        Ok(Self {
            attention: linear(&three, dim, dim)?,
            attended: linear(&[attended], dim, dim)?,
            attended_norm: Norm::read(weights, &name(norm), config)?,
            between: linear(&["intermediate.dense"], dim, between)?,
            out: linear(&["output.dense"], between, dim)?,
            out_norm: Norm::read(weights, &name("output.LayerNorm"), config)?,
        })
    }

    fn apply(
        &self,
        states: Vec<T>,
        config: &Config,
        distances: &Distances<T>,
        length: usize,
    ) -> candle_core::Result<Vec<T>> {
        let (dim, heads) = (config.dim, config.heads);
        let before = states.clone();
        let seen = self.attention.apply(states)?;
        let mut attended = vec![T::zero(); before.len()];
        let mut shares = vec![T::zero(); heads * length * length];
        for (seen, out) in seen.chunks_exact(length * dim * 3).zip(attended.chunks_exact_mut(length * dim)) {
            attend(seen, dim, heads, distances, &mut shares, out);
        }
        let mut states = self.attended.apply(attended)?;
        add(&mut states, &before);
        self.attended_norm.apply(&mut states);
        let mut inner = self.between.apply(states.clone())?;
        gelu(&mut inner);
        let mut out = self.out.apply(inner)?;
        add(&mut out, &states);
        self.out_norm.apply(&mut out);
        Ok(out)
    }
}

impl<T: Real> Linear<T> {
    /// Reads layers of the same input, whose outputs stand side by side.
    fn read(
        folder: &Folder,
        weights: &Weights<'_>,
        names: &[String],
        from: usize,
        to: usize,
    ) -> Result<Self, TeacherError> {
        let mut matrices = Vec::new();
        let mut bias = Vec::new();
        for name in names {
            matrices.push(weights.tensor::<T>(&format!("{name}.weight"), &[to, from])?);
            bias.extend(weights.numbers::<T>(&format!("{name}.bias"), &[to])?);
        }
        let matrix = Tensor::cat(&matrices, 0).and_then(|matrix| matrix.t()?.contiguous());
        let matrix = matrix.map_err(|error| TeacherError::new(&folder.path(Weights::FILE), error))?;
        Ok(Self { matrix, bias })
    }

    fn apply(&self, states: Vec<T>) -> candle_core::Result<Vec<T>> {
        self.of(&rows(states, self.matrix.dim(0)?)?)
    }

    /// What comes out of rows.
    pub(super) fn of(&self, rows: &Tensor) -> candle_core::Result<Vec<T>> {
        let mut out = rows.matmul(&self.matrix)?.flatten_all()?.to_vec1()?;
        add_row(&mut out, &self.bias);
        Ok(out)
    }
}

/// Numbers as rows of this width.
pub(super) fn rows<T: Real>(numbers: Vec<T>, width: usize) -> candle_core::Result<Tensor> {
    let count = numbers.len() / width.max(1);
    Tensor::from_vec(numbers, (count, width), &Device::Cpu)
}

impl<T: Real> Norm<T> {
    fn read(weights: &Weights<'_>, name: &str, config: &Config) -> Result<Self, TeacherError> {
        Ok(Self {
            scale: weights.numbers(&format!("{name}.weight"), &[config.dim])?,
            shift: weights.numbers(&format!("{name}.bias"), &[config.dim])?,
            epsilon: config.epsilon,
        })
    }

    fn apply(&self, states: &mut [T]) {
        layer_norm(states, &self.scale, &self.shift, self.epsilon);
    }
}

#[cfg(all(test, feature = "fine-tune"))]
impl<T: Real> Encoder<T> {
    /// A small encoder of random weights.
    pub(super) fn random(vocabulary: usize, random: &mut crate::random::Random) -> candle_core::Result<Self> {
        let (dim, between, layers, heads, positions) = (8, 12, 2, 2, 4);
        let config = Config {
            dim,
            between,
            layers,
            heads,
            vocabulary,
            kinds: 1,
            mpnet: false,
            positions,
            first_position: 0,
            epsilon: 1e-6,
        };
        let mut numbers = |count: usize, middle: f64| -> Vec<T> {
            (0..count).map(|_| T::from_f64(middle + f64::from(random.unit()) - 0.5)).collect()
        };
        let norm = |numbers: &mut dyn FnMut(usize, f64) -> Vec<T>| Norm {
            scale: numbers(dim, 1.0),
            shift: numbers(dim, 0.0),
            epsilon: 1e-6,
        };
        let linear = |numbers: &mut dyn FnMut(usize, f64) -> Vec<T>, from: usize, to: usize| {
            let matrix = rows(numbers(from * to, 0.0), to)?;
            Ok::<_, candle_core::Error>(Linear { matrix, bias: numbers(to, 0.0) })
        };
        let layer = |_| {
            Ok::<_, candle_core::Error>(Layer {
                attention: linear(&mut numbers, dim, 3 * dim)?,
                attended: linear(&mut numbers, dim, dim)?,
                attended_norm: norm(&mut numbers),
                between: linear(&mut numbers, dim, between)?,
                out: linear(&mut numbers, between, dim)?,
                out_norm: norm(&mut numbers),
            })
        };
        let layers = (0..layers).map(layer).collect::<candle_core::Result<_>>()?;
        let (words, places) = (numbers(vocabulary * dim, 0.0), numbers(positions * dim, 0.0));
        let distances = Distances::new(&numbers(Config::BUCKETS * heads, 0.0), heads, positions);
        Ok(Self { words, positions: places, norm: norm(&mut numbers), distances, layers, config, threads: 2 })
    }
}
