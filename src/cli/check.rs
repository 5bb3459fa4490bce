//! `hoplight check`: everything that is wrong with content, own or given.
//!
//! All files are looked at, whatever is wrong with some. Must not judge anything itself: reading and the content check do.

use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};

use crate::content::EMBEDDED;
use crate::lesson::{Library, check};

use super::commands::print;
use super::content::{Files, folders, told};

/// Checks what comes along, the user's folders, and the given files and folders. An error tells all that is wrong.
pub(super) fn check_content(folder: Option<&Path>, paths: &[PathBuf]) -> anyhow::Result<()> {
    let mut library = Library::new(EMBEDDED).map_err(|errors| told(&errors))?;
    let mut given = Files::default();
    paths.iter().for_each(|path| given.add(path));
    if !paths.is_empty() && given.is_empty() {
        bail!("no .ron file was found");
    }
    let (mut unread, mut mistakes) = (Vec::new(), Vec::new());
    for files in folders(folder)?.into_iter().chain([given]) {
        unread.extend(files.unread().iter().cloned());
        mistakes.extend(files.with_sources(|sources| library.extend_with_what_is_right(sources)));
    }
    mistakes.extend(check(&library));
    let all: Vec<String> = unread.into_iter().chain(mistakes.iter().map(ToString::to_string)).collect();
    match all.len() {
        0 => {
            let (lessons, scenarios) = (library.lessons().len(), library.scenarios().len());
            print(&format!("{lessons} lessons and {scenarios} infrastructures are fine; every solution was replayed.\n"))
        }
        1 => Err(anyhow!("{}", all.join("\n"))),
        count => Err(anyhow!("{count} mistakes\n{}", all.join("\n"))),
    }
}
