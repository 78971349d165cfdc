//! What is done where rows are few.

use crate::dictionary::{Dictionary, extract};
use crate::kernel_probe::Looks;
use crate::math::{add_scaled, dot};
use crate::piece::PieceSet;
use crate::recipe::Recipe;
use crate::words::Words;
use stonechat_engine::text::{Feature, Group};

/// Rows at the most: the probe compares each two of them.
const MOST_ROWS: usize = 4000;
/// How long the mean of word pieces and a teacher's embedding are, where TF-IDF of words and that of characters are 1.
const ASSET: f32 = 1.0;
const EMBEDDING: f32 = 3.0;

/// Whether so many rows are few for so many labels.
pub(crate) fn is_few(recipe: &Recipe, rows: usize, labels: usize) -> bool {
    rows <= MOST_ROWS && rows <= recipe.few_rows as usize * labels
}

/// The name of a label as a text: words apart, where they are joined by capitals or signs.
pub(crate) fn as_text(name: &str) -> String {
    let mut text = String::new();
    let mut small = false;
    for letter in name.chars() {
        if small && letter.is_uppercase() {
            text.push(' ');
        }
        small = letter.is_lowercase();
        text.push(if letter.is_alphanumeric() { letter } else { ' ' });
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Looks at texts as a probe for few rows does: TF-IDF of words and of characters, the mean of the word pieces' rows in the
/// asset, and a teacher's embedding. What is known of frequencies and means is that of the first `count` texts.
pub(crate) fn look(
    texts: &[&str],
    count: usize,
    words: Option<&Words>,
    embeddings: Option<(&[f32], usize)>,
    recipe: &Recipe,
) -> Looks {
    let settings = recipe.features();
    let features: Vec<Vec<Feature>> = texts.iter().map(|text| extract(text, &settings)).collect();
    let dictionary = Dictionary::new(&features[..count], 1);
    let rarity: Vec<f32> = dictionary
        .counts
        .iter()
        .map(|&of| 1.0 + libm::logf((count as f32 + 1.0) / (of as f32 + 1.0)))
        .collect();
    let sparse = features.iter().map(|features| weigh(features, &dictionary, &rarity)).collect();
    let mut views: Vec<(Vec<f32>, usize)> = Vec::new();
    if let Some(words) = words {
        let limit = recipe.max_characters;
        let pieces = PieceSet::choose(words, texts, limit, usize::MAX);
        let mut rows = vec![0.0; texts.len() * pieces.width];
        for (text, row) in texts.iter().zip(rows.chunks_exact_mut(pieces.width)) {
            let found = pieces.find(text, limit);
            for &piece in &found {
                add_scaled(1.0 / found.len() as f32, pieces.base(piece), row);
            }
        }
        centre(&mut rows, pieces.width, count, ASSET);
        views.push((rows, pieces.width));
    }
    if let Some((embeddings, dim)) = embeddings {
        let mut rows = embeddings.to_vec();
        centre(&mut rows, dim, count, EMBEDDING);
        views.push((rows, dim));
    }
    let width = views.iter().map(|(_, width)| width).sum();
    let mut dense = Vec::with_capacity(texts.len() * width);
    for text in 0..texts.len() {
        for (rows, width) in &views {
            dense.extend_from_slice(&rows[text * width..][..*width]);
        }
    }
    Looks { sparse, places: dictionary.len(), dense, width }
}

/// Takes the mean of the first `count` rows off, and gives all rows this length; those of zeros, which tell nothing, stay as they are.
fn centre(rows: &mut [f32], width: usize, count: usize, length: f32) {
    let mut mean = vec![0.0f32; width];
    rows.chunks_exact(width).take(count).for_each(|row| add_scaled(1.0 / count as f32, row, &mut mean));
    for row in rows.chunks_exact_mut(width).filter(|row| row.iter().any(|&value| value != 0.0)) {
        add_scaled(-1.0, &mean, row);
        let scale = length / libm::sqrtf(dot(row, row)).max(1e-9);
        row.iter_mut().for_each(|value| *value *= scale);
    }
}

/// TF-IDF of the features that the dictionary has, those of words and those of characters of unit length each.
fn weigh(features: &[Feature], dictionary: &Dictionary, rarity: &[f32]) -> Vec<(u32, f32)> {
    let mut all = Vec::new();
    for group in [Group::Words, Group::Characters] {
        let mut found: Vec<u32> = features
            .iter()
            .filter(|feature| feature.group == group)
            .filter_map(|feature| dictionary.hashes.binary_search(&feature.hash).ok())
            .map(|at| at as u32)
            .collect();
        found.sort_unstable();
        let start = all.len();
        for same in found.chunk_by(|a, b| a == b) {
            all.push((same[0], (1.0 + libm::logf(same.len() as f32)) * rarity[same[0] as usize]));
        }
        let square: f32 = all[start..].iter().map(|(_, value)| value * value).sum();
        let scale = 1.0 / libm::sqrtf(square).max(1e-9);
        all[start..].iter_mut().for_each(|(_, value)| *value *= scale);
    }
    all.sort_by_key(|&(place, _)| place);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_labels_are_texts() {
        for (name, text) in [
            ("card_arrival", "card arrival"),
            ("BookRestaurant", "Book Restaurant"),
            ("DESC:manner", "DESC manner"),
            ("--", ""),
            ("42", "42"),
        ] {
            assert_eq!(as_text(name), text);
        }
    }

    #[test]
    fn rows_are_few_by_their_number_and_that_of_the_labels() {
        let recipe = Recipe::default();
        assert!(is_few(&recipe, 200, 10) && !is_few(&recipe, 201, 10));
        assert!(!is_few(&recipe, MOST_ROWS + 1, MOST_ROWS));
        assert!(!is_few(&Recipe { few_rows: 0, ..recipe }, 10, 10));
    }

    #[test]
    fn a_text_has_two_unit_vectors_of_n_grams() {
        let texts = ["a card came", "the card is lost", "xyz"];
        let looks = look(&texts, 2, None, None, &Recipe::default());
        let square = |text: usize| looks.sparse[text].iter().map(|(_, value)| value * value).sum::<f32>();
        assert!((square(0) - 2.0).abs() < 1e-4 && (square(1) - 2.0).abs() < 1e-4);
        assert!(square(2) == 0.0, "what the rows do not have is not seen");
        assert_eq!(looks.width, 0);
    }
}
