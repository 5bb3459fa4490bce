//! Colours, the theme without colours, and ASCII drawing.

use std::sync::LazyLock;

use hoplight::app::{help, sheet};
use hoplight::view::theme::{Palette, Theme};
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier, Style};

use crate::learner::{LARGE, Learner, SMALL, component, hop, server};
use crate::{assert_printable, drawn};

/// Returns the cells of the first occurrence of `text` on the screen.
fn cells<'a>(buffer: &'a Buffer, text: &str) -> &'a [Cell] {
    let width = usize::from(buffer.area.width);
    for row in buffer.content.chunks(width) {
        let symbols: Vec<&str> = row.iter().map(Cell::symbol).collect();
        let wanted: Vec<String> = text.chars().map(String::from).collect();
        if let Some(at) = symbols.windows(wanted.len()).position(|window| window == wanted) {
            return &row[at..at + wanted.len()];
        }
    }
    panic!("no {text:?} on the screen")
}

/// Whether all of these cells have the style's colour and modifiers.
fn have(cells: &[Cell], style: Style) -> bool {
    cells.iter().all(|cell| cell.fg == style.fg.unwrap_or(Color::Reset) && cell.modifier.contains(style.add_modifier))
}

/// A learner on every kind of screen, shared by the tests.
static EVERY_SCREEN: LazyLock<Vec<(&'static str, Learner)>> = LazyLock::new(every_screen);

fn every_screen() -> Vec<(&'static str, Learner)> {
    let mut all = Vec::new();
    for size in [SMALL, LARGE] {
        all.push(("course map", Learner::new(size)));
        let mut help = Learner::in_small_lesson(size);
        help.press("?");
        all.push(("help", help));
        let mut palette = Learner::exploring(size);
        palette.press(":");
        all.push(("palette", palette));
        let mut glossary = Learner::in_lesson("where-tls-ends", size);
        glossary.press("g");
        all.push(("glossary", glossary));
        let mut compare = Learner::exploring(size);
        compare.wait(10).press("C");
        all.push(("what to compare with", compare));
        let mut compare = Learner::exploring(size);
        compare.wait(10).press("Cscaled<Enter>").wait(10);
        all.push(("comparison", compare));
        for step in 0..12 {
            let mut lesson = Learner::in_small_lesson(size);
            lesson.press(&"n".repeat(step)).press("h1").wait(20);
            all.push(("lesson", lesson));
        }
        for number in 0..5 {
            let mut lesson = Learner::new(size);
            lesson.press(&"j".repeat(number)).press("<Enter>").wait(10);
            all.push(("shipped lesson", lesson));
        }
        let elements = Learner::exploring(size).stage().viewport.layout.order().to_vec();
        // The text of panels does not depend on the size, so a few elements suffice on the small screen.
        for element in elements.into_iter().step_by(if size == LARGE { 1 } else { 7 }) {
            let mut explore = Learner::exploring(size);
            explore.wait(10).press("v").select(&element).press("x").wait(12);
            all.push(("explore", explore));
        }
        let mut trace = Learner::exploring(size);
        trace.press("pr").wait(80).press(" ");
        all.push(("trace", trace));
    }
    all.push(("too small", Learner::new((60, 20))));
    all
}

#[test]
fn the_theme_without_colours_has_none() {
    for ascii in [false, true] {
        let theme = Theme::new(Palette::NoColour, ascii);
        for (name, learner) in EVERY_SCREEN.iter() {
            let buffer = drawn(&learner.app, &theme);
            assert!(buffer.content.iter().all(|cell| (cell.fg, cell.bg) == (Color::Reset, Color::Reset)), "{name}");
        }
    }
    let coloured = drawn(&Learner::new(SMALL).app, &Theme::default());
    assert!(coloured.content.iter().any(|cell| cell.fg != Color::Reset), "with colours there are some");
}

#[test]
fn in_ascii_only_seven_bit_characters_are_shown() {
    for (name, learner) in EVERY_SCREEN.iter() {
        let buffer = drawn(&learner.app, &Theme::new(Palette::Dark, true));
        for cell in &buffer.content {
            let symbol = cell.symbol();
            assert!(symbol.len() == 1 && (' '..='~').contains(&char::from(symbol.as_bytes()[0])), "{name}: {symbol:?}");
        }
    }
}

#[test]
fn in_ascii_none_of_our_text_becomes_a_question_mark() {
    for (name, learner) in EVERY_SCREEN.iter() {
        let unicode = drawn(&learner.app, &Theme::new(Palette::NoColour, false));
        let ascii = drawn(&learner.app, &Theme::new(Palette::NoColour, true));
        for (before, after) in unicode.content.iter().zip(&ascii.content) {
            assert!(after.symbol() != "?" || before.symbol() == "?", "{name}: {:?} is lost", before.symbol());
        }
    }
}

#[test]
fn the_legend_shows_the_signs_that_the_canvas_is_drawn_with() {
    for ascii in [false, true] {
        let theme = Theme::new(Palette::NoColour, ascii);
        let mut learner = Learner::exploring((120, 100));
        learner.press("?");
        let buffer = drawn(&learner.app, &theme);
        let glyphs = &theme.glyphs;
        let pairs = [glyphs.static_page, glyphs.read, glyphs.write].map(|[on, back]| format!("{on}{back}"));
        for sign in [pairs.join(" "), format!("{} {}", glyphs.wall, glyphs.failed)] {
            assert_eq!(cells(&buffer, &sign).len(), sign.chars().count(), "{sign}");
        }
    }
}

#[test]
fn every_screen_is_printable_in_every_palette() {
    for (_, learner) in EVERY_SCREEN.iter() {
        for palette in Palette::ALL {
            assert_printable(&drawn(&learner.app, &Theme::new(palette, false)));
        }
    }
}

#[test]
fn a_readable_password_is_shown_as_a_secret_and_an_encrypted_one_is_not_shown() {
    for palette in Palette::ALL {
        let theme = Theme::new(palette, false);
        let mut learner = Learner::exploring(LARGE);
        learner.select(&hop("lb-1", "web-1"));
        let buffer = drawn(&learner.app, &theme);
        let label = cells(&buffer, "password=");
        assert!(have(label, theme.secret) && label[0].modifier.contains(Modifier::REVERSED), "{palette:?}: {label:?}");
        assert!(have(cells(&buffer, "plaintext on the wire"), theme.bad), "{palette:?}");
        learner.press("t<Tab><BackTab>");
        let buffer = drawn(&learner.app, &theme);
        assert!(have(cells(&buffer, "TLS between these two"), theme.good), "{palette:?}");
        let text = crate::text(&buffer, learner.stage().viewport.regions.panel);
        assert!(!text.contains("password"), "{palette:?}: {text}");
    }
}

#[test]
fn stale_numbers_are_bad_and_say_so() {
    let theme = Theme::default();
    let mut learner = Learner::exploring(LARGE);
    learner.wait(40);
    let fresh = drawn(&learner.app, &theme);
    assert!(!crate::text(&fresh, learner.stage().viewport.regions.gauges).contains("STALE"));
    learner.select(&component("agent-2")).press("x").wait(80);
    let buffer = drawn(&learner.app, &theme);
    assert!(have(cells(&buffer, "STALE"), theme.bad));
    assert_ne!(theme.bad.fg, theme.text.fg);
}

#[test]
fn errors_and_exposure_change_their_colour_in_the_status() {
    let theme = Theme::default();
    let mut learner = Learner::exploring(LARGE);
    learner.wait(40);
    let buffer = drawn(&learner.app, &theme);
    assert!(have(cells(&buffer, "✓ 0 %"), theme.good) && have(cells(&buffer, "6 exposed"), theme.plain));
    assert_ne!(theme.plain.fg, theme.bad.fg, "red is for what is broken");
    learner.select(&server("server-1")).press("x").wait(150).press("<Tab>");
    let buffer = drawn(&learner.app, &theme);
    assert!(have(cells(&buffer, "✗ 100 %"), theme.bad) && have(cells(&buffer, "✗ site down"), theme.bad));
}

#[test]
fn plaintext_and_tls_differ_in_shape_and_in_colour_on_the_canvas() {
    let theme = Theme::default();
    let mut learner = Learner::exploring(LARGE);
    let canvas = learner.stage().viewport.regions.canvas;
    let line = |learner: &Learner, from: &str, to: &str| {
        let link = learner.stage().infra().link_between(from, to).expect("a link");
        let route = learner.stage().viewport.layout.route(link).expect("a route");
        let buffer = drawn(&learner.app, &theme);
        // The last cell is the arrowhead.
        let cells = route.cells.iter().map(|cell| buffer[(canvas.x + cell.x, canvas.y + cell.y)].clone());
        cells.collect::<Vec<_>>()
    };
    let styles = |cells: &[Cell]| -> Vec<Color> { cells.iter().map(|cell| cell.fg).collect() };
    let tls = line(&learner, "browser", "lb-1");
    let plain = line(&learner, "lb-1", "web-1");
    assert!(styles(&tls).contains(&theme.tls.fg.expect("a colour")), "{tls:?}");
    assert!(!styles(&tls).contains(&theme.plain.fg.expect("a colour")));
    assert!(styles(&plain).contains(&theme.plain.fg.expect("a colour")), "{plain:?}");
    learner.press("t<Tab>");
    let again = line(&learner, "lb-1", "web-1");
    assert!(styles(&again).contains(&theme.tls.fg.expect("a colour")), "{again:?}");
}

#[test]
fn behind_a_window_everything_is_dim_or_hidden_and_the_footer_is_empty() {
    for keys in ["X", "g", ":", "?"] {
        for (size, gone) in [(SMALL, true), (LARGE, true), ((200, 60), false)] {
            let mut learner = Learner::exploring(size);
            learner.wait(10).press(keys);
            let theme = Theme::default();
            let buffer = drawn(&learner.app, &theme);
            let frame = hoplight::app::window::area(&learner.app).map_or_else(
                || {
                    let lines = help::lines(&learner.app, sheet::text_width(size.0), |_| String::new());
                    sheet::area(size.0, size.1, lines.len())
                },
                |parts| parts.outer,
            );
            let behind = |x: u16, y: u16| {
                let beside = x < frame.x || x >= frame.x + frame.width;
                y > 0 && (beside || y < frame.y || y >= frame.y + frame.height)
            };
            let cells = (0..size.1).flat_map(|y| (0..size.0).map(move |x| (x, y)));
            for at in cells.filter(|(x, y)| behind(*x, *y)) {
                let cell = &buffer[at];
                let is_dim = Some(cell.fg) == theme.dim.fg && cell.modifier.is_empty();
                assert!(cell.symbol() == " " || (is_dim && !gone), "{keys} {size:?} {at:?}: {cell:?}");
                assert!(at.1 + 1 < size.1 || cell.symbol() == " ", "{keys} {size:?}: the footer");
            }
        }
    }
}
