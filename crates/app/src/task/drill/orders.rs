//! The remedies that the window lists: those of every suspect, and the usual ones. They depend on the design alone.

use std::collections::BTreeMap;

use hoplight_drill::{Cause, DrillRun};
use hoplight_model::{Element, Tier};
use hoplight_sim::Command;
use hoplight_sim::script::text;

/// Returns all remedies, sorted by their text, each once.
pub(super) fn all(run: &DrillRun, suspects: &[Cause]) -> Vec<Command> {
    let infra = run.infrastructure();
    let mut commands: Vec<Command> = suspects.iter().flat_map(|cause| run.remedies(cause)).collect();
    for (_, component) in infra.components().filter(|(_, component)| component.kind.can_crash()) {
        commands.push(Command::Restart(Element::Component(component.id.clone()), None));
    }
    for server in infra.servers() {
        commands.push(Command::Restart(Element::Server(server.id.clone()), None));
    }
    let backends = infra.components().filter(|(_, component)| matches!(component.kind.tier(), Some(Tier::Web)));
    for (_, component) in backends {
        let element = Element::Component(component.id.clone());
        commands.extend([Command::Drain(element.clone()), Command::Ready(element)]);
    }
    for (_, component) in infra.components().filter(|(_, component)| component.kind.as_database().is_some()) {
        commands.extend([Command::Promote(component.id.clone()), Command::Demote(component.id.clone())]);
    }
    let named: BTreeMap<String, Command> = commands.into_iter().map(|command| (text(&command, infra), command)).collect();
    named.into_values().collect()
}
