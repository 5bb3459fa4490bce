//! The help: every key of the place, made from the keymap, and what the signs on the canvas mean.
//!
//! Must not know what a sign looks like: the screen's layer draws it, as it does on the canvas.

use hoplight_layout::Area;

use crate::app::App;
use crate::line::{Line, Page};
use crate::tone::Tone;

/// Signs of the canvas that stand in one line of the legend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Requests and their answers, of every kind.
    Requests,
    /// A question for an address, and its answer.
    Lookups,
    /// An encrypted hop.
    Tls,
    /// A readable hop.
    Plain,
    /// A hop inside a server.
    Loopback,
    /// What is no request: DNS and monitoring, replication.
    Background,
    /// A firewall, and what it stopped.
    Firewall,
    /// What is cut or off.
    Cut,
    /// Where a machine stands.
    Zones,
    /// How busy something is.
    Load,
    /// What is selected, what the lesson is about, what is marked, where somebody listens.
    Pointers,
    /// What an overlay says of an element.
    Overlays,
}

/// What each sign means.
const SIGNS: [(Sign, &str); 12] = [
    (Sign::Requests, "requests: static page, read, write; the second sign of each is the answer on its way back"),
    (Sign::Lookups, "the question for an address, and the answer"),
    (Sign::Tls, "encrypted on this hop"),
    (Sign::Plain, "readable by whoever is on this wire"),
    (Sign::Loopback, "loopback: inside one server, not exposed to the network"),
    (Sign::Background, "DNS and monitoring; a sample of an agent; a change for a replica"),
    (Sign::Firewall, "a firewall; a message that it stopped, or an answer that says no"),
    (Sign::Cut, "cut, or off"),
    (
        Sign::Zones,
        "on a box's bottom line: Internet (net); DMZ, which users reach directly; private (priv), which only machines of the site reach",
    ),
    (Sign::Load, "how busy it was in the last second"),
    (Sign::Pointers, "selected; what the lesson is about; marked; a wiretap"),
    (
        Sign::Overlays,
        "overlays: single point or readable on a wire; readable inside a server; shares the flaw; another version of it; \
         goes with what fails; how full",
    ),
];

/// What the mouse does on the course map, and on the stage.
const ON_COURSE_MAP: [(&str, &str); 1] =
    [("mouse", "a click chooses a line, a second one opens it; a key or a line of this help is pressed")];
const ON_STAGE: [(&str, &str); 6] = [
    ("click", "on the picture: selects a thing, follows a packet; where marks are asked for, a second click marks"),
    ("", "on a key, an answer, a word of the header, a line of this help: does what it says"),
    ("", "on the journal, the timeline or a mark: goes to that moment and looks at what happened"),
    ("", "on a gauge, a row of the monitoring screen or of a text: selects what it is about"),
    ("", "in a list: chooses a row; a second click does it"),
    ("wheel", "scrolls what is under it; over the header: the speed, over the timeline: the moment"),
];

/// Columns of a key or a sign, with the gap behind it.
const MARK: usize = 13;

/// The lines of the help for `width` columns. `drawn` says how a sign is drawn, in at most 12 columns.
pub fn lines(app: &App, width: u16, drawn: impl Fn(Sign) -> String) -> Vec<Line> {
    let mut page = Page::new(width);
    page.text(Tone::Name, "Keys");
    for binding in app.keymap.at(app.place()).filter(|binding| !binding.help.is_empty() && !binding.keys.is_empty()) {
        let keys: Vec<String> = binding.keys.iter().map(ToString::to_string).collect();
        page.item(Tone::Accent, &format!("{:<MARK$}", keys.join(" ")), Tone::Text, binding.help, Some(&binding.action));
    }
    let terminal = [("Ctrl-C", "quit at once; progress is kept"), ("Ctrl-Z", "suspend"), ("Ctrl-L", "draw the screen anew")];
    let mouse = if app.stage().is_some() { &ON_STAGE[..] } else { &ON_COURSE_MAP[..] };
    for (key, help) in terminal.iter().chain(mouse) {
        page.item(Tone::Accent, &format!("{key:<MARK$}"), Tone::Text, help, None);
    }
    page.gap();
    page.text(Tone::Name, "Signs");
    for (sign, meaning) in SIGNS {
        page.item(Tone::Accent, &format!("{:<MARK$}", drawn(sign)), Tone::Text, meaning, None);
    }
    page.lines()
}

/// Columns of the help's text on a screen of `columns`.
pub fn text_width(columns: u16) -> u16 {
    columns.min(92).saturating_sub(8)
}

/// Where the help with `count` lines stands, with its border.
pub fn area(columns: u16, rows: u16, count: usize) -> Area {
    let count = u16::try_from(count).unwrap_or(u16::MAX).saturating_add(2);
    let width = text_width(columns) + 4;
    let height = if count > rows { rows.saturating_sub(2) } else { count };
    Area { x: columns.saturating_sub(width) / 2, y: rows.saturating_sub(height) / 2, width, height }
}

/// How far the help can be scrolled: so many of its lines have no room.
pub fn most_scroll(app: &App) -> u16 {
    let (columns, rows) = app.size();
    // Whatever a sign looks like, it takes the same room.
    let count = lines(app, text_width(columns), |_| String::new()).len();
    let room = usize::from(area(columns, rows, count).height.saturating_sub(2));
    u16::try_from(count.saturating_sub(room)).unwrap_or(u16::MAX)
}
