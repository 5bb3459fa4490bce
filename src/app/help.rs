//! The help: every key of the place, made from the keymap, and what the signs on the canvas mean.

use super::App;
use super::line::{Line, Page, Tone};

/// The lines of the help for `width` columns.
pub fn lines(app: &App, width: u16) -> Vec<Line> {
    let mut page = Page::new(width);
    page.text(Tone::Name, "Keys");
    for binding in app.keymap.at(app.place()).filter(|binding| !binding.help.is_empty()) {
        let keys: Vec<String> = binding.keys.iter().map(ToString::to_string).collect();
        page.item(Tone::Accent, &format!("{:<12}", keys.join(" ")), Tone::Text, binding.help, None);
    }
    for (key, help) in [
        ("Ctrl-C", "quit at once; progress is kept"),
        ("Ctrl-Z", "suspend"),
        ("Ctrl-L", "draw the screen anew"),
        ("mouse", "click a thing to select it, a key or an answer to press it"),
    ] {
        page.item(Tone::Accent, &format!("{key:<12}"), Tone::Text, help, None);
    }
    page.gap();
    page.text(Tone::Name, "Signs");
    for (sign, meaning) in [
        ("●○ ◆◇ ▲△", "requests: static page, read, write; filled on the way there, hollow on the way back"),
        ("═══ TLS", "encrypted on this hop"),
        ("╌╌╌ plain!", "readable by whoever is on this wire"),
        ("···▶", "loopback: inside one server, not exposed to the network"),
        ("┈┈┈ ∙ ▪", "DNS and monitoring; a sample of an agent; a change for a replica"),
        ("▒", "a firewall; ✖ beside it is a message that it stopped"),
        ("▰▰▱▱ 38%", "how busy it was in the last second"),
    ] {
        page.item(Tone::Accent, &format!("{sign:<12}"), Tone::Text, meaning, None);
    }
    page.lines()
}
