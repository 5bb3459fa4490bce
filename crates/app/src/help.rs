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
    (LegendSign::Requests, "Requests: static page, read, write; the second sign of each is its response"),
    (LegendSign::Lookups, "DNS query and response"),
    (LegendSign::Tls, "Encrypted on this hop"),
    (LegendSign::Plain, "Readable by anyone on this wire"),
    (LegendSign::Loopback, "Loopback: inside one server, not exposed to the network"),
    (LegendSign::Background, "DNS and monitoring; a sample of an agent; a change for a replica"),
    (LegendSign::Firewall, "A firewall; a blocked message, or an error response"),
    (LegendSign::Cut, "Cut, or off"),
    (
        LegendSign::Zones,
        "On a box's bottom line: Internet (net); DMZ, which users reach directly; private (priv), which only servers of the site reach",
    ),
    (LegendSign::Load, "Utilisation in the last second"),
    (LegendSign::Pointers, "Selected; in the lesson's focus; marked; wiretap"),
    (
        LegendSign::Overlays,
        "Overlays: single point or readable on a wire; readable inside a server; shares the flaw; another version of it; \
         fails with what is lost; utilisation",
    ),
];

/// The mouse on the course map, and on the stage.
const ON_COURSE_MAP: [(&str, &str); 1] =
    [("mouse", "A click chooses a line, a second click opens it; a click on a key or a line of this help presses the key")];
const ON_STAGE: [(&str, &str); 6] = [
    ("click", "On the diagram: select an element, follow a packet; where marks are asked for, a second click marks"),
    ("", "On a key, an answer, a word of the header, a line of this help: do what it says"),
    ("", "On the journal, the timeline or a mark: go to that moment"),
    ("", "On a gauge, a row of the monitoring screen or a line of text: select its element"),
    ("", "In a list: choose a row; a second click enters it"),
    ("wheel", "Scroll; over the header, change the speed; over the timeline, the moment"),
];

/// Width of a key or sign, including the gap after it.
const MARK: usize = 13;

/// The lines of the help for `width` columns. `drawn` says how a sign is drawn, in at most 12 columns.
pub fn lines(app: &App, width: u16, drawn: impl Fn(LegendSign) -> String) -> Vec<Line> {
    let mut page = Page::new(width);
    page.text(Tone::Name, "Keys");
    for binding in app.keymap.at(app.key_context()).filter(|binding| !binding.help.is_empty() && !binding.keys.is_empty()) {
        let keys: Vec<String> = binding.keys.iter().map(ToString::to_string).collect();
        page.item(Tone::Accent, &format!("{:<MARK$}", keys.join(" ")), Tone::Text, binding.help, Some(&binding.action));
    }
    let terminal = [("Ctrl-C", "Quit; the progress is saved"), ("Ctrl-Z", "Suspend"), ("Ctrl-L", "Redraw the screen")];
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

/// The area of a help with `count` lines, including its border.
pub fn area(columns: u16, rows: u16, count: usize) -> Area {
    let count = u16::try_from(count).unwrap_or(u16::MAX).saturating_add(2);
    let width = text_width(columns) + 4;
    let height = if count > rows { rows.saturating_sub(2) } else { count };
    Area { x: columns.saturating_sub(width) / 2, y: rows.saturating_sub(height) / 2, width, height }
}

/// The largest scroll offset of the help.
pub fn most_scroll(app: &App) -> u16 {
    let (columns, rows) = app.size();
    // Every sign has the same width, so any placeholder gives the right layout.
    let count = lines(app, text_width(columns), |_| String::new()).len();
    let room = usize::from(area(columns, rows, count).height.saturating_sub(2));
    u16::try_from(count.saturating_sub(room)).unwrap_or(u16::MAX)
}
