//! Which file of a crate names something of which other file.

use super::source::{Crate, Module, is_sign, line};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens as _;
use std::collections::BTreeMap;
use syn::{Item, UseTree, Visibility};

/// One file naming something of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Import {
    /// The naming file, as an index into `Crate::files`.
    pub(super) from: usize,
    /// The named file.
    pub(super) to: usize,
    /// The line in the naming file.
    pub(super) line: usize,
}

/// Every import between files, in `use` and in any other path, also inside macros. What a face hands on counts as the file
/// that it comes from; what a face itself says does not count.
pub(super) fn imports(of: &Crate) -> Vec<Import> {
    let names = Names::of(of);
    let mut out = Vec::new();
    for (from, file) in of.files.iter().enumerate() {
        if file.is_face() {
            continue;
        }
        for (module, item) in &file.items {
            let mut paths = Vec::new();
            gather(item.to_token_stream(), &mut paths);
            for (path, line) in paths {
                let to = names.file(module, &path, 0);
                out.extend(to.filter(|&to| to != from).map(|to| Import { from, to, line }));
            }
        }
    }
    out.sort_unstable();
    out.dedup_by_key(|import| (import.from, import.to));
    out
}

/// What `use` makes each module call things.
struct Names<'c> {
    of: &'c Crate,
    /// Per module and name, the path that the name stands for; the name `*` for all that a module has.
    uses: BTreeMap<Module, Vec<(String, Vec<String>)>>,
}

impl<'c> Names<'c> {
    fn of(of: &'c Crate) -> Self {
        let mut uses: BTreeMap<Module, Vec<(String, Vec<String>)>> = BTreeMap::new();
        for file in &of.files {
            for (module, item) in &file.items {
                if let Item::Use(item) = item {
                    spread(&item.tree, &mut Vec::new(), uses.entry(module.clone()).or_default());
                }
            }
        }
        Self { of, uses }
    }

    /// The file that a path, read in `module`, leads to, if that is one of this crate.
    fn file(&self, module: &[String], path: &[String], depth: usize) -> Option<usize> {
        // A `use` that leads to itself does not compile; it shall not hang us either.
        if depth > 16 {
            return None;
        }
        let (first, rest) = path.split_first()?;
        let mut at: Module = match first.as_str() {
            "crate" => Vec::new(),
            "self" => module.to_vec(),
            "super" => module.split_last()?.1.to_vec(),
            _ => {
                let child = [module, std::slice::from_ref(first)].concat();
                if self.of.modules.contains_key(&child) {
                    child
                } else {
                    let known = self.uses.get(module)?;
                    let (_, path) =
                        known.iter().find(|(name, path)| name == first && path.first() != Some(first))?;
                    return self.file(module, &[path, rest].concat(), depth + 1);
                }
            }
        };
        for (passed, name) in rest.iter().enumerate() {
            if name == "super" {
                at.pop();
                continue;
            }
            let child = [at.as_slice(), std::slice::from_ref(name)].concat();
            if self.of.modules.contains_key(&child) {
                at = child;
                continue;
            }
            let known = self.uses.get(&at).map(Vec::as_slice).unwrap_or_default();
            if let Some((_, path)) = known.iter().find(|(known, _)| known == name) {
                let rest = rest.get(passed + 1..).unwrap_or_default();
                let found = self.file(&at, &[path, rest].concat(), depth + 1);
                if found.is_some() {
                    return found;
                }
            }
            break;
        }
        self.of.modules.get(&at).copied()
    }
}

/// Writes down each name that a `use` makes, with its path.
fn spread(tree: &UseTree, before: &mut Vec<String>, out: &mut Vec<(String, Vec<String>)>) {
    let mut leaf = |name: String, last: String| {
        let path = if last == "self" { before.clone() } else { [before.as_slice(), &[last]].concat() };
        let name = if name == "self" { before.last().cloned().unwrap_or_default() } else { name };
        out.push((name, path));
    };
    match tree {
        UseTree::Name(tree) => leaf(tree.ident.to_string(), tree.ident.to_string()),
        UseTree::Rename(tree) => leaf(tree.rename.to_string(), tree.ident.to_string()),
        UseTree::Glob(_) => leaf("*".to_string(), "*".to_string()),
        UseTree::Path(tree) => {
            before.push(tree.ident.to_string());
            spread(&tree.tree, before, out);
            before.pop();
        }
        UseTree::Group(tree) => {
            for tree in &tree.items {
                spread(tree, before, out);
            }
        }
    }
}

/// Writes down every path of two or more names, with its line.
fn gather(stream: TokenStream, out: &mut Vec<(Vec<String>, usize)>) {
    let tokens: Vec<TokenTree> = stream.into_iter().collect();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match token {
            TokenTree::Group(group) => gather(group.stream(), out),
            // `::name` and `.name` begin no path of this crate.
            TokenTree::Ident(_)
                if at == 0 || !is_sign(tokens.get(at - 1), ':') || single_colon(&tokens, at) =>
            {
                at = follow(&tokens, at, Vec::new(), out);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
}

/// Whether one colon alone, as in `name: Type`, stands before a token.
fn single_colon(tokens: &[TokenTree], at: usize) -> bool {
    at < 2 || !is_sign(tokens.get(at - 2), ':')
}

/// Reads one path from its first name on, with everything that a `use` lists inside braces. Returns where it ends.
fn follow(
    tokens: &[TokenTree],
    mut at: usize,
    mut path: Vec<String>,
    out: &mut Vec<(Vec<String>, usize)>,
) -> usize {
    let begin = tokens.get(at).map_or(0, line);
    loop {
        match tokens.get(at) {
            Some(TokenTree::Ident(ident)) => path.push(ident.to_string()),
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                let mut inside = 0;
                while inside < inner.len() {
                    inside = follow(&inner, inside, path.clone(), out).max(inside + 1);
                    while inside < inner.len() && !is_sign(inner.get(inside - 1), ',') {
                        inside += 1;
                    }
                }
                return at + 1;
            }
            _ => break,
        }
        at += 1;
        if !(is_sign(tokens.get(at), ':') && is_sign(tokens.get(at + 1), ':')) {
            break;
        }
        at += 2;
    }
    if path.len() > 1 {
        out.push((path, begin));
    }
    at
}

/// Whether an item is a `use` that hands something on.
pub(super) fn hands_on(item: &Item) -> bool {
    matches!(item, Item::Use(item) if !matches!(item.vis, Visibility::Inherited))
}
