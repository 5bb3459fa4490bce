//! What happened, as a sentence. Must not know where it is shown.

use std::fmt::Write as _;

use hoplight_model::hop::Guard;
use hoplight_model::{ComponentIx, Infrastructure, LinkIx, TopologyEdit};

use super::super::packet::{Heading, Phase};
use super::super::probe::probe_number;
use super::super::view::AlertState;
use super::{EventKind, FailureReason, JournalEvent};

impl FailureReason {
    /// The words of the screen.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Refused => "the connection was refused",
            Self::Reset => "the connection was cut",
            Self::Timeout => "no answer came in time",
            Self::NoRoute => "nobody is linked to answer it",
            Self::NoBackend => "no backend is UP",
            Self::QueueTimeout => "no backend had room in time",
            Self::Full => "the waiting line is full",
            Self::ReadOnly => "the database is read-only (error 1290)",
            Self::TooManyConnections => "the database has too many connections (error 1040)",
            Self::Certificate => "the TLS handshake failed: the certificate has expired",
            Self::DiskFull => "the database's disk is full",
        }
    }
}

/// Why a resolver gives no address.
const fn unresolved(nxdomain: bool) -> &'static str {
    if nxdomain { "NXDOMAIN: no such name" } else { "SERVFAIL: the authoritative server is silent" }
}

impl JournalEvent {
    /// The note as a sentence.
    pub fn describe(&self, infra: &Infrastructure) -> String {
        let name = |ix: ComponentIx| infra.component(ix).id.as_str();
        let hop = |link: LinkIx, heading: Heading| {
            let (from, to) = infra.ends(link);
            match heading {
                Heading::Request => format!("{} → {}", name(from), name(to)),
                Heading::Response => format!("{} → {}", name(to), name(from)),
            }
        };
        let mut text = String::new();
        if let Some((number, kind)) = self.request {
            let _ = match probe_number(number) {
                Some(probe) => write!(text, "probe {probe} {}: ", kind.request_line()),
                None => write!(text, "r{number} {}: ", kind.request_line()),
            };
        }
        let rule = |guard: &Guard| match guard.verdict.rule {
            Some(rule) => format!("rule {rule}"),
            None => "default".to_owned(),
        };
        let event = match &self.what {
            EventKind::Arrived => "the user asks".into(),
            EventKind::Departed { link, heading, phase, .. } => {
                format!("{} departs {}", phase.on(infra.link(*link).protocol), hop(*link, *heading))
            }
            EventKind::Reached { component, heading: Heading::Request, phase: Phase::Exchange } => {
                format!("the request is at {}", name(*component))
            }
            EventKind::Reached { component, heading: Heading::Request, phase } => {
                format!("{} is at {}", phase.word(), name(*component))
            }
            EventKind::Reached { component, heading: Heading::Response, .. } => format!("the answer is at {}", name(*component)),
            EventKind::Passed { guard, link } => {
                format!("{}: {} allows port {}", name(guard.firewall), rule(guard), infra.port(*link))
            }
            EventKind::Blocked { guard, link } => {
                format!("{}: {} blocks port {}", name(guard.firewall), rule(guard), infra.port(*link))
            }
            EventKind::Waits { component, waiting } => format!("waits at {}, {waiting} in line", name(*component)),
            EventKind::TurnedAway { component } => format!("{} turns it away: the line is full", name(*component)),
            EventKind::Chose { balancer, backend, algorithm, up } => {
                format!("{} chose {} ({}, {up} UP)", name(*balancer), name(*backend), algorithm.word())
            }
            EventKind::NoBackend { balancer } => format!("{} has no backend that is UP", name(*balancer)),
            EventKind::Answers { component } => format!("{} answers", name(*component)),
            EventKind::Unresolved { resolver, nxdomain } => format!("{} answers {}", name(*resolver), unresolved(*nxdomain)),
            EventKind::Fails { component, failure, why } => {
                format!("{}: {}, because {}", name(*component), failure.word(), why.words())
            }
            EventKind::Refuses { component } => format!("{} refuses the connection: nothing listens", name(*component)),
            EventKind::Vanished { link } => format!("lost on {}: nobody answers", hop(*link, Heading::Request)),
            EventKind::Retries { component, attempt } => format!("{} tries again, attempt {attempt}", name(*component)),
            EventKind::GivesUp { component } => format!("{} stops waiting", name(*component)),
            EventKind::Ended { outcome: Ok(()), latency_ms } => format!("200 OK after {latency_ms:.1} ms"),
            EventKind::Ended { outcome: Err(failure), latency_ms } => format!("{} after {latency_ms:.1} ms", failure.word()),
            EventKind::Backend { backend, up: true, .. } => format!("health checks: {} is UP again", name(*backend)),
            EventKind::Backend { backend, up: false, code: Some(code) } => {
                format!("health checks: {} is DOWN ({}: {})", name(*backend), code.word(), code.meaning())
            }
            EventKind::Backend { backend, up: false, code: None } => format!("health checks: {} is DOWN", name(*backend)),
            EventKind::Master { balancer, master: true } => {
                format!("{} is master now: it holds the shared address", name(*balancer))
            }
            EventKind::Master { balancer, master: false } => format!("{} hears a better master, and stands by", name(*balancer)),
            EventKind::Sampled { agent, .. } => format!("{} takes a sample", name(*agent)),
            EventKind::Delivered { agent } => format!("the sample of {} is delivered", name(*agent)),
            EventKind::Replicated { replica } => format!("{} applies a change", name(*replica)),
            EventKind::Promoted { database, lost: 0 } => format!("{} takes over", name(*database)),
            EventKind::Promoted { database, lost } => {
                format!("{} takes over; {lost} acknowledged writes are lost", name(*database))
            }
            EventKind::Demoted { database } => format!("{} is read-only now", name(*database)),
            EventKind::SemiSync { database, on: true } => format!("{} waits for a replica again", name(*database)),
            EventKind::SemiSync { database, on: false } => {
                format!("{} waits for no replica any more: asynchronous from now on", name(*database))
            }
            EventKind::Promoting(database) => format!("{database} is promoted"),
            EventKind::LagSet(database, seconds) => format!("{database} now takes {seconds} s to apply a change"),
            EventKind::Probes => "the external probe asks".into(),
            EventKind::Probed { outcome: Ok(()), latency_ms } => {
                format!("the external probe got 200 OK after {latency_ms:.1} ms")
            }
            EventKind::Probed { outcome: Err(failure), latency_ms } => {
                format!("the external probe failed: {} after {latency_ms:.1} ms", failure.word())
            }
            EventKind::Alert { rule, subject, state } => {
                let rule = infra.monitoring().alerts.get(usize::from(*rule)).map_or("", |rule| rule.name.as_str());
                let subject = subject.map_or("the site", name);
                match state {
                    AlertState::Firing => format!("ALERT {subject}: {rule}"),
                    _ => format!("alert {} for {subject}: {rule}", state.word()),
                }
            }
            done => by_command(done),
        };
        text + &event
    }
}

/// What somebody did, as a sentence.
fn by_command(what: &EventKind) -> String {
    let switch = |on: bool| if on { "on" } else { "off" };
    match what {
        EventKind::ProbeSet(Some(seconds)) => format!("an external probe now asks every {seconds} s"),
        EventKind::ProbeSet(None) => "the external probe is off".into(),
        EventKind::Killed(element) => format!("{element} is killed"),
        EventKind::Restored(element) => format!("{element} is restored"),
        EventKind::Restarts(element) => format!("{element} is being restarted"),
        EventKind::Fault { fault, on: true } => fault.sentence(),
        EventKind::Fault { fault, on: false } => fault.healed(),
        EventKind::RetriesSet(retries) => retries.sentence(),
        EventKind::SynCookies(on) => format!("SYN cookies are {}", switch(*on)),
        EventKind::Scanned { open } => {
            let ports = if *open == 1 { "port" } else { "ports" };
            format!("a port scan from the Internet finds {open} open {ports}")
        }
        EventKind::Drained(element) => format!("{element} drains: it gets no new requests"),
        EventKind::Ready(element) => format!("{element} gets new requests again"),
        EventKind::Edited(TopologyEdit::EdgeTls(mode)) => format!("TLS mode is now {}", mode.word()),
        EventKind::Edited(TopologyEdit::WebToAppTls(on)) => {
            format!("TLS from web to app is now {}", switch(*on))
        }
        EventKind::Edited(TopologyEdit::Block(from, to)) => format!("a firewall now blocks {from} → {to}"),
        EventKind::Edited(TopologyEdit::Unblock(from, to)) => format!("the firewall no longer blocks {from} → {to}"),
        EventKind::Edited(TopologyEdit::AppToDbTls(on)) => {
            format!("TLS to the database is now {}", switch(*on))
        }
        EventKind::RateSet(rate) => format!("users now send {rate} requests per second"),
        EventKind::BalanceSet(algorithm) => format!("balancers now use {}", algorithm.word()),
        // The others are no doing of anybody's.
        _ => String::new(),
    }
}
