//! An exam in progress: a state machine without a clock.
//!
//! ```text
//!  Draw ──finish_drawing──▶ Explain ──last answer──▶ Defend ──last answer──▶ Done
//!    └──────────────────────── time is up, or `end` ────────────────────────▶ Done
//! ```

use std::time::Duration;

use hoplight_analysis::Structure;
use hoplight_model::Text;
use hoplight_model::scenario::Scenario;
use serde::{Deserialize, Serialize};

use crate::content::{ExamContent, ExplainItem, ExplainQuestion, ExplainSubject};
use crate::defend::{DefendQuestion, defend_in};
use crate::grade::{ExamScore, ExplainAnswer, Explained};
use crate::report::{ExamReport, SinglePart, single_points};
use crate::requirement::{RequirementReport, requirements};
use crate::stage::{EXAM_LIMIT, ExamStage};
use hoplight_curriculum::Seeded;

/// Maximum number of questions about elements of the drawing in an exam; practice asks about all.
const MAX_PARTS: usize = 4;
/// Maximum number of questions that go deeper in an exam; practice asks all.
const MAX_FOLLOW_UPS: usize = 2;

/// How strict the exam is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExamMode {
    /// Ends after [`EXAM_LIMIT`].
    Exam,
    /// Has no limit, asks every question, and can be paused.
    Practice,
}

/// The part of the exam that is in progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ExamPhase {
    /// The learner draws.
    Draw,
    /// The learner explains elements and demands.
    Explain,
    /// The learner answers questions about the drawing.
    Defend,
    /// The exam has ended.
    Done,
}

/// Why an action was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExamRefusal {
    /// An exam cannot be paused; practice can.
    NoPause,
    /// The exam is paused.
    Paused,
    /// The action belongs to another part of the exam.
    OtherPhase,
}

impl std::fmt::Display for ExamRefusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NoPause => "An exam cannot be paused. Practice can.",
            Self::Paused => "The exam is paused. Resume it first.",
            Self::OtherPhase => "This belongs to another part of the exam.",
        })
    }
}

impl std::error::Error for ExamRefusal {}

/// An exam in progress.
#[derive(Clone, Debug, PartialEq)]
pub struct ExamRun {
    stage: ExamStage,
    mode: ExamMode,
    seed: u64,
    phase: ExamPhase,
    is_paused: bool,
    /// Time spent on drawing, explaining and defending.
    spent: [Duration; 3],
    /// The requirements of the finished drawing.
    requirements: Vec<RequirementReport>,
    /// The parts of the finished drawing that alone stop kinds of request; `None` if it does not build.
    single_points: Option<Vec<SinglePart>>,
    explained: Vec<(Text, Option<Explained>)>,
    defended: Vec<(DefendQuestion, Option<Vec<usize>>)>,
}

impl ExamRun {
    /// Starts an exam. Equal seeds select and order questions equally.
    pub fn new(stage: ExamStage, mode: ExamMode, seed: u64) -> Self {
        Self {
            stage,
            mode,
            seed,
            phase: ExamPhase::Draw,
            is_paused: false,
            spent: [Duration::ZERO; 3],
            requirements: Vec::new(),
            single_points: None,
            explained: Vec::new(),
            defended: Vec::new(),
        }
    }

    /// The stage.
    pub const fn stage(&self) -> ExamStage {
        self.stage
    }

    /// The part in progress.
    pub const fn phase(&self) -> ExamPhase {
        self.phase
    }

    /// Whether practice is paused.
    pub const fn is_paused(&self) -> bool {
        self.is_paused
    }

    /// Time spent on a part; zero for [`ExamPhase::Done`].
    pub fn spent(&self, phase: ExamPhase) -> Duration {
        self.spent.get(phase as usize).copied().unwrap_or_default()
    }

    /// Time that is left; `None` in practice.
    pub fn left(&self) -> Option<Duration> {
        let spent: Duration = self.spent.iter().sum();
        (self.mode == ExamMode::Exam).then(|| EXAM_LIMIT.saturating_sub(spent))
    }

    /// Counts time that has passed, unless the exam is paused. An exam ends when its time is up. Returns the part that is then
    /// in progress.
    pub fn advance(&mut self, elapsed: Duration) -> ExamPhase {
        if self.is_paused {
            return self.phase;
        }
        let counted = self.left().map_or(elapsed, |left| elapsed.min(left));
        if let Some(spent) = self.spent.get_mut(self.phase as usize) {
            *spent = spent.saturating_add(counted);
        }
        if self.left() == Some(Duration::ZERO) {
            self.phase = ExamPhase::Done;
        }
        self.phase
    }

    /// Pauses or resumes practice.
    ///
    /// # Errors
    /// An exam cannot be paused.
    pub fn pause(&mut self, paused: bool) -> Result<(), ExamRefusal> {
        if self.mode == ExamMode::Exam {
            return Err(ExamRefusal::NoPause);
        }
        self.is_paused = paused;
        Ok(())
    }

    /// Ends the drawing and selects the questions about it. A drawing that does not build is explained, but not defended.
    ///
    /// # Errors
    /// The drawing has ended already, or practice is paused.
    pub fn finish_drawing(&mut self, content: &ExamContent, drawing: &Scenario) -> Result<(), ExamRefusal> {
        self.require(ExamPhase::Draw)?;
        self.submit(drawing);
        let asked = self.select(content.explain(self.stage, drawing));
        self.explained = asked.into_iter().map(|question| (question.item.id.clone(), None)).collect();
        self.phase = ExamPhase::Explain;
        self.skip_finished_parts();
        Ok(())
    }

    /// Records the drawing as it is, for a report after the time is up. Has no effect once the drawing has ended.
    pub fn submit(&mut self, drawing: &Scenario) {
        if !self.requirements.is_empty() {
            return;
        }
        self.requirements = requirements(self.stage, drawing);
        if let Ok(infra) = drawing.build() {
            let structure = Structure::of(&infra);
            self.single_points = Some(single_points(&infra, &structure));
            self.defended = defend_in(&infra, &structure, self.seed).into_iter().map(|question| (question, None)).collect();
        }
    }

    /// Keeps the stage's own questions; of the others, an exam asks a few.
    fn select<'a>(&self, all: Vec<ExplainQuestion<'a>>) -> Vec<ExplainQuestion<'a>> {
        if self.mode == ExamMode::Practice {
            return all;
        }
        let is_part = |question: &ExplainQuestion<'_>| matches!(question.item.about, ExplainSubject::Part(_));
        let mut seeded = Seeded::new(self.seed);
        let mut some = |wanted: &dyn Fn(&ExplainQuestion<'a>) -> bool, most: usize| {
            let mut places: Vec<usize> = (0..all.len()).filter(|place| wanted(&all[*place])).collect();
            seeded.shuffle(&mut places);
            places.truncate(most);
            places
        };
        let parts = some(&is_part, MAX_PARTS);
        let deeper = some(&|question| question.item.follow_up, MAX_FOLLOW_UPS);
        let is_kept = |place: usize, question: &ExplainQuestion<'a>| {
            let is_own = !is_part(question) && !question.item.follow_up;
            is_own || parts.contains(&place) || deeper.contains(&place)
        };
        all.clone().into_iter().enumerate().filter(|(place, question)| is_kept(*place, question)).map(|(_, q)| q).collect()
    }

    /// The item to explain now, with its number from 0 and the number of items.
    pub fn explaining<'a>(&self, content: &'a ExamContent) -> Option<(usize, usize, &'a ExplainItem)> {
        let at = self.explained.iter().position(|(_, answer)| answer.is_none()).filter(|_| self.phase == ExamPhase::Explain)?;
        Some((at, self.explained.len(), content.item(&self.explained[at].0)?))
    }

    /// Answers the item to explain, and goes on to the next.
    ///
    /// # Errors
    /// Nothing is to be explained now, or practice is paused.
    pub fn explain(&mut self, content: &ExamContent, answer: &ExplainAnswer) -> Result<ExamScore, ExamRefusal> {
        self.require(ExamPhase::Explain)?;
        let Some((at, _, item)) = self.explaining(content) else { return Err(ExamRefusal::OtherPhase) };
        let explained = Explained::new(item, answer);
        let score = explained.score;
        self.explained[at].1 = Some(explained);
        self.skip_finished_parts();
        Ok(score)
    }

    /// The question about the drawing to answer now, with its number from 0 and the number of questions.
    pub fn defending(&self) -> Option<(usize, usize, &DefendQuestion)> {
        let at = self.defended.iter().position(|(_, answer)| answer.is_none()).filter(|_| self.phase == ExamPhase::Defend)?;
        Some((at, self.defended.len(), &self.defended[at].0))
    }

    /// Answers the question about the drawing with the places of the chosen options, and goes on to the next.
    ///
    /// # Errors
    /// No question is to be answered now, or practice is paused.
    pub fn answer(&mut self, chosen: Vec<usize>) -> Result<ExamScore, ExamRefusal> {
        self.require(ExamPhase::Defend)?;
        let Some((at, _, question)) = self.defending() else { return Err(ExamRefusal::OtherPhase) };
        let score = question.grade(&chosen);
        self.defended[at].1 = Some(chosen);
        self.skip_finished_parts();
        Ok(score)
    }

    /// Ends the exam early.
    pub const fn end(&mut self) {
        self.phase = ExamPhase::Done;
    }

    /// The result so far. Questions that were not reached count as not answered.
    pub fn report(&self) -> ExamReport {
        let explained: Vec<&Explained> = self.explained.iter().filter_map(|(_, answer)| answer.as_ref()).collect();
        let unanswered = self.explained.len() - explained.len();
        let defended = self.defended.iter().map(|(question, chosen)| (question, chosen.as_deref()));
        ExamReport::new(
            self.stage,
            self.spent,
            &self.requirements,
            self.single_points.as_deref(),
            &explained,
            unanswered,
            defended,
        )
    }

    fn require(&self, phase: ExamPhase) -> Result<(), ExamRefusal> {
        match (self.is_paused, self.phase == phase) {
            (true, _) => Err(ExamRefusal::Paused),
            (false, false) => Err(ExamRefusal::OtherPhase),
            (false, true) => Ok(()),
        }
    }

    /// Goes on to the next part that has questions left.
    fn skip_finished_parts(&mut self) {
        let is_open = |count: usize, answered: usize| count > answered;
        let explained = self.explained.iter().filter(|(_, answer)| answer.is_some()).count();
        if self.phase == ExamPhase::Explain && !is_open(self.explained.len(), explained) {
            self.phase = ExamPhase::Defend;
        }
        let defended = self.defended.iter().filter(|(_, answer)| answer.is_some()).count();
        if self.phase == ExamPhase::Defend && !is_open(self.defended.len(), defended) {
            self.phase = ExamPhase::Done;
        }
    }
}
