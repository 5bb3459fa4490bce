//! The notice: a line that reports the result of an action, or why it had no effect.

use crate::tone::Tone;

/// A message in the status line. It disappears with the next key press or, unless paused, after a few seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The tone.
    pub tone: Tone,
    /// The text.
    pub text: String,
}

impl Notice {
    /// Creates a notice.
    pub fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self { tone, text: text.into() }
    }

    /// Creates an informational notice.
    pub fn dim(text: impl Into<String>) -> Self {
        Self::new(Tone::Dim, text)
    }
}
