//! A drill in progress: a running design, what its operator has seen, and what they have done.

mod acts;
mod judge;

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use hoplight_model::{ComponentId, Infrastructure, LinkIx};
use hoplight_sim::{CapturedMessage, Command, JournalEvent, SimTime, Simulation, Timeline};

use crate::cause::{Cause, suspects};
use crate::evidence::{Evidence, Sighting};
use crate::form::Drill;
use crate::harm::{Harm, harm, usual_p95};
use crate::plan::{DrillError, DrillPlan, onset};
use crate::probe::{Probe, hops};
use crate::random::mix;
use crate::remedy::Attempt;

pub use acts::{Diagnosis, Verdict};
use judge::Trial;

/// Number of seconds without harm after which a drill is mitigated.
pub const CALM_S: u64 = 15;

/// A drill in progress.
#[derive(Clone, Debug)]
pub struct DrillRun {
    pub(crate) drill: Arc<Drill>,
    pub(crate) infra: Arc<Infrastructure>,
    plan: DrillPlan,
    pub(crate) timeline: Timeline,
    pub(crate) evidence: Evidence,
    pub(crate) probes: Vec<Probe>,
    /// When the fault is injected.
    pub(crate) onset: SimTime,
    /// The commands of the fault that are not yet applied.
    pending: VecDeque<(SimTime, Command)>,
    /// Those that are.
    pub(crate) injected: Vec<(SimTime, Command)>,
    usual_p95: Option<f64>,
    /// The present harm.
    harm: BTreeSet<Harm>,
    /// When each kind of harm began or ended.
    pub(crate) harm_changes: Vec<(SimTime, Harm, bool)>,
    /// Since when there has been no harm that counts, after there was some.
    calm_since: Option<SimTime>,
    /// Numbers of ended and failed requests of users before the injection.
    before: (u64, u64),
    /// Numbers of ended and failed requests of users at the mitigation.
    at_mitigation: Option<(u64, u64)>,
    pub(crate) attempts: Vec<Attempt>,
    /// For each attempt, the state before it, until it is judged.
    trials: Vec<Option<Trial>>,
    pub(crate) diagnoses: Vec<(SimTime, Cause, Verdict)>,
    pub(crate) detected: Option<SimTime>,
    pub(crate) false_alarms: Vec<SimTime>,
    pub(crate) hints: usize,
    pub(crate) mitigated: Option<SimTime>,
    finished: bool,
}

impl DrillRun {
    /// Starts a drill in a design. Runs with the same `seed` are identical; it also decides when the fault is injected.
    ///
    /// # Errors
    /// If the drill does not fit the design.
    pub fn new(drill: &Arc<Drill>, infra: Arc<Infrastructure>, seed: u64) -> Result<Self, DrillError> {
        let plan = DrillPlan::new(drill, &infra)?;
        let mut simulation = Simulation::new(Arc::clone(&infra), mix(seed));
        for command in &plan.setup {
            // The same command may be the design's own setting already.
            let _ = simulation.apply(command, &mut ());
        }
        let onset = onset(drill.onset_s, seed);
        let mut pending: Vec<(SimTime, Command)> =
            plan.fault.iter().map(|(after, command)| (onset + Duration::from_secs_f64(*after), command.clone())).collect();
        pending.sort_by_key(|(at, _)| *at);
        Ok(Self {
            drill: Arc::clone(drill),
            evidence: Evidence::new(&infra),
            infra,
            plan,
            timeline: Timeline::new(simulation),
            probes: Vec::new(),
            onset,
            pending: pending.into(),
            injected: Vec::new(),
            usual_p95: None,
            harm: BTreeSet::new(),
            harm_changes: Vec::new(),
            calm_since: None,
            before: (0, 0),
            at_mitigation: None,
            attempts: Vec::new(),
            trials: Vec::new(),
            diagnoses: Vec::new(),
            detected: None,
            false_alarms: Vec::new(),
            hints: 0,
            mitigated: None,
            finished: false,
        })
    }

    /// The drill.
    pub fn drill(&self) -> &Arc<Drill> {
        &self.drill
    }

    /// The design, as its documentation shows it: without the changes that the fault has made.
    pub fn infrastructure(&self) -> &Arc<Infrastructure> {
        &self.infra
    }

    /// The current simulated time.
    pub fn now(&self) -> SimTime {
        self.timeline.simulation().now()
    }

    /// When the drill ends at the latest; `None` before the injection, which it would give away.
    pub fn deadline(&self) -> Option<SimTime> {
        (!self.injected.is_empty()).then(|| self.onset + Duration::from_secs(self.drill.limit_s.into()))
    }

    /// Whether the drill has ended: the harm is over and its cause is named, the time is up, or the learner has given up.
    pub fn is_over(&self) -> bool {
        let is_solved = self.mitigated.is_some() && self.is_diagnosed();
        self.finished || is_solved || self.deadline().is_some_and(|end| self.now() >= end)
    }

    /// Ends the drill.
    pub fn finish(&mut self) {
        self.finished = true;
    }

    /// Whether the cause has been named.
    pub fn is_diagnosed(&self) -> bool {
        self.diagnoses.iter().any(|(_, _, verdict)| *verdict == Verdict::Right)
    }

    /// Whether the harm has been over for long enough after a remedy.
    pub const fn is_mitigated(&self) -> bool {
        self.mitigated.is_some()
    }

    /// Every cause that can be named in a diagnosis, sorted: all that could occur in this design.
    pub fn suspects(&self) -> Vec<Cause> {
        suspects(&self.infra)
    }

    /// The hops on which [`Self::probe`] can send a request from inside.
    pub fn probe_hops(&self) -> Vec<(ComponentId, ComponentId)> {
        hops(&self.infra)
    }

    /// The messages captured by the wiretap, oldest first.
    pub fn captured(&self) -> impl DoubleEndedIterator<Item = &CapturedMessage> {
        self.timeline.captured()
    }

    /// Taps a hop, or removes the tap. Returns whether the design has the hop.
    pub fn tap(&mut self, hop: Option<&(ComponentId, ComponentId)>) -> bool {
        let link = hop.map(|(from, to)| self.infra.link_between(from.as_str(), to.as_str()));
        self.timeline.listen(link.flatten());
        !matches!(link, Some(None))
    }

    /// The tapped link.
    pub fn tapped(&self) -> Option<LinkIx> {
        self.timeline.tapped()
    }

    /// The run with its whole truth, for the debriefing. `None` until the drill is over.
    pub fn timeline(&self) -> Option<&Timeline> {
        self.is_over().then_some(&self.timeline)
    }

    /// The next hint, from vague to specific; `None` if all have been given.
    pub fn hint(&mut self) -> Option<&str> {
        let hint = self.drill.hints.get(self.hints)?;
        self.hints += 1;
        Some(hint.as_str())
    }

    /// Runs until `until`, or until the drill is over.
    pub fn advance(&mut self, until: SimTime) {
        const SECOND: u64 = SimTime::from_secs(1).nanos();
        while !self.is_over() && self.now() < until {
            let second = SimTime::from_nanos((self.now().nanos() / SECOND + 1) * SECOND);
            let due = self.pending.front().map_or(until, |(at, _)| (*at).max(self.now()));
            let end = self.deadline().unwrap_or(until);
            self.run_to(second.min(until).min(due).min(end));
            while let Some((_, command)) = self.pending.front().filter(|(at, _)| *at <= self.now()).cloned() {
                self.pending.pop_front();
                self.inject(command);
            }
            if self.now() == second {
                self.each_second();
            }
        }
    }

    fn run_to(&mut self, until: SimTime) {
        let (evidence, probes) = (&mut self.evidence, &mut self.probes);
        self.timeline.advance_watched(until, &mut |event: &JournalEvent| watch(evidence, probes, event));
    }

    /// Applies a command of the fault, or of the learner.
    fn apply(&mut self, command: Command) -> Result<(), hoplight_sim::CommandError> {
        let (evidence, probes) = (&mut self.evidence, &mut self.probes);
        self.timeline.apply_watched(command, &mut |event: &JournalEvent| watch(evidence, probes, event))
    }

    fn inject(&mut self, command: Command) {
        if self.injected.is_empty() {
            self.usual_p95 = usual_p95(self.timeline.simulation());
            self.before = (self.evidence.ended, self.evidence.failed);
            self.evidence.sightings.clear();
        }
        // A remedy before the fault can make it impossible, for example by switching the server off.
        if self.apply(command.clone()).is_ok() {
            self.injected.push((self.now(), command));
        }
    }

    fn each_second(&mut self) {
        let now = self.now();
        self.probes.iter_mut().for_each(|probe| probe.settle(now));
        if now <= self.onset {
            return;
        }
        self.sight_monitoring();
        let found = harm(self.timeline.simulation(), self.usual_p95);
        for changed in found.symmetric_difference(&self.harm) {
            self.harm_changes.push((now, *changed, found.contains(changed)));
        }
        self.harm = found;
        self.judge_attempts();
        self.check_mitigation();
    }

    /// Records what the monitoring service shows for the first time.
    fn sight_monitoring(&mut self) {
        let simulation = self.timeline.simulation();
        let now = simulation.now();
        if self.has_service() && !simulation.is_monitored() {
            self.evidence.sight(now, Sighting::MonitoringDown);
            return;
        }
        for agent in simulation.agents().iter().filter(|agent| agent.stale) {
            let id = self.infra.component(agent.agent).id.clone();
            self.evidence.sight(now, Sighting::AgentSilent(id));
        }
    }

    pub(crate) fn has_service(&self) -> bool {
        self.infra.components().any(|(_, component)| component.kind.is_monitoring_service())
    }

    fn check_mitigation(&mut self) {
        let now = self.now();
        if self.mitigated.is_some() || self.harm_changes.is_empty() {
            return;
        }
        if !self.harm.is_empty() {
            self.calm_since = None;
            return;
        }
        let calm = *self.calm_since.get_or_insert(now);
        let accepted = self.attempts.iter().rposition(|attempt| attempt.at > self.onset && !attempt.is_refused());
        let Some(last) = accepted else { return };
        if now.since(calm.max(self.attempts[last].at)).as_secs() >= CALM_S {
            self.mitigated = Some(calm);
            self.at_mitigation = Some((self.evidence.ended, self.evidence.failed));
            self.credit(last);
        }
    }

    /// Numbers of users' requests that have ended, and that have failed, from the injection until the mitigation.
    pub(crate) fn losses(&self) -> (u64, u64) {
        let (ended, failed) = self.at_mitigation.unwrap_or((self.evidence.ended, self.evidence.failed));
        if self.injected.is_empty() { (0, 0) } else { (ended - self.before.0, failed - self.before.1) }
    }

    /// The causes that the fault injects.
    pub(crate) fn causes(&self) -> &[Cause] {
        &self.plan.causes
    }

    pub(crate) fn simulation(&self) -> &Simulation {
        self.timeline.simulation()
    }
}

/// Shows an event to everyone who records something.
fn watch(evidence: &mut Evidence, probes: &mut [Probe], event: &JournalEvent) {
    evidence.note(event);
    for probe in probes {
        probe.note(event);
    }
}
