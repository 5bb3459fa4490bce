//! The diagram of a running infrastructure: boxes, firewalls, links and the packets on them.
//!
//! ```text
//!  Layout (where) + Simulation (what) + Theme (how) ──▶ cells
//! ```
//!
//! Drawing is a pure function of its inputs, which include selection, focus and marks. It uses no clock and no random
//! numbers.

mod boxes;
mod links;
mod overview;
mod packets;
mod scan;
mod status_lines;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget;

use hoplight_app::events::EventClass;
use hoplight_app::overlay::content::OverlayStamp;
use hoplight_app::{SlowMotion, Tone};
use hoplight_layout::{Cell, Fit, Layout, Map};
use hoplight_lesson::Review;
use hoplight_model::{ComponentIx, Element, Hop, Infrastructure, LinkIx};
use hoplight_sim::{Fault, Simulation};

use crate::painter::Painter;
use crate::theme::Theme;

/// Default limit on the packets drawn.
const MOST_PACKETS: usize = 160;

/// The diagram, ready to be drawn.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches")]
pub struct Canvas<'a> {
    /// Positions, computed for the infrastructure of `sim`.
    pub layout: &'a Layout,
    /// The cell shown at the window's top left.
    pub pan: Cell,
    /// The overview map, if the canvas is larger than the window.
    pub map: Option<Map>,
    /// The simulation to show.
    pub sim: &'a Simulation,
    /// Colours and glyphs.
    pub theme: &'a Theme,
    /// The selected element.
    pub selected: Option<&'a Element>,
    /// The elements that a lesson points at.
    pub focus: &'a [Element],
    /// The elements marked as the answer to a question.
    pub marks: &'a [Element],
    /// The submitted marks, compared with the right set.
    pub review: Option<&'a Review>,
    /// The followed request.
    pub followed: Option<u64>,
    /// Whether to draw only the packets of the followed request.
    pub only_followed: bool,
    /// The link with the wiretap.
    pub tapped: Option<LinkIx>,
    /// The overlay's stamps, ordered by element.
    pub stamps: &'a [OverlayStamp],
    /// Whether to show only the design: no state, load or rate.
    pub is_plan: bool,
    /// Whether to draw encrypted and plaintext links alike: the learner is asked which is which.
    pub hides_ciphers: bool,
    /// Whether to show the rate of each link as a number instead of moving packets.
    pub still: bool,
    /// The slow motion of the live pace; `None` to draw every packet where it is.
    pub motion: Option<&'a SlowMotion>,
    /// How much of the picture of the last port scan is over, from 0 to 1; `None` if there is none to show.
    pub scanned: Option<f64>,
    /// Limit on the packets drawn. Failed, blocked and followed ones do not count.
    pub most_packets: usize,
}

/// Number of packets drawn and left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PacketCount {
    /// Drawn.
    pub drawn: usize,
    /// Left out because there are too many.
    pub hidden: usize,
}

impl<'a> Canvas<'a> {
    /// Creates a canvas with nothing selected, focused or followed.
    pub const fn new(layout: &'a Layout, sim: &'a Simulation, theme: &'a Theme) -> Self {
        Self {
            layout,
            pan: Cell::new(0, 0),
            map: None,
            sim,
            theme,
            selected: None,
            focus: &[],
            marks: &[],
            review: None,
            followed: None,
            only_followed: false,
            tapped: None,
            stamps: &[],
            is_plan: false,
            hides_ciphers: false,
            still: false,
            motion: None,
            scanned: None,
            most_packets: MOST_PACKETS,
        }
    }

    /// Counts the packets that [`draw`](Self::draw) would show and leave out.
    pub fn shown(&self) -> PacketCount {
        packets::sample(self).1
    }

    /// Returns the glyph beside an element, if any: the verdict on a mark, the selection's pointer, a mark, or the lesson's
    /// pointer.
    fn badge(&self, element: &Element) -> Option<(char, Style)> {
        let glyphs = &self.theme.glyphs;
        if let Some((glyph, tone)) = self.verdict(element) {
            return Some((glyph, self.theme.tone(tone).add_modifier(Modifier::BOLD)));
        }
        if self.selected == Some(element) {
            Some((glyphs.pointer, self.theme.focus))
        } else if self.marks.contains(element) {
            Some((glyphs.tick[0], self.theme.focus))
        } else if self.focus.contains(element) {
            Some((glyphs.focus, self.theme.focus))
        } else {
            None
        }
    }

    /// Returns the sign of a submitted mark: right, missing or not asked for.
    fn verdict(&self, element: &Element) -> Option<(char, Tone)> {
        let review = self.review?;
        let glyphs = &self.theme.glyphs;
        if review.right.contains(element) {
            Some((glyphs.ok, Tone::Good))
        } else if review.missing.contains(element) {
            Some(('+', Tone::Accent))
        } else {
            review.surplus.contains(element).then(|| (glyphs.mark(EventClass::Fault), Tone::Bad))
        }
    }

    /// Returns the overlay's stamp on an element.
    fn stamp(&self, element: &Element) -> Option<&'a OverlayStamp> {
        let place = self.stamps.binary_search_by(|stamp| stamp.element.cmp(element)).ok()?;
        self.stamps.get(place)
    }

    /// Returns the sign of a stamp, reversed so that it also stands out without colours.
    fn sign(&self, stamp: &OverlayStamp) -> (char, Style) {
        (stamp.sign.symbol(), self.theme.tone(stamp.tone).add_modifier(Modifier::REVERSED | Modifier::BOLD))
    }

    /// Returns the style of an element's name or line: `usual`, modified by stamp, selection, focus and mark.
    fn emphasis(&self, element: &Element, usual: Style) -> Style {
        let usual = match self.stamp(element) {
            Some(stamp) => usual.patch(self.theme.tone(stamp.tone)),
            None if self.stamps.is_empty() => usual,
            // An overlay dims everything else.
            None => self.theme.dim,
        };
        if self.selected == Some(element) {
            usual.patch(self.theme.selected)
        } else if self.focus.contains(element) || self.marks.contains(element) || self.verdict(element).is_some() {
            usual.patch(self.theme.focus).add_modifier(Modifier::UNDERLINED)
        } else {
            usual
        }
    }
}

/// Lookups shared by the parts of one frame.
struct Scene<'a> {
    canvas: &'a Canvas<'a>,
    infra: &'a Infrastructure,
    /// Hops, in the order of the layout's routes.
    hops: Vec<Hop>,
    /// Active faults, excluding elements that are down.
    faults: Vec<Fault>,
    followed: Option<packets::FollowedRequest>,
}

impl Scene<'_> {
    fn element(&self, ix: ComponentIx) -> Element {
        Element::Component(self.infra.component(ix).id.clone())
    }

    /// The measured rate of requests on a hop, where it can be told: if the server has no other client.
    fn rate(&self, hop: &Hop) -> Option<String> {
        let carries = |hop: &&Hop| self.infra.link(hop.link).protocol.carries_requests();
        let clients = self.hops.iter().filter(carries).filter(|other| other.to == hop.to).count();
        (clients == 1 && carries(&hop)).then(|| format!("{:.0}/s", self.canvas.sim.station(hop.to).rate))
    }

    fn is_up(&self, element: &Element) -> bool {
        self.canvas.sim.is_up(element) != Some(false)
    }
}

impl Widget for &Canvas<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        self.draw(area, buf);
    }
}

impl Canvas<'_> {
    /// Draws the diagram. Returns how many packets were drawn and omitted.
    pub fn draw(&self, area: Rect, buf: &mut Buffer) -> PacketCount {
        let mut painter = Painter::scrolled(buf, area, self.pan, self.theme);
        if let Fit::TooSmall { needs } = self.layout.fit() {
            let (columns, rows) = self.layout.size();
            if needs.0 == u16::MAX {
                painter.centred(&["This design has too many components to draw.".to_owned()]);
                return PacketCount::default();
            }
            painter.centred(&[
                "This diagram needs more room:".to_owned(),
                format!("{} columns and {} rows; only {columns} and {rows} are available.", needs.0, needs.1),
                "Enlarge the window, or choose a smaller font.".to_owned(),
            ]);
            return PacketCount::default();
        }
        let infra = &**self.sim.infrastructure();
        // The layout may have been made for another infrastructure with links that this one lacks.
        if self.layout.routes().iter().any(|route| route.link.index() >= infra.graph().edge_count()) {
            return PacketCount::default();
        }
        let hops = self.layout.routes().iter().map(|route| infra.hop(route.link)).collect();
        let scene = Scene { canvas: self, infra, hops, faults: self.sim.faults(), followed: packets::followed_request(self) };
        let (packets, shown) = packets::sample(self);
        boxes::draw(&scene, &mut painter);
        links::draw(&scene, &mut painter, &packets::incidents(&scene, &packets));
        packets::draw(&scene, &mut painter, &packets);
        packets::draw_visits(&scene, &mut painter);
        scan::draw(&scene, &mut painter);
        links::badges(&scene, &mut painter);
        links::tap(&scene, &mut painter);
        if let Some(map) = self.map {
            overview::draw(&scene, &mut painter, map, (area.width, area.height));
        }
        shown
    }
}
