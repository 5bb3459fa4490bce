//! Appearance settings: colour theme and character set. The `view` crate defines the actual colours.

/// A colour theme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Palette {
    /// For dark terminals.
    #[default]
    Dark,
    /// For light terminals.
    Light,
    /// Pure bright colours and bolder text on black.
    HighContrast,
    /// For dark terminals: the Okabe–Ito palette, which is distinguishable with the common kinds of colour blindness.
    ColourBlind,
    /// No colours: only shapes, words and bold or dim text.
    NoColour,
}

impl Palette {
    /// All palettes, in the order in which the key cycles through them.
    pub const ALL: [Self; 5] = [Self::Dark, Self::Light, Self::HighContrast, Self::ColourBlind, Self::NoColour];

    /// Returns the name on the command line and in settings.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::HighContrast => "high-contrast",
            Self::ColourBlind => "colour-blind",
            Self::NoColour => "none",
        }
    }

    /// Returns a short description.
    pub const fn brief(self) -> &'static str {
        match self {
            Self::Dark => "For dark terminals",
            Self::Light => "For light terminals",
            Self::HighContrast => "Pure bright colours on black, and heavier letters",
            Self::ColourBlind => "Colours that the common kinds of colour blindness tell apart",
            Self::NoColour => "No colours: shapes, words and weights",
        }
    }

    /// Returns the palette for a background in red, green and blue.
    pub fn for_background([red, green, blue]: [u8; 3]) -> Self {
        // Perceived brightness (ITU-R BT.601), in thousandths.
        let brightness = u32::from(red) * 299 + u32::from(green) * 587 + u32::from(blue) * 114;
        if brightness > 127_500 { Self::Light } else { Self::Dark }
    }

    /// Returns the palette for the variable `COLORFGBG`, such as `15;0`: its last part is the background's number among the
    /// terminal's 16 colours.
    pub fn for_colorfgbg(value: &str) -> Option<Self> {
        match value.rsplit(';').next()?.parse::<u8>().ok()? {
            7 | 9..=15 => Some(Self::Light),
            0..=6 | 8 => Some(Self::Dark),
            16.. => None,
        }
    }

    /// Returns the palette of this name.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|palette| palette.word() == word)
    }

    /// Returns the next palette, wrapping around.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Dark => Self::Light,
            Self::Light => Self::HighContrast,
            Self::HighContrast => Self::ColourBlind,
            Self::ColourBlind => Self::NoColour,
            Self::NoColour => Self::Dark,
        }
    }
}

/// Colour theme and character set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// The colour theme.
    pub palette: Palette,
    /// Whether the user chose ASCII-only drawing.
    pub ascii: bool,
    /// Whether the terminal supports only ASCII.
    pub only_ascii: bool,
    /// Whether the terminal's font has few signs, as on the Linux console.
    pub console: bool,
}

impl Look {
    /// Whether to draw only ASCII characters.
    pub const fn is_ascii(self) -> bool {
        self.ascii || self.only_ascii
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_palette_has_a_unique_name_and_the_key_reaches_it() {
        let mut at = Palette::default();
        for palette in Palette::ALL {
            assert_eq!((at, Palette::named(palette.word())), (palette, Some(palette)));
            at = at.next();
        }
        assert_eq!(Palette::for_background([255, 255, 221]), Palette::Light);
        assert_eq!(Palette::for_background([30, 30, 46]), Palette::Dark);
        let of = Palette::for_colorfgbg;
        assert_eq!(
            [of("15;0"), of("0;default;15"), of("0;7"), of("")],
            [Some(Palette::Dark), Some(Palette::Light), Some(Palette::Light), None]
        );
        assert_eq!((at, Palette::named("pink")), (Palette::default(), None));
    }
}
