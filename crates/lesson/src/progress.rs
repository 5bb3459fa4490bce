//! The learner's progress, as data.
//!
//! A file written by a newer hoplight is an error, so that it is not overwritten.

pub mod attempt;
pub mod log;
mod memory;
pub mod record;
pub mod standing;
mod weakness;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use hoplight_curriculum::Demand;
use hoplight_model::{ContentError, LessonId, QuestionId, ron_text};

pub use memory::Memory;
use weakness::Weakness;

use super::form::format_of;
use super::outcome::Score;
use super::run::{LessonRun, Place};

/// The newest format version that this program reads and writes.
///
/// Format 2 added attempts and the learner's number, format 3 the results of other activities, format 4 the practice queue.
pub const FORMAT: u32 = 4;

/// A learner's progress in all lessons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    format: u32,
    lessons: BTreeMap<LessonId, LessonProgress>,
    /// The best result of each activity other than a lesson, by its kind and name, such as `mission/budget`.
    #[serde(default)]
    results: BTreeMap<String, u32>,
    /// What is remembered of each practised question. Questions of packs that are gone are kept.
    #[serde(default)]
    practice: BTreeMap<QuestionId, Memory>,
    /// The demands that an exam or a drill showed weak.
    #[serde(default)]
    weak: Weakness,
    /// Names of the first-run tips already shown.
    #[serde(default)]
    tips: BTreeSet<String>,
    /// A number that differs between learners; 0 if none has been drawn.
    #[serde(default)]
    learner: u64,
}

/// A learner's progress in one lesson.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LessonProgress {
    /// The furthest step reached, numbered from 0; equal to the number of steps if the quiz was reached.
    pub furthest: u32,
    /// Whether the learner has finished the lesson.
    pub finished: bool,
    /// The best quiz score.
    pub quiz: Option<Score>,
    /// How often the learner has finished the quiz.
    pub attempts: u32,
}

impl LessonProgress {
    /// Whether the lesson is finished and at least 80 % of the quiz was right.
    pub fn is_mastered(self) -> bool {
        self.finished && self.quiz.is_none_or(Score::is_mastered)
    }
}

/// Why a progress file cannot be used. The file must not be overwritten in either case.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProgressError {
    /// The file was written by a newer version.
    #[error("{file} has format {found}, this program reads up to {FORMAT}: a newer hoplight wrote it, so it is left unchanged")]
    Newer {
        /// The file's name.
        file: String,
        /// The file's format version.
        found: u32,
    },
    /// The file cannot be parsed.
    #[error("{0}")]
    Broken(#[from] ContentError),
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            format: FORMAT,
            lessons: BTreeMap::new(),
            results: BTreeMap::new(),
            practice: BTreeMap::new(),
            weak: Weakness::default(),
            tips: BTreeSet::new(),
            learner: 0,
        }
    }
}

impl Progress {
    /// Parses the output of [`Self::to_ron`].
    ///
    /// # Errors
    /// Fails if a newer version wrote the file, or if it is not a progress file. The caller must keep the file after an
    /// error.
    pub fn from_ron(file: &str, text: &str) -> Result<Self, ProgressError> {
        let found = format_of(file, text)?;
        if found > FORMAT {
            return Err(ProgressError::Newer { file: file.into(), found });
        }
        // An older file is written in the current format from now on.
        Ok(Self { format: FORMAT, ..ron_text::parse(file, text)? })
    }

    /// Whether `bytes` may be the start of a file written by [`Self::to_ron`], even if the rest is damaged or missing.
    ///
    /// Lesson and scenario files also start with `format`, but continue differently.
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

    /// Formats the progress as RON.
    pub fn to_ron(&self) -> String {
        // Numbers, flags and slugs always serialize; `from_ron` would reject an empty text.
        ron_text::options().to_string_pretty(self, ron::ser::PrettyConfig::default()).unwrap_or_default()
    }

    /// Returns the progress in a lesson.
    pub fn of(&self, lesson: &LessonId) -> LessonProgress {
        self.lessons.get(lesson).copied().unwrap_or_default()
    }

    /// The progress in all started lessons, sorted by id.
    pub fn lessons(&self) -> impl Iterator<Item = (&LessonId, &LessonProgress)> {
        self.lessons.iter()
    }

    /// Sets the progress in a lesson.
    pub fn set(&mut self, lesson: LessonId, progress: LessonProgress) {
        self.lessons.insert(lesson, progress);
    }

    /// The best result of an activity; `None` if it has never been finished.
    pub fn result(&self, activity: &str) -> Option<u32> {
        self.results.get(activity).copied()
    }

    /// Records a result of an activity, keeping the best one. Returns whether it is new or better.
    pub fn record_result(&mut self, activity: &str, result: u32) -> bool {
        let best = self.results.get(activity).copied();
        let is_better = best.is_none_or(|best| best < result);
        if is_better {
            self.results.insert(activity.to_owned(), result);
        }
        is_better
    }

    /// The best result of each activity, by kind and name.
    pub fn results(&self) -> impl Iterator<Item = (&str, u32)> {
        self.results.iter().map(|(name, result)| (name.as_str(), *result))
    }

    /// Forgets a lesson, an activity by kind and name, or all that the practice queue remembers (`practice`). Returns whether
    /// there was anything.
    pub fn forget(&mut self, name: &str) -> bool {
        if name == "practice" {
            let had = !self.practice.is_empty() || !self.weak().is_empty();
            self.practice.clear();
            self.weak = Weakness::default();
            return had;
        }
        let had_result = self.results.remove(name).is_some();
        self.lessons.remove(name.trim_start_matches("lesson/")).is_some() || had_result
    }

    /// What is remembered of a question; `None` if it has never been practised.
    pub fn memory(&self, question: &QuestionId) -> Option<Memory> {
        self.practice.get(question).copied()
    }

    /// What is remembered of all practised questions, sorted by id.
    pub fn memories(&self) -> impl Iterator<Item = (&QuestionId, &Memory)> {
        self.practice.iter()
    }

    /// Sets what is remembered of a question.
    pub fn remember(&mut self, question: QuestionId, memory: Memory) {
        self.practice.insert(question, memory);
    }

    /// The demands that an exam or a drill showed weak, and that have not been shown right since.
    pub const fn weak(&self) -> &BTreeSet<Demand> {
        self.weak.demands()
    }

    /// Sets whether a demand is weak. Returns whether this changed anything.
    pub fn set_weak(&mut self, demand: Demand, is_weak: bool) -> bool {
        self.weak.set(demand, is_weak)
    }

    /// The number that distinguishes this learner from others; 0 if none has been drawn.
    pub const fn learner(&self) -> u64 {
        self.learner
    }

    /// Sets the learner's number, unless one has been drawn before.
    pub const fn set_learner(&mut self, learner: u64) {
        if self.learner == 0 {
            self.learner = learner;
        }
    }

    /// Whether this tip has been shown.
    pub fn is_tipped(&self, tip: &str) -> bool {
        self.tips.contains(tip)
    }

    /// Records that this tip has been shown. Returns whether it is new.
    pub fn tip(&mut self, tip: &str) -> bool {
        self.tips.insert(tip.to_owned())
    }

    /// Merges progress saved by another process or on another machine of the learner.
    ///
    /// Keeps the better result of each lesson and activity, the memory with more answers of each question, and for each
    /// demand whether it is weak according to the one that has seen more changes of it.
    pub fn join(&mut self, other: &Self) {
        self.tips.extend(other.tips.iter().cloned());
        self.set_learner(other.learner);
        for (activity, result) in &other.results {
            self.record_result(activity, *result);
        }
        for (question, theirs) in &other.practice {
            let ours = self.practice.entry(question.clone()).or_insert(*theirs);
            *ours = ours.joined(*theirs);
        }
        self.weak.join(&other.weak);
        for (id, theirs) in &other.lessons {
            let ours = self.lessons.entry(id.clone()).or_default();
            ours.furthest = ours.furthest.max(theirs.furthest);
            ours.finished |= theirs.finished;
            ours.quiz = ours.quiz.max(theirs.quiz);
            ours.attempts = ours.attempts.max(theirs.attempts);
        }
    }

    /// Whether [`Self::record`] would count a new attempt: the run is finished, and this has not been recorded yet.
    pub fn is_new_attempt(&self, run: &LessonRun) -> bool {
        run.place() == Place::Finished && self.of(&run.lesson().id).attempts <= run.attempt()
    }

    /// Records the learner's position, keeping the furthest step and the best score. Returns whether anything changed
    /// and must be saved.
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
            now.attempts = now.attempts.max(run.attempt().saturating_add(1));
            let score = run.score();
            // The quiz may have changed since the previous score was saved.
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
