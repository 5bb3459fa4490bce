//! A second design beside the one on the stage: the same users, the same commands, the same time.
//!
//! Users, failures, repairs and blocked hops happen to both. A change of TLS happens to the first only, since that is what is
//! compared. The second design repeats the first's log, including the future after a rewind, and follows its clock; a command
//! that only the second accepts is done to it alone.

mod both;
mod figures;
mod table;
pub mod target;

use std::sync::Arc;

use hoplight_layout::{Area, Cell, Layout};
use hoplight_model::text::width;
use hoplight_model::{Element, Infrastructure, TlsConfig};
use hoplight_sim::{Command, SimTime, Simulation, Timeline};

use both::{OwnCommand, RepeatedCommand};
use figures::Figures;

use crate::events::TimelineMarks;
use crate::line::Line;
use crate::scroll::{room, scrolled};

pub use both::ComparisonSide;
pub(super) use both::is_shared;

/// Where the two pictures and the table are. A picture without room is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ComparisonAreas {
    /// The lines above the pictures that name them. Without pictures, if one line does not hold both names, the first is the
    /// line above the table, and the table's own title names the second.
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
    /// Its simulation with its past.
    pub timeline: Timeline,
    /// The layouts of both pictures.
    pub layouts: [Layout; 2],
    /// Where everything is on the screen.
    pub areas: ComparisonAreas,
    /// The analysis of both.
    figures: [Figures; 2],
    /// Both designs when they were last analysed.
    analysed: [Arc<Infrastructure>; 2],
    /// Requests per second when they were.
    load: f64,
    /// The second design at the beginning of its run.
    beginning: Simulation,
    /// Commands that were done to the second, in order.
    given: Vec<RepeatedCommand>,
    /// Commands for the second alone, in order.
    own: Vec<OwnCommand>,
    /// Commands for the first alone.
    apart: Vec<(SimTime, Command)>,
    /// The second's marks on the timeline.
    pub marks: TimelineMarks,
    /// The area of the comparison, and whether it has room for pictures.
    area: (Area, bool),
    /// How far the table is scrolled.
    pub scroll: u16,
}

/// Columns of the table beside the pictures.
const TABLE: u16 = 46;
/// From this height on, the timeline has a row without cost to the pictures.
const WITH_TIMELINE: u16 = 47;
/// Columns of a title's line that its rule takes.
const RULE: usize = 6;
/// The relative change of the load that makes the analysis run again. A ramp changes the load all the time.
const NEW_LOAD: f64 = 0.1;

impl ComparisonAreas {
    /// Divides an area. If there is room for pictures, they are one above the other beside the table. Else there is the table
    /// alone, below a line for the first name if one line does not hold both.
    fn of(area: Area, wide: bool, names: &[String; 2]) -> Self {
        if !wide {
            let needed = "A ".len() + width(&names[0]) + "  B ".len() + width(&names[1]) + RULE;
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
    /// Begins a comparison: repeats the first design's log on the second.
    pub(super) fn begin(first: &Timeline, other: &Infrastructure, seed: u64) -> Self {
        let sim = first.simulation();
        let infra = Arc::clone(sim.infrastructure());
        let other = Arc::new(other.with_traffic(infra.traffic()));
        let beginning = Simulation::new(Arc::clone(&other), seed);
        let none = Layout::new(&infra, 0, 0);
        let mut comparison = Self {
            timeline: Timeline::new(beginning.clone()),
            layouts: [none.clone(), none],
            areas: ComparisonAreas::default(),
            figures: [Figures::of(&infra, sim.rate()), Figures::of(&other, sim.rate())],
            analysed: [infra, other],
            load: sim.rate(),
            beginning,
            given: Vec::new(),
            own: Vec::new(),
            apart: Vec::new(),
            marks: TimelineMarks::default(),
            area: (Area::default(), false),
            scroll: 0,
        };
        comparison.follow(first);
        comparison
    }

    /// Runs the analysis again and lays the pictures out again if a design has changed, or the load.
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

    /// Lays the pictures out for another area.
    pub(super) fn resize(&mut self, area: Area, wide: bool) {
        self.area = (area, wide);
        self.areas = ComparisonAreas::of(area, wide, &self.names());
        for (layout, (infra, place)) in self.layouts.iter_mut().zip(self.analysed.iter().zip(self.areas.pictures)) {
            *layout = Layout::new(infra, place.width, place.height);
        }
    }

    /// The element at a cell of the screen: `Some(None)` is an empty cell of a picture, `None` a cell outside the pictures.
    pub fn hit(&self, column: u16, row: u16) -> Option<Option<&Element>> {
        let cell = Cell::new(column, row);
        let at = self.areas.pictures.iter().position(|picture| picture.contains(cell))?;
        let picture = self.areas.pictures[at];
        Some(self.layouts[at].hit(column - picture.x, row - picture.y))
    }

    /// Scrolls the table by a number of lines.
    pub(super) fn scroll_by(&mut self, by: i16, first: &Simulation) {
        let count = self.lines(first).len();
        let most = u16::try_from(count.saturating_sub(room(self.areas.table.height, count))).unwrap_or(u16::MAX);
        self.scroll = scrolled(self.scroll, by, most);
    }

    /// The names of both: the design and its TLS mode, or the TLS mode alone if the design is the same. TLS inside the site is
    /// named if it differs.
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

    /// The lines of the table.
    pub fn lines(&self, first: &Simulation) -> Vec<Line> {
        table::lines([first, self.timeline.simulation()], &self.figures, self.areas.table.width)
    }
}
