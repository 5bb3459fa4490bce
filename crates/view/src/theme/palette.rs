//! Colours by role, for dark and light terminals, for colour-blind readers, and for terminals without colours.
//!
//! Colours come from the 256-colour table, which nearly every terminal supports. The terminal keeps its own background
//! except with the high-contrast and light palettes.

use ratatui::style::Color;

use hoplight_app::look::Palette;

/// The colours of a palette; `None` is the terminal's default.
#[derive(Clone, Copy, Debug)]
pub(super) struct Colours {
    pub(super) text: Option<Color>,
    pub(super) dim: Option<Color>,
    pub(super) border: Option<Color>,
    pub(super) wall: Option<Color>,
    pub(super) accent: Option<Color>,
    pub(super) good: Option<Color>,
    pub(super) warn: Option<Color>,
    pub(super) bad: Option<Color>,
    pub(super) plain: Option<Color>,
    pub(super) tls: Option<Color>,
    pub(super) dns: Option<Color>,
    pub(super) static_page: Option<Color>,
    pub(super) read: Option<Color>,
    pub(super) write: Option<Color>,
    pub(super) replication: Option<Color>,
}

/// Returns the colours of a palette.
pub(super) const fn colours(palette: Palette) -> Colours {
    // text, dim, border, wall, accent, good, warn, bad, plain, tls, dns, static, read, write, replication
    match palette {
        Palette::Dark => table([252, 245, 243, 250, 221, 114, 223, 203, 208, 79, 110, 255, 117, 213, 141]),
        Palette::Light => table([235, 242, 245, 240, 94, 28, 58, 160, 130, 23, 25, 232, 26, 127, 91]),
        // At least 7:1 against black, the enhanced contrast of WCAG.
        Palette::HighContrast => table([231, 252, 231, 250, 226, 46, 222, 203, 208, 51, 117, 231, 123, 219, 183]),
        // Bluish green, sky blue, vermillion, orange, yellow, reddish purple.
        Palette::ColourBlind => table([252, 245, 243, 250, 227, 36, 223, 202, 172, 74, 110, 255, 74, 175, 175]),
        Palette::NoColour => Colours {
            text: None,
            dim: None,
            border: None,
            wall: None,
            accent: None,
            good: None,
            warn: None,
            bad: None,
            plain: None,
            tls: None,
            dns: None,
            static_page: None,
            read: None,
            write: None,
            replication: None,
        },
    }
}

/// Creates colours from 256-colour indices, in the order of the fields.
const fn table(numbers: [u8; 15]) -> Colours {
    let [text, dim, border, wall, accent, good, warn, bad, plain, tls, dns, static_page, read, write, replication] = numbers;
    Colours {
        text: Some(Color::Indexed(text)),
        dim: Some(Color::Indexed(dim)),
        border: Some(Color::Indexed(border)),
        wall: Some(Color::Indexed(wall)),
        accent: Some(Color::Indexed(accent)),
        good: Some(Color::Indexed(good)),
        warn: Some(Color::Indexed(warn)),
        bad: Some(Color::Indexed(bad)),
        plain: Some(Color::Indexed(plain)),
        tls: Some(Color::Indexed(tls)),
        dns: Some(Color::Indexed(dns)),
        static_page: Some(Color::Indexed(static_page)),
        read: Some(Color::Indexed(read)),
        write: Some(Color::Indexed(write)),
        replication: Some(Color::Indexed(replication)),
    }
}
