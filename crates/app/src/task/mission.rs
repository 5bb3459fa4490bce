//! A mission: the problem, the goals with what was measured, hints, and the explanation when all goals are met.

use std::sync::Arc;

use hoplight_lesson::Score;
use hoplight_mission::{Mission, MissionReport, MissionRun, MissionScore, explanation, text};
use hoplight_model::Infrastructure;

use crate::action::{TaskAction, ViewAction};
use crate::keymap::Keymap;
use crate::line::{Line, Page};
use crate::stage::Stage;
use crate::tone::Tone;

/// The state of a mission.
#[derive(Clone, Debug)]
pub struct MissionTask {
    mission: Arc<Mission>,
    seed: u64,
    /// The measurement in progress, and whether it is of the starting design.
    run: Option<(MissionRun<Arc<Mission>>, bool)>,
    /// What was measured on the starting design.
    before: Option<MissionReport>,
    /// What was measured last, and on which design.
    report: Option<(MissionReport, Arc<Infrastructure>)>,
    /// Number of hints shown.
    hints: usize,
    /// The best score since the mission was opened, until the program has recorded it.
    unrecorded: Option<MissionScore>,
    /// The number of goals that the learner's design meets, until the program has recorded it.
    goals: Option<Score>,
    /// The design that is being measured.
    measured: Option<Arc<Infrastructure>>,
}

impl MissionTask {
    /// Starts a mission: its starting design is measured, so that the goals show what is wrong.
    pub fn new(mission: Arc<Mission>, seed: u64) -> Self {
        let run = MissionRun::new(Arc::clone(&mission), mission.start(), seed);
        Self {
            mission,
            seed,
            run: Some((run, true)),
            before: None,
            report: None,
            hints: 0,
            unrecorded: None,
            goals: None,
            measured: None,
        }
    }

    /// Returns the mission.
    pub const fn mission(&self) -> &Arc<Mission> {
        &self.mission
    }

    /// Returns the last report on the learner's design or, before the first one, on the starting design.
    pub fn report(&self) -> Option<&MissionReport> {
        self.report.as_ref().map(|(report, _)| report).or(self.before.as_ref())
    }

    /// Whether all goals are met.
    pub fn is_passed(&self) -> bool {
        self.report.as_ref().is_some_and(|(report, _)| report.passed())
    }

    /// Whether the learner's design has been measured.
    pub(crate) const fn has_report(&self) -> bool {
        self.report.is_some()
    }

    /// Whether a measurement is in progress.
    pub const fn is_measuring(&self) -> bool {
        self.run.is_some()
    }

    /// Starts to measure a design.
    pub(crate) fn measure(&mut self, infra: &Arc<Infrastructure>) {
        // The figures from before are needed for the explanation.
        while self.before.is_none() && self.run.is_some() {
            self.work();
        }
        self.measured = Some(Arc::clone(infra));
        self.run = Some((MissionRun::new(Arc::clone(&self.mission), infra, self.seed), false));
    }

    /// Runs the next trial.
    pub(crate) fn work(&mut self) {
        let Some((run, is_start)) = &mut self.run else { return };
        if run.step() {
            return;
        }
        let (report, is_start) = (run.report(), *is_start);
        self.run = None;
        if is_start {
            self.before = Some(report);
            return;
        }
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let met = report.goals.iter().filter(|goal| goal.met).count();
        self.goals = Some(Score { right: count(met), of: count(report.goals.len()) });
        self.unrecorded = MissionScore::of(&self.mission, &report).filter(|score| score.stars > 0);
        if let Some(infra) = self.measured.take() {
            self.report = Some((report, infra));
        }
    }

    /// Returns a score that has not been recorded yet.
    pub(crate) const fn take_score(&mut self) -> Option<MissionScore> {
        self.unrecorded.take()
    }

    /// Returns the goals met by a measured design that has not been recorded yet.
    pub(crate) const fn take_goals(&mut self) -> Option<Score> {
        self.goals.take()
    }

    /// Returns the seed of the trials.
    pub(crate) const fn seed(&self) -> u64 {
        self.seed
    }

    /// Shows the next hint. Returns whether there was one.
    pub(crate) fn hint(&mut self) -> bool {
        let is_left = self.hints < self.mission.form().hints.len();
        self.hints += usize::from(is_left);
        is_left
    }

    pub(super) fn title(&self) -> (String, String) {
        let state = match (&self.run, self.is_passed()) {
            (Some((run, _)), _) => {
                let (done, total) = run.progress();
                format!("measuring {done}/{total}")
            }
            (None, true) => "passed".to_owned(),
            (None, false) => String::new(),
        };
        (format!("Mission: {}", self.mission.form().title.as_str()), state)
    }

    pub(super) fn lines(&self, stage: &Stage, keymap: &Keymap, width: u16) -> Vec<Line> {
        let mut page = Page::new(width);
        let form = self.mission.form();
        let is_wide = stage.viewport.regions.wide;
        if self.is_passed() {
            self.passed(keymap, &mut page);
            return page.lines();
        }
        // The problem gives way to the goals: on a small screen after the first change, on any after the first measurement.
        let is_new = self.report.is_none() && (is_wide || stage.session.draft().undo_len() == 0);
        for paragraph in form.problem.iter().filter(|_| is_new) {
            page.text(Tone::Text, paragraph);
        }
        page.item(Tone::Accent, "▸ ", Tone::Name, &form.task, None);
        self.goals(&mut page);
        let measure = keymap.label(TaskAction::Measure);
        let changed = self.report.as_ref().is_some_and(|(_, infra)| !Arc::ptr_eq(infra, stage.infra()));
        let how = match (&self.run, &self.report, changed) {
            (Some(_), ..) => "Measuring …".to_owned(),
            (None, None, _) => {
                format!("Change the design, then press {measure} to measure it. The figures are of the design as you found it.")
            }
            (None, Some(_), true) => format!("The design has changed: {measure} measures it again."),
            (None, Some(_), false) => format!("{measure} measures again."),
        };
        page.text(Tone::Dim, &how);
        let hint = self.hints.checked_sub(1).and_then(|last| form.hints.get(last));
        if let Some(hint) = hint {
            page.item(Tone::Accent, &format!("hint {}/{} ", self.hints, form.hints.len()), Tone::Text, hint, None);
        }
        if !is_wide {
            let key = keymap.label(ViewAction::TogglePanel);
            page.text(Tone::Dim, &format!("{key} shows the selected element and the review."));
        }
        page.lines()
    }

    fn goals(&self, page: &mut Page) {
        let report = self.report();
        if let Some(obstacle) = report.and_then(|report| report.obstacle.as_ref()) {
            page.text(Tone::Bad, &text::obstacle(obstacle).to_sentence());
        }
        for goal in self.mission.goals() {
            let result = report.and_then(|report| report.goal(&goal.name)).filter(|result| result.measured.is_some());
            let (sentence, met) = match result {
                Some(result) => (text::goal_sentence(&self.mission, goal, result).to_string(), result.met),
                None => (text::wanted(&self.mission, goal).to_sentence(), false),
            };
            let (tone, mark) = if met { (Tone::Good, "☑ ") } else { (Tone::Accent, "☐ ") };
            page.item(tone, mark, if met { Tone::Dim } else { Tone::Text }, &sentence, None);
        }
    }

    fn passed(&self, keymap: &Keymap, page: &mut Page) {
        let Some((report, _)) = &self.report else { return };
        let score = MissionScore::of(&self.mission, report);
        if let Some(score) = score {
            let stars: String = (0..3).map(|place| if place < score.stars { '★' } else { '☆' }).collect();
            page.item(Tone::Good, &format!("{stars} "), Tone::Name, &text::score(&score).to_sentence(), None);
        }
        if let Some(before) = &self.before {
            for sentence in explanation(&self.mission, before, report) {
                page.text(Tone::Text, &sentence);
            }
        }
        self.goals(page);
        let next = keymap.label(TaskAction::Next);
        let better =
            if score.is_some_and(|score| score.stars < 3) { " Improve the design for more stars, or go on." } else { "" };
        page.item(
            Tone::Accent,
            &format!("{next} "),
            Tone::Dim,
            &format!("next mission.{better}"),
            Some(&TaskAction::Next.into()),
        );
    }
}
