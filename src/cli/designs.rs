//! Learners' designs as files: saved on request, and kept beside the saved file after every act, so that a crash loses nothing.
//!
//! A design is a scenario file. It may be incomplete, so these files are read apart from other content: a drawing without a
//! link from the browser is no mistake here.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{anyhow, bail};

use hoplight_app::ReportFile;
use hoplight_lesson::{Library, Sources};
use hoplight_model::ron_text::{self, MAX_FILE};
use hoplight_model::scenario::Scenario;
use hoplight_model::{Infrastructure, ScenarioId, Text, compose};

use super::files::{self, FileError, Links, shown, with_suffix, with_tilde};

/// Suffix of the copy that is kept while a design has unsaved changes.
const UNSAVED: &str = "unsaved";

/// Start of the comment that saved designs begin with.
const OWN_COMMENT: &str = "// A design of hoplight.";

/// Maximum number of copies of a file with comments.
const MAX_BACKUPS: u32 = 99;

/// Maximum number of designs that are listed.
const MAX_DESIGNS: usize = 200;

/// Maximum number of reports of one stage.
const MAX_REPORTS: u32 = 999;

/// Where designs are saved.
#[derive(Clone, Debug, Default)]
pub(super) struct Designs {
    folder: Option<PathBuf>,
    /// A design that was opened from a file of the user's choice is saved there.
    file: Option<(ScenarioId, PathBuf)>,
    /// The files of this session's designs. Another file of the same name is never overwritten.
    own: BTreeMap<ScenarioId, PathBuf>,
}

/// A design to edit.
#[derive(Clone, Debug)]
pub(super) struct Opened {
    pub(super) drawing: Scenario,
    pub(super) id: ScenarioId,
    /// What to tell the user, for example that unsaved work was found.
    pub(super) notice: Option<String>,
    /// Whether it is as it was saved: not if it is unsaved work.
    pub(super) is_saved: bool,
}

impl Designs {
    /// The folder of the user's designs.
    pub(super) fn of_user() -> Self {
        Self { folder: files::designs_folder(), ..Self::default() }
    }

    /// Opens a design: of a name, from a file, or without a name an empty board. A file that does not exist yet is created by
    /// saving.
    pub(super) fn open(&mut self, library: &Library, name: Option<&str>) -> anyhow::Result<Opened> {
        let Some(name) = name else { return self.open_new() };
        let path = Path::new(name);
        let is_file = path.extension().is_some_and(|extension| extension == "ron");
        if is_file {
            let id = ScenarioId::of_file(name);
            self.file = Some((id.clone(), path.to_owned()));
            return self.reopen(path.to_owned(), id);
        }
        if let Ok(id) = name.parse::<ScenarioId>()
            && let Some(path) = self.path(&id).filter(|path| path.exists() || with_suffix(path, UNSAVED).exists())
        {
            return self.reopen(path, id);
        }
        let infra = super::commands::find_scenario(library, name)?;
        let drawing = Scenario::from(infra.as_ref()).minimal();
        let id = hoplight_app::own_id(infra.id());
        match self.path(&id).filter(|path| path.exists() || with_suffix(path, UNSAVED).exists()) {
            Some(path) => {
                let opened = self.reopen(path.clone(), id)?;
                let text = format!("Continuing your copy of {}. To start over, delete {}.", infra.id(), with_tilde(&path));
                Ok(Opened { notice: Some(opened.notice.unwrap_or(text)), ..opened })
            }
            None => Ok(Opened { drawing, id, notice: None, is_saved: true }),
        }
    }

    /// Opens a design of this session from its file.
    fn reopen(&mut self, path: PathBuf, id: ScenarioId) -> anyhow::Result<Opened> {
        let opened = open_at(&path, id.clone())?;
        self.own.insert(id, path);
        Ok(opened)
    }

    /// An empty board under the first free name, or unsaved work on one.
    fn open_new(&mut self) -> anyhow::Result<Opened> {
        for number in 1..=MAX_DESIGNS {
            let id: ScenarioId = format!("design-of-mine-{number}").parse().map_err(|why: String| anyhow!(why))?;
            let Some(path) = self.path(&id) else {
                return Ok(Opened { drawing: compose::empty_board(), id, notice: None, is_saved: true });
            };
            if path.exists() {
                continue;
            }
            return self.reopen(path, id);
        }
        bail!("there are more than {MAX_DESIGNS} designs; name one, or a file")
    }

    fn path(&self, id: &ScenarioId) -> Option<PathBuf> {
        match &self.file {
            Some((named, path)) if named == id => Some(path.clone()),
            _ => Some(self.folder.as_ref()?.join(format!("{id}.ron"))),
        }
    }

    /// The file of a design of this session: the one that it was opened from or, for a new design, the first of its name that
    /// neither exists nor has unsaved work beside it.
    fn own_path(&mut self, id: &ScenarioId) -> Option<PathBuf> {
        if let Some(path) = self.own.get(id) {
            return Some(path.clone());
        }
        let first = self.path(id)?;
        let is_free = |path: &PathBuf| !path.exists() && !with_suffix(path, UNSAVED).exists();
        let numbered = |number: usize| first.with_file_name(format!("{id}-{number}.ron"));
        let path = std::iter::once(first.clone()).chain((2..=MAX_DESIGNS).map(numbered)).find(is_free)?;
        self.own.insert(id.clone(), path.clone());
        Some(path)
    }

    /// Saves a design. Returns the place.
    ///
    /// The editor does not keep comments, so a file that somebody has commented is kept beside the design, and the place says so.
    ///
    /// # Errors
    /// Which file could not be written, and why.
    pub(super) fn save(&mut self, id: &ScenarioId, drawing: &Scenario) -> Result<String, String> {
        let path = self
            .own_path(id)
            .ok_or("The design cannot be saved: there is no home folder. Name a file: hoplight edit FILE.ron.")?;
        let text = with_comment(&named_after(&path, drawing));
        let failed = |path: &Path, error: FileError| format!("The design could not be saved: {} {error}.", with_tilde(path));
        let commented = keep_commented(&path).map_err(|(backup, error)| failed(&backup, FileError::Unwritable(error)))?;
        write(&path, &text).map_err(|error| failed(&path, error))?;
        // The copy is obsolete; if it stays, the next start offers it.
        let _ = fs::remove_file(with_suffix(&path, UNSAVED));
        let place = with_tilde(&path);
        Ok(match commented {
            Some(backup) => format!("{place}, without its comments; they are in {}", with_tilde(&backup)),
            None => place,
        })
    }

    /// Unsaved work of an earlier session on a mission's or exam's design, the latest first if there are several.
    pub(super) fn unsaved_work(&self, id: &ScenarioId) -> Option<Scenario> {
        read(&self.unsaved_file(id)?).ok()
    }

    /// Continues unsaved work of an earlier session: this session's copy replaces it.
    pub(super) fn continue_unsaved(&mut self, id: &ScenarioId) {
        if let Some(path) = self.unsaved_file(id) {
            self.own.insert(id.clone(), path.with_extension(""));
        }
    }

    /// The latest copy of unsaved work on a design that was never saved: a later session's copy has a number.
    fn unsaved_file(&self, id: &ScenarioId) -> Option<PathBuf> {
        let entries = fs::read_dir(self.folder.as_deref()?).ok()?;
        let is_of_design = |path: &PathBuf| {
            let stem = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".unsaved")?.strip_suffix(".ron"));
            let rest = stem.and_then(|stem| stem.strip_prefix(id.as_str()));
            let is_number = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_digit());
            rest.is_some_and(|rest| rest.is_empty() || rest.strip_prefix('-').is_some_and(is_number))
                && !path.with_extension("").exists()
        };
        let copies = entries.filter_map(Result::ok).map(|entry| entry.path()).filter(is_of_design);
        copies.max_by_key(|path| fs::metadata(path).and_then(|data| data.modified()).unwrap_or(SystemTime::UNIX_EPOCH))
    }

    /// Keeps a copy of unsaved work beside the design.
    ///
    /// # Errors
    /// Which file could not be written, and why.
    pub(super) fn keep(&mut self, id: &ScenarioId, drawing: &Scenario) -> Result<(), String> {
        let Some(file) = self.own_path(id) else { return Ok(()) };
        let path = with_suffix(&file, UNSAVED);
        keep_file(&path, &with_comment(&named_after(&file, drawing)))
            .map_err(|error| format!("Unsaved work is not kept: {} {error}.", with_tilde(&path)))
    }

    /// Saves the report of an exam under the first free number, and its diagram beside it. Returns the place of the report.
    ///
    /// # Errors
    /// Which file could not be written, and why.
    pub(super) fn save_report(&mut self, report: &ReportFile, diagram: &str) -> Result<String, String> {
        let folder = self.folder.clone().ok_or("The report cannot be saved: there is no home folder.")?;
        let failed = |path: &Path, error: io::Error| {
            format!("The report could not be saved: {} {}.", with_tilde(path), FileError::Unwritable(error))
        };
        fs::create_dir_all(&folder).map_err(|error| failed(&folder, error))?;
        for number in 1..=MAX_REPORTS {
            let name = format!("{}-{number}", report.name);
            let (path, picture) = (folder.join(format!("{name}.md")), folder.join(format!("{name}.svg")));
            let text = format!("{}\n## Diagram\n\n![The drawing]({name}.svg)\n", report.markdown);
            match files::create(&path, &text) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(failed(&path, error)),
                Ok(()) => {
                    fs::write(&picture, diagram).map_err(|error| failed(&picture, error))?;
                    self.save_drawn(report, &name);
                    return Ok(with_tilde(&path));
                }
            }
        }
        Err(format!("The report could not be saved: there are more than {MAX_REPORTS} in {}.", with_tilde(&folder)))
    }

    /// Saves a complete drawing of an exam as a design, to go on with it later, and removes the copy of unsaved work.
    fn save_drawn(&mut self, report: &ReportFile, name: &str) {
        let ids = (name.parse::<ScenarioId>(), report.name.parse::<ScenarioId>());
        let (Ok(id), Ok(unsaved)) = ids else { return };
        if report.drawing.build().is_ok() {
            let unit = Text::new(hoplight_app::OWN_UNIT).unwrap_or_default();
            let drawing = Scenario { id: Some(id.clone()), unit, ..report.drawing.clone() };
            // The report is what was asked for; the design is an extra.
            let _ = self.save(&id, &drawing);
        }
        if let Some(path) = self.own.remove(&unsaved).or_else(|| self.path(&unsaved)) {
            let _ = fs::remove_file(with_suffix(&path, UNSAVED));
        }
    }

    /// Adds the complete designs to a library. The others can still be edited.
    pub(super) fn add_to(&self, library: &mut Library) {
        let Some(entries) = self.folder.as_deref().and_then(|folder| fs::read_dir(folder).ok()) else { return };
        let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "ron"));
        paths.sort();
        for path in paths.into_iter().take(MAX_DESIGNS) {
            let Ok(text) = files::read_text(&path) else { continue };
            let name = shown(&path);
            if Infrastructure::from_ron(&name, &text).is_ok() {
                let scenarios = [(name.as_str(), text.as_str())];
                // A name that is taken already stays with the other scenario.
                let _ = library.extend(Sources { scenarios: &scenarios, ..Sources::default() });
            }
        }
    }
}

/// Opens the unsaved work on a design or, without any, the design.
fn open_at(path: &Path, id: ScenarioId) -> anyhow::Result<Opened> {
    let kept = with_suffix(path, UNSAVED);
    if kept.exists()
        && let Ok(drawing) = read(&kept)
    {
        let text = format!("Found unsaved work on {id}, and opened it. Save it, or delete {}.", with_tilde(&kept));
        return Ok(Opened { drawing, id, notice: Some(text), is_saved: false });
    }
    let drawing = if path.exists() { read(path)? } else { compose::empty_board() };
    Ok(Opened { drawing, id, notice: None, is_saved: true })
}

/// Reads a design, complete or not.
fn read(path: &Path) -> anyhow::Result<Scenario> {
    let text = files::read_text(path)?;
    let name = shown(path);
    let drawing: Scenario = ron_text::parse(&name, &text).map_err(|error| anyhow!("{error}"))?;
    drawing.build_board().map_err(|problems| {
        let first = problems.first().map(hoplight_text::problem).unwrap_or_default();
        anyhow!("{name}: {first}")
    })?;
    // The editor shows the user as a component.
    let is_drawn = drawing.components.iter().any(|component| component.kind.is_browser());
    if is_drawn {
        return Ok(drawing);
    }
    let infra = drawing.build_board().map_err(|_| anyhow!("{name} cannot be built"))?;
    Ok(Scenario::from(&infra).minimal())
}

/// The design under the name of its file, which may have a number so that no other file is overwritten.
fn named_after(path: &Path, drawing: &Scenario) -> Scenario {
    let id = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse().ok());
    Scenario { id: id.or_else(|| drawing.id.clone()), ..drawing.clone() }
}

/// The text of a design, with a comment on how to use the file.
fn with_comment(drawing: &Scenario) -> String {
    let id = drawing.id.as_ref().map_or("design", ScenarioId::as_str);
    format!("{OWN_COMMENT} `hoplight edit {id}` opens it; `hoplight template` explains every field.\n{}", drawing.to_ron())
}

/// Copies a file that has comments of its author beside itself, under the first free name. Returns the copy.
///
/// # Errors
/// Which copy could not be written, and why.
fn keep_commented(path: &Path) -> Result<Option<PathBuf>, (PathBuf, io::Error)> {
    let Ok(text) = files::read_text(path) else { return Ok(None) };
    if !has_comments(&text) {
        return Ok(None);
    }
    let numbered = |number: u32| with_suffix(path, &if number == 1 { "bak".to_owned() } else { format!("bak{number}") });
    for backup in (1..=MAX_BACKUPS).map(numbered) {
        match files::create(&backup, &text) {
            Ok(()) => return Ok(Some(backup)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err((backup, error)),
        }
    }
    Err((numbered(MAX_BACKUPS), io::Error::from(io::ErrorKind::AlreadyExists)))
}

/// Whether a file has comments other than the line that this program writes.
fn has_comments(text: &str) -> bool {
    let own = text.lines().next().filter(|line| line.starts_with(OWN_COMMENT));
    let rest = own.and_then(|line| text.strip_prefix(line)).unwrap_or(text);
    let mut is_text = false;
    let mut chars = rest.chars().peekable();
    while let Some(c) = chars.next() {
        match (is_text, c) {
            // What follows a backslash belongs to the text.
            (true, '\\') => drop(chars.next()),
            (_, '"') => is_text = !is_text,
            // A slash inside a text, such as an address, begins no comment.
            (false, '/') if matches!(chars.peek(), Some('/' | '*')) => return true,
            _ => {}
        }
    }
    false
}

/// Replaces the copy of unsaved work. It has to survive the program, not a power cut, so it is not synced.
fn keep_file(path: &Path, text: &str) -> io::Result<()> {
    let folder = files::folder_of(path);
    fs::create_dir_all(folder)?;
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    new.write_all(text.as_bytes())?;
    new.persist(path).map(drop).map_err(|failed| failed.error)
}

/// Replaces a design as a whole. Leaves a file alone that is no design.
fn write(path: &Path, text: &str) -> Result<(), FileError> {
    let folder = files::folder_of(path);
    fs::create_dir_all(folder).map_err(FileError::Unwritable)?;
    let path = files::destination(path)?;
    let seen = match files::read(&path, Links::Follow, MAX_FILE) {
        Ok(contents) => {
            let is_design = std::str::from_utf8(&contents.bytes)
                .is_ok_and(|text| text.trim().is_empty() || ron_text::parse::<Scenario>("design", text).is_ok());
            if !is_design {
                return Err(FileError::NotADesign);
            }
            Some(contents.metadata)
        }
        Err(_) if files::is_missing(&path) => None,
        Err(error) => return Err(error),
    };
    let is_ours = |bytes: &[u8]| bytes.starts_with(b"// A design");
    let new = files::prepare(&path, text.as_bytes(), seen.as_ref(), is_ours)?;
    files::put(new, &path, seen.as_ref())?;
    files::sync_folder(files::folder_of(&path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_comments_of_an_author_are_comments() {
        for (text, expected) in [
            ("(servers: [])", false),
            ("// A design of hoplight. `hoplight edit x` opens it.\n(servers: [])", false),
            ("// A design of hoplight.\n// Mine.\n(servers: [])", true),
            ("(title: \"https://foobar.com\")", false),
            ("(title: \"a \\\" // b\", servers: [])", false),
            ("(title: \"a\", /* two */ servers: [])", true),
            ("(servers: []) // last", true),
        ] {
            assert_eq!(has_comments(text), expected, "{text}");
        }
    }
}
