//! Faults of a component, by its kind.
//!
//! Faults that are already active are listed too; the command reports why it has no effect.

use hoplight_model::behaviour::CrashEffect;
use hoplight_model::component::DatabaseRole;
use hoplight_model::quantity::{Factor, Seconds};
use hoplight_model::{ComponentId, Element, Infrastructure, Protocol, TopologyEdit};
use hoplight_sim::fault::Fault;
use hoplight_sim::{Command, Simulation};
use hoplight_text::{Part, Phrase, list, phrase};

use crate::fault_menu::{FaultAction, FaultGroup};

/// Replication lag to inject, in seconds.
const LAG: Seconds = Seconds::literal(30.0);

/// Returns the rows for the component of this name.
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
        |title: Phrase, about: &str, command| actions.push(FaultAction::new(FaultGroup::Selected, title, about, command));
    action(
        phrase!["kill ", id, ": its process ends"],
        match component.kind.facts().crash {
            CrashEffect::NoSamples | CrashEffect::SamplesRefused => {
                "No user notices. Gauges keep their last value and go stale. Fix: restore it; alert on absence."
            }
            CrashEffect::NothingPasses => "It lets nothing through: senders wait for a timeout. Fix: restore it.",
            CrashEffect::NoLookup => "New visitors cannot resolve the name. Fix: restore it; a second resolver.",
            CrashEffect::Refuses | CrashEffect::NotPart => {
                "Connections are refused at once: L4CON in health checks, errors in its clients. Fix: restore it; a peer."
            }
        },
        Command::Kill(process.clone()),
    );
    action(
        phrase!["hang ", id, ": it accepts connections, answers nothing"],
        "Clients wait for a timeout: 504, L7TOUT, p99. A TCP check does not notice. Fix: restart it.",
        Command::Fault(Fault::Hang(process.clone())),
    );
    action(
        phrase!["slow ", id, " down by a factor of 4"],
        "A quarter of its capacity is left. Look at busy, waiting, p99, and at its clients. Fix: find the cause; scale.",
        Command::Fault(Fault::Slow(process.clone(), Factor::literal(4.0))),
    );
    if component.kind.rate_limit().is_some() {
        action(
            phrase!["remove the rate limit of ", id],
            "One client may occupy all workers. Look at who waits while someone guesses passwords. Fix: a limit again.",
            Command::Edit(TopologyEdit::RateLimit(id.clone(), None)),
        );
    }
    action(
        phrase!["restart ", id],
        "It is down for a second; its queue and counters are reset. Look at its QPS, which starts from zero.",
        Command::Restart(process.clone(), None),
    );
    action(
        phrase!["roll out a bad configuration to ", id],
        "It ends, and cannot be restored before a rollback. Fix: roll back; try changes on one server first.",
        Command::Fault(Fault::Misconfigured(process.clone())),
    );
    if let Some(software) = &component.software {
        let others = infra.components().filter(|(_, other)| other.software.as_ref() == Some(software));
        let others = others.map(|(_, other)| &other.id);
        action(
            phrase!["a flaw in ", Part::name(software), " crashes ", list(others)],
            "Everything that runs this version fails together, on all servers. Fix: patch; a canary; a second version.",
            Command::Fault(Fault::Flaw(id.clone())),
        );
    }
    action(
        phrase!["compromise ", id],
        "No gauge shows it. Look at what the firewalls let it reach. Fix: clean it, and patch the flaw.",
        Command::Fault(Fault::Compromised(process.clone())),
    );
    if infra.certificates().iter().any(|certificate| certificate.on.contains(id) || infra.holders(certificate).contains(&ix)) {
        action(
            phrase!["expire the certificate on ", id],
            "Handshakes fail, requests fall, and 5xx stays flat. Only an external probe notices in time. Fix: renew it.",
            Command::Fault(Fault::Expired(id.clone())),
        );
    }
    let is_backend = infra.links().any(|(link, _)| infra.ends(link).1 == ix && sim.backend_up(link).is_some());
    if is_backend {
        action(
            phrase!["drain ", id],
            "Balancers send it no new requests, and it finishes what it has. This is not a failure: it is how to take a server out of service.",
            Command::Drain(process),
        );
    }
    action(
        phrase!["switch the site's DNS record to ", id],
        "Users come as their cached records expire, within the TTL. Open connections stay where they are.",
        Command::SwitchRecord(id.clone()),
    );
    if component.kind.as_balancer().is_some_and(|spec| spec.vrrp.is_some()) {
        actions.extend(keepalived(id));
    }
    if let Some(spec) = component.kind.as_database() {
        actions.extend(database(sim, id, spec.role));
    }
    actions
}

/// Returns the faults of the keepalived beside a balancer.
fn keepalived(id: &ComponentId) -> [FaultAction; 2] {
    let action = |title, about, fault| FaultAction::new(FaultGroup::Selected, title, about, Command::Fault(fault));
    [
        action(
            phrase!["kill keepalived on ", id],
            "The address stays there, and the backup takes it as well; users' packets go to the one that announced it last. Fix: start keepalived.",
            Fault::VrrpKilled(id.clone()),
        ),
        action(
            phrase!["stop keepalived on ", id],
            "It gives up the address, and the backup takes over in about 0.6 s. Fix: start keepalived.",
            Fault::VrrpStopped(id.clone()),
        ),
    ]
}

/// Returns the faults specific to a database.
fn database(sim: &Simulation, id: &ComponentId, role: DatabaseRole) -> Vec<FaultAction> {
    let infra = sim.infrastructure();
    let ix = infra.find(id.as_str());
    let writable = ix.and_then(|ix| sim.database(ix)).is_some_and(|view| view.writable);
    let mut actions = Vec::new();
    let mut action =
        |title: Phrase, about: &str, command| actions.push(FaultAction::new(FaultGroup::Selected, title, about, command));
    action(
        phrase!["fill the disk of ", id],
        "Writes fail with error 1114, reads do not; a replica applies no changes. Look at errors by kind of request. Fix: free space.",
        Command::Fault(Fault::DiskFull(id.clone())),
    );
    let client = ix.and_then(|ix| infra.links().find(|(link, of)| of.protocol == Protocol::Sql && infra.ends(*link).1 == ix));
    let connections = ix.and_then(|ix| infra.component(ix).station().connections);
    if let (Some((link, _)), Some(count)) = (client, connections) {
        let from = infra.component(infra.ends(link).0).id.clone();
        action(
            phrase!["leak all connections of ", id, " in ", &from],
            "It answers error 1040, too many connections: 500. Look at connections in use. Fix: restart the application that leaks.",
            Command::Fault(Fault::Leak { from: Some(from), to: id.clone(), count }),
        );
    }
    // Every member of a multi-primary cluster accepts writes, and follows no other.
    if role == DatabaseRole::MultiPrimary {
        return actions;
    }
    if writable {
        action(
            phrase!["make ", id, " read-only"],
            "Writes sent here fail with error 1290: 500. Reads work. Fix: promote it, or route writes elsewhere.",
            Command::Demote(id.clone()),
        );
    } else {
        action(
            phrase!["promote ", id, " while another may accept writes"],
            "Two databases accept writes: reads contradict each other without an error (split brain). Fix: fence one; a quorum.",
            Command::Promote(id.clone()),
        );
    }
    if role != DatabaseRole::Primary || !writable {
        action(
            phrase!["stop replication to ", id],
            "Its reads grow stale without an error. Its lag is unknown (NULL). Fix: start replication; read from the primary.",
            Command::Fault(Fault::ReplicationStopped(id.clone())),
        );
        action(
            phrase!["delay ", id, " by ", LAG.get(), " s"],
            "Its reads are that old: users do not see what they just wrote. Look at the lag. Fix: read from the primary.",
            Command::Lag(id.clone(), LAG),
        );
    }
    actions
}

/// Returns the faults that stop an agent's samples from being delivered.
fn agent(infra: &Infrastructure, id: &ComponentId) -> Vec<FaultAction> {
    let mut actions = Vec::new();
    for (link, weight) in infra.links().filter(|(_, link)| link.protocol == Protocol::Metrics) {
        let Element::Hop(from, to) = infra.hop_element(link) else { continue };
        if from != *id || weight.protocol != Protocol::Metrics {
            continue;
        }
        actions.push(FaultAction::new(
            FaultGroup::Selected,
            phrase!["cut the path of ", id, "'s samples"],
            "The agent samples, but nothing arrives. Its gauge goes stale, as if the server were down. Fix: repair the link.",
            Command::Kill(infra.hop_element(link)),
        ));
        if !infra.hop(link).guards.is_empty() {
            actions.push(FaultAction::new(
                FaultGroup::Selected,
                phrase!["block the samples of ", id, " with a firewall"],
                "Users notice nothing; the gauge goes stale. Fix: allow port 443 outbound; alert on absence.",
                Command::Edit(TopologyEdit::Block(from, to)),
            ));
        }
    }
    actions
}
