//! No import cycle within a crate has more than three modules, so that each module can be read without most of the
//! others.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use petgraph::algo::tarjan_scc;
use petgraph::graphmap::DiGraphMap;
use syn::visit::{self, Visit};

/// Largest allowed number of modules in an import cycle.
const LIMIT: usize = 3;

/// A module, as the names on its path from the crate root.
type Module = Vec<String>;

/// Collects the paths that the code of one module names.
#[derive(Default)]
struct Paths(Vec<Vec<String>>);

impl Paths {
    fn add_tree(&mut self, prefix: &[String], tree: &syn::UseTree) {
        let with = |name: &syn::Ident| prefix.iter().cloned().chain([name.to_string()]).collect::<Vec<_>>();
        match tree {
            syn::UseTree::Path(path) => self.add_tree(&with(&path.ident), &path.tree),
            syn::UseTree::Name(name) => self.0.push(with(&name.ident)),
            syn::UseTree::Rename(rename) => self.0.push(with(&rename.ident)),
            syn::UseTree::Glob(_) => self.0.push(prefix.to_vec()),
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.add_tree(prefix, tree)),
        }
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.add_tree(&[], &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.0.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    /// `pub(in crate::a)` imports nothing.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}

    /// Inline modules contain tests here; their imports are not dependencies of the code.
    fn visit_item_mod(&mut self, _: &'ast syn::ItemMod) {}
}

/// Resolves a path used in module `at`. Returns `None` for a path outside the crate.
fn resolve<T>(path: &[String], at: &Module, modules: &BTreeMap<Module, T>) -> Option<Module> {
    let (first, mut rest) = path.split_first()?;
    let mut target = match first.as_str() {
        "crate" => Module::new(),
        "self" => at.clone(),
        "super" => at[..at.len().checked_sub(1)?].to_vec(),
        _ => return None,
    };
    while let Some((name, after)) = rest.split_first().filter(|(name, _)| *name == "super") {
        debug_assert_eq!(name, "super");
        target.pop()?;
        rest = after;
    }
    target.extend(rest.iter().cloned());
    // The end of the path may be an item in the module.
    while !modules.contains_key(&target) {
        target.pop()?;
    }
    // The root re-exports items from everywhere, so a path that ends there reveals no dependency.
    Some(target).filter(|target| !target.is_empty())
}

/// Returns the import cycles among modules with these sources, largest first.
fn cycles(modules: &BTreeMap<Module, String>) -> Vec<Vec<Module>> {
    let numbers: BTreeMap<&Module, usize> = modules.keys().enumerate().map(|(number, module)| (module, number)).collect();
    let mut graph = DiGraphMap::<usize, ()>::new();
    for (module, source) in modules {
        let mut paths = Paths::default();
        paths.visit_file(&syn::parse_file(source).expect("a source file"));
        for target in paths.0.iter().filter_map(|path| resolve(path, module, modules)).filter(|target| target != module) {
            graph.add_edge(numbers[module], numbers[&target], ());
        }
    }
    let named: Vec<&Module> = modules.keys().collect();
    let mut cycles: Vec<Vec<Module>> = tarjan_scc(&graph)
        .into_iter()
        .filter(|cycle| cycle.len() > 1)
        .map(|cycle| cycle.into_iter().map(|number| named[number].clone()).collect())
        .collect();
    cycles.sort_by_key(|cycle| std::cmp::Reverse(cycle.len()));
    cycles
}

fn sources(folder: &Path, at: &Module, found: &mut BTreeMap<Module, String>) {
    for entry in std::fs::read_dir(folder).expect("a folder of sources") {
        let path: PathBuf = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_str().expect("UTF-8").to_owned();
        let mut module = at.clone();
        if !matches!(name.as_str(), "lib" | "main") {
            module.push(name);
        }
        if path.is_dir() {
            sources(&path, &module, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.insert(module, std::fs::read_to_string(&path).expect("a source file"));
        }
    }
}

#[test]
fn no_crate_has_an_import_cycle_of_more_than_three_modules() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let crates = std::fs::read_dir(root.join("crates")).expect("the crates").map(|entry| entry.expect("an entry").path());
    let folders: Vec<PathBuf> =
        crates.filter(|path| path.is_dir()).map(|path| path.join("src")).chain([root.join("src")]).collect();
    assert!(folders.len() > 8, "{folders:?}");
    for folder in folders {
        let mut modules = BTreeMap::new();
        sources(&folder, &Module::new(), &mut modules);
        let large: Vec<_> = cycles(&modules).into_iter().filter(|cycle| cycle.len() > LIMIT).collect();
        assert!(large.is_empty(), "{}: {large:#?}", folder.display());
    }
}

#[test]
fn a_cycle_is_found_through_every_way_to_import() {
    let module = |name: &str, source: &str| (name.split("::").map(str::to_owned).collect::<Module>(), source.to_owned());
    let modules = BTreeMap::from([
        module("a", "use crate::{b::{self, Thing}, other};"),
        module("b", "pub use super::c as renamed;"),
        module("c", "fn f() -> crate::d::Item { crate::d::make() }"),
        module("d", "impl super::a::Trait for D {}"),
        module("other", "use std::fmt; mod tests { use crate::a; }"),
    ]);
    let found = cycles(&modules);
    assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [4], "{found:?}");
}
