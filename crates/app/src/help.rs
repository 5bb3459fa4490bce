//! The help: the keys of the current screen, generated from the keymap, and the legend of the canvas.
//!
//! The frame draws the signs the same way as on the canvas.

use hoplight_layout::Area;

use crate::app::App;
use crate::line::{Line, Page};
use crate::tone::Tone;

/// The signs of one line of the legend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegendSign {
    /// Requests of each kind and their responses.
    Requests,
    /// A DNS query and its response.
    Lookups,
    /// An encrypted hop.
    Tls,
    /// A readable hop.
    Plain,
    /// A loopback hop.
    Loopback,
    /// Background traffic: DNS, monitoring, replication.
    Background,
    /// A firewall, and a message that it blocked.
    Firewall,
    /// A cut link, or a server that is off.
    Cut,
    /// The zone of a server.
    Zones,
    /// The load of a component.
    Load,
    /// The selected element, the lesson's focus, marks and the wiretap.
    Pointers,
    /// The stamps of overlays.
    Overlays,
}

/// The meaning of each sign.
const SIGNS: [(LegendSign, &str); 12] = [
    (LegendSign::Requests, "Requests: static page, read, write, each with its response"),
    (LegendSign::Lookups, "DNS query and response"),
    (LegendSign::Tls, "Encrypted on this hop"),
    (LegendSign::Plain, "Readable by anyone on this wire"),
    (LegendSign::Loopback, "Loopback: inside one server, not exposed to the network"),
    (LegendSign::Background, "DNS and monitoring links; an agent's sample; a replicated change; a health check"),
    (LegendSign::Firewall, "Firewall; blocked message or error response"),
    (LegendSign::Cut, "Link cut, or server off"),
    (
        LegendSign::Zones,
        "Zone, on a box's bottom line: Internet (net); DMZ, reachable by users; private (priv), reachable only from the site's servers",
    ),
    (LegendSign::Load, "Utilisation in the last second"),
    (LegendSign::Pointers, "Selected element; lesson focus; mark; wiretap"),
    (
        LegendSign::Overlays,
        "Overlays: single point of failure, or readable on the wire; readable inside a server; runs the flawed version; \
         runs another version; fails with the lost element; utilisation",
    ),
];

/// Mouse actions on the course map and on the stage.
const ON_COURSE_MAP: [(&str, &str); 1] =
    [("mouse", "A click selects a line, a second click opens it; a click on a key or on a line of this help presses the key")];
const ON_STAGE: [(&str, &str); 6] = [
    ("click", "On the diagram: select an element or follow a packet; click again to mark, if the question asks for marks"),
    ("", "On a key, an answer, a word of the header or a line of this help: run its action"),
    ("", "On the journal, the timeline or a mark: jump to that time"),
    ("", "On a gauge, a row of the monitoring screen or a line of text: select its element"),
    ("", "In a list: select a row; click again to open it"),
    ("wheel", "Scroll; over the header, change the speed; over the timeline, move in time"),
];

/// Columns of a key or sign, including the gap after it.
const MARK: usize = 13;

/// Returns the lines of the help for `width` columns. `drawn` renders a sign in at most 12 columns.
pub fn lines(app: &App, width: u16, drawn: impl Fn(LegendSign) -> String) -> Vec<Line> {
    let mut page = Page::new(width);
    page.text(Tone::Name, "Keys");
    for binding in app.keymap.at(app.key_context()).filter(|binding| !binding.help.is_empty() && !binding.keys.is_empty()) {
        let keys: Vec<String> = binding.keys.iter().map(ToString::to_string).collect();
        page.item(Tone::Accent, &format!("{:<MARK$}", keys.join(" ")), Tone::Text, binding.help, Some(&binding.action));
    }
    let terminal = [("Ctrl-C", "Quit; progress is saved"), ("Ctrl-Z", "Suspend"), ("Ctrl-L", "Redraw the screen")];
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

/// Returns the columns of the help's text on a screen of `columns` columns.
pub fn text_width(columns: u16) -> u16 {
    columns.min(92).saturating_sub(8)
}

/// Returns the area of a help with `count` lines, including its border.
pub fn area(columns: u16, rows: u16, count: usize) -> Area {
    let count = u16::try_from(count).unwrap_or(u16::MAX).saturating_add(2);
    let width = text_width(columns) + 4;
    let height = if count > rows { rows.saturating_sub(2) } else { count };
    Area { x: columns.saturating_sub(width) / 2, y: rows.saturating_sub(height) / 2, width, height }
}

/// Returns the largest scroll offset of the help.
pub fn most_scroll(app: &App) -> u16 {
    let (columns, rows) = app.size();
    // All signs have the same width, so a placeholder gives the right layout.
    let count = lines(app, text_width(columns), |_| String::new()).len();
    let room = usize::from(area(columns, rows, count).height.saturating_sub(2));
    u16::try_from(count.saturating_sub(room)).unwrap_or(u16::MAX)
}
