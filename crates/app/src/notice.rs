//! The notice: one line that says what happened, or why nothing did.

use crate::tone::Tone;

/// A line in the place of the status. It disappears with the next key or, while time runs, after a few seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What kind of news it is.
    pub tone: Tone,
    /// The line.
    pub text: String,
}

impl Notice {
    /// A notice of a tone.
    pub fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self { tone, text: text.into() }
    }

    /// A notice that is no more than information.
    pub fn dim(text: impl Into<String>) -> Self {
        Self::new(Tone::Dim, text)
    }
}
