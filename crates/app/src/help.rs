//! The help: every key that works on this screen, from the keymap, and the meaning of the signs on the canvas.
//!
//! The frame draws the signs, as it does on the canvas.

use hoplight_layout::Area;

use crate::app::App;
use crate::line::{Line, Page};
use crate::tone::Tone;

/// The signs in one line of the legend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegendSign {
    /// Requests of every kind and their responses.
    Requests,
    /// A DNS query and its response.
    Lookups,
    /// An encrypted hop.
    Tls,
    /// A readable hop.
    Plain,
    /// A hop inside a server.
    Loopback,
    /// Background traffic: DNS, monitoring, replication.
    Background,
    /// A firewall, and a message that it stopped.
    Firewall,
    /// A cut link, or a server that is off.
    Cut,
    /// The zone of a server.
    Zones,
    /// The load of a component.
    Load,
    /// Selected, in the lesson's focus, marked, tapped.
    Pointers,
    /// The stamps of overlays.
    Overlays,
}

/// The meaning of each sign.
const SIGNS: [(LegendSign, &str); 12] = [
    (LegendSign::Requests, "requests: static page, read, write; the second sign of each is the answer on its way back"),
    (LegendSign::Lookups, "the question for an address, and the answer"),
    (LegendSign::Tls, "encrypted on this hop"),
    (LegendSign::Plain, "readable by whoever is on this wire"),
    (LegendSign::Loopback, "loopback: inside one server, not exposed to the network"),
    (LegendSign::Background, "DNS and monitoring; a sample of an agent; a change for a replica"),
    (LegendSign::Firewall, "a firewall; a message that it stopped, or an answer that says no"),
    (LegendSign::Cut, "cut, or off"),
    (
        LegendSign::Zones,
        "on a box's bottom line: Internet (net); DMZ, which users reach directly; private (priv), which only machines of the site reach",
    ),
    (LegendSign::Load, "how busy it was in the last second"),
    (LegendSign::Pointers, "selected; what the lesson is about; marked; a wiretap"),
    (
        LegendSign::Overlays,
        "overlays: single point or readable on a wire; readable inside a server; shares the flaw; another version of it; \
         goes with what fails; how full",
    ),
];

/// The mouse on the course map, and on the stage.
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

/// Columns of a key or a sign, with the gap after it.
const MARK: usize = 13;

/// The lines of the help for `width` columns. `drawn` says how a sign is drawn, in at most 12 columns.
pub fn lines(app: &App, width: u16, drawn: impl Fn(LegendSign) -> String) -> Vec<Line> {
    let mut page = Page::new(width);
    page.text(Tone::Name, "Keys");
    for binding in app.keymap.at(app.key_context()).filter(|binding| !binding.help.is_empty() && !binding.keys.is_empty()) {
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

/// Where the help with `count` lines is, with its border.
pub fn area(columns: u16, rows: u16, count: usize) -> Area {
    let count = u16::try_from(count).unwrap_or(u16::MAX).saturating_add(2);
    let width = text_width(columns) + 4;
    let height = if count > rows { rows.saturating_sub(2) } else { count };
    Area { x: columns.saturating_sub(width) / 2, y: rows.saturating_sub(height) / 2, width, height }
}

/// How far the help can be scrolled.
pub fn most_scroll(app: &App) -> u16 {
    let (columns, rows) = app.size();
    // A sign takes the same room however it is drawn.
    let count = lines(app, text_width(columns), |_| String::new()).len();
    let room = usize::from(area(columns, rows, count).height.saturating_sub(2));
    u16::try_from(count.saturating_sub(room)).unwrap_or(u16::MAX)
}
