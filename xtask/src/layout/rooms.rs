//! The rooms of the engine, from the ground up: each imports only rooms before it in this list.

use super::imports::imports;
use super::source::Crate;

const ENGINE: &str = "crates/engine";
const ROOMS: [&str; 11] = [
    "prediction",
    "format",
    "kernel",
    "text",
    "value",
    "tier",
    "decode",
    "model",
    "lists",
    "engine",
    "verify",
];

/// The room of a file: the first name behind `src/`.
fn room(path: &str) -> &str {
    let inside = path.split_once("/src/").map_or(path, |(_, inside)| inside);
    inside.split('/').next().unwrap_or_default().trim_end_matches(".rs")
}

pub(super) fn check(of: &Crate) -> Vec<String> {
    if of.folder != ENGINE {
        return Vec::new();
    }
    let place = |path: &str| ROOMS.iter().position(|&known| known == room(path));
    let mut broken = Vec::new();
    for file in of.files.iter().filter(|file| file.name() != "lib.rs" && place(&file.path).is_none()) {
        broken.push(format!(
            "{}:1: the room `{}` is not on the map; give it a place in xtask/src/layout/rooms.rs and the architecture",
            file.path,
            room(&file.path)
        ));
    }
    for import in imports(of) {
        let (Some(from), Some(to)) = (of.files.get(import.from), of.files.get(import.to)) else { continue };
        if let (Some(above), Some(below)) = (place(&from.path), place(&to.path))
            && below > above
        {
            broken.push(format!(
                "{}:{}: `{}` may not know `{}`, which stands above it; move what it needs down",
                from.path,
                import.line,
                room(&from.path),
                room(&to.path)
            ));
        }
    }
    broken
}
