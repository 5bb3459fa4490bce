//! The library: all scenarios and lessons, and the glossary.
//!
//! It reads no files; callers pass file names and texts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hoplight_model::error::field_text;
use hoplight_model::scenario::USUAL_UNIT;
use hoplight_model::{ContentError, Infrastructure, LessonId, ScenarioId};
use hoplight_text::read_scenario;

use super::form::Lesson;
use super::glossary::Glossary;

/// Texts of content files, each with the file name shown to the user.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sources<'a> {
    /// Scenario files.
    pub scenarios: &'a [(&'a str, &'a str)],
    /// Lesson files.
    pub lessons: &'a [(&'a str, &'a str)],
    /// Glossary files.
    pub glossaries: &'a [(&'a str, &'a str)],
}

/// Parsed content and the file it was read from.
#[derive(Clone, Debug)]
pub struct Loaded<T> {
    /// The file's name.
    pub file: String,
    /// The file's text, for locating errors.
    pub text: String,
    /// The parsed content.
    pub content: Arc<T>,
}

/// All loaded content, by id or in course order.
#[derive(Clone, Debug, Default)]
pub struct Library {
    scenarios: BTreeMap<ScenarioId, Loaded<Infrastructure>>,
    lessons: Vec<Loaded<Lesson>>,
    glossary: Glossary,
    /// Scenarios whose files have errors, so their lessons cannot be checked.
    broken: BTreeSet<ScenarioId>,
}

impl Library {
    /// Parses all sources.
    ///
    /// # Errors
    /// Returns an error for every invalid file and every id that two files claim.
    pub fn new(sources: Sources<'_>) -> Result<Self, Vec<ContentError>> {
        let mut library = Self::default();
        library.extend(sources)?;
        Ok(library)
    }

    /// Adds sources. Content with an existing id replaces it.
    ///
    /// # Errors
    /// Returns every error in the files, and every id that two of these files claim. The library is unchanged in that
    /// case.
    pub fn extend(&mut self, sources: Sources<'_>) -> Result<(), Vec<ContentError>> {
        let mut with = self.clone();
        let errors = with.extend_with_what_is_right(sources);
        if !errors.is_empty() {
            return Err(errors);
        }
        *self = with;
        Ok(())
    }

    /// Like [`Self::extend`], but adds all valid files even if others have errors. Returns the errors.
    pub fn extend_with_what_is_right(&mut self, sources: Sources<'_>) -> Vec<ContentError> {
        let mut errors = Vec::new();
        let mut scenarios = BTreeMap::new();
        for (file, text) in sources.scenarios {
            match read_scenario(file, text) {
                Ok(scenario) => {
                    let id = scenario.id().clone();
                    let claimed = claim(&mut scenarios, id.clone(), id.as_str(), "scenario", loaded(file, text, scenario));
                    errors.extend(claimed.err());
                }
                Err(mistakes) => {
                    let id = field_text(text, "id").and_then(|id| id.parse().ok());
                    self.broken.insert(id.unwrap_or_else(|| ScenarioId::of_file(file)));
                    errors.extend(mistakes);
                }
            }
        }
        let mut lessons = BTreeMap::new();
        for (file, text) in sources.lessons {
            match Lesson::from_ron(file, text) {
                Ok(lesson) => {
                    let id = lesson.id.clone();
                    let claimed = claim(&mut lessons, id.clone(), id.as_str(), "lesson", loaded(file, text, lesson));
                    errors.extend(claimed.err());
                }
                Err(error) => errors.push(error),
            }
        }
        self.scenarios.append(&mut scenarios);
        self.lessons.retain(|old| !lessons.contains_key(&old.content.id));
        self.lessons.extend(lessons.into_values());
        self.lessons.sort_by(|a, b| (a.content.order, &a.content.id).cmp(&(b.content.order, &b.content.id)));
        errors.extend(self.extend_glossary(sources.glossaries));
        errors
    }

    /// Adds glossaries. Their terms may refer to one another.
    fn extend_glossary(&mut self, sources: &[(&str, &str)]) -> Vec<ContentError> {
        let mut errors = Vec::new();
        let mut read = Vec::new();
        for (file, text) in sources {
            match Glossary::from_ron(file, text) {
                Ok(glossary) => {
                    self.glossary.extend(glossary.clone());
                    read.push((file, text, glossary));
                }
                Err(mistakes) => errors.extend(mistakes),
            }
        }
        errors.extend(read.iter().flat_map(|(file, text, glossary)| self.glossary.missing(file, text, glossary)));
        errors
    }

    /// Whether a file that defines this scenario has errors.
    pub fn is_broken(&self, id: &ScenarioId) -> bool {
        self.broken.contains(id)
    }

    /// All lessons, in the order of the course map.
    pub fn lessons(&self) -> impl ExactSizeIterator<Item = &Arc<Lesson>> {
        self.lessons.iter().map(|entry| &entry.content)
    }

    /// All lessons with their files, in the order of the course map.
    pub fn loaded_lessons(&self) -> &[Loaded<Lesson>] {
        &self.lessons
    }

    /// Finds a lesson by id.
    pub fn lesson(&self, id: &str) -> Option<&Arc<Lesson>> {
        self.lessons().find(|lesson| lesson.id.as_str() == id)
    }

    /// The next lesson on the course map.
    pub fn lesson_after(&self, id: &LessonId) -> Option<&Arc<Lesson>> {
        self.lessons().skip_while(|lesson| lesson.id != *id).nth(1)
    }

    /// The glossary.
    pub fn glossary(&self) -> &Glossary {
        &self.glossary
    }

    /// All scenarios, sorted by id.
    pub fn scenarios(&self) -> impl ExactSizeIterator<Item = &Arc<Infrastructure>> {
        self.scenarios.values().map(|entry| &entry.content)
    }

    /// All scenarios in the order in which readers meet them: the default heading, the other headings by name, benchmarks
    /// last; under each heading by id.
    pub fn scenarios_in_course_order(&self) -> Vec<&Arc<Infrastructure>> {
        let mut scenarios: Vec<&Arc<Infrastructure>> = self.scenarios().collect();
        scenarios.sort_by_key(|infra| (infra.is_benchmark(), infra.unit() != USUAL_UNIT, infra.unit()));
        scenarios
    }

    /// All scenarios with their files, sorted by id.
    pub fn loaded_scenarios(&self) -> impl ExactSizeIterator<Item = &Loaded<Infrastructure>> {
        self.scenarios.values()
    }

    /// Finds a scenario by id.
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
        let message = format!("{what} `{name}` is also in {}", other.file);
        return Err(ContentError::about(&entry.file, &entry.text, name, message));
    }
    known.insert(id, entry);
    Ok(())
}
