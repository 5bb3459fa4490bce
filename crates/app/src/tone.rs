//! Tones: the meaning of a span of text, which a theme maps to a style.

/// The meaning of a span of text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// Body text.
    #[default]
    Text,
    /// Secondary text.
    Dim,
    /// A heading or a name.
    Name,
    /// A key, or something that deserves attention.
    Accent,
    /// A healthy state.
    Good,
    /// A warning.
    Warn,
    /// Broken: a failure, or something that is down.
    Bad,
    /// Readable on the network.
    Plain,
    /// A banner: the whole site is down.
    Alarm,
    /// A secret in plaintext.
    Secret,
}
