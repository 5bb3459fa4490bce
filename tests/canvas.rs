//! Tests the diagram of an infrastructure: its layout at any size, and its cells.

#![expect(clippy::unwrap_used, reason = "a failed precondition panics")]

#[path = "canvas/draw.rs"]
mod draw;
#[path = "canvas/geometry.rs"]
mod geometry;
#[path = "canvas/random.rs"]
mod random;

use std::sync::Arc;

use hoplight::layout::Layout;
use hoplight::model::{ComponentId, Element, Infrastructure, ServerId, TlsMode, TopologyEdit};
use hoplight::sim::{Command, JournalEvent, Observer, SimTime, Simulation};
use hoplight::view::canvas::Canvas;
use hoplight::view::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

/// Every shipped scenario, by file name.
fn scenarios() -> Vec<Infrastructure> {
    let mut files: Vec<_> = std::fs::read_dir("assets")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "ron"))
        // Benchmarks have no diagram.
        .filter(|path| !path.to_string_lossy().contains("bench-"))
        .collect();
    files.sort();
    let read = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        Infrastructure::from_ron(&path.to_string_lossy(), &text).ok()
    };
    // The directory may contain files other than scenarios, but must contain this one.
    let scenarios: Vec<_> = files.iter().filter_map(read).collect();
    assert!(scenarios.iter().any(|infra| infra.id().as_str() == "stage-2-secured"));
    scenarios
}

fn stage_2(mode: TlsMode) -> Infrastructure {
    Infrastructure::from_ron("assets/stage-2-secured.ron", include_str!("../assets/stage-2-secured.ron"))
        .unwrap()
        .edited(&TopologyEdit::EdgeTls(mode))
}

fn component(id: &str) -> Element {
    Element::Component(ComponentId::new(id))
}

fn server(id: &str) -> Element {
    Element::Server(ServerId::new(id))
}

fn hop(from: &str, to: &str) -> Element {
    Element::Hop(ComponentId::new(from), ComponentId::new(to))
}

/// Ignores all events.
struct Deaf;

impl Observer for Deaf {
    fn note(&mut self, _: JournalEvent) {}
}

/// Runs the simulation for `milliseconds`, with `killed` elements failing after the first second.
fn run(infra: Infrastructure, killed: &[Element], milliseconds: u64) -> Simulation {
    let mut sim = Simulation::new(Arc::new(infra), 7);
    if !killed.is_empty() {
        sim.advance(SimTime::from_secs(1), &mut Deaf);
    }
    for element in killed {
        sim.apply(&Command::Kill(element.clone()), &mut Deaf).unwrap();
    }
    sim.advance(SimTime::from_nanos(milliseconds * 1_000_000), &mut Deaf);
    sim
}

fn layout_of(sim: &Simulation, (width, height): (u16, u16)) -> Layout {
    Layout::new(sim.infrastructure(), width, height)
}

fn paint(canvas: &Canvas<'_>) -> Buffer {
    let (width, height) = canvas.layout.size();
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    canvas.render(buffer.area, &mut buffer);
    buffer
}

/// The diagram with nothing selected.
fn picture(sim: &Simulation, size: (u16, u16), theme: &Theme) -> Buffer {
    paint(&Canvas::new(&layout_of(sim, size), sim, theme))
}

/// The symbols of a buffer as lines.
fn text(buffer: &Buffer) -> String {
    let rows = buffer.content.chunks(usize::from(buffer.area.width).max(1));
    rows.map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>().trim_end().to_owned() + "\n").collect()
}
