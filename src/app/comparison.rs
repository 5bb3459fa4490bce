//! A second design beside the one on the stage: the same users, the same commands, the same time.
//!
//! What is done to the site (users, failures, repairs) is done to both. What changes a design (TLS, rules) changes the first
//! only, since that is what is compared. The second keeps to the first's time, forward and back. Must not know how either is
//! drawn.

mod figures;
mod table;

use std::sync::Arc;
use std::time::Duration;

use crate::layout::{Area, Cell, Layout};
use crate::model::{Element, Infrastructure, TlsMode, TopologyEdit};
use crate::sim::{Command, SimTime, Simulation, Timeline};

use super::App;
use super::line::Line;
use super::regions::is_wide;
use super::stage::{Stage, scrolled};
use figures::Figures;

/// What can be compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Other {
    /// The same design with TLS in another way.
    Tls(TlsMode),
    /// The infrastructure of this name.
    Scenario(String),
}

/// Where the two pictures and the table stand. A picture without room is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// The lines above the pictures that name them.
    pub titles: [Area; 2],
    /// The pictures.
    pub pictures: [Area; 2],
    /// The table.
    pub table: Area,
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
    /// The first design when it was last analysed.
    first: Arc<Infrastructure>,
    /// How far the table is scrolled.
    pub scroll: u16,
}

/// Columns of the table beside the pictures.
const TABLE: u16 = 46;

impl Places {
    /// In an area: beside the table two pictures, one above the other, where there is room for pictures; else the table alone.
    fn of(area: Area, wide: bool) -> Self {
        if !wide {
            return Self { table: area, ..Self::default() };
        }
        let width = area.width.saturating_sub(TABLE);
        let half = area.height / 2;
        let title = |y: u16| Area::new(area.x, y, width, 1);
        let picture = |y: u16, height: u16| Area::new(area.x, y, width, height.saturating_sub(1));
        Self {
            titles: [title(area.y), title(area.y + half)],
            pictures: [picture(area.y + 1, half), picture(area.y + half + 1, area.height - half)],
            table: Area::new(area.x + width, area.y, TABLE, area.height),
        }
    }
}

impl Comparison {
    /// Begins to compare: what was done to the first design until now is done to the second.
    pub(super) fn begin(first: &Timeline, other: &Infrastructure, seed: u64) -> Self {
        let sim = first.simulation();
        let infra = Arc::clone(sim.infrastructure());
        let other = Arc::new(other.with_traffic(infra.traffic()));
        let figures = [Figures::of(&infra, sim.rate()), Figures::of(&other, sim.rate())];
        let mut timeline = Timeline::new(Simulation::new(other, seed));
        for (at, command) in first.commands().filter(|(_, command)| is_shared(command)) {
            timeline.seek(at);
            // What the second does not have cannot fail there.
            let _ = timeline.act(command.clone());
        }
        timeline.seek(sim.now());
        let none = Layout::new(&infra, 0, 0);
        Self { timeline, layouts: [none.clone(), none], places: Places::default(), figures, first: infra, scroll: 0 }
    }

    /// Does to the second what was just done to the first.
    pub(super) fn act(&mut self, command: &Command, now: SimTime) {
        self.timeline.seek(now);
        if is_shared(command) {
            let _ = self.timeline.act(command.clone());
        }
    }

    /// Lets a command be done later in the second as well.
    pub(super) fn schedule(&mut self, after: Duration, command: &Command) {
        if is_shared(command) {
            self.timeline.schedule(after, command.clone());
        }
    }

    /// Follows the first design's time, and its changes.
    pub(super) fn follow(&mut self, first: &Timeline) {
        let sim = first.simulation();
        if self.timeline.simulation().now() != sim.now() {
            self.timeline.seek(sim.now());
        }
        if !Arc::ptr_eq(&self.first, sim.infrastructure()) {
            self.first = Arc::clone(sim.infrastructure());
            self.figures[0] = Figures::of(&self.first, sim.rate());
            let picture = self.places.pictures[0];
            self.layouts[0] = Layout::new(&self.first, picture.width, picture.height);
        }
    }

    /// Makes the pictures anew for a screen of another size.
    pub(super) fn resize(&mut self, area: Area, wide: bool) {
        self.places = Places::of(area, wide);
        let infras = [&self.first, self.timeline.simulation().infrastructure()];
        for (layout, (infra, place)) in self.layouts.iter_mut().zip(infras.into_iter().zip(self.places.pictures)) {
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
        let room = usize::from(self.places.table.height.saturating_sub(1));
        let most = u16::try_from(self.lines(first).len().saturating_sub(room)).unwrap_or(u16::MAX);
        self.scroll = scrolled(self.scroll, by, most);
    }

    /// The name of each: the design, and how it uses TLS if that is all that differs.
    pub fn names(&self, first: &Simulation) -> [String; 2] {
        [first, self.timeline.simulation()].map(|sim| {
            let infra = sim.infrastructure();
            format!("{}, TLS {}", infra.title(), infra.tls().edge.word())
        })
    }

    /// The table for its width.
    pub fn lines(&self, first: &Simulation) -> Vec<Line> {
        table::lines([first, self.timeline.simulation()], &self.figures, self.places.table.width)
    }
}

/// Whether a command is done to both: whatever happens to a site, but for what makes it another design.
const fn is_shared(command: &Command) -> bool {
    !matches!(command, Command::Edit(TopologyEdit::EdgeTls(_) | TopologyEdit::WebToAppTls(_) | TopologyEdit::AppToDbTls(_)))
}

impl Stage {
    /// The area of a comparison on a screen of this size: all but the header, the status and the footer.
    pub(super) fn comparison_area(size: (u16, u16)) -> Area {
        Area::new(0, 1, size.0, size.1.saturating_sub(3))
    }
}

impl App {
    /// Compares the infrastructure on the stage with another.
    pub(super) fn compare_with(&mut self, other: &Other) -> Result<(), String> {
        let (size, seed) = (self.size(), self.settings.seed);
        let scenario = match other {
            Other::Scenario(name) => Some(self.library.scenario(name).cloned().ok_or("There is no such infrastructure.")?),
            Other::Tls(_) => None,
        };
        let Some(stage) = self.stage_mut() else { return Err("Open something first.".into()) };
        let second = match (other, scenario) {
            (_, Some(infra)) => Infrastructure::clone(&infra),
            (Other::Tls(mode), None) => stage.infra().edited(&TopologyEdit::EdgeTls(*mode)),
            (Other::Scenario(_), None) => return Err("There is no such infrastructure.".into()),
        };
        let mut comparison = Comparison::begin(&stage.timeline, &second, seed);
        comparison.resize(Stage::comparison_area(size), is_wide(size));
        stage.comparison = Some(Box::new(comparison));
        stage.view = super::View::Compare;
        Ok(())
    }
}
