//! The help: the legend of the canvas, and the keys of the current screen by group, generated from the keymap.
//!
//! The frame draws the signs the same way as on the canvas.

use crate::action::{Action, AppAction, EditAction, SelectAction, SiteAction, WindowAction};
use crate::app::App;
use crate::keymap::Binding;
use crate::line::{Line, Page};
use crate::stage::Stage;
use crate::tone::Tone;
use crate::window::kind::WindowKind;

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

impl LegendSign {
    /// The tone of the sign, where a colour belongs to its meaning.
    const fn tone(self) -> Tone {
        match self {
            Self::Plain => Tone::Plain,
            Self::Cut => Tone::Bad,
            Self::Load => Tone::Good,
            Self::Loopback | Self::Background | Self::Zones => Tone::Dim,
            Self::Firewall => Tone::Text,
            Self::Requests | Self::Lookups | Self::Tls | Self::Pointers | Self::Overlays => Tone::Accent,
        }
    }
}

/// The meaning of each sign.
const SIGNS: [(LegendSign, &str); 12] = [
    (LegendSign::Requests, "Requests: static page, read, write, each with its response"),
    (LegendSign::Lookups, "DNS query and response"),
    (LegendSign::Tls, "Encrypted on this hop"),
    (LegendSign::Plain, "Plaintext, in a separate colour: readable by anyone on this wire"),
    (LegendSign::Loopback, "Loopback: inside one server, not exposed to the network"),
    (LegendSign::Background, "DNS and monitoring links; an agent's sample; a replicated change; a health check"),
    (LegendSign::Firewall, "Firewall; blocked message or error response"),
    (LegendSign::Cut, "Broken, in red: link cut, server off, requests that fail"),
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

/// Mouse actions.
const MOUSE: [(&str, &str); 2] = [
    ("click", "Whatever is drawn: select it, press the key, jump to the time; a second click opens a row or marks an element"),
    ("wheel", "Scroll; over the header, change the speed; over the timeline, move in time"),
];

/// Keys of the terminal.
const TERMINAL: [(&str, &str); 3] =
    [("Ctrl-C", "Quit; progress is saved"), ("Ctrl-Z", "Suspend"), ("Ctrl-L", "Redraw the screen")];

/// Columns of a key or sign, including the gap after it.
const MARK: usize = 13;

/// A group of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum KeyGroup {
    Draw,
    Time,
    Select,
    Look,
    Change,
    Break,
    Learn,
    Program,
}

impl KeyGroup {
    const ALL: [Self; 8] =
        [Self::Draw, Self::Time, Self::Select, Self::Look, Self::Change, Self::Break, Self::Learn, Self::Program];

    const fn title(self) -> &'static str {
        match self {
            Self::Draw => "Draw",
            Self::Time => "Time",
            Self::Select => "Select",
            Self::Look => "Look",
            Self::Change => "Change",
            Self::Break => "Break",
            Self::Learn => "Learn",
            Self::Program => "Program",
        }
    }

    /// Returns the group of an action.
    const fn of(action: &Action) -> Self {
        match action {
            Action::Time(_) => Self::Time,
            Action::Course(_) => Self::Select,
            Action::Select(select) => match select {
                SelectAction::Wiretap => Self::Look,
                SelectAction::Move(_)
                | SelectAction::Next
                | SelectAction::Previous
                | SelectAction::Element(_)
                | SelectAction::Monitored(_)
                | SelectAction::Clear
                | SelectAction::Deselect
                | SelectAction::Follow(_)
                | SelectAction::NextPacket => Self::Select,
            },
            Action::View(_) | Action::Overlay(_) => Self::Look,
            Action::Window(window) => match window {
                WindowAction::Open(WindowKind::Faults) => Self::Break,
                WindowAction::Open(WindowKind::Jump) => Self::Time,
                WindowAction::Open(WindowKind::Review | WindowKind::Explanation) => Self::Learn,
                WindowAction::Open(WindowKind::Palette) => Self::Program,
                WindowAction::Open(WindowKind::Glossary | WindowKind::Probes | WindowKind::Suspects | WindowKind::Remedies) => {
                    Self::Learn
                }
                WindowAction::Open(WindowKind::Add | WindowKind::Settings | WindowKind::Value(_) | WindowKind::Findings) => {
                    Self::Draw
                }
                WindowAction::Open(WindowKind::Log | WindowKind::Compare)
                | WindowAction::Choose(_)
                | WindowAction::Enter(_)
                | WindowAction::Close => Self::Look,
            },
            Action::App(app) => match app {
                AppAction::Enter | AppAction::Whiteboard => Self::Learn,
                AppAction::NextTheme
                | AppAction::Ascii
                | AppAction::ReducedMotion
                | AppAction::Help
                | AppAction::Quit
                | AppAction::Back
                | AppAction::Escape => Self::Program,
            },
            Action::Site(site) => match site {
                SiteAction::KillOrRestore | SiteAction::Fault(_) => Self::Break,
                SiteAction::Balance
                | SiteAction::Send(_)
                | SiteAction::MoreUsers
                | SiteAction::FewerUsers
                | SiteAction::Probe => Self::Change,
            },
            Action::Edit(edit) => match edit {
                EditAction::Block => Self::Break,
                EditAction::CycleTls
                | EditAction::ToggleWebToApp
                | EditAction::ToggleAppToDb
                | EditAction::CyclePort80
                | EditAction::ToggleHsts
                | EditAction::ToggleForwardedProto => Self::Change,
            },
            Action::Lesson(_) | Action::Task(_) | Action::Drill(_) | Action::Review(_) | Action::Exam(_) => Self::Learn,
            Action::Design(_) => Self::Draw,
        }
    }
}

/// Returns the lines of the help for `width` columns: the legend, then the keys by group. `drawn` renders a sign in at most 12
/// columns.
pub fn lines(app: &App, width: u16, drawn: impl Fn(LegendSign) -> String) -> Vec<Line> {
    let mut page = Page::new(width);
    page.text(Tone::Name, "Signs");
    for (sign, meaning) in SIGNS {
        page.item(sign.tone(), &format!("{:<MARK$}", drawn(sign)), Tone::Text, meaning, None);
    }
    let context = app.key_context();
    let is_withheld = |action: &Action| {
        app.withholds(action) || app.stage().and_then(Stage::drill).is_some_and(|drill| drill.withholds(action))
    };
    let shows = |binding: &&Binding| {
        !is_withheld(&binding.action)
            && !binding.help.is_empty()
            && !binding.keys.is_empty()
            && app.keymap.is_effective(binding, context)
    };
    let bound = || app.keymap.at(context).filter(shows);
    for group in KeyGroup::ALL {
        let mut bindings = bound().filter(|binding| KeyGroup::of(&binding.action) == group).peekable();
        if bindings.peek().is_none() {
            continue;
        }
        page.gap();
        page.text(Tone::Name, group.title());
        for binding in bindings {
            let keys: Vec<String> = binding.keys.iter().map(ToString::to_string).collect();
            page.item(Tone::Accent, &format!("{:<MARK$}", keys.join(" ")), Tone::Text, binding.help, Some(&binding.action));
        }
    }
    // The last group is that of the program.
    fixed(&mut page, &TERMINAL);
    page.gap();
    page.text(Tone::Name, "Mouse");
    fixed(&mut page, &MOUSE);
    page.lines()
}

/// Writes keys that cannot be changed.
fn fixed(page: &mut Page, keys: &[(&str, &str)]) {
    for (key, help) in keys {
        page.item(Tone::Accent, &format!("{key:<MARK$}"), Tone::Text, help, None);
    }
}
