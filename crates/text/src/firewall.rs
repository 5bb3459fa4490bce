//! Firewall verdicts, and flaws of firewalls.

use hoplight_analysis::firewalls::{Judged, RuleAt};
use hoplight_analysis::{ConnectionAttempt, Flaw};
use hoplight_model::Element;
use hoplight_model::firewall::{Direction, RuleAction};

use crate::phrase;
use crate::phrase::{Passage, Phrase};

/// The rule or default action that decided.
pub fn judged(judged: &Judged) -> Phrase {
    let direction = match judged.verdict.direction {
        Direction::Inbound => "inbound",
        Direction::Outbound => "outbound",
    };
    if let Some(number) = judged.verdict.rule {
        phrase![direction, " rule ", number, " of ", &judged.firewall]
    } else {
        phrase!["the ", direction, " default of ", &judged.firewall]
    }
}

/// The outcome of a connection attempt, and the reason.
pub fn reach(reach: &ConnectionAttempt) -> Phrase {
    let at = phrase![&reach.target, ":", reach.port];
    if let Some(by) = reach.decided_by() {
        let does = if by.verdict.action == RuleAction::Drop { " drops it" } else { " rejects it" };
        return phrase![at, " is closed: ", judged(by), does];
    }
    phrase![at, " is open: ", why_open(reach)]
}

/// Why a connection attempt succeeds.
pub(crate) fn why_open(reach: &ConnectionAttempt) -> Phrase {
    match (reach.judged.is_empty(), reach.is_local) {
        (true, true) => "it is on the same machine, where no firewall is between programs".into(),
        (true, false) => "no firewall is in between".into(),
        (false, _) => {
            let allow = if reach.judged.len() == 1 { " allows it" } else { " allow it" };
            phrase![enumeration(reach.judged.iter().map(judged)), allow]
        }
    }
}

/// A list with commas only.
fn enumeration(items: impl IntoIterator<Item: Into<Phrase>>) -> Phrase {
    let mut phrase = Phrase::default();
    for (place, item) in items.into_iter().enumerate() {
        phrase.push(if place == 0 { "" } else { ", " });
        phrase.push(item);
    }
    phrase
}

fn rule(rule: &RuleAt) -> Phrase {
    let direction = if rule.is_inbound { "inbound" } else { "outbound" };
    phrase![direction, " rule ", rule.number, " of ", &rule.firewall]
}

/// Describes a flaw of a firewall.
pub fn flaw(flaw: &Flaw) -> Passage {
    match flaw {
        Flaw::GuardsNothing(id) => phrase![id, " protects nothing: no connection crosses it"],
        Flaw::Behind { firewall, unprotected } => {
            let names = enumeration(unprotected);
            phrase![firewall, " is behind ", names.clone(), ": attacks on ", names, " pass no firewall"]
        }
        Flaw::OpenEntry(id) => {
            phrase![id, " faces the Internet without a firewall: every port of its machine can be attacked"]
        }
        Flaw::Unprotected(id) => phrase!["no firewall protects ", id, " from the Internet"],
        Flaw::Exposed { reach: open } => phrase!["the Internet reaches a port that no user needs: ", reach(open)],
        Flaw::Unused(at) => phrase![rule(at), " allows traffic that nothing in the design sends"],
        Flaw::Shadowed { rule: at, by, contradicts } => {
            let (rules, match_) = if by.len() == 1 { ("rule ", " matches") } else { ("rules ", " match") };
            let earlier = phrase![rules, enumeration(by.iter().copied()), " before it", match_];
            let end = if *contradicts { ", with different actions" } else { "" };
            phrase![rule(at), " never matches: ", earlier, " all of its traffic", end]
        }
        Flaw::NeedlessPorts { rule: at, ports } if ports.is_empty() => {
            phrase![rule(at), " opens every port; the design needs a few"]
        }
        Flaw::NeedlessPorts { rule: at, ports } => {
            phrase![rule(at), " opens ", enumeration(ports.iter().copied()), ", which nothing in the design needs"]
        }
        Flaw::AllowsByDefault(id) => {
            phrase![id, " allows traffic that no rule matches: it stops only what was anticipated"]
        }
        Flaw::SilentAgent { agent, by } => {
            return Passage::from_iter([
                phrase!["the samples of ", agent, " are stopped by ", judged(by)],
                phrase!["silence then looks like health"],
            ]);
        }
        Flaw::ClosedHop { from, to, by } => {
            phrase![Element::Hop(from.clone(), to.clone()), " is part of the design, and ", judged(by), " stops it"]
        }
    }
    .into()
}
