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
use ratatui::style::{Color, Modifier};

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

/// Red, green and blue of a colour of the table of 256.
fn rgb(colour: Color) -> [f64; 3] {
    let Color::Indexed(index @ 16..) = colour else { panic!("{colour:?} depends on the terminal") };
    if index >= 232 {
        return [8.0 + 10.0 * f64::from(index - 232); 3];
    }
    let levels = [0.0, 95.0, 135.0, 175.0, 215.0, 255.0];
    [36, 6, 1].map(|step| levels[usize::from((index - 16) / step % 6)])
}

/// The contrast ratio from 1 to 21 (WCAG 2.2).
fn contrast(a: Color, b: Color) -> f64 {
    let luminance = |colour| {
        let linear = |part: f64| {
            let part = part / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = rgb(colour).map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05
    };
    let (a, b) = (luminance(a), luminance(b));
    a.max(b) / a.min(b)
}

#[test]
fn every_text_is_legible_in_every_theme() {
    let black = (Color::Indexed(252), Color::Indexed(16));
    for palette in Palette::ALL.into_iter().filter(|palette| *palette != Palette::NoColour) {
        let theme = Theme::new(palette, false);
        let (letters, ground) = theme.ground.unwrap_or(black);
        let mut known = std::collections::BTreeMap::new();
        for GalleryScreen { name, learner, .. } in SCREENS.iter() {
            for cell in drawn(&learner.app, &theme).content.iter().filter(|cell| cell.symbol() != " ") {
                let of = |colour, usual| if colour == Color::Reset { usual } else { colour };
                let (front, back) = (of(cell.fg, letters), of(cell.bg, ground));
                assert!(!cell.modifier.contains(Modifier::DIM), "{palette:?} {name}: how dim it is depends on the terminal");
                let is_text = cell.symbol().chars().any(char::is_alphanumeric);
                let found = *known.entry(format!("{front:?}{back:?}")).or_insert_with(|| contrast(front, back));
                let least = if is_text { 4.5 } else { 3.0 };
                assert!(found >= least, "{palette:?} {name}: {:?} has {found:.1}", cell.symbol());
            }
        }
    }
}
