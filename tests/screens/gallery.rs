//! Every screen at three sizes in every look: nothing is cut off, nothing moves, and what may not be told by colour alone is
//! told by text.
//!
//! A snapshot has the text in Unicode and in ASCII, which hold for all colours, and for each look a number that stands for the
//! style of every cell. The pictures of the same screens are kept in `assets/pictures/gallery`.

#[path = "gallery/pictures.rs"]
mod pictures;
#[path = "gallery/screens.rs"]
mod screens;

use hoplight::layout::Area;
use hoplight::view::theme::{Palette, Theme};
use ratatui::buffer::Buffer;

use crate::{compare, drawn, text};
use screens::{SCREENS, Screen};

/// A number for the styles of all cells (FNV-1a).
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
    for Screen { name, learner, .. } in SCREENS.iter() {
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
        let all = format!("{}\n=== ascii ===\n{}\n=== looks ===\n{}", whole(&plain), whole(&ascii), looks.concat());
        let (columns, rows) = learner.app.size();
        compare(&format!("gallery_{name}_{columns}x{rows}"), &all);
    }
}
