//! What an overlay shows: stamps on elements, one line, and remarks.

use hoplight_model::{Element, RequestKind};

use crate::tone::Tone;

/// What an overlay says of an element, as one character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OverlaySign {
    /// Alone a danger: a single point, or a hop that anyone on the wire reads.
    Alone,
    /// Readable, but only inside a server.
    Inside,
    /// Shares a flaw.
    Alike,
    /// Runs another version of the same program.
    Kin,
    /// Goes with what fails.
    Taken,
    /// Is so full.
    Fill,
}

impl OverlaySign {
    /// All.
    pub const ALL: [Self; 6] = [Self::Alone, Self::Inside, Self::Alike, Self::Kin, Self::Taken, Self::Fill];

    /// The character; one column wide.
    pub const fn symbol(self) -> char {
        match self {
            Self::Alone => '!',
            Self::Inside => 'i',
            Self::Alike => '=',
            Self::Kin => '~',
            Self::Taken => '×',
            Self::Fill => '%',
        }
    }
}

/// What is put on one element of the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The element.
    pub element: Element,
    /// The character.
    pub sign: OverlaySign,
    /// How it is meant.
    pub tone: Tone,
    /// Words for a box with room for a line, the fullest first; empty if there is nothing to say.
    pub words: Vec<String>,
}

/// One more line about what the overlay shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The sign of what it is about.
    pub sign: Option<OverlaySign>,
    /// How it is meant.
    pub tone: Tone,
    /// The sentence.
    pub text: String,
    /// What a click on it selects.
    pub about: Option<Element>,
}

/// An overlay, ready to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OverlayContent {
    /// The stamps, in the order of their elements, one for each.
    pub stamps: Vec<Stamp>,
    /// How the line is meant.
    pub tone: Tone,
    /// Wordings of the one line, the fullest first.
    pub line: Vec<String>,
    /// What else there is to say, for a panel.
    pub remarks: Vec<Remark>,
}

impl OverlayContent {
    pub(super) fn stamp(&mut self, element: Element, sign: OverlaySign, tone: Tone, words: Vec<String>) {
        self.stamps.push(Stamp { element, sign, tone, words });
    }

    pub(super) fn say(&mut self, tone: Tone, line: Vec<String>) {
        (self.tone, self.line) = (tone, line);
    }

    pub(super) fn remark(&mut self, sign: Option<OverlaySign>, tone: Tone, text: impl Into<String>, about: Option<Element>) {
        self.remarks.push(Remark { sign, tone, text: text.into(), about });
    }
}

/// What a view depends on, besides the answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OverlayQuery {
    pub(super) selected: Option<Element>,
    pub(super) kind: RequestKind,
    pub(super) choice: usize,
}

impl Default for OverlayQuery {
    fn default() -> Self {
        // Writes need the most, so they have the most single points.
        Self { selected: None, kind: RequestKind::Write, choice: 0 }
    }
}
