//! The notice: one line that says what happened, or why nothing did.

use hoplight_model::Infrastructure;

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

/// Turns a reason into a sentence. An element's name at the beginning keeps its case.
pub fn sentence(infra: &Infrastructure, reason: &str) -> String {
    if infra.begins_with_name(reason) {
        return format!("{reason}.");
    }
    let mut chars = reason.chars();
    let first = chars.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(chars).chain(['.']).collect()
}
