//! Runs the command given on the command line, or the full screen.

use std::hash::{BuildHasher as _, Hasher as _};
use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};

use crate::content::TEMPLATE;
use crate::shell::{self, TerminalApp};
use hoplight_app::{App, Notice, Tone};
use hoplight_lesson::Library;
use hoplight_model::LessonId;
use hoplight_model::error::nearest;

use super::config::Config;
use super::designs::Designs;
use super::store::Store;
use super::{
    Arguments, TextCommand, analyze, check, commands, compare, config, content, list, read, report, report_failure, shot,
    simulate, trace, warn,
};

/// Runs a text command or the full screen. Returns the exit status.
pub fn run(arguments: &Arguments) -> ExitCode {
    let done = match &arguments.command {
        Some(TextCommand::Edit { .. } | TextCommand::Mission { .. }) | None => full_screen(arguments),
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
        TextCommand::Trace(asked) => trace::trace(&library()?, asked, arguments.seed()),
        TextCommand::Analyze(asked) => {
            let colours = arguments.colours_on(std::io::stdout().is_terminal());
            return analyze::analyze(&library()?, asked, colours);
        }
        TextCommand::Compare(asked) => return compare::compare(&library()?, asked, arguments.seed()),
        TextCommand::Edit { .. } | TextCommand::Mission { .. } => return full_screen(arguments),
        TextCommand::Read(asked) => return read::read(&library()?, asked, arguments),
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
        progress.set_learner(drawn());
    }
    let opened = match &arguments.scenario {
        Some(name) => Some(commands::find_scenario(&library, name)?),
        None => None,
    };
    let settings = config.settings(arguments);
    let catalogue = content::catalogue(&library, arguments.content.as_deref())?;
    let mut app = App::new(library, progress, settings).with_catalogue(catalogue);
    app.keymap = config.keymap.clone();
    app.settings_file.clone_from(&config.file);
    if let Some(infra) = opened {
        app.open_scenario(infra);
    }
    if let Some(TextCommand::Mission { name }) = &arguments.command {
        open_mission(&mut app, name)?;
    }
    let mut about_design = None;
    if let Some(TextCommand::Edit { what }) = &arguments.command {
        let opened = store.designs.open(&app.library, what.as_deref())?;
        app.edit_scenario(&opened.drawing, opened.id).map_err(|why| anyhow::anyhow!(why))?;
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
    // The Linux console would print the question.
    let mut program = TerminalApp::new(app, store).following_background(config.follows_background(arguments) && !console);
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
fn open_mission(app: &mut App, name: &str) -> anyhow::Result<()> {
    if name.parse().is_ok_and(|id| app.open_mission(&id)) {
        return Ok(());
    }
    let known = app.catalogue.missions.all().iter().map(|mission| mission.id().as_str());
    let hint = nearest(name, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    let shown = hoplight_model::text::sanitise(name);
    bail!("no mission named `{shown}`{hint}; `hoplight list missions` names them")
}

/// Prints warnings about the progress file in full. The screen shows them on one line and only until the next key.
fn warn_of_progress(notice: Option<&str>, store: &Store) {
    let renamed = store.renamed().iter().map(String::as_str);
    let unsaved = store.unsaved().filter(|unsaved| Some(*unsaved) != notice);
    for message in notice.into_iter().chain(renamed).chain(unsaved) {
        warn(message);
    }
}

/// Draws a number that distinguishes this learner from others, so that they see the options of questions in different orders.
/// The standard library's only source of randomness is the key of its hash maps.
fn drawn() -> u64 {
    std::hash::RandomState::new().build_hasher().finish()
}
