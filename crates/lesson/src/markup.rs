//! Placeholders in prose: `{key:tls}` is replaced by the label of the key that changes the TLS mode, and `{measured:p99}`
//! by a [`Figure`] of the run.
//!
//! The caller supplies the labels from the keymap, so a learner who has remapped a key sees the right one.

use hoplight_model::error::nearest;

use super::figure::Figure;

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
    /// Switches between the lesson and the selected element on a small screen.
    Info,
    /// Turns the external probe on or off.
    Probe,
    /// Opens the whiteboard notes on the selected element.
    Whiteboard,
    /// Opens the command palette.
    Palette,
    /// Raises the load.
    More,
    /// Lowers the load.
    Fewer,
    /// Sends one request for a static page.
    SendStatic,
    /// Sends one request for a page built from data.
    SendRead,
    /// Selects the next balancing algorithm.
    Balance,
    /// Restarts the step.
    Restart,
}

impl KeyName {
    /// All keys.
    pub const ALL: [Self; 28] = [
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
        Self::Info,
        Self::Probe,
        Self::Whiteboard,
        Self::Palette,
        Self::More,
        Self::Fewer,
        Self::SendStatic,
        Self::SendRead,
        Self::Balance,
        Self::Restart,
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
            Self::Info => "info",
            Self::Probe => "probe",
            Self::Whiteboard => "whiteboard",
            Self::Palette => "palette",
            Self::More => "more",
            Self::Fewer => "fewer",
            Self::SendStatic => "send-static",
            Self::SendRead => "send-read",
            Self::Balance => "balance",
            Self::Restart => "restart",
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
    /// A placeholder for a measured figure.
    Measured(Figure),
}

/// Splits a text at its placeholders. Unknown placeholders are kept as plain text; see [`unknown_name`].
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(Placeholder { plain, sort, slug, after }) = next_placeholder(rest) {
        let piece = match sort {
            Sort::Key => KeyName::from_slug(slug).map(Piece::Key),
            Sort::Measured => Figure::from_slug(slug).map(Piece::Measured),
        };
        let Some(piece) = piece else { break };
        if !plain.is_empty() {
            found.push(Piece::Plain(plain));
        }
        found.push(piece);
        rest = after;
    }
    if !rest.is_empty() {
        found.push(Piece::Plain(rest));
    }
    found
}

/// Replaces every placeholder by the key's label or the figure.
pub fn filled(text: &str, mut key: impl FnMut(KeyName) -> String, mut figure: impl FnMut(Figure) -> String) -> String {
    pieces(text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Plain(plain) => plain.to_owned(),
            Piece::Key(name) => key(name),
            Piece::Measured(name) => figure(name),
        })
        .collect()
}

/// Returns the figures that a text names.
pub fn figures(text: &str) -> impl Iterator<Item = Figure> {
    pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Measured(figure) => Some(figure),
        Piece::Plain(_) | Piece::Key(_) => None,
    })
}

/// The name of a placeholder that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownName<'a> {
    /// A key.
    Key(&'a str),
    /// A figure.
    Figure(&'a str),
}

/// Returns the first unknown name and a suggestion, if there is one.
pub fn unknown_name(text: &str) -> Option<(UnknownName<'_>, Option<&'static str>)> {
    let mut rest = text;
    while let Some(Placeholder { sort, slug, after, .. }) = next_placeholder(rest) {
        match sort {
            Sort::Key if KeyName::from_slug(slug).is_none() => {
                return Some((UnknownName::Key(slug), nearest(slug, KeyName::ALL.into_iter().map(KeyName::slug))));
            }
            Sort::Measured if Figure::from_slug(slug).is_none() => {
                return Some((UnknownName::Figure(slug), nearest(slug, Figure::ALL.into_iter().map(Figure::slug))));
            }
            Sort::Key | Sort::Measured => rest = after,
        }
    }
    None
}

#[derive(Clone, Copy)]
enum Sort {
    Key,
    Measured,
}

/// A placeholder, with the text before and after it.
struct Placeholder<'a> {
    plain: &'a str,
    sort: Sort,
    slug: &'a str,
    after: &'a str,
}

fn next_placeholder(text: &str) -> Option<Placeholder<'_>> {
    let of = |lead: &str, sort| {
        let (plain, after) = text.split_once(lead)?;
        let (slug, after) = after.split_once('}')?;
        Some(Placeholder { plain, sort, slug, after })
    };
    let (key, measured) = (of("{key:", Sort::Key), of("{measured:", Sort::Measured));
    match (key, measured) {
        (Some(key), Some(measured)) if measured.plain.len() < key.plain.len() => Some(measured),
        (Some(first), _) | (None, Some(first)) => Some(first),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_replaced_and_mistakes_found() {
        let text = "Took {measured:p99}: press {key:kill}, then {key:next}.";
        let shown = filled(text, |key| format!("<{}>", key.slug()), |figure| format!("[{}]", figure.slug()));
        assert_eq!(shown, "Took [p99]: press <kill>, then <next>.");
        assert_eq!(figures(text).collect::<Vec<_>>(), [Figure::P99]);
        assert_eq!(pieces("plain"), [Piece::Plain("plain")]);
        assert_eq!(unknown_name(text), None);
        assert_eq!(unknown_name("Press {key:kil}."), Some((UnknownName::Key("kil"), Some("kill"))));
        assert_eq!(unknown_name("Took {measured:p98}."), Some((UnknownName::Figure("p98"), Some("p99"))));
    }
}
