//! The layers of the crate: no module names one that it must not know.
//!
//! ```text
//! main ─▶ cli ─▶ tui ─▶ app ─▶ { lesson, layout } ─▶ { analysis, sim } ─▶ model
//! ```
//!
//! The compiler puts no fence between the layers of a single crate; this test does, by reading the sources.

#[path = "layers/paths.rs"]
mod paths;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use paths::{Found, paths_of};

/// Which layers each layer may name, besides itself.
const MAY_SEE: [(&str, &[&str]); 11] = [
    ("lib", &[]),
    ("main", &["cli", "tui"]),
    ("cli", &["content", "tui", "app", "lesson", "layout", "analysis", "sim", "model"]),
    ("tui", &["app", "lesson", "layout", "analysis", "sim", "model"]),
    ("app", &["lesson", "layout", "analysis", "sim", "model"]),
    ("content", &["lesson"]),
    ("lesson", &["analysis", "sim", "model"]),
    ("layout", &["model"]),
    ("analysis", &["model"]),
    ("sim", &["model"]),
    ("model", &[]),
];

/// The layers that know no terminal, no clock, no file, no thread and no environment.
const CORE: [&str; 7] = ["app", "content", "lesson", "layout", "analysis", "sim", "model"];

/// What the core must not name: whole paths from their beginning.
const OUTSIDE: [&str; 11] = [
    "ratatui",
    "crossterm",
    "tokio",
    "std::fs",
    "std::io",
    "std::env",
    "std::net",
    "std::process",
    "std::thread",
    "rustix",
    "signal_hook",
];

/// What the core must not name, however it came into scope.
const CLOCKS: [&str; 2] = ["Instant", "SystemTime"];

/// Adds up too many states by drawing some of them, always the same.
const SAMPLES: &str = "analysis/availability/sampling.rs";
/// What nobody names: their order is random.
const RANDOM_ORDER: [&str; 3] = ["HashMap", "HashSet", "RandomState"];

/// What is wrong with one file, each with its line.
fn violations(file: &str, text: &str) -> Vec<String> {
    let modules: Vec<&str> = file.trim_end_matches(".rs").split('/').collect();
    let layer = modules.first().copied().unwrap_or_default();
    let found = paths_of(text);
    let mut wrong = Vec::new();
    let Some((_, may_see)) = MAY_SEE.iter().find(|(name, _)| *name == layer) else {
        return vec![format!("{file}:1: `{layer}` is no layer that this test knows")];
    };
    for Found { line, path, inside } in &found {
        let at = |index: usize| path.get(index).map_or("", String::as_str);
        let shown = path.join("::");
        let mut complain = |why: &str| wrong.push(format!("{file}:{line}: `{shown}`: {why}"));
        match at(0) {
            "crate" | "hoplight" if path.len() > 1 => {
                let seen = at(1);
                if seen != layer && !may_see.contains(&seen) {
                    complain(&format!("{layer} must not know {seen}"));
                }
                if layer == "content" && (seen, at(2)) != ("lesson", "Sources") {
                    complain("content knows `Sources` alone");
                }
            }
            "super" => {
                let up = path.iter().take_while(|part| *part == "super").count();
                // In `a/b/c.rs`, two steps lead to `a`, a third leads out of it.
                if up >= modules.len() + inside {
                    complain("leads out of its layer");
                }
            }
            "rand" if layer != "sim" && file != SAMPLES => complain("only sim knows chance"),
            _ => {}
        }
        if CORE.contains(&layer) {
            let is = |outside: &&&str| shown == **outside || shown.starts_with(&format!("{outside}::"));
            if let Some(outside) = OUTSIDE.iter().find(is) {
                complain(&format!("the core must not know {outside}"));
            }
            if path.iter().any(|part| CLOCKS.contains(&part.as_str())) {
                complain("the core must not know a clock");
            }
        }
        if path.iter().any(|part| RANDOM_ORDER.contains(&part.as_str())) {
            complain("its order is random");
        }
    }
    wrong
}

/// Every source file, by its path below `src`.
fn sources() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders: Vec<PathBuf> = vec![root.clone()];
    let mut files = BTreeMap::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).expect("below the root").to_str().expect("UTF-8").replace('\\', "/");
                files.insert(name, fs::read_to_string(&path).expect("UTF-8 text"));
            }
        }
    }
    files
}

#[test]
fn no_layer_names_one_that_it_must_not_know() {
    let sources = sources();
    let wrong: Vec<String> = sources.iter().flat_map(|(file, text)| violations(file, text)).collect();
    assert!(wrong.is_empty(), "{} against the arrows:\n{}", wrong.len(), wrong.join("\n"));
    // A reader that finds nothing would also find nothing wrong.
    for (layer, _) in MAY_SEE.iter().filter(|(layer, may_see)| *layer != "main" && !may_see.is_empty()) {
        let own = sources.iter().filter(|(file, _)| file.split(['/', '.']).next() == Some(layer));
        let named = own.flat_map(|(_, text)| paths_of(text)).filter(|found| found.path.first().is_some_and(|at| at == "crate"));
        assert!(named.count() > 0, "no path of {layer} was found");
    }
}

/// What is wrong with a made-up file, without the sentences' ends.
fn wrong(file: &str, text: &str) -> Vec<String> {
    violations(file, text).iter().map(|wrong| wrong.rsplit_once(": ").map_or(wrong.clone(), |(at, _)| at.to_owned())).collect()
}

#[test]
fn imports_against_the_arrow_are_caught_wherever_they_stand() {
    let bad = "//! use crate::tui;\n/* crate::cli */\nuse crate::{\n    model::{Element, text},\n    app::App,\n};\n\
               fn f() -> crate::lesson::Lesson { let _ = \"crate::tui\"; let _c = '\"'; crate::analysis::x() }\n\
               #[cfg(test)]\nmod tests { use super::*; use crate::layout::Layout; }\n";
    assert_eq!(
        wrong("sim/bad.rs", bad),
        [
            "sim/bad.rs:5: `crate::app::App`",
            "sim/bad.rs:7: `crate::lesson::Lesson`",
            "sim/bad.rs:7: `crate::analysis::x`",
            "sim/bad.rs:9: `crate::layout::Layout`",
        ]
    );
    assert_eq!(wrong("lesson.rs", "use crate::layout::Layout;"), ["lesson.rs:1: `crate::layout::Layout`"]);
    assert_eq!(wrong("app/x.rs", "use crate::{tui::theme, sim::{self, Note}};"), ["app/x.rs:1: `crate::tui::theme`"]);
    assert_eq!(wrong("content.rs", "use crate::lesson::{Sources, Library};"), ["content.rs:1: `crate::lesson::Library`"]);
    assert_eq!(wrong("news/x.rs", "").len(), 1, "a layer without a place in the table");
}

#[test]
fn the_outside_world_is_caught_in_the_core_only() {
    let bad =
        "use std::{fs, io::Write};\nuse std::time::{Duration, Instant};\nuse tokio::select;\nfn f() { std::env::var(\"x\"); }";
    let lines = |file: &str| wrong(file, bad).len();
    assert_eq!((lines("app/bad.rs"), lines("model/bad.rs")), (5, 5));
    assert_eq!(lines("tui/fine.rs"), 0);
    assert_eq!(wrong("tui/x.rs", "use rand::Rng;"), ["tui/x.rs:1: `rand::Rng`"]);
    assert_eq!(wrong("sim/x.rs", "use rand::Rng;"), [""; 0]);
    assert_eq!(wrong("cli.rs", "use std::collections::{BTreeMap, HashMap as Map};"), ["cli.rs:1: `std::collections::HashMap`"]);
}

#[test]
fn a_way_up_ends_at_the_layer() {
    assert_eq!(wrong("app/detail/component.rs", "use super::super::line::Line;"), [""; 0]);
    assert_eq!(wrong("app/line.rs", "mod tests { use super::super::x; }"), [""; 0]);
    assert_eq!(wrong("app/line.rs", "use super::super::tui;"), ["app/line.rs:1: `super::super::tui`"]);
    assert_eq!(wrong("app.rs", "use super::tui;"), ["app.rs:1: `super::tui`"]);
    assert_eq!(wrong("app.rs", "mod tests { fn f() {} }\nuse super::tui;"), ["app.rs:2: `super::tui`"]);
}
