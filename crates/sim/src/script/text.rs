//! Formats commands in script syntax, as [`super::command`] parses them.

use crate::command::Command;
use crate::fault::Fault;
use hoplight_model::{ComponentId, Element, Hsts, Infrastructure, RateLimit, Refusal, Retries, TopologyEdit};

/// Formats a command. `infra` says whether a server shares its name with a component.
pub fn text(command: &Command, infra: &Infrastructure) -> String {
    let switch = |on: bool| if on { "on" } else { "off" };
    match command {
        Command::Kill(what) => format!("kill {}", element(what, infra)),
        Command::Restore(what) => format!("restore {}", element(what, infra)),
        Command::Edit(TopologyEdit::EdgeTls(mode)) => format!("tls {}", mode.word()),
        Command::Edit(TopologyEdit::WebToAppTls(on)) => format!("tls web-app {}", switch(*on)),
        Command::Edit(TopologyEdit::AppToDbTls(on)) => format!("tls app-db {}", switch(*on)),
        Command::Edit(TopologyEdit::Sticky(on)) => format!("sticky {}", switch(*on)),
        Command::Edit(TopologyEdit::Port80(port_80)) => format!("port-80 {}", port_80.word()),
        Command::Edit(TopologyEdit::Hsts(None)) => "hsts off".to_owned(),
        Command::Edit(TopologyEdit::Hsts(Some(Hsts { max_age_s, preload }))) => {
            format!("hsts {max_age_s}{}", if *preload { " preload" } else { "" })
        }
        Command::Edit(TopologyEdit::ForwardedProto(on)) => format!("forwarded-proto {}", switch(*on)),
        Command::Edit(TopologyEdit::Block(from, to)) => format!("block {from} -> {to}"),
        Command::Edit(TopologyEdit::Unblock(from, to)) => format!("unblock {from} -> {to}"),
        Command::Edit(TopologyEdit::RateLimit(id, None)) => format!("limit {id} off"),
        Command::Edit(TopologyEdit::RateLimit(id, Some(limit))) => rate_limit(id, limit),
        Command::Rate(rate) => format!("rate {}", rate.get()),
        Command::Send(kind) => format!("send {}", kind.word()),
        Command::Balance(algorithm) => format!("balance {}", algorithm.word()),
        Command::Probe(Some(every)) => format!("probe {}", every.get()),
        Command::Probe(None) => "probe off".to_owned(),
        Command::Drain(what) => format!("drain {}", element(what, infra)),
        Command::Ready(what) => format!("ready {}", element(what, infra)),
        Command::Promote(id) => format!("promote {id}"),
        Command::Demote(id) => format!("demote {id}"),
        Command::Flush(id) => format!("flush {id}"),
        Command::ExpirePopular(id) => format!("expire-popular {id}"),
        Command::SwitchRecord(id) => format!("dns switch {id}"),
        Command::Restart(what, None) => format!("restart {}", element(what, infra)),
        Command::Restart(what, Some(after)) => format!("restart {} {}", element(what, infra), after.get()),
        Command::Fault(what) => fault(what, infra),
        Command::Clear(what) => format!("clear {}", fault(what, infra)),
        Command::Retries(Retries { attempts, backoff_s, jitter }) => {
            format!("retries {} {} {}", attempts.get(), backoff_s.get(), jitter.get())
        }
        Command::SynCookies(on) => format!("syn-cookies {}", switch(*on)),
        Command::Scan => "scan".to_owned(),
        Command::Lag(id, lag) => format!("lag {id} {}", lag.get()),
    }
}

fn rate_limit(id: &ComponentId, limit: &RateLimit) -> String {
    let mut words = vec![format!("limit {id} {} {}", limit.rate.get(), limit.burst)];
    words.extend(limit.kinds.iter().flatten().map(|kind| kind.word().to_owned()));
    match limit.refusal {
        Refusal::TooManyRequests => {}
        Refusal::Unavailable => words.push("503".to_owned()),
    }
    words.join(" ")
}

fn fault(fault: &Fault, infra: &Infrastructure) -> String {
    match fault {
        Fault::Hang(what) => format!("hang {}", element(what, infra)),
        Fault::Slow(what, factor) => format!("slow {} {}", element(what, infra), factor.get()),
        Fault::Misconfigured(what) => format!("misconfigure {}", element(what, infra)),
        Fault::Flaw(id) => format!("flaw {id}"),
        Fault::Compromised(what) => format!("compromise {}", element(what, infra)),
        Fault::Expired(id) => format!("expire {id}"),
        Fault::Record(state) => format!("dns {}", state.id()),
        Fault::DiskFull(id) => format!("disk-full {id}"),
        Fault::ReplicationStopped(id) => format!("stop-replication {id}"),
        Fault::Leak { from: Some(from), to, count } => format!("leak {from} {to} {count}"),
        Fault::Leak { from: None, to, count } => format!("leak {to} {count}"),
        Fault::VrrpKilled(id) => format!("kill-keepalived {id}"),
        Fault::VrrpStopped(id) => format!("stop-keepalived {id}"),
        Fault::CpuHog(server, threads) => format!("hog-cpu {server} {threads}"),
        Fault::Flood(rate) => format!("flood {}", rate.get()),
        Fault::Abuse(rate, 1) => format!("abuse {}", rate.get()),
        Fault::Abuse(rate, addresses) => format!("abuse {} {addresses}", rate.get()),
        Fault::Sniffer(from, to) => format!("sniff {from} -> {to}"),
    }
}

fn element(element: &Element, infra: &Infrastructure) -> String {
    match element {
        Element::Component(id) => id.to_string(),
        Element::Server(id) if infra.find(id.as_str()).is_some() || id.as_str() == "server" => format!("server {id}"),
        Element::Server(id) => id.to_string(),
        Element::Hop(from, to) => format!("{from} -> {to}"),
    }
}
