//! `mod.rs` and `lib.rs` are faces: whoever opens one sees what there is, and nothing else.

use super::imports::hands_on;
use super::source::{Crate, File, line};
use proc_macro2::TokenTree;
use quote::ToTokens as _;
use syn::Item;

pub(super) fn check(of: &Crate) -> Vec<String> {
    of.files.iter().filter(|file| file.is_face()).filter_map(check_file).collect()
}

/// The first thing that does not fit.
fn check_file(file: &File) -> Option<String> {
    let (_, item) = file.items.iter().find(|(_, item)| match item {
        Item::Mod(item) => item.content.is_some(),
        Item::ExternCrate(_) => false,
        item => !hands_on(item),
    })?;
    // Documents stand before the item as attributes, which begin with a sign.
    let first = item.to_token_stream().into_iter().find(|token| matches!(token, TokenTree::Ident(_)));
    Some(format!(
        "{}:{}: {} holds documents, `mod` and `pub use` only; move this to a file of its own",
        file.path,
        first.as_ref().map_or(1, line),
        file.name()
    ))
}
