//! From a learner's action to a command on the simulation, and to the line that says what it did.
//!
//! Must not change anything but through a command.

use std::time::Duration;

use hoplight_model::behaviour::CrashEffect;
use hoplight_model::firewall::RuleAction;
use hoplight_model::monitoring::ProbeSpec;
use hoplight_model::quantity::Rate;
use hoplight_model::{ComponentId, Element, TlsConfig, TopologyEdit};
use hoplight_sim::{Command, CommandError};

use super::super::action::Action;
use super::super::fault_menu::FaultAction;
use super::super::{Notice, Stage, Tone};
use super::{dim, sentence};

/// The command that an action means now, or why it means none.
pub(super) fn meant(stage: &Stage, action: &Action) -> Result<Command, Notice> {
    let sim = stage.sim();
    // What only the second of two designs has is asked there.
    let sim = match (&stage.selected, &stage.comparison) {
        (Some(element), Some(comparison)) if sim.is_up(element).is_none() => comparison.timeline.simulation(),
        _ => sim,
    };
    let TlsConfig { edge, web_to_app, app_to_db, .. } = stage.infra().tls();
    match action {
        Action::CycleTls => Ok(Command::Edit(TopologyEdit::EdgeTls(edge.next()))),
        Action::ToggleWebToApp => Ok(Command::Edit(TopologyEdit::WebToAppTls(!web_to_app))),
        Action::ToggleAppToDb => Ok(Command::Edit(TopologyEdit::AppToDbTls(!app_to_db))),
        Action::Probe => Ok(Command::Probe(match sim.probe().interval_s {
            Some(_) => None,
            None => Some(ProbeSpec::default().interval_s),
        })),
        Action::MoreUsers => rate(sim.rate(), (sim.rate() * 1.25).round().max(sim.rate() + 1.0)),
        Action::FewerUsers => rate(sim.rate(), (sim.rate() * 0.8).round().min(sim.rate() - 1.0)),
        Action::Block => match &stage.selected {
            Some(Element::Hop(from, to)) => {
                let hop = (from.clone(), to.clone());
                if stage.infra().blocks().any(|block| *block == hop) {
                    Ok(Command::Edit(TopologyEdit::Unblock(hop.0, hop.1)))
                } else if is_blocked(stage, from, to) {
                    Err(dim("A firewall's own rules block this hop already."))
                } else {
                    Ok(Command::Edit(TopologyEdit::Block(hop.0, hop.1)))
                }
            }
            _ => Err(dim("A firewall blocks a hop: select one first.")),
        },
        Action::Balance => match sim.algorithm() {
            Some(algorithm) => Ok(Command::Balance(algorithm.next())),
            None => Err(dim("There is no balancer here.")),
        },
        _ => {
            let Some(element) = stage.selected.clone() else {
                return Err(dim("Nothing is selected: choose something with the arrows or the mouse."));
            };
            // A component on a server that is off comes back with its server.
            let element = if sim.is_up(&element) == Some(false) { with_its_server(stage, element) } else { element };
            Ok(if sim.is_up(&element) == Some(false) { Command::Restore(element) } else { Command::Kill(element) })
        }
    }
}

/// Most requests per second that the keys ask for.
const MOST_USERS: f64 = 5_000.0;

/// The command for another arrival rate, within what makes sense.
fn rate(now: f64, wanted: f64) -> Result<Command, Notice> {
    let wanted = wanted.clamp(0.0, MOST_USERS.max(now));
    if (wanted - now).abs() < f64::EPSILON {
        let why =
            if now > 0.0 { "More users than this would only fill the screen." } else { "There is nobody left to send away." };
        return Err(dim(why));
    }
    Rate::new(wanted).map(Command::Rate).map_err(|why| dim(&why))
}

fn is_blocked(stage: &Stage, from: &ComponentId, to: &ComponentId) -> bool {
    let infra = stage.infra();
    let guards = infra.link_between(from.as_str(), to.as_str()).map_or_else(Vec::new, |link| infra.hop(link).guards);
    guards.iter().any(|guard| guard.verdict.action != RuleAction::Allow)
}

/// What others notice when a component's process ends.
fn effect_of_a_crash(stage: &Stage, id: &str) -> &'static str {
    let infra = stage.infra();
    match infra.find(id).map(|ix| infra.component(ix).kind.facts().crash) {
        Some(CrashEffect::NoSamples) => "it samples and pushes nothing; no user notices",
        Some(CrashEffect::SamplesRefused) => "samples are refused; no user notices",
        Some(CrashEffect::NothingPasses) => "it lets nothing through",
        Some(CrashEffect::NoLookup) => "nobody new learns the address",
        Some(CrashEffect::Refuses | CrashEffect::NotPart) | None => "connections to it are refused at once",
    }
}

fn with_its_server(stage: &Stage, element: Element) -> Element {
    let Element::Component(id) = &element else { return element };
    let infra = stage.infra();
    let server = infra.find(id.as_str()).and_then(|ix| infra.component(ix).server.clone());
    match server.map(Element::Server) {
        Some(server) if stage.sim().is_up(&server) == Some(false) => server,
        _ => element,
    }
}

/// Does a deed: what comes at once, and later what comes later. Says what happened.
pub(super) fn done(stage: &mut Stage, deed: &FaultAction) -> Notice {
    if let ([(_, command)], None) = (deed.commands.as_slice(), &deed.second) {
        return said(stage, command);
    }
    if let Some(why) = deed.refusal(stage) {
        stage.refuse(format!("{}: {why}", deed.title));
        return Notice { tone: Tone::Warn, text: sentence(stage.infra(), &why) };
    }
    if let Some(second) = &deed.second {
        stage.act_apart(&deed.commands, second);
    }
    let mut begun = false;
    for (after, command) in deed.commands.iter().filter(|_| deed.second.is_none()) {
        if *after > 0.0 {
            stage.schedule(Duration::from_secs_f64(*after), command);
        } else {
            // One of several may be so already.
            let done = if begun { stage.act_as_well(command) } else { stage.act(command) };
            begun |= done.is_ok();
        }
    }
    let last = deed.commands.iter().chain(deed.second.iter().flatten()).map(|(after, _)| *after).fold(0.0, f64::max);
    let until = if last > 0.0 { format!("; the last of it comes in {last} s") } else { String::new() };
    dim(&sentence(stage.infra(), &format!("{}{until}", deed.title)))
}

/// Does a command and says what happened.
pub(super) fn said(stage: &mut Stage, command: &Command) -> Notice {
    let (text, side) = match stage.act(command) {
        Err(error) => {
            let tone = if matches!(error, CommandError::NotPart(_)) { Tone::Dim } else { Tone::Warn };
            stage.refuse(error.to_string());
            return Notice { tone, text: sentence(stage.infra(), &error.to_string()) };
        }
        Ok(side) => (what_happened(stage, command), side.words()),
    };
    dim(&format!("{text}{side}"))
}

/// What a command that was done has done.
fn what_happened(stage: &Stage, command: &Command) -> String {
    match command {
        Command::Kill(Element::Server(id)) => {
            format!("{id} is off: nothing on it answers, not even with a refusal.")
        }
        Command::Kill(Element::Component(id)) => format!("{id} is down: {}.", effect_of_a_crash(stage, id.as_str())),
        Command::Kill(hop @ Element::Hop(..)) => format!("The link {hop} is cut."),
        Command::Restore(element) => format!("{element} is back."),
        Command::Edit(TopologyEdit::EdgeTls(mode)) => format!("TLS {}: {}.", mode.word(), mode.brief()),
        Command::Edit(TopologyEdit::WebToAppTls(on)) => {
            format!("TLS between web servers and applications is {}.", switch(*on))
        }
        Command::Edit(TopologyEdit::AppToDbTls(on)) => format!("TLS to the databases is {}.", switch(*on)),
        Command::Edit(TopologyEdit::Block(from, to)) => {
            format!("A firewall now drops {from} → {to}; the sender is not told, and waits.")
        }
        Command::Edit(TopologyEdit::Unblock(from, to)) => format!("The firewall lets {from} → {to} pass again."),
        Command::Rate(rate) => format!("Users now send {} requests per second.", rate.get()),
        Command::Drain(element) => format!("{element} drains: it takes no new requests."),
        Command::Ready(element) => format!("{element} takes new requests again."),
        Command::Balance(algorithm) => format!("The balancer now uses {}: {}.", algorithm.word(), algorithm.brief()),
        Command::Promote(id) => format!("{id} is promoted: it takes writes in a moment."),
        Command::Demote(id) => format!("{id} is read-only now."),
        Command::Lag(id, lag) => format!("{id} now takes {} s to apply a change.", lag.get()),
        Command::Probe(Some(every)) => format!("An external probe now asks the site every {} s.", every.get()),
        Command::Probe(None) => "The external probe is off.".to_owned(),
        Command::Restart(element, _) => format!("{element} is being restarted."),
        Command::Fault(fault) => sentence(stage.infra(), &fault.sentence()),
        Command::Heal(fault) => sentence(stage.infra(), &fault.healed()),
        Command::Retries(retries) => sentence(stage.infra(), &retries.sentence()),
        Command::SynCookies(on) => format!("SYN cookies are {}.", switch(*on)),
        Command::Scan => "Somebody on the Internet scanned the servers' ports.".to_owned(),
        Command::Send(kind) => format!("A new visitor sends {}.", kind.request_line()),
    }
}

const fn switch(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}
