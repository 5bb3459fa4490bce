//! Firewall rule counters: how many messages each rule has decided.

use hoplight_model::Infrastructure;
use hoplight_model::firewall::{Direction, FirewallSpec, Verdict};

use crate::index::{IndexVec, StationIx};

/// The rule counters of one firewall, inbound and outbound; the last of each list counts the default policy.
type RuleHits = [Vec<u64>; 2];

/// The rule counters of all firewalls.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Firewalls(IndexVec<StationIx, Option<Box<RuleHits>>>);

impl Firewalls {
    pub(crate) fn new(infra: &Infrastructure) -> Self {
        let mut hits = IndexVec::of(None, infra.len());
        for (firewall, spec) in infra.firewalls() {
            hits[firewall] = Some(Box::new(DIRECTIONS.map(|direction| vec![0; places(spec, direction)])));
        }
        Self(hits)
    }

    /// Resets the counters of each firewall whose number of rules has changed.
    pub(crate) fn reload(&mut self, infra: &Infrastructure) {
        for (firewall, spec) in infra.firewalls() {
            let hits = self.0[firewall].as_deref_mut().expect("edits do not add firewalls");
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
        let hits = self.0[firewall].as_deref_mut().expect("only firewalls give verdicts");
        let list = &mut hits[usize::from(verdict.direction == Direction::Outbound)];
        let last = list.len() - 1;
        list[verdict.rule.map_or(last, |rule| usize::from(rule) - 1)] += 1;
    }

    /// Hits of each rule, in order, with the default policy last; `None` if the component is not a firewall.
    pub(crate) fn hits(&self, firewall: StationIx, direction: Direction) -> Option<&[u64]> {
        let hits = self.0.get(firewall)?.as_deref()?;
        Some(&hits[usize::from(direction == Direction::Outbound)])
    }
}

const DIRECTIONS: [Direction; 2] = [Direction::Inbound, Direction::Outbound];

/// Number of counters in a direction: one per rule, and one for the default policy.
fn places(spec: &FirewallSpec, direction: Direction) -> usize {
    spec.rules(direction).len() + 1
}
