//! Missions: opening, measuring, hints, and recording the score.

use std::sync::Arc;

use hoplight_model::scenario::Scenario;
use hoplight_model::{MissionId, ScenarioId};

use crate::action::TaskAction;
use crate::app::App;
use crate::task::Task;
use crate::task::mission::MissionTask;
use crate::tone::Tone;
use crate::update::attempt::of_mission;

impl App {
    pub(super) fn task_action(&mut self, action: TaskAction) {
        let Some(stage) = self.stage_mut() else {
            self.tell(Tone::Dim, "Open a mission first.");
            return;
        };
        let infra = Arc::clone(stage.infra());
        match (&mut stage.task, action) {
            (Some(Task::Mission(mission)), TaskAction::Measure) => {
                mission.measure(&infra);
                stage.panels.scroll = 0;
                stage.panels.show_detail = false;
                self.tell(Tone::Dim, "The trials run on your design …");
            }
            (Some(Task::Mission(mission)), TaskAction::Hint) => {
                if !mission.hint() {
                    self.tell(Tone::Dim, "There are no more hints.");
                }
            }
            (Some(Task::Mission(mission)), TaskAction::Next) => {
                let id = mission.mission().id().clone();
                let next = self.catalogue.missions.after(&id).map(|next| next.id().clone());
                match next {
                    Some(next) => drop(self.open_mission(&next)),
                    None => self.tell(Tone::Dim, "This was the last mission. The course map has the others."),
                }
            }
            (None | Some(Task::Drill(_) | Task::Exam(_) | Task::Puzzle(_) | Task::Practice(_)), _)
            | (Some(Task::Review(_)), TaskAction::Measure | TaskAction::Hint) => {
                self.tell(Tone::Dim, "This works only in a mission.");
            }
            (Some(Task::Review(_)), TaskAction::Next) => self.open_next_review(),
        }
    }

    /// Opens a mission. Returns whether it exists.
    pub fn open_mission(&mut self, id: &MissionId) -> bool {
        let Some(mission) = self.catalogue.missions.find(id.as_str()).cloned() else { return false };
        let drawing = Scenario::from(mission.start().as_ref()).minimal();
        let name: String = format!("mission-{id}").chars().take(40).collect();
        let design: ScenarioId = name.trim_end_matches('-').parse().unwrap_or_else(|_| mission.start().id().clone());
        if let Err(why) = self.edit_scenario(&drawing, design) {
            self.tell(Tone::Bad, why);
            return true;
        }
        let (seed, size) = (self.settings.seed, self.size);
        if let Some(stage) = self.stage_mut() {
            stage.task = Some(Task::Mission(Box::new(MissionTask::new(mission, seed))));
            stage.resize(size);
        }
        self.tell(Tone::Dim, "The site runs as you found it. Read the problem, then change the design.");
        true
    }

    /// Does a piece of the task's work, and records a new score.
    pub(in super::super) fn work_on_task(&mut self) {
        self.work_on_review();
        let Some(Task::Mission(mission)) = self.stage_mut().and_then(|stage| stage.task.as_mut()) else { return };
        if !mission.is_measuring() {
            return;
        }
        mission.work();
        let (id, score) = (mission.mission().id().clone(), mission.take_score());
        let attempt = mission.take_goals().map(|goals| of_mission(format!("mission/{id}"), mission.seed(), goals));
        let (is_over, is_passed) = (!mission.is_measuring(), mission.is_passed());
        self.changed = true;
        self.attempts.extend(attempt);
        if let Some(score) = score {
            self.unsaved |= self.progress.record_result(&format!("mission/{id}"), score.stars.into());
            self.tell(Tone::Good, "Mission passed: all goals are met.");
        } else if is_over && !is_passed && self.has_measured() {
            self.tell(Tone::Warn, "Not yet: the panel says which goals are missed, and by how much.");
        }
    }

    /// Whether the learner's design has been measured.
    fn has_measured(&self) -> bool {
        match self.stage().and_then(|stage| stage.task.as_ref()) {
            Some(Task::Mission(mission)) => mission.has_report(),
            Some(Task::Drill(_) | Task::Review(_) | Task::Exam(_) | Task::Puzzle(_) | Task::Practice(_)) | None => false,
        }
    }
}
