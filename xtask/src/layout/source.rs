//! The files of a crate, as its `mod` declarations find them, without what is only for tests.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use std::collections::BTreeMap;
use syn::Item;

/// A path of modules from the root of a crate.
pub(super) type Module = Vec<String>;

/// One file of a crate.
pub(super) struct File {
    /// Its path in the repository.
    pub(super) path: String,
    /// Its items, in order, each with the module that it stands in: the file's own, or one written inside the file
    /// (whose own item is then empty).
    pub(super) items: Vec<(Module, Item)>,
}

/// A crate.
pub(super) struct Crate {
    /// Its folder in the repository.
    pub(super) folder: String,
    /// The root first, each file before those that it declares.
    pub(super) files: Vec<File>,
    /// Each module and the file that holds it.
    pub(super) modules: BTreeMap<Module, usize>,
}

impl File {
    /// Whether it is the face of a folder.
    pub(super) fn is_face(&self) -> bool {
        self.path.ends_with("/mod.rs") || self.path.ends_with("/lib.rs")
    }

    /// The name without folders.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

impl Crate {
    /// Reads the crate in `folder` from its sources, paths in the repository with their texts. What cannot be read comes
    /// along as violations.
    ///
    /// Of a crate with both, `lib.rs` is the root and `main.rs` a module `main` beside the others.
    pub(super) fn parse(folder: &str, sources: &BTreeMap<String, String>) -> (Self, Vec<String>) {
        let mut out = Self { folder: folder.to_string(), files: Vec::new(), modules: BTreeMap::new() };
        let mut broken = Vec::new();
        let root = |name| format!("{folder}/src/{name}");
        let library = sources.contains_key(&root("lib.rs"));
        if library {
            out.read(root("lib.rs"), Vec::new(), &format!("{folder}/src"), sources, &mut broken);
        }
        if sources.contains_key(&root("main.rs")) {
            let module = if library { vec!["main".to_string()] } else { Vec::new() };
            out.read(root("main.rs"), module, &format!("{folder}/src"), sources, &mut broken);
        }
        (out, broken)
    }

    fn read(
        &mut self,
        path: String,
        module: Module,
        children: &str,
        sources: &BTreeMap<String, String>,
        broken: &mut Vec<String>,
    ) {
        let text = sources.get(&path).map(String::as_str).unwrap_or_default();
        let syntax = match syn::parse_file(text) {
            Ok(syntax) => syntax,
            Err(error) => {
                broken.push(format!("{path}:{}: {error}; mend it", error.span().start().line));
                return;
            }
        };
        let index = self.files.len();
        self.modules.insert(module.clone(), index);
        let mut items = Vec::new();
        let mut declared = Vec::new();
        self.sort_out(index, &module, syntax.items, &mut items, &mut declared);
        self.files.push(File { path: path.clone(), items });
        for (child, line) in declared {
            let inner: Vec<_> = child.get(module.len()..).unwrap_or_default().to_vec();
            let stem = format!("{children}/{}", inner.join("/"));
            let found = [format!("{stem}.rs"), format!("{stem}/mod.rs")]
                .into_iter()
                .find(|candidate| sources.contains_key(candidate));
            match found {
                Some(found) => self.read(found, child, &stem, sources, broken),
                None => broken.push(format!("{path}:{line}: no file {stem}.rs or {stem}/mod.rs; name it so")),
            }
        }
    }

    /// Puts the items of a file and of the modules inside it into one list, and the modules in other files into another.
    fn sort_out(
        &mut self,
        file: usize,
        module: &Module,
        from: Vec<Item>,
        items: &mut Vec<(Module, Item)>,
        declared: &mut Vec<(Module, usize)>,
    ) {
        for mut item in from {
            if is_test(&item) {
                continue;
            }
            if let Item::Mod(inner) = &mut item {
                let mut child = module.clone();
                child.push(inner.ident.to_string());
                match &mut inner.content {
                    None => declared.push((child, inner.ident.span().start().line)),
                    Some((_, content)) => {
                        self.modules.insert(child.clone(), file);
                        self.sort_out(file, &child, std::mem::take(content), items, declared);
                    }
                }
            }
            items.push((module.clone(), item));
        }
    }
}

/// Whether an item is there for tests only.
fn is_test(item: &Item) -> bool {
    let attributes = match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => return false,
    };
    attributes.iter().any(|attribute| {
        let words = flat(attribute.meta.to_token_stream());
        let has = |word: &str| words.iter().any(|token| is_word(token, word));
        attribute.path().is_ident("test") || (attribute.path().is_ident("cfg") && has("test") && !has("not"))
    })
}

/// Whether a token is this word.
pub(super) fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

/// Whether a token is this sign.
pub(super) fn is_sign(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}

/// All tokens in order, those inside brackets too.
pub(super) fn flat(stream: TokenStream) -> Vec<TokenTree> {
    let mut out = Vec::new();
    for token in stream {
        match token {
            TokenTree::Group(group) => out.extend(flat(group.stream())),
            token => out.push(token),
        }
    }
    out
}

/// The line of a token.
pub(super) fn line(token: &TokenTree) -> usize {
    token.span().start().line
}
