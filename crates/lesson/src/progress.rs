//! The learner's progress, as data.
//!
//! Must not know where it is kept. A file of a newer hoplight is an error, so that nobody writes over it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use hoplight_model::{ContentError, LessonId, ron_text};

use super::form::format_of;
use super::outcome::Score;
use super::run::{LessonRun, Place};

/// The newest form that this program reads and writes.
pub const FORMAT: u32 = 1;

/// How far a learner has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    format: u32,
    lessons: BTreeMap<LessonId, LessonProgress>,
    /// The tips that a newcomer has got, by name.
    #[serde(default)]
    tips: BTreeSet<String>,
}

/// How far a learner has come in one lesson.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LessonProgress {
    /// The furthest step seen, by number from 0; the number of steps if the quiz was reached.
    pub furthest: u32,
    /// Whether the end was reached.
    pub finished: bool,
    /// The best quiz.
    pub quiz: Option<Score>,
}

/// Why a progress file cannot be used. It must not be written over in either case.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProgressError {
    /// A newer program wrote it.
    #[error("{file} has format {found}, this program reads up to {FORMAT}: a newer hoplight wrote it, and it is left as it is")]
    Newer {
        /// The file's name.
        file: String,
        /// Its format.
        found: u32,
    },
    /// It cannot be read.
    #[error("{0}")]
    Broken(#[from] ContentError),
}

impl Default for Progress {
    fn default() -> Self {
        Self { format: FORMAT, lessons: BTreeMap::new(), tips: BTreeSet::new() }
    }
}

impl Progress {
    /// Reads what [`Self::to_ron`] wrote.
    ///
    /// # Errors
    /// If a newer program wrote it, or it is no progress at all. The caller must keep the file after an error.
    pub fn from_ron(file: &str, text: &str) -> Result<Self, ProgressError> {
        let found = format_of(file, text)?;
        if found > FORMAT {
            return Err(ProgressError::Newer { file: file.into(), found });
        }
        Ok(ron_text::parse(file, text)?)
    }

    /// Whether a file that begins with `bytes` may be one that [`Self::to_ron`] wrote, be it damaged further on or cut short.
    ///
    /// Lessons and scenarios have a `format` as well, but something else behind it.
    pub fn may_begin_with(bytes: &[u8]) -> bool {
        const HEAD: &[u8] = b"(format:";
        const NEXT: &[u8] = b",lessons:";
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let written = bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace());
        let written: Vec<u8> = written.take(HEAD.len() + NEXT.len() + 10).collect();
        if written.is_empty() {
            return bytes.is_empty();
        }
        let Some(rest) = written.strip_prefix(HEAD) else { return HEAD.starts_with(&written) };
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let rest = rest.get(digits..).unwrap_or_default();
        if digits == 0 { rest.is_empty() } else { rest.starts_with(NEXT) || NEXT.starts_with(rest) }
    }

    /// The progress as text.
    pub fn to_ron(&self) -> String {
        // Numbers, flags and slugs can always be written; an empty text would be refused on reading.
        ron_text::options().to_string_pretty(self, ron::ser::PrettyConfig::default()).unwrap_or_default()
    }

    /// How far the learner has come in a lesson.
    pub fn of(&self, lesson: &LessonId) -> LessonProgress {
        self.lessons.get(lesson).copied().unwrap_or_default()
    }

    /// All lessons that were begun, by name.
    pub fn lessons(&self) -> impl Iterator<Item = (&LessonId, &LessonProgress)> {
        self.lessons.iter()
    }

    /// Sets how far the learner has come in a lesson.
    pub fn set(&mut self, lesson: LessonId, progress: LessonProgress) {
        self.lessons.insert(lesson, progress);
    }

    /// Whether a newcomer has got this tip.
    pub fn is_tipped(&self, tip: &str) -> bool {
        self.tips.contains(tip)
    }

    /// Notes that a newcomer has got this tip. Returns whether that is new.
    pub fn tip(&mut self, tip: &str) -> bool {
        self.tips.insert(tip.to_owned())
    }

    /// Joins what another program has kept: of each lesson, the better of both.
    pub fn join(&mut self, other: &Self) {
        self.tips.extend(other.tips.iter().cloned());
        for (id, theirs) in &other.lessons {
            let ours = self.lessons.entry(id.clone()).or_default();
            ours.furthest = ours.furthest.max(theirs.furthest);
            ours.finished |= theirs.finished;
            ours.quiz = ours.quiz.max(theirs.quiz);
        }
    }

    /// Takes down where a learner is. Nothing is ever lost by it: not the furthest step, not the best quiz. Returns
    /// whether anything changed, that is, whether to save.
    pub fn record(&mut self, run: &LessonRun) -> bool {
        let lesson = run.lesson();
        let known = self.lessons.get(&lesson.id).copied();
        let mut now = known.unwrap_or_default();
        let furthest = match run.place() {
            Place::Step(number) => number,
            Place::Quiz(_) | Place::Finished => lesson.steps.len(),
        };
        now.furthest = now.furthest.max(u32::try_from(furthest).unwrap_or(u32::MAX));
        if run.place() == Place::Finished {
            now.finished = true;
            let score = run.score();
            // A lesson may have got other questions since.
            let best = now.quiz.filter(|best| best.of == score.of).map_or(score, |best| best.max(score));
            now.quiz = Some(best);
        }
        if known == Some(now) {
            return false;
        }
        self.lessons.insert(lesson.id.clone(), now);
        true
    }
}
