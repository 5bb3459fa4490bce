//! What an overlay shows: stamps on elements, one line, and remarks.

use hoplight_model::{Element, RequestKind};

use crate::tone::Tone;

/// The character of a stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OverlaySign {
    /// A danger of its own: a single point of failure, or a hop that is readable on the wire.
    Alone,
    /// Readable, but only inside a server.
    Inside,
    /// Shares the flaw.
    Alike,
    /// Runs another version of the same program.
    Kin,
    /// Fails with what is lost.
    Taken,
    /// Utilisation.
    Fill,
}

impl OverlaySign {
    /// All signs.
    pub const ALL: [Self; 6] = [Self::Alone, Self::Inside, Self::Alike, Self::Kin, Self::Taken, Self::Fill];

    /// The character, one column wide.
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

/// A mark on one element of the diagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverlayStamp {
    /// The element.
    pub element: Element,
    /// The character.
    pub sign: OverlaySign,
    /// The tone.
    pub tone: Tone,
    /// Wordings for a box with room for a line, the fullest first; empty if there is none.
    pub words: Vec<String>,
}

/// A line about the overlay in the panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The sign of the stamps that it explains.
    pub sign: Option<OverlaySign>,
    /// The tone.
    pub tone: Tone,
    /// The text.
    pub text: String,
    /// What a click on it selects.
    pub about: Option<Element>,
}

/// The content of an overlay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OverlayContent {
    /// The stamps, at most one per element, in the order of elements.
    pub stamps: Vec<OverlayStamp>,
    /// The tone of the line.
    pub tone: Tone,
    /// Wordings of the status line, the fullest first.
    pub line: Vec<String>,
    /// Lines for the panel.
    pub remarks: Vec<Remark>,
}

impl OverlayContent {
    pub(super) fn stamp(&mut self, element: Element, sign: OverlaySign, tone: Tone, words: Vec<String>) {
        self.stamps.push(OverlayStamp { element, sign, tone, words });
    }

    pub(super) fn say(&mut self, tone: Tone, line: Vec<String>) {
        (self.tone, self.line) = (tone, line);
    }

    pub(super) fn remark(&mut self, sign: Option<OverlaySign>, tone: Tone, text: impl Into<String>, about: Option<Element>) {
        self.remarks.push(Remark { sign, tone, text: text.into(), about });
    }
}

/// What the content depends on besides the answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OverlayQuery {
    pub(super) selected: Option<Element>,
    pub(super) kind: RequestKind,
    pub(super) choice: usize,
}

impl Default for OverlayQuery {
    fn default() -> Self {
        // Writes need the most parts, so they have the most single points.
        Self { selected: None, kind: RequestKind::Write, choice: 0 }
    }
}
