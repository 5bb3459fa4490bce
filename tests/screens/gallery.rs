//! Every screen at three sizes in every look: nothing is truncated or shifted, and nothing is conveyed by colour alone.
//!
//! A snapshot has the text in Unicode and in ASCII, which are the same for all palettes, and for each look a hash of the styles
//! of all cells. `cargo run --release --example gallery -- FOLDER` writes the same screens as pictures.

#[path = "gallery/screens.rs"]
mod screens;

use hoplight::layout::Area;
use hoplight::view::picture::{Paper, svg};
use hoplight::view::theme::{Palette, Theme};
use ratatui::buffer::Buffer;

use crate::svg::{CELL, characters, elements};
use crate::{compare, drawn, text};
use screens::{GalleryScreen, SCREENS};

/// Returns a hash of the styles of all cells (FNV-1a).
fn styles(buffer: &Buffer) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for cell in &buffer.content {
        for byte in format!("{:?}{:?}{:?}", cell.fg, cell.bg, cell.modifier).bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}

#[test]
fn every_screen_at_three_sizes_in_every_look() {
    for GalleryScreen { name, learner, .. } in SCREENS.iter() {
        let whole = |buffer: &Buffer| text(buffer, Area::new(0, 0, buffer.area.width, buffer.area.height));
        let plain = drawn(&learner.app, &Theme::new(Palette::NoColour, false));
        let ascii = drawn(&learner.app, &Theme::new(Palette::NoColour, true));
        let looks: Vec<String> = Palette::ALL
            .into_iter()
            .map(|palette| {
                let buffer = drawn(&learner.app, &Theme::new(palette, false));
                assert_eq!(whole(&buffer), whole(&plain), "{name} {palette:?}: the text does not depend on colours");
                format!("{}: {:016x}\n", palette.word(), styles(&buffer))
            })
            .collect();
        let [dark, dark_ascii] = [false, true].map(|ascii| drawn(&learner.app, &Theme::new(Palette::Dark, ascii)));
        assert_eq!(whole(&dark_ascii), whole(&ascii), "{name}, ASCII: the text does not depend on colours");
        assert_eq!(styles(&dark_ascii), styles(&dark), "{name}: ASCII changes no colour");
        let all = format!("{}\n=== ascii ===\n{}\n=== looks ===\n{}", whole(&plain), whole(&ascii), looks.concat());
        let (columns, rows) = learner.app.size();
        compare(&format!("gallery_{name}_{columns}x{rows}"), &all);
    }
}

#[test]
fn a_picture_of_every_screen_holds_its_characters() {
    for GalleryScreen { name, title, learner } in SCREENS.iter() {
        for ascii in [false, true] {
            let buffer = drawn(&learner.app, &Theme::new(Palette::Dark, ascii));
            let shown = text(&buffer, Area::new(0, 0, buffer.area.width, buffer.area.height));
            let picture = elements(&svg(&buffer, Paper::of(Palette::Dark), title));
            assert_eq!(picture[1].text, *title);
            let size = (buffer.area.width.into(), buffer.area.height.into());
            assert_eq!(characters(&picture, size, CELL), shown, "{name}, ASCII: {ascii}");
        }
    }
}
