//! Rows to a fitted bag: a network, or a linear machine.

use crate::dictionary::{Dictionary, Row, extract};
use crate::filter::Known;
use crate::fitted::FittedBag;
use crate::linear::{Linear, Told};
use crate::math::add_scaled;
use crate::piece::PieceSet;
use crate::plan::Plan;
use crate::progress::Meter;
use crate::quantize::quantize;
use crate::random::Random;
use crate::recipe::Recipe;
use crate::school::{Pupils, School};
use crate::tier::{Bag, Fit, epochs, fit, piece_scale};
use crate::words::Words;
use stonechat_engine::format::{Features, SectionKind};
use stonechat_engine::text::{Feature, FeatureSettings};
use stonechat_task::Example;

/// Rows, with what the trainer needs of them.
pub(crate) struct Rows<'a> {
    pub(crate) examples: Vec<&'a Example>,
    pub(crate) features: Vec<Vec<Feature>>,
    pub(crate) labels: Vec<Vec<u32>>,
    /// The words asset that pieces are chosen from, if there are to be any.
    pub(crate) words: Option<&'a Words>,
    /// What a teacher says of them.
    pub(crate) school: Option<&'a School>,
}

/// A model to be fitted.
#[derive(Clone, Copy)]
pub(crate) struct Job<'a> {
    pub(crate) plan: Plan,
    pub(crate) names: &'a [String],
    pub(crate) rows: &'a Rows<'a>,
    /// How many of the rows, the first ones, it may see.
    pub(crate) count: usize,
    /// Tells apart the chance of jobs that fit the same plan to different rows.
    pub(crate) stream: u64,
}

impl Job<'_> {
    /// The steps that the meter counts.
    pub(crate) fn work(&self, recipe: &Recipe) -> u64 {
        if self.plan.linear {
            return self.count as u64;
        }
        let made = self.rows.school.map_or(0, |school| school.made_of(self.count).count());
        let rows = self.count + made;
        rows as u64 * u64::from(epochs(recipe, rows))
    }
}

impl<'a> Rows<'a> {
    pub(crate) fn read(
        examples: &[&'a Example],
        names: &[String],
        settings: &FeatureSettings,
        words: Option<&'a Words>,
    ) -> Self {
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_by(|&a, &b| names[a].cmp(&names[b]));
        let index = |label: &String| {
            order.binary_search_by(|&at| names[at].cmp(label)).map_or(0, |place| order[place] as u32)
        };
        let indices = |example: &&Example| {
            let mut labels: Vec<u32> = example.labels.iter().map(index).collect();
            labels.sort_unstable();
            labels.dedup();
            labels
        };
        Self {
            examples: examples.to_vec(),
            features: examples.iter().map(|example| extract(&example.text, settings)).collect(),
            labels: examples.iter().map(indices).collect(),
            words,
            school: None,
        }
    }
}

impl Rows<'_> {
    pub(crate) fn pupils<'b>(&'b self, names: &'b [String], recipe: &'b Recipe) -> Pupils<'b> {
        Pupils { rows: &self.examples, own: &self.labels, names, words: self.words, recipe }
    }
}

/// Fits the linear machine of a plan to rows of one label, without word pieces. `stream` tells its chance apart from that of others.
pub(crate) fn fit_machine(
    recipe: &Recipe,
    plan: Plan,
    names: &[String],
    rows: &[&Example],
    stream: u64,
    meter: &Meter<'_, '_>,
) -> FittedBag {
    let count = rows.len();
    let rows = &Rows::read(rows, names, &recipe.features(), None);
    fit_one(recipe, &Job { plan, names, rows, count, stream }, meter)
}

pub(crate) fn fit_one(recipe: &Recipe, job: &Job<'_>, meter: &Meter<'_, '_>) -> FittedBag {
    let Job { plan, names, rows, count, stream } = *job;
    let (texts, labels) = (&rows.features[..count], &rows.labels[..count]);
    let limit = recipe.max_characters;
    let pieces = match rows.words {
        Some(words) if plan.most_pieces > 0 => {
            let texts: Vec<&str> =
                rows.examples[..count].iter().map(|example| example.text.as_str()).collect();
            PieceSet::choose(words, &texts, limit, plan.most_pieces)
        }
        _ => PieceSet::default(),
    };
    let plan = plan.with_pieces(pieces.len());
    let own_pieces: Vec<Vec<u32>> =
        rows.examples[..count].iter().map(|example| pieces.find(&example.text, limit)).collect();
    let mut dictionary = Dictionary::new(texts, plan.least_count);
    let number = |dictionary: &Dictionary| -> Vec<Row> {
        let rows = texts.iter().zip(labels).zip(&own_pieces);
        rows.map(|((features, labels), pieces)| Row {
            pieces: pieces.clone(),
            ..dictionary.row(features, labels.clone())
        })
        .collect()
    };
    let mut numbered = number(&dictionary);
    let weight = recipe.character_weight as f32;
    let machine = |dictionary: &Dictionary, numbered: &[Row]| {
        let mut random = Random::new(recipe.seed, 1000 + stream);
        plan.linear.then(|| {
            let told = told(numbered, &pieces, recipe.linear_pieces as f32);
            Linear::fit(numbered, dictionary, plan.labels, recipe.machine(), weight, told, &mut random)
        })
    };
    let mut linear = machine(&dictionary, &numbered);
    if dictionary.len() > plan.most_features {
        // Features that a machine gives much weight are worth their place (Guyon et al., "Gene Selection for Cancer
        // Classification Using Support Vector Machines", 2002); without a machine, those that stand in many rows.
        let worth: Vec<f32> = match &linear {
            Some(linear) => (0..dictionary.len()).map(|feature| linear.worth(feature)).collect(),
            None => dictionary.counts.iter().map(|&count| count as f32).collect(),
        };
        dictionary.keep_best(plan.most_features, |feature| worth[feature]);
        numbered = number(&dictionary);
        linear = machine(&dictionary, &numbered);
    }
    let known = Known::new(&dictionary.hashes);
    let (shape, bits, owned) = plan.shape(dictionary.len(), known.len());
    let shared = |&hash: &u32| ((u64::from(hash) * shape.buckets as u64) >> 32) as u32;
    let buckets: Vec<u32> =
        if owned { known.places.clone() } else { dictionary.hashes.iter().map(shared).collect() };
    let bag = match &linear {
        Some(linear) => {
            meter.advance(numbered.len() as u64, None);
            Bag::linear(linear, shape, &buckets, &dictionary.counts, weight, &pieces)
        }
        None => {
            let known = (pieces.len() > 0).then_some(&pieces);
            let (multi_label, buckets) = (plan.multi_label, &buckets);
            let class = rows
                .school
                .filter(|_| !multi_label)
                .map(|school| (school, school.class(count, &rows.pupils(names, recipe))));
            let mut all = numbered.clone();
            if let Some((school, class)) = &class {
                all.iter_mut().zip(0..).for_each(|(row, lesson)| row.lesson = Some(lesson));
                for &at in &class.made {
                    let text = &school.made[at].text;
                    let mut row = dictionary.row(&extract(text, &recipe.features()), Vec::new());
                    row.pieces = pieces.find(text, limit);
                    row.lesson = Some(all.len() as u32);
                    row.made = true;
                    all.push(row);
                }
            }
            let lessons = class.as_ref().map(|(_, class)| &class.lessons);
            let how = Fit { recipe, shape, multi_label, buckets, pieces: known, lessons, stream };
            fit(&all, &how, |rows, epoch, loss| meter.advance(rows as u64, Some((epoch, loss))))
        }
    };
    let mut sections = vec![
        (SectionKind::Features, Features::write(&recipe.features())),
        (SectionKind::Filter, known.section(owned, false)),
    ];
    let packed = (pieces.len() > 0).then_some((&pieces, plan.piece_bits));
    sections.extend(quantize(&bag, bits, &buckets, packed, &numbered));
    FittedBag { plan, bag, dictionary, buckets, pieces, bits, sections }
}

/// What a machine is told of the pieces of rows: the sum of what the asset says of them over the root of their number, as the engine
/// has it. Nothing where there are no pieces.
fn told(rows: &[Row], pieces: &PieceSet, weight: f32) -> Option<Told> {
    let width = pieces.width;
    let mut numbers = vec![0.0; rows.len() * width];
    for (row, numbers) in rows.iter().zip(numbers.chunks_exact_mut(width.max(1))) {
        let scale = piece_scale(row.pieces.len());
        row.pieces.iter().for_each(|&piece| add_scaled(scale, pieces.base(piece), numbers));
    }
    (pieces.len() > 0).then_some(Told { width, numbers, weight })
}
