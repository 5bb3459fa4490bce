//! Firewalls: how often each of their rules decided.

use hoplight_model::Infrastructure;
use hoplight_model::firewall::{Direction, FirewallSpec, Verdict};

use crate::index::{IndexVec, StationIx};

/// The counters of one firewall's rules: inbound and outbound, the default last.
type RuleHits = [Vec<u64>; 2];

/// The counters of all firewalls.
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

    /// The rules have changed: a firewall that loads another list counts from zero.
    pub(crate) fn reload(&mut self, infra: &Infrastructure) {
        for (firewall, spec) in infra.firewalls() {
            let hits = self.0[firewall].as_deref_mut().expect("an edit adds no firewall");
            for (list, direction) in hits.iter_mut().zip(DIRECTIONS) {
                let places = places(spec, direction);
                if list.len() != places {
                    *list = vec![0; places];
                }
            }
        }
    }

    /// Counts a verdict for the rule that gave it.
    #[inline]
    pub(crate) fn count(&mut self, firewall: StationIx, verdict: Verdict) {
        let hits = self.0[firewall].as_deref_mut().expect("verdicts are those of firewalls");
        let list = &mut hits[usize::from(verdict.direction == Direction::Outbound)];
        let last = list.len() - 1;
        list[verdict.rule.map_or(last, |rule| usize::from(rule) - 1)] += 1;
    }

    /// How often each rule decided, in order, with the default last; `None` for anything else.
    pub(crate) fn hits(&self, firewall: StationIx, direction: Direction) -> Option<&[u64]> {
        let hits = self.0.get(firewall)?.as_deref()?;
        Some(&hits[usize::from(direction == Direction::Outbound)])
    }
}

const DIRECTIONS: [Direction; 2] = [Direction::Inbound, Direction::Outbound];

/// A counter for each rule, and one for the default.
fn places(spec: &FirewallSpec, direction: Direction) -> usize {
    spec.rules(direction).len() + 1
}
