//! Comparing texts and names.

/// A text as it is compared with others: lower case, white space trimmed and collapsed to single spaces.
///
/// Rows that are equal after this fall on the same side of a split, so it must never change. Characters are
/// lowered one by one, by the Unicode mapping that does not look at their neighbours.
pub fn normalise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        if word.is_ascii() {
            out.extend(word.chars().map(|c| c.to_ascii_lowercase()));
        } else {
            out.extend(word.chars().flat_map(char::to_lowercase));
        }
    }
    out
}

/// The known name that is nearest to a mistyped one, if one is near: at most a third of its characters
/// inserted, left out, replaced or swapped with their neighbour. The first of equally near names.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = name.chars().count().max(3) / 3;
    let mut best: Option<(usize, &str)> = None;
    for candidate in known {
        let distance = edit_distance(name, candidate);
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Edits (insert, delete, replace, swap neighbours) between two names, case aside.
fn edit_distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().flat_map(char::to_lowercase).collect();
    let b: Vec<char> = b.chars().flat_map(char::to_lowercase).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut cost = (above[j] + usize::from(x != y)).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                cost = cost.min(before[j - 1] + 1);
            }
            row.push(cost);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalised_texts_are_lower_case_with_single_spaces() {
        assert_eq!(normalise("  Turn\tthe\u{3000}LIGHTS \n off "), "turn the lights off");
        assert_eq!(normalise("ÄRGER İ"), "ärger i\u{307}");
        assert_eq!(normalise(" \n"), "");
    }

    #[test]
    fn nearest_name_is_near() {
        assert_eq!(nearest("lables", ["name", "labels"]), Some("labels"));
        assert_eq!(nearest("Kind", ["name", "kind"]), Some("kind"));
        assert_eq!(nearest("elephant", ["name", "kind"]), None);
        assert_eq!(nearest("tets", ["valid", "test"]), Some("test"));
        assert_eq!(nearest("", ["name"]), None);
    }
}
