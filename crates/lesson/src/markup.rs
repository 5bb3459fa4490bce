//! Names of keys in prose: `{key:tls}` stands for whatever key changes the TLS mode.
//!
//! Must not know the keymap: whoever shows the text puts the key's label in, so a learner who moved a key reads the right
//! one.

use hoplight_model::error::nearest;

/// A key that prose may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyName {
    /// Changes the TLS mode.
    Tls,
    /// Switches TLS to the databases.
    DbTls,
    /// Kills or restores what is selected.
    Kill,
    /// Stops time, or lets it go on.
    Pause,
    /// Steps one hop.
    Step,
    /// Steps one hop back.
    Back,
    /// Slower.
    Slower,
    /// Faster.
    Faster,
    /// Changes between trace and live.
    Pace,
    /// Sends one request.
    Send,
    /// Shows a hint.
    Hint,
    /// Goes on to the next step.
    Next,
    /// Marks what is selected.
    Mark,
    /// Shows the monitoring screen.
    Monitor,
    /// Opens the fault menu.
    Faults,
    /// Opens the event log.
    Log,
    /// Listens on the selected hop.
    Wiretap,
    /// Follows the next packet.
    Packet,
}

impl KeyName {
    /// All of them.
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

    /// The name as prose writes it.
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

    /// The key of this name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.slug() == slug)
    }
}

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// As it stands.
    Plain(&'a str),
    /// The label of a key.
    Key(KeyName),
}

/// Splits a text. What looks like a key but is none stays as it stands; [`unknown_key`] finds it.
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

/// The text with every key replaced by its label.
pub fn with_keys(text: &str, mut label: impl FnMut(KeyName) -> String) -> String {
    pieces(text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Plain(plain) => plain.to_owned(),
            Piece::Key(key) => label(key),
        })
        .collect()
}

/// The first key that does not exist, with the name that may have been meant.
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
