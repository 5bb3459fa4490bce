//! Generated files that are checked in: a test fails if one is out of date.
//!
//! `INSTA_UPDATE=always` updates them, as it does snapshots, and removes obsolete ones.

#![allow(dead_code, reason = "every test binary uses a different part")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Maximum number of lines that a failed comparison shows.
const MOST_SHOWN: usize = 60;

/// The root of the source tree.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Asserts that a folder contains exactly these files, ignoring subfolders.
pub(crate) fn assert_files(folder: &Path, made: &BTreeMap<String, String>) {
    if is_update() {
        std::fs::create_dir_all(folder).expect("a folder");
    }
    for (name, text) in made {
        let file = folder.join(name);
        let is_kept = || std::fs::read_to_string(&file).is_ok_and(|kept| kept == *text);
        if !is_kept() && is_update() {
            std::fs::write(&file, text).expect("a file");
        }
        // The files are too long to print the difference.
        assert!(is_kept(), "{} is out of date: run `INSTA_UPDATE=always cargo test` and review the difference", file.display());
    }
    for name in names(folder).into_iter().filter(|name| !made.contains_key(name)) {
        let file = folder.join(name);
        assert!(is_update(), "{} is obsolete: `INSTA_UPDATE=always cargo test` removes it", file.display());
        std::fs::remove_file(file).expect("removed");
    }
}

/// Asserts that the fenced block of a file that starts with `head` has this text.
pub(crate) fn assert_block(file: &Path, head: &str, text: &str) {
    let kept = std::fs::read_to_string(file).expect("a file");
    let (before, rest) = kept.split_once(&format!("```text\n{head}")).expect("the block");
    let (block, behind) = rest.split_once("\n```").expect("the block's end");
    if format!("{head}{block}\n") != text {
        assert!(is_update(), "{} is out of date: `INSTA_UPDATE=always cargo test` updates it", file.display());
        std::fs::write(file, format!("{before}```text\n{text}```{behind}")).expect("a file");
    }
}

fn is_update() -> bool {
    std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always")
}

/// The files in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("an entry"));
    let files = entries.filter(|entry| !entry.path().is_dir());
    files.map(|entry| entry.file_name().into_string().expect("a name in UTF-8")).collect()
}

/// Asserts that a file has this text. Reports the lines that differ.
pub(crate) fn assert_lines(file: &Path, text: &str) {
    let kept = std::fs::read_to_string(file).unwrap_or_default();
    if kept == text {
        return;
    }
    if is_update() {
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(file, text).expect("a file");
        return;
    }
    let differing = |these: &str, those: &str, sign: char| -> Vec<String> {
        let those: BTreeSet<&str> = those.lines().collect();
        these.lines().filter(|line| !those.contains(line)).map(|line| format!("\n{sign}{line}")).collect()
    };
    let (gone, new) = (differing(&kept, text, '-'), differing(text, &kept, '+'));
    let lines = [gone, new].concat();
    let shown = lines.iter().take(MOST_SHOWN).map(String::as_str).collect::<String>();
    panic!("{} differs in {} lines; `INSTA_UPDATE=always` updates it:{shown}", file.display(), lines.len());
}
