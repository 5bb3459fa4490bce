//! A second design compared with the one on the stage: the same load, the same commands, the same time.
//!
//! Load changes, faults, repairs and blocked hops apply to both designs. A TLS change applies to the first only, since TLS is
//! what is compared. The second design replays the log of the first, including the future after a rewind, and follows its
//! clock. A command that only the second design accepts is applied to it alone.

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

/// Areas of the two diagrams and the table. A diagram that does not fit has an empty area.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ComparisonAreas {
    /// Title lines above the diagrams. Without diagrams, the first is a line above the table for the first design's name, used
    /// only if the table's title cannot hold both names.
    pub titles: [Area; 2],
    /// The diagrams.
    pub pictures: [Area; 2],
    /// The table.
    pub table: Area,
    /// The shared timeline at the bottom; empty if it does not fit.
    pub timeline: Area,
}

/// A comparison with a second design.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The second design's timeline.
    pub timeline: Timeline,
    /// Layouts of the two diagrams.
    pub layouts: [Layout; 2],
    /// Areas on the screen.
    pub areas: ComparisonAreas,
    /// Analysis results of the two designs.
    figures: [Figures; 2],
    /// The two designs as of the last analysis.
    analysed: [Arc<Infrastructure>; 2],
    /// Requests per second at the last analysis.
    load: f64,
    /// The second design's simulation at the start of the run.
    beginning: Simulation,
    /// Commands applied to the second design, in order.
    given: Vec<RepeatedCommand>,
    /// Commands for the second design only, in order.
    own: Vec<OwnCommand>,
    /// Commands for the first design only.
    apart: Vec<(SimTime, Command)>,
    /// The second design's marks on the timeline.
    pub marks: TimelineMarks,
    /// The area of the comparison, and whether diagrams fit into it.
    area: (Area, bool),
    /// Scroll offset of the table.
    pub scroll: u16,
}

/// Columns of the table beside the diagrams.
const TABLE: u16 = 46;
/// Smallest height at which the timeline gets a row.
const WITH_TIMELINE: u16 = 47;
/// Columns that the horizontal rule takes in a title line.
const RULE: usize = 6;
/// Relative change of the load that reruns the analysis. During a ramp, the load changes continuously.
const NEW_LOAD: f64 = 0.1;

impl ComparisonAreas {
    /// Splits an area. If diagrams fit, they are stacked beside the table. Otherwise, the table fills the area; if both
    /// names do not fit on one line, a line above it shows the first.
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
    /// Starts a comparison: replays the first design's log on the second.
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

    /// Reruns the analysis and redoes the layout if a design or the load has changed.
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

    /// Lays out the diagrams for a new area.
    pub(super) fn resize(&mut self, area: Area, wide: bool) {
        self.area = (area, wide);
        self.areas = ComparisonAreas::of(area, wide, &self.names());
        for (layout, (infra, place)) in self.layouts.iter_mut().zip(self.analysed.iter().zip(self.areas.pictures)) {
            *layout = Layout::new(infra, place.width, place.height);
        }
    }

    /// Returns the element at a screen cell: `Some(None)` for an empty cell of a diagram, `None` for a cell outside the
    /// diagrams.
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

    /// Returns the names of the two designs: title and TLS mode, or only the TLS mode if the titles are the same. TLS inside
    /// the site is included if it differs.
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

    /// Returns the lines of the table.
    pub fn lines(&self, first: &Simulation) -> Vec<Line> {
        table::lines([first, self.timeline.simulation()], &self.figures, self.areas.table.width)
    }
}
