//! Commands: as an instruction, as what they did, and as what the journal notes.
//!
//! Script syntax is in `hoplight_sim::script`.

use hoplight_model::behaviour::CrashEffect;
use hoplight_model::{ComponentId, Element, Infrastructure, TopologyEdit};
use hoplight_sim::Command;

use crate::fault::{fault, repair, retries};
use crate::phrase;
use crate::phrase::{Part, Phrase};

pub(crate) fn switch(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

pub(crate) fn hop(from: &ComponentId, to: &ComponentId) -> Element {
    Element::Hop(from.clone(), to.clone())
}

/// A command as an instruction, such as "kill web-1".
pub fn instruction(command: &Command) -> Phrase {
    match command {
        Command::Kill(element) => phrase!["kill ", element],
        Command::Restore(element) => phrase!["restore ", element],
        Command::Drain(element) => phrase!["drain ", element],
        Command::Ready(element) => phrase!["put ", element, " back into rotation"],
        Command::Edit(TopologyEdit::EdgeTls(mode)) => phrase!["change the TLS mode to ", Part::name(mode.word())],
        Command::Edit(TopologyEdit::WebToAppTls(on)) => phrase!["turn TLS web → app ", switch(*on)],
        Command::Edit(TopologyEdit::AppToDbTls(on)) => phrase!["turn TLS to the database ", switch(*on)],
        Command::Edit(TopologyEdit::Block(from, to)) => phrase!["block ", hop(from, to), " with a firewall"],
        Command::Edit(TopologyEdit::Unblock(from, to)) => phrase!["unblock ", hop(from, to)],
        Command::Rate(rate) => phrase!["set the load to ", rate.get(), " requests per second"],
        Command::Send(kind) => phrase!["send one ", kind.word(), " request"],
        Command::Balance(algorithm) => phrase!["set the balancing algorithm to ", Part::name(algorithm.word())],
        Command::Promote(id) => phrase!["promote ", id],
        Command::Demote(id) => phrase!["make ", id, " read-only"],
        Command::Lag(id, lag) => phrase!["set the time that ", id, " takes to apply a change to ", lag.get(), " s"],
        Command::Probe(Some(every)) => phrase!["probe the site from outside every ", every.get(), " s"],
        Command::Probe(None) => phrase!["turn the external probe off"],
        Command::Restart(element, _) => phrase!["restart ", element],
        Command::Fault(of) => phrase!["inject the fault: ", fault(of)],
        Command::Heal(of) => phrase!["clear the fault: ", repair(of)],
        Command::Retries(of) => phrase!["set retries: ", retries(of)],
        Command::SynCookies(on) => phrase!["turn SYN cookies ", switch(*on)],
        Command::Scan => phrase!["scan the servers' ports from the Internet"],
    }
}

/// What a command did.
pub fn done(command: &Command, infra: &Infrastructure) -> Phrase {
    match command {
        Command::Kill(server @ Element::Server(_)) => {
            phrase![server, " is off: nothing on it responds, not even with a refusal"]
        }
        Command::Kill(Element::Component(id)) => phrase![id, " is down: ", effect_of_a_crash(infra, id)],
        Command::Kill(hop @ Element::Hop(..)) => phrase!["the link ", hop, " is cut"],
        Command::Restore(element) => phrase![element, " is back"],
        Command::Edit(TopologyEdit::EdgeTls(mode)) => phrase!["TLS ", Part::name(mode.word()), ": ", mode.brief()],
        Command::Edit(TopologyEdit::WebToAppTls(on)) => {
            phrase!["TLS between web servers and applications is ", switch(*on)]
        }
        Command::Edit(TopologyEdit::AppToDbTls(on)) => phrase!["TLS to the databases is ", switch(*on)],
        Command::Edit(TopologyEdit::Block(from, to)) => {
            phrase!["a firewall now drops ", hop(from, to), "; the sender gets no reply and waits"]
        }
        Command::Edit(TopologyEdit::Unblock(from, to)) => phrase!["the firewall allows ", hop(from, to), " again"],
        Command::Rate(rate) => phrase!["users now send ", rate.get(), " requests per second"],
        Command::Drain(element) => phrase![element, " drains: it takes no new requests"],
        Command::Ready(element) => phrase![element, " takes new requests again"],
        Command::Balance(algorithm) => {
            phrase!["the balancer now uses ", Part::name(algorithm.word()), ": ", algorithm.brief()]
        }
        Command::Promote(id) => phrase![id, " is being promoted and will take writes shortly"],
        Command::Demote(id) => phrase![id, " is read-only now"],
        Command::Lag(id, lag) => phrase![id, " now takes ", lag.get(), " s to apply a change"],
        Command::Probe(Some(every)) => phrase!["an external probe now checks the site every ", every.get(), " s"],
        Command::Probe(None) => phrase!["the external probe is off"],
        Command::Restart(element, _) => phrase![element, " is being restarted"],
        Command::Fault(of) => fault(of),
        Command::Heal(of) => repair(of),
        Command::Retries(of) => retries(of),
        Command::SynCookies(on) => phrase!["SYN cookies are ", switch(*on)],
        Command::Scan => phrase!["the servers' ports were scanned from the Internet"],
        Command::Send(kind) => phrase!["a new visitor sends ", Part::name(kind.request_line())],
    }
}

/// What others notice when a component's process ends.
fn effect_of_a_crash(infra: &Infrastructure, id: &ComponentId) -> &'static str {
    match infra.find(id.as_str()).map(|ix| infra.component(ix).kind.facts().crash) {
        Some(CrashEffect::NoSamples) => "it samples and pushes nothing; no user notices",
        Some(CrashEffect::SamplesRefused) => "samples are refused; no user notices",
        Some(CrashEffect::NothingPasses) => "it lets nothing through",
        Some(CrashEffect::NoLookup) => "new visitors cannot resolve the name",
        Some(CrashEffect::Refuses | CrashEffect::NotPart) | None => "connections to it are refused at once",
    }
}
