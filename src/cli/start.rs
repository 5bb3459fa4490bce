//! Runs the command given on the command line, or the full screen.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};

use crate::content::TEMPLATE;
use crate::shell::{self, Reload, TerminalApp};
use hoplight_app::{App, Catalogue, Notice, Tone};
use hoplight_drill::Difficulty;
use hoplight_lesson::Library;
use hoplight_model::LessonId;
use hoplight_model::error::nearest;
use hoplight_model::text::sanitise;

use super::clock::{drawn, today};
use super::config::Config;
use super::designs::Designs;
use super::store::Store;
use super::{
    Arguments, TextCommand, analyze, certificate, check, class, commands, compare, config, content, exam, list, new, progress,
    read, report, report_failure, shot, simulate, trace, warn, watch,
};

/// Runs a text command or the full screen. Returns the exit status.
pub fn run(arguments: &Arguments) -> ExitCode {
    let done = match &arguments.command {
        Some(
            TextCommand::Edit { .. }
            | TextCommand::Drill { .. }
            | TextCommand::Mission { .. }
            | TextCommand::Review { .. }
            | TextCommand::Learn { .. }
            | TextCommand::Practice { .. },
        )
        | None => full_screen(arguments),
        Some(TextCommand::Exam(asked)) if asked.sheet.is_none() => full_screen(arguments),
        Some(command) => text_command(arguments, command),
    };
    done.unwrap_or_else(|error| report_failure(&error))
}

fn text_command(arguments: &Arguments, command: &TextCommand) -> anyhow::Result<ExitCode> {
    let folder = arguments.content.as_deref();
    let library = || library(folder);
    let done = match command {
        TextCommand::List { what, format } => {
            let library = library()?;
            list::list(&library, &content::catalogue(&library, folder)?, *what, *format)
        }
        TextCommand::Check { paths } => check::check_content(folder, paths),
        TextCommand::Config { check } => config::config(arguments, *check),
        TextCommand::Template => commands::print(TEMPLATE),
        TextCommand::New(asked) => new::create(asked),
        TextCommand::Trace(asked) => trace::trace(&library()?, asked, arguments.seed()),
        TextCommand::Analyze(asked) => {
            let colours = arguments.colours_on(std::io::stdout().is_terminal());
            return analyze::analyze(&library()?, asked, colours);
        }
        TextCommand::Compare(asked) => return compare::compare(&library()?, asked, arguments.seed()),
        TextCommand::Edit { .. }
        | TextCommand::Drill { .. }
        | TextCommand::Mission { .. }
        | TextCommand::Review { .. }
        | TextCommand::Learn { .. }
        | TextCommand::Practice { .. } => {
            return full_screen(arguments);
        }
        TextCommand::Exam(asked) => {
            let library = library()?;
            let catalogue = content::catalogue(&library, folder)?;
            exam::sheet(&library, &catalogue, asked, arguments.seed())
        }
        TextCommand::Read(asked) => {
            let library = library()?;
            let catalogue = Catalogue { today: today(), ..content::catalogue(&library, folder)? };
            return read::read(&library, &catalogue, asked, arguments);
        }
        TextCommand::Progress(asked) => {
            let library = library()?;
            let catalogue = content::catalogue(&library, folder)?;
            return progress::progress(&library, &catalogue, asked, arguments);
        }
        TextCommand::Certificate(asked) => {
            let library = library()?;
            let catalogue = content::catalogue(&library, folder)?;
            certificate::certificate(&library, &catalogue, asked, arguments)
        }
        TextCommand::Class(asked) => return class::class(asked),
        TextCommand::Shot(asked) => {
            let library = library()?;
            let catalogue = content::catalogue(&library, folder)?;
            return shot::shot(library, catalogue, asked, arguments);
        }
        TextCommand::Simulate(asked) => return simulate::simulate(&library()?, asked, arguments.seed()),
    };
    done.map(|()| ExitCode::SUCCESS)
}

/// Loads all content, with the user's complete designs.
fn library(folder: Option<&Path>) -> anyhow::Result<Library> {
    let mut library = content::library(folder)?;
    Designs::of_user().add_to(&mut library);
    Ok(library)
}

fn full_screen(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if let Err(refusal) = shell::check() {
        return Ok(report(&refusal.into()));
    }
    let config = Config::load(arguments)?;
    let library = library(arguments.content.as_deref())?;
    let (mut store, mut progress, notice) = Store::open(arguments.progress.as_deref());
    if arguments.seed.is_none() {
        // Learners see the options of questions in different orders.
        progress.set_learner(drawn());
    }
    let opened = match &arguments.scenario {
        Some(name) => Some(commands::find_scenario(&library, name)?),
        None => None,
    };
    let settings = config.settings(arguments);
    let catalogue = Catalogue { today: today(), ..content::catalogue(&library, arguments.content.as_deref())? };
    let mut app = App::new(library, progress, settings).with_catalogue(catalogue);
    app.keymap = config.keymap.clone();
    app.settings_file.clone_from(&config.file);
    if let Some(infra) = opened {
        app.open_scenario(infra);
    }
    if let Some(TextCommand::Mission { name }) = &arguments.command {
        open_mission(&mut app, name.as_deref())?;
    }
    if let Some(TextCommand::Drill { name, difficulty }) = &arguments.command {
        open_drill(&mut app, name.as_deref(), difficulty.map(Into::into))?;
    }
    if let Some(TextCommand::Review { name }) = &arguments.command {
        open_review(&mut app, name.as_deref())?;
    }
    if let Some(TextCommand::Learn { name }) = &arguments.command {
        open_lesson(&mut app, name.as_deref())?;
    }
    if let Some(TextCommand::Practice { test }) = &arguments.command {
        open_practice(&mut app, test.as_deref())?;
    }
    if let Some(TextCommand::Exam(asked)) = &arguments.command {
        exam::open(&mut app, asked, arguments.seed.unwrap_or_else(drawn))?;
    }
    let mut about_design = None;
    if let Some(TextCommand::Edit { what }) = &arguments.command {
        let opened = store.designs.open(&app.library, what.as_deref())?;
        app.edit_scenario(&opened.drawing, opened.id).map_err(|why| anyhow::anyhow!(why))?;
        if !opened.is_saved {
            app.mark_unsaved();
        }
        about_design = opened.notice;
    }
    if let Some(name) = &arguments.lesson {
        let shown = hoplight_model::text::sanitise(name);
        if !app.open_lesson(name) {
            let known: Vec<LessonId> = app.library.lessons().map(|lesson| lesson.id.clone()).collect();
            let hint = nearest(name, known.iter().map(LessonId::as_str));
            bail!("no lesson named `{shown}`{}", hint.map_or_else(String::new, |near| format!("; did you mean `{near}`?")));
        }
    }
    if let Some(text) = notice.clone().or(about_design) {
        app.notice = Some(Notice { tone: Tone::Warn, text });
    }
    if arguments.colours() {
        // The command line takes precedence over NO_COLOR, which crossterm would check again.
        crossterm::style::force_color_output(true);
    }
    let console = app.settings.look.console;
    let (_watch, reload) = reloading(arguments.content.clone()).unzip();
    // The Linux console would print the question.
    let follows = config.follows_background(arguments) && !console;
    let mut program = TerminalApp::new(app, store).following_background(follows).reloading(reload);
    match shell::run(&mut program, shell::Options { mouse: config.mouse(arguments) }) {
        Ok(ending) => {
            // After a signal, time is short and the user may not see the output.
            if ending == shell::Ending::Quit {
                warn_of_progress(notice.as_deref(), program.store());
            }
            Ok(ending.exit())
        }
        Err(error @ shell::Error::Refused(_)) => Ok(report(&error)),
        Err(error) => Err(error).context("the full screen failed"),
    }
}

/// Opens a mission by name.
/// The given name or, without one, the next one. Fails with `done` if there is no next one.
fn named_or_next(name: Option<&str>, next: impl FnOnce() -> Option<String>, done: &'static str) -> anyhow::Result<String> {
    name.map(ToOwned::to_owned).or_else(next).ok_or_else(|| anyhow::anyhow!(done))
}

fn open_mission(app: &mut App, name: Option<&str>) -> anyhow::Result<()> {
    let next = || {
        let mut missions = app.catalogue.missions.all().iter().map(|mission| mission.id().to_string());
        missions.find(|id| app.progress.result(&format!("mission/{id}")).is_none())
    };
    let name = &named_or_next(name, next, "every mission is passed; `hoplight list missions` names them")?;
    if name.parse().is_ok_and(|id| app.open_mission(&id)) {
        return Ok(());
    }
    let known = app.catalogue.missions.all().iter().map(|mission| mission.id().as_str());
    let hint = nearest(name, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    let shown = hoplight_model::text::sanitise(name);
    bail!("no mission named `{shown}`{hint}; `hoplight list missions` names them")
}

/// Loads content again when its files change.
fn reloading(folder: Option<PathBuf>) -> Option<(watch::ContentWatch, Reload)> {
    let (watch, waker) = watch::watch(folder.as_deref())?;
    let load = move || {
        let load = || -> anyhow::Result<(Library, Catalogue)> {
            let library = library(folder.as_deref())?;
            let catalogue = Catalogue { today: today(), ..content::catalogue(&library, folder.as_deref())? };
            Ok((library, catalogue))
        };
        load().map_err(|error| format!("{error:#}"))
    };
    Some((watch, Reload::new(waker, load)))
}

/// Opens a lesson by name; without one, the next on the course map.
fn open_lesson(app: &mut App, name: Option<&str>) -> anyhow::Result<()> {
    let next = || app.library.lessons().find(|lesson| !app.progress.of(&lesson.id).finished).map(|lesson| lesson.id.to_string());
    let name = &named_or_next(name, next, "every lesson is finished; `hoplight list lessons` names them")?;
    if app.open_lesson(name) {
        return Ok(());
    }
    let known = app.library.lessons().map(|lesson| lesson.id.as_str());
    let hint = nearest(name, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    bail!("no lesson named `{}`{hint}; `hoplight list lessons` names them", sanitise(name))
}

/// Opens the practice of the day, or the test on a unit.
fn open_practice(app: &mut App, unit: Option<&str>) -> anyhow::Result<()> {
    let Some(unit) = unit else {
        app.open_practice();
        return Ok(());
    };
    let units: Vec<String> = app.library.lessons().map(|lesson| lesson.unit.to_string()).collect();
    let named = units.iter().find(|known| known.eq_ignore_ascii_case(unit)).map_or(unit, String::as_str);
    if app.open_test_out(named) {
        return Ok(());
    }
    let hint =
        nearest(unit, units.iter().map(String::as_str)).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    bail!("no unit named `{}`{hint}; the course map lists the units", sanitise(unit))
}

/// Opens an incident drill by name: the drill of the day, a random one, or an authored one.
fn open_drill(app: &mut App, name: Option<&str>, difficulty: Option<Difficulty>) -> anyhow::Result<()> {
    let name = name.unwrap_or(if difficulty.is_some() { "random" } else { "daily" });
    let is_open = match name {
        "daily" | "random" if difficulty.is_some() || name == "random" => {
            if name == "daily" {
                bail!("the day decides the difficulty of the daily drill; `hoplight drill random --difficulty …` asks for one");
            }
            app.open_another_drill(difficulty)
        }
        "daily" => app.open_daily_drill(),
        _ if difficulty.is_some() => bail!("`{}` has a difficulty of its own; --difficulty is for `random`", sanitise(name)),
        _ => app.open_drill(name),
    };
    if is_open {
        return Ok(());
    }
    let known = app.catalogue.drills.drills().map(|(drill, _)| drill.id.as_str()).chain(["daily", "random"]);
    let hint = nearest(name, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    bail!("no drill named `{}`{hint}; `hoplight list drills` names them", sanitise(name))
}

/// Opens a design review by name.
fn open_review(app: &mut App, name: Option<&str>) -> anyhow::Result<()> {
    let next = || {
        let mut reviews = app.catalogue.reviews.all().iter().map(|review| review.id().to_string());
        reviews.find(|id| app.progress.result(&format!("review/{id}")).is_none())
    };
    let name = &named_or_next(name, next, "every review is done; `hoplight list reviews` names them")?;
    if app.open_review(name) {
        return Ok(());
    }
    let known = app.catalogue.reviews.all().iter().map(|review| review.id().as_str());
    let hint = nearest(name, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    let shown = hoplight_model::text::sanitise(name);
    bail!("no review named `{shown}`{hint}; `hoplight list reviews` names them")
}

/// Prints warnings about the progress file in full. The screen shows them on one line and only until the next key.
fn warn_of_progress(notice: Option<&str>, store: &Store) {
    let renamed = store.renamed().iter().map(String::as_str);
    let unsaved = store.unsaved().filter(|unsaved| Some(*unsaved) != notice);
    for message in notice.into_iter().chain(renamed).chain(unsaved) {
        warn(message);
    }
}
