//! What the source code of the program and the tests refers to, parsed by syntax rather than by
//! lines, so that braces, line breaks, renames and comments hide nothing.

use std::fs;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, ItemMod, LitStr, Macro, UseTree, VisRestricted};

/// A source file.
pub struct Source {
    /// Path below the given directory.
    pub file: String,
    /// The file's module path, from the crate root.
    pub module: Vec<String>,
    pub text: String,
}

/// The references in a file.
#[derive(Default)]
pub struct Reached {
    pub paths: Vec<Reach>,
    /// String literals in its code, without documentation.
    pub texts: Vec<(String, usize)>,
}

/// A path in an import, an expression, a type or a macro's arguments. A path into the own crate
/// begins with `crate`, however it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    pub path: Vec<String>,
    pub line: usize,
    /// Whether an import renames it, so that later uses are hidden.
    pub renamed: bool,
}

/// Parses all files below a directory of the repository.
pub fn sources(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = Vec::new();
    collect(&root, &root, &mut found);
    assert!(found.len() > 30, "the sources are not where they were");
    found
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let inside = path.strip_prefix(root).unwrap();
            let names = inside.with_extension("");
            let names = names.iter().map(|name| name.to_str().unwrap().to_owned());
            let roots = ["mod", "lib", "main"];
            found.push(Source {
                file: inside.display().to_string(),
                module: names.filter(|name| !roots.contains(&&**name)).collect(),
                text: fs::read_to_string(&path).unwrap(),
            });
        }
    }
}

impl Source {
    pub fn parse(&self) -> syn::File {
        syn::parse_file(&self.text).unwrap_or_else(|error| panic!("{}: {error}", self.file))
    }

    pub fn reached(&self) -> Reached {
        self.read(true)
    }

    /// Returns what a file uses outside of its tests.
    pub fn reached_by_program(&self) -> Reached {
        self.read(false)
    }

    fn read(&self, tests: bool) -> Reached {
        let mut reader = Reader {
            module: self.module.clone(),
            tests,
            reached: Reached::default(),
        };
        reader.visit_file(&self.parse());
        reader.reached
    }
}

struct Reader {
    module: Vec<String>,
    /// Whether test modules are included.
    tests: bool,
    reached: Reached,
}

impl Reader {
    fn note(&mut self, path: &[String], line: usize, renamed: bool) {
        let path = self.resolved(path);
        let reach = Reach {
            path,
            line,
            renamed,
        };
        self.reached.paths.push(reach);
    }

    /// Resolves a path from the crate root; external ones stay as they are.
    fn resolved(&self, path: &[String]) -> Vec<String> {
        let mut at = match &*path[0] {
            "crate" => Vec::new(),
            "self" | "super" => self.module.clone(),
            _ => return path.to_vec(),
        };
        for name in path {
            match &**name {
                "super" => drop(at.pop()),
                "crate" | "self" | "*" => {}
                name => at.push(name.to_owned()),
            }
        }
        at.insert(0, "crate".to_owned());
        at
    }

    fn import(&mut self, before: &mut Vec<String>, tree: &UseTree) {
        let (name, renamed) = match tree {
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(before, tree);
                }
                return;
            }
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.import(before, &path.tree);
                before.pop();
                return;
            }
            UseTree::Name(name) => (name.ident.clone(), false),
            UseTree::Rename(rename) => (rename.ident.clone(), rename.rename != "_"),
            UseTree::Glob(glob) => {
                before.push("*".to_owned());
                let line = glob.star_token.spans[0].start().line;
                self.note(before, line, false);
                before.pop();
                return;
            }
        };
        before.push(name.to_string());
        self.note(before, name.span().start().line, renamed);
        before.pop();
    }

    /// Scans a macro's arguments, which are tokens rather than syntax.
    fn scan(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            match token {
                TokenTree::Ident(ident) => {
                    let mut path = vec![ident.to_string()];
                    let line = ident.span().start().line;
                    at = self.follow(&tokens, at + 1, &mut path, line);
                    continue;
                }
                TokenTree::Group(group) => self.scan(group.stream()),
                TokenTree::Literal(literal) => {
                    if let syn::Lit::Str(text) = syn::Lit::new(literal.clone()) {
                        self.visit_lit_str(&text);
                    }
                }
                TokenTree::Punct(_) => {}
            }
            at += 1;
        }
    }

    /// Reads the rest of a path, and returns where it ends.
    fn follow(
        &mut self,
        tokens: &[TokenTree],
        mut at: usize,
        path: &mut Vec<String>,
        line: usize,
    ) -> usize {
        let colon = |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
        while colon(at) && colon(at + 1) {
            match tokens.get(at + 2) {
                Some(TokenTree::Ident(ident)) => path.push(ident.to_string()),
                Some(TokenTree::Group(group)) => {
                    let mut inner = Vec::new();
                    for token in group.stream() {
                        match &token {
                            TokenTree::Punct(comma) if comma.as_char() == ',' => {
                                self.branch(path, &std::mem::take(&mut inner), line);
                            }
                            _ => inner.push(token),
                        }
                    }
                    self.branch(path, &inner, line);
                    return at + 3;
                }
                _ => break,
            }
            at += 3;
        }
        let renamed = matches!(tokens.get(at), Some(TokenTree::Ident(ident)) if ident == "as");
        self.note(path, line, renamed);
        at
    }

    fn branch(&mut self, before: &[String], tokens: &[TokenTree], line: usize) {
        let mut path = before.to_vec();
        match tokens.first() {
            Some(TokenTree::Ident(ident)) => {
                path.push(ident.to_string());
                self.follow(tokens, 1, &mut path, line);
            }
            Some(_) => self.note(&path, line, false),
            None => {}
        }
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        let is_test = |attribute: &Attribute| {
            attribute.path().is_ident("cfg")
                && matches!(&attribute.meta, syn::Meta::List(list) if list.tokens.to_string() == "test")
        };
        if !self.tests && module.attrs.iter().any(is_test) {
            return;
        }
        self.module.push(module.ident.to_string());
        visit::visit_item_mod(self, module);
        self.module.pop();
    }

    fn visit_item_extern_crate(&mut self, import: &'ast syn::ItemExternCrate) {
        let line = import.ident.span().start().line;
        let name = match import.ident == "self" {
            true => "crate".to_owned(),
            false => import.ident.to_string(),
        };
        self.note(&[name], line, import.rename.is_some());
    }

    fn visit_item_use(&mut self, import: &'ast syn::ItemUse) {
        self.import(&mut Vec::new(), &import.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<_> = path
            .segments
            .iter()
            .map(|part| part.ident.to_string())
            .collect();
        let line = path.segments[0].ident.span().start().line;
        // A value may be named `self`, which leads nowhere.
        if names.len() > 1 || !matches!(&*names[0], "self" | "crate" | "super") {
            self.note(&names, line, false);
        }
        visit::visit_path(self, path);
    }

    /// A visibility is not a use.
    fn visit_vis_restricted(&mut self, _: &'ast VisRestricted) {}

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.visit_path(&call.path);
        self.scan(call.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if attribute.path().is_ident("doc") {
            return;
        }
        match &attribute.meta {
            syn::Meta::List(list) => self.scan(list.tokens.clone()),
            _ => visit::visit_attribute(self, attribute),
        }
    }

    fn visit_lit_str(&mut self, text: &'ast LitStr) {
        let line = text.span().start().line;
        self.reached.texts.push((text.value(), line));
    }
}
