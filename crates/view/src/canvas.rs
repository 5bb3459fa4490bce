//! The living picture of an infrastructure: boxes, walls, links and the packets on them.
//!
//! ```text
//!  Layout (where) + Simulation (what) + Theme (how) ──▶ cells
//! ```
//!
//! A pure function of its inputs, drawn straight into cells. It must not read a clock, draw a random number, or decide
//! what is worth showing: selection, focus, marks and stamps are given.

mod boxes;
mod facts;
mod lines;
mod overview;
mod packets;
mod pen;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget;

use hoplight_app::overlay::content::OverlayStamp;
use hoplight_layout::{Cell, Fit, Layout, Map};
use hoplight_model::{ComponentIx, Element, Hop, Infrastructure, LinkIx};
use hoplight_sim::{Fault, Simulation};

use super::theme::Theme;
use pen::Pen;

/// Packets that are drawn at most, unless the caller says otherwise.
const MOST_PACKETS: usize = 160;

/// The picture.
#[derive(Clone, Copy, Debug)]
pub struct Canvas<'a> {
    /// Where everything stands; made for the infrastructure of `sim`.
    pub layout: &'a Layout,
    /// The cell at the window's top left.
    pub pan: Cell,
    /// The small map that is drawn where the canvas is larger than the window.
    pub map: Option<Map>,
    /// What runs.
    pub sim: &'a Simulation,
    /// Colours and glyphs.
    pub theme: &'a Theme,
    /// What the learner's pointer is on.
    pub selected: Option<&'a Element>,
    /// What a lesson points at.
    pub focus: &'a [Element],
    /// What the learner has ticked in a quiz.
    pub marks: &'a [Element],
    /// The request that is followed.
    pub followed: Option<u64>,
    /// Whether only the packets of the followed request are drawn.
    pub only_followed: bool,
    /// The link that somebody listens on.
    pub tapped: Option<LinkIx>,
    /// What an overlay says of elements, in their order.
    pub stamps: &'a [OverlayStamp],
    /// Packets that are drawn at most; those that failed, were stopped or are followed always are.
    pub most_packets: usize,
}

/// How many packets are drawn, and how many are not because there are too many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Drawn.
    pub drawn: usize,
    /// Left out.
    pub hidden: usize,
}

impl<'a> Canvas<'a> {
    /// A picture with nothing selected, pointed at or followed.
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
            followed: None,
            only_followed: false,
            tapped: None,
            stamps: &[],
            most_packets: MOST_PACKETS,
        }
    }

    /// How many packets the picture shows and hides, for the caller to say so.
    pub fn shown(&self) -> Shown {
        packets::sample(self).1
    }

    /// The glyph that stands beside an element, if one does: the pointer, a tick or the lesson's finger.
    fn badge(&self, element: &Element) -> Option<(char, Style)> {
        let glyphs = &self.theme.glyphs;
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

    /// What the overlay says of an element.
    fn stamp(&self, element: &Element) -> Option<&'a OverlayStamp> {
        let place = self.stamps.binary_search_by(|stamp| stamp.element.cmp(element)).ok()?;
        self.stamps.get(place)
    }

    /// The sign of a stamp, reversed so that it stands out without colours, too.
    fn sign(&self, stamp: &OverlayStamp) -> (char, Style) {
        (stamp.sign.symbol(), self.theme.tone(stamp.tone).add_modifier(Modifier::REVERSED | Modifier::BOLD))
    }

    /// The style of an element's name or line, given what it would be.
    fn emphasis(&self, element: &Element, usual: Style) -> Style {
        let usual = self.stamp(element).map_or(usual, |stamp| usual.patch(self.theme.tone(stamp.tone)));
        if self.selected == Some(element) {
            usual.patch(self.theme.selected)
        } else if self.focus.contains(element) || self.marks.contains(element) {
            usual.patch(self.theme.focus).add_modifier(Modifier::UNDERLINED)
        } else {
            usual
        }
    }
}

/// What one frame looks up more than once.
struct Scene<'a> {
    canvas: &'a Canvas<'a>,
    infra: &'a Infrastructure,
    /// In the order of the layout's routes.
    hops: Vec<Hop>,
    /// What is wrong now, apart from what is down.
    faults: Vec<Fault>,
    guest: Option<packets::Guest>,
}

impl Scene<'_> {
    fn element(&self, ix: ComponentIx) -> Element {
        Element::Component(self.infra.component(ix).id.clone())
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
    /// Draws the picture. Returns how many packets it shows and hides, for the caller to say so.
    pub fn draw(&self, area: Rect, buf: &mut Buffer) -> Shown {
        let mut pen = Pen::new(buf, area, self.pan, self.theme);
        if let Fit::TooSmall { needs } = self.layout.fit() {
            let (columns, rows) = self.layout.size();
            if needs.0 == u16::MAX {
                pen.centred(&["This has too many components for a picture.".to_owned()]);
                return Shown::default();
            }
            pen.centred(&[
                "This picture needs more room:".to_owned(),
                format!("{} columns and {} rows, here are {columns} and {rows}.", needs.0, needs.1),
                "Enlarge the window, or choose a smaller font.".to_owned(),
            ]);
            return Shown::default();
        }
        let infra = &**self.sim.infrastructure();
        // A layout of another infrastructure has links that this one lacks.
        if self.layout.routes().iter().any(|route| route.link.index() >= infra.graph().edge_count()) {
            return Shown::default();
        }
        let hops = self.layout.routes().iter().map(|route| infra.hop(route.link)).collect();
        let scene = Scene { canvas: self, infra, hops, faults: self.sim.faults(), guest: packets::guest(self) };
        let (packets, shown) = packets::sample(self);
        boxes::draw(&scene, &mut pen);
        lines::draw(&scene, &mut pen, &packets::incidents(&scene, &packets));
        packets::draw(&scene, &mut pen, &packets);
        lines::badges(&scene, &mut pen);
        lines::tap(&scene, &mut pen);
        if let Some(map) = self.map {
            overview::draw(&scene, &mut pen, map, (area.width, area.height));
        }
        shown
    }
}
