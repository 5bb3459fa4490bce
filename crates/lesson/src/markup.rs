//! Key placeholders in prose: `{key:tls}` is replaced by the label of the key that changes the TLS mode.
//!
//! The caller supplies the labels from the keymap, so a learner who has remapped a key sees the right one.

use hoplight_model::error::nearest;

/// A key that can be named in prose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyName {
    /// Changes the TLS mode.
    Tls,
    /// Turns TLS to the databases on or off.
    DbTls,
    /// Kills or restores the selected component.
    Kill,
    /// Pauses or resumes the simulation.
    Pause,
    /// Steps forward by one hop.
    Step,
    /// Steps back by one hop.
    Back,
    /// Slows the simulation down.
    Slower,
    /// Speeds the simulation up.
    Faster,
    /// Switches between the trace and the live pace.
    Pace,
    /// Sends one request.
    Send,
    /// Shows the next hint.
    Hint,
    /// Proceeds to the next step.
    Next,
    /// Marks the selected element.
    Mark,
    /// Shows the monitoring screen.
    Monitor,
    /// Opens the fault menu.
    Faults,
    /// Opens the event log.
    Log,
    /// Starts the wiretap on the selected hop.
    Wiretap,
    /// Follows the next packet.
    Packet,
}

impl KeyName {
    /// All keys.
    pub const ALL: [Self; 18] = [
        Self::Tls,
        Self::DbTls,
        Self::Kill,
        Self::Pause,
        Self::Step,
        Self::Back,
        Self::Slower,
        Self::Faster,
        Self::Pace,
        Self::Send,
        Self::Hint,
        Self::Next,
        Self::Mark,
        Self::Monitor,
        Self::Faults,
        Self::Log,
        Self::Wiretap,
        Self::Packet,
    ];

    /// The name used in placeholders.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Tls => "tls",
            Self::DbTls => "db-tls",
            Self::Kill => "kill",
            Self::Pause => "pause",
            Self::Step => "step",
            Self::Back => "back",
            Self::Slower => "slower",
            Self::Faster => "faster",
            Self::Pace => "pace",
            Self::Send => "send",
            Self::Hint => "hint",
            Self::Next => "next",
            Self::Mark => "mark",
            Self::Monitor => "monitor",
            Self::Faults => "faults",
            Self::Log => "log",
            Self::Wiretap => "wiretap",
            Self::Packet => "packet",
        }
    }

    /// Finds a key by its name in placeholders.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.slug() == slug)
    }
}

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text without placeholders.
    Plain(&'a str),
    /// A placeholder for a key's label.
    Key(KeyName),
}

/// Splits a text at its placeholders. Unknown placeholders are kept as plain text; see [`unknown_key`].
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((plain, slug, after)) = next_key(rest) {
        let Some(key) = KeyName::from_slug(slug) else { break };
        if !plain.is_empty() {
            found.push(Piece::Plain(plain));
        }
        found.push(Piece::Key(key));
        rest = after;
    }
    if !rest.is_empty() {
        found.push(Piece::Plain(rest));
    }
    found
}

/// Replaces every placeholder by the key's label.
pub fn with_keys(text: &str, mut label: impl FnMut(KeyName) -> String) -> String {
    pieces(text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Plain(plain) => plain.to_owned(),
            Piece::Key(key) => label(key),
        })
        .collect()
}

/// Returns the first unknown key and a suggestion, if there is one.
pub fn unknown_key(text: &str) -> Option<(&str, Option<&'static str>)> {
    let mut rest = text;
    while let Some((_, slug, after)) = next_key(rest) {
        if KeyName::from_slug(slug).is_none() {
            return Some((slug, nearest(slug, KeyName::ALL.into_iter().map(KeyName::slug))));
        }
        rest = after;
    }
    None
}

fn next_key(text: &str) -> Option<(&str, &str, &str)> {
    let (plain, after) = text.split_once("{key:")?;
    let (slug, after) = after.split_once('}')?;
    Some((plain, slug, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_replaced_and_mistakes_found() {
        let text = "Press {key:kill}, then {key:next}.";
        assert_eq!(with_keys(text, |key| format!("<{}>", key.slug())), "Press <kill>, then <next>.");
        assert_eq!(pieces("plain"), [Piece::Plain("plain")]);
        assert_eq!(unknown_key(text), None);
        assert_eq!(unknown_key("Press {key:kil}."), Some(("kil", Some("kill"))));
    }
}
