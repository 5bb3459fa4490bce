//! Checks that everything named in a lesson exists in its scenario.

use hoplight_model::{ComponentKind, ContentError, Element, Infrastructure};
use hoplight_sim::Command;

use super::super::act::Act;
use super::super::condition::Condition;
use super::super::form::Lesson;
use super::super::sites::LessonSites;
use super::Report;
use super::problem::LessonProblem;

impl Report<'_> {
    pub(super) fn names(&mut self, lesson: &Lesson, sites: &LessonSites) {
        for command in &lesson.setup {
            sites.all().for_each(|infra| self.command(command, infra));
        }
        for (number, step) in lesson.steps.iter().enumerate() {
            let infra = sites.of(lesson.scenario_at(number));
            for element in &step.focus {
                self.element(element, infra);
            }
            for command in &step.begin {
                self.command(command, infra);
            }
            if let Some((from, to)) = &step.tap {
                self.element(&Element::Hop(from.clone(), to.clone()), infra);
            }
            for goal in step.goals() {
                for element in goal.when.elements() {
                    self.element(&element, infra);
                }
                self.agents(&goal.when, infra);
            }
            for reply in &step.replies {
                for element in reply.when.elements() {
                    self.element(&element, infra);
                }
                self.agents(&reply.when, infra);
            }
            let wrong = step.goals().iter().flat_map(|goal| goal.wrong.iter().chain(&goal.broken_by));
            for act in step.solution.iter().chain(wrong) {
                match act {
                    Act::Select(element) => self.element(element, infra),
                    Act::Do(command) => self.command(command, infra),
                    Act::Tap(from, to) => self.element(&Element::Hop(from.clone(), to.clone()), infra),
                    _ => {}
                }
            }
        }
    }

    fn command(&mut self, command: &Command, infra: &Infrastructure) {
        if let Some(element) = command.element() {
            self.element(&element, infra);
        }
    }

    fn element(&mut self, element: &Element, infra: &Infrastructure) {
        if infra.contains(element) {
            return;
        }
        let component = |id: &str| infra.find(id).is_some();
        let (needle, problem) = match element {
            Element::Component(id) => (id.as_str(), LessonProblem::UnknownComponent(id.clone())),
            Element::Server(id) => (id.as_str(), LessonProblem::UnknownServer(id.clone())),
            Element::Hop(from, to) if !component(from.as_str()) => (from.as_str(), LessonProblem::UnknownComponent(from.clone())),
            Element::Hop(_, to) if !component(to.as_str()) => (to.as_str(), LessonProblem::UnknownComponent(to.clone())),
            Element::Hop(from, to) => (to.as_str(), LessonProblem::UnknownHop(from.clone(), to.clone())),
        };
        let error = ContentError::about(&self.entry.file, &self.entry.text, needle, problem.to_string());
        let error = match element {
            Element::Server(_) => error.suggest(needle, infra.servers().map(|server| server.id.as_str())),
            // Both components exist and only the link is missing, so there is no name to suggest.
            Element::Hop(..) if component(needle) => error,
            _ => error.suggest(needle, infra.components().map(|(_, component)| component.id.as_str())),
        };
        self.errors.push(error);
    }

    /// Gauge conditions must name agents, health check conditions backends of a balancer, and drops a firewall.
    fn agents(&mut self, condition: &Condition, infra: &Infrastructure) {
        let kind = |id: &str| infra.find(id).map(|ix| &infra.component(ix).kind);
        let agent = |id: &str| kind(id).is_none_or(|kind| kind.as_agent().is_some());
        match condition {
            Condition::Stale(id) | Condition::Fresh(id) | Condition::Gauge { agent: id, .. } if !agent(id.as_str()) => {
                self.about(id.as_str(), &LessonProblem::NotAnAgent(id.clone()));
            }
            Condition::Share { agent: part, of, .. } => {
                for id in [part, of].into_iter().filter(|id| !agent(id.as_str())) {
                    self.about(id.as_str(), &LessonProblem::NotAnAgent(id.clone()));
                }
            }
            Condition::Backend { component, .. } => {
                let asked = infra.find(component.as_str()).is_none_or(|to| {
                    let balancer = |ix| infra.component(ix).kind.as_balancer().is_some();
                    infra.links().map(|(link, _)| infra.ends(link)).any(|(from, other)| other == to && balancer(from))
                });
                if !asked {
                    self.about(component.as_str(), &LessonProblem::NotABackend(component.clone()));
                }
            }
            Condition::Dropped { firewall, .. } => {
                if kind(firewall.as_str()).is_some_and(|kind| kind.as_firewall().is_none()) {
                    self.about(firewall.as_str(), &LessonProblem::NotAFirewall(firewall.clone()));
                }
            }
            Condition::Alerting { rule, .. } => {
                if infra.monitoring().alerts.iter().all(|known| known.name != *rule) {
                    self.about(rule, &LessonProblem::UnknownRule(rule.as_str().to_owned()));
                }
            }
            Condition::SwitchPaged => {
                if infra.monitoring().dead_mans_switch.is_none() {
                    self.about("SwitchPaged", &LessonProblem::NoSwitch);
                }
            }
            Condition::HitRatio { cache, .. } => {
                if kind(cache.as_str()).is_some_and(|kind| kind.as_cache().is_none()) {
                    self.about(cache.as_str(), &LessonProblem::NotACache(cache.clone()));
                }
            }
            Condition::Leads(id) => {
                let can_lead = |kind: &ComponentKind| {
                    kind.as_database().is_some() || kind.as_balancer().is_some_and(|spec| spec.vrrp.is_some())
                };
                if kind(id.as_str()).is_some_and(|kind| !can_lead(kind)) {
                    self.about(id.as_str(), &LessonProblem::CannotLead(id.clone()));
                }
            }
            Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| self.agents(part, infra)),
            Condition::Not(part) | Condition::Once(part) => self.agents(part, infra),
            Condition::Selected(..)
            | Condition::SelectedExposed
            | Condition::Tls(..)
            | Condition::Exposed(..)
            | Condition::ExposedAtMost(..)
            | Condition::Down(..)
            | Condition::Up(..)
            | Condition::Failing { .. }
            | Condition::Working { .. }
            | Condition::Completed { .. }
            | Condition::Failed { .. }
            | Condition::InFlight(..)
            | Condition::Stale(..)
            | Condition::Fresh(..)
            | Condition::Gauge { .. }
            | Condition::Pace(..)
            | Condition::Paused
            | Condition::Stepped { .. }
            | Condition::Tapped(..)
            | Condition::PasswordRead
            | Condition::Follows
            | Condition::Faulty(..)
            | Condition::Load(..)
            | Condition::Attempts(..)
            | Condition::Slow { .. }
            | Condition::Waiting { .. }
            | Condition::Draining(..)
            | Condition::Writable(..)
            | Condition::LostWrites(..)
            | Condition::Divergent(..)
            | Condition::StaleReads(..)
            | Condition::Probe { .. }
            | Condition::Scanned { .. }
            | Condition::Port80(..)
            | Condition::Hsts(..)
            | Condition::Reached { .. } => {}
        }
    }
}
