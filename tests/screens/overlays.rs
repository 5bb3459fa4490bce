//! Rendered overlays: signs that are visible with colours, without colours and in ASCII, and untruncated lines.

use hoplight::app::Tone;
use hoplight::app::action::SelectAction;
use hoplight::app::overlay::kind::Overlay;
use hoplight::layout::Cell;
use hoplight::model::Element;
use hoplight::view::theme::{Palette, Theme};
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};

use crate::learner::{LARGE, Learner, SMALL, component};
use crate::{compare, drawn, text};

/// Returns a learner with an overlay turned on, three seconds after the start.
fn under(overlay: Overlay, size: (u16, u16)) -> Learner {
    let mut learner = Learner::exploring(size);
    let place = Overlay::ALL.iter().position(|other| *other == overlay).expect("a known overlay");
    learner.wait(30).press(&"v".repeat(place + 1));
    learner
}

/// Returns the canvas, the panel, the status line and the footer.
fn shown(learner: &Learner, theme: &Theme) -> String {
    let buffer = drawn(&learner.app, theme);
    let regions = &learner.stage().viewport.regions;
    let parts = [regions.canvas, regions.panel, regions.status, regions.footer];
    parts.into_iter().map(|part| text(&buffer, part)).collect::<Vec<_>>().join("---\n")
}

#[test]
fn every_overlay_on_a_small_and_on_a_large_screen() {
    for overlay in Overlay::ALL {
        let name = format!("{overlay:?}").to_lowercase();
        let small = shown(&under(overlay, SMALL), &Theme::new(Palette::Dark, false));
        compare(&format!("overlay_{name}_small"), &small);
        let ascii = shown(&under(overlay, LARGE), &Theme::new(Palette::NoColour, true));
        assert!(ascii.is_ascii());
        compare(&format!("overlay_{name}_large_ascii"), &ascii);
    }
}

/// Returns the canvas cells that show a sign in reverse video.
fn signs(learner: &Learner, buffer: &Buffer, symbol: &str) -> Vec<(Cell, Color)> {
    let canvas = learner.stage().viewport.regions.canvas;
    let cells = canvas.cells().map(|at| (at, &buffer[(at.x, at.y)]));
    let signs = cells.filter(|(_, cell)| cell.symbol() == symbol && cell.modifier.contains(Modifier::REVERSED));
    signs.map(|(at, cell)| (at, cell.fg)).collect()
}

#[test]
fn signs_stand_out_by_shape_and_by_weight_in_every_palette() {
    for overlay in Overlay::ALL {
        for size in [SMALL, LARGE] {
            let mut learner = under(overlay, size);
            // Pause, so that no packet covers a sign.
            learner.press(" ");
            for palette in Palette::ALL {
                for ascii in [false, true] {
                    let theme = Theme::new(palette, ascii);
                    let buffer = drawn(&learner.app, &theme);
                    for stamp in &learner.stage().panels.overlays.content().stamps {
                        let symbol = theme.shown(stamp.sign.symbol()).to_string();
                        let colour = theme.tone(stamp.tone).fg.unwrap_or(Color::Reset);
                        let found = signs(&learner, &buffer, &symbol);
                        assert!(found.iter().any(|(_, fg)| *fg == colour), "{overlay:?} {palette:?} {}", stamp.element);
                    }
                }
            }
        }
    }
}

#[test]
fn what_is_selected_keeps_its_sign() {
    let theme = Theme::new(Palette::NoColour, false);
    let mut learner = under(Overlay::SinglePoints, SMALL);
    learner.press(" ");
    let count = |learner: &Learner| signs(learner, &drawn(&learner.app, &theme), "!").len();
    let before = count(&learner);
    learner.app.act(SelectAction::Element(component("db-1")));
    assert_eq!(count(&learner), before - 1, "the pointer takes one of two");
    learner.app.act(SelectAction::Element(Element::Server(hoplight::model::ServerId::new("server-2"))));
    assert_eq!(count(&learner), before, "a box has room for both");
    learner.app.act(SelectAction::Element(component("fw-2")));
    assert_eq!(count(&learner), before, "a firewall has room for both");
}

#[test]
fn tones_of_signs_say_how_bad_it_is() {
    let learner = under(Overlay::ReadableHops, LARGE);
    let theme = Theme::default();
    let buffer = drawn(&learner.app, &theme);
    let infra = learner.stage().infra();
    let sign = |from: &str, to: &str| {
        let link = infra.link_between(from, to).expect("a link");
        let at = learner.stage().viewport.layout.route(link).expect("a route").anchor;
        let canvas = learner.stage().viewport.regions.canvas;
        let cell = &buffer[(canvas.x + at.x, canvas.y + at.y)];
        (cell.symbol().to_owned(), Some(cell.fg))
    };
    assert_eq!(sign("lb-1", "web-1"), ("!".to_owned(), theme.tone(Tone::Plain).fg));
    assert_eq!(sign("web-1", "app-1"), ("i".to_owned(), theme.tone(Tone::Warn).fg));
    assert_ne!(theme.tone(Tone::Plain).fg, theme.tone(Tone::Warn).fg);
}
