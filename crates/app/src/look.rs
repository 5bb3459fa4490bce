//! How the screen is to look: which set of colours, which characters. Words alone: the screen's layer knows the colours.

/// A set of colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Palette {
    /// For dark terminals.
    #[default]
    Dark,
    /// For light terminals.
    Light,
    /// Black ground, pure bright colours, heavier letters.
    HighContrast,
    /// Okabe and Ito's colours, which the common kinds of colour blindness tell apart, for dark terminals.
    ColourBlind,
    /// No colour: shapes, words and weights must do.
    NoColour,
}

impl Palette {
    /// All palettes, in the order in which a learner goes through them.
    pub const ALL: [Self; 5] = [Self::Dark, Self::Light, Self::HighContrast, Self::ColourBlind, Self::NoColour];

    /// The word for it, on the command line and in settings.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::HighContrast => "high-contrast",
            Self::ColourBlind => "colour-blind",
            Self::NoColour => "none",
        }
    }

    /// For whom it is.
    pub const fn brief(self) -> &'static str {
        match self {
            Self::Dark => "For dark terminals",
            Self::Light => "For light terminals",
            Self::HighContrast => "Pure bright colours on black, and heavier letters",
            Self::ColourBlind => "Colours that the common kinds of colour blindness tell apart",
            Self::NoColour => "No colours: shapes, words and weights",
        }
    }

    /// The palette of this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|palette| palette.word() == word)
    }

    /// The palette after this one, and after the last the first.
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

/// Colours and characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Which colours.
    pub palette: Palette,
    /// Whether to draw with ASCII characters only.
    pub ascii: bool,
    /// Whether the terminal shows nothing but ASCII, whatever is wanted.
    pub only_ascii: bool,
}

impl Look {
    /// Whether ASCII characters are drawn.
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
