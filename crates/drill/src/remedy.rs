//! Remedies: the commands that operators can execute, and what became of them.

use std::sync::Arc;

use hoplight_model::quantity::Rate;
use hoplight_model::{ComponentId, Element, Infrastructure, RateLimit, Refusal, RequestKind, Retries, TopologyEdit};
use hoplight_sim::{Command, CommandError, Fault, RecordState, SimTime};

use crate::cause::{Cause, CauseKind};

/// Number of seconds after a remedy when its effect is judged.
pub const JUDGED_AFTER_S: u64 = 30;

/// What a remedy has changed.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Its effect is not yet known.
    Pending,
    /// The harm has become less, or has ended.
    Helped,
    /// Nothing has changed for the better.
    Nothing,
    /// The harm has become worse.
    Hurt,
    /// The command was refused.
    Refused(CommandError),
    /// Operators cannot execute the command.
    NotAvailable,
}

impl Effect {
    /// Whether it counts as a wrong move.
    pub const fn is_wrong(&self) -> bool {
        match self {
            Self::Pending | Self::Helped => false,
            Self::Nothing | Self::Hurt | Self::Refused(_) | Self::NotAvailable => true,
        }
    }
}

/// A remedy that was tried.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// When.
    pub at: SimTime,
    /// The command.
    pub command: Command,
    /// What it has changed.
    pub effect: Effect,
}

/// Whether operators can execute a command as a remedy. They cannot inject faults, change how many users come, or stop an
/// attacker.
pub(crate) const fn is_allowed(command: &Command) -> bool {
    match command {
        Command::Kill(_)
        | Command::Restore(_)
        | Command::Edit(_)
        | Command::Drain(_)
        | Command::Ready(_)
        | Command::Balance(_)
        | Command::Promote(_)
        | Command::Demote(_)
        | Command::Flush(_)
        | Command::Restart(..)
        | Command::SwitchRecord(_)
        | Command::Retries(_)
        | Command::SynCookies(_) => true,
        Command::Clear(fault) => !matches!(fault, Fault::Flood(_) | Fault::Abuse(..)),
        Command::Rate(_)
        | Command::Send(_)
        | Command::ExpirePopular(_)
        | Command::Lag(..)
        | Command::Fault(_)
        | Command::Scan
        | Command::Probe(_) => false,
    }
}

/// Commands that an operator could try against a cause, most usual first. `leaked` connections are released by restarting
/// their clients.
pub fn remedies(cause: &Cause, infra: &Arc<Infrastructure>) -> Vec<Command> {
    let component = |then: fn(ComponentId) -> Command| match &cause.element {
        Some(Element::Component(id)) => vec![then(id.clone())],
        _ => Vec::new(),
    };
    let element = |then: fn(Element) -> Command| cause.element.clone().map(then).into_iter().collect::<Vec<_>>();
    match cause.kind {
        CauseKind::Crashed | CauseKind::PoweredOff | CauseKind::LinkCut => element(Command::Restore),
        CauseKind::Hung => element(|element| Command::Clear(Fault::Hang(element))),
        CauseKind::Slow => {
            element(|element| Command::Clear(Fault::Slow(element, hoplight_model::quantity::Factor::literal(20.0))))
        }
        CauseKind::BadConfiguration => element(|element| Command::Clear(Fault::Misconfigured(element))),
        CauseKind::SoftwareFlaw => component(|id| Command::Clear(Fault::Flaw(id))),
        CauseKind::CertificateExpired => component(|id| Command::Clear(Fault::Expired(id))),
        CauseKind::RecordGone => vec![Command::Clear(Fault::Record(RecordState::Gone))],
        CauseKind::AuthorityUnreachable => vec![Command::Clear(Fault::Record(RecordState::Unreachable))],
        CauseKind::DiskFull => component(|id| Command::Clear(Fault::DiskFull(id))),
        CauseKind::ReplicationStopped => component(|id| Command::Clear(Fault::ReplicationStopped(id))),
        CauseKind::ConnectionsLeaked => clients(cause, infra),
        CauseKind::KeepalivedDead => component(|id| Command::Clear(Fault::VrrpKilled(id))),
        CauseKind::Blocked => match &cause.element {
            Some(Element::Hop(from, to)) => vec![Command::Edit(TopologyEdit::Unblock(from.clone(), to.clone()))],
            _ => Vec::new(),
        },
        CauseKind::ReadOnly => component(Command::Promote),
        CauseKind::SecondWriter => component(Command::Demote),
        CauseKind::Overload => Vec::new(),
        CauseKind::RetryStorm => vec![Command::Retries(Retries::default())],
        CauseKind::SynFlood => vec![Command::SynCookies(true)],
        CauseKind::PasswordGuessing => limits(infra),
        CauseKind::BusyProcessor => match &cause.element {
            Some(Element::Server(id)) => vec![Command::Clear(Fault::CpuHog(id.clone(), 4))],
            _ => Vec::new(),
        },
        CauseKind::NoForwardedProto => vec![Command::Edit(TopologyEdit::ForwardedProto(true))],
    }
}

/// Restarts of the components that open connections to the cause's element.
fn clients(cause: &Cause, infra: &Infrastructure) -> Vec<Command> {
    let Some(Element::Component(id)) = &cause.element else { return Vec::new() };
    let into = infra.links().map(|(link, _)| infra.ends(link)).filter(|(_, to)| infra.component(*to).id == *id);
    let clients = into
        .map(|(from, _)| &infra.component(from).id)
        .filter(|from| infra.find(from.as_str()).is_some_and(|ix| infra.component(ix).kind.tier().is_some()));
    let restart = |id: &ComponentId| Command::Restart(Element::Component(id.clone()), None);
    clients
        .filter(|from| infra.find(from.as_str()).is_some_and(|ix| infra.component(ix).kind.as_database().is_none()))
        .map(restart)
        .collect()
}

/// Rate limits for logins at the components that users connect to.
fn limits(infra: &Infrastructure) -> Vec<Command> {
    let limit = RateLimit {
        rate: Rate::literal(1.0),
        burst: 5,
        kinds: Some(vec![RequestKind::Write]),
        refusal: Refusal::TooManyRequests,
    };
    let browser = infra.browser();
    let entries = infra.links().map(|(link, _)| infra.ends(link)).filter(|(from, _)| Some(*from) == browser);
    let entries = entries.map(|(_, to)| infra.component(to)).filter(|entry| entry.kind.tier().is_some());
    entries.map(|entry| Command::Edit(TopologyEdit::RateLimit(entry.id.clone(), Some(limit.clone())))).collect()
}
