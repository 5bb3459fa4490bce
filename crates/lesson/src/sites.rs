//! The infrastructures of a lesson.

use std::sync::Arc;

use hoplight_model::{Infrastructure, ScenarioId};

use super::form::Lesson;
use super::library::Library;

/// All infrastructures that a lesson names, resolved.
#[derive(Clone, Debug)]
pub struct LessonSites {
    first: Arc<Infrastructure>,
    others: Vec<Arc<Infrastructure>>,
}

impl LessonSites {
    /// Finds the infrastructures of a lesson.
    ///
    /// # Errors
    /// Returns the first one that the library does not contain.
    pub fn find(library: &Library, lesson: &Lesson) -> Result<Self, ScenarioId> {
        let infra = |id: &ScenarioId| library.scenario(id.as_str()).cloned().ok_or_else(|| id.clone());
        let others = lesson.scenarios().skip(1).map(infra).collect::<Result<_, _>>()?;
        Ok(Self { first: infra(&lesson.scenario)?, others })
    }

    /// The infrastructure with this id; that of the lesson if there is none.
    pub fn of(&self, id: &ScenarioId) -> &Arc<Infrastructure> {
        self.others.iter().find(|infra| infra.id() == id).unwrap_or(&self.first)
    }

    /// All infrastructures, with that of the lesson first.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Infrastructure>> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

impl From<Arc<Infrastructure>> for LessonSites {
    /// The infrastructure of a lesson that names only one.
    fn from(first: Arc<Infrastructure>) -> Self {
        Self { first, others: Vec::new() }
    }
}
