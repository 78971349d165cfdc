//! The best sequence of tags in floating point, to compare the integers with (Viterbi, 1967).

use super::crf::follows;
use super::network::{Forward, Network};

/// The slots of the only text of `forward`, which has so many tokens: first and last token, and which slot. Tags of slots that
/// are not allowed are not looked at.
pub(crate) fn tag(
    network: &Network,
    forward: &Forward,
    tokens: usize,
    allowed: impl Fn(usize) -> bool,
) -> Vec<(usize, usize, usize)> {
    let count = network.shape.tags;
    let tags: Vec<usize> = (0..count).filter(|&tag| tag == 0 || allowed((tag - 1) / 2)).collect();
    let layers = &network.layers;
    let mut scores: Vec<f32> = Vec::new();
    let mut backs: Vec<Vec<usize>> = Vec::new();
    for token in 0..tokens {
        let emissions = forward.emissions(0, token);
        let mut next = vec![f32::NEG_INFINITY; tags.len()];
        let mut back = vec![0; tags.len()];
        for (to, &tag) in tags.iter().enumerate() {
            if token == 0 {
                if follows(None, tag) {
                    next[to] = layers.starts[tag] + emissions[tag];
                }
                continue;
            }
            for (from, &before) in tags.iter().enumerate() {
                let score = scores[from] + layers.pairs[before * count + tag] + emissions[tag];
                if follows(Some(before), tag) && score > next[to] {
                    (next[to], back[to]) = (score, from);
                }
            }
        }
        scores = next;
        backs.push(back);
    }
    let mut at = super::network::best(&scores);
    let mut best = vec![0; tokens];
    for token in (0..tokens).rev() {
        best[token] = tags[at];
        at = backs[token][at];
    }
    let mut found: Vec<(usize, usize, usize)> = Vec::new();
    for (token, &tag) in best.iter().enumerate() {
        match (tag, found.last_mut()) {
            (0, _) => {}
            (tag, Some(last)) if tag % 2 == 0 => last.1 = token,
            (tag, _) => found.push((token, token, (tag - 1) / 2)),
        }
    }
    found
}
