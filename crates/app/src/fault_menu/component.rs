//! The faults of a component, by its kind.
//!
//! A fault that is already active is listed as well: the command says why it does nothing.

use hoplight_model::behaviour::CrashEffect;
use hoplight_model::component::DatabaseRole;
use hoplight_model::quantity::{Factor, Seconds};
use hoplight_model::{ComponentId, Element, Infrastructure, Protocol, TopologyEdit};
use hoplight_sim::fault::Fault;
use hoplight_sim::{Command, Simulation};

use crate::fault_menu::{FaultAction, FaultGroup};

/// The lag of a lagging replica, in seconds.
const LAG: Seconds = Seconds::literal(30.0);

/// The rows for the component of this name.
pub(super) fn fault_actions(sim: &Simulation, id: &ComponentId) -> Vec<FaultAction> {
    let infra = sim.infrastructure();
    let Some(ix) = infra.find(id.as_str()) else { return Vec::new() };
    let component = infra.component(ix);
    let process = Element::Component(id.clone());
    // Users are not part of the infrastructure.
    if !component.kind.can_crash() {
        return Vec::new();
    }
    let mut actions = if component.kind.as_agent().is_some() { agent(infra, id) } else { Vec::new() };
    let mut action =
        |title: String, about: &str, command| actions.push(FaultAction::new(FaultGroup::Selected, title, about, command));
    action(
        format!("kill {id}: its process ends"),
        match component.kind.facts().crash {
            CrashEffect::NoSamples | CrashEffect::SamplesRefused => {
                "No user notices. Gauges keep their last value and go stale. Fix: restore it; an alert on absence tells."
            }
            CrashEffect::NothingPasses => "It lets nothing through: whoever asks waits in vain. Fix: restore it.",
            CrashEffect::NoLookup => "Nobody new learns the address. Fix: restore it; a second resolver.",
            CrashEffect::Refuses | CrashEffect::NotPart => {
                "Connections are refused at once: L4CON at health checks, errors at whoever needs it. Fix: restore it; a peer."
            }
        },
        Command::Kill(process.clone()),
    );
    action(
        format!("{id} hangs: accepts connections, answers nothing"),
        "Whoever asks waits until a timeout: 504, L7TOUT, p99. A check that only connects sees nothing. Fix: restart it.",
        Command::Fault(Fault::Hang(process.clone())),
    );
    action(
        format!("{id} works four times as slowly"),
        "A quarter of its capacity is left. Look at busy, waiting, p99, and at those who wait for it. Fix: find the cause; scale.",
        Command::Fault(Fault::Slow(process.clone(), Factor::literal(4.0))),
    );
    action(
        format!("restart {id}"),
        "It is down for a second; its queue and its counters begin anew. Look at its QPS, which starts from zero.",
        Command::Restart(process.clone(), None),
    );
    action(
        format!("{id} gets a configuration with which it does not start"),
        "It ends, and cannot be restored before the configuration is rolled back. Fix: roll back; try it on one first.",
        Command::Fault(Fault::Misconfigured(process.clone())),
    );
    if let Some(software) = &component.software {
        let others: Vec<&str> = infra
            .components()
            .filter(|(_, other)| other.software.as_ref() == Some(software))
            .map(|(_, other)| other.id.as_str())
            .collect();
        action(
            format!("a flaw in {} {} ends {}", software.name, software.version, others.join(", ")),
            "All that run the same version fail together, on however many servers. Fix: patch; another version somewhere; a canary.",
            Command::Fault(Fault::Flaw(id.clone())),
        );
    }
    action(
        format!("somebody else controls {id}"),
        "Nothing shows, in no gauge. Look at what it may reach through the firewalls. Fix: clean it, and close the flaw.",
        Command::Fault(Fault::Compromised(process.clone())),
    );
    if infra.certificates().iter().any(|certificate| certificate.on.contains(id) || infra.holders(certificate).contains(&ix)) {
        action(
            format!("the certificate on {id} expires"),
            "Handshakes fail, requests fall, and 5xx stays flat. Only a probe from outside is told in time. Fix: renew it.",
            Command::Fault(Fault::Expired(id.clone())),
        );
    }
    let is_backend = infra.links().any(|(link, _)| infra.ends(link).1 == ix && sim.backend_up(link).is_some());
    if is_backend {
        action(
            format!("drain {id}"),
            "Balancers give it nothing new; what it has, it finishes. That is no failure: it is how one takes a server out.",
            Command::Drain(process),
        );
    }
    if let Some(spec) = component.kind.as_database() {
        actions.extend(database(sim, id, spec.role));
    }
    actions
}

/// The faults of a database.
fn database(sim: &Simulation, id: &ComponentId, role: DatabaseRole) -> Vec<FaultAction> {
    let infra = sim.infrastructure();
    let ix = infra.find(id.as_str());
    let writable = ix.and_then(|ix| sim.database(ix)).is_some_and(|view| view.writable);
    let mut actions = Vec::new();
    let mut action =
        |title: String, about: &str, command| actions.push(FaultAction::new(FaultGroup::Selected, title, about, command));
    action(
        format!("the disk of {id} is full"),
        "Writes fail, reads do not; a replica takes no changes. Look at errors by kind of request. Fix: free space.",
        Command::Fault(Fault::DiskFull(id.clone())),
    );
    if let Some(connections) = ix.and_then(|ix| infra.component(ix).station().connections) {
        action(
            format!("all connections of {id} leak away"),
            "It answers error 1040, too many connections: 500. Look at connections in use. Fix: a pool that gives them back.",
            Command::Fault(Fault::Leak(id.clone(), connections)),
        );
    }
    if writable {
        action(
            format!("{id} becomes read-only"),
            "Writes that are sent here fail with error 1290: 500. Reads work. Fix: promote it, or send writes elsewhere.",
            Command::Demote(id.clone()),
        );
    } else {
        action(
            format!("promote {id} while another one may take writes"),
            "Two take writes: answers contradict each other, and no error shows (split brain). Fix: fence one; a quorum.",
            Command::Promote(id.clone()),
        );
    }
    if role != DatabaseRole::Primary || !writable {
        action(
            format!("{id} no longer replicates"),
            "Reads from it grow stale, and no error shows. Its lag is unknown (NULL). Fix: start it again; read the primary.",
            Command::Fault(Fault::ReplicationStopped(id.clone())),
        );
        action(
            format!("{id} takes {} s to apply a change", LAG.get()),
            "Reads from it are that old: a user does not see what they just wrote. Look at the lag. Fix: read the primary.",
            Command::Lag(id.clone(), LAG),
        );
    }
    actions
}

/// The faults that keep an agent's samples from arriving.
fn agent(infra: &Infrastructure, id: &ComponentId) -> Vec<FaultAction> {
    let mut actions = Vec::new();
    for (link, weight) in infra.links().filter(|(_, link)| link.protocol == Protocol::Metrics) {
        let Element::Hop(from, to) = infra.hop_element(link) else { continue };
        if from != *id || weight.protocol != Protocol::Metrics {
            continue;
        }
        actions.push(FaultAction::new(
            FaultGroup::Selected,
            format!("cut the path of {id}'s samples"),
            "The agent samples, and nothing arrives. On its gauge that looks like a dead server: stale. Fix: mend the path.",
            Command::Kill(infra.hop_element(link)),
        ));
        if !infra.hop(link).guards.is_empty() {
            actions.push(FaultAction::new(
                FaultGroup::Selected,
                format!("a firewall drops what {id} sends"),
                "Users notice nothing; the gauge goes stale. Fix: allow port 443 outbound; alert on absence.",
                Command::Edit(TopologyEdit::Block(from, to)),
            ));
        }
    }
    actions
}
