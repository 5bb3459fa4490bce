//! The tone of a piece of text: what it means, not what colour it has. A theme turns a tone into a style.

/// What a piece of text means to its reader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// Body text.
    #[default]
    Text,
    /// Secondary text.
    Dim,
    /// A heading or a name.
    Name,
    /// A key, or something that needs attention.
    Accent,
    /// A healthy state.
    Good,
    /// A warning.
    Warn,
    /// A failure or a danger.
    Bad,
    /// A secret in plaintext.
    Secret,
}
