//! How much a frame costs: update, view and diff, at 120×40 with 200 packets on their way; and what it sends.
//!
//! `cargo bench --bench frame` prints a table and the bytes a second; the README quotes both.

use std::cell::Cell;
use std::io::{self, Write};
use std::rc::Rc;
use std::time::Duration;

use divan::{Bencher, black_box};
use hoplight::app::{App, Key, Settings};
use hoplight::content::EMBEDDED;
use hoplight::lesson::{Library, Progress};
use hoplight::tui::theme::Theme;
use hoplight::tui::view;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::{TerminalOptions, Viewport};

const SIZE: (u16, u16) = (120, 40);
/// Frames a second.
const RATE: u64 = 30;
const FRAME: Duration = Duration::from_nanos(1_000_000_000 / RATE);

#[expect(clippy::print_stdout, reason = "what a benchmark is for")]
fn main() {
    let app = busy();
    if let Some(stage) = app.stage() {
        let (packets, rate) = (stage.sim().packets().count(), stage.sim().rate());
        println!("packets on their way: {packets}, at {rate} requests a second");
    }
    println!("bytes a second to the terminal: {} live, {} paused\n", bytes(false), bytes(true));
    divan::main();
}

/// Stage 2 with so many users that 200 packets are on their way.
fn busy() -> App {
    let library = Library::new(EMBEDDED).expect("the shipped content");
    let infra = library.scenario("stage-2-secured").expect("shipped").clone();
    let mut app = App::new(library, Progress::default(), Settings { seed: 1, ..Settings::default() });
    app.resize(SIZE.0, SIZE.1);
    app.open_scenario(infra);
    for _ in 0..60 {
        let count = app.stage().map_or(0, |stage| stage.sim().packets().count());
        if count >= 200 {
            break;
        }
        app.press(Key::char('>'));
        (0..RATE).for_each(|_| app.tick(FRAME));
    }
    app
}

/// A terminal that counts what it is sent.
struct Counter(Rc<Cell<usize>>);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(|sent| sent + bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn bytes(paused: bool) -> usize {
    let mut app = busy();
    if paused {
        app.press(Key::char(' '));
    }
    let theme = Theme::default();
    let area = Rect::new(0, 0, SIZE.0, SIZE.1);
    let options = TerminalOptions { viewport: Viewport::Fixed(area) };
    let sent = Rc::new(Cell::new(0));
    let writer = Counter(Rc::clone(&sent));
    let mut terminal = Terminal::with_options(CrosstermBackend::new(writer), options).expect("no terminal is asked");
    let mut draw = |app: &mut App| {
        app.tick(FRAME);
        if app.take_changed() {
            terminal.draw(|frame| view::draw(app, &theme, frame)).expect("memory takes it");
        }
        sent.take()
    };
    // The first frame draws all of the screen.
    draw(&mut app);
    (0..10 * RATE).map(|_| draw(&mut app)).sum::<usize>() / 10
}

/// Everything between two frames, but for the terminal: three thousand users a second, five times what the site bears.
#[divan::bench(sample_count = 300, sample_size = 1)]
fn frame_at_120x40_with_200_packets(bencher: Bencher<'_, '_>) {
    frames(bencher, busy());
}

fn frames(bencher: Bencher<'_, '_>, mut app: App) {
    let theme = Theme::default();
    let area = Rect::new(0, 0, SIZE.0, SIZE.1);
    let mut before = Buffer::empty(area);
    let mut after = Buffer::empty(area);
    bencher.bench_local(|| {
        app.tick(FRAME);
        after.reset();
        view::render(&app, &theme, area, &mut after);
        let changed = before.diff(&after).len();
        std::mem::swap(&mut before, &mut after);
        black_box(changed)
    });
}

/// The same picture an eighth as fast, as one watches packets: hardly anything happens between two frames.
#[divan::bench(sample_count = 300, sample_size = 1)]
fn frame_in_slow_motion(bencher: Bencher<'_, '_>) {
    let mut app = busy();
    (0..3).for_each(|_| drop(app.press(Key::char('['))));
    frames(bencher, app);
}

#[divan::bench(sample_count = 300, sample_size = 1)]
fn update_only(bencher: Bencher<'_, '_>) {
    let mut app = busy();
    bencher.bench_local(|| app.tick(FRAME));
}

#[divan::bench(sample_count = 300, sample_size = 1)]
fn view_only(bencher: Bencher<'_, '_>) {
    let app = busy();
    let theme = Theme::default();
    let area = Rect::new(0, 0, SIZE.0, SIZE.1);
    let mut buffer = Buffer::empty(area);
    bencher.bench_local(|| {
        buffer.reset();
        view::render(&app, &theme, area, &mut buffer);
    });
}

/// From nothing to the first frame, with all content read and checked.
#[divan::bench(sample_count = 50, sample_size = 1)]
fn first_frame() -> usize {
    let library = Library::new(EMBEDDED).expect("the shipped content");
    let mut app = App::new(library, Progress::default(), Settings { seed: 1, ..Settings::default() });
    app.resize(SIZE.0, SIZE.1);
    let area = Rect::new(0, 0, SIZE.0, SIZE.1);
    let mut buffer = Buffer::empty(area);
    view::render(&app, &Theme::default(), area, &mut buffer);
    buffer.content.len()
}
