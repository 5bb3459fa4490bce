//! `hoplight new`: creates a lesson, a mission or a drill from a commented example that passes the content check.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use clap::Args;

use hoplight_model::LessonId;
use hoplight_model::text::sanitise;

use super::commands::print;
use super::files::{self, data_folder, with_tilde};

/// Arguments of `new`.
#[derive(Clone, Debug, PartialEq, Args)]
pub struct NewArguments {
    /// What to create
    kind: NewKind,
    /// Its name: lower-case letters, digits and hyphens
    #[arg(value_name = "NAME")]
    name: String,
    /// Folder for the file [default: your content folder, whose files are on the course map]
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

/// What can be created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum NewKind {
    /// A lesson with a prediction, goals, a quiz and a recap
    Lesson,
    /// A mission with a trial, a goal and its solution
    Mission,
    /// An incident drill with a hidden fault
    Drill,
}

impl NewKind {
    /// A file that passes the content check, with `NAME` for the name.
    const fn example(self) -> &'static str {
        match self {
            Self::Lesson => include_str!("../../examples/new/lesson.ron"),
            Self::Mission => include_str!("../../examples/new/mission.ron"),
            Self::Drill => include_str!("../../examples/new/drill.ron"),
        }
    }

    /// The command that opens it, and the subfolder of a content folder.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Lesson => ("learn", "lessons"),
            Self::Mission => ("mission", "lessons/missions"),
            Self::Drill => ("drill", "lessons/drills"),
        }
    }
}

/// Creates a file, and says how to go on.
pub(super) fn create(asked: &NewArguments) -> anyhow::Result<()> {
    let Ok(name) = asked.name.parse::<LessonId>() else {
        bail!("`{}` is not a name: use lower-case letters, digits and hyphens", sanitise(&asked.name));
    };
    let (command, subfolder) = asked.kind.words();
    let folder = match &asked.folder {
        Some(folder) => folder.clone(),
        None => data_folder().ok_or_else(|| anyhow!("there is no home folder; name a folder with --folder"))?.join(subfolder),
    };
    let path = folder.join(format!("{name}.ron"));
    write(&path, &asked.kind.example().replace("\"NAME\"", &format!("\"{name}\"")))?;
    let content = asked.folder.as_ref().map(|folder| format!("--content {} ", files::shown(folder))).unwrap_or_default();
    print(&format!(
        "Created {}.\n  hoplight check {}\n  hoplight {content}{command} {name}\nThe running program shows changes when you save the file.\n",
        with_tilde(&path),
        files::shown(&path)
    ))
}

/// Writes a file that does not exist yet.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let shown = || files::shown(path);
    let folder = files::folder_of(path);
    fs::create_dir_all(folder).with_context(|| format!("cannot create the folder {}", files::shown(folder)))?;
    if !files::is_missing(path) {
        bail!("{} exists already, and is left alone; choose another name", shown());
    }
    files::create(path, text).with_context(|| format!("cannot write {}", shown()))
}
