//! Carrying out a command on the stage, and saying what it did.

use std::time::Duration;

use hoplight_model::behaviour::CrashEffect;
use hoplight_model::{Element, TopologyEdit};
use hoplight_sim::{Command, CommandError};

use crate::fault_menu::FaultAction;
use crate::notice::{Notice, sentence};
use crate::stage::Stage;
use crate::tone::Tone;

/// Performs a row of the fault menu: its immediate commands now, the others later. Says what happened.
pub(super) fn perform_fault_action(stage: &mut Stage, action: &FaultAction) -> Notice {
    if let ([(_, command)], None) = (action.commands.as_slice(), &action.second) {
        return perform(stage, command);
    }
    if let Some(why) = action.refusal(stage) {
        stage.session.refuse(format!("{}: {why}", action.title));
        return Notice { tone: Tone::Warn, text: sentence(stage.infra(), &why) };
    }
    if let Some(second) = &action.second {
        stage.act_apart(&action.commands, second);
    }
    let mut begun = false;
    for (after, command) in action.commands.iter().filter(|_| action.second.is_none()) {
        if *after > 0.0 {
            stage.schedule(Duration::from_secs_f64(*after), command);
        } else {
            // Some of several may have nothing to do.
            let done = if begun { stage.act_as_well(command) } else { stage.act(command) };
            begun |= done.is_ok();
        }
    }
    let last = action.commands.iter().chain(action.second.iter().flatten()).map(|(after, _)| *after).fold(0.0, f64::max);
    let until = if last > 0.0 { format!("; the last of it comes in {last} s") } else { String::new() };
    Notice::dim(sentence(stage.infra(), &format!("{}{until}", action.title)))
}

/// Performs a command and says what happened.
pub(super) fn perform(stage: &mut Stage, command: &Command) -> Notice {
    let (text, side) = match stage.act(command) {
        Err(error) => {
            let tone = if matches!(error, CommandError::NotPart(_)) { Tone::Dim } else { Tone::Warn };
            stage.session.refuse(error.to_string());
            return Notice { tone, text: sentence(stage.infra(), &error.to_string()) };
        }
        Ok(side) => (what_happened(stage, command), side.words()),
    };
    Notice::dim(format!("{text}{side}"))
}

/// What a command has done.
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
            format!("A firewall now drops {from} → {to}; the sender waits until a timeout.")
        }
        Command::Edit(TopologyEdit::Unblock(from, to)) => format!("The firewall passes {from} → {to} again."),
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
        Command::Scan => "Someone on the Internet scanned the servers' ports.".to_owned(),
        Command::Send(kind) => format!("A new visitor sends {}.", kind.request_line()),
    }
}

const fn switch(on: bool) -> &'static str {
    if on { "on" } else { "off" }
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
