//! Repairs of active faults.

use hoplight_model::behaviour::ClusterRules;
use hoplight_model::{Element, TopologyEdit};
use hoplight_sim::catalogue::CommonFault;
use hoplight_sim::fault::Fault;
use hoplight_sim::{Command, Simulation};
use hoplight_text::{Phrase, phrase};

use crate::fault_menu::{FaultAction, FaultGroup};

/// Returns all repairs, servers before the components on them. `rate_set` says whether the load has been changed.
pub(super) fn fault_actions(sim: &Simulation, rate_set: bool) -> Vec<FaultAction> {
    let infra = sim.infrastructure();
    let mut actions = Vec::new();
    let mut action =
        |title: Phrase, about: &str, command| actions.push(FaultAction::new(FaultGroup::Repair, title, about, command));
    let servers = infra.servers().map(|server| Element::Server(server.id.clone()));
    let components = infra.components().filter(|(_, component)| {
        // A component on a server that is off comes back with the server.
        let server = component.server.clone().map(Element::Server);
        server.is_none_or(|server| sim.is_up(&server) != Some(false))
    });
    let components = components.map(|(_, component)| Element::Component(component.id.clone()));
    let hops = infra.links().map(|(link, _)| infra.hop_element(link));
    let faults = sim.faults();
    for element in servers.chain(components).chain(hops) {
        // A hung process is still running, and a misconfigured one cannot start: clearing the fault brings either back.
        let returns = |fault: &Fault| match fault {
            Fault::Hang(of) | Fault::Misconfigured(of) => *of == element,
            _ => false,
        };
        if sim.is_up(&element) == Some(false) && !faults.iter().any(returns) {
            let (verb, about) = match element {
                Element::Hop(..) => ("repair", "Messages can cross it again."),
                Element::Component(_) | Element::Server(_) => {
                    ("restore", "It starts with empty queues and counters. Balancers notice after a few health checks.")
                }
            };
            action(phrase![verb, " ", &element], about, Command::Restore(element.clone()));
        }
        if sim.is_draining(&element) == Some(true) && !matches!(element, Element::Hop(..)) {
            action(phrase!["put ", &element, " back into rotation"], "It is draining.", Command::Ready(element));
        }
    }
    for fault in faults {
        action(hoplight_text::repair(&fault), &format!("Now, {}.", hoplight_text::fault(&fault)), Command::Clear(fault));
    }
    for (from, to) in infra.blocks() {
        action(
            phrase!["unblock ", Element::Hop(from.clone(), to.clone())],
            "A firewall blocks it.",
            Command::Edit(TopologyEdit::Unblock(from.clone(), to.clone())),
        );
    }
    let traffic = infra.traffic();
    if sim.retries() != traffic.retries {
        action(phrase!["reset the users' retries"], "Users retry more often than usual now.", Command::Retries(traffic.retries));
    }
    if rate_set && (sim.rate() - traffic.rate.get()).abs() > f64::EPSILON {
        let rate = traffic.rate.get();
        action(phrase!["reset the load to ", rate, " requests per second"], "", Command::Rate(traffic.rate));
    }
    actions.extend(leaders(sim));
    actions.extend(limits(sim));
    actions
}

/// Returns the catalogue's repair while someone guesses passwords, unless the limits are set already.
fn limits(sim: &Simulation) -> Option<FaultAction> {
    sim.abuse()?.attack?;
    let infra = sim.infrastructure();
    let is_new = |command: &Command| match command {
        Command::Edit(edit @ TopologyEdit::RateLimit(..)) => infra.edited(edit) != **infra,
        _ => false,
    };
    let commands: Vec<_> = CommonFault::PasswordGuessing.fix(infra).into_iter().filter(is_new).map(|it| (0.0, it)).collect();
    (!commands.is_empty()).then(|| FaultAction {
        group: FaultGroup::Repair,
        title: "limit the rate of each client's logins".into(),
        about: "One login per second and a burst of five. The attack goes on, and is refused with 429.".to_owned(),
        commands,
        second: None,
    })
}

/// Returns the catalogue's repair for a cluster with no writable database or more than one.
fn leaders(sim: &Simulation) -> Option<FaultAction> {
    let infra = sim.infrastructure();
    let writable = |cluster: &Vec<_>| cluster.iter().filter(|ix| sim.database(**ix).is_some_and(|view| view.writable)).count();
    let has_leader = |cluster: &Vec<_>| !ClusterRules::of(infra, cluster).multi_primary;
    let counts: Vec<usize> = infra.database_clusters().iter().filter(|cluster| has_leader(cluster)).map(writable).collect();
    let (fault, title, about) = if counts.iter().any(|count| *count > 1) {
        (
            CommonFault::SplitBrain,
            "fence all databases but one",
            "Two databases accept writes now. Writes accepted only by the fenced one are lost.",
        )
    } else if counts.contains(&0) {
        (CommonFault::WritesToReplica, "promote the primary database again", "No database accepts writes.")
    } else {
        return None;
    };
    let commands = fault.fix(infra);
    // A database that is down must be restored first; that is a separate row.
    let is_down = |command: &Command| match command {
        Command::Promote(id) => sim.is_up(&Element::Component(id.clone())) == Some(false),
        _ => false,
    };
    if commands.iter().any(is_down) {
        return None;
    }
    let commands = commands.into_iter().map(|command| (0.0, command)).collect();
    Some(FaultAction { group: FaultGroup::Repair, title: title.into(), about: about.to_owned(), commands, second: None })
}
