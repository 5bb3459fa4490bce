//! Practice: questions of the bank, one after the other.
//!
//! ```text
//!  question ──confirm──▶ grade and explanations ──confirm──▶ next question … ──▶ summary
//! ```

mod draft;
mod lines;

use std::collections::BTreeSet;
use std::sync::Arc;

use hoplight_course::{BankLoss, Grade, PosedBody, PosedQuestion, PracticeItem, QuestionBank};
use hoplight_lesson::{Review, Score};
use hoplight_model::{Element, QuestionId};

use draft::Draft;

/// Share of right answers that passes a test on a unit.
const PASSES: f64 = 0.8;

/// What a session is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PracticeGoal {
    /// The practice of the day.
    Daily,
    /// A test that shows that the learner knows a unit already.
    TestOut(String),
}

/// The state of a practice session.
#[derive(Clone, Debug)]
pub struct PracticeTask {
    goal: PracticeGoal,
    bank: Arc<QuestionBank>,
    items: Vec<PracticeItem>,
    seed: u64,
    question: PosedQuestion,
    draft: Draft,
    grade: Option<Grade>,
    /// The marks of the question answered last, compared with the right ones.
    judged: Option<Review>,
    /// Whether the last answer has taken something away from the running site.
    is_site_broken: bool,
    /// The questions answered so far, and whether the answer was right.
    answered: Vec<(QuestionId, bool)>,
    /// For each of them, the days until it is asked again.
    intervals: Vec<u32>,
    is_over: bool,
}

/// What follows from confirming.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum PracticeOutcome {
    /// The learner is told something first.
    Tell(&'static str),
    /// An answer was graded.
    Graded(QuestionId, Grade),
    /// Another question is shown, or key points to compare with.
    Shown,
    /// The session is over.
    Over,
    /// The learner leaves the summary.
    Leave,
}

impl PracticeTask {
    /// Starts a session. Returns `None` if the bank has none of the questions.
    pub fn new(goal: PracticeGoal, bank: Arc<QuestionBank>, items: Vec<PracticeItem>, seed: u64) -> Option<Self> {
        let items: Vec<PracticeItem> = items.into_iter().filter(|item| bank.question(&item.question).is_some()).collect();
        let first = bank.question(&items.first()?.question)?;
        let question = PosedQuestion::new(first, &bank, seed);
        let draft = Draft::new(&question.body);
        Some(Self {
            goal,
            bank,
            items,
            seed,
            question,
            draft,
            grade: None,
            judged: None,
            is_site_broken: false,
            answered: Vec::new(),
            intervals: Vec::new(),
            is_over: false,
        })
    }

    /// Returns what the session is for.
    pub const fn goal(&self) -> &PracticeGoal {
        &self.goal
    }

    /// Returns the current question.
    pub const fn question(&self) -> &PosedQuestion {
        &self.question
    }

    /// Returns the grade of the current question, once it is answered.
    pub const fn grade(&self) -> Option<&Grade> {
        self.grade.as_ref()
    }

    /// Returns the questions answered so far, and whether the answer was right.
    pub fn answered(&self) -> &[(QuestionId, bool)] {
        &self.answered
    }

    /// Whether all questions are answered.
    pub const fn is_over(&self) -> bool {
        self.is_over
    }

    /// Whether enough answers of a finished session were right to pass a test.
    pub fn is_passed(&self) -> bool {
        self.is_over && self.right() as f64 >= PASSES * self.items.len() as f64
    }

    /// Returns the number of right answers.
    pub fn right(&self) -> usize {
        self.answered.iter().filter(|(_, is_right)| *is_right).count()
    }

    /// Whether digits are typed into an answer.
    pub(crate) const fn is_typing(&self) -> bool {
        matches!(self.draft, Draft::Number(_)) && self.grade.is_none() && !self.is_over
    }

    /// Whether elements of the diagram are marked.
    pub(crate) const fn is_marking(&self) -> bool {
        matches!(self.draft, Draft::Marks(_)) && self.grade.is_none() && !self.is_over
    }

    /// Whether answers can be chosen with a cursor.
    pub(crate) const fn has_cursor(&self) -> bool {
        let has_choices = match self.draft {
            Draft::One(_) | Draft::Any(_) | Draft::Order { .. } | Draft::Points(_) => true,
            Draft::Number(_) | Draft::Marks(_) | Draft::Aloud => false,
        };
        has_choices && self.grade.is_none() && !self.is_over
    }

    /// Whether the current question waits for an answer.
    pub(crate) const fn is_asking(&self) -> bool {
        self.grade.is_none() && !self.is_over
    }

    /// Returns the marked elements, while they can change.
    pub fn marks(&self) -> Vec<Element> {
        match &self.draft {
            Draft::Marks(marks) if self.is_asking() => marks.iter().cloned().collect(),
            _ => Vec::new(),
        }
    }

    /// Returns the submitted marks compared with the right ones.
    pub fn judged_marks(&self) -> Option<&Review> {
        self.judged.as_ref().filter(|_| self.grade.is_some() && !self.is_over)
    }

    /// Whether the last answer has taken something away from the running site, so that the next question needs a new run.
    pub(crate) const fn is_site_broken(&self) -> bool {
        self.is_site_broken
    }

    /// What to take away from the running site, once a prediction is graded, so that the learner sees what happens.
    pub(crate) fn experiment(&self) -> Option<Element> {
        self.grade.as_ref()?;
        self.bank.question(&self.question.id)?.loss().map(BankLoss::element)
    }

    /// Moves the cursor.
    pub(crate) fn step(&mut self, down: bool) {
        if self.is_asking() {
            self.draft.step(down);
        }
    }

    /// Chooses an answer or, without a number, the one under the cursor. Returns whether there are answers to choose.
    pub(crate) fn toggle(&mut self, number: Option<usize>) -> bool {
        self.is_asking() && self.draft.toggle(number)
    }

    /// Marks an element, or no longer. Returns whether it is marked now; `None` if it cannot be.
    pub(crate) fn mark(&mut self, element: &Element) -> Option<bool> {
        let PosedBody::Mark { target, .. } = &self.question.body else { return None };
        let infra = self.question.site.as_ref()?;
        let Draft::Marks(marks) = &mut self.draft else { return None };
        if self.grade.is_some() || !target.admits(infra, element) {
            return None;
        }
        let is_marked = !marks.remove(element);
        if is_marked {
            marks.insert(element.clone());
        }
        Some(is_marked)
    }

    /// Types a digit or a decimal point. Returns whether a number is asked for.
    pub(crate) fn type_digit(&mut self, digit: char) -> bool {
        self.is_asking() && self.draft.type_digit(digit)
    }

    /// Erases the last digit.
    pub(crate) fn erase(&mut self) -> bool {
        self.is_asking() && self.draft.erase()
    }

    /// Goes on: hands the answer in, shows the next question, or ends the session.
    pub(crate) fn confirm(&mut self) -> PracticeOutcome {
        if self.is_over {
            return PracticeOutcome::Leave;
        }
        if self.grade.is_some() {
            return self.next();
        }
        if let (Draft::Aloud, PosedBody::Recall { points }) = (&self.draft, &self.question.body) {
            self.draft = Draft::points(points.len());
            return PracticeOutcome::Shown;
        }
        match self.draft.answer() {
            Ok(answer) => {
                let grade = self.question.grade(&answer);
                self.graded(grade)
            }
            Err(missing) => PracticeOutcome::Tell(missing),
        }
    }

    /// Records in how many days the question answered last is asked again.
    pub(crate) fn comes_back(&mut self, days: u32) {
        self.intervals.push(days);
    }

    /// Gives up on the question: it counts as wrong, and the right answer is shown. After that, goes on.
    pub(crate) fn skip(&mut self) -> PracticeOutcome {
        if self.is_over {
            return PracticeOutcome::Leave;
        }
        if self.grade.is_some() {
            return self.next();
        }
        self.draft = Draft::new(&self.question.body);
        if let PosedBody::Recall { points } = &self.question.body {
            self.draft = Draft::points(points.len());
        }
        self.graded(Grade { of: 1, ..Grade::default() })
    }

    /// Returns the seed of the last question that was answered.
    pub(crate) fn answered_seed(&self) -> u64 {
        let place = self.answered.len().saturating_sub(1);
        self.seed.wrapping_add(u64::try_from(place).unwrap_or_default())
    }

    /// Returns the number of right answers, and of answers, with the seed of the session.
    pub(crate) fn result(&self) -> (Score, u64) {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let right = self.answered.iter().filter(|(_, is_right)| *is_right).count();
        (Score { right: count(right), of: count(self.answered.len()) }, self.seed)
    }

    fn graded(&mut self, grade: Grade) -> PracticeOutcome {
        self.answered.push((self.question.id.clone(), grade.is_right));
        self.grade = Some(grade.clone());
        self.is_site_broken = self.experiment().is_some();
        // Computed once: the right set of a large site may take a simulation.
        self.judged = match (&self.draft, &self.question.body, &self.question.site) {
            (Draft::Marks(marks), PosedBody::Mark { target, .. }, Some(site)) => Some(Review::of(marks, &target.right(site))),
            _ => None,
        };
        PracticeOutcome::Graded(self.question.id.clone(), grade)
    }

    fn next(&mut self) -> PracticeOutcome {
        let next = self.items.get(self.answered.len()).and_then(|item| self.bank.question(&item.question));
        self.grade = None;
        let Some(next) = next else {
            self.is_over = true;
            return PracticeOutcome::Over;
        };
        // Each question of a session is posed with a seed of its own.
        let place = u64::try_from(self.answered.len()).unwrap_or_default();
        self.question = PosedQuestion::new(next, &self.bank, self.seed.wrapping_add(place));
        self.draft = Draft::new(&self.question.body);
        PracticeOutcome::Shown
    }

    /// The demands of the questions that were answered wrongly.
    fn missed(&self) -> BTreeSet<hoplight_curriculum::Demand> {
        let wrong = self.answered.iter().filter(|(_, is_right)| !is_right);
        wrong.filter_map(|(id, _)| self.bank.question(id)).flat_map(|question| question.about.iter().copied()).collect()
    }
}
