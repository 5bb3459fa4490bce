//! The content of an overlay: stamps on elements, a status line, and remarks.

use hoplight_model::{Element, RequestKind};

use crate::tone::Tone;

/// The sign of a stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OverlaySign {
    /// A single point of failure, or a hop that is readable on the wire.
    Alone,
    /// Readable only inside a server.
    Inside,
    /// Runs the flawed version.
    Alike,
    /// Runs another version of the same software.
    Kin,
    /// Fails together with the lost element.
    Taken,
    /// Utilisation.
    Fill,
}

impl OverlaySign {
    /// All signs.
    pub const ALL: [Self; 6] = [Self::Alone, Self::Inside, Self::Alike, Self::Kin, Self::Taken, Self::Fill];

    /// Returns the character, one column wide.
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

/// A mark on an element of the diagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverlayStamp {
    /// The element.
    pub element: Element,
    /// The sign.
    pub sign: OverlaySign,
    /// The tone.
    pub tone: Tone,
    /// Texts for a box that has a free line, longest first; may be empty.
    pub words: Vec<String>,
}

/// A line of the overlay in the panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverlayRemark {
    /// The sign of the stamps it explains.
    pub sign: Option<OverlaySign>,
    /// The tone.
    pub tone: Tone,
    /// The text.
    pub text: String,
    /// The element that a click selects.
    pub about: Option<Element>,
}

/// The content of an overlay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OverlayContent {
    /// The stamps, at most one per element, sorted by element.
    pub stamps: Vec<OverlayStamp>,
    /// The tone of the status line.
    pub tone: Tone,
    /// Texts for the status line, longest first.
    pub line: Vec<String>,
    /// Lines for the panel.
    pub remarks: Vec<OverlayRemark>,
}

impl OverlayContent {
    pub(super) fn stamp(&mut self, element: Element, sign: OverlaySign, tone: Tone, words: Vec<String>) {
        self.stamps.push(OverlayStamp { element, sign, tone, words });
    }

    pub(super) fn say(&mut self, tone: Tone, line: Vec<String>) {
        (self.tone, self.line) = (tone, line);
    }

    pub(super) fn remark(&mut self, sign: Option<OverlaySign>, tone: Tone, text: impl Into<String>, about: Option<Element>) {
        self.remarks.push(OverlayRemark { sign, tone, text: text.into(), about });
    }
}

/// The inputs to the content other than the analysis results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OverlayQuery {
    pub(super) selected: Option<Element>,
    pub(super) kind: RequestKind,
    pub(super) choice: usize,
}

impl Default for OverlayQuery {
    fn default() -> Self {
        // Writes need the most components, so they have the most single points.
        Self { selected: None, kind: RequestKind::Write, choice: 0 }
    }
}
