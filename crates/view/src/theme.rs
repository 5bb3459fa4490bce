//! All colours and glyphs of the screen, in one place.
//!
//! Drawing code refers to roles, never to colours, so every screen also works without colours, without Unicode, and for
//! colour-blind readers.

mod glyphs;
mod palette;

use ratatui::style::{Color, Modifier, Style};

use hoplight_app::Tone;
use hoplight_app::look::Look;
use hoplight_model::{Cipher, Medium, Protocol};

pub use glyphs::{Glyphs, LineGlyphs};
pub use hoplight_app::look::Palette;

/// Styles and glyphs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    /// The palette of the colours.
    pub palette: Palette,
    /// The characters.
    pub glyphs: Glyphs,
    /// Default foreground and background; `None` leaves them to the terminal.
    pub ground: Option<(Color, Color)>,
    /// Ordinary text.
    pub text: Style,
    /// Less important text.
    pub dim: Style,
    /// Names of elements, and titles.
    pub name: Style,
    /// Keys and hints.
    pub accent: Style,
    /// Borders of boxes.
    pub border: Style,
    /// Firewalls.
    pub wall: Style,
    /// Healthy.
    pub good: Style,
    /// Near a limit.
    pub warn: Style,
    /// Failed, down or dangerous.
    pub bad: Style,
    /// Encrypted lines.
    pub tls: Style,
    /// Readable lines on the network, and what is sent in the clear.
    pub plain: Style,
    /// An element that is off, and work that nobody waits for.
    pub off: Style,
    /// Lines inside a server.
    pub loopback: Style,
    /// DNS queries.
    pub dns: Style,
    /// Monitoring traffic.
    pub metrics: Style,
    /// Requests for static pages.
    pub static_page: Style,
    /// Requests that read.
    pub read: Style,
    /// Requests that write.
    pub write: Style,
    /// Replication traffic.
    pub replication: Style,
    /// A secret sent in the clear.
    pub secret: Style,
    /// Elements that a lesson points at.
    pub focus: Style,
    /// Added to the style of a selected element.
    pub selected: Style,
}

/// The line style of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LinkStyle {
    /// Between servers, encrypted.
    Tls,
    /// Between servers, readable.
    Plain,
    /// Inside one server.
    Loopback,
    /// DNS queries.
    Dns,
    /// Monitoring and VRRP.
    Metrics,
    /// Between programs, while a question asks whether it is encrypted.
    Untold,
}

impl LinkStyle {
    /// Returns the line style of a hop.
    pub const fn of(protocol: Protocol, cipher: Cipher, medium: Medium) -> Self {
        match (protocol, medium, cipher) {
            (Protocol::Dns, ..) => Self::Dns,
            (Protocol::Metrics | Protocol::Vrrp, ..) => Self::Metrics,
            (_, _, Cipher::Tls | Cipher::TlsThrough) => Self::Tls,
            (_, Medium::Loopback, Cipher::Plaintext) => Self::Loopback,
            (_, Medium::Wire, Cipher::Plaintext) => Self::Plain,
        }
    }
}

impl Theme {
    /// Creates the theme for a look.
    pub fn of(look: Look) -> Self {
        let theme = Self::new(look.palette, look.is_ascii());
        if look.console && !look.is_ascii() { Self { glyphs: Glyphs::console(), ..theme } } else { theme }
    }

    /// Creates a theme with this palette, in ASCII if `ascii` is set.
    pub fn new(palette: Palette, ascii: bool) -> Self {
        let colours = palette::colours(palette);
        // For high contrast, everything meaningful is bold.
        let heavy = palette == Palette::HighContrast;
        let weight = if heavy { Modifier::BOLD } else { Modifier::empty() };
        let plain = |colour: Option<Color>| Style { fg: colour, ..Style::new() };
        let fg = |colour: Option<Color>| plain(colour).add_modifier(weight);
        let monochrome = palette == Palette::NoColour;
        let dim = if monochrome { Style::new().add_modifier(Modifier::DIM) } else { plain(colours.dim) };
        Self {
            palette,
            glyphs: if ascii { Glyphs::ascii() } else { Glyphs::unicode() },
            ground: match palette {
                Palette::HighContrast => Some((Color::Indexed(231), Color::Indexed(16))),
                // Dark text would be illegible on the background of a dark terminal.
                Palette::Light => Some((Color::Indexed(235), Color::Indexed(231))),
                _ => None,
            },
            text: plain(colours.text),
            dim,
            name: fg(colours.text).add_modifier(Modifier::BOLD),
            accent: fg(colours.accent),
            border: fg(colours.border),
            wall: fg(colours.wall),
            off: if monochrome { Style::new().add_modifier(Modifier::DIM) } else { dim },
            good: fg(colours.good),
            warn: fg(colours.warn),
            bad: fg(colours.bad).add_modifier(Modifier::BOLD),
            tls: fg(colours.tls),
            plain: fg(colours.plain),
            loopback: dim,
            dns: fg(colours.dns),
            metrics: dim,
            static_page: fg(colours.static_page).add_modifier(Modifier::BOLD),
            read: fg(colours.read).add_modifier(Modifier::BOLD),
            write: fg(colours.write).add_modifier(Modifier::BOLD),
            replication: fg(colours.replication),
            secret: fg(colours.plain).add_modifier(Modifier::BOLD | Modifier::REVERSED),
            focus: fg(colours.accent).add_modifier(Modifier::BOLD),
            selected: Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD),
        }
    }

    /// Returns the style of a link.
    pub const fn link(&self, style: LinkStyle) -> Style {
        match style {
            LinkStyle::Tls => self.tls,
            LinkStyle::Plain => self.plain,
            LinkStyle::Loopback | LinkStyle::Untold => self.loopback,
            LinkStyle::Dns => self.dns,
            LinkStyle::Metrics => self.metrics,
        }
    }

    /// Returns the style of a tone.
    pub const fn tone(&self, tone: Tone) -> Style {
        match tone {
            Tone::Text => self.text,
            Tone::Dim => self.dim,
            Tone::Name => self.name,
            Tone::Accent => self.accent,
            Tone::Good => self.good,
            Tone::Warn => self.warn,
            Tone::Bad => self.bad,
            Tone::Plain => self.plain,
            Tone::Alarm => self.bad.add_modifier(Modifier::REVERSED),
            Tone::Secret => self.secret,
        }
    }

    /// Returns the style of a utilisation from 0 to 1.
    pub fn load(&self, utilisation: f64) -> Style {
        if utilisation >= 0.9 {
            self.warn.add_modifier(Modifier::BOLD)
        } else if utilisation >= 0.7 {
            self.warn
        } else {
            self.good
        }
    }

    /// Returns `c`, or its replacement if this theme is limited to ASCII.
    pub fn shown(&self, c: char) -> char {
        if self.glyphs.ascii || (self.glyphs.console && !glyphs::is_on_consoles(c)) { glyphs::to_ascii(c) } else { c }
    }

    /// Like [`shown`](Self::shown), for a text.
    pub fn shown_text(&self, text: &str) -> String {
        text.chars().map(|c| self.shown(c)).collect()
    }
}

impl Default for Theme {
    fn default() -> Self {
        Self::new(Palette::default(), false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_palette_without_colours_has_none() {
        for palette in Palette::ALL {
            let theme = Theme::new(palette, false);
            let styles = [theme.text, theme.border, theme.tls, theme.plain, theme.bad, theme.focus, theme.dns, theme.load(0.95)];
            let coloured = styles.iter().any(|style| style.fg.is_some() || style.bg.is_some());
            assert_eq!(coloured, palette != Palette::NoColour, "{palette:?}");
        }
    }

    /// Returns the contrast ratio from 1 to 21 (WCAG 2.2).
    fn contrast(a: Color, b: Color) -> f64 {
        let brightness = |colour: Color| {
            let rgb = crate::picture::colour::rgb(colour).unwrap_or_default().to_be_bytes();
            let part = |byte: u8| {
                let part = f64::from(byte) / 255.0;
                if part <= 0.04045 { part / 12.92 } else { libm::pow((part + 0.055) / 1.055, 2.4) }
            };
            0.2126 * part(rgb[1]) + 0.7152 * part(rgb[2]) + 0.0722 * part(rgb[3]) + 0.05
        };
        let (a, b) = (brightness(a), brightness(b));
        a.max(b) / a.min(b)
    }

    #[test]
    fn every_colour_stands_out_from_its_ground() {
        assert!((contrast(Color::Indexed(231), Color::Indexed(16)) - 21.0).abs() < 1e-9);
        for (palette, text, signs) in [
            (Palette::HighContrast, 7.0, 7.0),
            (Palette::Dark, 4.5, 3.0),
            (Palette::ColourBlind, 4.5, 3.0),
            (Palette::Light, 4.5, 3.0),
        ] {
            let theme = Theme::new(palette, false);
            let usual = if palette == Palette::Light { Color::Indexed(231) } else { Color::Indexed(16) };
            let ground = theme.ground.map_or(usual, |(_, ground)| ground);
            let styles = [
                theme.text,
                theme.dim,
                theme.accent,
                theme.good,
                theme.warn,
                theme.bad,
                theme.tls,
                theme.plain,
                theme.dns,
                theme.static_page,
                theme.read,
                theme.write,
                theme.replication,
                theme.wall,
            ];
            for (number, style) in styles.iter().enumerate() {
                let found = contrast(style.fg.expect("a colour"), ground);
                assert!(found >= text, "{palette:?} {number}: {found:.1}");
            }
            assert!(contrast(theme.border.fg.expect("a colour"), ground) >= signs, "{palette:?}");
        }
    }

    #[test]
    fn what_anyone_may_read_never_looks_like_tls() {
        for palette in Palette::ALL.into_iter().filter(|palette| *palette != Palette::NoColour) {
            let theme = Theme::new(palette, false);
            assert_ne!(theme.link(LinkStyle::Plain).fg, theme.link(LinkStyle::Tls).fg, "{palette:?}");
        }
        for glyphs in [Glyphs::unicode(), Glyphs::ascii()] {
            assert_ne!(glyphs.link(LinkStyle::Plain).horizontal, glyphs.link(LinkStyle::Tls).horizontal);
            assert_ne!(glyphs.link(LinkStyle::Plain).vertical, glyphs.link(LinkStyle::Tls).vertical);
        }
    }
}
