//! How often a piece stands in texts, by its rank alone.

use super::pieces::characters;

/// The constant of smooth inverse frequency, as Arora et al. (ICLR 2017) recommend it.
const SMOOTH: f64 = 1e-3;

/// The share of a piece of one character. Vocabularies list those in the order of their code points, so that a rank says
/// nothing; most are punctuation, digits and parts of words, and about as frequent as the thirtieth word.
const ONE_CHARACTER: f64 = 3e-3;

/// The weight of each piece: `a / (a + p)`. Of pieces of several characters, which come in the order of falling frequency,
/// `p = 1 / ((rank + 1) · H)` is Zipf's estimate of their share, where `rank` counts such pieces from 0 and `H` is the sum of
/// `1 / (rank + 1)` over them.
pub(super) fn weights(pieces: &[String]) -> Vec<f32> {
    let longer = pieces.iter().filter(|piece| characters(piece) > 1).count();
    let total: f64 = (1..=longer).map(|rank| 1.0 / rank as f64).sum();
    let mut rank = 0;
    let share = |piece: &String| {
        if characters(piece) == 1 {
            return ONE_CHARACTER;
        }
        rank += 1;
        1.0 / (f64::from(rank) * total)
    };
    pieces.iter().map(share).map(|share| (SMOOTH / (SMOOTH + share)) as f32).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn rare_pieces_weigh_more() {
        let pieces: Vec<String> = (0..20_000).map(|at| format!("p{at}")).collect();
        let weights = super::weights(&pieces);
        assert!(weights.is_sorted() && weights[0] < 0.011 && weights[19_999] > 0.99, "{:?}", &weights[..9]);
    }

    #[test]
    fn characters_do_not_take_the_first_ranks() {
        let weights = super::weights(&["!", "the", "##s", "of"].map(str::to_string));
        assert_eq!(weights[0], 0.25);
        assert_eq!(weights[2], weights[0]);
        assert!(weights[1] < weights[3] && weights[3] < weights[0]);
    }
}
