//! The course map: lessons with progress, infrastructures to explore, and a running preview of the selected line.

use std::sync::Arc;
use std::time::Duration;

use hoplight_course::UnitMastery;
use hoplight_layout::Layout;
use hoplight_lesson::{Lesson, Library};
use hoplight_model::Infrastructure;
use hoplight_sim::{SimTime, Simulation, Timeline};

use crate::activity::{self, Activity};
use crate::catalogue::Catalogue;
use crate::regions;

/// Simulated seconds of the preview per second of wall time.
pub const PREVIEW_SPEED: f64 = 0.25;

/// A line of the course map.
#[derive(Clone, Debug, PartialEq)]
pub enum CourseItem {
    /// A lesson.
    Lesson(Arc<Lesson>),
    /// Something to do other than a lesson.
    Activity(Activity),
    /// An infrastructure to explore.
    Scenario(Arc<Infrastructure>),
}

/// The course map.
#[derive(Clone, Debug)]
pub struct Home {
    /// The lines.
    pub items: Vec<CourseItem>,
    /// Index of the selected line.
    pub chosen: usize,
    /// What the learner has shown to know in each unit, when the map was last opened.
    pub mastery: Vec<UnitMastery>,
    /// The running infrastructure of the selected line.
    pub preview: Option<Timeline>,
    /// The layout of the preview.
    pub layout: Option<Layout>,
    /// Scroll offset of the list.
    scroll: u16,
    seed: u64,
    size: (u16, u16),
}

impl Home {
    /// Creates the course map of a library.
    pub fn new(library: &Library, catalogue: &Catalogue, seed: u64, size: (u16, u16)) -> Self {
        let practice = activity::practice(catalogue).map(CourseItem::Activity);
        let lessons = course(library, catalogue);
        let scenarios = library.scenarios_in_course_order().into_iter().filter(|infra| !infra.is_benchmark());
        let activities = activity::all(catalogue).into_iter().map(CourseItem::Activity);
        let items = practice
            .into_iter()
            .chain(lessons)
            .chain(activities)
            .chain(scenarios.map(|infra| CourseItem::Scenario(Arc::clone(infra))))
            .collect();
        let mut home = Self { items, chosen: 0, mastery: Vec::new(), preview: None, layout: None, scroll: 0, seed, size };
        home.show(library);
        home
    }

    /// Returns what the learner has shown to know in a unit.
    pub fn mastery_of(&self, unit: &str) -> Option<&UnitMastery> {
        self.mastery.iter().find(|mastery| mastery.unit == unit)
    }

    /// Returns the selected line.
    pub fn item(&self) -> Option<&CourseItem> {
        self.items.get(self.chosen)
    }

    /// Selects a line.
    pub fn choose(&mut self, line: usize, library: &Library) {
        let line = line.min(self.items.len().saturating_sub(1));
        if line != self.chosen {
            self.chosen = line;
            self.show(library);
            self.follow();
        }
    }

    /// Returns all lines, each with its row in the unscrolled list.
    fn all_rows(&self) -> Vec<(usize, u16)> {
        let mut rows = Vec::new();
        let mut at: u16 = 0;
        let mut last = None;
        for (line, item) in self.items.iter().enumerate() {
            let of = group(item);
            if last != Some(of) {
                at = at.saturating_add(if last.is_some() { 2 } else { 1 });
                last = Some(of);
            }
            rows.push((line, at));
            at = at.saturating_add(1);
        }
        rows
    }

    /// Returns the visible lines, each with its row from the top of the list.
    pub fn rows(&self) -> Vec<(usize, u16)> {
        let shown = self.scroll..self.scroll.saturating_add(self.room());
        let rows = self.all_rows().into_iter().filter(|(_, row)| shown.contains(row));
        rows.map(|(line, row)| (line, row - self.scroll)).collect()
    }

    /// Returns the number of hidden lines above and below the visible ones.
    pub fn hidden(&self) -> (usize, usize) {
        let end = self.scroll.saturating_add(self.room());
        let rows = self.all_rows();
        let above = rows.iter().filter(|(_, row)| *row < self.scroll).count();
        (above, rows.iter().filter(|(_, row)| *row >= end).count())
    }

    fn room(&self) -> u16 {
        let (list, ..) = regions::home(self.size.0, self.size.1);
        list.height
    }

    /// Scrolls as little as possible to show the selected line, including the heading above the first line of a group.
    fn follow(&mut self) {
        let (rows, room) = (self.all_rows(), self.room());
        let last = rows.last().map_or(0, |(_, row)| *row);
        let Some((_, row)) = rows.get(self.chosen).copied().filter(|_| room > 1) else { return };
        let above = self.chosen.checked_sub(1).and_then(|line| rows.get(line)).map_or(0, |(_, row)| row + 1);
        let top = if above == row { row } else { row - 1 };
        let most = (last + 1).saturating_sub(room);
        // The count of hidden lines would cover the end of a title in the last row.
        let margin = u16::from(row < last);
        self.scroll = self.scroll.max((row + 1 + margin).saturating_sub(room)).min(top).min(most);
    }

    /// Starts the preview of the selected line, a few seconds into its run.
    fn show(&mut self, library: &Library) {
        let infra = match self.item() {
            Some(CourseItem::Lesson(lesson)) => library.scenario(lesson.scenario.as_str()).cloned(),
            Some(CourseItem::Scenario(infra)) => Some(Arc::clone(infra)),
            Some(CourseItem::Activity(_)) | None => None,
        };
        let same = |timeline: &Timeline, infra: &Arc<Infrastructure>| timeline.simulation().infrastructure().id() == infra.id();
        if let (Some(timeline), Some(infra)) = (&self.preview, &infra)
            && same(timeline, infra)
        {
            return;
        }
        self.preview = infra.map(|infra| {
            let mut timeline = Timeline::new(Simulation::new(infra, self.seed));
            timeline.sample_at(PREVIEW_SPEED);
            timeline.seek(SimTime::from_secs(3));
            timeline
        });
        self.resize(self.size);
    }

    /// Lays out the preview for a new screen size.
    pub fn resize(&mut self, size: (u16, u16)) {
        self.size = size;
        self.follow();
        let (_, _, area) = regions::home(size.0, size.1);
        let infra = self.preview.as_ref().map(|timeline| timeline.simulation().infrastructure());
        self.layout = infra.filter(|_| area.height > 0).map(|infra| Layout::new(infra, area.width, area.height));
    }

    /// Whether a preview is shown.
    pub fn is_alive(&self) -> bool {
        self.layout.as_ref().is_some_and(|layout| layout.fit() == hoplight_layout::Fit::Whole)
    }

    /// Advances wall time.
    pub fn tick(&mut self, elapsed: Duration) {
        if let Some(timeline) = &mut self.preview {
            // Packets are easy to follow at a quarter of real time.
            let to = timeline.simulation().now() + elapsed.mul_f64(PREVIEW_SPEED);
            timeline.seek(to);
        }
    }
}

/// The lessons, each unit with a test at its end.
fn course(library: &Library, catalogue: &Catalogue) -> Vec<CourseItem> {
    let mut items: Vec<CourseItem> = Vec::new();
    let lessons: Vec<&Arc<Lesson>> = library.lessons().collect();
    for unit in lessons.chunk_by(|a, b| a.unit == b.unit) {
        items.extend(unit.iter().map(|lesson| CourseItem::Lesson(Arc::clone(lesson))));
        let test = unit.first().and_then(|lesson| activity::test_out(catalogue, &lesson.unit));
        items.extend(test.map(CourseItem::Activity));
    }
    items
}

/// Returns the heading of a line's group.
pub fn group(item: &CourseItem) -> &str {
    match item {
        CourseItem::Lesson(lesson) => &lesson.unit,
        CourseItem::Activity(activity) => &activity.unit,
        CourseItem::Scenario(infra) => infra.unit(),
    }
}
