//! An incident drill: the run, the page that is shown, and the replies to what the learner has done.
//!
//! The stage of a drill has a simulation of its own that stands still at the start: its diagram is the plan of the site. Nothing
//! on the stage reads the drill's run except through [`hoplight_drill::DrillView`], so nothing can give the fault away.

mod debriefing;
mod demand;
mod events;
mod gate;
mod orders;
pub mod page;
mod panel;
mod plan;

use std::sync::Arc;
use std::time::Duration;

use hoplight_curriculum::Demand;
use hoplight_drill::{Cause, Debrief, Diagnosis, Difficulty, Drill, DrillError, DrillRun, Effect, ProbeTarget, Verdict, wording};
use hoplight_model::{ComponentId, Infrastructure, RequestKind};
use hoplight_sim::{Command, SimTime, Timeline};

use crate::action::Action;
use crate::stage::Stage;
use crate::tone::Tone;
use page::DrillPage;

pub(crate) use gate::{needs_run, refusal};

/// Where a drill comes from, which decides what its result is recorded as, and which drill is next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrillSource {
    /// An author.
    Authored,
    /// The drill of a day, in days since 1970-01-01.
    Daily(u32),
    /// The generator, with a difficulty that was asked for.
    Practice(Option<Difficulty>),
}

/// How far a drill is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DrillPhase {
    /// The briefing; time has not begun.
    Briefing,
    /// The learner watches.
    Watching,
    /// The incident has been declared, and its cause is unknown.
    Searching,
    /// The cause has been named, and the harm goes on.
    Named,
    /// The debriefing.
    Over,
}

/// How far the learner's shift is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Shift {
    /// It has not begun.
    Ahead,
    /// Nothing has been declared.
    Quiet,
    /// An incident has been declared.
    Incident,
}

/// Whether the learner gives up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Surrender {
    No,
    /// The learner has been asked to confirm it.
    Asked,
    Done,
}

/// The state of a drill.
#[derive(Clone, Debug)]
pub struct DrillTask {
    run: DrillRun,
    source: DrillSource,
    seed: u64,
    page: DrillPage,
    shift: Shift,
    surrender: Surrender,
    /// Number of pauses.
    pauses: u32,
    /// What was said about the last diagnosis, remedy or declaration.
    reply: Option<(Tone, String)>,
    /// The hints that have been read.
    hints: Vec<String>,
    probes: Vec<ProbeTarget>,
    suspects: Vec<Cause>,
    orders: Vec<Command>,
    /// The monitoring screen: a stage with a copy of the simulation, of which only delivered samples are shown.
    monitor: Option<Box<Stage>>,
    debrief: Option<Box<Debrief>>,
    /// Whether the stage shows the run with its truth, after the drill.
    shows_truth: bool,
}

impl DrillTask {
    /// Prepares a drill.
    ///
    /// # Errors
    /// If it does not fit the design.
    pub fn new(drill: &Arc<Drill>, infra: &Arc<Infrastructure>, seed: u64, source: DrillSource) -> Result<Self, DrillError> {
        let run = DrillRun::new(drill, Arc::clone(infra), seed)?;
        let sites = RequestKind::ALL.into_iter().map(ProbeTarget::Site);
        let hops = run.probe_hops().into_iter().map(|(from, to)| ProbeTarget::Hop(from, to));
        let (probes, suspects) = (sites.chain(hops).collect(), run.suspects());
        let orders = orders::all(&run, &suspects);
        Ok(Self {
            run,
            source,
            seed,
            page: DrillPage::Events,
            shift: Shift::Ahead,
            surrender: Surrender::No,
            pauses: 0,
            reply: None,
            hints: Vec::new(),
            probes,
            suspects,
            orders,
            monitor: None,
            debrief: None,
            shows_truth: false,
        })
    }

    /// Returns the run.
    pub const fn run(&self) -> &DrillRun {
        &self.run
    }

    /// Returns where the drill comes from.
    pub const fn source(&self) -> DrillSource {
        self.source
    }

    /// Returns the seed of the run.
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// Returns the page that is shown.
    pub const fn page(&self) -> DrillPage {
        self.page
    }

    /// Returns how far the drill is.
    pub fn phase(&self) -> DrillPhase {
        if self.run.is_over() {
            DrillPhase::Over
        } else if self.shift == Shift::Ahead {
            DrillPhase::Briefing
        } else if self.run.is_diagnosed() {
            DrillPhase::Named
        } else if self.shift == Shift::Incident {
            DrillPhase::Searching
        } else {
            DrillPhase::Watching
        }
    }

    /// Whether the truth is hidden.
    pub fn is_hidden(&self) -> bool {
        self.phase() != DrillPhase::Over
    }

    /// Whether an action is not possible now: during the drill, because of its truth, and in the debriefing beside its timeline.
    pub(crate) fn withholds(&self, action: &Action) -> bool {
        if self.is_hidden() { refusal(action).is_some() } else { !self.shows_truth && needs_run(action) }
    }

    /// Whether the stage shows the run with its truth, after the drill.
    pub const fn shows_truth(&self) -> bool {
        self.shows_truth
    }

    /// Returns the debriefing, once the drill is over.
    pub fn debrief(&self) -> Option<&Debrief> {
        self.debrief.as_deref()
    }

    /// Returns the probes that can be sent, in the order of their window.
    pub fn probes(&self) -> &[ProbeTarget] {
        &self.probes
    }

    /// Returns the causes that can be named, in the order of their window.
    pub fn suspects(&self) -> &[Cause] {
        &self.suspects
    }

    /// Returns the remedies that can be executed.
    pub fn orders(&self) -> &[Command] {
        &self.orders
    }

    /// Whether a remedy is one that operators try against the cause named last.
    pub fn is_for_diagnosis(&self, order: &Command) -> bool {
        self.run.last_diagnosis().is_some_and(|cause| self.run.remedies(cause).contains(order))
    }

    /// Returns the name under which the result is recorded.
    pub fn result_name(&self) -> String {
        format!("drill/{}", self.run.drill().id)
    }

    /// Returns what the drill was about, once it is over.
    pub(crate) fn demands(&self) -> Vec<Demand> {
        self.debrief().into_iter().flat_map(|debrief| &debrief.causes).map(|cause| demand::demand_of(cause.kind)).collect()
    }

    /// Returns the points, if the drill was solved.
    pub fn points(&self) -> Option<u32> {
        let solved = self.run.is_mitigated() && self.run.is_diagnosed();
        self.debrief().filter(|_| solved).map(|debrief| debrief.score.points)
    }

    /// Returns the monitoring screen, if the service answers.
    pub fn monitor(&self) -> Option<&Stage> {
        self.monitor.as_deref()
    }

    pub(crate) fn monitor_mut(&mut self) -> Option<&mut Stage> {
        self.monitor.as_deref_mut()
    }

    pub(crate) fn start(&mut self) {
        self.shift = self.shift.max(Shift::Quiet);
    }

    pub(crate) fn is_started(&self) -> bool {
        self.shift > Shift::Ahead
    }

    pub(crate) const fn count_pause(&mut self) {
        self.pauses += 1;
    }

    /// Advances the run by simulated time.
    pub(crate) fn advance(&mut self, by: Duration) {
        if !self.is_started() || self.run.is_over() {
            return;
        }
        let before = self.run.now();
        self.run.advance(before + by);
        let second = |at: SimTime| at.nanos() / SimTime::from_secs(1).nanos();
        if self.page == DrillPage::Monitoring && second(before) != second(self.run.now()) {
            self.refresh();
        }
    }

    /// Loads the monitoring screen again.
    fn refresh(&mut self) {
        let Some(simulation) = self.run.monitored() else {
            self.monitor = None;
            return;
        };
        let (infra, seed) = (Arc::clone(self.run.infrastructure()), self.seed);
        let screen = self.monitor.get_or_insert_with(|| Box::new(Stage::explore(infra, seed, (0, 0))));
        screen.session.timeline = Timeline::new(simulation);
    }

    /// Shows a page.
    pub(crate) fn show(&mut self, page: DrillPage) {
        self.page = page;
        if page == DrillPage::Monitoring {
            self.refresh();
        }
    }

    pub(crate) const fn show_truth(&mut self, shows: bool) {
        self.shows_truth = shows;
    }

    /// Withdraws the request to confirm giving up. Returns whether there was one.
    pub(crate) fn take_gives_up(&mut self) -> bool {
        let is_asked = self.surrender == Surrender::Asked;
        if is_asked {
            self.surrender = Surrender::No;
        }
        is_asked
    }

    pub(crate) const fn ask_to_give_up(&mut self) {
        self.surrender = Surrender::Asked;
    }

    /// Whether the learner gave up.
    pub(crate) fn gave_up(&self) -> bool {
        self.surrender == Surrender::Done
    }

    pub(crate) fn give_up(&mut self) {
        self.surrender = Surrender::Done;
        self.run.finish();
    }

    /// Writes the debriefing, if the drill has just ended. Returns whether it has.
    pub(crate) fn end(&mut self) -> bool {
        if self.debrief.is_some() {
            return false;
        }
        self.debrief = self.run.debrief().map(Box::new);
        self.debrief.is_some()
    }

    /// States that there is an incident.
    pub(crate) fn declare(&mut self) {
        let known = self.shift == Shift::Incident;
        let is_true = self.run.declare();
        if is_true {
            self.shift = Shift::Incident;
        }
        self.reply = Some(match (is_true, known) {
            (true, true) => (Tone::Dim, "The incident has already been declared.".to_owned()),
            (true, false) => (Tone::Good, "Incident declared. Find out what is broken.".to_owned()),
            (false, _) => (Tone::Warn, "False alarm: nothing is broken yet. That costs five points.".to_owned()),
        });
    }

    /// Sends a probe. Returns whether there is one with this index.
    pub(crate) fn probe(&mut self, at: usize) -> bool {
        let Some(target) = self.probes.get(at).cloned() else { return false };
        self.run.probe(&target)
    }

    /// Taps a hop, or removes the tap.
    pub(crate) fn tap(&mut self, hop: Option<&(ComponentId, ComponentId)>) {
        self.run.tap(hop);
    }

    /// Names a cause.
    pub(crate) fn diagnose(&mut self, at: usize) {
        let Some(cause) = self.suspects.get(at).cloned() else { return };
        let Diagnosis { verdict, reply } = self.run.diagnose(&cause);
        if verdict == Verdict::Right {
            self.shift = Shift::Incident;
        }
        let tone = if verdict == Verdict::Right { Tone::Good } else { Tone::Warn };
        let verdict = hoplight_text::phrase![verdict.words()].to_sentence();
        let said = format!("{} {verdict}", hoplight_text::phrase!["you say: ", cause.phrase()].to_sentence());
        self.reply = Some((tone, reply.map_or(said.clone(), |reply| format!("{said} {reply}"))));
    }

    /// Executes a remedy.
    pub(crate) fn remedy(&mut self, at: usize) {
        let Some(order) = self.orders.get(at).cloned() else { return };
        let what = wording::order(&order);
        let effect = self.run.remedy(order);
        let seconds = hoplight_drill::JUDGED_AFTER_S;
        self.reply = Some(match effect {
            Effect::Pending => {
                let done = hoplight_text::phrase![what, ": done"].to_sentence();
                (Tone::Text, format!("{done} Whether it helps shows within {seconds} s."))
            }
            effect => (Tone::Warn, hoplight_text::phrase![what, ": ", effect.phrase()].to_sentence()),
        });
    }

    /// Reads the next hint. Returns whether there was one.
    pub(crate) fn hint(&mut self) -> bool {
        let Some(hint) = self.run.hint().map(ToOwned::to_owned) else { return false };
        self.hints.push(hint);
        true
    }

    /// Returns the reply to the last act.
    pub(crate) fn reply(&self) -> Option<(Tone, &str)> {
        self.reply.as_ref().map(|(tone, text)| (*tone, text.as_str()))
    }

    pub(super) fn title(&self) -> (String, String) {
        let state = match self.phase() {
            DrillPhase::Briefing => "briefing",
            DrillPhase::Watching => "watching",
            DrillPhase::Searching => "incident",
            DrillPhase::Named => "cause named",
            DrillPhase::Over => "debriefing",
        };
        let title = &self.run.drill().title;
        let title = match self.source {
            DrillSource::Authored | DrillSource::Practice(_) => format!("Drill: {title}"),
            DrillSource::Daily(_) => title.to_string(),
        };
        (title, state.to_owned())
    }
}
