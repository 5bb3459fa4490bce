//! All scenarios and lessons that there are.
//!
//! Must not read files: it is given names and texts.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{ContentError, Infrastructure, LessonId, ScenarioId};

use super::form::Lesson;

/// Texts of content files, each with the name that the user knows it by.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sources<'a> {
    /// Scenario files.
    pub scenarios: &'a [(&'a str, &'a str)],
    /// Lesson files.
    pub lessons: &'a [(&'a str, &'a str)],
}

/// A piece of content with the file that it comes from.
#[derive(Clone, Debug)]
pub struct Loaded<T> {
    /// The file's name.
    pub file: String,
    /// The file's text, to show the place of a mistake.
    pub text: String,
    /// What it says.
    pub content: Arc<T>,
}

/// Scenarios and lessons.
#[derive(Clone, Debug, Default)]
pub struct Library {
    scenarios: BTreeMap<ScenarioId, Loaded<Infrastructure>>,
    lessons: Vec<Loaded<Lesson>>,
}

impl Library {
    /// Reads all sources.
    ///
    /// # Errors
    /// Every file that cannot be read, and every id that two files claim.
    pub fn new(sources: Sources<'_>) -> Result<Self, Vec<ContentError>> {
        let mut library = Self::default();
        library.extend(sources)?;
        Ok(library)
    }

    /// Adds sources. What has the id of something that is here already takes its place.
    ///
    /// # Errors
    /// Every file that cannot be read, and every id that two of these files claim. The library is then as it was.
    pub fn extend(&mut self, sources: Sources<'_>) -> Result<(), Vec<ContentError>> {
        let mut errors = Vec::new();
        let mut scenarios = BTreeMap::new();
        for (file, text) in sources.scenarios {
            match Infrastructure::from_ron(file, text) {
                Ok(scenario) => {
                    let id = scenario.id().clone();
                    if let Err(error) = claim(&mut scenarios, id.clone(), id.as_str(), "scenario", loaded(file, text, scenario)) {
                        errors.push(error);
                    }
                }
                Err(error) => errors.push(error),
            }
        }
        let mut lessons = BTreeMap::new();
        for (file, text) in sources.lessons {
            match Lesson::from_ron(file, text) {
                Ok(lesson) => {
                    let id = lesson.id.clone();
                    if let Err(error) = claim(&mut lessons, id.clone(), id.as_str(), "lesson", loaded(file, text, lesson)) {
                        errors.push(error);
                    }
                }
                Err(error) => errors.push(error),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        self.scenarios.append(&mut scenarios);
        self.lessons.retain(|old| !lessons.contains_key(&old.content.id));
        self.lessons.extend(lessons.into_values());
        self.lessons.sort_by(|a, b| (a.content.order, &a.content.id).cmp(&(b.content.order, &b.content.id)));
        Ok(())
    }

    /// The lessons, in the order of the course map.
    pub fn lessons(&self) -> impl ExactSizeIterator<Item = &Arc<Lesson>> {
        self.lessons.iter().map(|entry| &entry.content)
    }

    /// The lessons with their files, in the order of the course map.
    pub fn loaded_lessons(&self) -> &[Loaded<Lesson>] {
        &self.lessons
    }

    /// One lesson.
    pub fn lesson(&self, id: &str) -> Option<&Arc<Lesson>> {
        self.lessons().find(|lesson| lesson.id.as_str() == id)
    }

    /// The lesson after another, on the course map.
    pub fn lesson_after(&self, id: &LessonId) -> Option<&Arc<Lesson>> {
        self.lessons().skip_while(|lesson| lesson.id != *id).nth(1)
    }

    /// The scenarios, by name.
    pub fn scenarios(&self) -> impl ExactSizeIterator<Item = &Arc<Infrastructure>> {
        self.scenarios.values().map(|entry| &entry.content)
    }

    /// One scenario.
    pub fn scenario(&self, id: &str) -> Option<&Arc<Infrastructure>> {
        self.scenarios.get(id).map(|entry| &entry.content)
    }
}

fn loaded<T>(file: &str, text: &str, content: T) -> Loaded<T> {
    Loaded { file: file.into(), text: text.into(), content: Arc::new(content) }
}

fn claim<K: Ord, T>(
    known: &mut BTreeMap<K, Loaded<T>>,
    id: K,
    name: &str,
    what: &str,
    entry: Loaded<T>,
) -> Result<(), ContentError> {
    if let Some(other) = known.get(&id) {
        let message = format!("{what} `{name}` is in {} too", other.file);
        return Err(ContentError::about(&entry.file, &entry.text, name, message));
    }
    known.insert(id, entry);
    Ok(())
}
