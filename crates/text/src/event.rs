//! Events of the journal.

use std::fmt;

use hoplight_model::behaviour::WhenFull;
use hoplight_model::hop::Guard;
use hoplight_model::{ComponentId, ComponentIx, Infrastructure, LinkIx};
use hoplight_sim::{
    AlertState, CheckCode, EventKind, FailureReason, Heading, Headline, JournalEvent, Lookup, Phase, is_abuse, probe_number,
};

use crate::command::{commanded, hop};
use crate::phrase;
use crate::phrase::{Part, Phrase};
use crate::term;

/// An event. Formatted, it reads `request: what after`, without a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventText {
    /// The affected request, such as `r17 GET /profile`.
    pub request: Option<Phrase>,
    /// What happened.
    pub what: Phrase,
    /// If a request ends: how long it took, such as `after 12.3 ms`.
    pub after: Option<Phrase>,
}

impl EventText {
    /// The event without the request.
    pub fn statement(self) -> Phrase {
        match self.after {
            Some(after) => phrase![self.what, " ", after],
            None => self.what,
        }
    }
}

impl From<EventText> for Phrase {
    fn from(text: EventText) -> Self {
        match text.request.clone() {
            Some(request) => phrase![request, ": ", text.statement()],
            None => text.statement(),
        }
    }
}

impl fmt::Display for EventText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Phrase::from(self.clone()).fmt(f)
    }
}

/// Renders an event.
pub fn event(event: &JournalEvent, infra: &Infrastructure) -> EventText {
    let request = event.request.map(|(number, kind)| {
        Phrase::from(match probe_number(number) {
            Some(probe) => Part::name(format_args!("probe {probe} {}", kind.request_line())),
            None if is_abuse(number) => Part::name(format_args!("attacker's {}", kind.request_line())),
            None => Part::name(format_args!("r{number} {}", kind.request_line())),
        })
    });
    let after = if let EventKind::Ended { latency_ms, .. } | EventKind::Probed { latency_ms, .. } = &event.what {
        Some(phrase!["after ", Part::value(format_args!("{latency_ms:.1} ms"))])
    } else {
        None
    };
    EventText { request, what: what(&event.what, infra), after }
}

/// Renders a headline. Several events are counted, without their requests.
pub fn headline(headline: &Headline, infra: &Infrastructure) -> Phrase {
    let text = event(&headline.first, infra);
    match (headline.count, headline.first.request) {
        (1, _) | (_, None) => text.into(),
        (count, Some(_)) => {
            let last = Part::value(format_args!("{:.1} s", headline.last.as_secs_f64()));
            phrase![count, " × ", text.what, ", until ", last]
        }
    }
}

/// Renders why a component fails a request.
pub const fn failure_reason(reason: FailureReason) -> &'static str {
    match reason {
        FailureReason::Refused => "the connection was refused",
        FailureReason::Reset => "the connection was cut",
        FailureReason::Timeout => "no answer came in time",
        FailureReason::NoRoute => "no link leads to a component that can answer",
        FailureReason::NoBackend => "no backend is UP",
        FailureReason::QueueTimeout => "no backend had a free slot in time",
        FailureReason::Full => "the connect timeout expired: accept queue full, SYN dropped",
        FailureReason::NotReady => "the database is not part of its cluster's majority (error 1047)",
        FailureReason::Conflict => "another member changed the same row at the same time (error 1213)",
        FailureReason::ReadOnly => "the database is read-only (error 1290)",
        FailureReason::TooManyConnections => "the database has too many connections (error 1040)",
        FailureReason::Certificate => "the TLS handshake failed: the certificate has expired",
        FailureReason::DiskFull => "the database's disk is full",
        FailureReason::RateLimit => "the client has exceeded its rate limit",
        FailureReason::SharedRateLimit => "its rate limit is used up by all clients together, whose addresses it does not learn",
        FailureReason::SessionLost => "it does not know the user's session",
    }
}

/// Renders how a health check failed.
pub const fn check_code(code: CheckCode) -> &'static str {
    match code {
        CheckCode::L4Con => "the connection was refused",
        CheckCode::L4Tout => "the connection attempt was not answered",
        CheckCode::L6Tout => "connected, but the TLS handshake was not answered",
        CheckCode::L6Rsp => "the TLS handshake failed",
        CheckCode::L7Sts(_) => "the answer was an error",
        CheckCode::L7Tout => "connected, but no answer came",
    }
}

/// Why a resolver returns no address.
const fn unresolved(nxdomain: bool) -> &'static str {
    if nxdomain { "NXDOMAIN: no such name" } else { "SERVFAIL: the authoritative server does not respond" }
}

fn rule(guard: &Guard) -> Phrase {
    guard.verdict.rule.map_or_else(|| phrase!["default"], |rule| phrase!["rule ", rule])
}

#[expect(clippy::too_many_lines, reason = "one arm per kind")]
fn what(what: &EventKind, infra: &Infrastructure) -> Phrase {
    let name = |ix: &ComponentIx| -> &ComponentId { &infra.component(*ix).id };
    let way = |link: LinkIx, heading: Heading| {
        let (from, to) = infra.ends(link);
        match heading {
            Heading::Request => hop(name(&from), name(&to)),
            Heading::Response => hop(name(&to), name(&from)),
        }
    };
    match what {
        EventKind::Arrived => phrase!["the user sends the request"],
        EventKind::Departed { link, heading, phase, .. } => {
            phrase![Part::name(term::phase_on(*phase, infra.link(*link).protocol)), " departs ", way(*link, *heading)]
        }
        EventKind::Reached { component, heading: Heading::Request, phase: Phase::Exchange | Phase::PlainExchange } => {
            phrase!["the request is at ", name(component)]
        }
        EventKind::Reached { component, heading: Heading::Request, phase } => {
            phrase![Part::name(term::phase(*phase)), " is at ", name(component)]
        }
        EventKind::Reached { component, heading: Heading::Response, .. } => phrase!["the answer is at ", name(component)],
        EventKind::Passed { guard, port, .. } => {
            phrase![name(&guard.firewall), ": ", rule(guard), " allows port ", *port]
        }
        EventKind::Blocked { guard, port, .. } => {
            phrase![name(&guard.firewall), ": ", rule(guard), " blocks port ", *port]
        }
        EventKind::Waits { component, waiting } => phrase!["waits at ", name(component), ", ", *waiting, " in the queue"],
        EventKind::SynDropped { component } => phrase!["SYN dropped: the accept queue of ", name(component), " is full"],
        EventKind::TurnedAway { component } => match infra.component(*component).kind.when_full() {
            WhenFull::Drop => phrase![name(component), " drops it: the queue is full"],
            // The accept queue is not full, but no connection is free.
            WhenFull::DropSyn => phrase![name(component), " closes the connection: worker_connections are not enough"],
            WhenFull::Refuse | WhenFull::TooManyConnections => phrase![name(component), " rejects it: the queue is full"],
        },
        EventKind::Chose { balancer, backend, algorithm, up } => {
            phrase![name(balancer), " chose ", name(backend), " (", Part::name(algorithm.word()), ", ", *up, " UP)"]
        }
        EventKind::NoBackend { balancer } => phrase![name(balancer), " has no backend that is UP"],
        EventKind::Answers { component } => phrase![name(component), " answers"],
        EventKind::LookedUp { cache, found } => match found {
            Lookup::Hit => phrase!["hit: ", name(cache), " has it"],
            Lookup::Miss => phrase!["miss: ", name(cache), " does not have it"],
            Lookup::Waits => phrase!["waits for a fetch that is under way, instead of starting another"],
            Lookup::Shared => phrase!["is answered with what another request fetched"],
            Lookup::Stale => phrase![name(cache), " serves its expired copy, because the fetch failed (stale-if-error)"],
        },
        EventKind::LookedUpSession { holder, known: true } => phrase![name(holder), " has the user's session"],
        EventKind::LookedUpSession { holder, known: false } => phrase![name(holder), " does not have the user's session"],
        EventKind::FollowsCookie { balancer, backend } => {
            phrase![name(balancer), " follows the user's cookie, which names ", name(backend)]
        }
        EventKind::SessionsLost { holder, users } => {
            let are = if *users == 1 {
                " session: its user has to log in again"
            } else {
                " sessions: their users have to log in again"
            };
            phrase![name(holder), " has lost ", *users, are]
        }
        EventKind::Unresolved { resolver, nxdomain } => phrase![name(resolver), " answers ", unresolved(*nxdomain)],
        EventKind::Fails { component, failure, why } => {
            phrase![name(component), ": ", term::failure(*failure), ", because ", failure_reason(*why)]
        }
        EventKind::Redirects { component } => phrase![name(component), " redirects to https (301)"],
        EventKind::Refuses { component } => phrase![name(component), " refuses the connection: nothing listens"],
        EventKind::Vanished { link } => phrase!["lost on ", way(*link, Heading::Request), ": no response"],
        EventKind::Retries { component, attempt } => phrase![name(component), " retries, attempt ", *attempt],
        EventKind::TriesNext { component, phase: Phase::Lookup } => {
            phrase!["the browser queries the next resolver, ", name(component)]
        }
        EventKind::TriesNext { component, .. } => phrase!["the browser tries the site's next address, ", name(component)],
        EventKind::GivesUp { component } => phrase![name(component), " stops waiting"],
        EventKind::Ended { outcome: Ok(()), .. } => phrase!["200 OK"],
        EventKind::Ended { outcome: Err(failure), .. } => phrase![term::failure(*failure)],
        EventKind::RoleSeen { proxy, database, writable } => {
            let role = if *writable { " sends writes to " } else { " sends no more writes to " };
            phrase![name(proxy), role, name(database)]
        }
        EventKind::Backend { backend, up: true, .. } => phrase!["health checks: ", name(backend), " is UP again"],
        EventKind::Backend { backend, up: false, code: Some(code) } => {
            phrase!["health checks: ", name(backend), " is DOWN (", Part::value(code), ": ", check_code(*code), ")"]
        }
        EventKind::Backend { backend, up: false, code: None } => phrase!["health checks: ", name(backend), " is DOWN"],
        EventKind::Master { balancer, master: true } => {
            phrase![name(balancer), " is master now: it holds the shared address"]
        }
        EventKind::Master { balancer, master: false } => phrase![name(balancer), " hears a higher priority and becomes backup"],
        EventKind::Sampled { agent, .. } => phrase![name(agent), " takes a sample"],
        EventKind::Delivered { agent } => phrase!["the sample of ", name(agent), " is delivered"],
        EventKind::Target { agent, up: false } => phrase!["the scrape of ", name(agent), " failed: up = 0"],
        EventKind::Target { agent, up: true } => phrase!["the scrape of ", name(agent), " succeeded again: up = 1"],
        EventKind::DeadMansSwitch { paged: true } => {
            phrase!["PAGE from the dead man's switch: the monitoring service sends no heartbeats"]
        }
        EventKind::DeadMansSwitch { paged: false } => phrase!["the dead man's switch receives heartbeats again"],
        EventKind::FirewallTakeover { firewall, keeps_connections: true } => {
            phrase![name(firewall), " takes over: it knows the established connections"]
        }
        EventKind::FirewallTakeover { firewall, keeps_connections: false } => {
            phrase![name(firewall), " takes over and resets the established connections, which it does not know"]
        }
        EventKind::Replicated { replica } => phrase![name(replica), " applies a change"],
        EventKind::Promoted { database, lost: 0 } => phrase![name(database), " takes over"],
        EventKind::Promoted { database, lost } => {
            phrase![name(database), " takes over; ", *lost, " acknowledged writes are lost"]
        }
        EventKind::Demoted { database } => phrase![name(database), " is read-only now"],
        EventKind::GroupMember { database, serves: true } => phrase![name(database), " is synced and serves queries"],
        EventKind::GroupMember { database, serves: false } => {
            phrase![name(database), " has lost the majority of its cluster and refuses queries (error 1047)"]
        }
        EventKind::SemiSync { database, on: true } => phrase![name(database), " waits for a replica again"],
        EventKind::SemiSync { database, on: false } => {
            phrase![name(database), " no longer waits for a replica: replication is now asynchronous"]
        }
        EventKind::Probes => phrase!["the external probe sends a request"],
        EventKind::Probed { outcome: Ok(()), .. } => phrase!["the external probe got 200 OK"],
        EventKind::Probed { outcome: Err(failure), .. } => phrase!["the external probe failed: ", term::failure(*failure)],
        EventKind::Alert { rule, subject, state } => alert(*rule, subject.as_ref().map(name), *state, infra),
        EventKind::Commanded(command) => commanded(command),
        EventKind::Booted(element) => phrase![element, " is restored"],
        EventKind::Scanned { open } => {
            phrase!["a port scan from the Internet finds ", *open, " open ", if *open == 1 { "port" } else { "ports" }]
        }
        EventKind::Rebuilt(_) => phrase!["the design is changed"],
    }
}

fn alert(rule: u16, subject: Option<&ComponentId>, state: AlertState, infra: &Infrastructure) -> Phrase {
    let rule = infra.monitoring().alerts.get(usize::from(rule)).map_or("", |rule| rule.name.as_str());
    let subject = subject.map_or_else(|| phrase!["the site"], Phrase::from);
    match state {
        AlertState::Firing => phrase!["ALERT ", subject, ": ", Part::name(rule)],
        AlertState::Ok | AlertState::Pending | AlertState::Resolved => {
            phrase!["alert ", state.id(), " for ", subject, ": ", Part::name(rule)]
        }
    }
}

#[cfg(test)]
mod tests {
    use hoplight_model::RequestKind;
    use hoplight_sim::{Failure, SimTime};

    use super::*;

    fn infra() -> Infrastructure {
        let text = include_str!("../../../assets/stage-2-secured.ron");
        Infrastructure::from_ron("stage-2-secured.ron", text).expect("a valid scenario")
    }

    fn ended(number: u64) -> JournalEvent {
        let what = EventKind::Ended { outcome: Err(Failure::TimedOut), latency_ms: 30_000.0 };
        JournalEvent { at: SimTime::from_secs(1), request: Some((number, RequestKind::Read)), what }
    }

    #[test]
    fn an_event_has_a_request_a_statement_and_a_latency() {
        let text = event(&ended(7), &infra());
        assert_eq!(text.to_string(), "r7 GET /profile: timed out after 30000.0 ms");
        assert_eq!(text.clone().statement().to_string(), "timed out after 30000.0 ms");
        assert_eq!(Phrase::from(text).to_sentence(), "r7 GET /profile: timed out after 30000.0 ms.");
    }

    #[test]
    fn similar_events_are_counted_without_request_and_latency() {
        let one = Headline { first: ended(7), last: SimTime::from_secs(1), count: 1 };
        let several = Headline { last: SimTime::from_secs(4), count: 12, ..one.clone() };
        assert_eq!(headline(&one, &infra()).to_string(), "r7 GET /profile: timed out after 30000.0 ms");
        assert_eq!(headline(&several, &infra()).to_string(), "12 × timed out, until 4.0 s");
    }
}
