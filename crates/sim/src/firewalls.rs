//! State of firewalls: how many messages each rule has decided, and the rate limit of ICMP errors.

use std::collections::BTreeMap;

use hoplight_model::Infrastructure;
use hoplight_model::firewall::{Direction, FirewallSpec, Verdict};

use crate::index::{IndexVec, StationIx};
use crate::time::{SECOND, SimTime};

/// The rule counters of one firewall, inbound and outbound; the last of each list counts the default policy.
type RuleHits = [Vec<u64>; 2];

/// Time that one ICMP error costs (`icmp_ratelimit`), and number of errors that can be saved up (`XRLIM_BURST_FACTOR`).
const ERROR_COSTS: u64 = SECOND;
const SAVED_ERRORS: u64 = 6;

/// The rule counters of all firewalls, and the ICMP errors that they may send.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Firewalls {
    hits: IndexVec<StationIx, Option<Box<RuleHits>>>,
    /// For each firewall and each peer to which it has sent an error: when, and the credit that was left then, in
    /// nanoseconds. A token bucket, as in Linux.
    errors: BTreeMap<(StationIx, StationIx), (SimTime, u64)>,
}

impl Firewalls {
    pub(crate) fn new(infra: &Infrastructure) -> Self {
        let mut hits = IndexVec::of(None, infra.len());
        for (firewall, spec) in infra.firewalls() {
            hits[firewall] = Some(Box::new(DIRECTIONS.map(|direction| vec![0; places(spec, direction)])));
        }
        Self { hits, errors: BTreeMap::new() }
    }

    /// Resets the counters of each firewall whose number of rules has changed.
    pub(crate) fn reload(&mut self, infra: &Infrastructure) {
        for (firewall, spec) in infra.firewalls() {
            let hits = self.hits[firewall].as_deref_mut().expect("edits do not add firewalls");
            for (list, direction) in hits.iter_mut().zip(DIRECTIONS) {
                let places = places(spec, direction);
                if list.len() != places {
                    *list = vec![0; places];
                }
            }
        }
    }

    /// Increments the counter of the rule that gave a verdict.
    #[inline]
    pub(crate) fn count(&mut self, firewall: StationIx, verdict: Verdict) {
        let hits = self.hits[firewall].as_deref_mut().expect("only firewalls give verdicts");
        let list = &mut hits[usize::from(verdict.direction == Direction::Outbound)];
        let last = list.len() - 1;
        list[verdict.rule.map_or(last, |rule| usize::from(rule) - 1)] += 1;
    }

    /// Credit of a firewall for ICMP errors to a peer, in nanoseconds.
    fn credit(&self, firewall: StationIx, peer: StationIx, now: SimTime) -> u64 {
        let full = SAVED_ERRORS * ERROR_COSTS;
        self.errors.get(&(firewall, peer)).map_or(full, |(sent, left)| (left + (now - *sent)).min(full))
    }

    /// Whether a firewall may send an ICMP error to a peer now.
    pub(crate) fn can_send_error(&self, firewall: StationIx, peer: StationIx, now: SimTime) -> bool {
        self.credit(firewall, peer, now) >= ERROR_COSTS
    }

    /// Sends an ICMP error to a peer, if the rate limit allows it. Returns whether it does.
    #[cold]
    pub(crate) fn send_error(&mut self, firewall: StationIx, peer: StationIx, now: SimTime) -> bool {
        let credit = self.credit(firewall, peer, now);
        let Some(left) = credit.checked_sub(ERROR_COSTS) else { return false };
        self.errors.insert((firewall, peer), (now, left));
        true
    }

    /// Hits of each rule, in order, with the default policy last; `None` if the component is not a firewall.
    pub(crate) fn hits(&self, firewall: StationIx, direction: Direction) -> Option<&[u64]> {
        let hits = self.hits.get(firewall)?.as_deref()?;
        Some(&hits[usize::from(direction == Direction::Outbound)])
    }
}

const DIRECTIONS: [Direction; 2] = [Direction::Inbound, Direction::Outbound];

/// Number of counters in a direction: one per rule, and one for the default policy.
fn places(spec: &FirewallSpec, direction: Direction) -> usize {
    spec.rules(direction).len() + 1
}
