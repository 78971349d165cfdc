//! No circle of imports: a file can be read after those that it names.

use super::imports::{Import, imports};
use super::source::Crate;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// One message for each circle, at the import that begins it.
pub(super) fn check(of: &Crate) -> Vec<String> {
    let imports = imports(of);
    let mut reported = BTreeSet::new();
    let mut broken = Vec::new();
    for start in 0..of.files.len() {
        if reported.contains(&start) {
            continue;
        }
        let Some(circle) = circle(&imports, start) else { continue };
        reported.extend(circle.iter().map(|import| import.from));
        let short = |file: usize| of.files.get(file).map_or("", |file| file.path.as_str());
        let folder = format!("{}/src/", of.folder);
        let steps: Vec<String> = circle
            .iter()
            .map(|import| format!("{} (line {})", short(import.to).trim_start_matches(&folder), import.line))
            .collect();
        let line = circle.first().map_or(1, |import| import.line);
        broken.push(format!(
            "{}:{line}: a circle of imports: → {}; move what both ends need into a file below them",
            short(start),
            steps.join(" → ")
        ));
    }
    broken
}

/// The shortest way from a file back to itself.
fn circle(imports: &[Import], start: usize) -> Option<Vec<Import>> {
    let mut came: BTreeMap<usize, Import> = BTreeMap::new();
    let mut waiting = VecDeque::from([start]);
    while let Some(file) = waiting.pop_front() {
        for &import in imports.iter().filter(|import| import.from == file) {
            if came.contains_key(&import.to) {
                continue;
            }
            came.insert(import.to, import);
            waiting.push_back(import.to);
        }
    }
    let mut circle = vec![*came.get(&start)?];
    while let Some(first) = circle.first().copied().filter(|first| first.from != start) {
        circle.insert(0, *came.get(&first.from)?);
    }
    Some(circle)
}
