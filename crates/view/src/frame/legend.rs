//! The signs of the help's legend, made of the glyphs that the canvas is drawn with.
//!
//! Must not know what they mean.

use crate::theme::{Glyphs, LineGlyphs};
use hoplight_app::help::Sign;
use hoplight_app::overlay;

/// How a sign looks.
pub(super) fn sign(glyphs: &Glyphs, sign: Sign) -> String {
    let pair = |[on, back]: [char; 2]| format!("{on}{back}");
    let line = |line: &LineGlyphs| line.horizontal.to_string().repeat(3);
    match sign {
        Sign::Requests => [glyphs.static_page, glyphs.read, glyphs.write].map(pair).join(" "),
        Sign::Lookups => pair(glyphs.lookup),
        Sign::Tls => format!("{} TLS", line(&glyphs.tls)),
        Sign::Plain => format!("{} plain!", line(&glyphs.plain)),
        Sign::Loopback => format!("{}{}", line(&glyphs.loopback), glyphs.heads[1]),
        Sign::Background => format!("{} {} {}", line(&glyphs.faint), glyphs.sample, glyphs.change),
        Sign::Firewall => format!("{} {}", glyphs.wall, glyphs.failed),
        Sign::Cut => glyphs.cut.to_string(),
        Sign::Zones => "net DMZ priv".into(),
        Sign::Load => {
            let [full, empty] = glyphs.bar;
            format!("{full}{full}{empty}{empty} 50%")
        }
        Sign::Overlays => overlay::content::OverlaySign::ALL.map(|sign| String::from(sign.symbol())).join(" "),
        Sign::Pointers => format!("{} {} {} {}", glyphs.pointer, glyphs.focus, glyphs.tick[0], glyphs.tap),
    }
}
