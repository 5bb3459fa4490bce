//! What the learner does: statements, probes, diagnoses and remedies.

use hoplight_model::{Element, Text};
use hoplight_sim::Command;

use super::DrillRun;
use super::judge::Trial;
use crate::cause::Cause;
use crate::probe::{Probe, ProbeTarget};
use crate::remedy::{Attempt, Effect, is_allowed, remedies};

/// How right a diagnosis is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It names a cause.
    Right,
    /// Something else is wrong with this element.
    RightElement,
    /// This is wrong with another element.
    RightKind,
    /// It is wrong.
    Wrong,
}

/// The answer to a diagnosis.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnosis {
    /// How right it is.
    pub verdict: Verdict,
    /// Why it suggests itself and is wrong, if the drill's author has foreseen it.
    pub reply: Option<Text>,
}

impl DrillRun {
    /// States that there is an incident. Returns whether this is so; if not, it counts as a wrong move.
    pub fn declare(&mut self) -> bool {
        let is_true = !self.injected.is_empty();
        if is_true {
            self.detect();
        } else {
            self.false_alarms.push(self.now());
        }
        is_true
    }

    /// Records that the learner has noticed something: the first act after the injection counts.
    fn detect(&mut self) {
        if !self.injected.is_empty() && self.detected.is_none() {
            self.detected = Some(self.now());
        }
    }

    /// Sends one request and reports it in [`Self::view`]. Returns false if the design has no such hop, or the drill is over.
    pub fn probe(&mut self, target: &ProbeTarget) -> bool {
        if self.is_over() {
            return false;
        }
        let probe = match target {
            ProbeTarget::Site(kind) => {
                let at = self.now();
                let before = self.simulation().newest_request(Some(*kind));
                if self.apply(Command::Send(*kind)).is_err() {
                    return false;
                }
                let Some(number) = self.simulation().newest_request(Some(*kind)).filter(|new| Some(*new) != before) else {
                    return false;
                };
                self.evidence.exclude(number);
                Probe::site(at, *kind, number)
            }
            ProbeTarget::Hop(from, to) => {
                let Some(link) = self.infra.link_between(from.as_str(), to.as_str()) else { return false };
                Probe::hop(self.simulation(), link)
            }
        };
        self.probes.push(probe);
        self.detect();
        true
    }

    /// Names a cause.
    pub fn diagnose(&mut self, cause: &Cause) -> Diagnosis {
        let truth = if self.injected.is_empty() { &[][..] } else { self.plan.causes.as_slice() };
        let verdict = if truth.contains(cause) {
            Verdict::Right
        } else if truth.iter().any(|truth| truth.element.is_some() && self.is_same_place(truth, cause)) {
            Verdict::RightElement
        } else if truth.iter().any(|truth| truth.kind == cause.kind) {
            Verdict::RightKind
        } else {
            Verdict::Wrong
        };
        self.diagnoses.push((self.now(), cause.clone(), verdict));
        if verdict == Verdict::Right {
            self.detect();
        }
        let foreseen = self.drill.wrong.iter().find(|wrong| wrong.cause == *cause && verdict != Verdict::Right);
        Diagnosis { verdict, reply: foreseen.map(|wrong| wrong.reply.clone()) }
    }

    /// Whether two causes are at the same element, or at a component and its server.
    fn is_same_place(&self, one: &Cause, other: &Cause) -> bool {
        let server = |cause: &Cause| match cause.element.as_ref()? {
            Element::Component(id) => self.infra.component(self.infra.find(id.as_str())?).server.clone(),
            Element::Server(_) | Element::Hop(..) => None,
        };
        let is_machine = |one: &Cause, other: &Cause| server(one).is_some_and(|id| other.element == Some(Element::Server(id)));
        one.element == other.element || is_machine(one, other) || is_machine(other, one)
    }

    /// The cause that the learner has named last.
    pub fn last_diagnosis(&self) -> Option<&Cause> {
        self.diagnoses.last().map(|(_, cause, _)| cause)
    }

    /// Commands that an operator could try against a cause, which need not be the true one.
    pub fn remedies(&self, cause: &Cause) -> Vec<Command> {
        remedies(cause, &self.infra)
    }

    /// The commands of the stored solution, for the debriefing.
    pub fn solution(&self) -> &[Command] {
        &self.plan.remedy
    }

    /// Executes a command. Its effect is judged half a minute later by comparison with a run without it; until then it is
    /// [`Effect::Pending`].
    pub fn remedy(&mut self, command: Command) -> Effect {
        let at = self.now();
        let trial = Trial::new(self.simulation(), self.evidence.failed);
        let effect = if !is_allowed(&command) || self.is_over() {
            Effect::NotAvailable
        } else {
            match self.apply(command.clone()) {
                Ok(()) => Effect::Pending,
                Err(error) => Effect::Refused(error),
            }
        };
        self.trials.push((effect == Effect::Pending).then_some(trial));
        self.attempts.push(Attempt { at, command, effect: effect.clone() });
        self.calm_since = None;
        self.detect();
        effect
    }
}
