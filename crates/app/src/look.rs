//! The look of the screen: colour theme and character set, by name. The frame knows the colours.

/// A colour theme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Palette {
    /// For dark terminals.
    #[default]
    Dark,
    /// For light terminals.
    Light,
    /// Pure bright colours and heavier letters on black.
    HighContrast,
    /// For dark terminals, Okabe and Ito's colours, which are distinct under the common kinds of colour blindness.
    ColourBlind,
    /// No colours: only shapes, words and weights.
    NoColour,
}

impl Palette {
    /// All palettes, in the order of the key.
    pub const ALL: [Self; 5] = [Self::Dark, Self::Light, Self::HighContrast, Self::ColourBlind, Self::NoColour];

    /// Its name on the command line and in settings.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::HighContrast => "high-contrast",
            Self::ColourBlind => "colour-blind",
            Self::NoColour => "none",
        }
    }

    /// A short description.
    pub const fn brief(self) -> &'static str {
        match self {
            Self::Dark => "For dark terminals",
            Self::Light => "For light terminals",
            Self::HighContrast => "Pure bright colours on black, and heavier letters",
            Self::ColourBlind => "Colours that the common kinds of colour blindness tell apart",
            Self::NoColour => "No colours: shapes, words and weights",
        }
    }

    /// The palette of this name.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|palette| palette.word() == word)
    }

    /// The next palette; after the last, the first.
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

/// The colour theme and the character set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// The colour theme.
    pub palette: Palette,
    /// Whether to draw with ASCII characters only.
    pub ascii: bool,
    /// Whether the terminal can show only ASCII.
    pub only_ascii: bool,
}

impl Look {
    /// Whether only ASCII characters are drawn.
    pub const fn is_ascii(self) -> bool {
        self.ascii || self.only_ascii
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_palette_has_a_word_of_its_own_and_its_turn() {
        let mut at = Palette::default();
        for palette in Palette::ALL {
            assert_eq!((at, Palette::named(palette.word())), (palette, Some(palette)));
            at = at.next();
        }
        assert_eq!((at, Palette::named("pink")), (Palette::default(), None));
    }
}
