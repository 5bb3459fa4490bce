//! `hoplight shot`: one frame of the screen, without a terminal.
//!
//! The application is opened, and its keys are pressed, as on the full screen; only the clock is missing: time goes by in
//! frames of one length, so that the same arguments give the same bytes. Nobody's progress is read or kept, and settings only where
//! their file is named.
//! Must not know what a frame shows, nor how it is drawn or written.

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
use hoplight_app::{App, Effect, Look, Palette, Settings};
use hoplight_lesson::{Library, Progress};
use hoplight_model::error::nearest;
use hoplight_model::text::sanitise;
use hoplight_model::{LessonId, ScenarioId};
use hoplight_sim::SimTime;
use hoplight_sim::script::{self, shown_time};
use hoplight_view::frame;
use hoplight_view::picture::{self, Paper};
use hoplight_view::theme::Theme;

use super::config::Config;
use super::{Arguments, USAGE, commands, complain};
use keys::{Keys, Press};

/// The wall time between two frames. On the full screen it lies between a thirtieth and a quarter of a second.
const FRAME: Duration = Duration::from_millis(100);

/// The longest time that is asked for: all of it is played.
const LONGEST: Duration = Duration::from_secs(3600);

/// Most wall time that may go by until the asked time is reached: the trace is slow.
const PATIENCE: Duration = Duration::from_secs(24 * 3600);

/// What `shot` is asked for.
#[derive(Clone, Debug, PartialEq, Args)]
pub struct ShotArguments {
    /// An infrastructure's or a lesson's name, or a scenario file; without it, the course map
    #[arg(value_name = "SCENARIO|LESSON")]
    what: Option<String>,

    /// Columns and rows of the screen, at least 80x24
    #[arg(long, value_name = "COLUMNSxROWS", default_value = "120x40", value_parser = size)]
    size: (u16, u16),

    /// Let simulated time go by until then, after the keys: 500ms, 12s, 2min, up to 1h; in the trace, to the first frame behind it
    #[arg(long, value_name = "TIME", value_parser = moment)]
    at: Option<Duration>,

    /// Press these keys first, such as 't v Tab ↓ space'; a time, such as 5s, waits so long
    #[arg(long, value_name = "KEYS", default_value = "", hide_default_value = true)]
    keys: Keys,

    /// How to write the frame
    #[arg(long, value_name = "FORMAT", default_value = "txt")]
    format: PictureFormat,

    /// Draw with ASCII characters only
    #[arg(long)]
    ascii: bool,

    /// Show the tips that a newcomer gets
    #[arg(long)]
    tips: bool,

    /// The set of colours: dark unless said otherwise
    #[arg(long, value_name = "NAME", value_parser = super::palette())]
    theme: Option<Palette>,
}

/// How a frame is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum PictureFormat {
    /// Characters only
    Txt,
    /// Characters with a terminal's sequences for colours
    Ansi,
    /// A picture for browsers
    Svg,
}

impl ShotArguments {
    /// Colours and characters. A picture depends on the arguments alone; what a terminal may be sent, on its environment too.
    fn look(&self, all: &Arguments, config: &Config) -> Look {
        let (colours, unicode) = match self.format {
            PictureFormat::Svg => (super::colours(all.color, None), true),
            PictureFormat::Ansi | PictureFormat::Txt => (all.colours(), super::has_unicode()),
        };
        let palette = if colours { self.theme(all, config) } else { Palette::NoColour };
        Look { palette, ascii: config.ascii(self.ascii || all.ascii), only_ascii: !unicode }
    }

    /// The theme, whether it stands before or behind the command's name.
    fn theme(&self, all: &Arguments, config: &Config) -> Palette {
        config.theme(self.theme.or(all.theme))
    }
}

/// Columns and rows, as an argument.
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

/// A time that is not too long to be played, as an argument.
fn moment(text: &str) -> Result<Duration, String> {
    let time = script::duration(text)?;
    if time <= LONGEST { Ok(time) } else { Err(format!("at most {}h: all of it is played", LONGEST.as_secs() / 3600)) }
}

/// Draws a frame and writes it to standard output.
pub(super) fn shot(library: Library, asked: &ShotArguments, all: &Arguments) -> anyhow::Result<ExitCode> {
    let config = Config::named(all)?;
    let settings = Settings {
        seed: config.seed(all),
        reduced_motion: config.reduced_motion(all),
        look: asked.look(all, &config),
        tips: asked.tips || config.asks_for_tips(),
    };
    let mut app = App::new(library, Progress::default(), settings);
    app.keymap = config.keymap.clone();
    app.settings_file.clone_from(&config.file);
    if let Some(name) = &asked.what {
        open(&mut app, name)?;
    }
    app.resize(asked.size.0, asked.size.1);
    if let Err(why) = play(&mut app, &asked.keys, asked.at) {
        return Ok(complain(USAGE, &why));
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

/// Opens an infrastructure or a lesson by name, or a scenario file.
fn open(app: &mut App, name: &str) -> anyhow::Result<()> {
    if app.library.scenario(name).is_some() || (app.library.lesson(name).is_none() && Path::new(name).exists()) {
        app.open_scenario(commands::find_scenario(&app.library, name)?);
        return Ok(());
    }
    if app.open_lesson(name) {
        return Ok(());
    }
    let lessons: Vec<LessonId> = app.library.lessons().map(|lesson| lesson.id.clone()).collect();
    let scenarios: Vec<ScenarioId> = app.library.scenarios().map(|infra| infra.id().clone()).collect();
    let known = lessons.iter().map(LessonId::as_str).chain(scenarios.iter().map(ScenarioId::as_str));
    let hint = nearest(name, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    Err(anyhow!("there is no infrastructure, no lesson and no file `{}`{hint}", sanitise(name)))
}

/// Presses the keys, then lets time go by until `at`.
///
/// # Errors
/// Says why that cannot be shown.
fn play(app: &mut App, keys: &Keys, at: Option<Duration>) -> Result<(), String> {
    for press in keys.presses() {
        match press {
            Press::Key(key) if app.press(*key).contains(&Effect::Quit) => return Err(format!("--keys: {key} quits there")),
            Press::Key(_) => {}
            Press::Wait(time) => wait(app, *time),
        }
    }
    at.map_or(Ok(()), |at| reach(app, SimTime::ZERO + at))
}

/// Lets wall time go by.
fn wait(app: &mut App, mut time: Duration) {
    while !time.is_zero() {
        let step = time.min(FRAME);
        app.tick(step);
        time -= step;
    }
}

/// Lets time go by until so much is simulated; in the trace, whose clock is not even, until the first frame behind that.
fn reach(app: &mut App, end: SimTime) -> Result<(), String> {
    let mut waited = Duration::ZERO;
    loop {
        let Some(stage) = app.stage() else {
            return Err("--at: the course map has no time; name an infrastructure or a lesson".into());
        };
        let now = stage.sim().now();
        if now == end || (now > end && !waited.is_zero()) {
            return Ok(());
        }
        let asked = shown_time(end);
        if now > end {
            return Err(format!("--at {asked}: after the keys it is {} already", shown_time(now)));
        }
        if !app.is_animating() {
            return Err(format!(
                "--at {asked}: time stands still at {}; wait with a time in --keys before that",
                shown_time(now)
            ));
        }
        if waited >= PATIENCE {
            return Err(format!("--at {asked}: at this pace it takes more than a day; it is {}", shown_time(now)));
        }
        let step = stage.session.playback.until(end.since(now)).map_or(FRAME, |left| left.clamp(Duration::from_nanos(1), FRAME));
        app.tick(step);
        waited += step;
    }
}

/// What the picture is of.
fn title(app: &App) -> String {
    let shown = app.stage().map(|stage| match &stage.session.lesson {
        Some(run) => run.lesson().title.to_string(),
        None => stage.infra().title().to_owned(),
    });
    shown.map_or_else(|| "hoplight: the course map".into(), |shown| format!("hoplight: {shown}"))
}
