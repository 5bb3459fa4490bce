//! Every screen at three sizes in every look: nothing is cut off, nothing moves, and what may not be told by colour alone is
//! told by text.
//!
//! A snapshot has the text in Unicode and in ASCII, which hold for all colours, and for each look a number that stands for the
//! style of every cell. `hoplight shot` makes pictures of the same screens.

use hoplight::app::look::Palette;
use hoplight::tui::theme::Theme;
use ratatui::buffer::Buffer;

use crate::learner::{Learner, SMALL, component, hop};
use crate::{compare, drawn, text};

const SIZES: [(u16, u16); 3] = [SMALL, (120, 40), (200, 60)];

/// What is pressed, after a few seconds of stage 2, for each screen.
fn screens(size: (u16, u16)) -> Vec<(&'static str, Learner)> {
    let exploring = || {
        let mut learner = Learner::exploring(size);
        learner.wait(40);
        learner
    };
    let pressing = |keys: &str, frames: usize| {
        let mut learner = exploring();
        learner.press(keys).wait(frames);
        learner
    };
    let mut tap = exploring();
    tap.select(&hop("lb-1", "web-1")).press("w").wait(20).press(" ");
    let mut failure = exploring();
    failure.select(&component("db-1")).press("x").wait(60).press(" ");
    let mut lesson = Learner::in_lesson("where-tls-ends", size);
    lesson.wait(20).press("n").wait(10);
    vec![
        ("course_map", Learner::new(size)),
        ("stage", pressing(" ", 0)),
        ("lesson", lesson),
        ("overlay", pressing("vv", 10)),
        ("packet", pressing("pr", 60)),
        ("wiretap", tap),
        ("failure", failure),
        ("monitor", pressing("m", 60)),
        ("comparison", pressing("Cre-enc<Enter>", 30)),
        ("faults", pressing("X", 0)),
        ("log", pressing("tx>L", 0)),
        ("jump", pressing("J3", 0)),
        ("glossary", pressing("gtls", 0)),
        ("palette", pressing(":kill", 0)),
        ("help", pressing("?", 0)),
    ]
}

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
    for size in SIZES {
        for (name, learner) in screens(size) {
            let whole = |buffer: &Buffer| {
                let all = hoplight::layout::Area::new(0, 0, buffer.area.width, buffer.area.height);
                text(buffer, all)
            };
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
            compare(&format!("gallery_{name}_{}x{}", size.0, size.1), &all);
        }
    }
}
