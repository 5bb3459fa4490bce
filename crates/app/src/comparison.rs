//! A second design beside the one on the stage: the same users, the same commands, the same time.
//!
//! What is done to the site (users, failures, repairs, blocked hops) is done to both. A change of TLS is done to the first
//! only, since that is what is compared. The second repeats the first's log, the future that a rewind has left included, and
//! keeps to its time; what only the second can do is done to it alone. Must not know how either is drawn.

mod both;
mod figures;
mod table;
pub mod target;

use std::sync::Arc;

use unicode_width::UnicodeWidthStr;

use hoplight_layout::{Area, Cell, Layout};
use hoplight_model::{Element, Infrastructure, TlsConfig};
use hoplight_sim::{Command, SimTime, Simulation, Timeline};

use both::{Given, Own};
use figures::Figures;

use crate::events::Marks;
use crate::line::Line;
use crate::scroll::{room, scrolled};

pub use both::Side;
pub(super) use both::is_shared;

/// Where the two pictures and the table stand. A picture without room is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// The lines above the pictures that name them. Where there are none and one line does not hold both names, the first
    /// is the line above the table; the table's own title then names the second.
    pub titles: [Area; 2],
    /// The pictures.
    pub pictures: [Area; 2],
    /// The table.
    pub table: Area,
    /// The timeline of both, below all else; empty where there is no room.
    pub timeline: Area,
}

/// The second design.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// How it runs.
    pub timeline: Timeline,
    /// Where things stand in both pictures.
    pub layouts: [Layout; 2],
    /// Where the pictures stand.
    pub places: Places,
    /// What the analysis says of both.
    figures: [Figures; 2],
    /// Both designs when they were last analysed.
    analysed: [Arc<Infrastructure>; 2],
    /// Requests per second when they were.
    load: f64,
    /// The second as it begins.
    beginning: Simulation,
    /// What was done to the second, in order.
    given: Vec<Given>,
    /// What is done to the second alone, in order.
    own: Vec<Own>,
    /// What is done to the first alone.
    apart: Vec<(SimTime, Command)>,
    /// The moments of the second that a timeline marks.
    pub marks: Marks,
    /// Where all of it stands, and whether there is room for pictures.
    area: (Area, bool),
    /// How far the table is scrolled.
    pub scroll: u16,
}

/// Columns of the table beside the pictures.
const TABLE: u16 = 46;
/// Rows from which on the timeline takes one, so that the pictures lose nothing by it.
const WITH_TIMELINE: u16 = 47;
/// Columns of a title's line that its rule takes.
const RULE: usize = 6;
/// The load may change by this part before the analysis is asked again: a ramp changes it all the time.
const NEW_LOAD: f64 = 0.1;

impl Places {
    /// In an area: beside the table two pictures, one above the other, where there is room for pictures; else the table alone,
    /// below a line of its own for the first name where one line does not hold both.
    fn of(area: Area, wide: bool, names: &[String; 2]) -> Self {
        if !wide {
            let needed = "A ".len() + names[0].width() + "  B ".len() + names[1].width() + RULE;
            let above = u16::from(needed > usize::from(area.width)).min(area.height);
            return Self {
                titles: [Area::new(area.x, area.y, area.width, above), Area::default()],
                table: Area::new(area.x, area.y + above, area.width, area.height - above),
                ..Self::default()
            };
        }
        let row = u16::from(area.height >= WITH_TIMELINE);
        let timeline = Area::new(area.x, area.y + area.height - row, area.width, row);
        let area = Area { height: area.height - row, ..area };
        let width = area.width.saturating_sub(TABLE);
        let half = area.height / 2;
        let title = |y: u16| Area::new(area.x, y, width, 1);
        let picture = |y: u16, height: u16| Area::new(area.x, y, width, height.saturating_sub(1));
        Self {
            titles: [title(area.y), title(area.y + half)],
            pictures: [picture(area.y + 1, half), picture(area.y + half + 1, area.height - half)],
            table: Area::new(area.x + width, area.y, TABLE, area.height),
            timeline,
        }
    }
}

impl Comparison {
    /// Begins to compare: what is known to happen to the first design happens to the second.
    pub(super) fn begin(first: &Timeline, other: &Infrastructure, seed: u64) -> Self {
        let sim = first.simulation();
        let infra = Arc::clone(sim.infrastructure());
        let other = Arc::new(other.with_traffic(infra.traffic()));
        let beginning = Simulation::new(Arc::clone(&other), seed);
        let none = Layout::new(&infra, 0, 0);
        let mut comparison = Self {
            timeline: Timeline::new(beginning.clone()),
            layouts: [none.clone(), none],
            places: Places::default(),
            figures: [Figures::of(&infra, sim.rate()), Figures::of(&other, sim.rate())],
            analysed: [infra, other],
            load: sim.rate(),
            beginning,
            given: Vec::new(),
            own: Vec::new(),
            apart: Vec::new(),
            marks: Marks::default(),
            area: (Area::default(), false),
            scroll: 0,
        };
        comparison.follow(first);
        comparison
    }

    /// Asks the analysis again, and draws anew, where a design has changed, or the load on both.
    fn renew(&mut self, first: &Simulation) {
        let now = [first, self.timeline.simulation()].map(Simulation::infrastructure);
        let same = now.into_iter().zip(&self.analysed).all(|(now, before)| Arc::ptr_eq(now, before));
        if same && (first.rate() - self.load).abs() <= NEW_LOAD * self.load {
            return;
        }
        self.load = first.rate();
        self.analysed = now.map(Arc::clone);
        self.figures = [0, 1].map(|at| Figures::of(&self.analysed[at], self.load));
        if !same {
            self.resize(self.area.0, self.area.1);
        }
    }

    /// Makes the pictures anew for a screen of another size.
    pub(super) fn resize(&mut self, area: Area, wide: bool) {
        self.area = (area, wide);
        self.places = Places::of(area, wide, &self.names());
        for (layout, (infra, place)) in self.layouts.iter_mut().zip(self.analysed.iter().zip(self.places.pictures)) {
            *layout = Layout::new(infra, place.width, place.height);
        }
    }

    /// What lies at a cell of the screen: in a picture, an element or nothing; `None` outside the pictures.
    pub fn hit(&self, column: u16, row: u16) -> Option<Option<&Element>> {
        let cell = Cell::new(column, row);
        let at = self.places.pictures.iter().position(|picture| picture.contains(cell))?;
        let picture = self.places.pictures[at];
        Some(self.layouts[at].hit(column - picture.x, row - picture.y))
    }

    /// Scrolls the table by so many lines.
    pub(super) fn scroll_by(&mut self, by: i16, first: &Simulation) {
        let count = self.lines(first).len();
        let most = u16::try_from(count.saturating_sub(room(self.places.table.height, count))).unwrap_or(u16::MAX);
        self.scroll = scrolled(self.scroll, by, most);
    }

    /// The name of each: the design and how it uses TLS, or the latter alone for a design beside itself. What TLS is inside the
    /// site is told where it is not the same in both.
    pub fn names(&self) -> [String; 2] {
        let [first, second] = &self.analysed;
        let one = first.title() == second.title();
        let (a, b) = (first.tls(), second.tls());
        let word = |on| if on { "TLS" } else { "plain" };
        let told = |differs, hops, on| if differs { format!(", {hops} {}", word(on)) } else { String::new() };
        [first, second].map(|infra| {
            let TlsConfig { edge, web_to_app, app_to_db, .. } = infra.tls();
            let web = told(a.web_to_app != b.web_to_app, "web→app", web_to_app);
            let db = told(a.app_to_db != b.app_to_db, "db", app_to_db);
            let tls = format!("TLS {}{web}{db}", edge.word());
            if one { tls } else { format!("{}, {tls}", infra.title()) }
        })
    }

    /// The table for its width.
    pub fn lines(&self, first: &Simulation) -> Vec<Line> {
        table::lines([first, self.timeline.simulation()], &self.figures, self.places.table.width)
    }
}
