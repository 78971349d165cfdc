//! The embedding bag: the rows of a text's features are summed, and one hidden layer makes scores of the sum
//! (Joulin et al., "Bag of Tricks for Efficient Text Classification", EACL 2017, with a hidden layer more).

use super::piece_rows::PieceRows;
use crate::format::{Container, Dense, Features, Filter, FormatError, Rows, SectionKind};
use crate::kernel::{Buffer, Kernel, Source, inverse_sqrt};
use crate::prediction::{Read, Score, Seen};
use crate::text::{FeatureSettings, Group, feature_batches};

/// Features gathered before their rows are added: enough to keep the memory busy, small enough for a microcontroller.
const GATHERED: usize = 128;
/// Features looked up together.
const LOOKED_UP: usize = 48;

/// A bag in a model file, proven sound.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bag<'a> {
    pub(crate) settings: FeatureSettings,
    pub(crate) filter: Filter<'a>,
    pub(crate) rows: Rows<'a>,
    /// Word pieces, if the model has any.
    pub(crate) pieces: Option<PieceRows<'a>>,
    pub(crate) hidden: Dense<'a>,
    pub(crate) output: Dense<'a>,
}

/// The memory that a bag computes in.
#[cfg_attr(feature = "alloc", derive(Clone))]
#[derive(Debug)]
pub(crate) struct BagScratch<'m> {
    /// Row ids of each group that wait to be added.
    ids: [[u32; GATHERED]; 2],
    /// The sum of the rows of each group.
    sums: [Buffer<'m, i32>; 2],
    /// The sum of the rows of the pieces; empty in a model without.
    pieces: Buffer<'m, i32>,
    /// What goes into the hidden layer.
    pooled: Buffer<'m, i16>,
    /// What goes into the output layer.
    hidden: Buffer<'m, i16>,
    /// The sums of a layer.
    outputs: Buffer<'m, i32>,
}

impl<'m> BagScratch<'m> {
    pub(crate) fn new(bag: &Bag<'_>, source: &mut Source<'m>) -> Self {
        let dim = bag.rows.dim as usize;
        Self {
            ids: [[0; GATHERED]; 2],
            sums: [source.take(dim, 0), source.take(dim, 0)],
            pieces: source.take(if bag.pieces.is_some() { dim } else { 0 }, 0),
            pooled: source.take(bag.hidden.width(), 0),
            hidden: source.take(bag.output.width(), 0),
            outputs: source.take(bag.hidden.sums().max(bag.output.sums()), 0),
        }
    }
}

impl BagScratch<'_> {
    /// The activations of the hidden layer for the text that was scored last.
    pub(crate) fn hidden(&self) -> &[i16] {
        &self.hidden
    }
}

impl<'a> Bag<'a> {
    pub(crate) fn read(container: &Container<'a>, labels: usize) -> Result<Self, FormatError> {
        let section = |kind| container.section(kind);
        let rows = Rows::read(SectionKind::Rows, section(SectionKind::Rows)?)?;
        let bag = Self {
            settings: Features::read(section(SectionKind::Features)?)?,
            filter: Filter::read(section(SectionKind::Filter)?)?,
            rows,
            pieces: PieceRows::read(container, rows.dim)?,
            hidden: Dense::read(SectionKind::Hidden, section(SectionKind::Hidden)?)?,
            output: Dense::read(SectionKind::Output, section(SectionKind::Output)?)?,
        };
        let broken = |kind, rule| Err(FormatError::Section { kind, offset: 0, rule });
        if bag.filter.owned().is_some_and(|rows| rows != bag.rows.buckets) {
            return broken(SectionKind::Rows, "there are not as many rows as the filter has places");
        }
        if bag.pieces.is_some_and(|pieces| pieces.rows.shift != bag.rows.shift) {
            return broken(SectionKind::PieceRows, "the shift is not that of the features");
        }
        if bag.hidden.inputs != bag.rows.dim {
            return broken(SectionKind::Hidden, "the layer does not take as many numbers as a row has");
        }
        if bag.output.inputs != bag.hidden.outputs {
            return broken(SectionKind::Output, "the layer does not take what the hidden layer gives");
        }
        if bag.output.outputs as usize != labels {
            return broken(SectionKind::Output, "the layer does not give one score for each label");
        }
        Ok(bag)
    }

    /// The most table rows read, keys looked up and multiply-adds done for a text of so many characters.
    pub(crate) fn worst_case(&self, characters: u32) -> (u64, u64, u64) {
        // Normalisation makes at most 18 characters of one.
        let read = characters.saturating_mul(18).min(self.settings.max_characters);
        let read = FeatureSettings { max_characters: read, ..self.settings };
        let dense = |layer: &Dense<'_>| layer.weights().len() as u64;
        let features = u64::from(read.max_features());
        let (pieces, keys) = PieceRows::worst_case(self.pieces.as_ref(), read.max_characters);
        (features + pieces, features + keys, dense(&self.hidden) + dense(&self.output))
    }

    /// Scores the text.
    #[inline(never)] // Alone it is compiled alike in every program.
    pub(crate) fn scores(
        &self,
        text: &str,
        kernel: &Kernel,
        scratch: &mut BagScratch<'_>,
        scores: &mut [Score],
    ) -> Read {
        let BagScratch { ids, sums, pieces, pooled, hidden, outputs } = scratch;
        let add = if self.rows.bits == 8 { kernel.sum_rows_8 } else { kernel.sum_rows_4 };
        let mut counts = [0u32; 3];
        let mut unknown = [0u32; 2];
        let mut waiting = [0usize; 2];
        let mut known_words = 0;
        for sum in sums.iter_mut() {
            sum.fill(0);
        }
        let mut read = feature_batches(text, &self.settings, kernel, |group, word, hashes| {
            let [words, characters] = &mut *ids;
            let (ids, waiting, count, unknown, sum) = match group {
                Group::Words => (words, &mut waiting[0], &mut counts[0], &mut unknown[0], &mut sums[0]),
                Group::Characters => {
                    (characters, &mut waiting[1], &mut counts[1], &mut unknown[1], &mut sums[1])
                }
            };
            for hashes in hashes.chunks(LOOKED_UP) {
                if *waiting > GATHERED - LOOKED_UP {
                    add(self.rows.data, ids.get(..*waiting).unwrap_or_default(), sum);
                    *waiting = 0;
                }
                let places = ids.get_mut(*waiting..).unwrap_or_default();
                let found = (kernel.known)(&self.filter, self.rows.buckets, hashes, places);
                *waiting += found;
                *count += found as u32;
                *unknown += (hashes.len() - found) as u32;
                known_words += if word { found as u32 } else { 0 };
            }
        });
        for ((ids, sum), &waiting) in ids.iter().zip(sums.iter_mut()).zip(&waiting) {
            add(self.rows.data, ids.get(..waiting).unwrap_or_default(), sum);
        }
        if let Some(table) = &self.pieces {
            let limit = self.settings.max_characters;
            // A word that only its pieces know is known.
            let read_text = text.get(..read_to(text, read.characters)).unwrap_or_default();
            let words = table.sum(read_text, limit, kernel, pieces, |_| 0, |_, _, count| counts[2] = count);
            known_words = known_words.max(words);
        }
        read.known_words = known_words;
        read.features = counts.iter().sum();
        let seen = |(&known, unknown): (&u32, u32)| Seen { known, unknown };
        read.seen = [seen((&counts[0], unknown[0])), seen((&counts[1], unknown[1]))];
        self.pool(counts, [&sums[0], &sums[1], pieces], kernel, pooled);
        let values = kernel.layer(&self.hidden, pooled, outputs);
        (kernel.rectify)(values, hidden);
        let values = kernel.layer(&self.output, hidden, outputs);
        for (score, &value) in scores.iter_mut().zip(values) {
            *score = Score(value);
        }
        read
    }

    /// Each group's sum divided by the root of its count, scaled, added and rounded to an activation.
    fn pool(&self, counts: [u32; 3], sums: [&[i32]; 3], kernel: &Kernel, pooled: &mut [i16]) {
        let [words, characters] = self.rows.multipliers;
        let pieces = self.pieces.map_or(0, |pieces| pieces.rows.multipliers[0]);
        // Below 2^31: the multiplier is, and the inverse root is at most one.
        let factor =
            |multiplier: u32, count| ((u64::from(multiplier) * u64::from(inverse_sqrt(count))) >> 24) as i32;
        let factors = [factor(words, counts[0]), factor(characters, counts[1]), factor(pieces, counts[2])];
        let [words, characters, pieces] = sums;
        // Without pieces their factor is 0, and any numbers will do.
        let pieces = if self.pieces.is_some() { pieces } else { words };
        (kernel.pool)([words, characters, pieces], factors, self.rows.shift, pooled);
    }
}

/// Where the first `characters` of a text end, in bytes.
fn read_to(text: &str, characters: u32) -> usize {
    if characters as usize >= text.len() {
        return text.len();
    }
    text.char_indices().nth(characters as usize).map_or(text.len(), |(end, _)| end)
}
