//! Frame benchmarks: update, drawing and ratatui's diff at 120×40 with 200 packets in flight, and the bytes sent to the
//! terminal.
//!
//! `cargo bench --bench frame` prints a table and the bytes per second; docs/benchmarks.md quotes both.

use std::cell::Cell;
use std::io::{self, Write};
use std::rc::Rc;
use std::time::Duration;

use divan::{Bencher, black_box};
use hoplight::app::{App, Code, Key, Settings};
use hoplight::content::EMBEDDED;
use hoplight::layout::Layout;
use hoplight::lesson::{Library, Progress};
use hoplight::model::draft::Draft;
use hoplight::model::scenario::Scenario;
use hoplight::model::{Element, Infrastructure, ScenarioId, ServerId, compose};
use hoplight::view::frame;
use hoplight::view::theme::Theme;
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

const SIZE: (u16, u16) = (120, 40);
/// Frames per second.
const RATE: u64 = 30;
const FRAME: Duration = Duration::from_nanos(1_000_000_000 / RATE);

#[expect(clippy::print_stdout, reason = "the benchmark's output")]
fn main() {
    for (what, app) in [("distant users", far()), ("overload", busy())] {
        if let Some(stage) = app.stage() {
            let (packets, rate) = (stage.sim().packets().count(), stage.sim().rate());
            let failed = stage.sim().experience(Duration::from_secs(10), None).error_ratio().unwrap_or_default() * 100.0;
            println!("{what}: {packets} packets in flight, {rate} requests/s, {failed:.1} % failed");
        }
    }
    println!("bytes per second to the terminal: {} live, {} paused\n", bytes(false), bytes(true));
    divan::main();
}

fn app() -> App {
    let library = Library::new(EMBEDDED).expect("the shipped content is valid");
    let mut app = App::new(library, Progress::default(), Settings { seed: 1, ..Settings::default() });
    app.resize(SIZE.0, SIZE.1);
    app
}

/// Increases the arrival rate until 200 packets are in flight.
fn crowd(app: &mut App) {
    for _ in 0..60 {
        let count = app.stage().map_or(0, |stage| stage.sim().packets().count());
        if count >= 200 {
            break;
        }
        app.press(Key::char('>'));
        (0..RATE).for_each(|_| app.tick(FRAME));
    }
}

/// Stage 2 with the given user latency in milliseconds, at an arrival rate that puts 200 packets in flight.
fn stage_2(latency_ms: Option<f64>) -> App {
    let (file, text) = EMBEDDED.scenarios.iter().find(|(path, _)| path.contains("stage-2")).expect("stage 2 is shipped");
    let link = "to: \"lb-1\", protocol: Http";
    assert_eq!(text.matches(link).count(), 1, "the scenario has one link from its users");
    let longer = latency_ms.map_or_else(String::new, |ms| format!(", latency_ms: {ms:?}"));
    let text = text.replace(link, &format!("{link}{longer}"));
    let mut app = app();
    app.open_scenario(Infrastructure::read(file, &text).expect("the changed scenario is valid").into());
    crowd(&mut app);
    app
}

/// Users behind a satellite link with 250 ms latency: the site can handle their load.
fn far() -> App {
    stage_2(Some(250.0))
}

/// Users nearby, at five times the rate that the site can handle.
fn busy() -> App {
    stage_2(None)
}

/// Accepts bytes like a terminal, and counts them.
#[derive(Clone, Default)]
struct Sink(Rc<Cell<usize>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.set(self.0.get() + bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// ratatui's terminal, set up as in the program.
fn terminal(sink: &Sink, area: Rect) -> Terminal<CrosstermBackend<Sink>> {
    let options = TerminalOptions { viewport: Viewport::Fixed(area) };
    Terminal::with_options(CrosstermBackend::new(sink.clone()), options).expect("a sink does not fail")
}

fn draw(terminal: &mut Terminal<CrosstermBackend<Sink>>, app: &App, theme: &Theme) {
    let drawn = terminal.draw(|frame| frame::render(app, theme, frame.area(), frame.buffer_mut()));
    drawn.expect("a sink does not fail");
}

fn bytes(paused: bool) -> usize {
    let mut app = busy();
    if paused {
        app.press(Key::char(' '));
    }
    let (theme, sink) = (Theme::default(), Sink::default());
    let mut terminal = terminal(&sink, Rect::new(0, 0, SIZE.0, SIZE.1));
    let mut draw = |app: &mut App| {
        app.tick(FRAME);
        if app.take_changed() {
            draw(&mut terminal, app, &theme);
        }
        sink.0.take()
    };
    // The first frame draws the whole screen.
    draw(&mut app);
    (0..10 * RATE).map(|_| draw(&mut app)).sum::<usize>() / 10
}

/// All the work of a frame, excluding the terminal's own.
#[divan::bench(sample_count = 300, sample_size = 1)]
fn frame_at_120x40_with_200_packets(bencher: Bencher<'_, '_>) {
    frames(bencher, far());
}

/// Like `frame_at_120x40_with_200_packets`, but under overload: three thousand users per second, five times what the
/// site can handle.
#[divan::bench(sample_count = 300, sample_size = 1)]
fn frame_under_overload(bencher: Bencher<'_, '_>) {
    frames(bencher, busy());
}

fn frames(bencher: Bencher<'_, '_>, mut app: App) {
    let (theme, sink) = (Theme::default(), Sink::default());
    let mut terminal = terminal(&sink, Rect::new(0, 0, SIZE.0, SIZE.1));
    bencher.bench_local(|| {
        app.tick(FRAME);
        draw(&mut terminal, &app, &theme);
    });
}

/// The same screen at an eighth of the speed, as when watching packets: hardly anything changes between two frames.
#[divan::bench(sample_count = 300, sample_size = 1)]
fn frame_in_slow_motion(bencher: Bencher<'_, '_>) {
    let mut app = far();
    (0..3).for_each(|_| drop(app.press(Key::char('['))));
    frames(bencher, app);
}

#[divan::bench(sample_count = 300, sample_size = 1)]
fn update_only(bencher: Bencher<'_, '_>) {
    let mut app = far();
    bencher.bench_local(|| app.tick(FRAME));
}

#[divan::bench(sample_count = 300, sample_size = 1)]
fn view_only(bencher: Bencher<'_, '_>) {
    let app = far();
    let theme = Theme::default();
    let area = Rect::new(0, 0, SIZE.0, SIZE.1);
    let mut buffer = Buffer::empty(area);
    bencher.bench_local(|| {
        buffer.reset();
        frame::render(&app, &theme, area, &mut buffer);
    });
}

/// ratatui's diff of two frames.
#[divan::bench(args = [(120, 40), (200, 60)], sample_count = 300, sample_size = 1)]
fn diff_only(bencher: Bencher<'_, '_>, (columns, rows): (u16, u16)) {
    let mut app = busy();
    app.resize(columns, rows);
    let theme = Theme::default();
    let area = Rect::new(0, 0, columns, rows);
    let [before, after] = [(), ()].map(|()| {
        app.tick(FRAME);
        let mut buffer = Buffer::empty(area);
        frame::render(&app, &theme, area, &mut buffer);
        buffer
    });
    bencher.bench_local(|| black_box(before.diff_iter(&after).count()));
}

/// A site with `servers` servers, a third each for web, application and database, each linked to two servers of the
/// next tier.
fn site(servers: usize) -> Infrastructure {
    let tier = servers / 3;
    let mut lines =
        vec!["(id: \"browser\", kind: Browser)".to_owned(), "(id: \"lb\", kind: LoadBalancer(), server: \"s-lb\")".into()];
    let mut links = vec!["(from: \"browser\", to: \"lb\", protocol: Http)".to_owned()];
    let mut homes = vec!["(id: \"s-lb\")".to_owned()];
    for i in 0..tier {
        let role = if i == 0 { "Primary" } else { "Replica" };
        for (name, kind) in [("web", "Web()".to_owned()), ("app", "App()".into()), ("db", format!("Database(role: {role})"))] {
            lines.push(format!("(id: \"{name}-{i}\", kind: {kind}, server: \"s-{name}-{i}\")"));
            homes.push(format!("(id: \"s-{name}-{i}\")"));
        }
        links.push(format!("(from: \"lb\", to: \"web-{i}\", protocol: Http)"));
        for to in [i, (i + 1) % tier] {
            links.push(format!("(from: \"web-{i}\", to: \"app-{to}\", protocol: Http)"));
            links.push(format!("(from: \"app-{i}\", to: \"db-{to}\", protocol: Sql)"));
        }
        if i > 0 {
            links.push(format!("(from: \"db-0\", to: \"db-{i}\", protocol: Replication)"));
        }
    }
    let [servers, components, links] = [homes, lines, links].map(|lines| lines.join(","));
    Infrastructure::read("site", &format!("(servers: [{servers}], components: [{components}], links: [{links}])"))
        .expect("a valid scenario")
}

/// The layout of a large site, which is computed when the site is opened or the window is resized.
#[divan::bench(args = [12, 60, 120, 240], sample_count = 5, sample_size = 1)]
fn layout_of_servers(bencher: Bencher<'_, '_>, servers: usize) {
    let infra = site(servers);
    bencher.bench_local(|| Layout::within(&infra, SIZE.0 - 36, SIZE.1 - 12));
}

/// From startup to the first frame, including reading and checking all content.
#[divan::bench(sample_count = 50, sample_size = 1)]
fn first_frame() -> usize {
    let app = app();
    let area = Rect::new(0, 0, SIZE.0, SIZE.1);
    let mut buffer = Buffer::empty(area);
    frame::render(&app, &Theme::default(), area, &mut buffer);
    buffer.content.len()
}

/// A drawing of 60 components that has run for a while: copies of stage 2's second server.
fn large_drawing() -> App {
    let mut app = app();
    let mut drawing = Scenario::from(app.library.scenario("stage-2-secured").expect("shipped").as_ref()).minimal();
    let server = Element::Server(ServerId::new("server-3"));
    while drawing.components.len() < 60 {
        let mut draft = Draft::new(drawing.clone());
        let copied = compose::copy(&drawing, &server).expect("a server can be copied");
        draft.apply_all(copied.edits).expect("valid edits");
        drawing = draft.scenario().clone();
    }
    app.edit_scenario(&drawing, ScenarioId::new("large")).expect("a valid drawing");
    (0..3 * RATE).for_each(|_| app.tick(FRAME));
    app
}

/// A setting of a running site of 60 components that leaves every line where it is, and the frame after it.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn setting_of_60_components(bencher: Bencher<'_, '_>) {
    act_and_frame(bencher, &large_drawing(), Key::char('t'));
}

/// A web server added to a running site of 60 components, with the links to it, and the frame after it.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn part_added_to_60_components(bencher: Bencher<'_, '_>) {
    let mut app = large_drawing();
    for key in "aweb new".chars() {
        app.press(Key::char(key));
    }
    act_and_frame(bencher, &app, Key::plain(Code::Enter));
}

fn act_and_frame(bencher: Bencher<'_, '_>, app: &App, key: Key) {
    let theme = Theme::default();
    bencher.with_inputs(|| app.clone()).bench_local_values(|mut app| {
        app.press(key);
        let mut buffer = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
        frame::render(&app, &theme, buffer.area, &mut buffer);
        black_box((app, buffer))
    });
}
