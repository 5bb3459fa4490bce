//! Writes every screen of the gallery as SVG pictures, in all looks and sizes, and a page that shows them:
//!
//! ```sh
//! cargo run --release --example gallery -- FOLDER
//! ```
//!
//! The screens are the ones that `tests/screens/gallery.rs` compares with snapshots.

#[path = "../tests/support/learner.rs"]
mod learner;
#[path = "../tests/screens/gallery/screens.rs"]
mod screens;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::{env, fs, io};

use anyhow::Context;
use hoplight::view::frame;
use hoplight::view::picture::{Paper, svg};
use hoplight::view::theme::{Palette, Theme};
use indexmap::IndexMap;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use screens::{GalleryScreen, SCREENS};

/// The looks of the pictures: file name suffix, display name, palette, and whether to use ASCII only.
const LOOKS: [(&str, &str, Palette, bool); 4] = [
    ("dark", "dark", Palette::Dark, false),
    ("light", "light", Palette::Light, false),
    ("ascii", "ASCII", Palette::Dark, true),
    ("none", "no colour", Palette::NoColour, false),
];

/// The size that the page shows as pictures; the others are links.
const SHOWN: (u16, u16) = (120, 40);

fn main() -> anyhow::Result<()> {
    let folder = env::args_os().nth(1).map(PathBuf::from).context("usage: cargo run --release --example gallery -- FOLDER")?;
    for GalleryScreen { name, title, learner } in SCREENS.iter() {
        fs::create_dir_all(folder.join(name))?;
        let size = learner.app.size();
        for (end, look, palette, ascii) in LOOKS {
            let area = Rect::new(0, 0, size.0, size.1);
            let mut frame = Buffer::empty(area);
            frame::render(&learner.app, &Theme::new(palette, ascii), area, &mut frame);
            let described = format!("hoplight: {title}; {}x{}, {look}", size.0, size.1);
            fs::write(folder.join(file(name, size, end)), svg(&frame, Paper::of(palette), &described))?;
        }
    }
    fs::write(folder.join("README.md"), page())?;
    writeln!(io::stdout(), "{} pictures in {}", SCREENS.len() * LOOKS.len(), folder.display())?;
    Ok(())
}

/// The path of a picture within the folder.
fn file(name: &str, (columns, rows): (u16, u16), end: &str) -> String {
    format!("{name}/{columns}x{rows}-{end}.svg")
}

/// A page with a section for each screen: one size as pictures, the others as links.
fn page() -> String {
    let mut text = "# All screens\n\nEvery screen at three sizes, in dark, light, ASCII and without colours.\n".to_owned();
    let mut screens: IndexMap<(&str, &str), Vec<(u16, u16)>> = IndexMap::new();
    for GalleryScreen { name, title, learner } in SCREENS.iter() {
        screens.entry((name, title)).or_default().push(learner.app.size());
    }
    for ((name, title), mut sizes) in screens {
        let heads = LOOKS.map(|(_, look, ..)| look).join(" | ");
        let _ = write!(text, "\n## {title}\n\n| {heads} |\n|{}\n", "---|".repeat(LOOKS.len()));
        sizes.sort_by_key(|size| *size != SHOWN);
        for (row, size) in sizes.into_iter().enumerate() {
            let cells = LOOKS.map(|(end, look, ..)| {
                let (file, shown) = (file(name, size, end), format!("{}×{}", size.0, size.1));
                if row == 0 { format!("[![{shown}, {look}]({file})]({file})") } else { format!("[{shown}]({file})") }
            });
            let _ = writeln!(text, "| {} |", cells.join(" | "));
        }
    }
    text
}
