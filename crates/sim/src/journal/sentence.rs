//! What happened, as a sentence. Must not know where it is shown.

use std::fmt::Write as _;

use hoplight_model::hop::Guard;
use hoplight_model::{ComponentIx, Infrastructure, LinkIx, TopologyEdit};

use super::super::packet::{Heading, Phase};
use super::super::probe::probe_number;
use super::super::view::AlertState;
use super::{Note, What, Why};

impl Why {
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

impl Note {
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
            What::Arrived => "the user asks".into(),
            What::Departed { link, heading, phase, .. } => {
                format!("{} departs {}", phase.on(infra.link(*link).protocol), hop(*link, *heading))
            }
            What::Reached { component, heading: Heading::Request, phase: Phase::Exchange } => {
                format!("the request is at {}", name(*component))
            }
            What::Reached { component, heading: Heading::Request, phase } => {
                format!("{} is at {}", phase.word(), name(*component))
            }
            What::Reached { component, heading: Heading::Response, .. } => format!("the answer is at {}", name(*component)),
            What::Passed { guard, link } => {
                format!("{}: {} allows port {}", name(guard.firewall), rule(guard), infra.port(*link))
            }
            What::Blocked { guard, link } => {
                format!("{}: {} blocks port {}", name(guard.firewall), rule(guard), infra.port(*link))
            }
            What::Waits { component, waiting } => format!("waits at {}, {waiting} in line", name(*component)),
            What::TurnedAway { component } => format!("{} turns it away: the line is full", name(*component)),
            What::Chose { balancer, backend, algorithm, up } => {
                format!("{} chose {} ({}, {up} UP)", name(*balancer), name(*backend), algorithm.word())
            }
            What::NoBackend { balancer } => format!("{} has no backend that is UP", name(*balancer)),
            What::Answers { component } => format!("{} answers", name(*component)),
            What::Unresolved { resolver, nxdomain } => format!("{} answers {}", name(*resolver), unresolved(*nxdomain)),
            What::Fails { component, failure, why } => {
                format!("{}: {}, because {}", name(*component), failure.word(), why.words())
            }
            What::Refuses { component } => format!("{} refuses the connection: nothing listens", name(*component)),
            What::Vanished { link } => format!("lost on {}: nobody answers", hop(*link, Heading::Request)),
            What::Retries { component, attempt } => format!("{} tries again, attempt {attempt}", name(*component)),
            What::GivesUp { component } => format!("{} stops waiting", name(*component)),
            What::Ended { outcome: Ok(()), latency_ms } => format!("200 OK after {latency_ms:.1} ms"),
            What::Ended { outcome: Err(failure), latency_ms } => format!("{} after {latency_ms:.1} ms", failure.word()),
            What::Backend { backend, up: true, .. } => format!("health checks: {} is UP again", name(*backend)),
            What::Backend { backend, up: false, code: Some(code) } => {
                format!("health checks: {} is DOWN ({}: {})", name(*backend), code.word(), code.meaning())
            }
            What::Backend { backend, up: false, code: None } => format!("health checks: {} is DOWN", name(*backend)),
            What::Master { balancer, master: true } => format!("{} is master now: it holds the shared address", name(*balancer)),
            What::Master { balancer, master: false } => format!("{} hears a better master, and stands by", name(*balancer)),
            What::Sampled { agent, .. } => format!("{} takes a sample", name(*agent)),
            What::Delivered { agent } => format!("the sample of {} is delivered", name(*agent)),
            What::Replicated { replica } => format!("{} applies a change", name(*replica)),
            What::Promoted { database, lost: 0 } => format!("{} takes over", name(*database)),
            What::Promoted { database, lost } => format!("{} takes over; {lost} acknowledged writes are lost", name(*database)),
            What::Demoted { database } => format!("{} is read-only now", name(*database)),
            What::SemiSync { database, on: true } => format!("{} waits for a replica again", name(*database)),
            What::SemiSync { database, on: false } => {
                format!("{} waits for no replica any more: asynchronous from now on", name(*database))
            }
            What::Promoting(database) => format!("{database} is promoted"),
            What::LagSet(database, seconds) => format!("{database} now takes {seconds} s to apply a change"),
            What::Probes => "the external probe asks".into(),
            What::Probed { outcome: Ok(()), latency_ms } => format!("the external probe got 200 OK after {latency_ms:.1} ms"),
            What::Probed { outcome: Err(failure), latency_ms } => {
                format!("the external probe failed: {} after {latency_ms:.1} ms", failure.word())
            }
            What::Alert { rule, subject, state } => {
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
fn by_command(what: &What) -> String {
    let switch = |on: bool| if on { "on" } else { "off" };
    match what {
        What::ProbeSet(Some(seconds)) => format!("an external probe now asks every {seconds} s"),
        What::ProbeSet(None) => "the external probe is off".into(),
        What::Killed(element) => format!("{element} is killed"),
        What::Restored(element) => format!("{element} is restored"),
        What::Restarts(element) => format!("{element} is being restarted"),
        What::Fault { fault, on: true } => fault.sentence(),
        What::Fault { fault, on: false } => fault.healed(),
        What::RetriesSet(retries) => retries.sentence(),
        What::SynCookies(on) => format!("SYN cookies are {}", switch(*on)),
        What::Scanned { open } => {
            let ports = if *open == 1 { "port" } else { "ports" };
            format!("a port scan from the Internet finds {open} open {ports}")
        }
        What::Drained(element) => format!("{element} drains: it gets no new requests"),
        What::Ready(element) => format!("{element} gets new requests again"),
        What::Edited(TopologyEdit::EdgeTls(mode)) => format!("TLS mode is now {}", mode.word()),
        What::Edited(TopologyEdit::WebToAppTls(on)) => {
            format!("TLS from web to app is now {}", switch(*on))
        }
        What::Edited(TopologyEdit::Block(from, to)) => format!("a firewall now blocks {from} → {to}"),
        What::Edited(TopologyEdit::Unblock(from, to)) => format!("the firewall no longer blocks {from} → {to}"),
        What::Edited(TopologyEdit::AppToDbTls(on)) => {
            format!("TLS to the database is now {}", switch(*on))
        }
        What::RateSet(rate) => format!("users now send {rate} requests per second"),
        What::BalanceSet(algorithm) => format!("balancers now use {}", algorithm.word()),
        // The others are no doing of anybody's.
        _ => String::new(),
    }
}
