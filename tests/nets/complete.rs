//! Checks that the scripts cover every fault of the catalogue, every command and every fault on each type of element.

use std::collections::BTreeSet;
use std::time::Duration;

use hoplight::model::{Algorithm, Element, Port80, RequestKind, TlsMode, TopologyEdit};
use hoplight::sim::catalogue::CommonFault;
use hoplight::sim::{Command, Fault, RecordState, Simulation};

use crate::scenarios::{files, scenario, stem};
use crate::scripts::{Script, scripts};

/// Defines a name for each variant and the list of all names. A new variant does not compile until it is named here,
/// and then fails the test until a script uses it.
macro_rules! names {
    ($all:ident, $name:ident($type:ty): $($word:literal => $pattern:pat),* $(,)?) => {
        const $all: &[&str] = &[$($word),*];

        fn $name(value: &$type) -> &'static str {
            match value { $($pattern => $word),* }
        }
    };
}

names! { COMMANDS, command_name(Command):
    "kill a component" => Command::Kill(Element::Component(_)),
    "kill a server" => Command::Kill(Element::Server(_)),
    "kill a hop" => Command::Kill(Element::Hop(..)),
    "restore a component" => Command::Restore(Element::Component(_)),
    "restore a server" => Command::Restore(Element::Server(_)),
    "restore a hop" => Command::Restore(Element::Hop(..)),
    "edge tls none" => Command::Edit(TopologyEdit::EdgeTls(TlsMode::None)),
    "edge tls terminate" => Command::Edit(TopologyEdit::EdgeTls(TlsMode::Terminate)),
    "edge tls re-encrypt" => Command::Edit(TopologyEdit::EdgeTls(TlsMode::Reencrypt)),
    "edge tls passthrough" => Command::Edit(TopologyEdit::EdgeTls(TlsMode::Passthrough)),
    "web to app tls on" => Command::Edit(TopologyEdit::WebToAppTls(true)),
    "web to app tls off" => Command::Edit(TopologyEdit::WebToAppTls(false)),
    "app to db tls on" => Command::Edit(TopologyEdit::AppToDbTls(true)),
    "app to db tls off" => Command::Edit(TopologyEdit::AppToDbTls(false)),
    "sticky on" => Command::Edit(TopologyEdit::Sticky(true)),
    "sticky off" => Command::Edit(TopologyEdit::Sticky(false)),
    "port 80 closed" => Command::Edit(TopologyEdit::Port80(Port80::Closed)),
    "port 80 open" => Command::Edit(TopologyEdit::Port80(Port80::Open)),
    "port 80 redirect" => Command::Edit(TopologyEdit::Port80(Port80::Redirect)),
    "hsts on" => Command::Edit(TopologyEdit::Hsts(Some(_))),
    "hsts off" => Command::Edit(TopologyEdit::Hsts(None)),
    "forwarded proto on" => Command::Edit(TopologyEdit::ForwardedProto(true)),
    "forwarded proto off" => Command::Edit(TopologyEdit::ForwardedProto(false)),
    "block" => Command::Edit(TopologyEdit::Block(..)),
    "unblock" => Command::Edit(TopologyEdit::Unblock(..)),
    "limit" => Command::Edit(TopologyEdit::RateLimit(_, Some(_))),
    "limit off" => Command::Edit(TopologyEdit::RateLimit(_, None)),
    "rate" => Command::Rate(_),
    "send static" => Command::Send(RequestKind::Static),
    "send read" => Command::Send(RequestKind::Read),
    "send write" => Command::Send(RequestKind::Write),
    "drain a component" => Command::Drain(Element::Component(_)),
    "drain a server" => Command::Drain(Element::Server(_)),
    "drain a hop" => Command::Drain(Element::Hop(..)),
    "ready a component" => Command::Ready(Element::Component(_)),
    "ready a server" => Command::Ready(Element::Server(_)),
    "ready a hop" => Command::Ready(Element::Hop(..)),
    "round robin" => Command::Balance(Algorithm::RoundRobin),
    "weighted round robin" => Command::Balance(Algorithm::WeightedRoundRobin),
    "least connections" => Command::Balance(Algorithm::LeastConnections),
    "source hash" => Command::Balance(Algorithm::SourceHash),
    "first" => Command::Balance(Algorithm::First),
    "random two" => Command::Balance(Algorithm::RandomTwo),
    "promote" => Command::Promote(_),
    "demote" => Command::Demote(_),
    "flush" => Command::Flush(_),
    "expire popular" => Command::ExpirePopular(_),
    "lag" => Command::Lag(..),
    "switch the record" => Command::SwitchRecord(_),
    "restart a component" => Command::Restart(Element::Component(_), None),
    "restart a component after a time" => Command::Restart(Element::Component(_), Some(_)),
    "restart a server" => Command::Restart(Element::Server(_), None),
    "restart a server after a time" => Command::Restart(Element::Server(_), Some(_)),
    "restart a hop" => Command::Restart(Element::Hop(..), _),
    "fault" => Command::Fault(_),
    "heal" => Command::Clear(_),
    "retries" => Command::Retries(_),
    "syn cookies on" => Command::SynCookies(true),
    "syn cookies off" => Command::SynCookies(false),
    "scan" => Command::Scan,
    "probe on" => Command::Probe(Some(_)),
    "probe off" => Command::Probe(None),
}

names! { FAULTS, fault_name(Fault):
    "hang a component" => Fault::Hang(Element::Component(_)),
    "hang a server" => Fault::Hang(Element::Server(_)),
    "hang a hop" => Fault::Hang(Element::Hop(..)),
    "slow a component" => Fault::Slow(Element::Component(_), _),
    "slow a server" => Fault::Slow(Element::Server(_), _),
    "slow a hop" => Fault::Slow(Element::Hop(..), _),
    "misconfigure a component" => Fault::Misconfigured(Element::Component(_)),
    "misconfigure a server" => Fault::Misconfigured(Element::Server(_)),
    "misconfigure a hop" => Fault::Misconfigured(Element::Hop(..)),
    "flaw" => Fault::Flaw(_),
    "compromise a component" => Fault::Compromised(Element::Component(_)),
    "compromise a server" => Fault::Compromised(Element::Server(_)),
    "compromise a hop" => Fault::Compromised(Element::Hop(..)),
    "expire" => Fault::Expired(_),
    "record present" => Fault::Record(RecordState::Present),
    "record gone" => Fault::Record(RecordState::Gone),
    "record unreachable" => Fault::Record(RecordState::Unreachable),
    "fill a disk" => Fault::DiskFull(_),
    "stop replication" => Fault::ReplicationStopped(_),
    "leak" => Fault::Leak { .. },
    "kill keepalived" => Fault::VrrpKilled(_),
    "stop keepalived" => Fault::VrrpStopped(_),
    "flood" => Fault::Flood(_),
    "hog a processor" => Fault::CpuHog(..),
    "abuse" => Fault::Abuse(..),
    "sniff" => Fault::Sniffer(..),
}

/// Rejected in every scenario: a hop has no process, and an existing record is not a fault.
const REFUSED: &[&str] = &[
    "restart a hop",
    "fault: hang a hop",
    "heal: hang a hop",
    "fault: misconfigure a hop",
    "heal: misconfigure a hop",
    "fault: compromise a hop",
    "heal: compromise a hop",
    "fault: record present",
    "heal: record present",
];

fn names_of(command: &Command) -> String {
    match command {
        Command::Fault(fault) | Command::Clear(fault) => format!("{}: {}", command_name(command), fault_name(fault)),
        _ => command_name(command).to_owned(),
    }
}

/// The commands that succeeded when running a script in a scenario, and all of its commands. Commands are 1 ms apart:
/// only their order matters, because an element that is down at one moment may be up at the next.
fn done(sim: &Simulation, script: &Script) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut sim, mut done, mut given) = (sim.clone(), BTreeSet::new(), BTreeSet::new());
    for (_, command) in &script.commands {
        sim.advance(sim.now() + Duration::from_millis(1), &mut ());
        given.insert(names_of(command));
        if sim.apply(command, &mut ()).is_ok() {
            done.insert(names_of(command));
        }
    }
    (done, given)
}

#[test]
fn every_command_and_every_fault_succeeds_in_some_scenario() {
    let (mut all_done, mut all_given) = (BTreeSet::new(), BTreeSet::new());
    for (file, _) in files() {
        let infra = scenario(stem(file));
        let sim = Simulation::new(infra.clone(), 1);
        for script in scripts(&infra).iter().filter(|script| !script.name.starts_with("random")) {
            let (done, given) = done(&sim, script);
            all_done.extend(done);
            all_given.extend(given);
        }
    }
    let plain = COMMANDS.iter().filter(|name| !["fault", "heal"].contains(name)).map(|name| (*name).to_owned());
    let faults = FAULTS.iter().flat_map(|name| ["fault", "heal"].map(|verb| format!("{verb}: {name}")));
    let names: BTreeSet<String> = plain.chain(faults).collect();
    let refused: BTreeSet<String> = REFUSED.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(all_given, names, "the scripts contain every command");
    assert_eq!(all_done, &names - &refused, "every possible command succeeds somewhere");
}

#[test]
fn every_fault_of_the_catalogue_is_in_some_script() {
    let scripts: BTreeSet<String> =
        files().flat_map(|(file, _)| scripts(&scenario(stem(file)))).map(|script| script.name).collect();
    for fault in CommonFault::ALL {
        assert!(scripts.contains(&format!("catalogue {}", fault.id())), "{}", fault.id());
    }
}
