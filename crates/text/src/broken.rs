//! Why requests fail, and single points of failure.

use hoplight_analysis::{Broken, Cause, Missing, Obstacle, Spof};
use hoplight_model::RequestKind;

use crate::phrase;
use crate::phrase::{Part, Passage, Phrase};

/// The name of a cause of failure.
pub fn cause(cause: &Cause) -> Phrase {
    match cause {
        Cause::Component(id) => id.into(),
        Cause::Server(id) => id.into(),
        Cause::Hop(..) => cause.element().map_or_else(Phrase::default, Phrase::from),
        Cause::Domain(id) => Part::name(id).into(),
        Cause::Software(software) => Part::name(software).into(),
        Cause::Certificate { name, .. } => phrase!["certificate ", Part::name(name)],
        Cause::Zone(name) => phrase!["zone ", Part::name(name)],
    }
}

/// What a request needed but could not reach.
pub const fn missing(missing: Missing) -> &'static str {
    match missing {
        Missing::Resolver => "no DNS resolver can be reached",
        Missing::Name => "the site's name does not resolve",
        Missing::Entry => "the site's entry cannot be reached",
        Missing::WebServer => "no web server can be reached",
        Missing::Application => "no application server can be reached",
        Missing::Database => "no database can be reached",
        Missing::Primary => "no database that takes writes can be reached",
        Missing::Response => "a path exists, but requests do not take it",
    }
}

/// What prevents a request from succeeding.
pub fn obstacle(obstacle: &Obstacle) -> Phrase {
    match obstacle {
        Obstacle::Out(element) => phrase![element, " is down"],
        Obstacle::FirewallOut { firewall, hop } => phrase![firewall, " is down, and ", hop, " must cross it"],
        Obstacle::Expired { name, hop } => {
            phrase!["the certificate for ", Part::name(name), " has expired, and ", hop, " needs it"]
        }
        Obstacle::NoCertificate(component) => {
            phrase![component, " has no certificate, and browsers refuse an HTTPS connection without one"]
        }
        Obstacle::RedirectLoop(id) => {
            phrase![id, " redirects every request to https, because nothing tells it that users came by https: the browser gives up"]
        }
        Obstacle::NoHttps(id) => phrase![id, " redirects every request to https, but the site has no TLS"],
        Obstacle::PlaintextSilent(entry) => phrase!["a firewall drops users' visits to port 80 of ", entry, " (http://)"],
        Obstacle::PlaintextRefused(entry) => phrase!["port 80 of ", entry, " refuses users' visits that start with http://"],
        Obstacle::Nameless(name) => phrase![Part::name(name), " is gone from the DNS"],
        Obstacle::Denied { firewall, hop } => phrase![firewall, " blocks ", hop],
        Obstacle::NoLookup(resolver) => phrase![resolver, ", the only resolver that users query, does not respond"],
        Obstacle::NoLookups => "none of the resolvers that users query responds".into(),
        Obstacle::EntrySilent(entry) => phrase!["users' packets to ", entry, " get no reply"],
        Obstacle::EntryRefused(entry) => phrase![entry, " refuses users' connections"],
        Obstacle::TwoMasters => {
            "both balancers advertise the shared address from its own MAC address, so messages of new connections reach the wrong one".into()
        }
        Obstacle::CertificateExpired(id) => {
            phrase![
                "the certificate of ",
                id,
                " has expired: full handshakes fail; resumed sessions continue, and open connections until they have been idle too long"
            ]
        }
        Obstacle::NoBackend(balancer) => phrase![balancer, " has no backend that is UP"],
        Obstacle::NoRoute(id) => phrase![id, " has no upstream for these requests"],
        Obstacle::Silent { from, to } => {
            phrase![from, " sends requests to ", to, ", which does not respond, and waits until its timeout"]
        }
        Obstacle::Refused { from, to } => phrase!["connections from ", from, " to ", to, " are refused"],
        Obstacle::ReadOnly(database) => phrase!["writes reach ", database, ", which is read-only"],
        Obstacle::NotReady(database) => phrase![database, " is not part of its cluster's majority, so it refuses all queries"],
        Obstacle::RateLimit(id) => phrase!["the rate limit of ", id, " refuses requests"],
        Obstacle::SessionLost(id) => phrase![id, " does not know the sessions of users who logged in elsewhere"],
        Obstacle::Overloaded(id) => phrase![id, " is overloaded: its slots and its queue are full"],
        Obstacle::Flapping { from, to } => {
            phrase![to, " fails only under load, so ", from, " takes it out of rotation and puts it back again and again"]
        }
    }
}

/// Why a request does not work.
pub fn broken(broken: &Broken) -> Phrase {
    // Where a path exists, the obstacles say why requests do not take it.
    let is_explained = broken.missing == Missing::Response && !broken.obstacles.is_empty();
    let mut phrase = if is_explained { Phrase::default() } else { phrase![missing(broken.missing), ": "] };
    if broken.obstacles.is_empty() {
        phrase.push("no link leads there");
    }
    for (number, of) in broken.obstacles.iter().enumerate() {
        phrase.push(if number == 0 { "" } else { "; " });
        phrase.push(obstacle(of));
    }
    phrase
}

/// Why a cause is a single point of failure, for all kinds of request that it stops.
pub fn single_point(point: &Spof, kinds: &[RequestKind]) -> Passage {
    let mut without = phrase!["without ", cause(&point.cause), " no "];
    if kinds.len() < RequestKind::ALL.len() {
        let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
        without.push(Part::words(words.join(" or ") + " "));
    }
    // Omit the obstacle if it is the cause itself.
    let itself = point.cause.element().map(Obstacle::Out);
    let is_known = itself.is_some_and(|itself| point.broken.obstacles.iter().eq([&itself]));
    let why = if is_known || matches!(point.cause, Cause::Zone(_)) {
        missing(point.broken.missing).into()
    } else {
        broken(&point.broken)
    };
    phrase![without, "request works: ", why].into()
}
