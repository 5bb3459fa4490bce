//! Symbols for the legend in the help window, taken from the canvas glyphs.

use crate::theme::{Glyphs, LineGlyphs};
use hoplight_app::help::LegendSign;
use hoplight_app::overlay;

/// Formats a legend symbol.
pub(super) fn sign(glyphs: &Glyphs, sign: LegendSign) -> String {
    let pair = |[on, back]: [char; 2]| format!("{on}{back}");
    let line = |line: &LineGlyphs| line.horizontal.to_string().repeat(3);
    match sign {
        LegendSign::Requests => [glyphs.static_page, glyphs.read, glyphs.write].map(pair).join(" "),
        LegendSign::Lookups => pair(glyphs.lookup),
        LegendSign::Tls => format!("{} TLS", line(&glyphs.tls)),
        LegendSign::Plain => format!("{} plain!", line(&glyphs.plain)),
        LegendSign::Loopback => format!("{}{}", line(&glyphs.loopback), glyphs.heads[1]),
        LegendSign::Background => format!("{} {} {} {}", line(&glyphs.faint), glyphs.sample, glyphs.change, glyphs.check),
        LegendSign::Firewall => format!("{} {}", glyphs.wall, glyphs.failed),
        LegendSign::Cut => glyphs.cut.to_string(),
        LegendSign::Zones => "net DMZ priv".into(),
        LegendSign::Load => {
            let [full, empty] = glyphs.bar;
            format!("{full}{full}{empty}{empty} 50%")
        }
        LegendSign::Overlays => overlay::content::OverlaySign::ALL.map(|sign| String::from(sign.symbol())).join(" "),
        LegendSign::Pointers => format!("{} {} {} {}", glyphs.pointer, glyphs.focus, glyphs.tick[0], glyphs.tap),
    }
}
