//! `hoplight shot`: writes one frame of the screen, without a terminal.
//!
//! Opens the application and presses keys as on the full screen, but advances time in frames of fixed length instead of reading a
//! clock, so that equal arguments give equal output. Neither reads nor writes progress, and reads settings only with `--config`.

mod keys;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::anyhow;
use clap::{Args, ValueEnum};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::shell::{MAX_COLUMNS, MAX_ROWS};
use hoplight_app::regions::MINIMUM;
use hoplight_app::{App, Catalogue, Effect, Look, Palette, Settings};
use hoplight_lesson::{Library, Progress};
use hoplight_model::error::nearest;
use hoplight_model::text::sanitise;
use hoplight_model::{LessonId, ScenarioId};
use hoplight_sim::SimTime;
use hoplight_sim::script::shown_time;
use hoplight_view::frame;
use hoplight_view::picture::{self, Paper};
use hoplight_view::theme::Theme;

use super::config::Config;
use super::{Arguments, USAGE, commands, print_error};
use keys::{Keys, Press};

/// Wall time between frames. On the full screen it varies between a thirtieth and a quarter of a second.
const FRAME: Duration = Duration::from_millis(100);

/// Maximum of `--at` and of a wait, because all of it is simulated.
const LONGEST: Duration = Duration::from_secs(3600);

/// Maximum wall time to reach `--at`. The trace is slow.
const PATIENCE: Duration = Duration::from_secs(24 * 3600);

/// Arguments of `shot`.
#[derive(Clone, Debug, PartialEq, Args)]
pub struct ShotArguments {
    /// Name of a scenario, lesson, mission, drill, review or exam, or a scenario file [default: the course map]
    #[arg(value_name = "SCENARIO|LESSON")]
    what: Option<String>,

    /// Columns and rows of the screen, at least 80x24
    #[arg(long, value_name = "COLUMNSxROWS", default_value = "120x40", value_parser = size)]
    size: (u16, u16),

    /// Simulate up to this time after the keys: 500ms, 12s, 2min, up to 1h; in the trace, to the first frame after it
    #[arg(long, value_name = "TIME", value_parser = moment)]
    at: Option<Duration>,

    /// Press these keys first, such as 't v Tab ↓ space'; a time such as 5s waits
    #[arg(long, value_name = "KEYS", default_value = "", hide_default_value = true)]
    keys: Keys,

    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "txt")]
    format: PictureFormat,

    /// Draw with ASCII characters only
    #[arg(long)]
    ascii: bool,

    /// Show tips for new users
    #[arg(long)]
    tips: bool,

    /// Colour theme [default: dark]
    #[arg(long, value_name = "NAME", value_parser = super::palette())]
    theme: Option<Palette>,
}

/// Output format of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum PictureFormat {
    /// Plain text
    Txt,
    /// Text with ANSI colour sequences
    Ansi,
    /// SVG picture
    Svg,
}

impl ShotArguments {
    /// Theme and character set. SVG depends only on the arguments; text for a terminal also depends on the environment.
    fn look(&self, all: &Arguments, config: &Config) -> Look {
        let (colours, unicode) = match self.format {
            PictureFormat::Svg => (super::colours(all.color, None), true),
            PictureFormat::Ansi | PictureFormat::Txt => (all.colours(), super::has_unicode()),
        };
        let palette = if colours { self.theme(all, config) } else { Palette::NoColour };
        Look { palette, ascii: config.ascii(self.ascii || all.ascii), only_ascii: !unicode, console: false }
    }

    /// The theme. `--theme` may come before or after the name of the command.
    fn theme(&self, all: &Arguments, config: &Config) -> Palette {
        config.theme(self.theme.or(all.theme))
    }
}

/// Parses `--size`.
fn size(text: &str) -> Result<(u16, u16), String> {
    let expected = || format!("expected columns and rows, such as 120x40, at least {}x{}", MINIMUM.0, MINIMUM.1);
    let (columns, rows) = text.split_once('x').ok_or_else(expected)?;
    let number = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    let (columns, rows): (u32, u32) = number(columns).zip(number(rows)).ok_or_else(expected)?;
    if columns > u32::from(MAX_COLUMNS) || rows > u32::from(MAX_ROWS) {
        return Err(format!("at most {MAX_COLUMNS}x{MAX_ROWS}"));
    }
    match (u16::try_from(columns), u16::try_from(rows)) {
        (Ok(columns), Ok(rows)) if columns >= MINIMUM.0 && rows >= MINIMUM.1 => Ok((columns, rows)),
        _ => Err(expected()),
    }
}

/// Parses a time of at most [`LONGEST`].
fn moment(text: &str) -> Result<Duration, String> {
    let time = super::simulate::time(text)?;
    if time <= LONGEST { Ok(time) } else { Err(format!("at most {}h, because all of it is simulated", LONGEST.as_secs() / 3600)) }
}

/// Draws a frame and writes it to standard output.
pub(super) fn shot(library: Library, catalogue: Catalogue, asked: &ShotArguments, all: &Arguments) -> anyhow::Result<ExitCode> {
    let config = Config::named(all)?;
    let settings = Settings {
        seed: config.seed(all),
        reduced_motion: config.reduced_motion(all),
        look: asked.look(all, &config),
        tips: asked.tips || config.asks_for_tips(),
    };
    let mut app = App::new(library, Progress::default(), settings).with_catalogue(catalogue);
    app.keymap = config.keymap.clone();
    app.settings_file.clone_from(&config.file);
    if let Some(name) = &asked.what {
        open(&mut app, name)?;
    }
    app.resize(asked.size.0, asked.size.1);
    if let Err(why) = play(&mut app, &asked.keys, asked.at) {
        return Ok(print_error(USAGE, &why));
    }
    let area = Rect::new(0, 0, asked.size.0, asked.size.1);
    let mut frame = Buffer::empty(area);
    let look = app.settings.look;
    frame::render(&app, &Theme::of(look), area, &mut frame);
    commands::print(&match asked.format {
        PictureFormat::Txt => picture::text(&frame),
        PictureFormat::Ansi => picture::ansi(&frame),
        PictureFormat::Svg => picture::svg(
            &frame,
            Paper::of(if look.palette == Palette::NoColour { asked.theme(all, &config) } else { look.palette }),
            &title(&app),
        ),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Opens a scenario or a lesson by name, or a scenario file.
fn open(app: &mut App, name: &str) -> anyhow::Result<()> {
    if app.library.scenario(name).is_some() || (app.library.lesson(name).is_none() && Path::new(name).exists()) {
        app.open_scenario(commands::find_scenario(&app.library, name)?);
        return Ok(());
    }
    let is_drill = match name {
        "daily" => app.open_daily_drill(),
        "random" => app.open_another_drill(None),
        _ => app.open_drill(name),
    };
    let is_task = is_drill
        || name.parse().is_ok_and(|id| app.open_mission(&id))
        || app.open_review(name)
        || super::exam::open_named(app, name);
    if is_task || app.open_lesson(name) {
        return Ok(());
    }
    let lessons: Vec<LessonId> = app.library.lessons().map(|lesson| lesson.id.clone()).collect();
    let scenarios: Vec<ScenarioId> = app.library.scenarios().map(|infra| infra.id().clone()).collect();
    let known = lessons.iter().map(LessonId::as_str).chain(scenarios.iter().map(ScenarioId::as_str));
    let hint = nearest(name, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    Err(anyhow!("no scenario, lesson or file named `{}`{hint}", sanitise(name)))
}

/// Presses the keys, then simulates up to `at`.
///
/// # Errors
/// Which key quits the program, or why `at` cannot be reached.
fn play(app: &mut App, keys: &Keys, at: Option<Duration>) -> Result<(), String> {
    for press in keys.presses() {
        match press {
            Press::Key(key) if app.press(*key).contains(&Effect::Quit) => return Err(format!("--keys: {key} quits the program")),
            Press::Key(_) => {}
            Press::Wait(time) => wait(app, *time),
        }
    }
    at.map_or(Ok(()), |at| advance_to(app, SimTime::ZERO + at))
}

/// Advances wall time.
fn wait(app: &mut App, mut time: Duration) {
    while !time.is_zero() {
        let step = time.min(FRAME);
        app.tick(step);
        time -= step;
    }
}

/// Advances until the simulated time is `end`. In the trace, whose clock runs unevenly, until the first frame after it.
fn advance_to(app: &mut App, end: SimTime) -> Result<(), String> {
    let mut waited = Duration::ZERO;
    loop {
        let Some(stage) = app.stage() else {
            return Err("--at: the course map has no simulated time; name a scenario or a lesson".into());
        };
        let now = stage.sim().now();
        if now == end || (now > end && !waited.is_zero()) {
            return Ok(());
        }
        let asked = shown_time(end);
        if now > end {
            return Err(format!("--at {asked}: the time after the keys is already {}", shown_time(now)));
        }
        if !app.is_animating() {
            return Err(format!(
                "--at {asked}: the simulation is paused at {}; add a time to wait to --keys before the pause",
                shown_time(now)
            ));
        }
        if waited >= PATIENCE {
            return Err(format!("--at {asked}: at this pace it takes more than a day to get there from {}", shown_time(now)));
        }
        let step = stage.session.playback.until(end.since(now)).map_or(FRAME, |left| left.clamp(Duration::from_nanos(1), FRAME));
        app.tick(step);
        waited += step;
    }
}

/// Title of the picture.
fn title(app: &App) -> String {
    let shown = app.stage().map(|stage| match &stage.session.lesson {
        Some(run) => run.lesson().title.to_string(),
        None => stage.infra().title().to_owned(),
    });
    shown.map_or_else(|| "hoplight: the course map".into(), |shown| format!("hoplight: {shown}"))
}
