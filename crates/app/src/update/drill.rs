//! Incident drills: opening, what the learner does, what is withheld, and recording the score.

use std::sync::Arc;

use hoplight_drill::{Difficulty, Drill, daily, generate};
use hoplight_layout::Arrow;
use hoplight_lesson::Pace;
use hoplight_model::Infrastructure;

use crate::action::{Action, AppAction, DrillAction, SelectAction, TimeAction, ViewAction};
use crate::app::{App, Screen};
use crate::keymap::Keymap;
use crate::monitor;
use crate::notice::Notice;
use crate::stage::Stage;
use crate::task::Task;
use crate::task::drill::page::DrillPage;
use crate::task::drill::{DrillPhase, DrillSource, DrillTask, needs_run, refusal};
use crate::tone::Tone;
use crate::update::attempt::of_drill;
use crate::view::View;

/// Name under which the number of generated drills that were opened is recorded.
const COUNT: &str = "practice/drills";

impl App {
    /// Opens an authored drill by name. Returns whether it exists.
    pub fn open_drill(&mut self, id: &str) -> bool {
        let found = self.catalogue.drills.find(id).map(|(drill, infra)| (Arc::clone(drill), Arc::clone(infra)));
        let Some((drill, infra)) = found else { return false };
        // The moment of the fault differs from one attempt to the next.
        let seed = self.settings.seed ^ self.progress.learner() ^ self.drills_opened();
        self.begin_drill(&drill, infra, seed, DrillSource::Authored);
        true
    }

    /// Opens the drill of the day. Returns whether there is one.
    pub fn open_daily_drill(&mut self) -> bool {
        let day = self.catalogue.today;
        let Some(found) = daily(day, &self.catalogue.designs) else {
            self.tell(Tone::Bad, "There are no designs for a drill.");
            return false;
        };
        self.begin_drill(&found.drill, found.infra, found.seed, DrillSource::Daily(day));
        true
    }

    /// Opens a generated drill, a new one each time. Without a difficulty, they take turns. Returns whether there is one.
    pub fn open_another_drill(&mut self, difficulty: Option<Difficulty>) -> bool {
        let count = self.progress.result(COUNT).unwrap_or(0);
        let place = usize::try_from(count).unwrap_or(0) % Difficulty::ALL.len();
        let chosen = difficulty.or_else(|| Difficulty::ALL.get(place).copied()).unwrap_or(Difficulty::Moderate);
        let seed = (self.settings.seed ^ self.progress.learner()).wrapping_add(count.into());
        let Some(found) = generate(seed, chosen, &self.catalogue.designs) else {
            self.tell(Tone::Bad, format!("No design has a {} drill.", chosen.word()));
            return false;
        };
        self.unsaved |= self.progress.record_result(COUNT, count.saturating_add(1));
        self.begin_drill(&found.drill, found.infra, found.seed, DrillSource::Practice(difficulty));
        true
    }

    /// Number of generated drills that were opened.
    fn drills_opened(&self) -> u64 {
        self.progress.result(COUNT).unwrap_or(0).into()
    }

    fn begin_drill(&mut self, drill: &Arc<Drill>, infra: Arc<Infrastructure>, seed: u64, source: DrillSource) {
        let task = match DrillTask::new(drill, &infra, seed, source) {
            Ok(task) => task,
            Err(error) => {
                self.tell(Tone::Bad, error.phrase().to_sentence());
                return;
            }
        };
        self.open_scenario(infra);
        let size = self.size;
        if let Some(stage) = self.stage_mut() {
            let session = &mut stage.session;
            session.playback.set_pace(Pace::Live, &session.timeline);
            stage.session.playback.paused = true;
            stage.task = Some(Task::Drill(Box::new(task)));
            stage.panels.view = View::Drill;
            stage.resize(size);
        }
    }

    pub(super) fn drill_action(&mut self, action: DrillAction) {
        let phase = self.stage().and_then(Stage::drill).map(DrillTask::phase);
        match (phase, action) {
            (None, _) => self.tell(Tone::Dim, "This works only in an incident drill."),
            (Some(DrillPhase::Over), DrillAction::Enter) => self.next_drill(),
            (Some(DrillPhase::Over), DrillAction::Again) => self.repeat_drill(),
            (Some(DrillPhase::Over), DrillAction::Truth(shows)) => self.show_truth(shows),
            (Some(DrillPhase::Over), _) => self.tell(Tone::Dim, "The drill is over."),
            (Some(_), _) => {
                self.on_stage(|stage, keymap| during(stage, keymap, action));
                self.end_drill();
            }
        }
    }

    fn next_drill(&mut self) {
        let Some(drill) = self.stage().and_then(Stage::drill) else { return };
        let (source, id) = (drill.source(), drill.run().drill().id.clone());
        match source {
            DrillSource::Authored => {
                let after = self.catalogue.drills.drills().skip_while(|(drill, _)| drill.id != id).nth(1);
                let next = after.map(|(drill, _)| drill.id.to_string());
                match next {
                    Some(next) => drop(self.open_drill(&next)),
                    None => drop(self.open_another_drill(None)),
                }
            }
            DrillSource::Daily(_) => drop(self.open_another_drill(None)),
            DrillSource::Practice(difficulty) => drop(self.open_another_drill(difficulty)),
        }
    }

    fn repeat_drill(&mut self) {
        let Some(drill) = self.stage().and_then(Stage::drill) else { return };
        let (run, seed, source) = (drill.run(), drill.seed(), drill.source());
        let (form, infra) = (Arc::clone(run.drill()), Arc::clone(run.infrastructure()));
        self.begin_drill(&form, infra, seed, source);
    }

    /// Shows the run with its truth, or the timeline of the debriefing.
    fn show_truth(&mut self, shows: bool) {
        let size = self.size;
        let Some(stage) = self.stage_mut() else { return };
        if let Some(drill) = stage.drill_mut() {
            drill.show_truth(shows);
        }
        stage.panels.leave_view();
        stage.panels.view = if shows { View::Canvas } else { View::Drill };
        stage.resize(size);
        if shows {
            let key = self.keymap.label(TimeAction::PreviousMark);
            self.tell(Tone::Dim, format!("This is what really happened. {key} steps back from mark to mark."));
        }
    }

    /// Shows the debriefing and records the score, if the drill has just ended.
    pub(in super::super) fn end_drill(&mut self) {
        let size = self.size;
        let Some(stage) = self.stage_mut() else { return };
        let Some(drill) = stage.drill_mut() else { return };
        if !drill.end() {
            return;
        }
        let (name, points) = (drill.result_name(), drill.points());
        let keeps = !matches!(drill.source(), DrillSource::Practice(_));
        let attempt = of_drill(drill);
        let demands = drill.demands();
        let truth = drill.run().timeline().cloned();
        if let Some(truth) = truth {
            stage.session.timeline = truth;
        }
        stage.session.playback.paused = true;
        stage.session.selected = None;
        stage.panels.view = View::Drill;
        (stage.panels.scroll, stage.panels.detail_scroll, stage.panels.show_detail) = (0, 0, false);
        stage.resize(size);
        self.window = None;
        self.finish_attempt(attempt);
        // Practice asks about a cause that was not found, until a question about it is answered right.
        for demand in demands {
            self.unsaved |= self.progress.set_weak(demand, points.is_none());
        }
        match points {
            Some(points) => {
                self.unsaved |= keeps && self.progress.record_result(&name, points);
                self.tell(Tone::Good, format!("The incident is over: {points} points."));
            }
            None => self.tell(Tone::Warn, "The drill is over. The timeline shows what happened."),
        }
    }

    /// Reports why an action is not possible during a drill. Returns whether there is a reason.
    pub(super) fn refuses_in_drill(&mut self, action: &Action) -> bool {
        let Some(stage) = self.stage_mut() else { return false };
        let Some(drill) = stage.drill_mut() else { return false };
        if !drill.is_hidden() {
            // The timeline of the debriefing shows no diagram that could change.
            let needs_run = !drill.shows_truth() && needs_run(action);
            if needs_run {
                let key = self.keymap.label(DrillAction::Truth(true));
                self.tell(Tone::Dim, format!("{key} shows the run with its truth first."));
            }
            return needs_run;
        }
        let asked = drill.take_gives_up();
        if asked && *action == DrillAction::GiveUp.into() {
            drill.ask_to_give_up();
        }
        let Some(why) = refusal(action) else { return false };
        self.tell(Tone::Dim, why);
        true
    }

    /// Returns what an action means during a drill.
    pub(super) fn redirected_in_drill(&self, action: Action) -> Action {
        let Some(drill) = self.stage().and_then(Stage::drill).filter(|drill| !drill.shows_truth()) else { return action };
        if self.window.is_some() || self.sheet.is_some() {
            return action;
        }
        if !drill.is_hidden() {
            return match action {
                Action::Select(SelectAction::Move(Arrow::Down)) => ViewAction::ScrollDetail(1).into(),
                Action::Select(SelectAction::Move(Arrow::Up)) => ViewAction::ScrollDetail(-1).into(),
                Action::App(AppAction::Enter) => DrillAction::Enter.into(),
                _ => action,
            };
        }
        let on_plan = drill.page() == DrillPage::Plan;
        let on_monitor = drill.page() == DrillPage::Monitoring && drill.monitor().is_some();
        match action {
            Action::View(ViewAction::ToggleMonitor) => {
                let to = if drill.page() == DrillPage::Monitoring { DrillPage::Events } else { DrillPage::Monitoring };
                DrillAction::Page(to).into()
            }
            Action::App(AppAction::Enter) => DrillAction::Enter.into(),
            Action::Select(SelectAction::Move(arrow)) if !on_plan => match arrow {
                Arrow::Left => DrillAction::Page(drill.page().beside(false)).into(),
                Arrow::Right => DrillAction::Page(drill.page().beside(true)).into(),
                _ if on_monitor => SelectAction::Move(arrow).into(),
                Arrow::Down => ViewAction::ScrollDetail(1).into(),
                Arrow::Up => ViewAction::ScrollDetail(-1).into(),
            },
            _ => action,
        }
    }

    /// Moves the selection of the monitoring screen of a drill. Returns whether the action is about it.
    pub(super) fn select_in_drill(&mut self, action: &SelectAction) -> bool {
        let Screen::Stage(stage) = &mut self.screen else { return false };
        let Some(drill) = stage.drill_mut().filter(|drill| drill.is_hidden()) else { return false };
        if drill.page() == DrillPage::Plan {
            return false;
        }
        let Some(screen) = drill.monitor_mut() else { return false };
        match action {
            SelectAction::Move(arrow) => {
                monitor::go(screen, *arrow);
            }
            SelectAction::Next | SelectAction::Previous => monitor::cycle(screen, *action == SelectAction::Next),
            SelectAction::Monitored(item) => monitor::look_at(screen, *item),
            SelectAction::Element(_)
            | SelectAction::Clear
            | SelectAction::Deselect
            | SelectAction::Follow(_)
            | SelectAction::NextPacket
            | SelectAction::Wiretap => return false,
        }
        true
    }

    /// Taps the selected hop of a drill, or removes the tap. Returns whether there is a drill.
    pub(super) fn tap_in_drill(&mut self) -> bool {
        if self.stage().and_then(Stage::hidden_drill).is_none() {
            return false;
        }
        self.on_stage(|stage, keymap| {
            if !stage.toggle_wiretap() {
                let plan = keymap.label(DrillAction::Page(DrillPage::Plan));
                return Some(Notice::dim(format!("Select a hop on the plan first: {plan}, then the arrow keys or the mouse.")));
            }
            let hop = stage.session.wiretap().cloned();
            let text = match &hop {
                Some((from, to)) => {
                    let page = keymap.label(DrillAction::Page(DrillPage::Probes));
                    format!("Wiretap on {from} → {to}: page {page} shows its messages.")
                }
                None => "The wiretap is removed.".to_owned(),
            };
            if let Some(drill) = stage.drill_mut() {
                drill.tap(hop.as_ref());
            }
            Some(Notice::dim(text))
        });
        true
    }
}

fn during(stage: &mut Stage, keymap: &Keymap, action: DrillAction) -> Option<Notice> {
    let view = |page: DrillPage| if page == DrillPage::Plan { View::Canvas } else { View::Drill };
    let drill = stage.drill_mut()?;
    if drill.phase() == DrillPhase::Briefing && !matches!(action, DrillAction::Enter | DrillAction::Page(_)) {
        return Some(Notice::dim(format!("{} starts the shift.", keymap.label(DrillAction::Enter))));
    }
    match action {
        DrillAction::Enter if drill.is_started() => {
            return Some(Notice::dim("The shift has begun. The panel says what to do next."));
        }
        DrillAction::Enter => {
            drill.start();
            stage.session.playback.paused = false;
            let pause = keymap.label(TimeAction::Pause);
            return Some(Notice::dim(format!("Your shift begins. {pause} pauses.")));
        }
        DrillAction::Declare => drill.declare(),
        DrillAction::Probe(at) => {
            if !drill.probe(at) {
                return Some(Notice::dim("This probe cannot be sent."));
            }
            drill.show(DrillPage::Probes);
            stage.panels.view = View::Drill;
            stage.panels.detail_scroll = 0;
            return Some(Notice::dim("Probe sent: its result appears at the top."));
        }
        DrillAction::Diagnose(at) => drill.diagnose(at),
        DrillAction::Remedy(at) => drill.remedy(at),
        DrillAction::Hint => {
            if !drill.hint() {
                return Some(Notice::dim("There are no more hints."));
            }
        }
        DrillAction::GiveUp if drill.take_gives_up() => drill.give_up(),
        DrillAction::GiveUp => {
            drill.ask_to_give_up();
            let key = keymap.label(DrillAction::GiveUp);
            return Some(Notice::new(Tone::Warn, format!("Press {key} again to give up. The debriefing follows.")));
        }
        DrillAction::Page(page) => {
            drill.show(page);
            stage.panels.view = view(page);
            stage.panels.detail_scroll = 0;
            return None;
        }
        DrillAction::Truth(_) | DrillAction::Again => return Some(Notice::dim("The drill is not over.")),
    }
    // The reply is read in the panel.
    (stage.panels.scroll, stage.panels.show_detail) = (0, false);
    None
}
