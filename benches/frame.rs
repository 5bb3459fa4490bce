//! How much a frame costs: update, view and diff, at 120×40 with 200 packets on their way; and what it sends.
//!
//! `cargo bench --bench frame` prints a table and the bytes a second; docs/benchmarks.md quotes both.

use std::time::Duration;

use divan::{Bencher, black_box};
use hoplight::app::{App, Key, Settings};
use hoplight::content::EMBEDDED;
use hoplight::layout::Layout;
use hoplight::lesson::{Library, Progress};
use hoplight::model::Infrastructure;
use hoplight::view::diff::changes;
use hoplight::view::frame;
use hoplight::view::ink::begin;
use hoplight::view::theme::Theme;
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const SIZE: (u16, u16) = (120, 40);
/// Frames a second.
const RATE: u64 = 30;
const FRAME: Duration = Duration::from_nanos(1_000_000_000 / RATE);

#[expect(clippy::print_stdout, reason = "what a benchmark is for")]
fn main() {
    for (what, app) in [("users far away", far()), ("overload", busy())] {
        if let Some(stage) = app.stage() {
            let (packets, rate) = (stage.sim().packets().count(), stage.sim().rate());
            let failed = stage.sim().experience(Duration::from_secs(10), None).error_ratio().unwrap_or_default() * 100.0;
            println!("{what}: {packets} packets on their way, at {rate} requests a second, {failed:.1} % fail");
        }
    }
    println!("bytes a second to the terminal: {} live, {} paused\n", bytes(false), bytes(true));
    divan::main();
}

fn app() -> App {
    let library = Library::new(EMBEDDED).expect("the shipped content");
    let mut app = App::new(library, Progress::default(), Settings { seed: 1, ..Settings::default() });
    app.resize(SIZE.0, SIZE.1);
    app
}

/// Lets more and more users come until 200 packets are on their way.
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

/// Stage 2 with 200 packets on their way: its users are so far away, in milliseconds, and so many.
fn stage_2(latency_ms: Option<f64>) -> App {
    let (file, text) = EMBEDDED.scenarios.iter().find(|(path, _)| path.contains("stage-2")).expect("shipped");
    let link = "to: \"lb-1\", protocol: Http";
    assert_eq!(text.matches(link).count(), 1, "the users' link");
    let longer = latency_ms.map_or_else(String::new, |ms| format!(", latency_ms: {ms:?}"));
    let text = text.replace(link, &format!("{link}{longer}"));
    let mut app = app();
    app.open_scenario(Infrastructure::read(file, &text).expect("a longer link is a link").into());
    crowd(&mut app);
    app
}

/// Users behind a satellite, 250 ms away: the site bears them.
fn far() -> App {
    stage_2(Some(250.0))
}

/// Users nearby: five times as many as the site bears.
fn busy() -> App {
    stage_2(None)
}

fn bytes(paused: bool) -> usize {
    let mut app = busy();
    if paused {
        app.press(Key::char(' '));
    }
    let theme = Theme::default();
    let area = Rect::new(0, 0, SIZE.0, SIZE.1);
    let (mut shown, mut next) = (Buffer::empty(area), Buffer::empty(area));
    let mut sent = Vec::new();
    let mut draw = |app: &mut App| {
        app.tick(FRAME);
        if app.take_changed() {
            begin(&mut next);
            frame::render(app, &theme, area, &mut next);
            CrosstermBackend::new(&mut sent).draw(changes(&shown, &next)).expect("memory takes it");
            std::mem::swap(&mut shown, &mut next);
        }
        std::mem::take(&mut sent).len()
    };
    // The first frame draws all of the screen.
    draw(&mut app);
    (0..10 * RATE).map(|_| draw(&mut app)).sum::<usize>() / 10
}

/// Everything between two frames, but for the terminal.
#[divan::bench(sample_count = 300, sample_size = 1)]
fn frame_at_120x40_with_200_packets(bencher: Bencher<'_, '_>) {
    frames(bencher, far());
}

/// The same while the site drowns: three thousand users a second, five times what it bears.
#[divan::bench(sample_count = 300, sample_size = 1)]
fn frame_under_overload(bencher: Bencher<'_, '_>) {
    frames(bencher, busy());
}

fn frames(bencher: Bencher<'_, '_>, mut app: App) {
    let theme = Theme::default();
    let area = Rect::new(0, 0, SIZE.0, SIZE.1);
    let mut before = Buffer::empty(area);
    let mut after = Buffer::empty(area);
    bencher.bench_local(|| {
        app.tick(FRAME);
        begin(&mut after);
        frame::render(&app, &theme, area, &mut after);
        let changed = changes(&before, &after).count();
        std::mem::swap(&mut before, &mut after);
        black_box(changed)
    });
}

/// The same picture an eighth as fast, as one watches packets: hardly anything happens between two frames.
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
        begin(&mut buffer);
        frame::render(&app, &theme, area, &mut buffer);
    });
}

/// A site of so many servers: a third each of web, application and database servers, every one linked to two of the next tier.
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
        .expect("a site")
}

/// The layout of a large site, as when it is opened or the window gets another size.
#[divan::bench(args = [12, 60, 120, 240], sample_count = 5, sample_size = 1)]
fn layout_of_servers(bencher: Bencher<'_, '_>, servers: usize) {
    let infra = site(servers);
    bencher.bench_local(|| Layout::within(&infra, SIZE.0 - 36, SIZE.1 - 12));
}

/// From nothing to the first frame, with all content read and checked.
#[divan::bench(sample_count = 50, sample_size = 1)]
fn first_frame() -> usize {
    let app = app();
    let area = Rect::new(0, 0, SIZE.0, SIZE.1);
    let mut buffer = Buffer::empty(area);
    frame::render(&app, &Theme::default(), area, &mut buffer);
    buffer.content.len()
}
