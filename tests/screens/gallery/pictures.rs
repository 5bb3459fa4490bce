//! The gallery's screens as pictures, which are kept with the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use hoplight::view::picture::{Paper, svg};
use hoplight::view::theme::{Palette, Theme};

use super::screens::{SCREENS, Screen};
use crate::drawn;
use crate::kept::{assert_files, assert_folders, root};

/// The looks of the pictures: the name of the file's end, the name for people, colours, and whether it is in ASCII.
const LOOKS: [(&str, &str, Palette, bool); 4] = [
    ("dark", "dark", Palette::Dark, false),
    ("light", "light", Palette::Light, false),
    ("ascii", "ASCII", Palette::Dark, true),
    ("none", "no colour", Palette::NoColour, false),
];

/// What the README of the gallery begins with.
const HEAD: &str = "# All screens

Every screen at three sizes, in dark, light, ASCII and without colours. A test makes these pictures and fails when one of them is
not what the screen shows now; `INSTA_UPDATE=always cargo test --test screens` makes them anew.
";

#[test]
fn the_pictures_of_all_screens_are_what_they_show_now() {
    let folder = root().join("assets/pictures/gallery");
    let mut pages: BTreeMap<&str, (usize, &str, BTreeMap<String, String>)> = BTreeMap::new();
    for (place, Screen { name, title, learner }) in SCREENS.iter().enumerate() {
        let (columns, rows) = learner.app.size();
        let (_, _, pictures) = pages.entry(name).or_insert_with(|| (place, title, BTreeMap::new()));
        for (end, look, palette, ascii) in LOOKS {
            let buffer = drawn(&learner.app, &Theme::new(palette, ascii));
            let described = format!("hoplight: {title}; {columns}x{rows}, {look}");
            pictures.insert(format!("{columns}x{rows}-{end}.svg"), svg(&buffer, Paper::of(palette), &described));
        }
    }
    let mut sections: Vec<(usize, String)> = Vec::new();
    for (name, (place, title, pictures)) in &pages {
        assert_files(&folder.join(name), pictures);
        sections.push((*place, section(name, title, pictures)));
    }
    sections.sort();
    let text = sections.into_iter().fold(HEAD.to_owned(), |text, (_, section)| text + &section);
    assert_files(&folder, &BTreeMap::from([("README.md".to_owned(), text)]));
    assert_folders(&folder, &pages.keys().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>());
    let readme = std::fs::read_to_string(root().join("README.md")).expect("a README");
    assert!(readme.contains("](assets/pictures/gallery/README.md)"), "the README leads to the gallery");
}

/// A screen's part of the gallery's README: the middle size as pictures, the others as links.
fn section(name: &str, title: &str, pictures: &BTreeMap<String, String>) -> String {
    let mut sizes: Vec<&str> = pictures.keys().filter_map(|file| file.strip_suffix("-dark.svg")).collect();
    sizes.sort_by_key(|size| size.len());
    sizes.sort_by_key(|size| *size != "120x40");
    let mut text = format!("\n## {title}\n\n");
    let heads = LOOKS.map(|(_, look, ..)| look).join(" | ");
    let _ = write!(text, "| {heads} |\n|{}\n", "---|".repeat(LOOKS.len()));
    for (row, size) in sizes.into_iter().enumerate() {
        let cell = |(end, look, ..): (&str, &str, Palette, bool)| {
            let (file, shown) = (format!("{name}/{size}-{end}.svg"), size.replace('x', "×"));
            if row == 0 { format!("[![{shown}, {look}]({file})]({file})") } else { format!("[{shown}]({file})") }
        };
        let _ = writeln!(text, "| {} |", LOOKS.map(cell).join(" | "));
    }
    text
}
