//! Texts made of the rows, for a teacher to label: a small model learns from what a large one says of many texts.

use crate::random::Random;
use crate::recipe::Recipe;
use crate::words::Words;
use std::collections::BTreeMap;
use stonechat_task::Example;

/// A text made of rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) text: String,
    /// The last of the rows that it was made of: who may not see that row may not see the text.
    pub(crate) parent: usize,
}

/// How a text is made of rows.
#[derive(Clone, Copy)]
enum Way {
    /// Words are left out.
    Drop,
    /// The beginning of a row and the end of another of the same label.
    Mix,
    /// The same of two rows of any labels.
    Across,
    /// Words become others that lie close to them.
    Synonyms,
    /// A word is mistyped.
    Typo,
}

/// The share of the words that [`Way::Drop`] leaves out.
const DROPPED: f32 = 0.15;
/// Close words that one is chosen from, and the least cosine of one that is close.
const CLOSE: usize = 8;
const LEAST_COSINE: f32 = 0.5;
/// Words of an asset that are looked at, the most frequent.
const LOOKED_AT: usize = 10_000;
/// How often a text is tried that would be one of the rows again.
const TRIES: usize = 4;

/// `count` texts made of rows, in a fixed order; fewer where the ways that the recipe allows find no others. Where rows are `few`,
/// rows of different labels are put together as well.
pub(crate) fn augment(
    rows: &[&Example],
    words: Option<&Words>,
    recipe: &Recipe,
    count: usize,
    few: bool,
) -> Vec<Made> {
    let mut ways = Vec::new();
    for (on, way) in [
        (recipe.augment_drop, Way::Drop),
        (recipe.augment_mix, Way::Mix),
        (recipe.augment_synonyms, Way::Synonyms),
        (recipe.augment_typos, Way::Typo),
        (if few { recipe.augment_across } else { 0 }, Way::Across),
    ] {
        if on != 0 && (words.is_some() || !matches!(way, Way::Synonyms)) {
            ways.push(way);
        }
    }
    if ways.is_empty() || rows.is_empty() {
        return Vec::new();
    }
    // What is not read of a text would be carried along for nothing.
    let read = |at: usize| {
        let text = rows[at].text.as_str();
        text.char_indices().nth(recipe.max_characters as usize).map_or(text, |(end, _)| &text[..end])
    };
    let mut random = Random::new(recipe.seed, 3000);
    let mut mates: BTreeMap<&[String], Vec<usize>> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        mates.entry(row.labels.as_slice()).or_default().push(at);
    }
    let every: Vec<usize> = (0..rows.len()).collect();
    let mut synonyms = words.map(Synonyms::new);
    let mut made = Vec::with_capacity(count);
    let mut order: Vec<usize> = Vec::new();
    for at in 0..count {
        if order.is_empty() {
            order = (0..rows.len()).collect();
            random.shuffle(&mut order);
        }
        let Some(parent) = order.pop() else { break };
        let way = ways[at % ways.len()];
        for _ in 0..TRIES {
            let mut last = parent;
            let own: Vec<&str> = read(parent).split_whitespace().collect();
            let text = match (way, &mut synonyms) {
                (Way::Drop, _) => drop_words(&own, &mut random),
                (Way::Mix | Way::Across, _) => {
                    let others = match way {
                        Way::Across => every.as_slice(),
                        _ => mates.get(rows[parent].labels.as_slice()).map_or(&[][..], Vec::as_slice),
                    };
                    let other = others.get(random.below(others.len().max(1))).copied().unwrap_or(parent);
                    last = last.max(other);
                    let other: Vec<&str> = read(other).split_whitespace().collect();
                    mix(&own, &other, &mut random)
                }
                (Way::Synonyms, Some(synonyms)) => synonyms.replace(&own, &mut random),
                (Way::Typo | Way::Synonyms, _) => mistype(&own, &mut random),
            };
            if !text.is_empty() && text != read(parent) {
                made.push(Made { text, parent: last });
                break;
            }
        }
    }
    made
}

fn drop_words(words: &[&str], random: &mut Random) -> String {
    let kept: Vec<&str> = words.iter().copied().filter(|_| random.unit() >= DROPPED).collect();
    kept.join(" ")
}

/// The first words of one text and the last of another, each cut where chance has it.
fn mix(first: &[&str], second: &[&str], random: &mut Random) -> String {
    let head = random.below(first.len() + 1);
    let tail = random.below(second.len() + 1);
    [&first[..head], &second[tail..]].concat().join(" ")
}

/// The text with a letter of one of its words left out, doubled, changed for the next one, or for another; empty where all words
/// are short.
pub(crate) fn mistype(words: &[&str], random: &mut Random) -> String {
    let long: Vec<usize> = (0..words.len()).filter(|&at| words[at].chars().count() > 3).collect();
    if long.is_empty() {
        return String::new();
    }
    let which = long[random.below(long.len())];
    let mut letters: Vec<char> = words[which].chars().collect();
    let at = random.below(letters.len() - 1);
    match random.below(4) {
        0 => {
            letters.remove(at);
        }
        1 => letters.insert(at, letters[at]),
        2 => letters.swap(at, at + 1),
        _ => letters[at] = char::from(b'a' + random.below(26) as u8),
    }
    let mistyped: String = letters.into_iter().collect();
    let mut all = words.to_vec();
    all[which] = &mistyped;
    all.join(" ")
}

/// Words that lie close together in a words asset.
struct Synonyms<'a> {
    /// Whole words of letters.
    names: Vec<&'a str>,
    places: BTreeMap<&'a str, usize>,
    dim: usize,
    /// Rows of unit length.
    rows: Vec<f32>,
    found: BTreeMap<usize, Vec<usize>>,
}

impl<'a> Synonyms<'a> {
    fn new(words: &'a Words) -> Self {
        let dim = words.dim;
        let whole = |name: &str| name.len() > 2 && name.bytes().all(|byte| byte.is_ascii_lowercase());
        let kept: Vec<usize> =
            (0..words.pieces.len()).filter(|&at| whole(&words.pieces[at])).take(LOOKED_AT).collect();
        let mut rows = Vec::with_capacity(kept.len() * dim);
        for &at in &kept {
            let row = &words.rows[at * dim..][..dim];
            let length = libm::sqrtf(crate::math::dot(row, row)).max(1e-9);
            rows.extend(row.iter().map(|value| value / length));
        }
        let names: Vec<&str> = kept.iter().map(|&at| words.pieces[at].as_str()).collect();
        let places = names.iter().enumerate().map(|(at, &name)| (name, at)).collect();
        Self { names, places, dim, rows, found: BTreeMap::new() }
    }

    fn close(&mut self, word: usize) -> &[usize] {
        let (dim, rows) = (self.dim, &self.rows);
        self.found.entry(word).or_insert_with(|| {
            let own = &rows[word * dim..][..dim];
            let mut close: Vec<(f32, usize)> = rows
                .chunks_exact(dim)
                .enumerate()
                .filter(|&(at, _)| at != word)
                .map(|(at, row)| (crate::math::dot(own, row), at))
                .filter(|&(cosine, _)| cosine >= LEAST_COSINE)
                .collect();
            close.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            close.into_iter().take(CLOSE).map(|(_, at)| at).collect()
        })
    }

    /// The text with one or two of its words changed for close ones; empty where none has a close one.
    fn replace(&mut self, words: &[&str], random: &mut Random) -> String {
        let mut text: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        let known: Vec<(usize, usize)> = words
            .iter()
            .enumerate()
            .filter_map(|(at, word)| Some((at, *self.places.get(word.to_lowercase().as_str())?)))
            .collect();
        let mut changed = false;
        for _ in 0..=random.below(2) {
            let Some(&(at, word)) = known.get(random.below(known.len().max(1))) else { break };
            let choice = random.bits() as usize;
            let close = self.close(word);
            if !close.is_empty() {
                let other = close[choice % close.len()];
                self.names[other].clone_into(&mut text[at]);
                changed = true;
            }
        }
        if changed { text.join(" ") } else { String::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use stonechat_task::Source;

    /// Rows of a megabyte do not become thousands of texts of a megabyte.
    #[test]
    fn what_is_not_read_of_a_row_is_in_no_made_text() {
        let row = |at: u32| Example {
            text: format!("word{at} ").repeat(50) + &"unread ".repeat(50),
            labels: vec!["x".to_owned()],
            slots: Vec::new(),
            source: Source { file: Path::new("rows").into(), line: at },
            split: None,
        };
        let rows = [row(1), row(2), row(3)];
        let rows: Vec<&Example> = rows.iter().collect();
        let recipe = Recipe { max_characters: 300, ..Recipe::default() };
        let made = augment(&rows, None, &recipe, 200, true);
        assert!(
            made.len() > 150
                && made.iter().all(|made| made.text.len() <= 610 && !made.text.contains("unread"))
        );
        let whole = augment(&rows, None, &Recipe::default(), 200, true);
        assert!(whole.iter().any(|made| made.text.contains("unread")));
    }
}
