//! Repairs of everything that is wrong now.

use hoplight_model::{Element, TopologyEdit};
use hoplight_sim::fault::Fault;
use hoplight_sim::{Command, Simulation, catalogue};

use crate::fault_menu::{FaultAction, FaultGroup};

/// All repairs, servers before the components on them. `rate_set` says whether the load has been changed.
pub(super) fn fault_actions(sim: &Simulation, rate_set: bool) -> Vec<FaultAction> {
    let infra = sim.infrastructure();
    let mut actions = Vec::new();
    let mut action =
        |title: String, about: &str, command| actions.push(FaultAction::new(FaultGroup::Heal, title, about, command));
    let servers = infra.servers().map(|server| Element::Server(server.id.clone()));
    let components = infra.components().filter(|(_, component)| {
        // A component on a server that is off starts with its server.
        let server = component.server.clone().map(Element::Server);
        server.is_none_or(|server| sim.is_up(&server) != Some(false))
    });
    let components = components.map(|(_, component)| Element::Component(component.id.clone()));
    let hops = infra.links().map(|(link, _)| infra.hop_element(link));
    let faults = sim.faults();
    for element in servers.chain(components).chain(hops) {
        // A hung process still runs, and a misconfigured one cannot start: both come back when the fault is cleared.
        let returns = |fault: &Fault| match fault {
            Fault::Hang(of) | Fault::Misconfigured(of) => *of == element,
            _ => false,
        };
        if sim.is_up(&element) == Some(false) && !faults.iter().any(returns) {
            let verb = if matches!(element, Element::Hop(..)) { "mend" } else { "restore" };
            action(
                format!("{verb} {element}"),
                "It starts with empty queues and counters. Balancers notice after some health checks.",
                Command::Restore(element.clone()),
            );
        }
        if sim.is_draining(&element) == Some(true) && !matches!(element, Element::Hop(..)) {
            action(format!("let {element} take new requests again"), "It drains now.", Command::Ready(element));
        }
    }
    for fault in faults {
        action(fault.healed(), &format!("Now, {}.", fault.sentence()), Command::Heal(fault));
    }
    for (from, to) in infra.blocks() {
        action(
            format!("let the firewall pass {from} → {to} again"),
            "A firewall drops it now.",
            Command::Edit(TopologyEdit::Unblock(from.clone(), to.clone())),
        );
    }
    let traffic = infra.traffic();
    if sim.retries() != traffic.retries {
        action("users try again as they did at first".to_owned(), "They try more often now.", Command::Retries(traffic.retries));
    }
    if rate_set && (sim.rate() - traffic.rate.get()).abs() > f64::EPSILON {
        let rate = traffic.rate.get();
        action(format!("users send {rate} requests per second, as at first"), "", Command::Rate(traffic.rate));
    }
    actions.extend(leaders(sim));
    actions
}

/// The catalogue's repair for a cluster in which not exactly one database takes writes.
fn leaders(sim: &Simulation) -> Option<FaultAction> {
    let infra = sim.infrastructure();
    let writable = |cluster: &Vec<_>| cluster.iter().filter(|ix| sim.database(**ix).is_some_and(|view| view.writable)).count();
    let counts: Vec<usize> = infra.database_clusters().iter().map(writable).collect();
    let (row, title, about) = if counts.iter().any(|count| *count > 1) {
        ("split-brain", "let one database take writes again", "Two take writes now. What the fenced one took alone is lost.")
    } else if counts.contains(&0) {
        ("writes-to-replica", "promote the primary database again", "No database takes writes now.")
    } else {
        return None;
    };
    let commands = catalogue::find(row)?.fix(infra);
    // A database that is down must be restored first, which is a row of its own.
    let is_down = |command: &Command| match command {
        Command::Promote(id) => sim.is_up(&Element::Component(id.clone())) == Some(false),
        _ => false,
    };
    if commands.iter().any(is_down) {
        return None;
    }
    let commands = commands.into_iter().map(|command| (0.0, command)).collect();
    Some(FaultAction { group: FaultGroup::Heal, title: title.to_owned(), about: about.to_owned(), commands, second: None })
}
