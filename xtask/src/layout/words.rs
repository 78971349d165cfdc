//! Words that have no place: `std` and floating point in the engine, `unsafe` outside its addresses.

use super::source::{Crate, File, flat, is_sign, is_word, line};
use proc_macro2::TokenTree;
use quote::ToTokens as _;
use syn::Lit;

const ENGINE: &str = "crates/engine";
/// The addresses of `unsafe`: vector registers, and pointers from other languages.
const UNSAFE: [&str; 2] = ["crates/engine/src/kernel/", "bindings/c/src/"];

pub(super) fn check(of: &Crate) -> Vec<String> {
    of.files.iter().flat_map(|file| check_file(&of.folder, file)).collect()
}

fn check_file(folder: &str, file: &File) -> Vec<String> {
    let tokens: Vec<TokenTree> =
        file.items.iter().flat_map(|(_, item)| flat(item.to_token_stream())).collect();
    let mut broken = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let before = |steps| at.checked_sub(steps).and_then(|at| tokens.get(at));
        // `x.0.1` inside a macro looks like a fraction, and `x.f32` like a type.
        let field = is_sign(before(1), '.') && !is_sign(before(2), '.');
        let mut found = |what: &str, instead: &str| {
            broken.push(format!("{}:{}: {what}; {instead}", file.path, line(token)));
        };
        if is_word(token, "unsafe") && !UNSAFE.iter().any(|address| file.path.starts_with(address)) {
            found("`unsafe` outside engine/src/kernel/ and bindings/", "write it safely, or there");
        }
        if folder != ENGINE || field {
            continue;
        }
        if is_word(token, "std") {
            found("`std` in the engine", "use `core` or `alloc`");
        }
        let float = ["f16", "f32", "f64", "f128"].iter().any(|word| is_word(token, word));
        let fraction = match token {
            TokenTree::Literal(literal) => match Lit::new(literal.clone()) {
                Lit::Float(_) => true,
                Lit::Int(number) => number.suffix().starts_with('f'),
                _ => false,
            },
            _ => false,
        };
        if float || fraction {
            found("floating point in the engine", "use fixed-point integers");
        }
    }
    broken
}
