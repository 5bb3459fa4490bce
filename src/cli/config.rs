//! The user's settings file: patches over the defaults, and whatever is wrong with them told at once.
//!
//! It is for the full screen, for the keys that `read` names, and, where it is named, for `shot`. The other text commands read
//! nobody's settings: the same arguments give the same bytes. The command line beats the file. Must not write it: it is the
//! user's own.

mod form;
mod template;

use std::path::PathBuf;

use anyhow::{Context, bail};

use hoplight_app::{Keymap, Palette, Settings};

use super::content::told;
use super::files::{homely, is_missing, read_text, shown};
use super::{Arguments, DEFAULT_SEED, commands};

pub(super) use template::template;

/// What a settings file says, on top of the defaults.
#[derive(Clone, Debug)]
pub(super) struct Config {
    theme: Option<Palette>,
    /// All but the theme and the seed, which the command line may have chosen.
    settings: Settings,
    mouse: bool,
    seed: Option<u64>,
    /// What the file itself says of tips.
    tips: Option<bool>,
    /// Which key does what.
    pub(super) keymap: Keymap,
    /// The file's name, for the user.
    pub(super) file: String,
}

impl Config {
    /// Where nothing is said.
    fn usual(file: String) -> Self {
        let keymap = Keymap::default();
        let settings = Settings { tips: true, ..Settings::default() };
        Self { theme: None, settings, mouse: true, seed: None, tips: None, keymap, file }
    }

    /// Reads the file that the command line or the environment names, or the usual one if there is one.
    ///
    /// # Errors
    /// Every mistake that is found, with its place.
    pub(super) fn load(arguments: &Arguments) -> anyhow::Result<Self> {
        let Some(path) = path(arguments) else { return Ok(Self::usual("config.ron".to_owned())) };
        let name = homely(&path);
        if arguments.config.is_none() && is_missing(&path) {
            return Ok(Self::usual(name));
        }
        let text = read_text(&path).context("the settings")?;
        form::config(&shown(&path), &text).map(|config| Self { file: name, ..config }).map_err(|mistakes| {
            let error = told(&mistakes);
            if mistakes.len() > 1 { error.context(format!("{} mistakes in the settings", mistakes.len())) } else { error }
        })
    }

    /// Reads the file that the command line or the environment names; where none is named, all is as usual.
    ///
    /// # Errors
    /// Every mistake that is found, with its place.
    pub(super) fn named(arguments: &Arguments) -> anyhow::Result<Self> {
        if arguments.config.is_some() { Self::load(arguments) } else { Ok(Self::usual("config.ron".to_owned())) }
    }

    /// The theme: what the command line says, else what the file says, else the usual.
    pub(super) fn theme(&self, asked: Option<Palette>) -> Palette {
        asked.or(self.theme).unwrap_or_default()
    }

    /// Whether to draw with ASCII characters only.
    pub(super) fn ascii(&self, asked: bool) -> bool {
        asked || self.settings.look.ascii
    }

    /// Whether to show steps instead of movement.
    pub(super) fn reduced_motion(&self, arguments: &Arguments) -> bool {
        arguments.reduced_motion || self.settings.reduced_motion
    }

    /// Whether the file itself asks for tips.
    pub(super) fn asks_for_tips(&self) -> bool {
        self.tips == Some(true)
    }

    /// The settings of the full screen: what the command line says, else what the file says, else the usual.
    pub(super) fn settings(&self, arguments: &Arguments) -> Settings {
        Settings {
            seed: self.seed(arguments),
            reduced_motion: self.reduced_motion(arguments),
            look: arguments.look(self.theme(arguments.theme), self.ascii(arguments.ascii)),
            tips: self.settings.tips,
        }
    }

    /// The seed of chance.
    pub(super) fn seed(&self, arguments: &Arguments) -> u64 {
        arguments.seed.or(self.seed).unwrap_or(DEFAULT_SEED)
    }

    /// Whether the mouse is ours.
    pub(super) fn mouse(&self, arguments: &Arguments) -> bool {
        self.mouse && !arguments.no_mouse
    }
}

/// `hoplight config`: prints a file to start with, or says whether the user's is right.
pub(super) fn config(arguments: &Arguments, check: bool) -> anyhow::Result<()> {
    let usual = usual_path().map_or_else(|| "config.ron".to_owned(), |path| homely(&path));
    if !check {
        return commands::print(&template(&usual));
    }
    let Some(path) = path(arguments) else { bail!("there is no home folder, so there are no settings") };
    let there = arguments.config.is_some() || !is_missing(&path);
    let Config { file, .. } = Config::load(arguments)?;
    commands::print(&if there {
        format!("Nothing is wrong with {file}.\n")
    } else {
        format!("There is no {file}: all is as usual.\n")
    })
}

/// The file that is read.
fn path(arguments: &Arguments) -> Option<PathBuf> {
    arguments.config.clone().or_else(usual_path)
}

/// Where the settings are usually kept.
pub(super) fn usual_path() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    Some(etcetera::choose_base_strategy().ok()?.config_dir().join("hoplight").join("config.ron"))
}
