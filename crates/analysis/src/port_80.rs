//! Visits that begin at port 80 of a site with TLS: how many there are, whether they get through, and what they show.

use super::reading::Fact;
use hoplight_model::behaviour::{Behaviour, HttpVisits, behaviour, hop_on_port_80, is_entry_link};
use hoplight_model::firewall::RuleAction;
use hoplight_model::{ComponentId, Hop, Infrastructure, LinkIx, Port80, RequestKind};

/// What a visit meets on port 80 of an entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Port80Outcome {
    /// A page, in plaintext.
    Served,
    /// A redirect to https.
    Redirected,
    /// Nothing listens, so the connection is refused.
    Closed,
    /// A firewall blocks the port.
    Blocked {
        /// The firewall.
        firewall: ComponentId,
        /// Whether the browser is told; otherwise, it waits until its user gives up.
        refuses: bool,
    },
}

/// The visits that start with `http://`; `None` if there are none, or the site has no TLS.
pub fn http_visits(infra: &Infrastructure) -> Option<HttpVisits> {
    match behaviour(infra, infra.browser()?, RequestKind::Static) {
        Behaviour::Originate(origin) => origin.http,
        Behaviour::Respond
        | Behaviour::LookUp
        | Behaviour::Query(_)
        | Behaviour::Forward(_)
        | Behaviour::Resolve(_)
        | Behaviour::Redirect
        | Behaviour::Filter
        | Behaviour::Fail(_)
        | Behaviour::Ignore => None,
    }
}

/// What a visit of a kind meets on port 80 at the end of an entry link, if its packets get that far.
pub fn outcome(infra: &Infrastructure, link: LinkIx, kind: RequestKind) -> Port80Outcome {
    let blocks = |hop: &Hop| {
        let guard = hop.guards.iter().find(|guard| guard.verdict.action != RuleAction::Allow)?;
        // The rate limit of ICMP errors is per peer, and users have an address each.
        let refuses = guard.verdict.action != RuleAction::Drop;
        Some(Port80Outcome::Blocked { firewall: infra.component(guard.firewall).id.clone(), refuses })
    };
    if let Some(blocked) = blocks(&hop_on_port_80(infra, link)) {
        return blocked;
    }
    match infra.http().port_80 {
        Port80::Closed => Port80Outcome::Closed,
        Port80::Open if infra.serves_on_port_80(kind) => Port80Outcome::Served,
        Port80::Open | Port80::Redirect => Port80Outcome::Redirected,
    }
}

/// Shares of the visits of new visitors and of returning users that begin at port 80.
pub fn shares(infra: &Infrastructure, visits: &HttpVisits, outcome: &Port80Outcome) -> (f64, f64) {
    let refreshes = *outcome == Port80Outcome::Redirected;
    (visits.of_new_visitors(), visits.of_returning_users(infra, refreshes))
}

/// Whether a link between users and a site with TLS also carries plaintext, to port 80.
pub fn is_readable(infra: &Infrastructure, link: LinkIx) -> bool {
    carries_plaintext(infra, &infra.hop(link))
}

/// Whether requests in plaintext cross a hop to port 80.
pub(super) fn carries_plaintext(infra: &Infrastructure, hop: &Hop) -> bool {
    is_entry_link(infra, hop.link)
        && http_visits(infra).is_some_and(|visits| visits.of_new_visitors() > 0.0)
        && matches!(outcome(infra, hop.link, RequestKind::Static), Port80Outcome::Served | Port80Outcome::Redirected)
}

/// What a listener reads of a visit that begins at port 80.
pub fn facts_on_port_80(infra: &Infrastructure, hop: &Hop, kind: RequestKind) -> Vec<Fact> {
    let id = |ix| infra.component(ix).id.clone();
    let mut facts = vec![
        Fact::Envelope { from: id(hop.from), to: id(hop.to), port: 80 },
        Fact::RequestLine(infra.request_line_on_port_80(kind)),
        Fact::Host(infra.domain().to_owned()),
    ];
    facts.extend(Some(infra.secrets_on_port_80(kind)).filter(|text| !text.is_empty()).map(Fact::Secrets));
    facts
}
