//! Checks that code which depends on the kind of a component names every kind, with no default for the others.
//!
//! Parses the sources. A `match` on `ComponentKind` must name every kind. Code that tests for a single kind
//! (`matches!`, `if let`, `==`) must use a fact or an accessor of the model instead. Facts and behaviour are matched
//! exhaustively, so a new kind causes compile errors there.

use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// The type to check.
const KIND: &str = "ComponentKind";

/// Files in which testing for a single kind is allowed, and why. A `match` must name every kind there too.
const ALLOWED: [(&str, &str); 1] =
    [("crates/model/src/component/accessors.rs", "accessors: what the rest of the code asks instead")];

/// Files in which a `match` with a catch-all arm is allowed, and why.
const ALLOWED_CATCH_ALL: [(&str, &str); 0] = [];

/// A way to depend on the kind of a component without naming every kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Shortcut {
    /// A `match` with a catch-all arm.
    CatchAll,
    /// `if let`, `let … else`, `matches!` or `==`.
    OneKind,
    /// `use ComponentKind as …`, which would hide later uses from this test.
    Alias,
}

#[derive(Default)]
struct Finder {
    found: Vec<(usize, Shortcut)>,
    /// Whether the visitor is inside `impl ComponentKind`, where `Self` is the type.
    own: bool,
}

impl Finder {
    fn in_source(text: &str) -> Vec<(usize, Shortcut)> {
        let mut finder = Self::default();
        finder.visit_file(&syn::parse_file(text).expect("a source file"));
        finder.found.sort_unstable();
        finder.found
    }

    fn is_kind(&self, path: &syn::Path) -> bool {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let Some((_, owners)) = names.split_last() else { return false };
        owners.last().is_some_and(|owner| owner == KIND || self.own && owner == "Self")
    }

    fn names_kind(&self, pattern: &syn::Pat) -> bool {
        struct Names<'a>(&'a Finder, bool);
        impl<'ast> Visit<'ast> for Names<'_> {
            fn visit_path(&mut self, path: &'ast syn::Path) {
                self.1 |= self.0.is_kind(path);
                visit::visit_path(self, path);
            }
        }
        let mut names = Names(self, false);
        names.visit_pat(pattern);
        names.1
    }

    /// Whether a match arm covers kinds that it does not name.
    fn is_catch_all(&self, pattern: &syn::Pat) -> bool {
        match pattern {
            syn::Pat::Wild(_) | syn::Pat::Rest(_) => true,
            syn::Pat::Ident(name) => match &name.subpat {
                Some((_, inner)) => self.is_catch_all(inner),
                // A constant such as `None` is not a binding.
                None => name.ident.to_string().starts_with(char::is_lowercase),
            },
            syn::Pat::Or(or) => or.cases.iter().any(|case| self.is_catch_all(case)),
            syn::Pat::Paren(paren) => self.is_catch_all(&paren.pat),
            syn::Pat::Reference(reference) => self.is_catch_all(&reference.pat),
            // In a tuple or in `Some(…)`, another part of the pattern names the kind.
            syn::Pat::Tuple(tuple) if !self.names_kind(pattern) => tuple.elems.iter().any(|part| self.is_catch_all(part)),
            syn::Pat::TupleStruct(tuple) if !self.names_kind(pattern) => tuple.elems.iter().any(|part| self.is_catch_all(part)),
            _ => false,
        }
    }

    /// Searches the tokens of a macro for `matches!(…, ComponentKind::…)`, since macros are not parsed.
    fn scan(&mut self, tokens: TokenStream, in_matches: bool) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (place, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Ident(name) if in_matches && (name == KIND || self.own && name == "Self") => {
                    self.found.push((name.span().start().line, Shortcut::OneKind));
                }
                TokenTree::Group(group) => {
                    let is_matches = place >= 2 && matches!(&tokens[place - 2], TokenTree::Ident(name) if name == "matches");
                    self.scan(group.stream(), in_matches || is_matches);
                }
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Finder {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        let is_test = module.attrs.iter().any(|attribute| {
            attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Path>().is_ok_and(|of| of.is_ident("test"))
        });
        if !is_test {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let is_own = matches!(&*item.self_ty, syn::Type::Path(of) if of.path.is_ident(KIND));
        let before = std::mem::replace(&mut self.own, is_own);
        visit::visit_item_impl(self, item);
        self.own = before;
    }

    fn visit_use_rename(&mut self, rename: &'ast syn::UseRename) {
        if rename.ident == KIND {
            self.found.push((rename.span().start().line, Shortcut::Alias));
        }
    }

    fn visit_expr_match(&mut self, of: &'ast syn::ExprMatch) {
        if of.arms.iter().any(|arm| self.names_kind(&arm.pat)) {
            let catch_all = of.arms.iter().filter(|arm| self.is_catch_all(&arm.pat));
            let lines: Vec<usize> = catch_all.map(|arm| arm.span().start().line).collect();
            self.found.extend(lines.into_iter().map(|line| (line, Shortcut::CatchAll)));
        }
        visit::visit_expr_match(self, of);
    }

    fn visit_expr_let(&mut self, of: &'ast syn::ExprLet) {
        if self.names_kind(&of.pat) {
            self.found.push((of.span().start().line, Shortcut::OneKind));
        }
        visit::visit_expr_let(self, of);
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        if self.names_kind(&local.pat) {
            self.found.push((local.span().start().line, Shortcut::OneKind));
        }
        visit::visit_local(self, local);
    }

    fn visit_expr_binary(&mut self, of: &'ast syn::ExprBinary) {
        let is_comparison = matches!(of.op, syn::BinOp::Eq(_) | syn::BinOp::Ne(_));
        let is_kind = |side: &syn::Expr| matches!(side, syn::Expr::Path(path) if self.is_kind(&path.path));
        if is_comparison && (is_kind(&of.left) || is_kind(&of.right)) {
            self.found.push((of.span().start().line, Shortcut::OneKind));
        }
        visit::visit_expr_binary(self, of);
    }

    fn visit_macro(&mut self, of: &'ast syn::Macro) {
        self.scan(of.tokens.clone(), of.path.is_ident("matches"));
    }
}

/// Source files of the program and its crates, without tests.
fn sources() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut open = vec![root.join("src"), root.join("crates")];
    let mut files = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            let is_test = path.file_stem().is_some_and(|stem| stem == "tests" || stem == "target");
            if path.is_dir() && !is_test {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn is_in(list: &[(&str, &str)], file: &str) -> bool {
    list.iter().any(|(allowed, _)| file.starts_with(allowed))
}

#[test]
fn code_that_depends_on_the_kind_names_every_kind() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut wrong = Vec::new();
    for path in sources() {
        let file = path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
        let text = std::fs::read_to_string(&path).expect("a source file");
        for (line, shortcut) in Finder::in_source(&text) {
            let allowed = match shortcut {
                Shortcut::CatchAll => is_in(&ALLOWED_CATCH_ALL, &file),
                Shortcut::OneKind => is_in(&ALLOWED, &file),
                Shortcut::Alias => false,
            };
            if !allowed {
                wrong.push(format!("{file}:{line}: {shortcut:?}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "depends on the kind of a component without naming every kind; use a fact (`KindFacts`), an accessor or the \
         behaviour instead:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn every_shortcut_is_found() {
    use Shortcut::{Alias, CatchAll, OneKind};
    let one = |code: &str| Finder::in_source(&format!("fn f(kind: &ComponentKind) {{\n{code}\n}}"));
    assert_eq!(one("match kind { ComponentKind::Browser => {}, _ => {} }"), [(2, CatchAll)]);
    assert_eq!(one("match kind { ComponentKind::Browser => {}, other => drop(other) }"), [(2, CatchAll)]);
    assert_eq!(one("match kind { ComponentKind::Browser | _ => {} }"), [(2, CatchAll)]);
    assert_eq!(one("match (kind, 1) { (ComponentKind::Browser, 1) => {}, (_, 2) => {} }"), [(2, CatchAll)]);
    assert_eq!(one("match Some(kind) { Some(ComponentKind::Browser) => {}, Some(_) => {}, None => {} }"), [(2, CatchAll)]);
    assert_eq!(one("if let ComponentKind::Web(_) = kind {}"), [(2, OneKind)]);
    assert_eq!(one("let hoplight_model::ComponentKind::Web(_) = kind else { return };"), [(2, OneKind)]);
    assert_eq!(one("let _ = matches!(kind, ComponentKind::Web(_));"), [(2, OneKind)]);
    assert_eq!(one("assert!(!matches!(kind, ComponentKind::Web(_)));"), [(2, OneKind)]);
    assert_eq!(one("let _ = *kind == ComponentKind::Browser;"), [(2, OneKind)]);
    assert_eq!(Finder::in_source("use model::ComponentKind as Kind;"), [(1, Alias)]);
    let own = "impl ComponentKind { fn f(&self) { match self { Self::Browser => {}, _ => {} } } }";
    assert_eq!(Finder::in_source(own), [(1, CatchAll)]);
}

#[test]
fn naming_every_kind_is_not_a_shortcut() {
    let whole = "fn f(kind: &ComponentKind) { match kind { ComponentKind::Browser => {}, ComponentKind::Web(_) => {} } }";
    assert_eq!(Finder::in_source(whole), []);
    let option = "fn f(kind: Option<ComponentKind>) { match kind { Some(ComponentKind::Browser) => {}, None => {} } }";
    assert_eq!(Finder::in_source(option), []);
    let other = "fn f(role: Role) { match role { Role::Browser => {}, _ => {} } let made = ComponentKind::Browser; }";
    assert_eq!(Finder::in_source(other), []);
}

#[test]
fn every_exception_is_needed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (list, wanted) in [(&ALLOWED[..], Shortcut::OneKind), (&ALLOWED_CATCH_ALL[..], Shortcut::CatchAll)] {
        for (allowed, _) in list {
            let files = sources().into_iter().filter(|path| path.starts_with(root.join(allowed)));
            let needs = files.into_iter().any(|path| {
                let text = std::fs::read_to_string(path).expect("a source file");
                Finder::in_source(&text).iter().any(|(_, shortcut)| *shortcut == wanted)
            });
            assert!(needs, "{allowed} does not need the exception for {wanted:?}; remove it");
        }
    }
}
